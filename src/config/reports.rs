//! Where reports may be mailed to.

use super::environment::{Reader, Unset, Variable, variable};

const MAIL_DOMAINS: Variable = variable(
    "FATOURA_REPORT_MAIL_DOMAINS",
    Unset::LeftOut,
    "domains, separated by commas: hub.example.ma,bank.example.ma",
    "the only domains to which reports may be mailed, their subdomains not included; without any, no report is mailed",
);

pub(super) const VARIABLES: &[&Variable] = &[&MAIL_DOMAINS];

/// In small letters; none: none is mailed.
pub(super) fn read(reader: &mut Reader<'_>) -> Vec<String> {
    if !reader.is_set(&MAIL_DOMAINS) {
        return Vec::new();
    }
    let domains = |text: &str| text.split(',').map(|part| domain(part.trim())).collect::<Option<Vec<_>>>();
    reader.get(&MAIL_DOMAINS, domains).unwrap_or_default()
}

fn domain(text: &str) -> Option<String> {
    let label = |label: &str| {
        let is_sound = label.chars().all(|c| c.is_alphanumeric() || c == '-');
        (1..=63).contains(&label.len()) && is_sound && !label.starts_with('-') && !label.ends_with('-')
    };
    (text.contains('.') && text.split('.').all(label)).then(|| text.to_lowercase())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("hub.example.ma", Some("hub.example.ma"))]
    #[case("HUB.ma", Some("hub.ma"))]
    #[case("hub", None)]
    #[case("*.ma", None)]
    #[case("a@hub.ma", None)]
    #[case("", None)]
    #[case(".ma", None)]
    fn domains(#[case] text: &str, #[case] found: Option<&str>) {
        assert_eq!(domain(text).as_deref(), found);
    }
}
