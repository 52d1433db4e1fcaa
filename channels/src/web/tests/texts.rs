//! The three languages hold the same messages, and every message that is used.

use std::collections::BTreeSet;
use std::path::Path;

use ledger::Language;
use rstest::rstest;

use crate::web::i18n::{self, Arg};

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn keys(language: Language) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language.as_str());
    let mut keys = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        for line in read(&file.unwrap().path()).lines() {
            let Some((key, _)) = line.split_once(" =") else { continue };
            if key.starts_with(|c: char| c.is_ascii_lowercase()) {
                assert!(keys.insert(key.to_owned()), "{language}: {key} stands twice");
            }
        }
    }
    keys
}

/// What follows each occurrence of a start, up to the closing quote.
fn quoted_after<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(start).filter_map(move |(at, _)| text[at + start.len()..].split('"').next())
}

fn used() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut used = BTreeSet::new();
    for folder in [
        "web", "staff", "outlet", "desk", "finance", "board", "reports", "register", "guard", "refunds", "billers",
        "branding", "outcomes", "holds", "disputes", "portal", "personal",
    ] {
        for file in std::fs::read_dir(root.join("../templates").join(folder)).unwrap() {
            let text = read(&file.unwrap().path());
            for start in ["page.t(\"", "page.t1(\"", "page.tn(\""] {
                used.extend(quoted_after(&text, start).map(str::to_owned));
            }
        }
    }
    used
}

#[rstest]
#[case(Language::Ar)]
#[case(Language::En)]
fn the_languages_hold_the_same_messages(#[case] language: Language) {
    assert_eq!(keys(language), keys(Language::Fr));
}

#[test]
fn every_message_that_a_template_uses_exists() {
    let used = used();
    assert!(used.len() > 80, "the templates were not read");
    assert_eq!(used.difference(&keys(Language::Fr)).collect::<Vec<_>>(), Vec::<&String>::new());
}

/// How keys begin that the code puts together.
const PUT_TOGETHER: &[&str] = &[
    "category-",
    "instrument-",
    "audit-",
    "staff-role-",
    "outlet-result-",
    "outlet-paper-",
    "outlet-state-",
    "outlet-event-",
    "desk-state-",
    "desk-standing-",
    "desk-outcome-",
    "desk-reason-",
    "desk-channel-",
    "finance-window-",
    "finance-transfer-",
    "finance-file-kind-",
    "finance-means-",
    "finance-order-",
    "finance-import-",
    "finance-kind-",
    "finance-source-",
    "finance-subject-",
    "finance-break-",
    "finance-action-",
    "finance-way-",
    "finance-advice-",
    "finance-filter-",
    "finance-books-",
    "board-task-",
    "board-incident-",
    "board-rate-",
    "billers-change-",
    "billers-key-",
    "billers-rule-",
    "billers-value-",
    "branding-accent",
    "branding-brand",
    "branding-contact",
    "branding-done-",
    "branding-footer",
    "branding-help",
    "branding-in-",
    "branding-name",
    "branding-preview-",
    "reports-kind-",
    "reports-run-",
    "reports-days-of-",
    "reports-every-",
    "reports-form-",
    "reports-language-",
    "reports-col-",
    "reports-state-",
    "reports-account-",
    "register-state-",
    "register-posting-",
    "register-task-",
    "register-account-",
    "register-exchange-",
    "guard-why-",
    "guard-of-",
    "guard-what-",
    "guard-outcome-",
    "guard-state-",
    "guard-kind-",
    "guard-mode-",
    "guard-action-",
    "guard-list-",
    "guard-channel-",
    "guard-fault-",
    "guard-span-",
    "guard-begin-",
    "refunds-show-",
    "refunds-state-",
    "refunds-reason-",
    "refunds-payment-",
    "outcomes-subject-",
    "outcomes-question-",
    "outcomes-says-",
    "outcomes-does-",
    "outcomes-state-",
    "outcomes-try-",
    "disputes-show-",
    "disputes-of-",
    "disputes-kind-",
    "disputes-state-",
    "disputes-origin-",
    "disputes-effect-",
    "disputes-event-",
    "disputes-outcome-",
    "personal-kind-",
    "personal-state-",
    "personal-language-",
    "personal-what-",
    "personal-erases-",
];

#[test]
fn every_message_is_used() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { code.push_str(&read(&path)) }
        }
    }
    let in_templates = used();
    let idle: Vec<_> = keys(Language::Fr)
        .into_iter()
        .filter(|key| !in_templates.contains(key) && !code.contains(&format!("\"{key}\"")))
        .filter(|key| !PUT_TOGETHER.iter().any(|start| key.starts_with(start)))
        .filter(|key| {
            let stem = ["-title", "-text", "-about"].iter().find_map(|end| key.strip_suffix(end));
            !stem.is_some_and(|stem| code.contains(&format!("\"{stem}\"")))
        })
        .collect();
    assert_eq!(idle, Vec::<String>::new());
}

#[test]
fn every_role_and_every_action_has_its_words() {
    let known = keys(Language::Fr);
    let roles = staff::Role::ALL.iter().map(|role| format!("staff-role-{role}"));
    let actions = staff::Action::ALL.iter().map(|action| format!("audit-{}", action.as_str()));
    let wanted: BTreeSet<String> = roles.chain(actions).collect();
    assert_eq!(wanted.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new());
    let worded = known.iter().filter(|key| key.starts_with("staff-role-") || key.starts_with("audit-"));
    assert_eq!(worded.count(), wanted.len());
}

#[test]
fn every_kind_of_work_and_of_incident_has_its_words() {
    let known = keys(Language::Fr);
    let key = |of: &str, word: &str| format!("board-{of}-{}", word.to_lowercase().replace(' ', "-"));
    let tasks = ledger::TaskKind::ALL.iter().map(|kind| key("task", kind.as_str()));
    let incidents = ledger::IncidentKind::ALL.iter().map(|kind| key("incident", kind.as_str()));
    let wanted: BTreeSet<String> = tasks.chain(incidents).collect();
    assert_eq!(wanted.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[rstest]
#[case(0, "لا فاتورة للأداء")]
#[case(1, "فاتورة واحدة للأداء")]
#[case(2, "فاتورتان للأداء")]
#[case(3, "\u{2068}3\u{2069} فواتير للأداء")]
#[case(11, "\u{2068}11\u{2069} فاتورة للأداء")]
#[case(103, "\u{2068}103\u{2069} فواتير للأداء")]
fn arabic_counts(#[case] count: i64, #[case] words: &str) {
    assert_eq!(i18n::text_with(Language::Ar, "bills-heading", &[("count", Arg::Number(count))]), words);
}

/// CLDR's rule for French: zero is singular, for English it is not.
#[rstest]
#[case(Language::Fr, 0, "\u{2068}0\u{2069} facture à payer")]
#[case(Language::Fr, 2, "\u{2068}2\u{2069} factures à payer")]
#[case(Language::En, 0, "\u{2068}0\u{2069} bills to pay")]
#[case(Language::En, 1, "\u{2068}1\u{2069} bill to pay")]
fn counts(#[case] language: Language, #[case] count: i64, #[case] words: &str) {
    assert_eq!(i18n::text_with(language, "bills-heading", &[("count", Arg::Number(count))]), words);
}
