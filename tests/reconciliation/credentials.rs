//! Certificates that come to their end.

use luodi::http::accounts::add_account;
use luodi::sandbox::{MerchantDraft, TrustMode};
use serde_json::Value;

use crate::support::{House, wechat_account};

const DAY_S: i64 = 86_400;

async fn warnings(house: &House) -> Vec<Value> {
    house.app.jobs.keep_house().await.expect("the house is kept");
    let events = house.get("/v1/events?types=account.credentials_expiring&limit=500").await.json();
    events["data"].as_array().expect("events").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_merchant_is_warned_once_per_threshold() {
    let house = House::build().await;
    let draft = MerchantDraft {
        trust_mode: TrustMode::Certificates,
        certificate_life_s: Some(100 * 86_400),
        ..MerchantDraft::default()
    };
    let merchant = house.sandbox.add_merchant(draft).await.expect("a merchant");
    let mut account = wechat_account(house.store_id, &merchant, &house.sandbox.base_url());
    account.name = "certificates".to_owned();
    account.settings.as_object_mut().expect("settings").remove("wechatpay_public_key_id");
    account.secrets.as_object_mut().expect("secrets").remove("wechatpay_public_key");
    let account = add_account(&house.app.state, account).await.expect("an account");

    assert_eq!(warnings(&house).await.len(), 0, "a hundred days are enough");
    house.clock.advance_s(11 * DAY_S);
    let first = warnings(&house).await;
    assert_eq!(first.len(), 1);
    let data = &first[0]["data"];
    assert_eq!(data["account"], serde_json::json!(account.id));
    assert_eq!((&data["threshold_days"], &data["days_left"]), (&90.into(), &89.into()), "{data}");
    assert_eq!(data["credential"], "platform_certificate");
    house.clock.advance_s(DAY_S);
    assert_eq!(warnings(&house).await.len(), 1, "told already");
    house.clock.advance_s(60 * DAY_S);
    let second = warnings(&house).await;
    assert_eq!((second.len(), &second[1]["data"]["threshold_days"]), (2, &30.into()));
}
