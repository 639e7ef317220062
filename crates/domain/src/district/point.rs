//! Where a street office's area has its middle, so that a phone can say which street it is in.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Millionths of a degree.
const PARTS: f64 = 1e6;

/// A point on the earth as phones tell it (WGS 84), in millionths of a degree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// North of the equator.
    pub north: i32,
    /// East of Greenwich.
    pub east: i32,
}

/// What was written is no point: two numbers of degrees, north and east.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPoint;

impl FromStr for Point {
    type Err = NoPoint;

    /// Reads `39.1172, 117.2145`: degrees north, then degrees east, with a comma or a space between.
    fn from_str(text: &str) -> Result<Point, NoPoint> {
        let part = |text: &str, most: f64| {
            let degrees: f64 = text.parse().map_err(|_| NoPoint)?;
            // Not a number is not within.
            if degrees.abs() <= most { Ok((degrees * PARTS).round() as i32) } else { Err(NoPoint) }
        };
        let parts: Vec<&str> = text.split([',', '，', ' ']).filter(|part| !part.is_empty()).collect();
        let [north, east] = parts[..] else { return Err(NoPoint) };
        Ok(Point { north: part(north, 90.0)?, east: part(east, 180.0)? })
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}, {:.6}", f64::from(self.north) / PARTS, f64::from(self.east) / PARTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_read_as_it_is_written_and_nothing_else_is_one() {
        let point = Point { north: 10_117_200, east: -20_000_001 };
        assert_eq!("10.1172, -20.000001".parse(), Ok(point));
        assert_eq!("10.1172，-20.000001".parse(), Ok(point));
        assert_eq!(point.to_string().parse(), Ok(point));
        for wrong in ["", "10", "10,20,30", "91, 0", "0, 181", "NaN, 0", "inf, 0", "here, there"] {
            assert_eq!(wrong.parse::<Point>(), Err(NoPoint), "{wrong}");
        }
    }
}
