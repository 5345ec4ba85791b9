//! Adding an account over REST and checking it against the stand-in: each mistake has its name, its place and its
//! remedy in words.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luodi::clock::Timestamp;
use luodi::payments::Mode;
use luodi::sandbox::unionpay::{FaultKind, Forgery, MerchantCredentials, MerchantDraft, Operation, SignMethod};
use luodi::storage::KeyKind;
use serde_json::{Value, json};

use crate::authority::chain;
use crate::support::unionpay::{UnionPayAccount, unionpay_account};
use crate::support::{Answer, House, add_key, send, text};

/// The stand-in tells the machine's time in its answers: a house whose clock agrees with it.
async fn on_time() -> House {
    let house = House::build().await;
    house.clock.set(Timestamp::from_millis(jiff::Timestamp::now().as_millisecond()));
    house
}

/// Severity and code of each finding; every one has words in both languages.
async fn check(house: &House, account: &str) -> Vec<String> {
    let path = format!("/v1/accounts/{account}/check");
    let mut codes = Vec::new();
    for (language, is_english) in [("zh-CN", false), ("en", true)] {
        let answer = send(house.request("POST", &path).header("accept-language", language).json(&json!({}))).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let told = answer.json();
        let findings = told["findings"].as_array().expect("findings").clone();
        let is_sound = findings.iter().all(|f| f["severity"] != "error");
        assert_eq!(told["ok"], is_sound);
        codes.clear();
        for finding in findings {
            let detail = text(&finding["detail"]);
            assert!(detail.chars().count() >= 10 && detail.is_ascii() <= is_english, "{language}: {detail}");
            assert!(!detail.contains("check-"), "{detail}");
            codes.push(format!("{} {}", text(&finding["severity"]), text(&finding["code"])));
        }
    }
    codes
}

async fn check_of(house: &House, unionpay: &UnionPayAccount) -> Vec<String> {
    check(house, &unionpay.account_id.to_string()).await
}

async fn add(house: &House, change: impl FnOnce(&mut Value), merchant: &MerchantCredentials) -> Answer {
    let mut body = unionpay_account(merchant, &house.sandbox.unionpay().base_url());
    change(&mut body);
    house.post("/v1/accounts", body).await
}

/// Added as changed, then checked.
async fn added_and_checked(
    house: &House,
    merchant: &MerchantCredentials,
    change: impl FnOnce(&mut Value),
) -> Vec<String> {
    let added = add(house, change, merchant).await;
    assert_eq!(added.status, 201, "{}", added.text);
    check(house, &text(&added.json()["id"])).await
}

fn fields_of(refused: &Answer) -> Vec<String> {
    let (status, code, fields) = refused.problem();
    assert_eq!((status, code.as_str()), (422, "account_invalid"), "{}", refused.text);
    for error in refused.json()["errors"].as_array().expect("errors") {
        assert!(text(&error["detail"]).chars().count() >= 10, "{error}");
    }
    fields
}

async fn merchant(house: &House, draft: MerchantDraft) -> MerchantCredentials {
    house.sandbox.unionpay().add_merchant(draft).await.expect("a merchant")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_account_is_said_to_be_sound_by_every_method() {
    let house = on_time().await;
    for sign_method in [SignMethod::Certificate, SignMethod::SecureKeySha256, SignMethod::SecureKeySm3] {
        let draft = MerchantDraft { sign_method, ..MerchantDraft::default() };
        let unionpay = house.add_unionpay(draft, json!({})).await;
        let found = check_of(&house, &unionpay).await;
        let own = (sign_method == SignMethod::Certificate).then(|| "ok unionpay_certificate".to_owned());
        let expected: Vec<_> = own.into_iter().chain(["ok unionpay_credentials_accepted".to_owned()]).collect();
        assert_eq!(found, expected);
        assert_eq!(unionpay.calls(Operation::Query), 2, "one question each time, and nothing else");
        assert_eq!(unionpay.book().calls.len(), 2);

        let deep = house.post(&format!("/v1/accounts/{}/check?deep=true", unionpay.account_id), json!({})).await;
        assert_eq!(
            deep.json()["findings"].as_array().expect("findings").last().expect("one")["code"],
            "unionpay_order_opened"
        );
        let orders = unionpay.book().transactions;
        assert_eq!((orders.len(), orders[0].amount_fen), (1, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_file_that_cannot_be_used_is_refused_with_its_reason() {
    let house = on_time().await;
    let merchant = merchant(&house, MerchantDraft::default()).await;
    let wrong = add(&house, |body| body["secrets"]["key_password"] = json!("123456"), &merchant).await;
    assert_eq!(fields_of(&wrong), ["/secrets/key_password: wrong_key_password"]);
    let pem = add(&house, |body| body["secrets"]["key_file"] = json!(merchant.certificate_pem), &merchant).await;
    assert_eq!(fields_of(&pem), ["/secrets/key_file: unreadable_key_file"]);

    // As some tools export it: the key and its certificate, nothing above.
    let file = STANDARD.decode(&merchant.pfx_base64).expect("base64");
    let opened = p12::PFX::parse(&file).expect("a key file");
    let key = opened.key_bags(&merchant.pfx_password).expect("a key").remove(0);
    let own = crate::authority::der(&merchant.certificate_pem);
    let bare = p12::PFX::new(&own, &key, None, "000000", "merchant").expect("a key file").to_der();
    let bare = |body: &mut Value| body["secrets"]["key_file"] = json!(STANDARD.encode(&bare));
    let without = |body: &mut Value| {
        bare(body);
        let secrets = body["secrets"].as_object_mut().expect("secrets");
        secrets.retain(|name, _| !name.ends_with("_certificates"));
    };
    let refused = add(&house, without, &merchant).await;
    assert_eq!(
        fields_of(&refused),
        ["/secrets/middle_certificates: key_file_without_chain", "/secrets/root_certificates: key_file_without_chain",]
    );
    let found = added_and_checked(&house, &merchant, bare).await;
    assert_eq!(
        found,
        ["ok unionpay_certificate", "ok unionpay_credentials_accepted"],
        "with UnionPay's files it is whole"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn test_and_production_are_kept_apart() {
    let house = on_time().await;
    let draft = MerchantDraft { mer_id: Some("777290058110048".to_owned()), ..MerchantDraft::default() };
    let everybodys = merchant(&house, draft).await;
    let at_production = |body: &mut Value| body["settings"]["api_base"] = json!("https://gateway.95516.com");
    let refused = add(&house, at_production, &everybodys).await;
    assert_eq!(fields_of(&refused), ["/settings/api_base: test_account_at_real_unionpay"]);
    let live_key = add_key(&house.app, house.store_id, KeyKind::Secret, Mode::Live).await;
    let mut body = unionpay_account(&everybodys, "https://gateway.95516.com");
    let refused = house.post_as(&live_key, "/v1/accounts", body.clone()).await;
    assert_eq!(fields_of(&refused), ["/settings/merchant_no: test_merchant_in_live"]);
    body["settings"]["merchant_no"] = json!("898340183980105");
    body["settings"]["api_base"] = json!(house.sandbox.base_url());
    let refused = house.post_as(&live_key, "/v1/accounts", body).await;
    assert_eq!(fields_of(&refused), ["/settings/api_base: not_unionpay_host"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_over_or_another_merchant_s_is_told_apart() {
    let house = on_time().await;
    let draft = MerchantDraft { certificate_life_s: Some(3600), ..MerchantDraft::default() };
    let unionpay = house.add_unionpay(draft, json!({})).await;
    let soon = check_of(&house, &unionpay).await;
    assert_eq!(
        soon,
        ["ok unionpay_certificate", "warning unionpay_certificate_expiring", "ok unionpay_credentials_accepted"]
    );
    house.clock.advance_s(3601);
    let over = check_of(&house, &unionpay).await;
    assert_eq!(over[0], "error unionpay_certificate_expired");
    assert_eq!(over.last().map(String::as_str), Some("error unionpay_signature_refused"), "UnionPay says 11");

    // The key file of one merchant with the number of another.
    let house = on_time().await;
    let (mine, theirs) = (merchant(&house, MerchantDraft::default()).await, MerchantDraft::default());
    let theirs = merchant(&house, MerchantDraft { fresh_keys: true, ..theirs }).await;
    let mixed = |body: &mut Value| {
        body["secrets"]["key_file"] = json!(theirs.pfx_base64);
    };
    let found = added_and_checked(&house, &mine, mixed).await;
    assert_eq!(found, ["ok unionpay_certificate", "error unionpay_signature_refused"]);
    let unknown = |body: &mut Value| body["settings"]["merchant_no"] = json!("777290000000000");
    let found = added_and_checked(&house, &mine, unknown).await;
    assert_eq!(found, ["ok unionpay_certificate", "error unionpay_merchant_refused"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_or_a_shared_key_that_does_not_fit_is_told_by_unionpay_s_own_answer() {
    let house = on_time().await;
    let rsa = merchant(&house, MerchantDraft::default()).await;
    let draft = MerchantDraft { sign_method: SignMethod::SecureKeySha256, ..MerchantDraft::default() };
    let keyed = merchant(&house, draft).await;
    let by_key = |body: &mut Value| {
        body["settings"]["sign_method"] = json!("sha256");
        body["secrets"] = json!({ "secure_key": "88888888" });
    };
    assert_eq!(added_and_checked(&house, &rsa, by_key).await, ["error unionpay_other_method"]);
    let sm3 = |body: &mut Value| body["settings"]["sign_method"] = json!("sm3");
    assert_eq!(added_and_checked(&house, &keyed, sm3).await, ["error unionpay_other_method"]);
    let wrong_key = |body: &mut Value| body["secrets"]["secure_key"] = json!("99999999");
    assert_eq!(added_and_checked(&house, &keyed, wrong_key).await, ["error unionpay_signature_wrong"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_not_unionpay_s_says_what_to_look_at() {
    let house = on_time().await;
    let unionpay = house.add_unionpay(MerchantDraft::default(), json!({})).await;
    for (kind, code) in [
        (FaultKind::ForgedCertificate { certificate: Forgery::OtherOwner }, "unionpay_owner_unknown"),
        (FaultKind::ForgedCertificate { certificate: Forgery::SelfSigned }, "unionpay_chain_unknown"),
        (FaultKind::ForgedCertificate { certificate: Forgery::Expired }, "unionpay_chain_unknown"),
        (FaultKind::BadSignature, "unionpay_signature_wrong"),
        (FaultKind::Unsigned, "unionpay_answer_not_proven"),
        (FaultKind::HttpStatus { status: 503 }, "unionpay_not_confirmed"),
    ] {
        unionpay.lasting_fault(Operation::Query, kind.clone());
        let found = check_of(&house, &unionpay).await;
        assert_eq!(found.last(), Some(&format!("error {code}")), "{kind:?}");
        unionpay.sandbox.clear_faults();
        // A good answer between the bad ones keeps the circuit closed.
        assert!(check_of(&house, &unionpay).await.contains(&"ok unionpay_credentials_accepted".to_owned()));
    }
    // The files of another authority: nobody who signs under UnionPay's is believed.
    let others = |body: &mut Value| {
        body["secrets"]["middle_certificates"] = json!(chain().middle);
        body["secrets"]["root_certificates"] = json!(chain().root);
    };
    let found = added_and_checked(&house, &unionpay.merchant, others).await;
    assert!(found.contains(&"warning unionpay_authority_of_another".to_owned()), "{found:?}");
    assert_eq!(found.last().map(String::as_str), Some("error unionpay_chain_unknown"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_is_told_before_orders_are_refused_for_it() {
    let house = on_time().await;
    let unionpay = house.add_unionpay(MerchantDraft::default(), json!({})).await;
    for (offset_s, expected) in [(120, "warning unionpay_clock"), (-3600, "error unionpay_clock")] {
        house.clock.advance_s(offset_s);
        let found = check_of(&house, &unionpay).await;
        assert!(found.contains(&expected.to_owned()), "{offset_s}: {found:?}");
        assert_eq!(found.last().map(String::as_str), Some("ok unionpay_credentials_accepted"));
        house.clock.advance_s(-offset_s);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_not_there_is_no_fault_of_the_credentials() {
    let house = on_time().await;
    let merchant = merchant(&house, MerchantDraft::default()).await;
    let nowhere = |body: &mut Value| body["settings"]["api_base"] = json!("http://127.0.0.1:9");
    let found = added_and_checked(&house, &merchant, nowhere).await;
    assert_eq!(found, ["ok unionpay_certificate", "error unionpay_unreachable"]);
}
