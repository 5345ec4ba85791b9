use std::net::{Ipv4Addr, SocketAddr};

use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

const TIMEOUT: Duration = Duration::from_millis(500);

fn refused(url: &str) -> AddressError {
    check_url(url, false).expect_err(url)
}

#[test]
fn urls_are_judged_before_anything_is_resolved() {
    assert!(check_url("https://shop.example/hooks?x=1", false).is_ok());
    assert!(check_url("https://shop.example:8443/hooks", false).is_ok());
    assert!(check_url("https://1.1.1.1/", false).is_ok());
    assert_eq!(refused("http://shop.example/"), AddressError::NotHttps);
    assert_eq!(refused("ftp://shop.example/"), AddressError::NotHttps);
    assert_eq!(refused("file:///etc/passwd"), AddressError::NotHttps);
    assert_eq!(refused("shop.example/hooks"), AddressError::NotAUrl);
    assert_eq!(refused("https://"), AddressError::NotAUrl);
    assert_eq!(refused("https://user@shop.example/"), AddressError::Credentials);
    assert_eq!(refused("https://:secret@shop.example/"), AddressError::Credentials);
    assert_eq!(refused("https://shop.example:25/"), AddressError::Port(25));
    assert_eq!(refused("https://shop.example:0/"), AddressError::Port(0));
}

#[test]
fn every_spelling_of_this_machine_is_recognised() {
    for host in
        ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:7f00:1]", "127。0。0。1"]
    {
        let found = refused(&format!("https://{host}/"));
        assert!(matches!(found, AddressError::NotPublic { refusal: Refusal::Loopback, .. }), "{host}: {found}");
    }
}

#[test]
fn plain_http_and_low_ports_pass_only_where_private_addresses_do() {
    assert!(check_url("http://127.0.0.1:80/", true).is_ok());
    assert!(check_url("http://169.254.169.254/latest/meta-data", true).is_err());
}

#[tokio::test]
async fn a_name_that_resolves_to_this_machine_is_refused_when_connecting() {
    let client = GuardedClient::new(TIMEOUT, false).unwrap();
    let result = client.post("https://localhost:8443/", HeaderMap::new(), Bytes::new()).await;
    assert!(
        matches!(result, Err(CallError::Refused(AddressError::NotPublic { refusal: Refusal::Loopback, .. }))),
        "{result:?}"
    );
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_a_road() {
    let server =
        serve_once("HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
            .await;
    let answer = post_to(server).await.unwrap();
    assert_eq!(answer.status, 307);
}

#[tokio::test]
async fn a_long_answer_is_cut() {
    let body = "x".repeat(3 * ANSWER_LIMIT_BYTES);
    let server = serve_once(&format!("HTTP/1.1 503 Busy\r\nRetry-After: 120\r\n\r\n{body}")).await;
    let answer = post_to(server).await.unwrap();
    assert_eq!((answer.status, answer.retry_after_s, answer.excerpt.len()), (503, Some(120), ANSWER_LIMIT_BYTES));
}

#[tokio::test]
async fn silence_and_closed_doors_have_their_own_names() {
    let silent = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    assert_eq!(post_to(silent.local_addr().unwrap()).await, Err(CallError::TimedOut));
    let closed = silent.local_addr().unwrap();
    drop(silent);
    assert!(matches!(post_to(closed).await, Err(CallError::NoConnection(_))));
}

#[tokio::test]
async fn an_error_never_shows_the_query() {
    let client = GuardedClient::new(TIMEOUT, true).unwrap();
    let error = client.post("http://127.0.0.1:1/?token=hush", HeaderMap::new(), Bytes::new()).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hush"));
}

async fn post_to(server: SocketAddr) -> Result<Answer, CallError> {
    let client = GuardedClient::new(TIMEOUT, true).unwrap();
    client.post(&format!("http://{server}/"), HeaderMap::new(), Bytes::from_static(b"{}")).await
}

async fn serve_once(answer: &str) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = answer.to_owned();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).await;
        let _ = stream.write_all(answer.as_bytes()).await;
    });
    address
}

proptest! {
    #[test]
    fn no_text_makes_the_check_panic(text in "\\PC*") {
        let _ = check_url(&text, false);
        let _ = check_url(&format!("https://{text}"), true);
    }

    #[test]
    fn a_literal_address_passes_exactly_when_it_is_public(bits: u32) {
        let address = Ipv4Addr::from(bits);
        let passes = check_url(&format!("https://{address}/"), false).is_ok();
        prop_assert_eq!(passes, check_ip(address.into(), false).is_ok());
    }
}
