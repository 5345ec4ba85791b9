//! Pages in Markdown, read as far as the tests need.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

pub struct Page {
    pub path: String,
    pub text: String,
}

/// A fenced block and the word behind its fence.
pub struct Block<'a> {
    pub language: &'a str,
    pub text: String,
}

impl Page {
    pub fn read(path: &str) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        Self { path: path.to_owned(), text }
    }

    pub fn folder(&self) -> PathBuf {
        Path::new(&self.path).parent().expect("a folder").to_owned()
    }

    pub fn links(&self) -> Vec<String> {
        let link = Regex::new(r"\]\(([^)\s]+)\)").expect("a pattern");
        link.captures_iter(&self.text).map(|found| found[1].to_owned()).collect()
    }

    /// What stands in backticks and has an underscore, in lines and not in blocks.
    pub fn names(&self) -> Vec<String> {
        let name = Regex::new(r"`/?([a-z][a-z0-9]*(?:_[a-z0-9]+)+)(?:[:`={ ])").expect("a pattern");
        let lines = self.text.lines().scan(false, |inside, line| {
            *inside ^= line.trim_start().starts_with("```");
            Some(if *inside { "" } else { line })
        });
        lines.flat_map(|line| name.captures_iter(line).map(|found| found[1].to_owned()).collect::<Vec<_>>()).collect()
    }

    pub fn blocks(&self) -> Vec<Block<'_>> {
        let (mut blocks, mut open): (Vec<Block<'_>>, Option<Block<'_>>) = (Vec::new(), None);
        for line in self.text.lines() {
            match (line.trim_start().strip_prefix("```"), &mut open) {
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (Some(language), None) => open = Some(Block { language: language.trim(), text: String::new() }),
                (None, Some(block)) => {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                (None, None) => {}
            }
        }
        blocks
    }
}

fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, endings));
        } else if path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Every page in a folder and those below it.
pub fn below(folder: &str) -> Vec<Page> {
    files(Path::new(folder), &["md"]).iter().map(|path| Page::read(&path.to_string_lossy())).collect()
}

/// The texts of the program.
pub fn sources(folder: &str) -> Vec<String> {
    let read = |path: &PathBuf| fs::read_to_string(path).expect("a readable file");
    files(Path::new(folder), &["rs", "ftl"]).iter().map(read).collect()
}
