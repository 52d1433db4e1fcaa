//! Brandings through their pages: drafted, looked at, published by somebody else, seen by payers, taken back.

mod bad_input;
mod publishing;
mod rights;

use staff::Role;

use crate::support::{Colleague, Page, TestApp};

/// A drawing that is a logo.
pub const DRAWING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\"><path d=\"M3 3h18v18H3z\" fill=\"#a4161a\"/></svg>";

/// Colours and texts of a branding that is good.
pub const GOOD: [(&str, &str); 14] = [
    ("brand", "#660708"),
    ("accent", "#a4161a"),
    ("name-ar", "ريضال الرباط"),
    ("name-fr", "Redal Rabat"),
    ("name-en", "Redal of Rabat"),
    ("help-ar", "رقم العقد في أعلى الفاتورة"),
    ("help-fr", "Le numéro de contrat est en haut de la facture"),
    ("help-en", "The contract number is at the top of the bill"),
    ("contact-ar", "0537 00 00 00"),
    ("contact-fr", "0537 00 00 00, de 8 h à 18 h"),
    ("contact-en", "0537 00 00 00, 8 am to 6 pm"),
    ("footer-ar", "شكرا لثقتكم"),
    ("footer-fr", "Merci de votre confiance"),
    ("footer-en", "Thank you for your trust"),
];

/// A member at work.
pub async fn at_work(app: &TestApp, language: &'static str, login: &str, role: Role) -> Colleague {
    let who = app.colleague(language, login, role);
    who.sign_in(app).await;
    who
}

/// Sends the form of a biller's branding, as it stands, with these fields set and a file.
pub async fn save(who: &Colleague, biller: u16, fields: &[(&str, &str)], file: (&str, &[u8])) -> Page {
    let path = who.path(&format!("/branding/{biller}"));
    let page = who.browser.get(&path).await;
    let mut form = page.fields_to(&format!("/branding/{biller}")).expect("the form");
    form.retain(|(name, _)| matches!(name.as_str(), "csrf" | "base"));
    form.extend(crate::support::form(fields));
    who.browser.upload(&path, &form, file).await
}

/// Presses a button of a biller's branding page.
pub async fn press(who: &Colleague, biller: u16, step: &str) -> Page {
    let path = who.path(&format!("/branding/{biller}"));
    let page = who.browser.get(&path).await;
    let form = page.fields_to(&format!("/branding/{biller}/{step}")).expect("the button");
    who.browser.post(&format!("{path}/{step}"), &form).await
}

/// The addresses on a page that start so.
pub fn addresses(page: &Page, start: &str) -> Vec<String> {
    let parts = page.body.split('"').filter(|part| part.starts_with(start));
    parts.map(str::to_owned).collect()
}
