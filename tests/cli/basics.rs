//! Help, exit codes, configuration.

use crate::program::Place;

/// Every command of every level.
fn commands(place: &Place, of: &[String], found: &mut Vec<Vec<String>>) {
    let mut arguments: Vec<&str> = of.iter().map(String::as_str).collect();
    arguments.push("--help");
    let help = place.run(&arguments).out;
    found.push(of.to_vec());
    let Some((_, listed)) = help.split_once("Commands:\n") else { return };
    for line in listed.lines().take_while(|line| line.starts_with("  ")) {
        let name = line.split_whitespace().next().unwrap_or_default();
        // Descriptions that go on in a second line are indented further.
        if name != "help" && line.as_bytes().get(2).is_some_and(|byte| *byte != b' ') {
            commands(place, &[of, &[name.to_owned()]].concat(), found);
        }
    }
}

#[test]
fn every_command_has_help_with_an_example() {
    let place = Place::empty();
    let mut found = Vec::new();
    commands(&place, &[], &mut found);
    assert!(found.len() >= 24, "{found:?}");
    for command in found {
        let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        arguments.push("--help");
        let ended = place.run(&arguments);
        assert_eq!(ended.code, 0, "{command:?}");
        let (_, example) = ended.out.split_once("Example").unwrap_or_else(|| panic!("{command:?} has no example"));
        let name = command.first().map_or("luodi demo", String::as_str);
        assert!(example.contains(name), "{command:?}: {example}");
    }
}

#[test]
fn what_is_not_understood_ends_with_2() {
    let place = Place::configured();
    place.run(&["serv"]).refused(2, &["serve"]);
    place.run(&["keys", "create", "--mode", "prod"]).refused(2, &["use test or live"]);
    place.run(&["demo", "--lang", "tlh"]).refused(2, &["use zh or en"]);
    place.run(&["demo", "--port", "65535"]).refused(2, &["next two ports"]);
    place.run(&["events", "--types", "payment.payd"]).refused(2, &["payment.paid"]);
    place.run(&["payments", "show", "acc_1"]).refused(2, &["pay_"]);
    place.run(&["payments", "list", "--url", "http://127.0.0.1:1"]).refused(2, &["LUODI_API_KEY"]);
}

#[test]
fn the_example_configuration_can_be_used_as_it_is() {
    let place = Place::empty();
    let example = place.run(&["config", "example"]);
    assert_eq!(example.code, 0);
    place.write("luodi.toml", &example.out);
    let checked = place.run(&["check", "--json"]).done();
    assert_eq!(checked["ok"], true);
    assert_eq!(checked["accounts"], serde_json::json!([]));
    // It names no vault and no store, and that is said.
    let warnings = checked["configuration"]["warnings"].to_string();
    assert!(warnings.contains("vault.keys") && warnings.contains("[stores.NAME]"), "{warnings}");
}

#[test]
fn an_unknown_setting_is_refused_with_the_nearest_name() {
    let place = Place::empty();
    place.write("luodi.toml", "[storge]\nurl = \"sqlite:a.db\"\n");
    for command in [&["serve"][..], &["check"], &["keys", "list"]] {
        place.run(command).refused(1, &["storge", "storage"]);
    }
    let told = place.run(&["check", "--json"]);
    assert_eq!((told.code, told.json()["ok"].as_bool()), (1, Some(false)));
    place.write("other.toml", "public_url = \"http://shop.example\"\n");
    place.run(&["check", "--config", "other.toml"]).refused(1, &["public_url", "https://"]);
    place.run(&["check", "--config", "missing.toml"]).refused(1, &["missing.toml"]);
}

#[test]
fn the_openapi_document_needs_no_configuration() {
    let place = Place::empty();
    place.write("luodi.toml", "this is no TOML");
    let document = place.run(&["openapi"]).done();
    assert!(document["paths"]["/v1/payments"]["post"].is_object());
}

#[test]
fn a_server_that_is_not_there_is_not_healthy() {
    let place = Place::empty();
    place.run(&["healthcheck", "--url", "http://127.0.0.1:1"]).refused(1, &["does not answer"]);
}
