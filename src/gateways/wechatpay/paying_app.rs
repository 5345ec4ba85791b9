//! The official account (服务号) by whose app id orders are paid inside WeChat, and the hosts that know it.

use secrecy::SecretString;
use serde::Deserialize;

use super::settings::{WeChatPaySecrets, WeChatPaySettings};
use crate::gateways::AccountCredentials;
use crate::gateways::shopper::PayingApp;
use crate::payments::payment::Mode;

/// Where WeChat asks its user, and where a code is exchanged.
const REAL_HOSTS: (&str, &str) = ("https://open.weixin.qq.com", "https://api.weixin.qq.com");

/// `None` when the account has no `app_secret`: then only the shop can tell an openid.
pub(super) fn paying_app(account: &AccountCredentials) -> Option<PayingApp> {
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
    Some(PayingApp {
        app_id: settings.appid.trim().to_owned(),
        secret: SecretString::from(secret.trim()),
        authorize_base,
        api_base,
    })
}
