//! Compresses the files that browsers load, once, so that the server never compresses on request.
//!
//! Everything in `src/web/assets/` is embedded plain and gzipped; files in `src/web/docs/` that end in
//! `.gz` are embedded as they are. The result is a table, `$OUT_DIR/assets.rs`, sorted by name.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use flate2::{Compression, GzBuilder};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let own = root.join("src/web/assets");
    let vendored = root.join("src/web/docs");
    println!("cargo::rerun-if-changed={}", own.display());
    println!("cargo::rerun-if-changed={}", vendored.display());
    println!("cargo::rerun-if-changed=build.rs");

    let mut rows = Vec::new();
    for path in files(&own)? {
        let name = file_name(&path)?;
        let Some(content_type) = content_type(&name) else { continue };
        let plain = fs::read(&path)?;
        let compressed = out.join(format!("{name}.gz"));
        fs::write(&compressed, gzip(&plain)?)?;
        rows.push(row(&name, content_type, &plain, Some(&path), &compressed)?);
    }
    for path in files(&vendored)? {
        let name = file_name(&path)?;
        let Some(name) = name.strip_suffix(".gz") else { continue };
        let Some(content_type) = content_type(name) else { continue };
        rows.push(row(name, content_type, &fs::read(&path)?, None, &path)?);
    }
    rows.sort();
    fs::write(out.join("assets.rs"), format!("static ASSETS: &[Asset] = &[\n{}];\n", rows.concat()))?;
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            paths.push(path);
        }
    }
    Ok(paths)
}

fn file_name(path: &Path) -> Result<String, Box<dyn Error>> {
    let name = path.file_name().and_then(|name| name.to_str()).ok_or("an asset's name must be UTF-8")?;
    Ok(name.to_owned())
}

fn content_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

/// No name and no time in the header: the same source gives the same bytes on every machine.
fn gzip(plain: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    encoder.write_all(plain)?;
    Ok(encoder.finish()?)
}

fn row(
    name: &str,
    content_type: &str,
    hashed: &[u8],
    plain: Option<&Path>,
    gzip: &Path,
) -> Result<String, Box<dyn Error>> {
    let mut row = String::new();
    write!(row, "    Asset {{ name: {name:?}, hash: \"{:016x}\", content_type: {content_type:?}, ", fnv1a(hashed))?;
    match plain {
        Some(path) => write!(row, "plain: Some(include_bytes!({path:?})), ")?,
        None => write!(row, "plain: None, ")?,
    }
    writeln!(row, "gzip: include_bytes!({gzip:?}) }},")?;
    Ok(row)
}

/// FNV-1a, 64 bits. It names versions of our own files; nobody gains by a collision.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
