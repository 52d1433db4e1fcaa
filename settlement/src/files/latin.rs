//! Names in the characters that banks and older systems take.

/// The text in printable ASCII: accents go, ligatures open up; what has no Latin letter becomes `?`.
pub(super) fn to_ascii(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' '..='~' => ascii.push(c),
            _ => ascii.push_str(plain(c)),
        }
    }
    ascii
}

/// The text in the character set of bank transfers: letters, digits, space and `/-?:().,'+` (EPC 217-08), single spaces
/// between words, no slash at either end and none doubled.
pub(super) fn to_transfer(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for c in to_ascii(text).chars() {
        match c {
            '/' | ' ' if words.ends_with(c) => {}
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' => words.push(c),
            '/' | '-' | '?' | ':' | '(' | ')' | '.' | ',' | '\'' | '+' => words.push(c),
            '&' => words.push('+'),
            '_' => words.push('-'),
            '"' | '`' => words.push('\''),
            _ => words.push('.'),
        }
    }
    words.trim_matches([' ', '/']).to_owned()
}

fn plain(c: char) -> &'static str {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ą' => "a",
        'À' | 'Á' | 'Â' | 'Ã' | 'Ä' | 'Å' | 'Ā' | 'Ą' => "A",
        'ç' | 'ć' | 'č' => "c",
        'Ç' | 'Ć' | 'Č' => "C",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' => "e",
        'È' | 'É' | 'Ê' | 'Ë' | 'Ē' | 'Ę' => "E",
        'ḥ' | 'ħ' => "h",
        'Ḥ' | 'Ħ' => "H",
        'ì' | 'í' | 'î' | 'ï' | 'ī' => "i",
        'Ì' | 'Í' | 'Î' | 'Ï' | 'Ī' => "I",
        'ñ' | 'ń' => "n",
        'Ñ' | 'Ń' => "N",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' => "o",
        'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ö' | 'Ø' | 'Ō' => "O",
        'š' | 'ṣ' | 'ś' => "s",
        'Š' | 'Ṣ' | 'Ś' => "S",
        'ṭ' => "t",
        'Ṭ' => "T",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' => "u",
        'Ù' | 'Ú' | 'Û' | 'Ü' | 'Ū' => "U",
        'ý' | 'ÿ' => "y",
        'Ý' | 'Ÿ' => "Y",
        'ž' | 'ẓ' => "z",
        'Ž' | 'Ẓ' => "Z",
        'œ' => "oe",
        'Œ' => "OE",
        'æ' => "ae",
        'Æ' => "AE",
        'ß' => "ss",
        '’' | '‘' | 'ʼ' | 'ʿ' | '´' => "'",
        '“' | '”' | '«' | '»' => "\"",
        '–' | '—' | '‑' => "-",
        '…' => "...",
        '°' => "o",
        '\u{00A0}' | '\u{202F}' | '\u{2009}' => " ",
        // A combining accent: its letter is there already.
        '\u{0300}'..='\u{036F}' => "",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("Télécom Maghreb SA", "Telecom Maghreb SA", "Telecom Maghreb SA")]
    #[case("E\u{301}cole Œuvre", "Ecole OEuvre", "Ecole OEuvre")]
    #[case("Régie d’Électricité – Nord", "Regie d'Electricite - Nord", "Regie d'Electricite - Nord")]
    #[case("Eau & Gaz_1 \"X\" @", "Eau & Gaz_1 \"X\" @", "Eau + Gaz-1 'X' .")]
    #[case("//A//B/", "//A//B/", "A/B")]
    #[case("ماء", "???", "???")]
    #[case("a\tb", "a?b", "a?b")]
    #[case("", "", "")]
    fn names(#[case] text: &str, #[case] ascii: &str, #[case] transfer: &str) {
        assert_eq!((super::to_ascii(text).as_str(), super::to_transfer(text).as_str()), (ascii, transfer));
    }

    proptest! {
        #[test]
        fn only_what_is_allowed(text in any::<String>()) {
            prop_assert!(super::to_ascii(&text).bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            let transfer = super::to_transfer(&text);
            prop_assert!(transfer.chars().all(|c| c.is_ascii_alphanumeric() || " /-?:().,'+".contains(c)));
            prop_assert!(!transfer.contains("//") && !transfer.starts_with('/') && !transfer.ends_with('/'));
        }
    }
}
