//! What the documents say is what the program does: links lead somewhere, the names in them are the
//! program's, and every command that adds an account is one that it accepts.

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod answers;
mod pages;
mod unionpay;

use pages::{Page, below};

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    for page in below("docs").into_iter().chain([Page::read("README.md"), Page::read("CONTRIBUTING.md")]) {
        for link in page.links() {
            let target = link.split('#').next().unwrap_or_default();
            let is_elsewhere = target.is_empty() || target.contains("://") || target.starts_with("mailto:");
            if !is_elsewhere && !page.folder().join(target).exists() {
                broken.push(format!("{}: {link}", page.path));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Names in small letters joined by underscores are settings, codes, metrics and fields: ours or a gateway's.
#[test]
fn every_name_in_the_documents_on_alipay_and_unionpay_stands_in_the_program() {
    let sources: String = pages::sources("src").into_iter().chain(pages::sources("locales")).collect();
    let mut unknown = Vec::new();
    for page in below("docs/alipay").into_iter().chain(below("docs/unionpay")) {
        for name in page.names() {
            // Codes of findings and settings stand in the catalogues with hyphens.
            let known = sources.contains(&name) || sources.contains(&name.replace('_', "-"));
            if !known {
                unknown.push(format!("{}: {name}", page.path));
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}

/// A page without a table or a body to check would make the tests above empty.
#[test]
fn the_tests_read_what_is_there() {
    for (folder, least) in [("docs/alipay", 12), ("docs/unionpay", 11)] {
        let pages = below(folder);
        assert!(pages.len() >= least, "{folder}: {} pages", pages.len());
        assert!(pages.iter().flat_map(Page::names).count() > 60, "{folder}");
        assert!(pages.iter().flat_map(Page::links).count() > 20, "{folder}");
    }
}
