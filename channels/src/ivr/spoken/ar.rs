//! Arabic, in which what is counted agrees with its number: `درهم واحد`, `درهمان`, `ثلاثة دراهم`, `أحد عشر درهما`,
//! `مئة درهم`. Dirham and centime are masculine; everything stands in the nominative. A dual or an accusative loses its
//! ending before the noun that it governs: `ألفا درهم`, `أحد عشر ألف درهم`.

pub(super) const DIGITS: [&str; 10] =
    ["صفر", "واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة"];

const TEENS: [&str; 10] = [
    "عشرة",
    "أحد عشر",
    "اثنا عشر",
    "ثلاثة عشر",
    "أربعة عشر",
    "خمسة عشر",
    "ستة عشر",
    "سبعة عشر",
    "ثمانية عشر",
    "تسعة عشر",
];
const TENS: [&str; 10] = ["", "", "عشرون", "ثلاثون", "أربعون", "خمسون", "ستون", "سبعون", "ثمانون", "تسعون"];
const HUNDREDS: [&str; 10] =
    ["", "مئة", "مئتان", "ثلاثمئة", "أربعمئة", "خمسمئة", "ستمئة", "سبعمئة", "ثمانمئة", "تسعمئة"];

/// The forms of what is counted.
struct Noun {
    /// After hundreds and thousands, and for one: `درهم`.
    singular: &'static str,
    /// For two: `درهمان`.
    dual: &'static str,
    /// For two, before what it governs: `ألفا`.
    dual_governing: &'static str,
    /// From three to ten: `دراهم`.
    plural: &'static str,
    /// From eleven to ninety-nine: `درهما`.
    accusative: &'static str,
}

const DIRHAM: Noun =
    Noun {
        singular: "درهم", dual: "درهمان", dual_governing: "درهما", plural: "دراهم", accusative: "درهما"
    };
const CENTIME: Noun =
    Noun {
        singular: "سنتيم", dual: "سنتيمان", dual_governing: "سنتيما", plural: "سنتيمات", accusative: "سنتيما"
    };
const THOUSAND: Noun =
    Noun {
        singular: "ألف", dual: "ألفان", dual_governing: "ألفا", plural: "آلاف", accusative: "ألفا"
    };
const MILLION: Noun =
    Noun {
        singular: "مليون", dual: "مليونان", dual_governing: "مليونا", plural: "ملايين", accusative: "مليونا"
    };
const MILLIARD: Noun =
    Noun {
        singular: "مليار", dual: "ملياران", dual_governing: "مليارا", plural: "مليارات", accusative: "مليارا"
    };

fn word(list: &[&'static str], at: u64) -> &'static str {
    usize::try_from(at).ok().and_then(|at| list.get(at)).copied().unwrap_or_default()
}

/// From 1 to 99.
fn below_hundred(n: u64) -> String {
    match (n / 10, n % 10) {
        (0, unit) => word(&DIGITS, unit).to_owned(),
        (1, unit) => word(&TEENS, unit).to_owned(),
        (tens, 0) => word(&TENS, tens).to_owned(),
        (tens, unit) => format!("{} و{}", word(&DIGITS, unit), word(&TENS, tens)),
    }
}

/// The hundreds before what they govern: `مئتا درهم`.
fn hundreds_governing(hundreds: u64) -> &'static str {
    if hundreds == 2 { "مئتا" } else { word(&HUNDREDS, hundreds) }
}

/// Joined by `و`.
fn joined(parts: &[String]) -> String {
    parts.join(" و")
}

/// From 1 to 999 of a scale; `governs` says that what is counted follows at once.
fn scaled(n: u64, noun: &Noun, governs: bool) -> String {
    let (hundreds, rest) = (n / 100, n % 100);
    let singular_after = format!("{} {}", hundreds_governing(hundreds), noun.singular);
    let dual = if governs { noun.dual_governing } else { noun.dual };
    let alone = |text: String| if hundreds == 0 { text } else { format!("{} و{text}", word(&HUNDREDS, hundreds)) };
    match rest {
        0 => singular_after,
        1 if hundreds == 0 => noun.singular.to_owned(),
        1 => format!("{singular_after} و{}", noun.singular),
        2 if hundreds == 0 => dual.to_owned(),
        2 => format!("{singular_after} و{dual}"),
        3..=10 => alone(format!("{} {}", below_hundred(rest), noun.plural)),
        _ => alone(format!("{} {}", below_hundred(rest), if governs { noun.singular } else { noun.accusative })),
    }
}

/// Thousands and more, each a part; the last one governs what is counted if nothing stands between.
fn scales(n: u64, governs: bool) -> Vec<String> {
    let groups = [(n / 1_000_000_000, &MILLIARD), (n / 1_000_000 % 1_000, &MILLION), (n / 1_000 % 1_000, &THOUSAND)];
    let last = groups.iter().rposition(|(count, _)| *count > 0);
    let said = groups.iter().enumerate().filter(|(_, (count, _))| *count > 0);
    said.map(|(at, (count, noun))| {
        if *count < 1_000 {
            return scaled(*count, noun, governs && Some(at) == last);
        }
        format!("{} {}", number(*count), noun.singular)
    })
    .collect()
}

/// A number by itself.
pub(super) fn number(n: u64) -> String {
    if n == 0 {
        return word(&DIGITS, 0).to_owned();
    }
    let mut parts = scales(n, false);
    let hundreds = n / 100 % 10;
    if hundreds > 0 {
        parts.push(word(&HUNDREDS, hundreds).to_owned());
    }
    if !n.is_multiple_of(100) {
        parts.push(below_hundred(n % 100));
    }
    joined(&parts)
}

/// The name of a key or of an entry, after `الرقم` or `من`: oblique, `اثنين`, `عشرين`.
pub(super) fn label(n: u64) -> String {
    if n >= 100 {
        return number(n);
    }
    number(n).replace("اثنان", "اثنين").replace("اثنا", "اثني").replace("ون", "ين")
}

/// So many of something.
fn counted(n: u64, noun: &Noun) -> String {
    let (hundreds, rest) = (n / 100 % 10, n % 100);
    // The noun follows the last thousand or hundred at once: `ألف درهم`, `ألف درهم ودرهم واحد`.
    let direct = hundreds == 0 && rest <= 2;
    let mut parts = scales(n, direct);
    match (n, rest) {
        (0, _) => format!("{} {}", word(&DIGITS, 0), noun.singular),
        (1, _) => format!("{} {}", noun.singular, word(&DIGITS, 1)),
        (2, _) => noun.dual.to_owned(),
        (_, 0..=2) => {
            if hundreds > 0 {
                parts.push(hundreds_governing(hundreds).to_owned());
            }
            let round = format!("{} {}", joined(&parts), noun.singular);
            match rest {
                0 => round,
                1 => format!("{round} و{} {}", noun.singular, word(&DIGITS, 1)),
                _ => format!("{round} و{}", noun.dual),
            }
        }
        _ => {
            if hundreds > 0 {
                parts.push(word(&HUNDREDS, hundreds).to_owned());
            }
            parts.push(below_hundred(rest));
            format!("{} {}", joined(&parts), if rest <= 10 { noun.plural } else { noun.accusative })
        }
    }
}

/// An amount.
pub(super) fn amount(whole: u64, cents: u64) -> String {
    match (whole, cents) {
        (_, 0) => counted(whole, &DIRHAM),
        (0, _) => counted(cents, &CENTIME),
        _ => format!("{} و{}", counted(whole, &DIRHAM), counted(cents, &CENTIME)),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    #[rstest]
    #[case(0, 0, "صفر درهم")]
    #[case(0, 1, "سنتيم واحد")]
    #[case(0, 2, "سنتيمان")]
    #[case(0, 5, "خمسة سنتيمات")]
    #[case(0, 20, "عشرون سنتيما")]
    #[case(1, 0, "درهم واحد")]
    #[case(2, 0, "درهمان")]
    #[case(2, 2, "درهمان وسنتيمان")]
    #[case(3, 0, "ثلاثة دراهم")]
    #[case(8, 0, "ثمانية دراهم")]
    #[case(10, 0, "عشرة دراهم")]
    #[case(11, 0, "أحد عشر درهما")]
    #[case(12, 0, "اثنا عشر درهما")]
    #[case(19, 0, "تسعة عشر درهما")]
    #[case(20, 0, "عشرون درهما")]
    #[case(21, 0, "واحد وعشرون درهما")]
    #[case(22, 0, "اثنان وعشرون درهما")]
    #[case(81, 20, "واحد وثمانون درهما وعشرون سنتيما")]
    #[case(99, 99, "تسعة وتسعون درهما وتسعة وتسعون سنتيما")]
    #[case(100, 0, "مئة درهم")]
    #[case(101, 0, "مئة درهم ودرهم واحد")]
    #[case(102, 0, "مئة درهم ودرهمان")]
    #[case(103, 0, "مئة وثلاثة دراهم")]
    #[case(110, 0, "مئة وعشرة دراهم")]
    #[case(111, 0, "مئة وأحد عشر درهما")]
    #[case(168, 0, "مئة وثمانية وستون درهما")]
    #[case(200, 0, "مئتا درهم")]
    #[case(201, 0, "مئتا درهم ودرهم واحد")]
    #[case(205, 0, "مئتان وخمسة دراهم")]
    #[case(300, 0, "ثلاثمئة درهم")]
    #[case(1_000, 0, "ألف درهم")]
    #[case(1_001, 0, "ألف درهم ودرهم واحد")]
    #[case(1_100, 0, "ألف ومئة درهم")]
    #[case(1_101, 0, "ألف ومئة درهم ودرهم واحد")]
    #[case(1_200, 0, "ألف ومئتا درهم")]
    #[case(2_000, 0, "ألفا درهم")]
    #[case(2_002, 0, "ألفا درهم ودرهمان")]
    #[case(2_003, 0, "ألفان وثلاثة دراهم")]
    #[case(2_500, 50, "ألفان وخمسمئة درهم وخمسون سنتيما")]
    #[case(3_000, 0, "ثلاثة آلاف درهم")]
    #[case(10_000, 0, "عشرة آلاف درهم")]
    #[case(11_000, 0, "أحد عشر ألف درهم")]
    #[case(11_234, 0, "أحد عشر ألفا ومئتان وأربعة وثلاثون درهما")]
    #[case(100_000, 0, "مئة ألف درهم")]
    #[case(102_000, 0, "مئة ألف وألفا درهم")]
    #[case(103_000, 0, "مئة وثلاثة آلاف درهم")]
    #[case(111_000, 0, "مئة وأحد عشر ألف درهم")]
    #[case(200_000, 0, "مئتا ألف درهم")]
    #[case(1_000_000, 0, "مليون درهم")]
    #[case(2_000_000, 0, "مليونا درهم")]
    #[case(3_000_000, 0, "ثلاثة ملايين درهم")]
    #[case(1_234_567, 89, "مليون ومئتان وأربعة وثلاثون ألفا وخمسمئة وسبعة وستون درهما وتسعة وثمانون سنتيما")]
    fn amounts(#[case] whole: u64, #[case] cents: u64, #[case] said: &str) {
        assert_eq!(super::amount(whole, cents), said);
    }

    #[rstest]
    #[case(1, "واحد")]
    #[case(2, "اثنان")]
    #[case(12, "اثنا عشر")]
    #[case(100, "مئة")]
    #[case(2_000, "ألفان")]
    fn numbers(#[case] n: u64, #[case] said: &str) {
        assert_eq!(super::number(n), said);
    }

    #[rstest]
    #[case(1, "واحد")]
    #[case(2, "اثنين")]
    #[case(9, "تسعة")]
    #[case(12, "اثني عشر")]
    #[case(22, "اثنين وعشرين")]
    #[case(100, "مئة")]
    fn labels(#[case] n: u64, #[case] said: &str) {
        assert_eq!(super::label(n), said);
    }
}
