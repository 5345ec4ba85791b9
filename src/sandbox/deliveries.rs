//! Notifications on their way to a shop: sent when the clock says so, repeated, held back, given up.
//!
//! Promises: two steps never send the same one; a fault delays or holds one back once, not at every
//! look. What a notification says, how it is signed and what acknowledges it is its gateway's.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::{SharedClock, Timestamp};

/// Of the shop's answer, as much as anybody reads.
const ANSWER_LIMIT_BYTES: usize = 1024;
const COMPRESSION: i64 = 100;

/// How long to wait before a failed notification is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedeliverySchedule {
    /// The gateway's own steps: of WeChat Pay 15 s, 15 s, 30 s, 3 min … 6 h.
    #[default]
    Real,
    /// The same steps a hundred times faster.
    Compressed,
}

impl RedeliverySchedule {
    /// Milliseconds to wait after that many failures; `None` when nothing more is sent.
    pub(super) fn delay_ms(self, steps_s: &[i64], failures: usize) -> Option<i64> {
        let step_s = steps_s.get(failures.checked_sub(1)?)?;
        Some(match self {
            Self::Real => step_s * 1000,
            Self::Compressed => step_s * 1000 / COMPRESSION,
        })
    }
}

/// Where a notification stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    Waiting,
    Sending,
    /// Held back until another notification of this stand-in was sent.
    Held,
    Delivered,
    /// Every repetition failed.
    GivenUp,
    /// A fault kept it from ever being sent.
    Dropped,
}

/// One attempt and how the shop's side answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryAttempt {
    pub at: Timestamp,
    /// `None` when there was no answer in time.
    pub status: Option<u16>,
    /// What the answer said, up to a kilobyte.
    pub answer: String,
    /// Why there was no answer.
    pub failure: Option<String>,
}

/// One notification and its way so far.
#[derive(Debug, Clone)]
pub(super) struct Delivery<M> {
    pub(super) id: String,
    pub(super) url: String,
    pub(super) message: M,
    pub(super) state: DeliveryState,
    pub(super) attempts: Vec<DeliveryAttempt>,
    next_at: Timestamp,
    failures: usize,
    is_let_go: bool,
}

/// What a fault does to the way of a notification, whatever that says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strike {
    Drop,
    HoldBack,
    Delay { delay_ms: u64 },
    Repeat { copies: u32, at_once: bool },
}

/// How often a notification goes out now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Copies {
    pub(super) count: usize,
    at_once: bool,
}

impl<M> Delivery<M> {
    pub(super) const fn new(id: String, url: String, message: M, now: Timestamp) -> Self {
        Self {
            id,
            url,
            message,
            state: DeliveryState::Waiting,
            attempts: Vec::new(),
            next_at: now,
            failures: 0,
            is_let_go: false,
        }
    }

    /// When it is sent next, if ever.
    pub(super) fn next_at(&self) -> Option<Timestamp> {
        (self.state == DeliveryState::Waiting).then_some(self.next_at)
    }

    /// Whether a fault may still strike it this time.
    pub(super) const fn may_be_struck(&self) -> bool {
        !self.is_let_go
    }

    /// `None` when it does not go out now.
    pub(super) fn strike(&mut self, strike: Option<Strike>, now: Timestamp) -> Option<Copies> {
        let copies = match strike {
            Some(Strike::Drop) => {
                self.state = DeliveryState::Dropped;
                return None;
            }
            Some(Strike::HoldBack) => {
                self.state = DeliveryState::Held;
                self.is_let_go = true;
                return None;
            }
            Some(Strike::Delay { delay_ms }) => {
                self.state = DeliveryState::Waiting;
                self.next_at = now.plus_ms(i64::try_from(delay_ms).unwrap_or(i64::MAX));
                self.is_let_go = true;
                return None;
            }
            Some(Strike::Repeat { copies, at_once }) => {
                Copies { count: usize::try_from(copies).map_or(1, |copies| copies + 1), at_once }
            }
            None => Copies { count: 1, at_once: false },
        };
        self.is_let_go = false;
        Some(copies)
    }

    /// It was refused or not heard: when it goes out again, if ever.
    fn postpone(&mut self, schedule: RedeliverySchedule, steps_s: &[i64], now: Timestamp) {
        self.failures += 1;
        match schedule.delay_ms(steps_s, self.failures) {
            Some(delay_ms) => {
                self.state = DeliveryState::Waiting;
                self.next_at = now.plus_ms(delay_ms);
            }
            None => self.state = DeliveryState::GivenUp,
        }
    }
}

/// One request, signed and ready.
pub(super) struct Letter {
    pub(super) url: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

/// What goes out for one notification at one time.
pub(super) struct Round {
    letters: Vec<Letter>,
    at_once: bool,
}

impl Round {
    pub(super) const fn new(letters: Vec<Letter>, copies: Copies) -> Self {
        Self { letters, at_once: copies.at_once }
    }
}

/// A gateway's post: what it says, to whom, and when it lets go.
pub(super) trait Post {
    type Message;
    /// Seconds from each failed delivery to the next.
    const STEPS_S: &'static [i64];
    const ANSWER_WITHIN: Duration;

    fn clock(&self) -> &SharedClock;
    fn schedule(&self) -> RedeliverySchedule;
    fn client(&self) -> &reqwest::Client;
    /// Lets time do what it does to every order.
    fn advance(&self, now: Timestamp);
    /// Shows every notification there is, with the number of its merchant.
    fn each(&self, visit: &mut dyn FnMut(&str, &mut Delivery<Self::Message>));
    fn is_about(message: &Self::Message, order_no: &str) -> bool;
    fn acknowledges(answer: &DeliveryAttempt) -> bool;
    /// What goes out for it now, struck by a fault where one waits. `None` when nothing does.
    fn round(&self, merchant_no: &str, id: &str, now: Timestamp) -> Option<Round>;
}

/// Sends every notification that is due. Tells how many requests were sent, copies included.
pub(super) async fn step<P: Post>(post: &P) -> usize {
    let now = post.clock().now();
    post.advance(now);
    let due = claim(post, |_, delivery| delivery.next_at().is_some_and(|at| at <= now));
    let sent = send_all(post, due).await;
    if sent == 0 {
        return 0;
    }
    let freed = claim(post, |_, delivery| delivery.state == DeliveryState::Held);
    sent + send_all(post, freed).await
}

/// Sends what is known about an order again, delivered or not.
pub(super) async fn notify_again<P: Post>(post: &P, merchant_no: &str, order_no: &str) -> usize {
    let due = claim(post, |owner, delivery| {
        owner == merchant_no && P::is_about(&delivery.message, order_no) && delivery.state != DeliveryState::Sending
    });
    send_all(post, due).await
}

/// Marks what is chosen as being sent. The merchant's number and the notification's id, oldest first.
fn claim<P: Post>(post: &P, chosen: impl Fn(&str, &Delivery<P::Message>) -> bool) -> Vec<(String, String)> {
    let mut claimed = Vec::new();
    post.each(&mut |merchant_no, delivery| {
        if chosen(merchant_no, delivery) {
            delivery.state = DeliveryState::Sending;
            claimed.push((delivery.next_at, merchant_no.to_owned(), delivery.id.clone()));
        }
    });
    claimed.sort_by_key(|(next_at, _, _)| *next_at);
    claimed.into_iter().map(|(_, merchant_no, id)| (merchant_no, id)).collect()
}

async fn send_all<P: Post>(post: &P, claimed: Vec<(String, String)>) -> usize {
    let mut sent = 0;
    for (merchant_no, id) in &claimed {
        sent += send(post, merchant_no, id).await;
    }
    sent
}

async fn send<P: Post>(post: &P, merchant_no: &str, id: &str) -> usize {
    let now = post.clock().now();
    let Some(Round { letters, at_once }) = post.round(merchant_no, id, now) else { return 0 };
    let count = letters.len();
    let mut attempts = Vec::with_capacity(count);
    if at_once {
        let sent = letters.into_iter().map(|letter| deliver(post, letter, now));
        attempts = futures_util::future::join_all(sent).await;
    } else {
        for letter in letters {
            attempts.push(deliver(post, letter, now).await);
        }
    }
    let answered_at = post.clock().now();
    let is_delivered = attempts.iter().any(P::acknowledges);
    post.each(&mut |owner, delivery| {
        if owner != merchant_no || delivery.id != id {
            return;
        }
        delivery.attempts.append(&mut attempts);
        if is_delivered {
            delivery.state = DeliveryState::Delivered;
        } else {
            delivery.postpone(post.schedule(), P::STEPS_S, answered_at);
        }
    });
    count
}

async fn deliver<P: Post>(post: &P, letter: Letter, at: Timestamp) -> DeliveryAttempt {
    let mut request = post.client().post(&letter.url).timeout(P::ANSWER_WITHIN).body(letter.body);
    for (name, value) in letter.headers {
        request = request.header(name, value);
    }
    let mut response = match request.send().await {
        Ok(response) => response,
        Err(failure) => {
            let told = if failure.is_timeout() { "no answer in time" } else { "connection failed" };
            return DeliveryAttempt { at, status: None, answer: String::new(), failure: Some(told.to_owned()) };
        }
    };
    let mut answer = Vec::new();
    while let Ok(Some(piece)) = response.chunk().await {
        answer.extend_from_slice(&piece);
        if answer.len() > ANSWER_LIMIT_BYTES {
            break;
        }
    }
    answer.truncate(ANSWER_LIMIT_BYTES);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    DeliveryAttempt { at, status: Some(response.status().as_u16()), answer, failure: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_steps_are_a_hundred_times_as_fast() {
        assert_eq!(RedeliverySchedule::Real.delay_ms(&[15, 240], 2), Some(240_000));
        assert_eq!(RedeliverySchedule::Compressed.delay_ms(&[15, 240], 1), Some(150));
        assert_eq!(RedeliverySchedule::Real.delay_ms(&[15, 240], 3), None);
        assert_eq!(RedeliverySchedule::Real.delay_ms(&[15, 240], 0), None);
    }

    #[test]
    fn a_delay_strikes_once() {
        let start = Timestamp::from_seconds(1_767_240_000);
        let mut delivery = Delivery::new("1".to_owned(), String::new(), (), start);
        assert!(delivery.may_be_struck());
        assert_eq!(delivery.strike(Some(Strike::Delay { delay_ms: 500 }), start), None);
        assert_eq!(delivery.next_at(), Some(start.plus_ms(500)));
        assert!(!delivery.may_be_struck());
        assert_eq!(delivery.strike(None, start.plus_ms(500)), Some(Copies { count: 1, at_once: false }));
        assert!(delivery.may_be_struck(), "what is sent again may be struck again");
    }
}
