//! `/v1/attempts/{id}/qr.svg` and `.png`: what a camera sees is the gateway's code, to the module.

use qrcode::{Color, EcLevel, QrCode};
use serde_json::Value;

use crate::support::{House, send, text};

const QUIET_ZONE: usize = 4;

/// The modules that must be there, with the quiet zone.
fn expected(code_url: &str) -> Vec<Vec<bool>> {
    let code = QrCode::with_error_correction_level(code_url, EcLevel::M).unwrap();
    let (width, side) = (code.width(), code.width() + 2 * QUIET_ZONE);
    let inside = QUIET_ZONE..QUIET_ZONE + width;
    let dark = |x: usize, y: usize| code[(x - QUIET_ZONE, y - QUIET_ZONE)] == Color::Dark;
    (0..side).map(|y| (0..side).map(|x| inside.contains(&x) && inside.contains(&y) && dark(x, y)).collect()).collect()
}

fn code_url(payment: &Value) -> String {
    text(&payment["attempts"][0]["next_action"]["code_url"])
}

fn path(payment: &Value, file: &str) -> String {
    format!("/v1/attempts/{}/{file}", text(&payment["attempts"][0]["id"]))
}

/// Reads a PNG back into modules of `module_px` pixels, each of one colour.
fn modules_of_png(bytes: &[u8], module_px: usize) -> Vec<Vec<bool>> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((frame.color_type, frame.width), (png::ColorType::Grayscale, frame.height));
    let width = frame.width as usize;
    let dark = |x: usize, y: usize| pixels[y * frame.line_size + x] == 0;
    for y in 0..width {
        for x in 0..width {
            assert_eq!(dark(x, y), dark(x - x % module_px, y - y % module_px), "a module is one square");
        }
    }
    (0..width / module_px)
        .map(|y| (0..width / module_px).map(|x| dark(x * module_px, y * module_px)).collect())
        .collect()
}

/// Reads the one path of horizontal runs back into modules.
fn modules_of_svg(svg: &str) -> Vec<Vec<bool>> {
    let attribute = |name: &str| svg.split(&format!(" {name}=\"")).nth(1).and_then(|s| s.split('"').next()).unwrap();
    let side: usize = attribute("viewBox").split(' ').nth(2).unwrap().parse().unwrap();
    let mut modules = vec![vec![false; side]; side];
    let path = svg.split("<path").nth(2).expect("a white ground, then the strokes");
    assert!(path.contains("stroke=\"#000\""));
    let runs = path.split(" d=\"").nth(1).and_then(|s| s.split('"').next()).unwrap();
    // Each run is a stroke one unit thick along the middle of its row: `Mx y.5hlength`.
    for run in runs.split('M').filter(|r| !r.trim().is_empty()) {
        let (start, rest) = run.split_once('h').unwrap();
        let (x, y) = start.split_once(' ').unwrap();
        let (x, y): (usize, usize) = (x.parse().unwrap(), y.strip_suffix(".5").unwrap().parse().unwrap());
        let length: usize = rest.parse().unwrap();
        modules[y][x..x + length].fill(true);
    }
    modules
}

#[tokio::test(flavor = "multi_thread")]
async fn the_svg_shows_the_gateways_code() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    let answer = house.get(&path(&payment, "qr.svg")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/svg+xml")));
    assert_eq!(modules_of_svg(&answer.text), expected(&code_url(&payment)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_png_shows_the_gateways_code_in_the_size_asked_for() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    for (query, module_px) in [("", 8), ("?module_px=1", 1), ("?module_px=32", 32)] {
        let request = house.request("GET", &path(&payment, &format!("qr.png{query}")));
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "image/png");
        let bytes = response.bytes().await.unwrap();
        assert_eq!(modules_of_png(&bytes, module_px), expected(&code_url(&payment)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn module_sizes_out_of_bounds_are_refused() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    for (size, code) in [("0", "out_of_range"), ("33", "out_of_range"), ("4294967296", "expected_whole_number")] {
        let answer = house.get(&path(&payment, &format!("qr.png?module_px={size}"))).await;
        let expected = vec![format!("?module_px: {code}")];
        assert_eq!(answer.problem(), (422, "validation_failed".to_owned(), expected));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_between_may_keep_a_code() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    let secret = text(&payment["client_secret"]);
    for file in ["qr.svg", "qr.png"] {
        let path = path(&payment, &format!("{file}?client_secret={secret}"));
        let response = house.anonymous("GET", &path).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["cache-control"], "private, no-store");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_can_no_longer_be_paid_is_not_shown() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    house.pay(&payment).await;
    for file in ["qr.svg", "qr.png"] {
        let answer = house.get(&path(&payment, file)).await;
        assert_eq!(answer.problem(), (404, "not_found".to_owned(), vec![]));
        let request = house.request("GET", &path(&payment, file)).header("accept-language", "en");
        assert!(send(request).await.text.contains("no QR code to show now"));
    }
}
