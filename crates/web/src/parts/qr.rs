//! QR codes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fast_qr::{ECL, QRBuilder};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{GrayImage, Luma};

/// A QR code as a picture that stands in the page itself: drawn as squares it would weigh ten times as much.
pub(crate) struct Qr {
    /// Its width with the white margin that scanners need, in squares.
    pub(crate) size: usize,
    /// A PNG as a `data:` address.
    pub(crate) picture: String,
}

/// The white margin around a QR code, in squares.
const MARGIN: usize = 4;
/// The width of a square, in pixels.
const SQUARE: usize = 4;

impl Qr {
    /// The code of a text; none if it is too long for one.
    pub(crate) fn of(text: &str) -> Option<Qr> {
        // The least correction makes the largest squares, and a torn slip still has the code printed in letters.
        let code = QRBuilder::new(text).ecl(ECL::L).build().ok()?;
        let size = code.size + 2 * MARGIN;
        let is_dark = |x: usize, y: usize| {
            let (x, y) = (x.checked_sub(MARGIN), y.checked_sub(MARGIN));
            matches!((x, y), (Some(x), Some(y)) if x < code.size && y < code.size && code[y][x].value())
        };
        let side = u32::try_from(size * SQUARE).ok()?;
        let pixel = |at: u32| at as usize / SQUARE;
        let drawn = GrayImage::from_fn(side, side, |x, y| Luma([if is_dark(pixel(x), pixel(y)) { 0 } else { 255 }]));
        let mut png = Vec::new();
        let best = PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::NoFilter);
        drawn.write_with_encoder(best).ok()?;
        Some(Qr { size, picture: format!("data:image/png;base64,{}", STANDARD.encode(png)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qr_code_has_its_margin_and_what_is_too_long_has_none() {
        let code = Qr::of("https://doorstep.example/verify").unwrap();
        assert_eq!(code.size, 25 + 2 * MARGIN, "31 bytes at the least correction are a code of version 2");
        let png = STANDARD.decode(code.picture.strip_prefix("data:image/png;base64,").unwrap()).unwrap();
        let drawn = image::load_from_memory(&png).unwrap().to_luma8();
        let at = |x: usize, y: usize| drawn.get_pixel((x * SQUARE) as u32, (y * SQUARE) as u32).0[0];
        // The corner that scanners look for: seven dark squares behind the margin, then a light one.
        assert!((MARGIN..MARGIN + 7).all(|x| at(x, MARGIN) == 0) && at(MARGIN + 7, MARGIN) == 255);
        assert!((0..code.size).all(|x| at(x, MARGIN - 1) == 255 && at(MARGIN - 1, x) == 255), "the margin is white");
        let largest = Qr::of(&"receipt 7 ".repeat(290)).unwrap().picture.len();
        assert!(largest < 16_000, "a whole receipt weighs {largest} bytes");
        assert!(Qr::of(&"x".repeat(2953)).is_some() && Qr::of(&"x".repeat(2954)).is_none());
    }
}
