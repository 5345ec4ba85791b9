//! Reading pasted addresses, against only looking for the table's names in the same texts.

use std::hint::black_box;
use std::time::Duration;

use aho_corasick::AhoCorasick;
use luodi::addresses::AddressParser;
use luodi::addresses::samples::Generator;
use luodi::regions::Regions;

use crate::Plan;
use crate::table::{Table, per_second};

/// What may be pasted by mistake or in malice, each repeated to 64 KiB.
const NOISE: [&str; 6] =
    ["北京市鼓楼区13800138000张三，城关镇", "朝阳区", "省市县区镇路号", "1380013800012345 ", "张三 ", "收货人:电话:"];
const NOISE_BYTES: usize = 64 * 1024;

pub fn measure(plan: &Plan, table: &mut Table) {
    let span = Duration::from_millis(if plan.quick { 100 } else { 500 });
    let regions = Regions::embedded();
    let parser = AddressParser::new(regions.clone());
    let units = regions.units().iter().flat_map(|unit| [&unit.name, &unit.short_name]);
    let names = units.chain(regions.towns().iter().map(|town| &town.name)).map(|name| name.as_bytes());
    let automaton = AhoCorasick::new(names).expect("an automaton");
    let mut generator = Generator::new(&regions, 1);
    let texts: Vec<String> = (0..2000).map(|_| generator.sample().text).collect();
    let noise = NOISE.map(|text| text.repeat(NOISE_BYTES / text.len()));
    let (mut scan, mut read, mut noise_ms) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..plan.rounds() {
        scan.push(per_second(span, |at| {
            black_box(automaton.find_overlapping_iter(&texts[at % texts.len()]).count());
        }));
        read.push(per_second(span, |at| drop(black_box(parser.parse(&texts[at % texts.len()], None)))));
        let rates = noise.iter().map(|text| per_second(span, |_| drop(black_box(parser.parse(text, None)))));
        noise_ms.push(rates.fold(0.0, |slowest: f64, rate| slowest.max(1000.0 / rate)));
    }
    let against = ("looking for names", scan.as_slice());
    table.baseline("names looked for in pasted texts", &scan, "/s", "Aho-Corasick over the table, 1 thread");
    table.ratio("pasted addresses read", &read, "/s", against, "all six fields, 1 thread");
    table.baseline(
        "64 KiB of noise read",
        &noise_ms,
        "ms",
        "the slowest of six kinds; 4,096 characters of it are read",
    );
}
