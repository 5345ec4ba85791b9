//! Rules for everything a browser receives, read from the sources themselves.

use std::fs;
use std::path::{Path, PathBuf};

use super::fake_luodi::FakeLuodi;
use super::{PAGE_HEADERS, demo_shop};

fn files(folder: &Path, end: &str, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, end, into);
        } else if path.extension().is_some_and(|extension| extension == end) {
            into.push(path);
        }
    }
}

fn sources(end: &str) -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web"), end, &mut paths);
    assert!(!paths.is_empty());
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn templates_hold_nothing_that_the_policy_forbids() {
    for (path, source) in sources("html") {
        let name = path.display();
        let lower = source.to_lowercase();
        assert!(!lower.contains("<style"), "{name}: inline style sheet");
        assert!(!lower.contains("style="), "{name}: inline style");
        assert!(!lower.contains("javascript:"), "{name}: script address");
        for script in lower.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains("src="), "{name}: inline script");
            assert!(script[tag.len() + 1..].starts_with("</script>"), "{name}: script with a body");
        }
        for word in lower.split_whitespace() {
            let handler = word.split('=').next().unwrap();
            let is_handler = word.contains('=') && handler.len() > 2 && handler.starts_with("on");
            assert!(!is_handler, "{name}: {word}");
        }
    }
}

#[test]
fn nothing_is_loaded_from_anybody_else() {
    for end in ["html", "css", "js", "svg"] {
        for (path, source) in sources(end) {
            let foreign = source.replace("http://www.w3.org/2000/svg", "");
            assert!(!foreign.contains("http://") && !foreign.contains("https://"), "{}", path.display());
            assert!(!source.contains("@import"), "{}", path.display());
        }
    }
}

/// What is marked safe is made by our own functions from constants; the list is short on purpose.
#[test]
fn only_our_own_attributes_skip_escaping() {
    for (path, source) in sources("html") {
        for (at, _) in source.match_indices("|safe") {
            let expression = source[..at].rsplit("{{").next().unwrap();
            assert!(expression.trim_start().starts_with("self.when(\""), "{}: {expression}", path.display());
        }
    }
}

#[test]
fn page_headers_keep_the_address_to_themselves() {
    assert!(PAGE_HEADERS.contains(&("referrer-policy", "no-referrer")));
    assert!(PAGE_HEADERS.contains(&("cache-control", "no-store")));
    assert!(!PAGE_HEADERS.iter().any(|(_, value)| value.contains("unsafe")));
}

/// For looking, not for checking: serves every state of the cashier, the documentation and the shop until
/// it is interrupted. `cargo test --lib web::tests::preview -- --ignored --nocapture`
#[actix_web::test]
#[ignore = "serves until interrupted"]
async fn preview() {
    let luodi = FakeLuodi::start("127.0.0.1:8930").await;
    let shop = demo_shop::start(demo_shop::DemoShopSettings {
        bind: "127.0.0.1:8931".parse().unwrap(),
        luodi_url: luodi.url(),
        api_key: "ld_sk_test_preview".to_owned(),
        publishable_key: "ld_pk_test_1".to_owned(),
        webhook_secret: super::fake_luodi::WEBHOOK_SECRET.to_owned(),
        phone_url: Some(format!("{}/phone", luodi.url())),
    })
    .await
    .unwrap();
    luodi.send_webhooks_to(shop.webhook_url());
    println!("shop {}  cashier {}/pay/qr  documentation {}/docs", shop.url(), luodi.url(), luodi.url());
    tokio::signal::ctrl_c().await.unwrap();
    shop.stop().await;
}
