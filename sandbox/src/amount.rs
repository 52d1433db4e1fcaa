//! Amounts on the wire: whole centimes inside, `168.00` outside.

/// Reads `168.00` (digits, a point, exactly two digits) as centimes; anything else is `None`.
pub fn parse_amount(text: &str) -> Option<i64> {
    let (whole, cents) = text.split_once('.')?;
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if cents.len() != 2 || !digits(whole) || !digits(cents) {
        return None;
    }
    format!("{whole}{cents}").parse().ok()
}

/// Writes centimes as `168.00`.
pub fn show_amount(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let minor = minor.unsigned_abs();
    format!("{sign}{}.{:02}", minor / 100, minor % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("168.00", Some(16_800))]
    #[case("0.01", Some(1))]
    #[case("168", None)]
    #[case("168.0", None)]
    #[case("10.005", None)]
    #[case("-1.00", None)]
    #[case("+1.00", None)]
    #[case("", None)]
    #[case("99999999999999999999.00", None)]
    fn reads(#[case] text: &str, #[case] minor: Option<i64>) {
        assert_eq!(parse_amount(text), minor);
        if let Some(minor) = minor {
            assert_eq!(show_amount(minor), text);
        }
    }
}
