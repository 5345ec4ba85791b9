//! A circuit breaker for one account: after several calls in a row without an answer, further calls
//! are refused at once for a while, then one at a time is let through to try.
//! Promises: a refused call was certainly not sent. Notifications never pass through here.

use std::sync::{Mutex, PoisonError};

use super::GatewayError;
use crate::clock::{SharedClock, Timestamp};

/// Calls in a row without an answer until the circuit opens.
const THRESHOLD: u32 = 5;
/// How long it stays open before one call may try, in seconds.
const PAUSE_S: i64 = 15;

#[derive(Debug)]
pub struct Breaker {
    clock: SharedClock,
    state: Mutex<State>,
}

#[derive(Debug, Default, Clone, Copy)]
struct State {
    failures: u32,
    /// Set while the circuit is open.
    trial_at: Option<Timestamp>,
}

impl Breaker {
    #[must_use]
    pub fn new(clock: SharedClock) -> Self {
        Self { clock, state: Mutex::default() }
    }

    /// Asks for leave to call.
    ///
    /// # Errors
    /// `NotSent` while the circuit is open.
    pub fn admit(&self) -> Result<(), GatewayError> {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.trial_at {
            Some(at) if now < at => {
                let wait_s = seconds_until(now, at);
                Err(GatewayError::NotSent(format!("circuit open, next try in {wait_s} s")))
            }
            Some(_) => {
                // This call is the trial. Should it be dropped midway, the next may come after a pause.
                state.trial_at = Some(now.plus_s(PAUSE_S));
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Tells how an admitted call ended. A refusal by the gateway is an answer, so it counts as well.
    pub fn record<T>(&self, result: &Result<T, GatewayError>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(result, Err(GatewayError::NotSent(_) | GatewayError::Unknown(_))) {
            *state = State::default();
            return;
        }
        state.failures = state.failures.saturating_add(1);
        if state.failures >= THRESHOLD {
            state.trial_at = Some(self.clock.now().plus_s(PAUSE_S));
        }
    }

    /// Whole seconds until a call may be tried; `None` while calls pass.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<i64> {
        let now = self.clock.now();
        let state = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.trial_at.filter(|at| now < *at).map(|at| seconds_until(now, at))
    }
}

/// Rounded up, so that nobody comes back a moment too early.
const fn seconds_until(now: Timestamp, then: Timestamp) -> i64 {
    then.plus_ms(999).seconds_since(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::HandClock;

    fn unknown() -> Result<(), GatewayError> {
        Err(GatewayError::Unknown(String::new()))
    }

    #[test]
    fn opens_after_failures_in_a_row_and_closes_after_one_answer() {
        let clock = HandClock::at(Timestamp::from_seconds(1_000));
        let breaker = Breaker::new(clock.clone());
        for _ in 1..THRESHOLD {
            breaker.record(&unknown());
        }
        assert_eq!((breaker.admit(), breaker.retry_after_s()), (Ok(()), None));
        breaker.record(&unknown());
        assert!(matches!(breaker.admit(), Err(GatewayError::NotSent(why)) if why.contains("circuit open")));
        assert_eq!(breaker.retry_after_s(), Some(PAUSE_S));

        clock.advance_s(PAUSE_S);
        assert_eq!(breaker.retry_after_s(), None);
        assert_eq!(breaker.admit(), Ok(()), "one call may try");
        assert!(breaker.admit().is_err(), "and only one");
        breaker.record(&unknown());
        assert!(breaker.admit().is_err());

        clock.advance_s(PAUSE_S);
        assert_eq!(breaker.admit(), Ok(()));
        breaker.record(&Ok(()));
        assert_eq!(breaker.admit(), Ok(()));
    }

    #[test]
    fn a_refusal_by_the_gateway_is_an_answer() {
        let breaker = Breaker::new(HandClock::at(Timestamp::from_seconds(0)));
        for _ in 0..10 {
            breaker.record(&unknown());
            breaker.record::<()>(&Err(GatewayError::Misconfigured { code: String::new(), fix: String::new() }));
        }
        assert_eq!(breaker.admit(), Ok(()));
    }
}
