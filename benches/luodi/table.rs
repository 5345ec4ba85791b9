//! The one table, and the arithmetic of its values.

use std::fmt;
use std::time::{Duration, Instant};

/// One line: a value, and its ratio to what ran beside it.
struct Row {
    name: String,
    value: String,
    ratio: String,
    note: String,
}

#[derive(Default)]
pub struct Table(Vec<Row>);

impl Table {
    /// Values that others are compared with, one for each round.
    pub fn baseline(&mut self, name: &str, values: &[f64], unit: &str, note: &str) {
        self.push(name, median(values), unit, String::new(), note);
    }

    /// `against` names the baseline. Each round is compared with what ran right beside it, for the
    /// machine may be busier in one round than in another; the middle ratio counts.
    pub fn ratio(&mut self, name: &str, values: &[f64], unit: &str, against: (&str, &[f64]), note: &str) {
        let (baseline, base) = against;
        let ratios: Vec<f64> = values.iter().zip(base).map(|(value, base)| value / base).collect();
        self.push(name, median(values), unit, format!("{:.3} × {baseline}", median(&ratios)), note);
    }

    fn push(&mut self, name: &str, value: f64, unit: &str, ratio: String, note: &str) {
        eprintln!("  {name}: {} {unit} {ratio}", number(value));
        let value = format!("{} {unit}", number(value));
        self.0.push(Row { name: name.to_owned(), value, ratio, note: note.to_owned() });
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |of: fn(&Row) -> &str| self.0.iter().map(|r| of(r).chars().count()).max().unwrap_or(0);
        let (name, value, ratio) = (width(|r| &r.name), width(|r| &r.value), width(|r| &r.ratio));
        writeln!(f, "{:name$} | {:>value$} | {:ratio$} | how to read it", "what", "value", "ratio")?;
        for row in &self.0 {
            writeln!(f, "{:name$} | {:>value$} | {:ratio$} | {}", row.name, row.value, row.ratio, row.note)?;
        }
        Ok(())
    }
}

fn number(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

/// The one in the middle: a neighbour's burst spoils a mean, not this.
pub fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// How often per second `work` runs on one thread.
pub fn per_second(span: Duration, mut work: impl FnMut(usize)) -> f64 {
    let started = Instant::now();
    let mut count = 0;
    while started.elapsed() < span {
        for _ in 0..16 {
            work(count);
            count += 1;
        }
    }
    count as f64 / started.elapsed().as_secs_f64()
}

/// The same on every core at once.
pub fn per_second_on_all_cores(span: Duration, work: impl Fn(usize) + Sync) -> f64 {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..crate::machine::cores()).map(|_| scope.spawn(|| per_second(span, &work))).collect();
        threads.into_iter().map(|t| t.join().expect("the work does not fail")).sum()
    })
}
