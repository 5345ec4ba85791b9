//! The demo as a visitor starts it: the program itself, on free ports, ended with the test.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use luodi::i18n::Locale;
use serde_json::Value;

use crate::browser::Look;

pub struct Demo {
    child: Child,
    addresses: Value,
}

impl Demo {
    pub fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_luodi"))
            .args(["demo", "--port", "0", "--json", "--lang", "zh"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the demo starts");
        let mut line = String::new();
        let mut told = BufReader::new(child.stdout.take().expect("piped"));
        told.read_line(&mut line).expect("the demo says where it is");
        let addresses = serde_json::from_str(&line).expect("addresses in JSON");
        Self { child, addresses }
    }

    fn address(&self, name: &str) -> &str {
        self.addresses[name].as_str().expect("an address")
    }

    pub fn shop(&self, look: Look) -> String {
        format!("{}/?lang={}", self.address("shop_url"), look.locale.tag())
    }

    pub fn shop_page(&self, path: &str) -> String {
        format!("{}{path}", self.address("shop_url"))
    }

    pub fn phone(&self, look: Look) -> String {
        format!("{}?lang={}", self.address("phone_url"), if look.locale == Locale::En { "en" } else { "zh" })
    }

    pub fn api(&self, path: &str) -> String {
        format!("{}{path}", self.address("api_url"))
    }

    pub fn sandbox(&self) -> &str {
        self.address("sandbox_url")
    }
}

impl Drop for Demo {
    /// Asked and not killed, so that it removes its database.
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}
