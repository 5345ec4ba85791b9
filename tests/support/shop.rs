//! A shop's webhook address: keeps every request and answers as told.

use std::sync::{Arc, Mutex};

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use serde_json::Value;

/// One webhook as it came.
#[derive(Debug, Clone)]
pub struct Letter {
    pub id: String,
    pub timestamp: String,
    pub signature: String,
    pub body: Vec<u8>,
}

impl Letter {
    pub fn event(&self) -> Value {
        serde_json::from_slice(&self.body).expect("an event")
    }

    /// Checks it with the reference library, whose clock is the machine's.
    pub fn verifies_now_with(&self, secret: &str) -> bool {
        let mut headers = reqwest::header::HeaderMap::new();
        for (name, value) in
            [("webhook-id", &self.id), ("webhook-timestamp", &self.timestamp), ("webhook-signature", &self.signature)]
        {
            headers.insert(name, value.parse().expect("a header"));
        }
        let webhook = standardwebhooks::Webhook::new(secret).expect("a secret");
        webhook.verify(&self.body, &headers).is_ok()
    }

    /// The same, whatever the time: one of the signatures is what the reference library signs.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let webhook = standardwebhooks::Webhook::new(secret).expect("a secret");
        let timestamp = self.timestamp.parse().expect("a timestamp");
        let expected = webhook.sign(&self.id, timestamp, &self.body).expect("a signature");
        self.signature.split(' ').any(|signature| signature == expected)
    }
}

#[derive(Default)]
struct Mailbox {
    letters: Vec<Letter>,
    answers: Vec<u16>,
    otherwise: Option<u16>,
}

pub struct Shop {
    pub url: String,
    mailbox: Arc<Mutex<Mailbox>>,
}

async fn receive(request: HttpRequest, body: Bytes, mailbox: Data<Arc<Mutex<Mailbox>>>) -> HttpResponse {
    let header = |name: &str| {
        let value = request.headers().get(name).and_then(|v| v.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let letter = Letter {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body: body.to_vec(),
    };
    let mut mailbox = mailbox.lock().expect("the mailbox");
    mailbox.letters.push(letter);
    let told = if mailbox.answers.is_empty() { mailbox.otherwise } else { Some(mailbox.answers.remove(0)) };
    HttpResponse::build(StatusCode::from_u16(told.unwrap_or(204)).expect("a status")).finish()
}

impl Shop {
    pub fn open() -> Self {
        let mailbox = Arc::new(Mutex::new(Mailbox::default()));
        let kept = Data::new(Arc::clone(&mailbox));
        let server =
            HttpServer::new(move || App::new().app_data(kept.clone()).route("/webhooks", web::post().to(receive)))
                .workers(1)
                .disable_signals()
                .bind("127.0.0.1:0")
                .expect("a port");
        let url = format!("http://{}/webhooks", server.addrs()[0]);
        tokio::spawn(server.run());
        Self { url, mailbox }
    }

    /// The next answers, in order; then 204.
    pub fn answers(&self, statuses: &[u16]) {
        self.mailbox.lock().expect("the mailbox").answers.extend(statuses);
    }

    /// Every answer from now on.
    pub fn always_answers(&self, status: u16) {
        self.mailbox.lock().expect("the mailbox").otherwise = Some(status);
    }

    /// What came since the last look.
    pub fn letters(&self) -> Vec<Letter> {
        std::mem::take(&mut self.mailbox.lock().expect("the mailbox").letters)
    }
}
