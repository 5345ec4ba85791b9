//! `luodi addresses`: how well pasted addresses are read.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Global, output};
use crate::addresses::AddressParser;
use crate::addresses::samples::{Generator, Verdict};
use crate::regions::Regions;

/// Measure the reading of pasted addresses
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi addresses evaluate --count 50000 --seed 101")]
pub struct Addresses {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Evaluate(Evaluate),
}

/// Read made-up noisy texts and compare with what they were made from
///
/// Seeds below 100 are for development: their wrong texts were looked at while the parser was made. The others
/// are held out, and figures are given for them.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi addresses evaluate --count 50000 --seed 101 --wrong 20")]
struct Evaluate {
    /// The same seed makes the same texts
    #[arg(long, value_name = "N", default_value_t = 101)]
    seed: u64,
    /// How many texts
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..=5_000_000))]
    count: u32,
    /// Print up to N texts that were read wrongly
    #[arg(long, value_name = "N", default_value_t = 0)]
    wrong: usize,
}

/// How often each was right.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    texts: u32,
    region: u32,
    all: u32,
    silent: u32,
}

impl Tally {
    fn add(&mut self, verdict: Verdict) {
        self.texts += 1;
        self.region += u32::from(verdict.region);
        self.all += u32::from(verdict.all);
        self.silent += u32::from(verdict.silent);
    }

    fn percent(self, part: u32) -> f64 {
        f64::from(part) * 100.0 / f64::from(self.texts.max(1))
    }

    fn row(self, kind: &str) -> [String; 5] {
        let percent = |part| format!("{:.2}", self.percent(part));
        [kind.to_owned(), self.texts.to_string(), percent(self.region), percent(self.all), percent(self.silent)]
    }

    fn json(self) -> serde_json::Value {
        json!({
            "texts": self.texts,
            "region_right_percent": self.percent(self.region),
            "all_six_right_percent": self.percent(self.all),
            "wrong_without_hint_percent": self.percent(self.silent),
        })
    }
}

impl Addresses {
    pub fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Evaluate(evaluate) => evaluate.run(global),
        }
    }
}

impl Evaluate {
    fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let regions = Regions::embedded();
        let parser = AddressParser::new(regions.clone());
        let mut generator = Generator::new(&regions, self.seed);
        let mut kinds: BTreeMap<&str, Tally> = BTreeMap::new();
        let mut total = Tally::default();
        let mut reading_s = 0.0;
        let mut wrong_left = self.wrong;
        for _ in 0..self.count {
            let sample = generator.sample();
            let started = Instant::now();
            let address = parser.parse(&sample.text, None);
            reading_s += started.elapsed().as_secs_f64();
            let verdict = sample.expected.judge(&address);
            kinds.entry(sample.kind).or_default().add(verdict);
            total.add(verdict);
            if !verdict.all && wrong_left > 0 {
                wrong_left -= 1;
                eprintln!("{}: {:?}\n  expected {:?}\n  read {address:?}", sample.kind, sample.text, sample.expected);
            }
        }
        let per_s = f64::from(self.count) / reading_s.max(f64::EPSILON);
        if global.json {
            let kinds: BTreeMap<&str, _> = kinds.iter().map(|(kind, tally)| (*kind, tally.json())).collect();
            output::json(&json!({
                "seed": self.seed, "data_version": regions.version(), "total": total.json(), "kinds": kinds,
                "texts_per_second": per_s.round(),
            }))?;
        } else {
            let mut rows: Vec<_> = kinds.iter().map(|(kind, tally)| tally.row(kind)).collect();
            rows.push(total.row("all kinds"));
            output::table(["KIND", "TEXTS", "REGION %", "ALL SIX %", "WRONG WITHOUT HINT %"], &rows)?;
            output::line(format!("{per_s:.0} texts a second on this core, table {}", regions.version()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
