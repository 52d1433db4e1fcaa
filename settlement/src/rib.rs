//! Moroccan bank accounts: the RIB (relevé d'identité bancaire) and the IBAN made of it.

/// Whether a Moroccan bank account (RIB) is well formed: 24 digits, the whole number divisible by 97.
pub fn is_valid(rib: &str) -> bool {
    rib.len() == 24 && rib.bytes().all(|digit| digit.is_ascii_digit()) && rest_of_97(rib) == 0
}

/// The IBAN of a RIB: `MA`, two check digits (ISO 13616, modulo 97-10), the RIB. `None` unless the RIB is well formed.
pub fn to_iban(rib: &str) -> Option<String> {
    // The country's letters stand behind as numbers, A = 10: M = 22, A = 10.
    is_valid(rib).then(|| format!("MA{:02}{rib}", 98 - rest_of_97(&format!("{rib}221000"))))
}

/// The RIB of a Moroccan IBAN with right check digits; spaces may stand between.
pub fn from_iban(iban: &str) -> Option<String> {
    let plain: String = iban.chars().filter(|c| *c != ' ').collect();
    let rib = plain.get(4..)?;
    (to_iban(rib).as_deref() == Some(plain.as_str())).then(|| rib.to_owned())
}

fn rest_of_97(digits: &str) -> u32 {
    digits.bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit.wrapping_sub(b'0'))) % 97)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    #[rstest]
    #[case("007780000012345678901209", true)]
    #[case("007780000012345678901210", false)]
    #[case("00778000001234567890120", false)]
    #[case("0077800000123456789012O9", false)]
    #[case("", false)]
    fn ribs(#[case] rib: &str, #[case] valid: bool) {
        assert_eq!(super::is_valid(rib), valid);
    }

    // The registry's own example of a Moroccan IBAN.
    #[rstest]
    #[case("011519000001205000534921", Some("MA64011519000001205000534921"))]
    #[case("011519000001205000534922", None)]
    #[case("é11519000001205000534922", None)]
    fn ibans(#[case] rib: &str, #[case] iban: Option<&str>) {
        assert_eq!(super::to_iban(rib).as_deref(), iban);
    }

    #[rstest]
    #[case("MA64 0115 1900 0001 2050 0053 4921", Some("011519000001205000534921"))]
    #[case("MA65011519000001205000534921", None)]
    #[case("FR64011519000001205000534921", None)]
    #[case("MA6", None)]
    #[case("éé64", None)]
    fn ribs_of_ibans(#[case] iban: &str, #[case] rib: Option<&str>) {
        assert_eq!(super::from_iban(iban).as_deref(), rib);
    }
}
