//! The table in use, and how a newer one takes its place while the server runs.
//!
//! The operator's folder holds one folder per imported version and the file `CURRENT`, which names the one in
//! force; a folder with the tables themselves will do as well. Promises: a table that does not hold together
//! never replaces one that does; readers see the old table or the new one, never a mixture.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwap;

use super::answers::Published;
use super::check::{Fault, check, check_succession};
use super::load::FILES;
use super::{LoadError, Regions};

/// Names the version in force.
const POINTER: &str = "CURRENT";
/// Texts that travel with the tables.
const COMPANIONS: [&str; 2] = ["NOTICE", "README.md"];
/// Faults told in one message; the command prints all.
const FAULTS_TOLD: usize = 3;

/// Why a folder's table is not used.
#[derive(Debug, thiserror::Error)]
pub enum UnusableTable {
    #[error(transparent)]
    Unreadable(#[from] LoadError),
    #[error("{}: {cause}", path.display())]
    Folder { path: PathBuf, cause: std::io::Error },
    #[error("{} names no version: it must hold one folder name", path.display())]
    Pointer { path: PathBuf },
    #[error("the table has {} faults: {}", .0.len(), first_of(.0))]
    Faulty(Vec<Fault>),
}

fn first_of(faults: &[Fault]) -> String {
    let told: Vec<String> = faults.iter().take(FAULTS_TOLD).map(ToString::to_string).collect();
    let more = faults.len().saturating_sub(FAULTS_TOLD);
    if more > 0 { format!("{}; and {more} more", told.join("; ")) } else { told.join("; ") }
}

/// Where the bytes stood when they were read last.
type Stamp = Vec<Option<(u64, SystemTime)>>;

/// The table in use.
#[derive(Debug)]
pub struct CurrentRegions {
    folder: Option<PathBuf>,
    /// Empty until it is first needed, where the embedded table is meant: reading it would hold up every start.
    published: OnceLock<ArcSwap<Published>>,
    seen: Mutex<Option<Stamp>>,
}

impl CurrentRegions {
    /// The folder's table, or the embedded one while the folder has none.
    ///
    /// # Errors
    /// When the folder has a table that cannot be used: starting with another one would hide it.
    pub fn open(folder: Option<&Path>) -> Result<Self, UnusableTable> {
        let stamp = folder.map(stamp);
        let published = OnceLock::new();
        if let Some(regions) = folder.map(load_from).transpose()?.flatten() {
            let _ = published.set(ArcSwap::from_pointee(Published::new(Arc::new(regions))));
        }
        Ok(Self { folder: folder.map(Path::to_owned), published, seen: Mutex::new(stamp) })
    }

    fn slot(&self) -> &ArcSwap<Published> {
        self.published.get_or_init(|| ArcSwap::from_pointee(Published::new(Regions::embedded())))
    }

    /// The table with its prepared answers. Reads the embedded table the first time, which takes under a tenth of
    /// a second.
    #[must_use]
    pub fn published(&self) -> Arc<Published> {
        self.slot().load_full()
    }

    #[must_use]
    pub fn regions(&self) -> Arc<Regions> {
        Arc::clone(self.slot().load().regions())
    }

    /// Reads the folder again. Answers the new version, or `None` when the table is the one in use.
    ///
    /// # Errors
    /// When the folder's table cannot be used; the old one stays.
    pub fn reload(&self) -> Result<Option<String>, UnusableTable> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let stamp = stamp(folder);
        let loaded = load_from(folder);
        // A bad table is complained of once and not every minute.
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(stamp);
        let regions = loaded?.map_or_else(Regions::embedded, Arc::new);
        if regions.version() == self.regions().version() {
            return Ok(None);
        }
        let version = regions.version().to_owned();
        self.slot().store(Arc::new(Published::new(regions)));
        Ok(Some(version))
    }

    /// As [`Self::reload`], but only when a file has another size or time than when it was read last.
    ///
    /// # Errors
    /// As [`Self::reload`].
    pub fn reload_if_changed(&self) -> Result<Option<String>, UnusableTable> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let unchanged = self.seen.lock().unwrap_or_else(PoisonError::into_inner).as_ref() == Some(&stamp(folder));
        if unchanged { Ok(None) } else { self.reload() }
    }
}

fn stamp(folder: &Path) -> Stamp {
    let mark = |path: PathBuf| fs::metadata(path).ok().and_then(|m| Some((m.len(), m.modified().ok()?)));
    let tables = table_folder(folder).unwrap_or_else(|_| folder.to_owned());
    std::iter::once(mark(folder.join(POINTER))).chain(FILES.iter().map(|file| mark(tables.join(file)))).collect()
}

/// Where in the operator's folder the tables stand.
fn table_folder(folder: &Path) -> Result<PathBuf, UnusableTable> {
    let path = folder.join(POINTER);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let version = text.trim();
            let plain = version.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if version.is_empty() || !plain {
                return Err(UnusableTable::Pointer { path });
            }
            Ok(folder.join(version))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(folder.to_owned()),
        Err(cause) => Err(UnusableTable::Folder { path, cause }),
    }
}

/// The folder's table if it has one, checked.
///
/// # Errors
/// When there is one and it cannot be used.
pub fn load_from(folder: &Path) -> Result<Option<Regions>, UnusableTable> {
    let tables = table_folder(folder)?;
    let pointed_to = tables != folder;
    if !pointed_to && FILES.iter().all(|file| !tables.join(file).exists()) {
        return Ok(None);
    }
    let regions = Regions::load(&tables)?;
    let faults = check(&regions);
    if faults.is_empty() { Ok(Some(regions)) } else { Err(UnusableTable::Faulty(faults)) }
}

/// Puts the table in `source` into the operator's folder and makes it the one in force. A running server
/// takes it over by itself. `old` is what it follows.
///
/// # Errors
/// When the table has faults of its own or may not follow `old`; nothing is changed then.
pub fn import(source: &Path, folder: &Path, old: &Regions) -> Result<String, UnusableTable> {
    let new = Regions::load(source)?;
    let mut faults = check(&new);
    faults.extend(check_succession(old, &new));
    if !faults.is_empty() {
        return Err(UnusableTable::Faulty(faults));
    }
    let version = new.version().to_owned();
    write_version(source, folder, &version).map_err(|(path, cause)| UnusableTable::Folder { path, cause })?;
    Ok(version)
}

/// The tables first, under another name until they are whole; the pointer last, in one step.
fn write_version(source: &Path, folder: &Path, version: &str) -> Result<(), (PathBuf, std::io::Error)> {
    let (unfinished, target) = (folder.join(format!("{version}.new")), folder.join(version));
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| (path, error)
    };
    if !target.is_dir() {
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(at(&unfinished))?;
        }
        fs::create_dir_all(&unfinished).map_err(at(&unfinished))?;
        for file in FILES.iter().chain(&COMPANIONS) {
            let from = source.join(file);
            if !from.exists() && COMPANIONS.contains(file) {
                continue;
            }
            let bytes = fs::read(&from).map_err(at(&from))?;
            write_synced(&unfinished.join(file), &bytes).map_err(at(&unfinished))?;
        }
        fs::rename(&unfinished, &target).map_err(at(&target))?;
    }
    let (fresh, pointer) = (folder.join(format!("{POINTER}.new")), folder.join(POINTER));
    write_synced(&fresh, format!("{version}\n").as_bytes()).map_err(at(&fresh))?;
    fs::rename(&fresh, &pointer).map_err(at(&pointer))
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
