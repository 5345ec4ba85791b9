//! The directions in which the modules may use one another, and where some libraries may stand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

/// The first part of the path below `src`: `payments` for `src/payments/ledger.rs`.
fn module_of(path: &Path) -> String {
    let below = path.strip_prefix("src").expect("a source file");
    let first = below.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// Code without comments, and without the tests that stand at the end of a file.
fn code_of(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a readable file");
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn is_test_file(path: &Path) -> bool {
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    name == "tests.rs" || name == "fake_luodi.rs" || path.components().any(|c| c.as_os_str() == "tests")
}

/// The modules of this crate that a file names.
fn used_modules(code: &str) -> Vec<String> {
    let mut used = Vec::new();
    for part in code.split("crate::").skip(1) {
        if let Some(group) = part.strip_prefix('{') {
            let group = group.split('}').next().unwrap_or_default();
            used.extend(group.split(',').map(|n| n.trim().split("::").next().unwrap_or_default().to_owned()));
        } else {
            used.push(part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    used
}

/// Rooms that words and what is made of words know nothing of.
const ABOVE_WORDS: &[&str] = &[
    "payments",
    "storage",
    "gateways",
    "http",
    "web",
    "cli",
    "app",
    "jobs",
    "webhooks",
    "vault",
    "config",
    "sandbox",
    "error",
    "telemetry",
    "regions",
    "addresses",
];

#[test]
fn modules_use_only_what_lies_below_them() {
    // Who may not use whom. `payments` holds both pure types, which storage and gateways speak in, and
    // services, which stand above both; the second table keeps the pure ones pure.
    let forbidden: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("storage", &["gateways", "http", "sandbox", "cli", "app", "jobs", "webhooks", "web", "vault", "config"][..]),
        ("gateways", &["storage", "http", "sandbox", "cli", "app", "jobs", "webhooks", "web", "vault", "config"]),
        ("sandbox", &["gateways", "crypto", "payments", "storage", "http", "cli", "app", "jobs", "webhooks", "vault"]),
        (
            "crypto",
            &["gateways", "payments", "storage", "http", "sandbox", "cli", "app", "jobs", "webhooks", "web", "vault"],
        ),
        ("payments", &["http", "sandbox", "cli", "app", "jobs", "webhooks", "web", "config", "social"]),
        ("social", &["http", "sandbox", "cli", "app", "jobs", "webhooks", "web", "config", "payments"]),
        ("webhooks", &["http", "sandbox", "cli", "app", "jobs", "web", "gateways", "config"]),
        (
            "addresses",
            &[
                "http", "sandbox", "cli", "app", "jobs", "web", "gateways", "payments", "storage", "config", "vault",
                "webhooks", "i18n",
            ],
        ),
        (
            "regions",
            &[
                "addresses",
                "http",
                "sandbox",
                "cli",
                "app",
                "jobs",
                "web",
                "gateways",
                "payments",
                "storage",
                "config",
                "vault",
            ],
        ),
        ("jobs", &["http", "sandbox", "cli", "app", "web"]),
        ("http", &["sandbox", "cli", "app", "jobs"]),
        ("emv", &["payments", "storage", "gateways", "http", "web", "cli", "crypto", "sandbox"]),
        ("money", &["payments", "storage", "gateways", "http"]),
        ("ids", &["payments", "storage", "gateways", "http"]),
        ("clock", &["payments", "storage", "gateways", "http"]),
        // What a shop says knows only digests; what is made of it knows only what is said.
        ("i18n", ABOVE_WORDS),
        ("magento_language", ABOVE_WORDS),
        ("checkout_profile", ABOVE_WORDS),
    ]);
    let mut wrong = Vec::new();
    for path in sources(Path::new("src")).into_iter().filter(|p| !is_test_file(p)) {
        let Some(below) = forbidden.get(module_of(&path).as_str()) else { continue };
        for used in used_modules(&code_of(&path)) {
            if below.contains(&used.as_str()) {
                wrong.push(format!("{} uses {used}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_states_of_payments_are_pure() {
    for name in ["payment", "attempt", "refund", "fact", "ledger", "event", "view", "environment"] {
        let code = code_of(Path::new(&format!("src/payments/{name}.rs")));
        assert!(!code.contains("async "), "{name} is not async");
        for used in used_modules(&code) {
            assert!(["clock", "ids", "money"].contains(&used.as_str()), "{name} uses {used}");
        }
    }
}

#[test]
fn crypto_libraries_stand_where_they_may() {
    let allowed: [(&str, &[&str]); 10] = [
        // Broken: for names that a gateway prescribes, nothing else.
        ("md5", &["crypto", "sandbox"]),
        // The pure-Rust RSA has an open timing advisory: throw-away keys only.
        ("rsa", &["sandbox"]),
        // Storage compares the contents of two databases by digest; no secret is near it.
        ("sha2", &["sandbox", "storage"]),
        ("aes_gcm", &["sandbox"]),
        ("x509_cert", &["sandbox"]),
        // The demo shop checks webhooks as any shop would.
        ("aws_lc_rs", &["crypto", "web"]),
        ("x509_parser", &["crypto"]),
        ("p12_keystore", &["crypto"]),
        ("p12", &["sandbox"]),
        ("sm3", &["crypto", "sandbox"]),
    ];
    let mut wrong = Vec::new();
    for path in sources(Path::new("src")).into_iter().filter(|p| !is_test_file(p)) {
        let code = code_of(&path);
        for (library, modules) in allowed {
            let names_it = code.contains(&format!("use {library}::")) || code.contains(&format!(" {library}::"));
            // Our own `crypto::rsa` is another thing.
            if names_it
                && !modules.contains(&module_of(&path).as_str())
                && !code.contains(&format!("use {library}::default_provider"))
            {
                let own = library == "rsa" && !code.contains("use rsa::");
                if !own {
                    wrong.push(format!("{} uses {library}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn secrets_are_not_committed() {
    let marker = ["-----BEGIN", "PRIVATE KEY-----"].join(" ");
    for folder in ["src", "tests", "examples", "benches", "locales"] {
        if !Path::new(folder).is_dir() {
            continue;
        }
        for path in sources(Path::new(folder)) {
            let text = fs::read_to_string(&path).expect("a readable file");
            // The words alone may stand in a test of what people paste; a key has a long body.
            for body in text.split(&marker).skip(1) {
                let body = body.trim_start_matches(['\\', 'n', 'r']).trim_start();
                let length = body
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '\n'))
                    .count();
                assert!(length < 200, "{} holds a private key", path.display());
            }
        }
    }
}
