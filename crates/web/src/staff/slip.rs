//! A QR code as one SVG path, for slips.

use fast_qr::{ECL, QRBuilder};

/// A QR code: how wide it is in modules, its quiet zone included, and the path of its dark modules.
pub(crate) struct Qr {
    pub(crate) side: usize,
    pub(crate) path: String,
}

/// The light border that readers need, in modules.
const QUIET: usize = 4;

/// The code of a text; none for a text that no QR code holds (over 2 953 bytes).
pub(crate) fn qr(text: &str) -> Option<Qr> {
    use std::fmt::Write;
    let code = QRBuilder::new(text).ecl(ECL::L).build().ok()?;
    let mut path = String::new();
    for y in 0..code.size {
        let row = &code[y];
        let mut x = 0;
        while x < code.size {
            let run = row[x..code.size].iter().take_while(|m| m.value()).count();
            if run > 0 {
                // Writing to a string can't fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    Some(Qr { side: code.size + 2 * QUIET, path })
}

/// Bytes in base64 with `-` and `_`, without padding: as an address carries them.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for part in bytes.chunks(3) {
        let all = part.iter().chain(&[0, 0]).take(3).fold(0u32, |n, b| n << 8 | u32::from(*b));
        for n in 0..=part.len() {
            out.push(char::from(LETTERS[(all >> (18 - 6 * n) & 63) as usize]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64url_has_the_vectors_of_rfc_4648() {
        for (plain, wanted) in [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg")] {
            assert_eq!(base64url(plain.as_bytes()), wanted);
        }
        assert_eq!(base64url(&[0xfb, 0xff]), "-_8");
    }

    #[test]
    fn a_code_has_the_three_finders_and_its_quiet_zone() {
        let qr = qr("HTTPS://DOORSTEP.EXAMPLE").unwrap();
        assert_eq!((qr.side - 2 * QUIET) % 4, 1, "a QR code's side is 4 n + 17");
        assert!(qr.path.starts_with("M4 4h7v1h-7z"), "the first row begins with a finder: {}", &qr.path[..20]);
        assert!(super::qr(&"x".repeat(3000)).is_none());
    }
}
