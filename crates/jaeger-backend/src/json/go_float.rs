//! Numbers as Go writes them with `%.10g`: what a search for tags compares with.

/// Ten digits at most, with an exponent where it is below -4 or above 9.
pub(super) fn print_float(number: f64) -> String {
    if !number.is_finite() {
        return match number {
            _ if number.is_nan() => "NaN".to_owned(),
            _ if number > 0.0 => "+Inf".to_owned(),
            _ => "-Inf".to_owned(),
        };
    }
    let scientific = format!("{number:.9e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trimmed = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if (-4..10).contains(&exponent) {
        let decimals = usize::try_from(9 - exponent).unwrap_or(0);
        return trimmed(&format!("{number:.decimals$}"));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", trimmed(mantissa), exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_go_prints() {
        for (number, text) in [
            (0.0, "0"),
            (2.0, "2"),
            (-0.5, "-0.5"),
            (1.0 / 3.0, "0.3333333333"),
            (100_000.0, "100000"),
            (9_999_999_999.0, "9999999999"),
            (1e10, "1e+10"),
            (12_345_678_901.5, "1.23456789e+10"),
            (1e22, "1e+22"),
            (0.0001, "0.0001"),
            (0.000_01, "1e-05"),
            (1e-9, "1e-09"),
            (f64::INFINITY, "+Inf"),
        ] {
            assert_eq!(print_float(number), text);
        }
    }
}
