//! `luodi i18n magento`: the wording as a Magento language package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;

use super::super::{Global, UsageError, opened, output};
use crate::i18n::{Catalogue, Locale};
use crate::magento_language::{Package, magento_code, package};

/// Write an installable Magento 2 language package
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi i18n magento --out app/i18n/luodi/zh_hans_cn\n\n\
    The folder is made. One that holds anything but an earlier package of ours is not touched. Your own wording\n\
    (setting `wording.overrides`) is part of the package.")]
pub struct Magento {
    /// The package's folder
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// zh_Hans_CN, zh_Hant_HK or zh_Hant_TW
    #[arg(long, value_name = "LOCALE", default_value = "zh_Hans_CN")]
    locale: String,
}

impl Magento {
    pub fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let locale = Locale::parse(&self.locale).filter(|locale| magento_code(*locale).is_some());
        let Some(locale) = locale else {
            return Err(
                UsageError(format!("--locale {}: use zh_Hans_CN, zh_Hant_HK or zh_Hant_TW", self.locale)).into()
            );
        };
        let catalogue = match opened::load(global)?.wording.overrides {
            Some(folder) => Catalogue::with_overrides(Path::new(&folder)).context("setting `wording.overrides`")?,
            None => Catalogue::shipped(),
        };
        let package = package(&catalogue, locale).context("English needs no package")?;
        write(&self.out, &package)?;
        for id in &package.dictionary.kept_ours {
            eprintln!("warning: your wording of {id} lost a placeholder that Magento fills in; ours is in the package");
        }
        let files: Vec<&str> = package.files.iter().map(|(name, _)| name.as_str()).collect();
        let rows = package.dictionary.rows.len();
        if global.json {
            output::json(&json!({
                "package": package.name, "locale": package.code, "rows": rows, "folder": self.out, "files": files,
                "kept_ours": package.dictionary.kept_ours,
            }))?;
        } else {
            output::line(format!("{}: {rows} phrases in {}", package.name, self.out.display()))?;
            for file in files {
                output::line(format!("  {file}"))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn write(folder: &Path, package: &Package) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let name = entry?.file_name();
        if !package.files.iter().any(|(ours, _)| name == ours.as_str()) {
            bail!(
                "{} holds {}, which is not of this package: choose an empty folder",
                folder.display(),
                name.to_string_lossy()
            );
        }
    }
    for (name, content) in &package.files {
        let path = folder.join(name);
        fs::write(&path, content).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}
