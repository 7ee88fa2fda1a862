//! Durations as Go writes and reads them, because the query API speaks them.
//!
//! Reads a sequence of decimal numbers with units, as `1.5s`, `100ms` or `-1h2m`.
//! <https://pkg.go.dev/time#ParseDuration>

/// The units, in nanoseconds.
const UNITS: [(&str, f64); 8] =
    [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9)];

/// Reads a duration, in nanoseconds; the error is Go's message.
pub(crate) fn parse_duration(text: &str) -> Result<i64, String> {
    let refused = |reason: &str| format!("time: {reason} {text:?}");
    let invalid = || refused("invalid duration");
    let (is_negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if unsigned == "0" {
        return Ok(0);
    }
    let (mut nanoseconds, mut rest) = (0.0, unsigned);
    if rest.is_empty() {
        return Err(invalid());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at_checked(digits).ok_or_else(invalid)?;
        let number: f64 = number.parse().map_err(|_| invalid())?;
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(end).ok_or_else(invalid)?;
        if unit.is_empty() {
            return Err(refused("missing unit in duration"));
        }
        let Some((_, size)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(format!("time: unknown unit {unit:?} in duration {text:?}"));
        };
        nanoseconds += number * size;
        rest = after;
    }
    if nanoseconds >= i64::MAX as f64 {
        return Err(invalid());
    }
    let nanoseconds = nanoseconds.round() as i64;
    Ok(if is_negative { -nanoseconds } else { nanoseconds })
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
        let cases =
            [("1.2s", 1_200_000), ("100ms", 100_000), ("500us", 500), ("7µs", 7), ("0", 0), ("-1ms", -1_000)];
        for (text, microseconds) in cases {
            assert_eq!(parse_duration(text), Ok(microseconds * 1_000), "{text}");
        }
        assert_eq!(parse_duration("+1h2m3s"), Ok(3_723_000_000_000));
    }

    #[test]
    fn refuses_the_rest_in_gos_words() {
        for text in ["", "-", "abc", "1.2.3s", "s", "99999999999999999999h"] {
            assert_eq!(parse_duration(text), Err(format!("time: invalid duration {text:?}")));
        }
        assert_eq!(parse_duration("5"), Err(r#"time: missing unit in duration "5""#.to_owned()));
        assert_eq!(parse_duration("1e3s"), Err(r#"time: unknown unit "e" in duration "1e3s""#.to_owned()));
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
