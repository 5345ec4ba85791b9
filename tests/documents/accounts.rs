//! The commands by which the documents add accounts at Alipay, Antom and UnionPay: their settings and secrets
//! are given to the very code that accepts or refuses them.

use std::collections::BTreeMap;

use luodi::clock::{HandClock, Timestamp};
use luodi::gateways::AccountCredentials;
use luodi::gateways::alipay::Alipay;
use luodi::gateways::antom::Antom;
use luodi::gateways::transport::{Transport, TransportOptions};
use luodi::gateways::unionpay::UnionPay;
use luodi::ids::AccountId;
use luodi::payments::attempt::GatewayName;
use luodi::payments::payment::Mode;
use luodi::sandbox::unionpay::MerchantDraft;
use regex::Regex;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use serde_json::{Map, Value, json};

use crate::pages::{Page, below};
use crate::support::House;

/// The members of `name: {…}` in a command for `jq`.
fn members(command: &str, name: &str) -> Option<Vec<(String, String)>> {
    let object = Regex::new(&format!(r"{name}: \{{([^}}]*)\}}")).expect("a pattern");
    let member = Regex::new(r#"(\w+): (?:"([^"]*)"|\$(\w+))"#).expect("a pattern");
    let inner = object.captures(command)?;
    let found = member.captures_iter(&inner[1]).map(|found| {
        let value = found.get(2).or_else(|| found.get(3)).map_or("", |value| value.as_str());
        (found[1].to_owned(), value.to_owned())
    });
    Some(found.collect())
}

struct Command {
    page: String,
    gateway: GatewayName,
    mode: Mode,
    settings: Value,
    secrets: Vec<String>,
}

fn gateway_of(text: &str) -> GatewayName {
    let named = Regex::new(r"--gateway (\w+)").expect("a pattern");
    let name = named.captures(text).map_or("wechatpay", |found| found.get(1).map_or("", |name| name.as_str()));
    GatewayName::parse(name).unwrap_or_else(|| panic!("no gateway is called {name}"))
}

/// `luodi accounts add`, up to the end of its last line.
fn added(page: &Page, text: &str) -> Command {
    let command: String = text
        .split_inclusive('\n')
        .scan(true, |goes_on, line| {
            let shown = goes_on.then(|| line.to_owned());
            *goes_on = line.trim_end().ends_with('\\');
            shown
        })
        .collect();
    let pair = |option: &str| -> Vec<(String, String)> {
        let pattern = Regex::new(&format!(r"--{option} (\w+)=(\S+)")).expect("a pattern");
        pattern.captures_iter(&command).map(|found| (found[1].to_owned(), found[2].to_owned())).collect()
    };
    let settings: Map<_, _> = pair("set").into_iter().map(|(name, value)| (name, Value::from(value))).collect();
    let secrets = pair("secret").into_iter().map(|(name, _)| name).collect();
    let mode = if command.contains("--mode test") { Mode::Test } else { Mode::Live };
    Command { page: page.path.clone(), gateway: gateway_of(&command), mode, settings: settings.into(), secrets }
}

/// A change of the secrets, made with `jq`; the settings are those of before.
fn changed(page: &Page, text: &str) -> Command {
    let secrets = members(text, "secrets").unwrap_or_else(|| panic!("{}: no secrets in {text}", page.path));
    // Every file that is read is used, and the reverse.
    for (_, variable) in &secrets {
        assert!(text.contains(&format!("--rawfile {variable} ")), "{}: ${variable}", page.path);
    }
    assert_eq!(text.matches("--rawfile").count(), secrets.len(), "{}: {text}", page.path);
    let (gateway, settings) = if page.path.contains("unionpay") {
        (GatewayName::UnionPay, json!({ "merchant_no": "898340183980105" }))
    } else {
        (GatewayName::Alipay, json!({ "app_id": "2021000000000001", "seller_id": "2088000000000001" }))
    };
    let secrets = secrets.into_iter().map(|(name, _)| name).collect();
    Command { page: page.path.clone(), gateway, mode: Mode::Live, settings, secrets }
}

/// Every command that gives an account secrets.
fn commands() -> Vec<Command> {
    let mut found = Vec::new();
    for page in below("docs/alipay").into_iter().chain(below("docs/unionpay")) {
        for block in page.blocks().iter().filter(|block| block.language == "sh") {
            found.extend(block.text.split("luodi accounts add").skip(1).map(|text| added(&page, text)));
            found.extend(block.text.split("jq -n").skip(1).map(|text| changed(&page, text)));
        }
    }
    found
}

/// Something of the right kind for each secret.
async fn kinds() -> BTreeMap<&'static str, String> {
    let [own, theirs] = [0, 1].map(|_| RsaPrivateKey::new(&mut rand::thread_rng(), 2048).expect("a key"));
    let private = own.to_pkcs8_pem(LineEnding::LF).expect("PEM").to_string();
    let public = theirs.to_public_key().to_public_key_pem(LineEnding::LF).expect("PEM");
    // Any certificates signed by RSA will do: whose they are is another test's matter.
    let published = include_str!("../../src/sandbox/alipay/production_roots.pem");
    let block = |at: usize| {
        let block = published.split("-----BEGIN").nth(at + 1).expect("a certificate");
        format!("-----BEGIN{block}")
    };
    let unionpay = House::build().await.sandbox.unionpay();
    let merchant = unionpay.add_merchant(MerchantDraft::default()).await.expect("a merchant");
    BTreeMap::from([
        ("key_file", merchant.pfx_base64),
        ("key_password", merchant.pfx_password),
        ("middle_certificates", merchant.middle_pem),
        ("root_certificates", merchant.root_pem),
        ("secure_key", "88888888".to_owned()),
        ("app_private_key", private.clone()),
        ("merchant_private_key", private),
        ("alipay_public_key", public.clone()),
        ("antom_public_key", public),
        ("app_certificate", block(1)),
        ("alipay_certificate", block(3)),
        ("alipay_root_certificate", published.to_owned()),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_accounts_are_accepted() {
    let (commands, kinds) = (commands(), kinds().await);
    let of = |gateway| commands.iter().filter(|command| command.gateway == gateway).count();
    assert!(of(GatewayName::Alipay) >= 3 && of(GatewayName::Antom) >= 1 && of(GatewayName::UnionPay) >= 3);
    for Command { page, gateway, mode, settings, secrets } in commands {
        let secrets: Map<_, _> = secrets
            .into_iter()
            .map(|name| {
                let value = kinds.get(name.as_str()).unwrap_or_else(|| panic!("{page}: no secret is called {name}"));
                (name, json!(value))
            })
            .collect();
        let account =
            AccountCredentials { account_id: AccountId::generate(), gateway, mode, settings, secrets: secrets.into() };
        let transport = Transport::new(gateway, &TransportOptions::default()).expect("a client");
        let clock = HandClock::at(Timestamp::from_seconds(1_767_240_000));
        let problems = match gateway {
            GatewayName::Antom => Antom::open(&account, transport, clock).err(),
            GatewayName::UnionPay => UnionPay::open(&account, transport, clock).err(),
            _ => Alipay::open(&account, transport, clock).err(),
        };
        let codes: Vec<_> = problems.into_iter().flatten().map(|problem| problem.code).collect();
        // The published certificate is of course not of this key.
        let expected: &[&str] =
            if account.secrets.get("app_certificate").is_some() { &["certificate_of_another_key"] } else { &[] };
        assert_eq!(codes, expected, "{page}: {}", account.settings);
    }
}
