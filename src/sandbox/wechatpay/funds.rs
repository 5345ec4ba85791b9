//! Where a merchant's refunds are paid from: unsettled takings or the available balance (§11).
//!
//! Promises: without limits set by script there is always enough. With them an account never
//! goes below zero: what it cannot pay is refused.

use serde::{Deserialize, Serialize};

/// What is in each account, in fen; left out means more than anybody asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Funds {
    /// Payments arrive here.
    pub unsettled_fen: Option<i64>,
    pub available_fen: Option<i64>,
}

/// Which account pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Account {
    Unsettled,
    Available,
}

impl Funds {
    fn of(&mut self, account: Account) -> &mut Option<i64> {
        match account {
            Account::Unsettled => &mut self.unsettled_fen,
            Account::Available => &mut self.available_fen,
        }
    }

    pub(super) fn receive(&mut self, fen: i64) {
        self.put(Account::Unsettled, fen);
    }

    pub(super) fn put(&mut self, account: Account, fen: i64) {
        if let Some(held) = self.of(account) {
            *held += fen;
        }
    }

    pub(super) fn holds(&self, account: Account, fen: i64) -> bool {
        let mut copy = *self;
        copy.of(account).is_none_or(|held| held >= fen)
    }

    /// Takes what was checked with `holds` before.
    pub(super) fn take(&mut self, account: Account, fen: i64) {
        self.put(account, -fen);
    }

    /// A reversed payment goes back where it came from, never below nothing.
    pub(super) fn give_back(&mut self, fen: i64) {
        if let Some(held) = &mut self.unsettled_fen {
            *held = (*held - fen).max(0);
        }
    }
}
