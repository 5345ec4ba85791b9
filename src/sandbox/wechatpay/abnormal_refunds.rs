//! Refunds that cannot reach the payer, and the call that sends them elsewhere (§11.5).
//!
//! Promises: bank account and name are read only when they are encrypted to the key that the
//! request names; the refund then settles like any other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::calls::{Answer, Commit};
use super::errors::Refusal;
use super::faults::FaultKind;
use super::fields::Fields;
use super::merchants::Merchant;
use super::refunds::{REFUND_NUMBER_MARKS, RefundStatus};
use super::signing::ServingKey;

const BANK_TYPES: [&str; 15] = [
    "ICBC_DEBIT",
    "ABC_DEBIT",
    "BOC_DEBIT",
    "CCB_DEBIT",
    "COMM_DEBIT",
    "CMB_DEBIT",
    "PSBC_DEBIT",
    "SPDB_DEBIT",
    "CITIC_DEBIT",
    "CEB_DEBIT",
    "CMBC_DEBIT",
    "CIB_DEBIT",
    "GDB_DEBIT",
    "PAB_DEBIT",
    "NBCB_DEBIT",
];

/// `POST /v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund`.
pub(super) fn apply(merchant: &mut Merchant, refund_id: &str, commit: &Commit<'_>) -> Result<Answer, Refusal> {
    let fields = Fields::of_body(commit.document)?;
    let number = fields.number_text("out_refund_no", 1, 64, REFUND_NUMBER_MARKS)?;
    let sub_mchid = fields.optional_text("sub_mchid", 1, 32)?;
    let channel = match fields.one_of("type", &["USER_BANK_CARD", "MERCHANT_BANK_CARD"])? {
        Some("USER_BANK_CARD") => {
            check_bank_card(merchant, &fields, commit)?;
            "OTHER_BANKCARD"
        }
        Some(_) => "OTHER_BALANCE",
        None => return Err(fields.fails("type", "必填")),
    };
    let settles_at = commit.now.plus_ms(merchant.refund_delay_ms);
    let known = merchant.refunds.values_mut().find(|refund| refund.refund_id == refund_id);
    let refund = known.filter(|refund| refund.sub_mchid.as_deref() == sub_mchid);
    let refund = refund.ok_or_else(|| Refusal::resource_missing("退款单不存在"))?;
    if refund.out_refund_no != number {
        return Err(Refusal::invalid_request("商户退款单号与微信支付退款单号不匹配"));
    }
    if refund.status != RefundStatus::Abnormal {
        return Err(Refusal::invalid_request("退款单状态不是退款异常"));
    }
    refund.status = RefundStatus::Processing;
    refund.channel = channel;
    refund.settled_at = None;
    refund.outcome = match commit.fault {
        Some(FaultKind::RefundOutcome { status: RefundStatus::Processing }) => None,
        Some(FaultKind::RefundOutcome { status }) => Some((settles_at, *status)),
        _ => Some((settles_at, RefundStatus::Success)),
    };
    let told = refund.describe();
    merchant.refunds_waiting.push(number.to_owned());
    Ok(Answer::Json(told))
}

fn check_bank_card(merchant: &Merchant, fields: &Fields<'_>, commit: &Commit<'_>) -> Result<(), Refusal> {
    if fields.one_of("bank_type", &BANK_TYPES)?.is_none() {
        return Err(fields.fails("bank_type", "必填"));
    }
    let named = commit.named_key.and_then(|serial| merchant.trust.key_named(serial, commit.now));
    let key = named
        .ok_or_else(|| Refusal::parameter("Http头Wechatpay-Serial缺失或有误，须为加密所用的公钥ID或平台证书序列号"))?;
    let account = opened(fields, "bank_account", &key)?;
    if !(8..=32).contains(&account.len()) || !account.bytes().all(|b| b.is_ascii_digit()) {
        return Err(fields.fails("bank_account", "解密后不是银行卡号"));
    }
    if opened(fields, "real_name", &key)?.is_empty() {
        return Err(fields.fails("real_name", "解密后为空"));
    }
    Ok(())
}

/// §6.2: OAEP with SHA-1.
fn opened(fields: &Fields<'_>, name: &str, key: &ServingKey) -> Result<String, Refusal> {
    let sealed = STANDARD.decode(fields.text(name, 1, 1024)?).unwrap_or_default();
    let plain = super::keys::open(&key.pair, &sealed).and_then(|plain| String::from_utf8(plain).ok());
    plain.ok_or_else(|| fields.fails(name, "解密失败，请使用Wechatpay-Serial所指的公钥加密"))
}
