//! The shop's notification address: keeps every request and answers as told.

use std::sync::{Arc, Mutex};

use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

#[derive(Clone)]
pub struct Letter {
    pub headers: reqwest::header::HeaderMap,
    pub body: Vec<u8>,
}

impl Letter {
    pub fn envelope(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn open(&self, key: &str) -> Value {
        serde_json::from_str(&self.open_text(key)).unwrap()
    }

    pub fn open_text(&self, key: &str) -> String {
        let envelope = self.envelope();
        let part = |name: &str| envelope["resource"][name].as_str().unwrap().to_owned();
        let sealed = STANDARD.decode(part("ciphertext")).unwrap();
        let associated_data = envelope["resource"]["associated_data"].as_str().unwrap_or_default().to_owned();
        let payload = Payload { msg: &sealed, aad: associated_data.as_bytes() };
        let cipher = Aes256Gcm::new_from_slice(key.as_bytes()).unwrap();
        let plain = cipher.decrypt(Nonce::from_slice(part("nonce").as_bytes()), payload).unwrap();
        String::from_utf8(plain).unwrap()
    }
}

#[derive(Default)]
struct Mailbox {
    letters: Vec<Letter>,
    answers: Vec<u16>,
    /// The body of every answer.
    said: &'static str,
}

pub struct Receiver {
    pub url: String,
    mailbox: Arc<Mutex<Mailbox>>,
}

async fn receive(request: HttpRequest, body: Bytes, mailbox: Data<Arc<Mutex<Mailbox>>>) -> HttpResponse {
    let mut headers = reqwest::header::HeaderMap::new();
    for (name, value) in request.headers() {
        let name: reqwest::header::HeaderName = name.as_str().parse().unwrap();
        headers.insert(name, reqwest::header::HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    let mut mailbox = mailbox.lock().unwrap();
    mailbox.letters.push(Letter { headers, body: body.to_vec() });
    let status = if mailbox.answers.is_empty() { 204 } else { mailbox.answers.remove(0) };
    let mut response = HttpResponse::build(actix_web::http::StatusCode::from_u16(status).unwrap());
    if (300..400).contains(&status) {
        response.insert_header(("Location", "/notify"));
    }
    if mailbox.said.is_empty() { response.finish() } else { ok_if_plain(&mut response, status).body(mailbox.said) }
}

/// Alipay wants 200 and a word; 204 has no room for one.
fn ok_if_plain(response: &mut actix_web::HttpResponseBuilder, status: u16) -> &mut actix_web::HttpResponseBuilder {
    if status == 204 { response.status(actix_web::http::StatusCode::OK) } else { response }
}

impl Receiver {
    pub fn start() -> Self {
        let mailbox = Arc::new(Mutex::new(Mailbox::default()));
        let kept = Data::new(Arc::clone(&mailbox));
        let server =
            HttpServer::new(move || App::new().app_data(kept.clone()).route("/notify", web::route().to(receive)))
                .workers(1)
                .disable_signals()
                .bind("127.0.0.1:0")
                .unwrap();
        let url = format!("http://{}/notify", server.addrs()[0]);
        actix_web::rt::spawn(server.run());
        Self { url, mailbox }
    }

    /// The next answers, in order; 204 once they are used up.
    pub fn answer(&self, statuses: &[u16]) {
        self.mailbox.lock().unwrap().answers.extend(statuses);
    }

    /// What every answer says from now on.
    pub fn say(&self, text: &'static str) {
        self.mailbox.lock().unwrap().said = text;
    }

    pub fn take(&self) -> Vec<Letter> {
        std::mem::take(&mut self.mailbox.lock().unwrap().letters)
    }
}
