//! The cheapest HTTP there is on both ends, so that what is measured is ours: a client that sends
//! prepared bytes and a server that answers with prepared bytes, each on a thread of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

pub const CONNECTIONS: usize = 16;

/// How a round of requests went.
pub struct Round {
    pub per_second: f64,
    pub p99: Duration,
}

fn own_runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// `headers` are whole lines.
pub fn post(path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// `headers` are whole lines.
pub fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").into_bytes()
}

pub fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// Sends all requests over [`CONNECTIONS`] keep-alive connections, one at a time on each. Every answer
/// must have this status.
pub async fn send_all(to: SocketAddr, requests: Vec<Vec<u8>>, status: &'static str) -> Round {
    let work = move || own_runtime().block_on(send_on_connections(to, Arc::new(requests), status));
    tokio::task::spawn_blocking(work).await.expect("every answer is as expected")
}

async fn send_on_connections(to: SocketAddr, requests: Arc<Vec<Vec<u8>>>, status: &'static str) -> Round {
    let next = Arc::new(AtomicUsize::new(0));
    let mut streams = Vec::new();
    for _ in 0..CONNECTIONS {
        let stream = TcpStream::connect(to).await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        streams.push(stream);
    }
    let started = Instant::now();
    let connections = streams.into_iter().map(|mut stream| {
        let (next, requests) = (Arc::clone(&next), Arc::clone(&requests));
        async move {
            let (mut times, mut buffer) = (Vec::new(), Vec::new());
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                let sent = Instant::now();
                stream.write_all(request).await.expect("a request is sent");
                let length = read_message(&mut stream, &mut buffer).await.expect("an answer");
                let text = String::from_utf8_lossy(&buffer[..length]);
                assert!(text.starts_with(&format!("HTTP/1.1 {status}")), "{status} was expected: {text}");
                buffer.drain(..length);
                times.push(sent.elapsed());
            }
            times
        }
    });
    let times = futures_util::future::join_all(connections).await;
    let elapsed = started.elapsed();
    let mut times = times.concat();
    times.sort_unstable();
    Round { per_second: times.len() as f64 / elapsed.as_secs_f64(), p99: times[times.len() * 99 / 100] }
}

/// Answers every request with the same bytes until the process ends.
pub fn serve(answer: Vec<u8>) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a socket");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        own_runtime().block_on(async move {
            let listener = TcpListener::from_std(listener).expect("a listener");
            let answer = Arc::new(answer);
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer_on(stream, Arc::clone(&answer)));
            }
        });
    });
    address
}

async fn answer_on(mut stream: TcpStream, answer: Arc<Vec<u8>>) {
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::new();
    while let Some(length) = read_message(&mut stream, &mut buffer).await {
        buffer.drain(..length);
        if stream.write_all(&answer).await.is_err() {
            return;
        }
    }
}

/// The length of the whole message at the front of the buffer; `None` when the connection ends.
async fn read_message(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<usize> {
    loop {
        if let Some(length) = message_length(buffer)
            && buffer.len() >= length
        {
            return Some(length);
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}

fn message_length(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&buffer[..head]).expect("headers are text");
    let body = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().expect("a length"))
    });
    Some(head + body.unwrap_or(0))
}
