//! `luodi accounts add` and `luodi accounts check` with the files that UnionPay hands out, as they are.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luodi::clock::SystemClock;
use luodi::sandbox::unionpay::{Fault, UnionPaySandbox};
use luodi::sandbox::unionpay::{FaultKind, Forgery, MerchantCredentials, MerchantDraft, Operation};
use luodi::sandbox::{self, Sandbox, SandboxSettings};

use crate::program::{Ended, Place};

/// A configured place with a merchant's files in it.
struct Office {
    place: Place,
    _sandbox: Sandbox,
    unionpay: UnionPaySandbox,
    merchant: MerchantCredentials,
}

impl Office {
    async fn open() -> Self {
        let sandbox = sandbox::start(SandboxSettings::default(), Arc::new(SystemClock)).await.expect("a sandbox");
        let unionpay = sandbox.unionpay();
        let merchant = unionpay.add_merchant(MerchantDraft::default()).await.expect("a merchant");
        let place = Place::configured();
        let key_file = STANDARD.decode(&merchant.pfx_base64).expect("base64");
        std::fs::write(place.path().join("acp_test_sign.pfx"), key_file).expect("written");
        place.write("password.txt", &format!("{}\n", merchant.pfx_password));
        place.write("wrong.txt", "123456\n");
        place.write("acp_test_middle.cer", &merchant.middle_pem);
        place.write("acp_test_root.cer", &merchant.root_pem);
        Self { place, _sandbox: sandbox, unionpay, merchant }
    }

    fn add(&self, merchant_no: &str, mode: &str, password_file: &str) -> Ended {
        let (merchant_no, password) = (format!("merchant_no={merchant_no}"), format!("key_password={password_file}"));
        let address = self.unionpay.base_url();
        let arguments = [
            "accounts",
            "add",
            "--json",
            "--gateway",
            "unionpay",
            "--mode",
            mode,
            "--set",
            &merchant_no,
            "--set",
            "terminal_id=01080209",
            "--api-base",
            &address,
            "--secret",
            "key_file=acp_test_sign.pfx",
            "--secret",
            &password,
            "--secret",
            "middle_certificates=acp_test_middle.cer",
            "--secret",
            "root_certificates=acp_test_root.cer",
        ];
        self.place.run(&arguments)
    }
}

#[tokio::test]
async fn an_account_is_added_with_unionpay_s_own_files_and_checked() {
    let office = Office::open().await;
    let added = office.add(&office.merchant.mer_id, "test", "password.txt");
    assert!(!added.out.contains(&office.merchant.pfx_base64) && !added.err.contains(&office.merchant.pfx_base64));
    let id = added.done()["id"].as_str().expect("an id").to_owned();
    for command in [&["accounts", "check", "--json"][..], &["check", "--json"], &["accounts", "check", &id, "--json"]] {
        let checked = office.place.run(command).done();
        assert_eq!((&checked["ok"], &checked["accounts"][0]["id"]), (&true.into(), &id.as_str().into()), "{checked:#}");
    }
    let certificate = FaultKind::ForgedCertificate { certificate: Forgery::Merchant };
    office.unionpay.add_fault(Fault::new(Operation::Query, certificate)).expect("a fault");
    let doubted = office.place.run(&["accounts", "check"]);
    assert_eq!(doubted.code, 1, "{doubted:?}");
    assert!(doubted.out.contains("not UnionPay") && doubted.out.contains("proxies"), "{doubted:?}");
}

#[tokio::test]
async fn the_classic_mistakes_name_the_option_and_the_remedy() {
    let office = Office::open().await;
    let mer_id = office.merchant.mer_id.clone();
    office.add(&mer_id, "test", "wrong.txt").refused(1, &["--secret key_password: ", "000000"]);
    office.add("12345", "test", "password.txt").refused(1, &["--set merchant_no: ", "15"]);
    office.add(&mer_id, "live", "password.txt").refused(1, &["--api-base: ", "UnionPay"]);
    office.place.write("acp_test_middle.cer", &office.merchant.certificate_pem);
    office.add(&mer_id, "test", "password.txt").refused(1, &["--secret middle_certificates: ", "may not issue"]);
}
