//! C2SP tlog-tiles paths and entry bundles.

/// What a path below `/tile/` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TilePath {
    /// The level; none for a bundle of entries.
    pub level: Option<u8>,
    /// The index within the level.
    pub index: u64,
    /// How many hashes or entries: 1 to 256.
    pub width: u32,
}

impl TilePath {
    /// Reads the path behind `/tile/`: `0/x001/234.p/17`, `entries/000`.
    pub fn parse(path: &str) -> Option<TilePath> {
        let (level, rest) = path.split_once('/')?;
        let level = if level == "entries" { None } else { Some(level.parse::<u8>().ok().filter(|l| *l < 8)?) };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok().filter(|w| (1..256).contains(w))?),
            None => (rest, 256),
        };
        let mut index: u64 = 0;
        let parts: Vec<&str> = number.split('/').collect();
        for (n, part) in parts.iter().enumerate() {
            let digits = if n + 1 < parts.len() { part.strip_prefix('x')? } else { part };
            if digits.len() != 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
        }
        let path = TilePath { level, index, width };
        // One name for each tile: "x000/000" is not another one for "000".
        (format!("{}/{rest}", level.map_or("entries".into(), |l| l.to_string())) == path.text()).then_some(path)
    }

    /// The path behind `/tile/`.
    pub fn text(&self) -> String {
        let mut parts = vec![format!("{:03}", self.index % 1000)];
        let mut rest = self.index / 1000;
        while rest > 0 {
            parts.push(format!("x{:03}", rest % 1000));
            rest /= 1000;
        }
        parts.reverse();
        let level = self.level.map_or("entries".to_owned(), |l| l.to_string());
        let partial = if self.width < 256 { format!(".p/{}", self.width) } else { String::new() };
        format!("{level}/{}{partial}", parts.join("/"))
    }
}

/// An entry bundle: each entry behind its length as two bytes, big end first. An entry longer than that can't be
/// bundled; ours are far shorter.
pub fn bundle<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        bytes.extend(u16::try_from(entry.len()).unwrap_or(u16::MAX).to_be_bytes());
        bytes.extend(entry);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_has_one_path_and_reads_back() {
        for (level, index, width) in [(Some(0), 0, 256), (Some(1), 1234, 17), (None, 1_234_067, 256)] {
            let path = TilePath { level, index, width };
            assert_eq!(TilePath::parse(&path.text()), Some(path));
        }
        assert_eq!(TilePath { level: Some(0), index: 1_234_067, width: 8 }.text(), "0/x001/x234/067.p/8");
        for wrong in ["0/x000/000", "0/1", "0/000.p/256", "0/000.p/0", "9/000", "entries", "0/x1/234"] {
            assert_eq!(TilePath::parse(wrong), None, "{wrong}");
        }
    }
}
