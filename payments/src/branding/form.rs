//! What people type into a branding's form, and what is wrong with it.

use super::{Colour, Colours, Content, LogoRef};
use crate::card_numbers;
use crate::catalogue::Trilingual;

/// One of the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextKind {
    /// The name as payers read it.
    Name,
    /// Help beside the payment's forms.
    Help,
    /// Where payers reach the biller.
    Contact,
    /// The last line of receipts and mails.
    Footer,
}

impl TextKind {
    /// Every one, in the order of the form.
    pub const ALL: [Self; 4] = [Self::Name, Self::Help, Self::Contact, Self::Footer];

    /// Its word in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Help => "help",
            Self::Contact => "contact",
            Self::Footer => "footer",
        }
    }

    /// Most characters: what a phone's screen, a receipt and a mail show of it without pushing the payment away.
    pub const fn chars_max(self) -> usize {
        match self {
            Self::Name => 60,
            Self::Help => 400,
            Self::Contact => 160,
            Self::Footer => 200,
        }
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// Not `#rrggbb`.
    Colour,
    /// One colour without the other.
    OneColour,
    /// Texts could not be read: the nearest colour on or by which they could.
    Contrast(Colour),
    /// It is there in some languages, and not in this one.
    Missing,
    /// More characters than these.
    Long(usize),
    /// A card number.
    CardNumber,
    /// Characters that cannot be shown.
    Unreadable,
}

/// A field with a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field's name: `accent`, `help-ar`.
    pub field: String,
    /// What is wrong with it.
    pub kind: FaultKind,
}

/// A branding as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// `#rrggbb`, or empty together with `accent`.
    pub brand: String,
    /// `#rrggbb`, or empty together with `brand`.
    pub accent: String,
    /// The texts in the order of [`TextKind::ALL`]: Arabic, French, English.
    pub texts: [[String; 3]; 4],
}

const LANGUAGES: [&str; 3] = ["ar", "fr", "en"];

impl Form {
    /// What a version says, to be typed over.
    pub fn of(content: &Content) -> Self {
        let typed = |text: &Option<Trilingual>| match text {
            Some(Trilingual { ar, fr, en }) => [ar.clone(), fr.clone(), en.clone()],
            None => Default::default(),
        };
        let colour = |of: fn(&Colours) -> Colour| content.colours.as_ref().map(|all| of(all).to_string());
        Self {
            brand: colour(|all| all.brand).unwrap_or_default(),
            accent: colour(|all| all.accent).unwrap_or_default(),
            texts: [typed(&content.name), typed(&content.help), typed(&content.contact), typed(&content.footer)],
        }
    }

    /// What it says, or everything that is wrong with it.
    pub fn read(&self, logo: Option<LogoRef>) -> Result<Content, Vec<Fault>> {
        let mut faults = Vec::new();
        let colours = self.colours(&mut faults);
        let [name, help, contact, footer] = TextKind::ALL.map(|kind| self.text(kind, &mut faults));
        if faults.is_empty() { Ok(Content { logo, colours, name, help, contact, footer }) } else { Err(faults) }
    }

    fn colours(&self, faults: &mut Vec<Fault>) -> Option<Colours> {
        let mut add = |field: &str, kind| faults.push(Fault { field: field.to_owned(), kind });
        match (self.brand.is_empty(), self.accent.is_empty()) {
            (true, true) => return None,
            (true, false) => add("brand", FaultKind::OneColour),
            (false, true) => add("accent", FaultKind::OneColour),
            (false, false) => {}
        }
        let brand = self.brand.parse::<Colour>();
        let accent = self.accent.parse::<Colour>();
        match brand.map(|colour| colour.check_ground()) {
            Ok(Err(nearest)) => add("brand", FaultKind::Contrast(nearest)),
            Err(_) if !self.brand.is_empty() => add("brand", FaultKind::Colour),
            _ => {}
        }
        match accent.map(|colour| colour.check_ink()) {
            Ok(Err(nearest)) => add("accent", FaultKind::Contrast(nearest)),
            Err(_) if !self.accent.is_empty() => add("accent", FaultKind::Colour),
            _ => {}
        }
        Some(Colours { brand: brand.ok()?, accent: accent.ok()? })
    }

    fn text(&self, kind: TextKind, faults: &mut Vec<Fault>) -> Option<Trilingual> {
        let typed = &self.texts[kind as usize];
        if typed.iter().all(String::is_empty) {
            return None;
        }
        for (language, text) in LANGUAGES.into_iter().zip(typed) {
            let fault = match text.chars().count() {
                0 => Some(FaultKind::Missing),
                _ if card_numbers::holds_one(text) => Some(FaultKind::CardNumber),
                _ if text.chars().any(is_unreadable) => Some(FaultKind::Unreadable),
                count if count > kind.chars_max() => Some(FaultKind::Long(kind.chars_max())),
                _ => None,
            };
            faults.extend(fault.map(|fault| Fault { field: format!("{}-{language}", kind.as_str()), kind: fault }));
        }
        let [ar, fr, en] = typed.clone();
        Some(Trilingual { ar, fr, en })
    }

    /// The same without what may not be shown again.
    pub fn scrubbed(mut self) -> Self {
        for text in self.texts.iter_mut().flatten().chain([&mut self.brand, &mut self.accent]) {
            if card_numbers::holds_one(text) {
                text.clear();
            }
        }
        self
    }
}

/// Control characters, marks that turn the direction of what follows, and places that mean nothing: one text must not
/// change how another one is read.
fn is_unreadable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffd}')
        || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}
