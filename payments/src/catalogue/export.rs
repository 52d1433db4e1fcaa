//! A biller as its file (docs/biller-file.md): what [`super::import::parse`] reads back as the same biller.

use std::fmt::Write;

use biller_adapters::ConnectorSettings;
use ledger::Money;
use settlement::terms::{Contract, Cycle, FileFormat, OnRefunds, PayoutAccount, Terms};

use super::{AmountRule, Biller, FeeSlab, FieldFormat, FieldKind, FormField, Limit, ReceivableType, Trilingual};

/// Writes a biller's file. What is usual is written too, so that who edits it sees everything that is set. A variable in an
/// address was replaced when the file was taken in, and stands here by its value.
pub fn write(biller: &Biller) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    line(format!("code = {}", biller.code));
    line(format!("name = {}", texts(&biller.name)));
    line(format!("category = {}", quoted(&word_of(&biller.category))));
    if let Some(logo) = &biller.logo {
        line(format!("logo = {}", quoted(logo)));
    }
    if let Some(colour) = &biller.colour {
        line(format!("colour = {}", quoted(colour)));
    }
    line(format!("quote_lifetime_hours = {}", biller.quote_lifetime_hours));
    line(String::new());
    line(connector(&biller.connector));
    line(settlement(&biller.terms));
    for kind in &biller.receivable_types {
        line(receivable_type(kind));
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

/// A word as its serialised form has it.
pub(crate) fn word_of(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).ok();
    value.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

fn quoted(text: &str) -> String {
    let is_plain = !text.contains('\'') && !text.chars().any(char::is_control);
    if text.contains('\\') && is_plain {
        return format!("'{text}'");
    }
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() => {
                // Infallible on a string.
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn texts(texts: &Trilingual) -> String {
    format!("{{ ar = {}, fr = {}, en = {} }}", quoted(&texts.ar), quoted(&texts.fr), quoted(&texts.en))
}

fn amount(key: &str, amount: Option<Money>) -> Option<String> {
    amount.map(|amount| format!("{key} = \"{amount}\""))
}

fn inline(parts: impl IntoIterator<Item = Option<String>>) -> String {
    format!("{{ {} }}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

fn list(key: &str, items: Vec<String>) -> Option<String> {
    let lines = items.into_iter().map(|item| format!("    {item},\n")).collect::<String>();
    (!lines.is_empty()).then(|| format!("{key} = [\n{lines}]"))
}

fn connector(connector: &ConnectorSettings) -> String {
    let (protocol, settings) = match connector {
        ConnectorSettings::JsonRest { base_url, secret_env } => {
            ("json_rest", vec![("base_url", base_url), ("secret_env", secret_env)])
        }
        ConnectorSettings::FatouratiSoap { endpoint, secret_env, acquirer_id } => {
            ("fatourati_soap", vec![("endpoint", endpoint), ("acquirer_id", acquirer_id), ("secret_env", secret_env)])
        }
        ConnectorSettings::FlatFile { bills_url, payments_url, secret_env } => {
            ("flat_file", vec![("bills_url", bills_url), ("payments_url", payments_url), ("secret_env", secret_env)])
        }
    };
    let mut lines = format!("[connector]\nprotocol = \"{protocol}\"\n");
    lines.extend(settings.iter().map(|(key, value)| format!("{key} = {}\n", quoted(value))));
    lines
}

fn settlement(terms: &Terms) -> String {
    let mut lines = vec!["[settlement]".to_owned()];
    match &terms.cycle {
        Cycle::Daily => lines.push("cycle = \"daily\"".to_owned()),
        // No day at all is every day.
        Cycle::Weekly { days } if days.is_empty() => lines.push("cycle = \"daily\"".to_owned()),
        Cycle::Weekly { days } => {
            let days = days.iter().map(|day| format!("\"{}\"", day.to_string().to_lowercase())).collect::<Vec<_>>();
            lines.push(format!("cycle = \"weekly\"\ndays = [{}]", days.join(", ")));
        }
        Cycle::Monthly { day } => lines.push(format!("cycle = \"monthly\"\nday = {day}")),
    }
    lines.push(format!("cut_off = {}", terms.cut_off.format("%H:%M:%S")));
    lines.push(format!("contract = \"{}\"", if terms.contract == Contract::Net { "net" } else { "gross" }));
    lines.extend(amount("minimum", terms.minimum));
    lines.push(format!("vat_percent = \"{}\"", terms.vat_percent.normalize()));
    lines.push(format!("on_refunds = \"{}\"", if terms.on_refunds == OnRefunds::Keep { "keep" } else { "return" }));
    let formats = terms.formats.iter().map(|format| match format {
        FileFormat::Csv => "\"csv\"",
        FileFormat::Fixed => "\"fixed\"",
        FileFormat::Camt054 => "\"camt054\"",
    });
    lines.push(format!("files = [{}]", formats.collect::<Vec<_>>().join(", ")));
    let commissions = terms.commissions.iter().map(|rule| {
        inline([
            rule.channel.map(|channel| format!("channel = \"{channel}\"")),
            rule.instrument.map(|instrument| format!("instrument = \"{instrument}\"")),
            Some(format!("percent = \"{}\"", rule.percent.normalize())),
            amount("flat", Some(rule.flat)),
        ])
    });
    lines.extend(list("commission", commissions.collect()));
    let account = |account: &PayoutAccount| {
        inline([
            Some(format!("name = {}", quoted(&account.holder))),
            Some(format!("rib = \"{}\"", account.rib)),
            Some(format!("share = \"{}\"", share(account.basis_points))),
        ])
    };
    lines.extend(list("account", terms.accounts.iter().map(account).collect()));
    let delivery = &terms.delivery;
    if delivery.mail.is_some() || delivery.sftp.is_some() {
        lines.push("\n[settlement.delivery]".to_owned());
        lines.extend(delivery.mail.as_ref().map(|mail| format!("mail = {}", quoted(mail))));
    }
    if let Some(sftp) = &delivery.sftp {
        lines.push("\n[settlement.delivery.sftp]".to_owned());
        lines.push(format!("host = {}\nport = {}\nuser = {}", quoted(&sftp.host), sftp.port, quoted(&sftp.user)));
        lines.push(format!(
            "folder = {}\nkey = {}\nhost_key = {}",
            quoted(&sftp.folder),
            quoted(&sftp.key),
            quoted(&sftp.host_key)
        ));
    }
    lines.join("\n") + "\n"
}

/// Hundredths of a percent as a percentage.
pub(crate) fn share(basis_points: u16) -> String {
    rust_decimal::Decimal::new(i64::from(basis_points), 2).normalize().to_string()
}

fn receivable_type(kind: &ReceivableType) -> String {
    let mut lines = vec!["[[receivable_type]]".to_owned(), format!("code = {}", quoted(&kind.code))];
    lines.push(format!("name = {}", texts(&kind.name)));
    lines.push(format!("fetch = {}\ntax = {}\ncancellable = {}", kind.fetch, kind.tax, kind.cancellable));
    let rule = match &kind.amount_rule {
        AmountRule::Exact => "rule = \"exact\"".to_owned(),
        AmountRule::ExactOrMore => "rule = \"exact_or_more\"".to_owned(),
        AmountRule::ExactOrLess => "rule = \"exact_or_less\"".to_owned(),
        AmountRule::Any => "rule = \"any\"".to_owned(),
        AmountRule::Range { min, max, multiple } => {
            format!("rule = \"range\", min = \"{min}\", max = \"{max}\", multiple = \"{multiple}\"")
        }
    };
    lines.push(format!("amount = {{ {rule} }}"));
    let limit = |limit: &Limit| {
        inline([
            Some(format!("channel = \"{}\"", limit.channel)),
            Some(format!("instrument = \"{}\"", limit.instrument)),
            amount("min", limit.min),
            amount("max", limit.max),
        ])
    };
    lines.extend(list("limit", kind.limits.iter().map(limit).collect()));
    let slab = |slab: &FeeSlab| {
        inline([
            Some(format!("effective_from = {}", slab.effective_from)),
            amount("from", slab.from),
            amount("to", slab.to),
            amount("flat", Some(slab.flat)),
            Some(format!("percent = \"{}\"", slab.percent.normalize())),
            amount("min", slab.min),
            amount("max", slab.max),
            Some(format!("vat_percent = \"{}\"", slab.vat_percent.normalize())),
        ])
    };
    lines.extend(list("fee", kind.fees.iter().map(slab).collect()));
    lines.extend(kind.form.iter().map(field));
    lines.join("\n") + "\n"
}

fn field(field: &FormField) -> String {
    let mut lines = vec!["\n[[receivable_type.field]]".to_owned(), format!("name = {}", quoted(&field.name))];
    lines.push(format!("label = {}", texts(&field.label)));
    lines.extend(field.hint.as_ref().map(|hint| format!("hint = {}", texts(hint))));
    if field.kind != FieldKind::Text {
        lines.push(format!("kind = \"{}\"", word_of(&field.kind)));
    }
    if field.format != FieldFormat::String {
        lines.push(format!("format = \"{}\"", word_of(&field.format)));
    }
    for (key, length) in [("min_length", field.min_length), ("max_length", field.max_length)] {
        lines.extend(length.map(|length| format!("{key} = {length}")));
    }
    lines.extend(field.regex.as_ref().map(|regex| format!("regex = {}", quoted(regex))));
    if field.kind != FieldKind::Label {
        lines.push(format!("required = {}", field.required));
    }
    let values = field.values.iter().map(|value| {
        inline([Some(format!("value = {}", quoted(&value.value))), Some(format!("label = {}", texts(&value.label)))])
    });
    lines.extend(list("value", values.collect()));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::import;

    /// The documented example and every biller of the sandbox come back as they were.
    #[test]
    fn what_is_written_reads_the_same() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let document = std::fs::read_to_string(root.join("docs/biller-file.md")).unwrap();
        let mut texts = vec![document.split("```toml\n").nth(1).unwrap().split("```").next().unwrap().to_owned()];
        for entry in std::fs::read_dir(root.join("sandbox/billers")).unwrap() {
            texts.push(std::fs::read_to_string(entry.unwrap().path()).unwrap());
        }
        assert!(texts.len() > 5);
        let variables = |_: &str| Some("http://127.0.0.1:9".to_owned());
        for text in texts {
            for biller in import::parse(&text, &variables).unwrap() {
                let written = write(&biller);
                let read = import::parse(&written, &|_| None).unwrap_or_else(|faults| panic!("{faults:?}\n{written}"));
                assert_eq!(read, [biller], "{written}");
            }
        }
    }

    #[test]
    fn texts_with_quotes_and_backslashes_read_the_same() {
        for text in ["l'eau", "\"x\"", r"0[67]\d{8}", r"it's \d", "tab\there"] {
            let document = format!("t = {}", quoted(text));
            let read: toml::Table = document.parse().unwrap();
            assert_eq!(read["t"].as_str(), Some(text), "{document}");
        }
    }
}
