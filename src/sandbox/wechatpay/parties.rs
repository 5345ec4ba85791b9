//! For whom an order is made: a merchant itself, or a sub-merchant of a service provider (§14).
//!
//! Promises: numbers and app ids are checked against what the merchant has bound; a
//! sub-merchant must have given its authorisation. The same reading serves orders, queries,
//! closing, reversing and refunds.

use serde_json::{Map, Value, json};

use super::calls::Commit;
use super::errors::Refusal;
use super::fields::Fields;
use super::merchants::Merchant;

/// Which of the two families of addresses was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Direct,
    Partner,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Party {
    Direct { appid: String },
    Partner { sp_appid: String, sub_mchid: String, sub_appid: Option<String> },
}

fn not_bound() -> Refusal {
    Refusal::new(400, "APPID_MCHID_NOT_MATCH", "appid和mchid不匹配，请先绑定")
}

impl Party {
    /// The ids of an order's body.
    pub(super) fn read(mode: Mode, fields: &Fields<'_>, merchant: &Merchant) -> Result<Self, Refusal> {
        check_owner(mode, fields, merchant)?;
        if mode == Mode::Direct {
            let appid = fields.text("appid", 1, 32)?;
            return if merchant.has_bound(appid) {
                Ok(Self::Direct { appid: appid.to_owned() })
            } else {
                Err(not_bound())
            };
        }
        let sp_appid = fields.text("sp_appid", 1, 32)?;
        let sub_appid = fields.optional_text("sub_appid", 1, 32)?;
        let sub = merchant.authorised_sub(fields.text("sub_mchid", 1, 32)?)?;
        if !merchant.has_bound(sp_appid) || sub_appid.is_some_and(|appid| !sub.appids.iter().any(|own| own == appid)) {
            return Err(not_bound());
        }
        Ok(Self::Partner {
            sp_appid: sp_appid.to_owned(),
            sub_mchid: sub.mchid.clone(),
            sub_appid: sub_appid.map(str::to_owned),
        })
    }

    pub(super) fn mode(&self) -> Mode {
        match self {
            Self::Direct { .. } => Mode::Direct,
            Self::Partner { .. } => Mode::Partner,
        }
    }

    /// The app of whoever signs the order: the merchant's or the service provider's.
    pub(super) fn appid(&self) -> &str {
        match self {
            Self::Direct { appid } => appid,
            Self::Partner { sp_appid, .. } => sp_appid,
        }
    }

    pub(super) fn sub_mchid(&self) -> Option<&str> {
        match self {
            Self::Direct { .. } => None,
            Self::Partner { sub_mchid, .. } => Some(sub_mchid),
        }
    }

    pub(super) fn sub_appid(&self) -> Option<&str> {
        match self {
            Self::Direct { .. } => None,
            Self::Partner { sub_appid, .. } => sub_appid.as_deref(),
        }
    }

    /// The ids as queries and notifications tell them.
    pub(super) fn describe(&self, mchid: &str) -> Map<String, Value> {
        let mut told = Map::new();
        let mut tell = |name: &str, value: &str| told.insert(name.to_owned(), json!(value));
        match self {
            Self::Direct { appid } => {
                tell("mchid", mchid);
                tell("appid", appid);
            }
            Self::Partner { sp_appid, sub_mchid, sub_appid } => {
                tell("sp_mchid", mchid);
                tell("sp_appid", sp_appid);
                tell("sub_mchid", sub_mchid);
                if let Some(appid) = sub_appid {
                    tell("sub_appid", appid);
                }
            }
        }
        told
    }

    /// Refuses a call about this order that comes by the other family or names another
    /// sub-merchant, as if the order were not there.
    pub(super) fn check_reached_by(&self, mode: Mode, sub_mchid: Option<&str>) -> Result<(), Refusal> {
        if self.mode() == mode && self.sub_mchid() == sub_mchid { Ok(()) } else { Err(Refusal::order_missing()) }
    }
}

/// `mchid` or `sp_mchid` in a body is the one that signed.
pub(super) fn check_owner(mode: Mode, fields: &Fields<'_>, merchant: &Merchant) -> Result<(), Refusal> {
    let name = match mode {
        Mode::Direct => "mchid",
        Mode::Partner => "sp_mchid",
    };
    if fields.text(name, 1, 32)? != merchant.mchid {
        return Err(fields.fails(name, "与签名所用商户号不一致"));
    }
    if mode == Mode::Partner && merchant.sub_merchants.is_empty() {
        return Err(Refusal::new(403, "NO_AUTH", "该商户号不是服务商，无此接口权限"));
    }
    Ok(())
}

/// The sub-merchant a body names in partner mode.
pub(super) fn sub_mchid_in_body<'a>(mode: Mode, fields: &Fields<'a>) -> Result<Option<&'a str>, Refusal> {
    match mode {
        Mode::Direct => Ok(None),
        Mode::Partner => fields.text("sub_mchid", 1, 32).map(Some),
    }
}

/// `?mchid=`, or `?sp_mchid=&sub_mchid=`; tells the sub-merchant.
pub(super) fn check_query(mode: Mode, commit: &Commit<'_>, merchant: &Merchant) -> Result<Option<String>, Refusal> {
    let must = |name: &str| commit.query(name).ok_or_else(|| Refusal::field(name, &Value::Null, "必填", "query"));
    let owner = match mode {
        Mode::Direct => "mchid",
        Mode::Partner => "sp_mchid",
    };
    let mchid = must(owner)?;
    if mchid != merchant.mchid {
        return Err(Refusal::field(owner, &Value::String(mchid), "与签名所用商户号不一致", "query"));
    }
    match mode {
        Mode::Direct => Ok(None),
        Mode::Partner => must("sub_mchid").map(Some),
    }
}

/// Who pays by JSAPI, as the order names them (§7.3, §14).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Payer {
    Openid(String),
    SubOpenid(String),
}

impl Payer {
    pub(super) fn read(fields: &Fields<'_>, party: &Party) -> Result<Self, Refusal> {
        let payer = fields.object("payer")?;
        let (named, appid) = match party {
            Party::Direct { appid } => (Self::Openid(payer.text("openid", 1, 128)?.to_owned()), Some(appid.as_str())),
            Party::Partner { sp_appid, sub_appid, .. } => {
                let own = payer.optional_text("sp_openid", 1, 128)?;
                match (own, payer.optional_text("sub_openid", 1, 128)?) {
                    (Some(openid), None) => (Self::Openid(openid.to_owned()), Some(sp_appid.as_str())),
                    (None, Some(openid)) => (Self::SubOpenid(openid.to_owned()), sub_appid.as_deref()),
                    _ => return Err(payer.fails("sp_openid", "sp_openid和sub_openid必填且只能填一个")),
                }
            }
        };
        let Some(appid) = appid else {
            return Err(fields.fails("sub_appid", "传sub_openid时必填"));
        };
        let (Self::Openid(openid) | Self::SubOpenid(openid)) = &named;
        if super::apps::belongs_to(openid, appid) {
            Ok(named)
        } else {
            Err(Refusal::new(500, "OPENID_MISMATCH", "openid和appid不匹配"))
        }
    }
}
