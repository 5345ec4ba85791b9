//! Merchant accounts, and the mistakes that are made when adding one.

use std::sync::Arc;

use luodi::clock::SystemClock;
use luodi::sandbox::{self, MerchantDraft, Sandbox, SandboxSettings, WeChatMerchantCredentials};
use rsa::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _};

use crate::program::{Ended, Place};

/// A configured place with a merchant's files in it.
struct Office {
    place: Place,
    sandbox: Sandbox,
    merchant: WeChatMerchantCredentials,
}

impl Office {
    async fn open() -> Self {
        let sandbox = sandbox::start(SandboxSettings::default(), Arc::new(SystemClock)).await.unwrap();
        let merchant = sandbox.add_merchant(MerchantDraft::default()).await.unwrap();
        let place = Place::configured();
        place.write("key.pem", &merchant.merchant_private_key_pem);
        // Editors end files with a line end; that must not count.
        place.write("apiv3.txt", &format!("{}\n", merchant.apiv3_key));
        place.write("pub_key.pem", &merchant.wechatpay_public_key_pem);
        Self { place, sandbox, merchant }
    }

    /// What a careful merchant types.
    fn arguments(&self) -> Vec<String> {
        let merchant = &self.merchant;
        let options = [
            ("--name", "main"),
            ("--mchid", merchant.mchid.as_str()),
            ("--appid", &merchant.appid),
            ("--merchant-serial", &merchant.merchant_serial),
            ("--merchant-key-file", "key.pem"),
            ("--apiv3-key-file", "apiv3.txt"),
            ("--public-key-id", &merchant.wechatpay_public_key_id),
            ("--public-key-file", "pub_key.pem"),
            ("--api-base", &self.sandbox.base_url()),
        ];
        let mut arguments = vec!["accounts".to_owned(), "add".to_owned(), "--json".to_owned()];
        arguments.extend(options.into_iter().flat_map(|(name, value)| [name.to_owned(), value.to_owned()]));
        arguments
    }

    /// The same with one thing changed.
    fn add_with(&self, option: &str, value: &str) -> Ended {
        let mut arguments = self.arguments();
        match arguments.iter().position(|argument| argument == option) {
            Some(at) => value.clone_into(&mut arguments[at + 1]),
            None => arguments.extend([option.to_owned(), value.to_owned()]),
        }
        self.run(&arguments)
    }

    fn run(&self, arguments: &[String]) -> Ended {
        self.place.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

#[tokio::test]
async fn an_account_is_added_listed_shown_and_checked() {
    let office = Office::open().await;
    office.place.run(&["keys", "create"]);
    let added = office.run(&office.arguments());
    for secret in [&office.merchant.apiv3_key, &office.merchant.merchant_private_key_pem] {
        assert!(!added.out.contains(secret.as_str()) && !added.err.contains(secret.as_str()));
    }
    let added = added.done();
    let id = added["id"].as_str().unwrap();
    assert_eq!(added["notify_url"], format!("http://127.0.0.1:8080/notify/wechatpay/{id}"));

    assert_eq!(office.place.run(&["accounts", "list", "--json"]).done()["data"][0]["id"], id);
    assert_eq!(
        office.place.run(&["accounts", "show", id, "--json"]).done()["settings"]["mchid"],
        office.merchant.mchid
    );
    for command in [&["accounts", "check", "--json"][..], &["accounts", "check", id, "--json"], &["check", "--json"]] {
        let checked = office.place.run(command).done();
        assert_eq!(checked["ok"], true, "{checked:#}");
        assert_eq!(checked["accounts"][0]["id"], id);
    }
    office.sandbox.stop().await;
    let unreachable = office.place.run(&["check"]);
    assert_eq!(unreachable.code, 1, "{unreachable:?}");
    assert!(unreachable.out.contains("error"), "{unreachable:?}");
}

#[tokio::test]
async fn a_secret_may_come_from_standard_input() {
    let office = Office::open().await;
    let mut arguments = office.arguments();
    let at = arguments.iter().position(|argument| argument == "apiv3.txt").unwrap();
    "-".clone_into(&mut arguments[at]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    office.place.run_with_input(&arguments, &office.merchant.apiv3_key).done();
    office.add_with("--apiv3-key-file", "-").refused(1, &["--apiv3-key-file -", "empty"]);
    let both: Vec<String> = office
        .arguments()
        .into_iter()
        .map(|a| if a == "key.pem" || a == "apiv3.txt" { "-".into() } else { a })
        .collect();
    office.run(&both).refused(2, &["one option only"]);
}

#[tokio::test]
async fn the_classic_mistakes_name_the_option_and_the_remedy() {
    let office = Office::open().await;
    office.place.write("short.txt", "tooshort");
    office.place.write("nothing.pem", "\n");
    office.place.write("certificate.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    for (option, value, remedies) in [
        ("--merchant-key-file", "pub_key.pem", &["--merchant-key-file: merchant_private_key cannot be used"][..]),
        ("--merchant-key-file", "certificate.pem", &["--merchant-key-file: merchant_private_key cannot be used"]),
        ("--merchant-key-file", "missing.pem", &["--merchant-key-file: there is no such file", "standard input"]),
        ("--merchant-key-file", "nothing.pem", &["--merchant-key-file nothing.pem", "is empty"]),
        ("--apiv3-key-file", "short.txt", &["--apiv3-key-file: The APIv3 key", "exactly 32", "has 8"]),
        ("--public-key-file", "key.pem", &["--public-key-file: "]),
        ("--public-key-id", "0000000000000024", &["--public-key-id: ", "PUB_KEY_ID_"]),
        ("--mchid", "wx2421b1c4370ec43b", &["--mchid: ", "digits"]),
        ("--appid", "1900007291", &["--appid: ", "wx"]),
        ("--merchant-serial", "12", &["--merchant-serial: ", "openssl x509"]),
        ("--api-base", "ftp://example.com", &["--api-base: "]),
        ("--mode", "live", &["--api-base: A live account calls WeChat Pay only"]),
        ("--store", "nowhere", &["nowhere", "--store", "default"]),
    ] {
        office.add_with(option, value).refused(1, remedies);
    }
    office.add_with("--gateway", "paypal").refused(2, &["wechatpay"]);
    assert_eq!(office.place.run(&["accounts", "list", "--json"]).done()["data"], serde_json::json!([]));
}

#[tokio::test]
async fn without_a_vault_no_secret_is_taken() {
    let office = Office::open().await;
    office.place.write("luodi.toml", "[stores.default]\nshop_name = \"Tea\"\n");
    office.run(&office.arguments()).refused(1, &["vault.keys", "openssl rand -base64 32"]);
}

/// What is not WeChat Pay's has no options of its own: settings and secrets go in by the names of the API.
#[tokio::test]
async fn accounts_of_other_gateways_go_in_by_name() {
    let office = Office::open().await;
    let add = |changes: &[&str]| {
        let mut arguments = vec!["accounts", "add", "--json", "--gateway", "alipay"];
        arguments.extend(["--set", "seller_id=2088000000000001", "--secret", "app_private_key=key.pem"]);
        arguments.extend(changes);
        office.place.run(&arguments)
    };
    let keys = ["--set", "app_id=2021000000000001", "--secret", "alipay_public_key=pub_key.pem"];
    let added = add(&keys).done();
    assert_eq!((&added["gateway"], &added["settings"]["app_id"]), (&"alipay".into(), &"2021000000000001".into()));
    let id = added["id"].as_str().unwrap();
    assert_eq!(added["notify_url"], format!("http://127.0.0.1:8080/notify/alipay/{id}"));

    let private = rsa::RsaPrivateKey::from_pkcs8_pem(&office.merchant.merchant_private_key_pem).unwrap();
    let own = private.to_public_key().to_public_key_pem(rsa::pkcs8::LineEnding::LF).unwrap();
    office.place.write("own.pem", &own);
    let own = ["--set", "app_id=2021000000000001", "--secret", "alipay_public_key=own.pem"];
    add(&own).refused(1, &["--secret alipay_public_key: ", "应用公钥"]);
    add(&["--set", "app_id=shop", "--secret", "alipay_public_key=missing.pem"]).refused(
        1,
        &["--secret alipay_public_key: there is no such file; give the name of a file", "- for standard input"],
    );
    add(&["--set", "app_id=shop"]).refused(1, &["--set app_id: ", "--secret alipay_public_key: "]);
    add(&["--secret", "alipay_public_key"]).refused(2, &["NAME=FILE"]);
    // Whoever types the secret itself does not find it in the log of a build as well.
    for typed in ["key_password=hush-000000", "hush-000000"] {
        let refused = add(&["--secret", typed]);
        assert!(refused.code != 0 && !refused.err.contains("hush") && !refused.out.contains("hush"), "{refused:?}");
    }
    add(&[&keys[..], &["--mchid", "1900007291"]].concat()).refused(1, &["--mchid: "]);
    office.place.run(&["accounts", "add", "--mchid", "1900007291"]).refused(1, &["--appid: ", "--merchant-key-file: "]);
}
