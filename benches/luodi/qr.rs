//! Drawing QR codes, against computing their modules alone.

use std::hint::black_box;
use std::time::Duration;

use luodi::web::qr;
use qrcode::{EcLevel, QrCode};

use crate::Plan;
use crate::table::{Table, per_second};

const CONTENTS: [&str; 2] =
    ["weixin://wxpay/bizpayurl?pr=p4lpSuKzz", "https://qr.example.com/pay/bax0892764pxqtyi7lbz00c3?channel=web"];
const MODULE_PX: u32 = 8;

pub fn measure(plan: &Plan, table: &mut Table) {
    let span = Duration::from_millis(if plan.quick { 50 } else { 300 });
    for content in CONTENTS {
        let (mut matrix, mut svg, mut png) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..plan.rounds() {
            matrix.push(per_second(span, |_| {
                black_box(QrCode::with_error_correction_level(content, EcLevel::M).expect("a code"));
            }));
            svg.push(per_second(span, |_| drop(black_box(qr::svg(content, None).expect("an SVG")))));
            png.push(per_second(span, |_| drop(black_box(qr::png(content, MODULE_PX, None).expect("a PNG")))));
        }
        let length = content.len();
        let against = ("qrcode's matrix alone", matrix.as_slice());
        let bytes = qr::svg(content, None).map_or(0, |svg| svg.len());
        table.baseline(&format!("QR matrix, {length} bytes"), &matrix, "/s", "the library, no picture, 1 thread");
        table.ratio(&format!("QR as SVG, {length} bytes"), &svg, "/s", against, &format!("{bytes} bytes each"));
        let bytes = qr::png(content, MODULE_PX, None).map_or(0, |png| png.len());
        table.ratio(&format!("QR as PNG, {length} bytes"), &png, "/s", against, &format!("{bytes} bytes each"));
    }
}
