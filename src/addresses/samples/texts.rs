//! The kinds of text, each with its noise.

mod layouts;
mod recipients;
mod regions;

use rand::Rng;
use rand::rngs::StdRng;

use super::places::{Place, Places};
use super::{Expected, Sample, pieces};

pub const KINDS: [&str; 42] = [
    "plain",
    "address-first",
    "commas",
    "pipes-and-tabs",
    "labels-on-lines",
    "labels-in-one-line",
    "labels-per-level",
    "marketplace",
    "region-twice",
    "glued-name-first",
    "glued-name-last",
    "glued-room-and-phone",
    "phone-in-the-middle",
    "name-in-the-middle",
    "region-last",
    "blanks-in-detail",
    "no-province",
    "no-city",
    "district-alone",
    "district-alone-ambiguous",
    "short-forms",
    "short-province",
    "mixed-short",
    "abbreviation",
    "town-instead-of-district",
    "town-in-city-without-districts",
    "old-name",
    "fillers",
    "zones",
    "trap-in-detail",
    "traditional",
    "full-width",
    "title",
    "nickname",
    "dotted-name",
    "name-like-a-place",
    "phone-forms",
    "fixed-line",
    "extension",
    "postal-code",
    "courtesy",
    "several-phones",
];

struct Parts<'r> {
    place: Place<'r>,
    /// Town or nothing.
    town: String,
    rest: String,
    name: String,
    phone: String,
}

impl Parts<'_> {
    fn detail(&self) -> String {
        format!("{}{}", self.town, self.rest)
    }

    fn expected(&self) -> Expected {
        Expected {
            ambiguous: false,
            province: self.place.province.name.to_string(),
            city: self.place.city.name.to_string(),
            district: self.place.district_name().to_owned(),
            name: self.name.clone(),
            phone: self.phone.clone(),
            detail: self.detail(),
        }
    }
}

fn parts<'r>(rng: &mut StdRng, places: &Places<'r>) -> Parts<'r> {
    let place = places.any(rng);
    let town = if rng.gen_bool(0.55) { places.town(rng, &place).map(|t| t.name.to_string()) } else { None };
    Parts {
        place,
        town: town.unwrap_or_default(),
        rest: pieces::detail(rng),
        name: pieces::name(rng),
        phone: pieces::mobile(rng),
    }
}

/// A sample of this kind, unless the dice give one that says nothing definite.
pub fn make(kind: &'static str, rng: &mut StdRng, places: &Places<'_>) -> Option<Sample> {
    let mut p = parts(rng, places);
    let made = layouts::make(kind, rng, &mut p)
        .or_else(|| regions::make(kind, rng, places, &mut p))
        .or_else(|| recipients::make(kind, rng, places, &mut p))?;
    Some(Sample { kind, text: made.0, expected: made.1 })
}

fn join(rng: &mut StdRng, region: &str, p: &Parts<'_>) -> String {
    let detail = p.detail();
    match rng.gen_range(0..4) {
        0 => format!("{} {} {region}{detail}", p.name, p.phone),
        1 => format!("{region}{detail} {} {}", p.name, p.phone),
        2 => format!("{}，{}，{region}{detail}", p.name, p.phone),
        _ => format!("{region}{detail}，{}，{}", p.name, p.phone),
    }
}

type Made = Option<(String, Expected)>;
