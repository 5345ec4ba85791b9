//! The program as a process: its size, how soon it answers, what it holds at rest.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use luodi::crypto::{random, to_base64};

use crate::table::Table;
use crate::{Plan, machine};

const PROGRAM: &str = env!("CARGO_BIN_EXE_luodi");

pub fn measure(plan: &Plan, table: &mut Table) {
    let (mut bare, mut first, mut again, mut memory) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..plan.rounds() {
        let started = Instant::now();
        let version = Command::new(PROGRAM).arg("--version").stdout(Stdio::null()).status();
        assert!(version.expect("the program runs").success());
        bare.push(started.elapsed().as_secs_f64() * 1000.0);
        let directory = machine::directory();
        first.push(Server::start(&directory).ready_ms);
        let server = Server::start(&directory);
        again.push(server.ready_ms);
        std::thread::sleep(Duration::from_secs(1));
        memory.push(server.resident_mb());
    }
    let against = ("starting for --version", bare.as_slice());
    table.baseline("start for --version", &bare, "ms", "what the system takes to start the program at all");
    table.ratio("start to ready, new database", &first, "ms", against, "spawn → 200 from /health/ready");
    table.ratio("start to ready, known database", &again, "ms", against, "the same once the tables are there");
    let size = std::fs::metadata(PROGRAM).map_or(0, |m| m.len()) as f64 / 1e6;
    let size = vec![size; memory.len()];
    table.baseline("size of the program", &size, "MB", "without the link-time optimisation of a release");
    table.ratio("memory at rest", &memory, "MB", ("its own size", &size), "resident, a second after it is ready");
}

struct Server {
    child: Child,
    ready_ms: f64,
}

impl Server {
    fn start(directory: &tempfile::TempDir) -> Self {
        let started = Instant::now();
        let mut child = Command::new(PROGRAM)
            .args(["--json", "serve"])
            .current_dir(directory.path())
            .env("LUODI_BIND", "127.0.0.1:0")
            .env("LUODI_METRICS_BIND", "off")
            .env("LUODI_STORAGE__URL", format!("sqlite:{}", directory.path().join("luodi.db").display()))
            .env("LUODI_VAULT__KEYS", format!("bench:{}", to_base64(&random::bytes::<32>())))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let told: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("JSON, not {line:?}"));
        let address = told["listening"].as_str().expect("an address").trim_start_matches("http://").to_owned();
        while !is_ready(&address) {
            assert!(started.elapsed() < Duration::from_secs(30), "the program does not become ready");
            std::thread::sleep(Duration::from_millis(1));
        }
        Self { child, ready_ms: started.elapsed().as_secs_f64() * 1000.0 }
    }

    /// From the system's own count of pages.
    fn resident_mb(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = text.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap_or_default();
        let kilobytes = line.split_whitespace().next().and_then(|n| n.parse().ok());
        kilobytes.unwrap_or(f64::NAN) * 1024.0 / 1e6
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_ready(address: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let mut answer = String::new();
    let request = b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}
