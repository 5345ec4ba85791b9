//! WeChat's sign-in inside its own browser (网页授权): the address a shopper is sent to, and the exchange of
//! the code that comes back for an openid.
//! Promises: a code is sent once, never again by itself; every refusal says who can mend it.
//! Refuses: the virtual ids of preview pages (快照页), which can neither pay nor own anything.

use bytes::Bytes;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use crate::gateways::transport::{Call, READ_TIMEOUT, SendError, Transport};

/// An official account (服务号) and the hosts that know it.
#[derive(Clone)]
pub struct OAuthApp {
    pub app_id: String,
    pub secret: SecretString,
    /// WeChat's page, `https://open.weixin.qq.com`; no trailing slash.
    pub authorize_base: String,
    /// WeChat's API, `https://api.weixin.qq.com`; no trailing slash.
    pub api_base: String,
}

impl std::fmt::Debug for OAuthApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OAuthApp").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

/// What WeChat is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The openid alone, without a word to the user (静默授权).
    Base,
}

impl Scope {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Base => "snsapi_base",
        }
    }
}

/// Who somebody is to one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub openid: String,
    /// The same person across the apps of one owner, where WeChat tells it.
    pub unionid: Option<String>,
}

/// Why there is no identity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OAuthError {
    /// Used, expired or never WeChat's: a fresh sign-in helps.
    #[error("the code cannot be used (any more): {0}")]
    CodeSpent(i64),
    /// The merchant must change something.
    #[error("the official account is not set up for this: {errcode} {fix}")]
    Misconfigured { errcode: i64, fix: &'static str },
    /// A preview page: its user is not a real one yet.
    #[error("the user is looking at a preview page")]
    Preview,
    /// Not now.
    #[error("WeChat gave no identity: {0}")]
    Unavailable(String),
}

/// Where the shopper's browser is sent. `state` is letters and digits, 128 at most; WeChat gives it back.
#[must_use]
pub fn authorize_url(app: &OAuthApp, scope: Scope, redirect_uri: &str, state: &str) -> String {
    // WeChat demands this very order, and the fragment.
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("appid", &app.app_id)
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("response_type", "code")
        .append_pair("scope", scope.as_str())
        .append_pair("state", state)
        .finish();
    format!("{}/connect/oauth2/authorize?{query}#wechat_redirect", app.authorize_base)
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    errcode: i64,
    #[serde(default)]
    errmsg: String,
    openid: Option<String>,
    unionid: Option<String>,
    #[serde(default)]
    is_snapshotuser: i64,
}

/// Who sent the code. It is good for one exchange, so this is not repeated.
///
/// # Errors
/// [`OAuthError`].
pub async fn exchange(app: &OAuthApp, transport: &Transport, code: &str) -> Result<Identity, OAuthError> {
    let base = format!("{}/sns/oauth2/access_token", app.api_base);
    let url = Url::parse_with_params(
        &base,
        [
            ("appid", app.app_id.as_str()),
            ("secret", app.secret.expose_secret()),
            ("code", code),
            ("grant_type", "authorization_code"),
        ],
    )
    .map_err(|error| OAuthError::Unavailable(error.to_string()))?;
    let call = Call {
        operation: "oauth",
        method: Method::GET,
        url,
        headers: vec![("accept", "application/json".to_owned())],
        body: Bytes::new(),
        timeout: READ_TIMEOUT,
    };
    let answer = transport.send(call).await.map_err(|error| match error {
        SendError::NotConnected(why) | SendError::Refused(why) | SendError::Unknown(why) => {
            OAuthError::Unavailable(why)
        }
    })?;
    read(answer.status, &answer.body)
}

/// WeChat says `text/plain` and 200 whatever it means: only the body counts, and it is UTF-8.
fn read(status: u16, body: &[u8]) -> Result<Identity, OAuthError> {
    let answer: Answer = serde_json::from_slice(body)
        .map_err(|error| OAuthError::Unavailable(format!("status {status}, unreadable: {error}")))?;
    match answer {
        Answer { errcode: 0, is_snapshotuser: 1, .. } => Err(OAuthError::Preview),
        Answer { errcode: 0, openid: Some(openid), unionid, .. } if is_openid(&openid) => {
            Ok(Identity { openid, unionid: unionid.filter(|id| !id.is_empty()) })
        }
        Answer { errcode: 0, .. } => Err(OAuthError::Unavailable(format!("status {status}, no openid in the answer"))),
        Answer { errcode, errmsg, .. } => Err(refusal(errcode, &errmsg)),
    }
}

fn is_openid(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

fn refusal(errcode: i64, errmsg: &str) -> OAuthError {
    let fix = match errcode {
        40029 | 40163 | 41008 | 42003 => return OAuthError::CodeSpent(errcode),
        40013 => "appid is not the app id of an official account: compare it with the console.",
        40001 | 40125 => {
            "app_secret does not belong to appid: reset it in the official account's console and set it here."
        }
        40164 => "this server's address is not in the official account's IP whitelist.",
        40243 => "the AppSecret is frozen: thaw it in the official account's console.",
        41002 | 41004 => "appid or app_secret is missing.",
        48001 | 48004 | 50001 | 50002 | 61007 => {
            "the official account may not sign users in on web pages: it must be a verified service account (服务号)."
        }
        _ => return OAuthError::Unavailable(format!("{errcode} {errmsg}")),
    };
    OAuthError::Misconfigured { errcode, fix }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app() -> OAuthApp {
        OAuthApp {
            app_id: "wx1234567890abcdef".to_owned(),
            secret: SecretString::from("s"),
            authorize_base: "https://open.weixin.qq.com".to_owned(),
            api_base: "https://api.weixin.qq.com".to_owned(),
        }
    }

    #[test]
    fn the_address_is_as_wechat_demands_it() {
        let callback = "https://shop.example.cn/rest/cn/oauth/wechat/callback?store=zh&n=1";
        assert_eq!(
            authorize_url(&app(), Scope::Base, callback, "a1B2c3"),
            "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1234567890abcdef\
             &redirect_uri=https%3A%2F%2Fshop.example.cn%2Frest%2Fcn%2Foauth%2Fwechat%2Fcallback%3Fstore%3Dzh%26n%3D1\
             &response_type=code&scope=snsapi_base&state=a1B2c3#wechat_redirect"
        );
    }

    #[test]
    fn an_answer_names_the_person() {
        let body =
            r#"{"access_token":"A","expires_in":7200,"refresh_token":"R","openid":"oX-1_a","scope":"snsapi_base"}"#;
        assert_eq!(read(200, body.as_bytes()), Ok(Identity { openid: "oX-1_a".to_owned(), unionid: None }));
        let body = r#"{"openid":"oX","unionid":"u1","errcode":0,"nickname":"微信用户🙂"}"#;
        assert_eq!(read(200, body.as_bytes()).unwrap().unionid.as_deref(), Some("u1"));
    }

    #[test]
    fn each_refusal_says_who_can_mend_it() {
        let refused = |errcode: i64| read(200, format!(r#"{{"errcode":{errcode},"errmsg":"x, rid: 1"}}"#).as_bytes());
        for errcode in [40029, 40163, 41008, 42003] {
            assert_eq!(refused(errcode), Err(OAuthError::CodeSpent(errcode)), "a fresh sign-in helps");
        }
        for errcode in [40001, 40013, 40125, 40164, 48001] {
            assert!(matches!(refused(errcode), Err(OAuthError::Misconfigured { errcode: e, .. }) if e == errcode));
        }
        for errcode in [-1, 45009, 45011, 99999] {
            assert!(matches!(refused(errcode), Err(OAuthError::Unavailable(_))), "{errcode}");
        }
    }

    #[test]
    fn preview_users_and_unreadable_answers_are_nobody() {
        assert_eq!(read(200, br#"{"openid":"oVirtual","is_snapshotuser":1}"#), Err(OAuthError::Preview));
        for body in ["", "<html>", "{}", r#"{"openid":""}"#, r#"{"openid":"o x"}"#, r#"{"openid":7}"#] {
            assert!(matches!(read(502, body.as_bytes()), Err(OAuthError::Unavailable(_))), "{body}");
        }
    }
}
