//! Made-up pasted addresses with what should be read from them, for measuring the parser.
//!
//! Every unit of the table can occur; kinds name the noise. The same seed gives the same samples. The word
//! lists are this module's own, not the parser's. Nothing here is a real person or address.

mod pieces;
mod places;
mod texts;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use crate::addresses::{Address, Status};
use crate::regions::Regions;

/// One text and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    pub kind: &'static str,
    pub text: String,
    pub expected: Expected,
}

/// What a reader must give back. Empty where the text says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// Several places fit: province and city must stay empty unless they were written.
    pub ambiguous: bool,
    pub province: String,
    pub city: String,
    pub district: String,
    pub name: String,
    /// National digits, and the extension behind a hyphen.
    pub phone: String,
    pub detail: String,
}

/// How an answer compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Province, city and district are right.
    pub region: bool,
    /// Name, phone and detail too.
    pub all: bool,
    /// Something is wrong and nothing in the answer says that a person should look.
    pub silent: bool,
}

impl Expected {
    #[must_use]
    pub fn judge(&self, address: &Address) -> Verdict {
        let part = |part: &Option<crate::addresses::Part>| part.as_ref().map(|p| p.name.clone()).unwrap_or_default();
        let ambiguous = address.status == Status::Ambiguous;
        let region = ambiguous == self.ambiguous
            && part(&address.province) == self.province
            && part(&address.city) == self.city
            && part(&address.district) == self.district;
        let phone = address.phone.as_ref().map(|phone| match &phone.extension {
            Some(extension) => format!("{}-{extension}", phone.digits),
            None => phone.digits.clone(),
        });
        let rest = address.name.as_deref().unwrap_or_default() == self.name
            && phone.unwrap_or_default() == self.phone
            && address.detail == self.detail;
        let hinted = ambiguous || !address.candidates.is_empty() || !address.warnings.is_empty();
        Verdict { region, all: region && rest, silent: !(region && rest) && !hinted }
    }
}

/// Makes samples one after another.
pub struct Generator<'r> {
    rng: StdRng,
    places: places::Places<'r>,
}

impl<'r> Generator<'r> {
    #[must_use]
    pub fn new(regions: &'r Regions, seed: u64) -> Self {
        Self { rng: StdRng::seed_from_u64(seed), places: places::Places::new(regions) }
    }

    /// The next sample, of any kind.
    pub fn sample(&mut self) -> Sample {
        loop {
            let kind = texts::KINDS.choose(&mut self.rng).expect("there are kinds");
            // Some kinds fit few places; they keep their share all the same.
            let made = (0..2000).find_map(|_| texts::make(kind, &mut self.rng, &self.places));
            if let Some(sample) = made {
                return sample;
            }
        }
    }
}

/// One of a list.
fn one<'l, T: ?Sized>(rng: &mut StdRng, list: &[&'l T]) -> &'l T {
    list[rng.gen_range(0..list.len())]
}

/// One character of a string.
fn letter(rng: &mut StdRng, letters: &str) -> char {
    let at = rng.gen_range(0..letters.chars().count());
    letters.chars().nth(at).unwrap_or('一')
}
