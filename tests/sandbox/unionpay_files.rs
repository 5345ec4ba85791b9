//! The file host (§15).

use std::io::{Cursor, Read as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luodi::sandbox::unionpay::{FaultKind, FileEdit, MerchantDraft, Operation};

use crate::unionpay_client::{Message, Shop, escaped, read_raw, set, shop};

const NOWHERE: &str = "http://127.0.0.1:9/notify";

async fn download(shop: &Shop, settle_date: &str) -> Message {
    let mut message = shop.common(("76", "01"), "000000");
    for (name, value) in [("txnTime", shop.now().as_str()), ("settleDate", settle_date), ("fileType", "00")] {
        set(&mut message, name, value);
    }
    let (_, body) = shop.try_post("/", escaped(&shop.signed(message))).await.unwrap();
    let answer = read_raw(&body);
    assert_eq!(shop.doubt(&answer), Ok(()), "{answer:?}");
    answer
}

fn inflated(answer: &Message) -> std::io::Result<Vec<u8>> {
    let content = STANDARD.decode(&answer["fileContent"]).unwrap();
    let mut inflated = Vec::new();
    flate2::read::ZlibDecoder::new(content.as_slice()).read_to_end(&mut inflated)?;
    Ok(inflated)
}

/// Orders and amounts of the detail file.
fn rows(answer: &Message) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(inflated(answer).unwrap())).unwrap();
    let mut details = Vec::new();
    archive.by_index(0).unwrap().read_to_end(&mut details).unwrap();
    let lines = details.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let cut =
        |line: &[u8], from: usize, width: usize| String::from_utf8_lossy(&line[from..from + width]).trim().to_owned();
    lines.map(|line| (cut(line, 112, 32), cut(line, 66, 12))).collect()
}

fn row(order_id: &str, fen: i64) -> (String, String) {
    (order_id.to_owned(), format!("{fen:012}"))
}

#[actix_web::test]
async fn the_file_of_a_day_is_there_on_the_next_morning_and_tells_what_was_settled() {
    let shop = shop(MerchantDraft::default()).await;
    let query_id = shop.paid("ORDER00001", NOWHERE).await;
    shop.clock.advance_s(1);
    shop.refund("REFUND0001", &query_id, 400, NOWHERE).await;
    shop.qr("ORDER00002", NOWHERE).await;
    let date = shop.now()[4..8].to_owned();
    assert_eq!(download(&shop, &date).await["respCode"], "98", "not before the day after");
    shop.clock.advance_s(24 * 3600);
    let answer = download(&shop, &date).await;
    assert_eq!(answer["respCode"], "00");
    assert!(answer["fileName"].ends_with(".zip"));
    assert_eq!(rows(&answer), [row("ORDER00001", 1000), row("REFUND0001", 400)]);
    assert_eq!(download(&shop, &shop.now()[4..8]).await["respCode"], "98");
    assert_eq!(download(&shop, "1399").await["respCode"], "10");

    let day = "2026-01-01";
    for edit in [
        FileEdit::Leave { order_id: "REFUND0001".to_owned() },
        FileEdit::Amount { order_id: "ORDER00001".to_owned(), amount_fen: 999 },
        FileEdit::Unknown { order_id: "FOREIGN001".to_owned(), amount_fen: 5 },
    ] {
        shop.unionpay.edit_file(shop.mer_id(), day, edit).unwrap();
    }
    assert_eq!(rows(&download(&shop, &date).await), [row("ORDER00001", 999), row("FOREIGN001", 5)]);
    shop.unionpay.clear_file_edits(shop.mer_id(), day).unwrap();
    assert_eq!(rows(&download(&shop, &date).await).len(), 2);
}

#[actix_web::test]
async fn broken_archives_come_by_script() {
    let shop = shop(MerchantDraft::default()).await;
    shop.paid("ORDER00001", NOWHERE).await;
    let date = shop.now()[4..8].to_owned();
    shop.clock.advance_s(24 * 3600);
    shop.fault(Operation::FileDownload, FaultKind::EmptyArchive);
    let empty = inflated(&download(&shop, &date).await).unwrap();
    assert_eq!(zip::ZipArchive::new(Cursor::new(empty)).unwrap().len(), 0);
    shop.fault(Operation::FileDownload, FaultKind::CorruptArchive);
    let corrupt = download(&shop, &date).await;
    assert!(inflated(&corrupt).is_err() || zip::ZipArchive::new(Cursor::new(inflated(&corrupt).unwrap())).is_err());
    shop.fault(Operation::FileDownload, FaultKind::Bomb);
    let bomb = download(&shop, &date).await;
    assert!(bomb["fileContent"].len() < 1 << 20, "small on the wire");
}
