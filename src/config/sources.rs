//! Gathers the settings from the file and the environment into one table, and notes what came from
//! where. In the environment `storage.url` is `LUODI_STORAGE__URL`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::Config;
use super::problem::{Problem, nearest_setting};
use super::setting::{Field, Shape};

const PREFIX: &str = "LUODI_";
const FILE_SUFFIX: &str = "_FILE";
const DEFAULT_FILE: &str = "luodi.toml";
const FILE_VARIABLE: &str = "LUODI_CONFIG";

/// Variables of our prefix that are not settings: where the file is, and what the command line's
/// client commands read.
pub const NOT_SETTINGS: &[&str] = &[FILE_VARIABLE, "LUODI_API_URL", "LUODI_API_KEY", "LUODI_PUBLISHABLE_KEY"];

pub(super) struct Sources {
    pub(super) settings: Table,
    /// Path of a setting → environment variable that gave it.
    pub(super) origins: BTreeMap<String, String>,
    pub(super) problems: Vec<Problem>,
}

/// Our variables of this process. Those that are not Unicode are left out: no setting needs them.
pub fn process_environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with(PREFIX))
}

pub(super) fn gather(file: Option<&Path>, environment: impl IntoIterator<Item = (String, String)>) -> Sources {
    // Sorted, so that `…_FILE` comes after the variable it outranks.
    let environment: BTreeMap<_, _> = environment.into_iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
    let mut sources = Sources { settings: Table::new(), origins: BTreeMap::new(), problems: Vec::new() };

    let named = file.map(Path::to_path_buf).or_else(|| environment.get(FILE_VARIABLE).map(PathBuf::from));
    let file = named.or_else(|| Some(PathBuf::from(DEFAULT_FILE)).filter(|default| default.exists()));
    if let Some(file) = file {
        match read_file(&file) {
            Ok(table) => sources.settings = table,
            Err(problem) => sources.problems.push(problem),
        }
    }
    for (variable, text) in environment {
        if !NOT_SETTINGS.contains(&variable.as_str()) && !is_service_link(&variable, &text) {
            sources.take_variable(&variable, &text);
        }
    }
    sources
}

fn read_file(file: &Path) -> Result<Table, Problem> {
    let refuse = |reason: String| Problem::File { name: file.display().to_string(), reason };
    let text = std::fs::read_to_string(file).map_err(|error| refuse(format!("cannot be read: {error}")))?;
    text.parse::<Table>().map_err(|error| {
        // Only the place and the rule: the library's own text would quote the line, perhaps a secret.
        let line = error.span().map_or(0, |span| text[..span.start].matches('\n').count() + 1);
        refuse(format!("line {line} is not TOML: {}", error.message()))
    })
}

/// Kubernetes puts the addresses of a service named `luodi` (or `luodi-…`) into every container as
/// `LUODI_SERVICE_HOST`, `LUODI_PORT_8080_TCP` and the like. They are not misspelt settings.
fn is_service_link(variable: &str, text: &str) -> bool {
    variable.ends_with("_SERVICE_HOST")
        || variable.contains("_SERVICE_PORT")
        || variable.contains("_PORT_")
        || (variable.ends_with("_PORT") && (text.starts_with("tcp://") || text.starts_with("udp://")))
}

impl Sources {
    fn take_variable(&mut self, variable: &str, text: &str) {
        if let Some((path, shape)) = find(variable) {
            self.put(&path, variable, from_text(shape, text));
            return;
        }
        let secret = variable.strip_suffix(FILE_SUFFIX).and_then(find);
        let Some((path, Shape::Secret)) = secret else {
            let nearest = nearest_variable(variable);
            self.problems.push(Problem::Unknown { setting: variable.to_owned(), nearest });
            return;
        };
        match std::fs::read_to_string(text) {
            Ok(secret) => self.put(&path, variable, Value::from(secret.trim())),
            Err(error) => {
                let reason = format!("cannot be read: {error} (named by {variable})");
                self.problems.push(Problem::File { name: text.to_owned(), reason });
            }
        }
    }

    fn put(&mut self, path: &str, variable: &str, value: Value) {
        let mut table = &mut self.settings;
        let mut parts = path.split('.').peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                table.insert(part.to_owned(), value);
                self.origins.insert(path.to_owned(), variable.to_owned());
                return;
            }
            let inner = table.entry(part).or_insert_with(|| Value::Table(Table::new()));
            // Something else than a section stands there; reading it will say so.
            let Value::Table(inner) = inner else { return };
            table = inner;
        }
    }
}

fn variable_of(path: &str) -> String {
    format!("{PREFIX}{}", path.replace('.', "__").to_uppercase())
}

/// The variable that was most likely meant: `…_FILE` where a file was named and the setting may come from one.
fn nearest_variable(variable: &str) -> Option<String> {
    let nearest = |variable: &str| {
        let path = variable.trim_start_matches(PREFIX).to_lowercase().replace("__", ".");
        nearest_setting(&path).map(|path| variable_of(&path))
    };
    let Some(bare) = variable.strip_suffix(FILE_SUFFIX) else { return nearest(variable) };
    let meant = nearest(bare)?;
    let is_secret = matches!(find(&meant), Some((_, Shape::Secret)));
    Some(if is_secret { format!("{meant}{FILE_SUFFIX}") } else { meant })
}

/// The setting a variable names, unless there is none.
fn find(variable: &str) -> Option<(String, Shape)> {
    let rest = variable.strip_prefix(PREFIX)?.to_lowercase();
    let mut fields: &[Field] = Config::FIELDS;
    let mut path = Vec::new();
    let mut parts = rest.split("__");
    while let Some(part) = parts.next() {
        let field = fields.iter().find(|field| field.name == part)?;
        path.push(part);
        fields = match field.shape {
            Shape::Section(inner) => inner,
            Shape::Named(inner) => {
                path.push(parts.next().filter(|name| !name.is_empty())?);
                inner
            }
            leaf => {
                let path = path.join(".");
                return (parts.next().is_none() && variable_of(&path) == variable).then_some((path, leaf));
            }
        };
    }
    None
}

/// What does not parse stays text, and reading it says what was expected.
fn from_text(shape: Shape, text: &str) -> Value {
    let trimmed = text.trim();
    match shape {
        Shape::Whole => trimmed.parse::<i64>().map_or_else(|_| Value::from(text), Value::from),
        Shape::Flag => trimmed.parse::<bool>().map_or_else(|_| Value::from(text), Value::from),
        Shape::List => {
            let items = trimmed.split(',').map(str::trim).filter(|item| !item.is_empty());
            Value::Array(items.map(Value::from).collect())
        }
        _ => Value::from(text),
    }
}
