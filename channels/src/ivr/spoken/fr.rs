//! French: `quatre-vingt-un dirhams et vingt centimes`. Traditional spelling, which voices know best.

pub(super) const DIGITS: [&str; 10] = ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"];

const BELOW_TWENTY: [&str; 20] = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize",
    "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
];
const TENS: [&str; 7] = ["", "", "vingt", "trente", "quarante", "cinquante", "soixante"];

fn word(list: &[&'static str], at: u64) -> &'static str {
    usize::try_from(at).ok().and_then(|at| list.get(at)).copied().unwrap_or_default()
}

/// Below 100; `last` says that no number word follows, where `quatre-vingts` takes its s.
fn below_hundred(n: u64, last: bool) -> String {
    match n {
        0..=19 => word(&BELOW_TWENTY, n).to_owned(),
        71 => "soixante et onze".to_owned(),
        70..=79 => format!("soixante-{}", word(&BELOW_TWENTY, n - 60)),
        80 if last => "quatre-vingts".to_owned(),
        80 => "quatre-vingt".to_owned(),
        81..=99 => format!("quatre-vingt-{}", word(&BELOW_TWENTY, n - 80)),
        _ => match (word(&TENS, n / 10), n % 10) {
            (tens, 0) => tens.to_owned(),
            (tens, 1) => format!("{tens} et un"),
            (tens, unit) => format!("{tens}-{}", word(&BELOW_TWENTY, unit)),
        },
    }
}

/// Below 1000; `last` as above, for `cents` too.
fn below_thousand(n: u64, last: bool) -> String {
    let hundreds = match n / 100 {
        0 => return below_hundred(n, last),
        1 => "cent".to_owned(),
        many => format!("{} cent", word(&BELOW_TWENTY, many)),
    };
    match n % 100 {
        0 if last && n >= 200 => format!("{hundreds}s"),
        0 => hundreds,
        rest => format!("{hundreds} {}", below_hundred(rest, last)),
    }
}

/// A number in words.
pub(super) fn number(n: u64) -> String {
    if n == 0 {
        return "zéro".to_owned();
    }
    let mut parts = Vec::new();
    // Million and milliard are nouns, which leave the s of vingts and cents; mille is none.
    for (scale, name) in [(1_000_000_000, "milliard"), (1_000_000, "million")] {
        let count = if scale == 1_000_000_000 { n / scale } else { n / scale % 1_000 };
        if count > 0 {
            let said = if count < 1_000 { below_thousand(count, true) } else { number(count) };
            parts.push(format!("{said} {name}{}", if count > 1 { "s" } else { "" }));
        }
    }
    match n / 1_000 % 1_000 {
        0 => {}
        1 => parts.push("mille".to_owned()),
        many => parts.push(format!("{} mille", below_thousand(many, false))),
    }
    let rest = n % 1_000;
    if rest > 0 {
        parts.push(below_thousand(rest, true));
    }
    parts.join(" ")
}

/// An amount: `zéro dirham`, `un dirham`, `deux millions de dirhams`.
pub(super) fn amount(whole: u64, cents: u64) -> String {
    let plural = |n: u64| if n >= 2 { "s" } else { "" };
    let de = if whole > 0 && whole.is_multiple_of(1_000_000) { "de " } else { "" };
    let dirhams = format!("{} {de}dirham{}", number(whole), plural(whole));
    let centimes = format!("{} centime{}", number(cents), plural(cents));
    match (whole, cents) {
        (_, 0) => dirhams,
        (0, _) => centimes,
        _ => format!("{dirhams} et {centimes}"),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    #[rstest]
    #[case(0, 0, "zéro dirham")]
    #[case(0, 1, "un centime")]
    #[case(0, 20, "vingt centimes")]
    #[case(1, 0, "un dirham")]
    #[case(1, 1, "un dirham et un centime")]
    #[case(2, 0, "deux dirhams")]
    #[case(3, 0, "trois dirhams")]
    #[case(10, 5, "dix dirhams et cinq centimes")]
    #[case(11, 0, "onze dirhams")]
    #[case(16, 0, "seize dirhams")]
    #[case(17, 0, "dix-sept dirhams")]
    #[case(21, 0, "vingt et un dirhams")]
    #[case(22, 0, "vingt-deux dirhams")]
    #[case(61, 0, "soixante et un dirhams")]
    #[case(70, 0, "soixante-dix dirhams")]
    #[case(71, 0, "soixante et onze dirhams")]
    #[case(77, 0, "soixante-dix-sept dirhams")]
    #[case(80, 0, "quatre-vingts dirhams")]
    #[case(81, 20, "quatre-vingt-un dirhams et vingt centimes")]
    #[case(91, 0, "quatre-vingt-onze dirhams")]
    #[case(99, 99, "quatre-vingt-dix-neuf dirhams et quatre-vingt-dix-neuf centimes")]
    #[case(0, 80, "quatre-vingts centimes")]
    #[case(100, 0, "cent dirhams")]
    #[case(101, 0, "cent un dirhams")]
    #[case(168, 0, "cent soixante-huit dirhams")]
    #[case(180, 0, "cent quatre-vingts dirhams")]
    #[case(200, 0, "deux cents dirhams")]
    #[case(201, 0, "deux cent un dirhams")]
    #[case(999, 0, "neuf cent quatre-vingt-dix-neuf dirhams")]
    #[case(1_000, 0, "mille dirhams")]
    #[case(1_001, 0, "mille un dirhams")]
    #[case(1_200, 0, "mille deux cents dirhams")]
    #[case(2_000, 0, "deux mille dirhams")]
    #[case(11_000, 0, "onze mille dirhams")]
    #[case(21_000, 0, "vingt et un mille dirhams")]
    #[case(80_000, 0, "quatre-vingt mille dirhams")]
    #[case(200_000, 0, "deux cent mille dirhams")]
    #[case(1_000_000, 0, "un million de dirhams")]
    #[case(2_000_000, 50, "deux millions de dirhams et cinquante centimes")]
    #[case(80_000_000, 0, "quatre-vingts millions de dirhams")]
    #[case(200_000_001, 0, "deux cents millions un dirhams")]
    #[case(
        1_234_567,
        89,
        "un million deux cent trente-quatre mille cinq cent soixante-sept dirhams et quatre-vingt-neuf centimes"
    )]
    #[case(3_000_000_000, 0, "trois milliards de dirhams")]
    fn amounts(#[case] whole: u64, #[case] cents: u64, #[case] said: &str) {
        assert_eq!(super::amount(whole, cents), said);
    }
}
