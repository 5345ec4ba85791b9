//! The examples that we ship, run against the demo. Where an interpreter is missing, its example is not run.

use std::io::{BufRead, BufReader, Lines};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::program::{Place, Running};

/// An example that listens, and what it prints.
struct Receiver {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Receiver {
    fn start(program: &str, file: &str, secret: &str) -> Option<Self> {
        let mut command = Command::new(program);
        command.arg(example(file)).arg("0").env("WEBHOOK_SECRET", secret);
        let Ok(mut child) = command.stdout(Stdio::piped()).spawn() else {
            eprintln!("{program} is not installed; {file} is not tested");
            return None;
        };
        let lines = BufReader::new(child.stdout.take()?).lines();
        Some(Self { child, lines })
    }

    fn line(&mut self) -> String {
        self.lines.next().expect("a line").expect("UTF-8")
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn example(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples").join(file)
}

async fn call(demo: &Running, method: reqwest::Method, path: &str, body: &Value) -> Value {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.request(method, format!("{}{path}", demo.text("api_url")));
    let request = request.bearer_auth(demo.text("api_key")).header("Idempotency-Key", "example-".repeat(2));
    let answer = request.json(body).send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{path}: {status} {text}");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn the_receivers_believe_luodi_and_nobody_else() {
    let place = Place::empty();
    let demo = place.start(&["demo", "--json", "--port", "0"]);
    for (program, file) in [("python3", "webhook_receiver.py"), ("node", "webhook_receiver.mjs")] {
        // The secret is known once the endpoint is, and the endpoint needs the port: a first start finds a free one.
        let path = "/v1/webhook-endpoints";
        let made = call(&demo, reqwest::Method::POST, path, &json!({ "url": "http://127.0.0.1:9/" })).await;
        let secret = made["secret"].as_str().unwrap();
        let Some(mut receiver) = Receiver::start(program, file, secret) else { continue };
        let url = receiver.line().replace("listening on ", "");
        let endpoint = format!("{path}/{}", made["id"].as_str().unwrap());
        call(&demo, reqwest::Method::PATCH, &endpoint, &json!({ "url": url })).await;
        call(&demo, reqwest::Method::POST, &format!("{endpoint}/test"), &json!({})).await;
        assert!(receiver.line().starts_with("webhook.test"), "{file}");

        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let forged = client
            .post(&url)
            .header("webhook-id", "evt_1")
            .header("webhook-timestamp", "1")
            .header("webhook-signature", "v1,AAAA")
            .body("{}");
        assert_eq!(forged.send().await.unwrap().status(), 401, "{file}");
    }
    assert_eq!(demo.stop(), 0);
}

#[tokio::test]
async fn the_walk_through_pays_and_refunds() {
    let place = Place::empty();
    let demo = place.start(&["demo", "--json", "--port", "0"]);
    let mut command = Command::new("sh");
    command.arg(example("curl.sh")).current_dir(place.path()).stdout(Stdio::piped());
    command.env("LUODI_API_URL", demo.text("api_url")).env("LUODI_API_KEY", demo.text("api_key")).env("WAIT_S", "30");
    let mut script = command.spawn().unwrap();
    let (mut told, mut pr, mut paid) = (String::new(), String::new(), false);
    for line in BufReader::new(script.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some(code_url) = line.trim().strip_prefix("code ") {
            code_url.trim().rsplit('=').next().unwrap().clone_into(&mut pr);
        }
        // The person at the phone. Not before: a code that was paid is shown no more.
        if line.starts_with("3. ") {
            let url = format!("{}/wechatpay/{pr}/pay", demo.text("phone_url"));
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            paid = client.post(url).send().await.unwrap().status().is_success();
        }
        told.push_str(&line);
        told.push('\n');
    }
    assert!(script.wait().unwrap().success() && paid, "{told}");
    for expected in ["payment.created", "payment.paid", "refund.requested", "   ref_"] {
        assert!(told.contains(expected), "{expected} in {told}");
    }
    assert_eq!(demo.stop(), 0);
}
