//! API keys from their creation to their end.

use serde_json::json;

use crate::program::Place;

#[test]
fn a_key_is_created_listed_and_revoked() {
    let place = Place::configured();
    let created = place.run(&["keys", "create", "--mode", "live", "--label", "magento", "--json"]).done();
    let key = created["key"].as_str().unwrap();
    assert!(key.starts_with("ld_sk_live_") && key.len() == "ld_sk_live_".len() + 32, "{key}");
    let id = created["id"].as_str().unwrap();

    let listed = place.run(&["keys", "list", "--json"]);
    assert!(!listed.out.contains(key), "the key is shown once only");
    let entry = listed.done()["data"][0].clone();
    assert_eq!((&entry["id"], &entry["store"], &entry["label"]), (&json!(id), &json!("default"), &json!("magento")));
    assert_eq!(entry["revoked_at"], json!(null));

    assert_eq!(place.run(&["keys", "revoke", id]).code, 0);
    assert!(place.run(&["keys", "list", "--json"]).done()["data"][0]["revoked_at"].is_string());
    place.run(&["keys", "revoke", id]).refused(1, &["no key", "luodi keys list"]);
}

#[test]
fn only_the_key_itself_goes_to_standard_output() {
    let place = Place::configured();
    let created = place.run(&["keys", "create", "--kind", "publishable"]);
    assert!(created.out.starts_with("ld_pk_test_") && created.out.trim().len() == "ld_pk_test_".len() + 32);
    assert!(created.err.contains("once only"));
    let table = place.run(&["keys", "list"]).out;
    assert!(table.starts_with("ID") && table.contains("publishable") && table.contains("ld_pk_test_…"), "{table}");
}

#[test]
fn a_store_without_configuration_gets_its_key_and_a_hint() {
    let place = Place::configured();
    let created = place.run(&["keys", "create", "--store", "second", "--json"]);
    assert!(created.err.contains("[stores.second] shop_name"), "{}", created.err);
    assert_eq!(created.done()["store"], "second");
    assert_eq!(place.run(&["keys", "list", "--store", "second", "--json"]).done()["data"].as_array().unwrap().len(), 1);
    place.run(&["keys", "list", "--store", "third"]).refused(1, &["third", "default, second"]);
}
