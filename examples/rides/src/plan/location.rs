//! A place in the city, on the wire `x,y`.

use std::{error, fmt, str::FromStr};

/// A place, in blocks from the corner of the city.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) x: u32,
    pub(crate) y: u32,
}

/// The text is no place.
#[derive(Debug)]
pub(crate) struct ParseLocationError {
    text: String,
}

// === impl Location ===

impl Location {
    /// The place so many blocks east and south of this one.
    pub(super) fn moved(self, east: u64, south: u64) -> Self {
        let plus = |from: u32, blocks| from.saturating_add(u32::try_from(blocks).unwrap_or(u32::MAX));
        Self { x: plus(self.x, east), y: plus(self.y, south) }
    }

    /// The place after so many steps of all that lead to another one.
    pub(crate) fn on_the_way(self, to: Self, step: u32, steps: u32) -> Self {
        let between = |from: u32, to: u32| {
            let (from, to) = (i64::from(from), i64::from(to));
            let moved = from + (to - from) * i64::from(step) / i64::from(steps.max(1));
            u32::try_from(moved).unwrap_or_default()
        };
        Self { x: between(self.x, to.x), y: between(self.y, to.y) }
    }

    /// In blocks, along the streets.
    pub(super) fn distance(self, other: Self) -> u64 {
        u64::from(self.x.abs_diff(other.x)) + u64::from(self.y.abs_diff(other.y))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.x, self.y)
    }
}

impl FromStr for Location {
    type Err = ParseLocationError;

    fn from_str(text: &str) -> Result<Self, ParseLocationError> {
        let read = || {
            let (x, y) = text.split_once(',')?;
            Some(Self { x: x.parse().ok()?, y: y.parse().ok()? })
        };
        read().ok_or_else(|| ParseLocationError { text: text.to_owned() })
    }
}

// === impl ParseLocationError ===

impl fmt::Display for ParseLocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected a location such as 115,277, found {:?}", self.text)
    }
}

impl error::Error for ParseLocationError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_ends_where_it_leads_to() {
        let (from, to) = (Location { x: 10, y: 90 }, Location { x: 30, y: 0 });
        let way: Vec<_> = (0..=3).map(|step| from.on_the_way(to, step, 3).to_string()).collect();
        assert_eq!(way, ["10,90", "16,60", "23,30", "30,0"]);
    }

    #[test]
    fn text_and_place_are_the_same() {
        let place = Location { x: 115, y: 277 };
        assert_eq!(place.to_string().parse::<Location>().unwrap(), place);
        for text in ["", "115", "115,", "115,277,3", "-1,2", "4294967296,0"] {
            let error = text.parse::<Location>().unwrap_err().to_string();
            assert_eq!(error, format!("expected a location such as 115,277, found {text:?}"));
        }
    }
}
