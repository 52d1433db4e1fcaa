//! English, with the British "and": `one hundred and one dirhams and five centimes`.

pub(super) const DIGITS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

const BELOW_TWENTY: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

fn word(list: &[&'static str], at: u64) -> &'static str {
    usize::try_from(at).ok().and_then(|at| list.get(at)).copied().unwrap_or_default()
}

fn below_hundred(n: u64) -> String {
    match n {
        0..=19 => word(&BELOW_TWENTY, n).to_owned(),
        _ if n.is_multiple_of(10) => word(&TENS, n / 10).to_owned(),
        _ => format!("{}-{}", word(&TENS, n / 10), word(&BELOW_TWENTY, n % 10)),
    }
}

fn below_thousand(n: u64) -> String {
    match (n / 100, n % 100) {
        (0, rest) => below_hundred(rest),
        (hundreds, 0) => format!("{} hundred", word(&BELOW_TWENTY, hundreds)),
        (hundreds, rest) => format!("{} hundred and {}", word(&BELOW_TWENTY, hundreds), below_hundred(rest)),
    }
}

/// A number in words.
pub(super) fn number(n: u64) -> String {
    if n == 0 {
        return "zero".to_owned();
    }
    let mut parts = Vec::new();
    for (scale, name) in [(1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand")] {
        let count = if scale == 1_000_000_000 { n / scale } else { n / scale % 1_000 };
        if count > 0 {
            let said = if count < 1_000 { below_thousand(count) } else { number(count) };
            parts.push(format!("{said} {name}"));
        }
    }
    let rest = n % 1_000;
    if rest > 0 {
        let and = if rest < 100 && !parts.is_empty() { "and " } else { "" };
        parts.push(format!("{and}{}", below_thousand(rest)));
    }
    parts.join(" ")
}

/// An amount: `zero dirhams`, `one dirham`, `fifty centimes`.
pub(super) fn amount(whole: u64, cents: u64) -> String {
    let plural = |n: u64| if n == 1 { "" } else { "s" };
    let dirhams = format!("{} dirham{}", number(whole), plural(whole));
    let centimes = format!("{} centime{}", number(cents), plural(cents));
    match (whole, cents) {
        (_, 0) => dirhams,
        (0, _) => centimes,
        _ => format!("{dirhams} and {centimes}"),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    #[rstest]
    #[case(0, 0, "zero dirhams")]
    #[case(0, 1, "one centime")]
    #[case(1, 0, "one dirham")]
    #[case(2, 20, "two dirhams and twenty centimes")]
    #[case(10, 0, "ten dirhams")]
    #[case(11, 0, "eleven dirhams")]
    #[case(40, 0, "forty dirhams")]
    #[case(99, 99, "ninety-nine dirhams and ninety-nine centimes")]
    #[case(100, 0, "one hundred dirhams")]
    #[case(101, 0, "one hundred and one dirhams")]
    #[case(1_000, 0, "one thousand dirhams")]
    #[case(1_001, 1, "one thousand and one dirhams and one centime")]
    #[case(1_100, 0, "one thousand one hundred dirhams")]
    #[case(2_000, 0, "two thousand dirhams")]
    #[case(11_000, 0, "eleven thousand dirhams")]
    #[case(1_000_000, 0, "one million dirhams")]
    #[case(
        1_234_567,
        89,
        "one million two hundred and thirty-four thousand five hundred and sixty-seven dirhams and eighty-nine centimes"
    )]
    fn amounts(#[case] whole: u64, #[case] cents: u64, #[case] said: &str) {
        assert_eq!(super::amount(whole, cents), said);
    }
}
