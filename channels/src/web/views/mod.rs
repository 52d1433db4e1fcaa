//! What the templates show: pure functions from the hub's data to words and amounts in the reader's language.

pub(crate) mod bills;
pub(super) mod cash;
pub(super) mod find;
pub(super) mod home;
pub(crate) mod identify;
pub(crate) mod notice;
pub(super) mod pay;
pub(crate) mod payment;

use ledger::Language;
use payments::branding::{Brand, Content};
use payments::catalogue::{Biller, ReceivableType, Trilingual};

use super::i18n::{self, Arg};
use super::{assets, format};

/// What the layout needs.
pub(crate) struct Page {
    pub(crate) language: Language,
    pub(crate) title: String,
    /// The path below the language, for the language links.
    path: String,
    /// The hidden token of its forms.
    pub(crate) csrf: String,
    /// The step of the journey, 1 to 4; 0 outside it.
    pub(crate) step: u8,
    /// Seconds after which the page is asked for again where there is no JavaScript.
    pub(crate) refresh: Option<u8>,
    /// The stylesheet of the biller that it is about.
    pub(crate) stylesheet: Option<String>,
    /// The colour of the browser's frame.
    pub(crate) theme: String,
    /// Where whoever looks at a draft goes back to.
    pub(crate) preview_of: Option<String>,
}

/// The frame's colour where no biller has its own.
const PLAIN_THEME: &str = "#0b4a3f";

impl Page {
    pub(crate) fn new(language: Language, title: String, path: String, csrf: String) -> Self {
        Self {
            language,
            title,
            path,
            csrf,
            step: 0,
            refresh: None,
            stylesheet: None,
            theme: PLAIN_THEME.to_owned(),
            preview_of: None,
        }
    }

    pub(crate) fn at_step(mut self, step: u8) -> Self {
        self.step = step;
        self
    }

    /// In a biller's colours, if it has its own.
    pub(crate) fn branded(mut self, biller: &Biller) -> Self {
        if let Some(brand) = &biller.brand {
            self.stylesheet = brand.stylesheet_url();
            if let Some(colours) = brand.content.colours {
                self.theme = colours.brand.to_string();
            }
        }
        self
    }

    /// The same, where the biller may have left the catalogue.
    pub(crate) fn branded_if(self, biller: Option<&Biller>) -> Self {
        match biller {
            Some(biller) => self.branded(biller),
            None => self,
        }
    }

    /// A message.
    pub(crate) fn t(&self, key: &str) -> String {
        i18n::text(self.language, key)
    }

    /// A message about a text.
    pub(crate) fn t1(&self, key: &str, name: &'static str, value: &str) -> String {
        i18n::text_with(self.language, key, &[(name, Arg::Text(value))])
    }

    /// A message about a number, in the right plural form.
    pub(crate) fn tn(&self, key: &str, count: usize) -> String {
        i18n::text_with(self.language, key, &[("count", Arg::Number(i64::try_from(count).unwrap_or(i64::MAX)))])
    }

    /// An address below the reader's language.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("/{}{path}", self.language)
    }

    pub(crate) fn asset(&self, path: &str) -> String {
        assets::url(path)
    }

    pub(crate) fn dir(&self) -> &'static str {
        if self.language == Language::Ar { "rtl" } else { "ltr" }
    }

    /// The four steps: number, message, state for the stylesheet.
    pub(crate) fn steps(&self) -> [(u8, String, &'static str); 4] {
        [(1, "step-identify"), (2, "step-bills"), (3, "step-pay"), (4, "step-receipt")].map(|(number, key)| {
            let state = match number.cmp(&self.step) {
                std::cmp::Ordering::Less => "done",
                std::cmp::Ordering::Equal => "current",
                std::cmp::Ordering::Greater => "ahead",
            };
            (number, self.t(key), state)
        })
    }

    /// The language links: word of the language, its address, whether it is this one.
    pub(crate) fn languages(&self) -> [(Language, &'static str, &'static str, String); 3] {
        [(Language::Ar, "العربية", "ع"), (Language::Fr, "Français", "FR"), (Language::En, "English", "EN")]
            .map(|(language, name, short)| (language, name, short, format!("/{language}{}", self.path)))
    }
}

/// A biller as the head of a page shows it.
pub(crate) struct BillerView {
    pub(crate) name: String,
    /// Address of its logo.
    pub(crate) logo: Option<String>,
    /// Shown where there is no logo.
    pub(crate) initials: String,
    /// Brand colour, `#rrggbb`.
    pub(crate) colour: String,
    /// The receivable type, where one is chosen.
    pub(crate) kind: String,
    /// The biller's own help, contact and last line of receipts; empty where it has none.
    pub(crate) help: String,
    pub(crate) contact: String,
    pub(crate) footer: String,
}

/// The colour of billers that state none.
const PLAIN_COLOUR: &str = "#0b5d4e";

impl BillerView {
    pub(crate) fn of(biller: &Biller, kind: Option<&ReceivableType>, language: Language) -> Self {
        let name = biller.shown_name(language).to_owned();
        let brand = biller.brand.as_deref();
        let own = |of: fn(&Content) -> &Option<Trilingual>| {
            let text = brand.and_then(|brand| of(&brand.content).as_ref());
            text.map(|text| text.get(language).to_owned()).unwrap_or_default()
        };
        let logo = brand.and_then(Brand::logo_url);
        let file = biller.logo.as_deref();
        let logo = logo.or_else(|| file.and_then(|file| assets::url_of_existing(&format!("billers/{file}"))));
        let logo = logo.or_else(|| assets::url_of_existing(&format!("billers/{}.svg", biller.code)));
        let is_colour = |text: &&str| {
            text.len() == 7 && text.starts_with('#') && text.bytes().skip(1).all(|b| b.is_ascii_hexdigit())
        };
        Self {
            initials: name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect(),
            colour: match brand.and_then(|brand| brand.content.colours) {
                // White letters stand on it.
                Some(colours) => colours.accent.to_string(),
                None => biller.colour.as_deref().filter(is_colour).unwrap_or(PLAIN_COLOUR).to_owned(),
            },
            help: own(|content| &content.help),
            contact: own(|content| &content.contact),
            footer: own(|content| &content.footer),
            kind: kind.map(|kind| kind.name.get(language).to_owned()).unwrap_or_default(),
            logo,
            name,
        }
    }

    /// For a payment whose biller has left the catalogue.
    pub(crate) fn gone(code: u16) -> Self {
        Self {
            name: code.to_string(),
            logo: None,
            initials: code.to_string().chars().take(2).collect(),
            colour: PLAIN_COLOUR.to_owned(),
            kind: String::new(),
            help: String::new(),
            contact: String::new(),
            footer: String::new(),
        }
    }
}

/// One line of the list of faults above a form.
pub(crate) struct FaultLink {
    /// Element to jump to; empty for the form as a whole.
    pub(crate) target: String,
    pub(crate) text: String,
}

/// The amounts of a price, one line each.
pub(crate) struct AmountLine {
    pub(crate) label: String,
    pub(crate) amount: String,
}

/// Principal, fee, VAT, duty; those that are nothing are left out, but for the principal and the fee.
pub(crate) fn amount_lines(amounts: &payments::api::Amounts, language: Language) -> Vec<AmountLine> {
    let line =
        |key: &str, amount| AmountLine { label: i18n::text(language, key), amount: format::money(language, amount) };
    let mut lines = vec![line("amount-principal", amounts.principal), line("amount-fee", amounts.fee)];
    if amounts.vat.is_positive() {
        lines.push(line("amount-vat", amounts.vat));
    }
    if amounts.duty.is_positive() {
        lines.push(line("amount-duty", amounts.duty));
    }
    lines
}

/// A line paid.
pub(crate) struct PaidLine {
    pub(crate) description: String,
    pub(crate) date: String,
    pub(crate) amount: String,
}

pub(crate) fn paid_lines(articles: &[biller_adapters::Article], language: Language) -> Vec<PaidLine> {
    articles
        .iter()
        .map(|article| PaidLine {
            description: article.description.clone(),
            date: article.date.map(|day| format::date(language, day)).unwrap_or_default(),
            amount: format::money(language, article.amount),
        })
        .collect()
}
