//! `cargo bench [-- [--quick] [PART]]`: how fast Luodi is, in one table.
//! Every value stands beside something that ran in the same process on the same machine within the
//! same seconds; the ratio of the two is what may be compared between machines and versions.

mod addresses;
mod alipay;
mod bills;
mod creates;
mod database;
mod house;
mod machine;
mod notifications;
mod process;
mod qr;
mod regions;
mod table;
mod unionpay;
mod webhooks;
mod wechat;
mod wire;

use tokio::runtime::{Builder, Runtime};

use crate::table::Table;

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PARTS: [&str; 10] =
    ["bills", "notifications", "creates", "qr", "process", "webhooks", "regions", "addresses", "alipay", "unionpay"];

/// What was asked for on the command line.
#[derive(Debug, Clone, Default)]
struct Plan {
    quick: bool,
    part: Option<String>,
}

impl Plan {
    fn wants(&self, part: &str) -> bool {
        self.part.as_deref().is_none_or(|wanted| part.contains(wanted))
    }

    /// Each measurement is made this often, in turns with its baseline; the middle one counts.
    const fn rounds(&self) -> usize {
        if self.quick { 1 } else { 5 }
    }

    const fn requests(&self) -> usize {
        if self.quick { 400 } else { 2000 }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut plan = Plan::default();
    for argument in arguments.iter().filter(|a| *a != "--bench") {
        match argument.as_str() {
            "--quick" => plan.quick = true,
            part if PARTS.iter().any(|name| name.contains(part)) => plan.part = Some(part.to_owned()),
            other => {
                eprintln!("cargo bench -- [--quick] [PART], where PART is one of {PARTS:?}; not {other:?}");
                std::process::exit(2);
            }
        }
    }
    if arguments.is_empty() {
        // `cargo test --all-targets` comes by without an optimised build.
        println!("nothing is measured unless `cargo bench` asks");
        return;
    }
    let runtime = runtime();
    println!("{}", machine::facts());
    let mut table = Table::default();
    if plan.wants("notifications") {
        runtime.block_on(notifications::measure(&plan, &mut table));
    }
    if plan.wants("creates") {
        runtime.block_on(creates::measure(&plan, &mut table));
    }
    if plan.wants("bills") {
        bills::measure(&plan, &mut table);
    }
    if plan.wants("qr") {
        qr::measure(&plan, &mut table);
    }
    if plan.wants("process") {
        process::measure(&plan, &mut table);
    }
    if plan.wants("webhooks") {
        runtime.block_on(webhooks::measure(&plan, &mut table));
    }
    if plan.wants("regions") {
        runtime.block_on(regions::measure(&plan, &mut table));
    }
    if plan.wants("addresses") {
        addresses::measure(&plan, &mut table);
    }
    if plan.wants("alipay") {
        alipay::measure(&plan, &mut table);
        runtime.block_on(alipay::settled(&plan, &mut table));
    }
    if plan.wants("unionpay") {
        unionpay::measure(&plan, &mut table);
        runtime.block_on(unionpay::settled(&plan, &mut table));
    }
    println!("{table}");
}

/// As the program builds it.
fn runtime() -> Runtime {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Builder::new_multi_thread().enable_all().build().expect("a runtime")
}
