//! What the numbers were taken on.

use std::fs;
use std::io::Write;
use std::time::Instant;

use crate::table::median;

pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A directory on the disk that cargo builds on: /tmp may be memory, which syncs in no time.
pub fn directory() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory")
}

pub fn facts() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpu.lines().find_map(|l| l.strip_prefix("model name")).map_or("unknown", |l| l.trim_matches([':', ' ', '\t']));
    format!("{} cores, {model}; a write of 4 KiB with fsync takes {:.2} ms\n", cores(), fsync_ms())
}

fn fsync_ms() -> f64 {
    let directory = directory();
    let mut file = fs::File::create(directory.path().join("sync")).expect("a file");
    let times: Vec<f64> = (0..100)
        .map(|_| {
            let started = Instant::now();
            file.write_all(&[7; 4096]).and_then(|()| file.sync_data()).expect("a disk");
            started.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    median(&times)
}
