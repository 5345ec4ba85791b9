//! Moving and saving the database.

use crate::program::Place;

#[test]
fn a_copy_and_a_backup_hold_what_the_original_holds() {
    let place = Place::configured();
    let id = place.run(&["keys", "create", "--json"]).done()["id"].clone();
    place.write("target.txt", "sqlite:copy.db\n");
    let copied = place.run(&["store", "copy", "--from", "sqlite:luodi.db", "--to", "@target.txt", "--json"]);
    assert!(copied.err.contains("api_keys: 1"), "{}", copied.err);
    let copied = copied.done();
    assert_eq!(copied["tables"]["api_keys"], 1);
    assert_eq!(copied["digest"].as_str().unwrap().len(), 64);
    place
        .run(&["store", "copy", "--from", "sqlite:luodi.db", "--to", "sqlite:copy.db"])
        .refused(1, &["already has data"]);
    place.run(&["store", "copy", "--from", "sqlite:a.db", "--to", "sqlite:a.db"]).refused(2, &["same database"]);

    place
        .run(&["store", "copy", "--from", "sqlite:none.db", "--to", "sqlite:b.db"])
        .refused(1, &["--from", "no database file none.db"]);
    assert!(!place.path().join("none.db").exists());

    let saved = place.run(&["store", "backup", "--to", "saved.db", "--json"]).done();
    assert!(saved["bytes"].as_u64().unwrap() > 0);
    place.run(&["store", "backup", "--to", "saved.db"]).refused(1, &["choose another"]);

    for file in ["copy.db", "saved.db"] {
        let mut command = place.command(&["keys", "list", "--json"]);
        let listed = command.env("LUODI_STORAGE__URL", format!("sqlite:{file}")).output().unwrap();
        let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
        assert_eq!(listed["data"][0]["id"], id, "{file}");
    }
}
