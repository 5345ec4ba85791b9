//! The few WebDriver commands we need, and Chromium's two additions: its log and its own protocol.

use reqwest::Method;
use serde_json::{Value, json};

/// Under this key WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

pub struct Session {
    http: reqwest::Client,
    url: String,
}

/// What WebDriver answered instead of a value, such as `no such element`.
#[derive(Debug)]
pub struct Refused(pub String);

impl Session {
    pub async fn start(driver_url: &str, wanted: Value) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let opening = Self { http, url: format!("{driver_url}/session") };
        let body = json!({ "capabilities": { "alwaysMatch": wanted } });
        let opened = opening.ask(Method::POST, "", body).await.expect("a browser starts");
        let id = opened["sessionId"].as_str().expect("a session");
        Self { url: format!("{driver_url}/session/{id}"), ..opening }
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Result<Value, Refused> {
        let request = self.http.request(method.clone(), format!("{}{path}", self.url));
        let request = if method == Method::POST { request.json(&body) } else { request };
        let answer = request.send().await.expect("ChromeDriver answers");
        let is_good = answer.status().is_success();
        let mut answer: Value = answer.json().await.expect("ChromeDriver answers in JSON");
        let value = answer["value"].take();
        if is_good { Ok(value) } else { Err(Refused(format!("{}: {}", value["error"], value["message"]))) }
    }

    pub async fn post(&self, path: &str, body: Value) -> Result<Value, Refused> {
        self.ask(Method::POST, path, body).await
    }

    pub async fn get(&self, path: &str) -> Result<Value, Refused> {
        self.ask(Method::GET, path, Value::Null).await
    }

    pub async fn end(&self) {
        self.ask(Method::DELETE, "", Value::Null).await.expect("the browser closes");
    }

    pub async fn find(&self, css: &str) -> Result<String, Refused> {
        let found = self.post("/element", json!({ "using": "css selector", "value": css })).await?;
        Ok(found[ELEMENT].as_str().unwrap_or_default().to_owned())
    }

    /// Looks into a frame of the page from now on; `None` looks at the page again.
    pub async fn look_into(&self, frame: Option<&str>) -> Result<(), Refused> {
        let frame = frame.map(|id| json!({ ELEMENT: id }));
        self.post("/frame", json!({ "id": frame })).await.map(drop)
    }

    pub async fn run(&self, script: &str) -> Result<Value, Refused> {
        self.post("/execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// A command of Chromium's own protocol.
    pub async fn chromium(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.post("/goog/cdp/execute", body).await.unwrap_or_else(|refused| panic!("{command}: {}", refused.0))
    }

    /// What was logged since the last time: `browser` is the console, `performance` holds every request.
    pub async fn log(&self, kind: &str) -> Vec<Value> {
        let entries = self.post("/se/log", json!({ "type": kind })).await.expect("a log");
        entries.as_array().cloned().unwrap_or_default()
    }
}
