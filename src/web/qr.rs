//! QR codes, drawn by us from the modules that `qrcode` computes.
//!
//! Promised: quiet zone of 4 modules, level M (H under a logo), the smallest symbol for the content.
//! SVG is one path of horizontal runs; PNG is 1-bit greyscale, or RGBA under a logo.
//! Refused: empty or too long content, module sizes and logos out of bounds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use png::{BitDepth, ColorType, DeflateCompression, Transformations};
use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the symbol; the standard asks for four.
const QUIET_ZONE: usize = 4;
/// The longest code that gateways hand out is a few hundred bytes.
const MAX_CONTENT_BYTES: usize = 1024;
const MODULE_PX: std::ops::RangeInclusive<u32> = 1..=32;
const MAX_LOGO_BYTES: usize = 256 * 1024;
const MAX_LOGO_SIDE: u32 = 1024;
/// The logo's white square covers at most a fifth of the width: 4 % of the area, where level H mends 30 %.
const LOGO_SHARE: usize = 5;

/// Why no symbol was drawn.
#[derive(Debug, thiserror::Error)]
pub enum QrError {
    #[error("there is nothing to encode")]
    Empty,
    #[error("the content is longer than {MAX_CONTENT_BYTES} bytes")]
    TooLong,
    #[error("a module may be {} to {} pixels wide", MODULE_PX.start(), MODULE_PX.end())]
    ModuleSize,
    #[error("the logo is not a PNG of at most {MAX_LOGO_SIDE} × {MAX_LOGO_SIDE} pixels and {MAX_LOGO_BYTES} bytes")]
    Logo,
    #[error("the content could not be encoded: {0}")]
    Encode(#[from] qrcode::types::QrError),
    #[error("the image could not be written: {0}")]
    Write(#[from] png::EncodingError),
}

/// A picture for the middle of a symbol.
#[derive(Debug, Clone)]
pub struct Logo {
    file: Vec<u8>,
    width: usize,
    height: usize,
    rgba: Vec<u8>,
}

impl Logo {
    /// # Errors
    /// Refuses what is not a PNG, and a PNG out of bounds.
    pub fn from_png(file: &[u8]) -> Result<Self, QrError> {
        if file.len() > MAX_LOGO_BYTES {
            return Err(QrError::Logo);
        }
        let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
        decoder.set_transformations(Transformations::normalize_to_color8() | Transformations::ALPHA);
        let mut reader = decoder.read_info().map_err(|_| QrError::Logo)?;
        let (width, height) = (reader.info().width, reader.info().height);
        if width > MAX_LOGO_SIDE || height > MAX_LOGO_SIDE {
            return Err(QrError::Logo);
        }
        let mut pixels = vec![0; reader.output_buffer_size().ok_or(QrError::Logo)?];
        let frame = reader.next_frame(&mut pixels).map_err(|_| QrError::Logo)?;
        pixels.truncate(frame.buffer_size());
        let rgba = match frame.color_type {
            ColorType::Rgba => pixels,
            ColorType::GrayscaleAlpha => pixels.chunks_exact(2).flat_map(|p| [p[0], p[0], p[0], p[1]]).collect(),
            _ => return Err(QrError::Logo),
        };
        Ok(Self { file: file.to_vec(), width: width as usize, height: height as usize, rgba })
    }

    /// The pixel that a target of `side` × `side` shows at (x, y), on white.
    fn sample(&self, x: usize, y: usize, side: usize) -> [u8; 3] {
        let at = ((y * self.height / side) * self.width + x * self.width / side) * 4;
        let Some(pixel) = self.rgba.get(at..at + 4) else { return [255; 3] };
        let alpha = u32::from(pixel[3]);
        let on_white = |channel: u8| {
            let mixed = (u32::from(channel) * alpha + 255 * (255 - alpha)) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        [on_white(pixel[0]), on_white(pixel[1]), on_white(pixel[2])]
    }
}

/// The symbol without its quiet zone.
struct Symbol {
    width: usize,
    modules: Vec<bool>,
}

impl Symbol {
    fn encode(content: &str, level: EcLevel) -> Result<Self, QrError> {
        if content.is_empty() {
            return Err(QrError::Empty);
        }
        if content.len() > MAX_CONTENT_BYTES {
            return Err(QrError::TooLong);
        }
        let code = QrCode::with_error_correction_level(content, level)?;
        let width = code.width();
        let modules = code.into_colors().into_iter().map(|colour| colour == Color::Dark).collect();
        Ok(Self { width, modules })
    }

    fn rows(&self) -> std::slice::ChunksExact<'_, bool> {
        self.modules.chunks_exact(self.width)
    }

    /// Width with the quiet zone on both sides, in modules.
    const fn full_width(&self) -> usize {
        self.width + 2 * QUIET_ZONE
    }

    /// Side of the logo's white square in modules: odd as the symbol's width is, so that it sits centred.
    const fn logo_side(&self) -> usize {
        let share = self.width / LOGO_SHARE;
        if share.is_multiple_of(2) { share - 1 } else { share }
    }
}

const fn level(logo: Option<&Logo>) -> EcLevel {
    if logo.is_some() { EcLevel::H } else { EcLevel::M }
}

/// The symbol as an SVG document, one unit per module.
///
/// # Errors
/// See [`QrError`].
pub fn svg(content: &str, logo: Option<&Logo>) -> Result<String, QrError> {
    let symbol = Symbol::encode(content, level(logo))?;
    let size = symbol.full_width();
    let path = path_of_runs(&symbol);
    let picture = logo.map(|logo| logo_element(&symbol, logo)).unwrap_or_default();
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"QR code\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/>\
         <path stroke=\"#000\" d=\"{path}\"/>{picture}</svg>"
    ))
}

/// Each horizontal run of dark modules as a stroke one unit thick: a third of the size of squares.
fn path_of_runs(symbol: &Symbol) -> String {
    let mut path = String::with_capacity(symbol.width * symbol.width * 2);
    for (y, row) in symbol.rows().enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] {
                path.push_str(&format!("M{} {}.5h{}", x + QUIET_ZONE, y + QUIET_ZONE, run.len()));
            }
            x += run.len();
        }
    }
    path
}

fn logo_element(symbol: &Symbol, logo: &Logo) -> String {
    let side = symbol.logo_side();
    let corner = (symbol.full_width() - side) / 2;
    let data = STANDARD.encode(&logo.file);
    format!(
        "<path fill=\"#fff\" d=\"M{corner} {corner}h{side}v{side}h-{side}z\"/>\
         <image x=\"{corner}.5\" y=\"{corner}.5\" width=\"{inner}\" height=\"{inner}\" \
         href=\"data:image/png;base64,{data}\"/>",
        inner = side - 1
    )
}

/// The symbol as a PNG, `module_px` pixels per module.
///
/// # Errors
/// See [`QrError`].
pub fn png(content: &str, module_px: u32, logo: Option<&Logo>) -> Result<Vec<u8>, QrError> {
    if !MODULE_PX.contains(&module_px) {
        return Err(QrError::ModuleSize);
    }
    let symbol = Symbol::encode(content, level(logo))?;
    let scale = module_px as usize;
    match logo {
        None => write_png(&symbol, scale, ColorType::Grayscale, BitDepth::One, &one_bit_pixels(&symbol, scale)),
        Some(logo) => write_png(&symbol, scale, ColorType::Rgba, BitDepth::Eight, &rgba_pixels(&symbol, scale, logo)),
    }
}

fn one_bit_pixels(symbol: &Symbol, scale: usize) -> Vec<u8> {
    let line_bytes = (symbol.full_width() * scale).div_ceil(8);
    let mut pixels = vec![0xff; line_bytes * symbol.full_width() * scale];
    for (y, row) in symbol.rows().enumerate() {
        let mut line = vec![0xff_u8; line_bytes];
        for (x, _) in row.iter().enumerate().filter(|(_, dark)| **dark) {
            for px in (x + QUIET_ZONE) * scale..(x + QUIET_ZONE + 1) * scale {
                line[px / 8] &= !(0x80 >> (px % 8));
            }
        }
        for py in (y + QUIET_ZONE) * scale..(y + QUIET_ZONE + 1) * scale {
            pixels[py * line_bytes..(py + 1) * line_bytes].copy_from_slice(&line);
        }
    }
    pixels
}

fn rgba_pixels(symbol: &Symbol, scale: usize, logo: &Logo) -> Vec<u8> {
    let side_px = symbol.full_width() * scale;
    let square = symbol.logo_side() * scale;
    let corner = (side_px - square) / 2;
    let margin = scale.div_ceil(2);
    let inner = square - 2 * margin;
    let mut pixels = Vec::with_capacity(side_px * side_px * 4);
    for py in 0..side_px {
        for px in 0..side_px {
            let in_square = (corner..corner + square).contains(&px) && (corner..corner + square).contains(&py);
            let first = corner + margin;
            let in_logo = (first..first + inner).contains(&px) && (first..first + inner).contains(&py);
            let rgb = if in_logo {
                logo.sample(px - first, py - first, inner)
            } else if in_square || !dark_at(symbol, px / scale, py / scale) {
                [255; 3]
            } else {
                [0; 3]
            };
            pixels.extend_from_slice(&[rgb[0], rgb[1], rgb[2], 255]);
        }
    }
    pixels
}

/// `x` and `y` count from the edge of the quiet zone.
fn dark_at(symbol: &Symbol, x: usize, y: usize) -> bool {
    let inside = QUIET_ZONE..QUIET_ZONE + symbol.width;
    inside.contains(&x) && inside.contains(&y) && symbol.modules[(y - QUIET_ZONE) * symbol.width + (x - QUIET_ZONE)]
}

fn write_png(
    symbol: &Symbol,
    scale: usize,
    colour: ColorType,
    depth: BitDepth,
    pixels: &[u8],
) -> Result<Vec<u8>, QrError> {
    let side = u32::try_from(symbol.full_width() * scale).map_err(|_| QrError::ModuleSize)?;
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    encoder.set_deflate_compression(DeflateCompression::Level(3));
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE_URL: &str = "weixin://wxpay/bizpayurl?pr=p4lpSuKzz";

    fn expected(content: &str, level: EcLevel) -> (usize, Vec<bool>) {
        let code = QrCode::with_error_correction_level(content, level).unwrap();
        (code.width(), code.into_colors().into_iter().map(|c| c == Color::Dark).collect())
    }

    /// Draws the SVG's runs back onto a grid that includes the quiet zone.
    fn read_back(svg: &str) -> (usize, Vec<bool>) {
        let size: usize = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        let path = svg.split("stroke=\"#000\" d=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut grid = vec![false; size * size];
        for run in path.split('M').skip(1) {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, length) = rest.split_once(".5h").unwrap();
            let at = y.parse::<usize>().unwrap() * size + x.parse::<usize>().unwrap();
            grid[at..at + length.parse::<usize>().unwrap()].fill(true);
        }
        (size, grid)
    }

    fn assert_symbol(size: usize, grid: &[bool], content: &str, level: EcLevel) {
        let (width, modules) = expected(content, level);
        assert_eq!(size, width + 8);
        for (y, row) in grid.chunks_exact(size).enumerate() {
            for (x, dark) in row.iter().enumerate() {
                let inside = (4..size - 4).contains(&x) && (4..size - 4).contains(&y);
                let wanted = inside && modules[(y - 4) * width + x - 4];
                assert_eq!(*dark, wanted, "module {x},{y}");
            }
        }
    }

    fn decode(file: &[u8]) -> (png::OutputInfo, Vec<u8>) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        (info, pixels)
    }

    fn green_logo() -> Logo {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, 2, 2);
        encoder.set_color(ColorType::Rgb);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&[0, 255, 0].repeat(4)).unwrap();
        writer.finish().unwrap();
        Logo::from_png(&file).unwrap()
    }

    #[test]
    fn the_svg_draws_the_symbol_and_its_quiet_zone() {
        let document = svg(CODE_URL, None).unwrap();
        let (size, grid) = read_back(&document);
        assert_symbol(size, &grid, CODE_URL, EcLevel::M);
        assert!(document.contains("role=\"img\"") && document.len() < 5000, "{}", document.len());
    }

    #[test]
    fn the_png_draws_the_same_symbol_in_one_bit() {
        for module_px in [1, 3, 8] {
            let (info, pixels) = decode(&png(CODE_URL, module_px, None).unwrap());
            assert_eq!((info.color_type, info.bit_depth), (ColorType::Grayscale, BitDepth::One));
            let scale = module_px as usize;
            let size = info.width as usize / scale;
            let dark = |x: usize, y: usize| pixels[y * info.line_size + x / 8] & (0x80 >> (x % 8)) == 0;
            let grid: Vec<_> = (0..size * size).map(|i| dark((i % size) * scale, (i / size) * scale)).collect();
            assert_symbol(size, &grid, CODE_URL, EcLevel::M);
            let last = info.width as usize - 1;
            assert!(!dark(last, last));
        }
    }

    #[test]
    fn a_logo_raises_the_level_and_stays_within_a_fifth() {
        let logo = green_logo();
        let document = svg(CODE_URL, Some(&logo)).unwrap();
        let (size, grid) = read_back(&document);
        assert_symbol(size, &grid, CODE_URL, EcLevel::H);
        assert!(document.contains("href=\"data:image/png;base64,"));

        let (info, pixels) = decode(&png(CODE_URL, 4, Some(&logo)).unwrap());
        let is_green = |pixel: &[u8]| pixel == [0, 255, 0, 255];
        let across = pixels[(info.height as usize / 2) * info.line_size..][..info.line_size].chunks_exact(4);
        let green = across.filter(|pixel| is_green(pixel)).count();
        assert!(green > 0 && green * LOGO_SHARE <= info.width as usize, "{green} of {}", info.width);
    }

    #[test]
    fn bounds_are_kept() {
        assert!(matches!(svg("", None), Err(QrError::Empty)));
        assert!(matches!(svg(&"a".repeat(1025), None), Err(QrError::TooLong)));
        assert!(matches!(png("a", 0, None), Err(QrError::ModuleSize)));
        assert!(matches!(png("a", 33, None), Err(QrError::ModuleSize)));
        assert!(matches!(Logo::from_png(b"GIF89a"), Err(QrError::Logo)));
        assert!(svg(&"测".repeat(341), None).is_ok());
        assert!(svg(&"测".repeat(341), Some(&green_logo())).is_ok(), "level H holds the longest content too");
    }
}
