//! Durations as Go writes and reads them, because the query API speaks them.
//!
//! Reads a sequence of decimal numbers with units, as `1.5s`, `100ms` or `1h2m`. Refuses signs and a missing
//! unit. <https://pkg.go.dev/time#ParseDuration>

use std::time::Duration;

/// The units, longest name first where one is the prefix of another.
const UNITS: [(&str, f64); 8] = [
    ("ns", 1e-9),
    ("us", 1e-6),
    ("µs", 1e-6),
    ("μs", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("m", 60.0),
    ("h", 3600.0),
];

/// Reads a duration; the error is Go's message.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let refused = || format!("time: invalid duration {text:?}");
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let (mut seconds, mut rest) = (0.0, text);
    if rest.is_empty() {
        return Err(refused());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at_checked(digits).ok_or_else(refused)?;
        let number: f64 = number.parse().map_err(|_| refused())?;
        let unit = UNITS.iter().find_map(|(name, size)| Some((size, after.strip_prefix(name)?)));
        let (size, after) = unit.ok_or_else(refused)?;
        seconds += number * size;
        rest = after;
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| refused())
}

/// Prints a number of nanoseconds, for example `3.0004s`, `1.5ms`, `-2µs`, `751ns` or `1h0m2s`.
pub(crate) fn print_nanoseconds(nanoseconds: i128) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let size = u64::try_from(nanoseconds.unsigned_abs()).unwrap_or(u64::MAX);
    let (hours, minutes) = (size / (60 * MINUTE), size / MINUTE % 60);
    let seconds = decimal(size % MINUTE, SECOND);
    match size {
        0 => "0s".to_owned(),
        1..1_000 => format!("{sign}{size}ns"),
        1_000..1_000_000 => format!("{sign}{}µs", decimal(size, 1_000)),
        1_000_000..SECOND => format!("{sign}{}ms", decimal(size, 1_000_000)),
        _ if hours > 0 => format!("{sign}{hours}h{minutes}m{seconds}s"),
        _ if minutes > 0 => format!("{sign}{minutes}m{seconds}s"),
        _ => format!("{sign}{seconds}s"),
    }
}

/// In nanoseconds.
const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;

/// `size / unit` without trailing zeros; the unit is a power of ten.
fn decimal(size: u64, unit: u64) -> String {
    let width = unit.ilog10().try_into().unwrap_or(0);
    let digits = format!("{}.{:0width$}", size / unit, size % unit);
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_go_reads() {
        let cases = [("1.2s", 1_200_000), ("100ms", 100_000), ("500us", 500), ("7µs", 7), ("0", 0)];
        for (text, microseconds) in cases {
            assert_eq!(parse_duration(text), Ok(Duration::from_micros(microseconds)), "{text}");
        }
        assert_eq!(parse_duration("1h2m3s"), Ok(Duration::from_secs(3723)));
    }

    #[test]
    fn refuses_the_rest_in_gos_words() {
        for text in ["", "abc", "5", "1.2.3s", "-1s", "s", "1e3s", "99999999999999999999h"] {
            assert_eq!(parse_duration(text), Err(format!("time: invalid duration {text:?}")));
        }
    }

    #[test]
    fn prints_what_go_prints() {
        let cases = [
            (0, "0s"),
            (751, "751ns"),
            (2_000, "2µs"),
            (-1_500_000, "-1.5ms"),
            (3_000_400_000, "3.0004s"),
            (90_000_000_000, "1m30s"),
            (3_602_000_000_000, "1h0m2s"),
        ];
        for (nanoseconds, text) in cases {
            assert_eq!(print_nanoseconds(nanoseconds), text);
        }
    }
}
