//! Runs the program in a folder of its own, with nothing of our environment's settings.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// 32 zero bytes: good enough for a folder that lives for one test.
pub const VAULT_KEYS: &str = "test:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ended {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("JSON expected: {self:?}"))
    }

    /// The JSON of a run that succeeded.
    pub fn done(self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        self.json()
    }

    /// The complaint of a run that failed.
    #[track_caller]
    pub fn refused(self, code: i32, parts: &[&str]) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        for part in parts {
            assert!(self.err.contains(part), "{part:?} expected in {}", self.err);
        }
        self
    }
}

/// A folder with a configuration in it.
pub struct Place {
    folder: TempDir,
}

impl Place {
    pub fn empty() -> Self {
        Self { folder: TempDir::new().expect("a folder") }
    }

    /// A store, a vault, and free ports.
    pub fn configured() -> Self {
        let place = Self::empty();
        let config = format!(
            "bind = \"127.0.0.1:0\"\nmetrics_bind = \"off\"\n[vault]\nkeys = \"{VAULT_KEYS}\"\n\
             [stores.default]\nshop_name = \"Tea\"\n"
        );
        place.write("luodi.toml", &config);
        place
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, content: &str) {
        std::fs::write(self.path().join(name), content).expect("written");
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_luodi"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LUODI_")) {
            command.env_remove(name);
        }
        command.current_dir(self.path()).args(arguments).stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.command(arguments).output().expect("the program runs"))
    }

    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Ended {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        child.stdin.take().expect("an input").write_all(input.as_bytes()).expect("written");
        Ended::of(child.wait_with_output().expect("it ends"))
    }

    /// Starts something that stays; the first line it prints is JSON.
    pub fn start(&self, arguments: &[&str]) -> Running {
        self.start_command(self.command(arguments))
    }

    pub fn start_command(&self, mut command: Command) -> Running {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program runs");
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("an output"));
        out.read_line(&mut line).expect("a line");
        let told = serde_json::from_str(&line).unwrap_or_else(|_| panic!("JSON expected, got {line:?}"));
        Running { child, told }
    }
}

/// Something that stays until it is told to stop.
pub struct Running {
    child: Child,
    pub told: Value,
}

impl Running {
    pub fn text(&self, name: &str) -> String {
        self.told[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.told)).to_owned()
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().expect("kill runs").success());
    }

    /// SIGHUP: read again what can be read again.
    pub fn hang_up(&self) {
        self.signal("-HUP");
    }

    /// SIGTERM, as a supervisor sends it; answers the exit code.
    pub fn stop(mut self) -> i32 {
        self.signal("-TERM");
        self.child.wait().expect("it ends").code().expect("an exit code")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A failed test must not leave a server behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
