//! Divisions over HTTP: the tree and one list against nginx with the same bytes in a file, and the search.
//! Without nginx on the machine the rows that need it are left out.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use luodi::app::AppOptions;
use luodi::regions::Regions;
use luodi::storage::KeyKind;

use crate::Plan;
use crate::database::Database;
use crate::house::{House, add_key_of};
use crate::machine;
use crate::table::{Table, per_second};
use crate::wechat::WeChat;
use crate::wire::{self, get, send_all};

/// What browsers ask most, and how.
const PATHS: [(&str, &str, &str); 3] = [
    ("tree of three levels, brotli", "/v1/regions/tree", "br"),
    ("tree of three levels, gzip", "/v1/regions/tree", "gzip"),
    ("districts of one city, brotli", "/v1/regions?parent=440300", "br"),
];

/// What shoppers type, from one letter to a whole name.
const QUERIES: [&str; 12] =
    ["g", "gd", "shenz", "shenzhen", "gzhou", "nsq", "南", "南山", "朝阳区", "江干区", "浦东", "chaoyangqu"];

pub async fn measure(plan: &Plan, table: &mut Table) {
    search(plan, table);
    if Command::new("nginx").arg("-v").stderr(Stdio::null()).status().is_err() {
        eprintln!("  no nginx here: the regions over HTTP are not compared");
        return;
    }
    let wechat = WeChat::make();
    let database = Database::sqlite();
    let options = AppOptions { background_jobs: false, durable: true };
    let house = House::build(database, options, &wechat, wire::serve(Vec::new())).await;
    let key = add_key_of(&house.app, house.store_id, KeyKind::Publishable).await;
    let folder = machine::directory();
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    for (at, (_, path, encoding)) in PATHS.iter().enumerate() {
        let address = format!("{}{path}", house.app.url());
        let answer = client.get(address).bearer_auth(&key).header("accept-encoding", *encoding).send().await;
        let answer = answer.expect("an answer").error_for_status().expect("a list");
        assert_eq!(answer.headers()["content-encoding"], *encoding);
        std::fs::write(folder.path().join(at.to_string()), answer.bytes().await.expect("a body")).expect("a file");
    }
    let nginx = Nginx::start(folder.path());
    for (at, (name, path, encoding)) in PATHS.iter().enumerate() {
        let bytes = std::fs::metadata(folder.path().join(at.to_string())).map_or(0, |m| m.len());
        let headers = format!("Accept-Encoding: {encoding}\r\nAuthorization: Bearer {key}\r\n");
        let count = plan.requests() * 4;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..plan.rounds() {
            theirs.push(send_all(nginx.address, vec![get(&format!("/{at}"), &headers); count], "200").await.per_second);
            ours.push(send_all(house.app.address, vec![get(path, &headers); count], "200").await.per_second);
        }
        table.baseline(&format!("nginx, {name}"), &theirs, "/s", &format!("the same {bytes} bytes from a file"));
        table.ratio(name, &ours, "/s", ("nginx", &theirs), "a publishable key each time, 16 connections");
    }
    drop(nginx);
    house.remove().await;
}

fn search(plan: &Plan, table: &mut Table) {
    let regions = Regions::embedded();
    let found = |n: usize| black_box(regions.found(QUERIES[n % QUERIES.len()], None, 10)).data.len();
    found(0);
    let span = Duration::from_millis(if plan.quick { 100 } else { 400 });
    let (mut rates, mut p99_us) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds() {
        rates.push(per_second(span, |n| {
            found(n);
        }));
        let mut times: Vec<Duration> = (0..2000)
            .map(|n| {
                let started = Instant::now();
                found(n);
                started.elapsed()
            })
            .collect();
        times.sort_unstable();
        p99_us.push(times[times.len() * 99 / 100].as_secs_f64() * 1e6);
    }
    table.baseline("search for a place", &rates, "/s", "one letter to a whole name, ten hits each, 1 thread");
    table.baseline("search for a place, p99", &p99_us, "µs", "of the same queries");
}

/// A server of files with as many workers as ours, its answers' headers like ours.
struct Nginx {
    child: Child,
    address: SocketAddr,
}

impl Nginx {
    fn start(folder: &Path) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
        let mut locations = String::new();
        for (at, (_, _, encoding)) in PATHS.iter().enumerate() {
            let _ = write!(
                locations,
                "location = /{at} {{ default_type application/json; add_header Content-Encoding {encoding}; add_header Cache-Control 'public, max-age=86400'; }}"
            );
        }
        let config = format!(
            "daemon off; worker_processes {}; pid {folder}/pid; error_log {folder}/errors; events {{ worker_connections 256; }} \
             http {{ access_log off; sendfile on; tcp_nodelay on; keepalive_requests 1000000; open_file_cache max=16; \
             client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; \
             uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e; \
             server {{ listen {port}; root {folder}; {locations} }} }}",
            machine::cores(),
            folder = folder.display(),
        );
        let file = folder.join("nginx.conf");
        std::fs::File::create(&file).and_then(|mut f| f.write_all(config.as_bytes())).expect("a configuration");
        let child = Command::new("nginx").arg("-p").arg(folder).arg("-c").arg(&file).stderr(Stdio::null()).spawn();
        let child = child.expect("nginx starts");
        let deadline = Instant::now() + Duration::from_secs(5);
        while std::net::TcpStream::connect(port).is_err() {
            assert!(Instant::now() < deadline, "nginx does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { child, address: port }
    }
}

impl Drop for Nginx {
    /// Asked and not killed: its workers end with it.
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}
