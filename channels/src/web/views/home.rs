//! The shelves of billers.

use askama::Template;
use ledger::Language;
use payments::catalogue::{Biller, Catalogue, Category};

use super::{BillerView, Page};
use crate::web::i18n;

/// Home: search and categories.
#[derive(Template)]
#[template(path = "web/home.html")]
pub(in crate::web) struct HomePage {
    pub(in crate::web) page: Page,
    /// What was searched for.
    pub(in crate::web) search: String,
    /// The one category shown, or empty for all.
    pub(in crate::web) category: String,
    pub(in crate::web) categories: Vec<CategoryView>,
    pub(in crate::web) shelves: Vec<Shelf>,
}

/// A link to a category.
pub(in crate::web) struct CategoryView {
    pub(in crate::web) word: &'static str,
    pub(in crate::web) name: String,
}

/// The billers of a category.
pub(in crate::web) struct Shelf {
    pub(in crate::web) category: CategoryView,
    pub(in crate::web) cards: Vec<Card>,
}

/// A biller to choose.
pub(in crate::web) struct Card {
    pub(in crate::web) biller: BillerView,
    pub(in crate::web) kinds: String,
    pub(in crate::web) url: String,
    pub(in crate::web) available: bool,
    /// What the script searches in: all names, folded.
    pub(in crate::web) haystack: String,
}

/// The fixed texts: conditions of the service.
#[derive(Template)]
#[template(path = "web/terms.html")]
pub(in crate::web) struct TermsPage {
    pub(in crate::web) page: Page,
}

const CATEGORIES: [(Category, &str); 6] = [
    (Category::ElectricityWater, "electricity-water"),
    (Category::Telecom, "telecom"),
    (Category::TaxesFees, "taxes-fees"),
    (Category::Education, "education"),
    (Category::Housing, "housing"),
    (Category::Transport, "transport"),
];

fn category_view(word: &'static str, language: Language) -> CategoryView {
    CategoryView { word, name: i18n::text(language, &format!("category-{word}")) }
}

/// The shelves that a search and a category leave.
pub(in crate::web) fn home(
    page: Page,
    catalogue: &Catalogue,
    available: impl Fn(u16) -> bool,
    search: &str,
    category: &str,
) -> HomePage {
    let language = page.language;
    let wanted = fold(search);
    let wanted: Vec<&str> = wanted.split_whitespace().collect();
    let has = |category| catalogue.billers().iter().any(|biller| biller.category == category);
    let stocked = || CATEGORIES.into_iter().filter(|(category, _)| has(*category));
    let known = stocked().find(|(_, word)| *word == category).map(|(_, word)| word).unwrap_or_default();
    let shelves = stocked()
        .filter(|(_, word)| known.is_empty() || *word == known)
        .map(|(category, word)| Shelf {
            category: category_view(word, language),
            cards: catalogue
                .billers()
                .iter()
                .filter(|biller| biller.category == category)
                .map(|biller| card(biller, language, available(biller.code)))
                .filter(|card| wanted.iter().all(|word| card.haystack.contains(word)))
                .collect(),
        })
        .filter(|shelf: &Shelf| !shelf.cards.is_empty())
        .collect();
    let categories = stocked().map(|(_, word)| category_view(word, language)).collect();
    HomePage { search: search.to_owned(), category: known.to_owned(), categories, shelves, page }
}

fn card(biller: &Biller, language: Language, available: bool) -> Card {
    let kinds: Vec<&str> = biller.receivable_types.iter().map(|kind| kind.name.get(language)).collect();
    let names = [&biller.name].into_iter().chain(biller.receivable_types.iter().map(|kind| &kind.name));
    let haystack: Vec<String> = names.map(|name| fold(&format!("{} {} {}", name.ar, name.fr, name.en))).collect();
    let url = match biller.receivable_types.as_slice() {
        [only] => format!("/{language}/billers/{}/{}", biller.code, only.code),
        _ => format!("/{language}/billers/{}", biller.code),
    };
    Card {
        biller: BillerView::of(biller, None, language),
        kinds: kinds.join(" · "),
        url,
        available,
        haystack: format!("{} {}", haystack.join(" "), biller.code),
    }
}

/// Lower case, without accents and Arabic vowel marks, the forms of alef as one: what people type is seldom exact.
/// The script on the page folds what is typed in the same way.
pub(in crate::web) fn fold(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .filter(|c| !matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{640}'))
        .map(|c| match c {
            'à' | 'â' | 'ä' | 'á' => 'a',
            'ç' => 'c',
            'è' | 'é' | 'ê' | 'ë' => 'e',
            'î' | 'ï' | 'í' => 'i',
            'ô' | 'ö' | 'ó' => 'o',
            'ù' | 'û' | 'ü' | 'ú' => 'u',
            'أ' | 'إ' | 'آ' => 'ا',
            'ة' => 'ه',
            'ى' => 'ي',
            '\'' | '’' | '-' => ' ',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Électricité", "electricite")]
    #[case("L’eau d'ici", "l eau d ici")]
    #[case("الإنارة", "الاناره")]
    #[case("ضَرِيبَة", "ضريبه")]
    fn folding(#[case] text: &str, #[case] folded: &str) {
        assert_eq!(fold(text), folded);
    }
}
