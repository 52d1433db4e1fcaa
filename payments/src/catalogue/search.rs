//! Finding billers by a few typed words, in any of the three languages.

use std::cmp::Reverse;

use super::{Biller, Category, Trilingual};

/// Words beyond this many are ignored: nobody needs more to find a biller.
const WORDS_MAX: usize = 8;

/// Billers matching every word, best first, then by code.
pub(super) fn search<'a>(billers: &'a [Biller], query: &str) -> Vec<&'a Biller> {
    let query = fold(query);
    let words: Vec<&str> = query.split_whitespace().take(WORDS_MAX).map(without_article).collect();
    let mut found: Vec<(u32, &Biller)> =
        billers.iter().filter_map(|biller| relevance(biller, &words).map(|score| (score, biller))).collect();
    found.sort_by_key(|(score, biller)| (Reverse(*score), biller.code));
    found.into_iter().map(|(_, biller)| biller).collect()
}

/// The sum of the words' best scores; `None` if some word is nowhere.
fn relevance(biller: &Biller, words: &[&str]) -> Option<u32> {
    let whole = words.join(" ");
    let names = texts(&biller.name);
    let types: Vec<String> = biller.receivable_types.iter().flat_map(|kind| texts(&kind.name)).collect();
    let shelf = fold(shelf_words(biller.category));
    let code = biller.code.to_string();
    let bonus = match names.iter() {
        names if names.clone().any(|name| *name == whole) => 1_000,
        names if !words.is_empty() && names.clone().any(|name| name.starts_with(&whole)) => 200,
        _ => 0,
    };
    let score = |word: &&str| -> Option<u32> {
        let in_name = names.iter().filter_map(|name| score_in(name, word)).max().map(|score| score * 10);
        let in_code = (code == **word).then_some(100);
        let elsewhere = types.iter().map(String::as_str).chain([shelf.as_str()]);
        let in_rest = elsewhere.filter_map(|text| score_in(text, word)).max();
        in_name.max(in_code).max(in_rest)
    };
    words.iter().map(score).sum::<Option<u32>>().map(|sum| sum + bonus)
}

/// A whole word weighs most, then the start of one, then any part.
fn score_in(text: &str, word: &str) -> Option<u32> {
    let mut best = text.contains(word).then_some(1);
    for candidate in text.split(|c: char| !c.is_alphanumeric()) {
        let bare = without_article(candidate);
        if candidate == word || bare == word {
            return Some(4);
        }
        if candidate.starts_with(word) || bare.starts_with(word) {
            best = Some(3);
        }
    }
    best
}

/// An Arabic word without the article, which is written together with its noun; short words may only look like it.
fn without_article(word: &str) -> &str {
    word.strip_prefix("ال").filter(|noun| noun.chars().count() >= 3).unwrap_or(word)
}

fn texts(text: &Trilingual) -> [String; 3] {
    [fold(&text.ar), fold(&text.fr), fold(&text.en)]
}

/// Words by which people look for a shelf.
fn shelf_words(category: Category) -> &'static str {
    match category {
        Category::ElectricityWater => "ماء كهرباء تطهير électricité eau assainissement electricity water sewerage",
        Category::Telecom => "اتصالات هاتف انترنت تعبئة télécom téléphone internet recharge telecom phone top-up",
        Category::TaxesFees => "ضرائب رسوم مخالفات impôts taxes amendes taxes fees fines",
        Category::Education => "تعليم مدرسة جامعة éducation école université education school university",
        Category::Housing => "سكن كراء logement loyer habitat housing rent",
        Category::Transport => "نقل طريق سيار transport péage autoroute transport toll motorway",
    }
}

/// The text as it is compared: lower case, no accents, no Arabic vowel signs, one letter for its variants.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => folded.push('a'),
            'ç' => folded.push('c'),
            'è' | 'é' | 'ê' | 'ë' => folded.push('e'),
            'ì' | 'í' | 'î' | 'ï' => folded.push('i'),
            'ñ' => folded.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' => folded.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => folded.push('u'),
            'ý' | 'ÿ' => folded.push('y'),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'آ' | 'أ' | 'إ' | 'ٱ' => folded.push('ا'),
            'ؤ' => folded.push('و'),
            'ئ' | 'ى' => folded.push('ي'),
            'ة' => folded.push('ه'),
            'ڤ' => folded.push('ف'),
            '٠'..='٩' => folded.extend(char::from_digit(u32::from(c) - 0x0660, 10)),
            // Combining accents, Arabic vowel signs, superscript alef, tatweel, hamza on the line, direction marks.
            '\u{0300}'..='\u{036F}'
            | '\u{064B}'..='\u{065F}'
            | '\u{0670}'
            | '\u{0640}'
            | '\u{0621}'
            | '\u{200E}'
            | '\u{200F}' => {}
            '\'' | '’' | '-' | '\u{00A0}' | '\u{202F}' => folded.push(' '),
            other => folded.push(other),
        }
    }
    folded.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Électricité", "electricite")]
    #[case("E\u{301}cole", "ecole")]
    #[case("l’Œuvre", "l oeuvre")]
    #[case("الإتصالات", "الاتصالات")]
    #[case("مَدْرَسَة", "مدرسه")]
    #[case("كهربـــاء", "كهربا")]
    #[case("١٢٠١", "1201")]
    fn folding(#[case] text: &str, #[case] folded: &str) {
        assert_eq!(fold(text), folded);
    }
}
