//! What changes from one table to the next, for a person to look at before it is put to use.

use serde::Serialize;

use super::{Code, Regions};

/// A unit or town that is new or gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    pub code: Code,
    pub full_name: String,
    /// Of what is gone: today's units.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub successors: Vec<String>,
}

/// One value of one unit that reads otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    pub code: Code,
    pub name: String,
    pub field: &'static str,
    pub old: String,
    pub new: String,
}

/// Everything that differs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub old_version: String,
    pub new_version: String,
    pub added: Vec<Listed>,
    pub removed: Vec<Listed>,
    pub changed: Vec<Changed>,
    pub towns_added: Vec<Listed>,
    pub towns_removed: Vec<Listed>,
    pub towns_changed: Vec<Changed>,
    /// Codes that became retired with the new table.
    pub newly_retired: Vec<Listed>,
    /// Rows of the other files: aliases, zones, Hong Kong, Macao and Taiwan.
    pub other_rows: [(&'static str, usize, usize); 3],
}

impl Difference {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.old_version == self.new_version
    }
}

/// What `new` has otherwise than `old`.
#[must_use]
pub fn diff(old: &Regions, new: &Regions) -> Difference {
    let mut difference = Difference {
        old_version: old.version().to_owned(),
        new_version: new.version().to_owned(),
        other_rows: [
            ("aliases.csv", old.aliases().len(), new.aliases().len()),
            ("functional-zones.csv", old.zones().len(), new.zones().len()),
            ("hk-mo-tw.csv", old.outlying().len(), new.outlying().len()),
        ],
        ..Difference::default()
    };
    diff_units(old, new, &mut difference);
    diff_towns(old, new, &mut difference);
    let known = |code: Code, name: &str| old.retired(code).any(|retired| &*retired.name == name);
    let newly = new.all_retired().iter().filter(|retired| !known(retired.code, &retired.name));
    difference.newly_retired = newly
        .map(|retired| Listed {
            code: retired.code,
            full_name: retired.path.to_string(),
            successors: retired.successors.iter().map(|code| new.full_name(*code)).collect(),
        })
        .collect();
    difference
}

fn listed(regions: &Regions, code: Code) -> Listed {
    Listed { code, full_name: regions.full_name(code), successors: Vec::new() }
}

fn diff_units(old: &Regions, new: &Regions, into: &mut Difference) {
    into.added = new.units().iter().filter(|u| old.unit(u.code).is_none()).map(|u| listed(new, u.code)).collect();
    for was in old.units() {
        let Some(now) = new.unit(was.code) else {
            let heirs = new.retired(was.code).filter(|retired| retired.name == was.name);
            let successors = heirs.flat_map(|r| r.successors.iter()).map(|code| new.full_name(*code)).collect();
            into.removed.push(Listed { successors, ..listed(old, was.code) });
            continue;
        };
        let code = |code: Option<Code>| code.map(|code| code.to_string()).unwrap_or_default();
        let fields = [
            ("name", was.name.to_string(), now.name.to_string()),
            ("short_name", was.short_name.to_string(), now.short_name.to_string()),
            ("type", was.kind.chinese().to_owned(), now.kind.chinese().to_owned()),
            ("parent", code(was.parent), code(now.parent)),
            ("city_code", code(was.city_code), code(now.city_code)),
            ("pinyin", was.pinyin.to_string(), now.pinyin.to_string()),
            ("name_en", was.name_en.to_string(), now.name_en.to_string()),
            ("postal_code", was.postal_code.to_string(), now.postal_code.to_string()),
            ("area_code", was.area_code.to_string(), now.area_code.to_string()),
            ("iso_3166_2", was.iso_3166_2.to_string(), now.iso_3166_2.to_string()),
        ];
        let differing = fields.into_iter().filter(|(_, old, new)| old != new);
        into.changed.extend(differing.map(|(field, old, new)| Changed {
            code: now.code,
            name: now.name.to_string(),
            field,
            old,
            new,
        }));
    }
}

fn diff_towns(old: &Regions, new: &Regions, into: &mut Difference) {
    let added = new.towns().iter().filter(|town| old.town(town.code).is_none());
    into.towns_added = added.map(|town| listed(new, town.code)).collect();
    for was in old.towns() {
        match new.town(was.code) {
            None => into.towns_removed.push(listed(old, was.code)),
            Some(now) if now.name != was.name => into.towns_changed.push(Changed {
                code: now.code,
                name: now.name.to_string(),
                field: "name",
                old: was.name.to_string(),
                new: now.name.to_string(),
            }),
            Some(_) => {}
        }
    }
}
