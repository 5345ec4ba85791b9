//! The official account (服务号) by whose app id orders are paid inside WeChat, as far as finding a payer's
//! openid needs it. Promises: a test account's codes and secret go to its stand-in, a live one's to WeChat.

use std::fmt;

use secrecy::SecretString;
use serde::Deserialize;

use super::settings::{WeChatPaySecrets, WeChatPaySettings};
use crate::gateways::AccountCredentials;
use crate::payments::payment::Mode;

/// Where WeChat asks its user, and where a code is exchanged.
const REAL_HOSTS: (&str, &str) = ("https://open.weixin.qq.com", "https://api.weixin.qq.com");

/// An app id, its secret, and the hosts that know it.
#[derive(Clone)]
pub struct PayingApp {
    pub app_id: String,
    pub secret: SecretString,
    /// Where the browser is sent; no trailing slash.
    pub authorize_base: String,
    /// Where the code is exchanged; no trailing slash.
    pub api_base: String,
}

impl fmt::Debug for PayingApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayingApp").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

impl PayingApp {
    /// `None` when the account has no `app_secret`: then only the shop can tell an openid.
    #[must_use]
    pub fn of(account: &AccountCredentials) -> Option<Self> {
        let settings = WeChatPaySettings::deserialize(&account.settings).ok()?;
        let secret = WeChatPaySecrets::deserialize(&account.secrets).ok()?.app_secret?;
        let (authorize_base, api_base) = match account.mode {
            Mode::Live => (REAL_HOSTS.0.to_owned(), REAL_HOSTS.1.to_owned()),
            Mode::Test => {
                let base = settings.oauth_base.or(settings.api_base)?;
                let base = base.trim().trim_end_matches('/').to_owned();
                (base.clone(), base)
            }
        };
        Some(Self {
            app_id: settings.appid.trim().to_owned(),
            secret: SecretString::from(secret.trim()),
            authorize_base,
            api_base,
        })
    }
}
