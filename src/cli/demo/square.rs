//! Reads the modules of a QR code back from the SVG that a browser is shown, and compares them with
//! the symbol of the content they ought to carry.

use anyhow::{Context, ensure};
use qrcode::{Color, EcLevel, QrCode};

const QUIET_ZONE: usize = 4;

/// The width of the symbol in modules, if the picture shows exactly this content.
///
/// # Errors
/// When it is no QR code, or one of something else.
pub fn verify(svg: &str, content: &str) -> anyhow::Result<usize> {
    let code = QrCode::with_error_correction_level(content, EcLevel::M)?;
    let width = code.width();
    let expected: Vec<bool> = code.into_colors().into_iter().map(|colour| colour == Color::Dark).collect();
    ensure!(drawn(svg, width)? == expected, "the QR code shows something else than {content}");
    Ok(width)
}

/// The picture's dark modules, row by row, without the quiet zone.
fn drawn(svg: &str, width: usize) -> anyhow::Result<Vec<bool>> {
    let full = width + 2 * QUIET_ZONE;
    ensure!(svg.contains(&format!("viewBox=\"0 0 {full} {full}\"")), "the QR code has another size than its content");
    let path = svg.split_once("stroke=\"#000\" d=\"").and_then(|(_, rest)| rest.split_once('"'));
    let (path, _) = path.context("the picture draws no QR code")?;
    let mut modules = vec![false; width * width];
    for run in path.split('M').filter(|run| !run.is_empty()) {
        let (x, y, length) = read_run(run).with_context(|| format!("unreadable stroke {run:?}"))?;
        for x in x..x.saturating_add(length) {
            let (x, y) = (x.checked_sub(QUIET_ZONE), y.checked_sub(QUIET_ZONE));
            let inside = x.zip(y).filter(|(x, y)| *x < width && *y < width);
            let (x, y) = inside.context("a module lies in the quiet zone")?;
            modules[y * width + x] = true;
        }
    }
    Ok(modules)
}

/// `4 4.5h7`: seven modules from column 4 of row 4 on.
fn read_run(run: &str) -> Option<(usize, usize, usize)> {
    let (x, rest) = run.split_once(' ')?;
    let (y, length) = rest.split_once(".5h")?;
    Some((x.parse().ok()?, y.parse().ok()?, length.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_a_code_from_another_of_the_same_size() {
        let svg = crate::web::qr::svg("weixin://wxpay/bizpayurl?pr=aaaaaaaaa", None).unwrap();
        assert!(verify(&svg, "weixin://wxpay/bizpayurl?pr=aaaaaaaaa").is_ok());
        assert!(verify(&svg, "weixin://wxpay/bizpayurl?pr=aaaaaaaab").is_err());
        assert!(verify("<svg></svg>", "weixin://wxpay/bizpayurl?pr=aaaaaaaaa").is_err());
    }
}
