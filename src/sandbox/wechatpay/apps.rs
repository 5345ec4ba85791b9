//! Official accounts, mini-programs and mobile apps, and who people are to them.
//!
//! Promises: one person has one openid per app, and it tells which app it belongs to; an
//! app's secret opens nothing but that app; OAuth codes are used once and live five minutes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::keys::random_alphanumeric;
use crate::clock::Timestamp;

const CODE_LIFETIME_S: i64 = 300;
const APP_MARK_CHARS: usize = 6;
const PERSON_CHARS: usize = 21;
/// Whoever holds the phone unless a script says otherwise.
pub(super) const SHOPPER: &str = "shopper";

/// The openid of a person towards an app: 28 characters, the same every time.
#[must_use]
pub fn openid_of(appid: &str, person: &str) -> String {
    format!("{}{}", mark_of(appid), letters(&format!("{appid}\n{person}"), PERSON_CHARS))
}

pub(super) fn belongs_to(openid: &str, appid: &str) -> bool {
    openid.starts_with(&mark_of(appid))
}

fn mark_of(appid: &str) -> String {
    format!("o{}", letters(appid, APP_MARK_CHARS))
}

fn letters(of: &str, count: usize) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let digest = Sha256::digest(of.as_bytes());
    digest.iter().take(count).map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect()
}

/// What a shop's server needs to know of an app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppCredentials {
    pub appid: String,
    pub app_secret: String,
}

#[derive(Debug)]
struct OAuthCode {
    appid: String,
    person: String,
    expires_at: Timestamp,
    is_used: bool,
}

/// Every app of this WeChat and the OAuth codes on their way.
#[derive(Debug, Default)]
pub(super) struct Apps {
    secrets: BTreeMap<String, String>,
    /// §2.7 of the platform: the hosts a code may be sent to; none registered lets any be used.
    callback_hosts: BTreeMap<String, Vec<String>>,
    codes: BTreeMap<String, OAuthCode>,
}

/// Why a code was not exchanged, as the platform numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OAuthError {
    UnknownApp,
    WrongSecret,
    UnknownCode,
    UsedCode,
    ExpiredCode,
}

impl OAuthError {
    pub(super) fn told(self) -> (i64, &'static str) {
        match self {
            Self::UnknownApp => (40013, "invalid appid"),
            Self::WrongSecret => (40125, "invalid appsecret"),
            Self::UnknownCode => (40029, "invalid code"),
            Self::UsedCode => (40163, "code been used"),
            Self::ExpiredCode => (42003, "oauth_code expired"),
        }
    }
}

impl Apps {
    /// An app that is known already keeps its secret.
    pub(super) fn register(&mut self, appid: &str, secret: Option<&str>) {
        let fresh = || secret.map_or_else(|| hex::encode(rand::random::<[u8; 16]>()), str::to_owned);
        self.secrets.entry(appid.to_owned()).or_insert_with(fresh);
    }

    pub(super) fn allow_callback(&mut self, appid: &str, hosts: &[String]) {
        self.callback_hosts.entry(appid.to_owned()).or_default().extend(hosts.iter().cloned());
    }

    pub(super) fn credentials(&self, appid: &str) -> Option<AppCredentials> {
        let secret = self.secrets.get(appid)?;
        Some(AppCredentials { appid: appid.to_owned(), app_secret: secret.clone() })
    }

    pub(super) fn knows(&self, appid: &str) -> bool {
        self.secrets.contains_key(appid)
    }

    pub(super) fn may_return_to(&self, appid: &str, host: &str) -> bool {
        let registered = self.callback_hosts.get(appid).filter(|hosts| !hosts.is_empty());
        registered.is_none_or(|hosts| hosts.iter().any(|known| known.eq_ignore_ascii_case(host)))
    }

    pub(super) fn issue_code(&mut self, appid: &str, person: &str, now: Timestamp) -> String {
        let code = random_alphanumeric(32);
        let issued = OAuthCode {
            appid: appid.to_owned(),
            person: person.to_owned(),
            expires_at: now.plus_s(CODE_LIFETIME_S),
            is_used: false,
        };
        self.codes.insert(code.clone(), issued);
        code
    }

    /// The openid behind a code, once.
    pub(super) fn redeem(
        &mut self,
        appid: &str,
        secret: &str,
        code: &str,
        now: Timestamp,
    ) -> Result<String, OAuthError> {
        let known = self.secrets.get(appid).ok_or(OAuthError::UnknownApp)?;
        if known != secret {
            return Err(OAuthError::WrongSecret);
        }
        let issued = self.codes.get_mut(code).filter(|issued| issued.appid == appid).ok_or(OAuthError::UnknownCode)?;
        if issued.is_used {
            return Err(OAuthError::UsedCode);
        }
        if now >= issued.expires_at {
            return Err(OAuthError::ExpiredCode);
        }
        issued.is_used = true;
        Ok(openid_of(appid, &issued.person))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_openid_belongs_to_one_app_and_one_person() {
        let openid = openid_of("wx0000000000000001", "ming");
        assert_eq!(openid.len(), 28);
        assert_eq!(openid, openid_of("wx0000000000000001", "ming"));
        assert_ne!(openid, openid_of("wx0000000000000001", "hua"));
        assert!(belongs_to(&openid, "wx0000000000000001") && !belongs_to(&openid, "wx0000000000000002"));
    }
}
