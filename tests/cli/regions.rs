//! The table of divisions on the command line: judged, compared, imported, and taken over by a running server.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::program::Place;

const FILES: [&str; 7] =
    ["STATE", "regions.csv", "towns.csv", "history.csv", "aliases.csv", "functional-zones.csv", "hk-mo-tw.csv"];

/// Our own tables with one more town, a month younger.
fn newer_table(place: &Place) -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("provinces");
    let folder = place.path().join("newer");
    std::fs::create_dir(&folder).expect("a folder");
    for file in FILES {
        let mut table = std::fs::read_to_string(own.join(file)).expect("a table");
        if file == "towns.csv" {
            table.push_str("440305099,新街道,440305,街道,test\n");
        }
        if file == "STATE" {
            table = "2027-01\n".to_owned();
        }
        std::fs::write(folder.join(file), table).expect("written");
    }
    folder
}

fn configured() -> Place {
    let place = Place::configured();
    let config = std::fs::read_to_string(place.path().join("luodi.toml")).expect("a configuration");
    let folder = place.path().join("tables");
    place.write("luodi.toml", &format!("{config}[regions]\nfolder = {:?}\n", folder.display().to_string()));
    place
}

#[test]
fn a_place_is_found_by_any_of_its_names() {
    let place = Place::empty();
    let first = |text: &str| place.run(&["regions", "find", text, "--json"]).done()["data"][0]["full_name"].clone();
    assert_eq!(first("shenz"), "广东省深圳市");
    assert_eq!(first("莫旗"), "内蒙古自治区呼伦贝尔市莫力达瓦达斡尔族自治旗");
    let old = place.run(&["regions", "find", "330104"]).out;
    assert!(old.contains("江干区") && old.contains("撤区设区") && old.contains("浙江省杭州市钱塘区"), "{old}");
    place.run(&["regions", "find", "区区区"]).refused(1, &["nothing is called"]);
}

#[test]
fn a_newer_table_is_judged_compared_and_imported() {
    let place = configured();
    assert_eq!(place.run(&["regions", "check"]).code, 0);
    let newer = newer_table(&place);
    let newer = newer.to_str().expect("UTF-8");
    assert!(place.run(&["regions", "check", newer]).out.contains("no faults"));
    let told = place.run(&["regions", "diff", newer]).out;
    assert!(told.contains("new towns: 1\n  440305099  广东省深圳市南山区新街道"), "{told}");
    let imported = place.run(&["regions", "import", newer, "--json"]).done();
    let version = imported["data_version"].as_str().expect("a version");
    assert!(version.starts_with("2027-01-"), "{version}");
    assert!(place.run(&["regions", "check"]).out.starts_with(version), "it is the one in use");
}

#[test]
fn a_faulty_table_is_refused_with_every_fault() {
    let place = configured();
    let newer = newer_table(&place);
    let history = std::fs::read_to_string(newer.join("history.csv")).expect("a table");
    std::fs::write(newer.join("history.csv"), history.replacen("330102;330114", "330102;339999", 1)).expect("written");
    let newer = newer.to_str().expect("UTF-8");
    let checked = place.run(&["regions", "check", newer]);
    assert_eq!(checked.code, 1);
    assert!(
        checked.out.contains("history.csv: 330104 江干区: its successor 339999 is not in the table"),
        "{checked:?}"
    );
    place.run(&["regions", "import", newer]).refused(1, &["1 faults", "339999"]);
    Place::configured().run(&["regions", "import", newer]).refused(2, &["`regions.folder` is missing"]);
}

#[cfg(unix)]
#[test]
fn a_running_server_takes_over_a_newer_table_when_it_is_told() {
    let place = configured();
    let key = place.run(&["keys", "create", "--kind", "publishable"]).out.trim().to_owned();
    let server = place.start(&["serve", "--json"]);
    let url = format!("{}/v1/regions/440305099?key={key}", server.text("listening"));
    let status = || status_of(&url);
    assert_eq!(status(), 404);
    let newer = newer_table(&place);
    assert_eq!(place.run(&["regions", "import", newer.to_str().expect("UTF-8")]).code, 0);
    let told = Command::new("kill").args(["-HUP", &server.id().to_string()]).status().expect("a signal");
    assert!(told.success());
    let deadline = Instant::now() + Duration::from_secs(30);
    while status() != 200 {
        assert!(Instant::now() < deadline, "the newer table is not in use");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(server.stop(), 0);
}

fn status_of(url: &str) -> u16 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    runtime.block_on(async { client.get(url).send().await.expect("an answer").status().as_u16() })
}
