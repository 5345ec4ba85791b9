//! The shop's webhook receiver: remembers every event it was told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use actix_web::web::{self, Data, Json};
use actix_web::{App, HttpResponse, HttpServer};
use luodi::payments::Event;
use luodi::payments::EventType;
use luodi::sandbox::{Book, RefundStatus};

use crate::support::text;

#[derive(Default)]
struct Heard {
    /// By id, with how often it came.
    events: BTreeMap<String, (Event, usize)>,
}

pub struct Shop {
    pub url: String,
    heard: Arc<Mutex<Heard>>,
}

async fn hear(event: Json<Event>, heard: Data<Arc<Mutex<Heard>>>) -> HttpResponse {
    let event = event.into_inner();
    let mut heard = heard.lock().expect("nobody panicked");
    heard.events.entry(event.id.to_string()).or_insert((event, 0)).1 += 1;
    HttpResponse::NoContent().finish()
}

impl Shop {
    pub fn open() -> Self {
        let heard = Arc::new(Mutex::new(Heard::default()));
        let kept = Data::new(Arc::clone(&heard));
        let (address, bound) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let app = move || App::new().app_data(kept.clone()).route("/webhooks", web::post().to(hear));
                let server = HttpServer::new(app).workers(1).disable_signals().bind("127.0.0.1:0").expect("a port");
                address.send(server.addrs()[0]).expect("somebody waits");
                server.run().await
            })
        });
        let address = bound.recv().expect("the shop opens");
        Self { url: format!("http://{address}/webhooks"), heard }
    }

    /// How often each event of this kind came, with the event.
    pub fn heard(&self, kind: EventType) -> Vec<(Event, usize)> {
        let heard = self.heard.lock().expect("nobody panicked");
        heard.events.values().filter(|(event, _)| event.kind == kind).cloned().collect()
    }

    /// The numbers at the gateway of what this shop knows to be paid.
    pub fn paid_numbers(&self) -> Vec<String> {
        let paid = self.heard(EventType::PaymentPaid);
        let attempts = paid.iter().flat_map(|(event, _)| event.data["attempts"].as_array().into_iter().flatten());
        attempts.filter(|a| a["status"] == "paid").map(|a| text(&a["out_trade_no"])).collect()
    }

    pub fn knows_all_of(&self, book: &Book) -> bool {
        let paid = self.paid_numbers();
        let orders = book.orders.iter().filter(|o| o.paid_at.is_some()).all(|o| paid.contains(&o.out_trade_no));
        let refunded = self.heard(EventType::RefundSucceeded);
        let knows = |number: &str| refunded.iter().any(|(event, _)| event.data["out_refund_no"] == number);
        orders && book.refunds.iter().all(|r| r.status == RefundStatus::Success && knows(&r.out_refund_no))
    }
}
