//! A ChromeDriver of our own on a free port, ended with the test.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

/// Browsers are hungry: two tests at a time.
static TURNS: Semaphore = Semaphore::const_new(2);
static SAID: Once = Once::new();
/// It takes one free port of IPv6 and wants the same of IPv4: with much going on, somebody may have that one.
const STARTS: usize = 5;
const ENDS_WITHIN: Duration = Duration::from_secs(10);

pub struct Driver {
    child: Child,
    port: u16,
    _turn: SemaphorePermit<'static>,
}

impl Driver {
    /// `None`, and a line that says so, on a machine without ChromeDriver.
    pub async fn start() -> Option<Self> {
        let turn = TURNS.acquire().await.expect("nobody closes the semaphore");
        let program = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
        for _ in 0..STARTS {
            let child = Command::new(&program).args(["--port=0", "--log-level=SEVERE"]).stdout(Stdio::piped()).spawn();
            let mut child = match child {
                Ok(child) => child,
                Err(error) => {
                    let required = std::env::var("TEST_REQUIRE_BROWSER").is_ok_and(|value| value == "1");
                    assert!(!required, "TEST_REQUIRE_BROWSER is set, and {program} does not start: {error}");
                    // Written past the capture of a test's output, once.
                    SAID.call_once(|| {
                        let advice = "install chromium and chromium-driver";
                        let _ = writeln!(std::io::stderr(), "SKIPPED, all browser tests: {program} {error}; {advice}");
                    });
                    return None;
                }
            };
            let mut told = BufReader::new(child.stdout.take().expect("piped"));
            let Some(port) = announced_port(&mut told) else {
                let _ = child.wait();
                continue;
            };
            // What it prints later must find a reader.
            std::thread::spawn(move || std::io::copy(&mut told, &mut std::io::sink()));
            return Some(Self { child, port, _turn: turn });
        }
        panic!("{program} said no port in {STARTS} starts");
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends every browser that a failed test left behind, then the driver itself.
    fn ask_to_end(&self) -> std::io::Result<()> {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        connection.set_read_timeout(Some(ENDS_WITHIN))?;
        write!(connection, "GET /shutdown HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        connection.read_to_end(&mut Vec::new()).map(drop)
    }
}

/// From `ChromeDriver was started successfully on port 43215.`
fn announced_port(told: &mut impl BufRead) -> Option<u16> {
    told.lines()
        .map_while(Result::ok)
        .find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok())
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.ask_to_end();
        let deadline = Instant::now() + ENDS_WITHIN;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
