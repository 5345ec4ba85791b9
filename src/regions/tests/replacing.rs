//! A newer table: what is refused, what is told, and how it takes the place of the old one.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::check::{check, check_succession};
use super::super::current::{CurrentRegions, UnusableTable, import};
use super::super::diff::diff;
use super::super::{FILES, Regions};

struct Draft(tempfile::TempDir);

impl Draft {
    /// A copy of the tables that the program was built with.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("provinces");
        for file in FILES {
            fs::copy(own.join(file), folder.path().join(file)).expect("a copy");
        }
        Self(folder)
    }

    fn edit(self, file: &str, from: &str, to: &str) -> Self {
        let path = self.0.path().join(file);
        let text = fs::read_to_string(&path).expect("a table");
        assert!(text.contains(from), "{file} has {from:?}");
        fs::write(&path, text.replacen(from, to, 1)).expect("written");
        self
    }

    fn add(self, file: &str, line: &str) -> Self {
        let path = self.0.path().join(file);
        let text = fs::read_to_string(&path).expect("a table");
        fs::write(&path, format!("{text}{line}\n")).expect("written");
        self
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn load(&self) -> Regions {
        Regions::load(self.path()).expect("a table that can be read")
    }
}

fn faults(draft: &Draft) -> Vec<String> {
    let new = draft.load();
    let mut faults = check(&new);
    faults.extend(check_succession(&Regions::embedded(), &new));
    faults.iter().map(ToString::to_string).collect()
}

const NANSHAN: &str = "440305,3,南山区,南山,市辖区,440300,440000,440300,";

#[test]
fn the_embedded_table_has_no_faults() {
    assert_eq!(faults(&Draft::new()), Vec::<String>::new());
}

#[test]
fn each_fault_names_the_row() {
    for (file, from, to, expected) in [
        (
            "regions.csv",
            NANSHAN,
            "440305,3,南山区,南山,市辖区,449900,440000,440300,",
            "regions.csv: 440305 南山区: there is no such parent above it",
        ),
        (
            "regions.csv",
            NANSHAN,
            "440305,3,南山区,南山,地级市,440300,440000,440300,",
            "regions.csv: 440305 南山区: the type does not fit the level",
        ),
        (
            "regions.csv",
            NANSHAN,
            "440305,3,南山区,南山,市辖区,440300,440000,440400,",
            "regions.csv: 440305 南山区: city_code is not the node",
        ),
        (
            "regions.csv",
            NANSHAN,
            "440305,3,南山区,南山,市辖区,440300,430000,440300,",
            "regions.csv: 440305 南山区: the parent lies in another province",
        ),
        (
            "regions.csv",
            NANSHAN,
            "440304,3,南山区,南山,市辖区,440300,440000,440300,",
            "regions.csv: 440304 南山区: the code stands twice",
        ),
        (
            "regions.csv",
            "nan shan qu,nsq,Nanshan District,518",
            "nan shan,nsq,Nanshan District,518",
            "regions.csv: 440305 南山区: pinyin needs one syllable per character",
        ),
        (
            "towns.csv",
            "440305007,粤海街道,440305",
            "440306007,粤海街道,440305",
            "towns.csv: 440306007 粤海街道: the code must begin with the parent's",
        ),
        (
            "history.csv",
            "330102;330114",
            "330102;339999",
            "history.csv: 330104 江干区: its successor 339999 is not in the table",
        ),
        ("aliases.csv", "莫旗,150722", "莫旗,159999", "aliases.csv: 莫旗 159999: there is no unit with this code"),
    ] {
        let found = faults(&Draft::new().edit(file, from, to));
        assert!(found.iter().any(|fault| fault.starts_with(expected)), "{expected}\n{found:#?}");
    }
}

#[test]
fn nothing_vanishes_without_a_successor() {
    let gone = Draft::new().edit("regions.csv", NANSHAN, "440399,3,南山区,南山,市辖区,440300,440000,440300,");
    let expected = "history.csv: 440305 南山区: is gone; history.csv must name its successor";
    assert!(faults(&gone).iter().any(|fault| fault == expected), "{:#?}", faults(&gone));

    let renamed = Draft::new().edit("regions.csv", NANSHAN, "440305,3,南海区,南海,市辖区,440300,440000,440300,");
    assert!(faults(&renamed).iter().any(|fault| fault.contains("is now 南海区")), "{:#?}", faults(&renamed));
    let told =
        renamed.add("history.csv", "440305,南山区,广东省深圳市南山区,2027,更名,440305,南海区,hand,single-source,");
    assert_eq!(faults(&told), Vec::<String>::new(), "history says what became of it");

    let forgotten = Draft::new();
    let history = fs::read_to_string(forgotten.path().join("history.csv")).expect("a table");
    let shorter: String = history.lines().filter(|l| !l.starts_with("330104,")).map(|l| format!("{l}\n")).collect();
    fs::write(forgotten.path().join("history.csv"), shorter).expect("written");
    assert!(faults(&forgotten).iter().any(|f| f.contains("330104 江干区: was answered until now")));
}

#[test]
fn a_file_that_was_cut_off_is_refused() {
    let cut = Draft::new();
    let towns = fs::read_to_string(cut.path().join("towns.csv")).expect("a table");
    let half: String = towns.lines().take(20_000).map(|l| format!("{l}\n")).collect();
    fs::write(cut.path().join("towns.csv"), half).expect("written");
    assert!(faults(&cut).iter().any(|f| f.contains("is the file whole?")), "{:#?}", faults(&cut));
}

#[test]
fn what_cannot_be_read_is_told_by_file_and_line() {
    for (file, from, to, expected) in [
        ("regions.csv", NANSHAN, "44O305,3,南山区,南山,市辖区,440300,440000,440300,", "regions.csv, line "),
        ("regions.csv", NANSHAN, "440305,3,南山区,", "the header has"),
        ("regions.csv", "code,level,", "id,level,", "the column code is missing"),
        ("towns.csv", ",街道,", ",街,", "is not a known word"),
        ("STATE", "2026-09", "soon", "STATE, line 1: expected the month of the data, as 2026-09"),
    ] {
        let draft = Draft::new().edit(file, from, to);
        let refused = Regions::load(draft.path()).expect_err("refused").to_string();
        assert!(refused.contains(expected), "{refused}");
    }
    let missing = tempfile::tempdir().expect("a folder");
    assert!(Regions::load(missing.path()).expect_err("refused").to_string().contains("STATE"));
}

#[test]
fn a_difference_tells_what_changes() {
    let draft = Draft::new()
        .edit("regions.csv", NANSHAN, "440305,3,南海区,南海,市辖区,440300,440000,440300,")
        .edit("towns.csv", "440305007,粤海街道,", "440305007,粤湾街道,")
        .add("history.csv", "440305,南山区,广东省深圳市南山区,2027,更名,440305,南海区,hand,single-source,")
        .add("towns.csv", "440305099,新街道,440305,街道,test");
    let difference = diff(&Regions::embedded(), &draft.load());
    let changed: Vec<_> = difference.changed.iter().map(|c| (c.field, &*c.old, &*c.new)).collect();
    assert_eq!(changed, [("name", "南山区", "南海区"), ("short_name", "南山", "南海")]);
    assert_eq!(difference.towns_added[0].full_name, "广东省深圳市南海区新街道");
    assert_eq!((&*difference.towns_changed[0].old, &*difference.towns_changed[0].new), ("粤海街道", "粤湾街道"));
    assert_eq!(difference.newly_retired[0].successors, ["广东省深圳市南海区"]);
    assert!(!difference.is_empty());
    assert!(diff(&Regions::embedded(), &Draft::new().load()).is_empty());
}

#[test]
fn a_newer_table_takes_the_place_of_the_old_one_while_the_program_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let current = CurrentRegions::open(Some(folder.path())).expect("an empty folder means the embedded table");
    let old = current.regions();
    assert_eq!(old.version(), Regions::embedded().version());
    assert_eq!(current.reload_if_changed().expect("nothing to do"), None);

    let newer = Draft::new().edit("STATE", "2026-09", "2027-01").add("towns.csv", "440305099,新街道,440305,街道,test");
    let version = import(newer.path(), folder.path(), &old).expect("a good table");
    assert!(version.starts_with("2027-01-"));
    assert_eq!(current.reload_if_changed().expect("a good table"), Some(version.clone()));
    assert_eq!(current.regions().version(), version);
    assert!(old.town("440305099".parse().expect("a code")).is_none(), "whoever still reads the old table goes on");
    assert_eq!(current.reload_if_changed().expect("nothing to do"), None);
    let reopened = CurrentRegions::open(Some(folder.path())).expect("the imported table");
    assert_eq!(reopened.regions().version(), version, "it is kept");
}

#[test]
fn a_bad_table_never_replaces_a_good_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let bad = Draft::new().edit("history.csv", "330102;330114", "330102;339999");
    let refused = import(bad.path(), folder.path(), &Regions::embedded()).expect_err("refused");
    assert!(matches!(refused, UnusableTable::Faulty(_)), "{refused}");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0, "nothing was written");

    let current = CurrentRegions::open(Some(folder.path())).expect("the embedded table");
    for file in FILES {
        fs::copy(bad.path().join(file), folder.path().join(file)).expect("a copy");
    }
    let complaint = current.reload_if_changed().expect_err("told").to_string();
    assert!(complaint.contains("339999"), "{complaint}");
    assert_eq!(current.regions().version(), Regions::embedded().version());
    assert_eq!(current.reload_if_changed().expect("told once"), None);
    assert!(CurrentRegions::open(Some(folder.path())).is_err(), "a start with it is refused");
}
