//! What is set of a biller, as data: told one setting a line, compared, and what a change of it leads to.

use chrono::{DateTime, NaiveDate, Utc};
use ledger::{BillerChange, Money};
use settlement::terms::Cycle;

pub use ledger::{ChangeOutcome, ChangeState};

use crate::catalogue::export::{share, word_of};
use crate::catalogue::{AmountRule, Biller, FeeSlab, FormField, ReceivableType, Trilingual};
use biller_adapters::ConnectorSettings;

/// Longest reason of a change, and longest word of who decides it, in characters.
pub const CHANGE_WHY_CHARS_MAX: usize = 300;
/// Largest file of one biller, in bytes: those that are known need some thousand.
pub const CHANGE_BYTES_MAX: usize = 64 * 1024;

/// A part of what is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Name, shelf, looks, quotes.
    Biller,
    /// How the hub speaks to it.
    Connector,
    /// When, where and less what it is paid out.
    Settlement,
    /// What customers pay for it.
    Fees,
    /// A receivable type, besides its fees.
    Kind,
}

impl Part {
    /// Its word in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Biller => "biller",
            Self::Connector => "connector",
            Self::Settlement => "settlement",
            Self::Fees => "fees",
            Self::Kind => "kind",
        }
    }
}

/// Something that is set, with its value in words that need no language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The part of the file.
    pub part: Part,
    /// What it is: the key of the file.
    pub key: &'static str,
    /// Of which one where there are several: a receivable type, a field, a channel with an instrument.
    pub of: String,
    /// Its value.
    pub value: String,
}

/// A setting that is another one, new or gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The part of the file.
    pub part: Part,
    /// What it is: the key of the file.
    pub key: &'static str,
    /// Of which one where there are several.
    pub of: String,
    /// What it was.
    pub old: Option<String>,
    /// What it is to be.
    pub new: Option<String>,
}

/// What a change leads to, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Prices that are made from now on have the new tariff; those that were made keep theirs for this many hours at most.
    Fees {
        /// How long a price holds that was made before.
        hours: u32,
        /// The first day of slabs that are not in force yet, where there are some.
        from: Option<NaiveDate>,
    },
    /// Commission and VAT on it are taken by the new terms of every window that is not settled, from this one on.
    Commission {
        /// When the first of those windows ends; `None`: none is open, so the next one.
        window: Option<DateTime<Utc>>,
    },
    /// Windows end by the new times from the one that ends then.
    CutOff {
        /// When the first window ends by the new times.
        first: DateTime<Utc>,
        /// When the one that is open ends; it keeps its time.
        open: Option<DateTime<Utc>>,
    },
    /// The next settlement is paid out to the new accounts, by the new least amount.
    Payout,
    /// Files are made and delivered in the new way from the next settlement on.
    Files,
    /// What is asked and told from now on goes to the new address, confirmations of payments that were taken before included.
    Connector,
    /// Payers fill in the new form and have the new limits from now on.
    Kinds,
    /// Payers read it from now on.
    Shown,
}

/// A change to look at: what it would be made of, and what comes of it.
#[derive(Debug, Clone)]
pub struct ChangeView {
    /// The change as it is kept.
    pub change: BillerChange,
    /// Line by line.
    pub changes: Vec<Change>,
    /// What comes of it, as of now or, once it was decided, as of then.
    pub effects: Vec<Effect>,
    /// Whether the biller is set otherwise by now than the change was made from.
    pub is_overtaken: bool,
}

/// What became of asking for a change.
#[derive(Debug)]
pub enum Asked {
    /// It waits for a second person, under this number.
    Kept(i64),
    /// The file is not one: every fault with its line.
    Faulty(Vec<crate::catalogue::import::Fault>),
    /// The connector cannot be built so: why.
    Unreachable(String),
    /// It is another biller's, or of several.
    OtherBiller,
    /// Nothing is changed by it.
    Same,
    /// Another change waits for the biller.
    Waiting,
}

struct Lines(Vec<Setting>);

impl Lines {
    fn add(&mut self, part: Part, key: &'static str, of: impl Into<String>, value: impl Into<String>) {
        self.0.push(Setting { part, key, of: of.into(), value: value.into() });
    }

    fn add_some(&mut self, part: Part, key: &'static str, of: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.add(part, key, of, value);
        }
    }

    fn texts(&mut self, part: Part, key: &'static str, of: &str, texts: &Trilingual) {
        for (language, text) in [("ar", &texts.ar), ("fr", &texts.fr), ("en", &texts.en)] {
            let of = if of.is_empty() { language.to_owned() } else { format!("{of} {language}") };
            self.add(part, key, of, text);
        }
    }
}

fn range(least: Option<Money>, most: Option<Money>) -> String {
    let bound = |amount: Option<Money>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    format!("{}..{}", bound(least), bound(most))
}

/// All that is set of a biller, one setting a line, in the order of its file.
pub fn settings(biller: &Biller) -> Vec<Setting> {
    let mut lines = Lines(Vec::new());
    lines.texts(Part::Biller, "name", "", &biller.name);
    lines.add(Part::Biller, "category", "", word_of(&biller.category));
    lines.add_some(Part::Biller, "logo", "", biller.logo.as_deref());
    lines.add_some(Part::Biller, "colour", "", biller.colour.as_deref());
    lines.add(Part::Biller, "quote_lifetime_hours", "", biller.quote_lifetime_hours.to_string());
    connector(&mut lines, &biller.connector);
    terms(&mut lines, biller);
    for kind in &biller.receivable_types {
        receivable_type(&mut lines, kind);
    }
    lines.0
}

fn connector(lines: &mut Lines, connector: &ConnectorSettings) {
    let (protocol, settings): (_, Vec<(&'static str, &String)>) = match connector {
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
    lines.add(Part::Connector, "protocol", "", protocol);
    for (key, value) in settings {
        lines.add(Part::Connector, key, "", value);
    }
}

fn terms(lines: &mut Lines, biller: &Biller) {
    let (part, terms) = (Part::Settlement, &biller.terms);
    let cycle = match &terms.cycle {
        Cycle::Daily => "daily".to_owned(),
        Cycle::Weekly { days } => {
            let days = days.iter().map(|day| day.to_string().to_lowercase()).collect::<Vec<_>>();
            format!("weekly: {}", days.join(", "))
        }
        Cycle::Monthly { day } => format!("monthly: {day}"),
    };
    lines.add(part, "cycle", "", cycle);
    lines.add(part, "cut_off", "", terms.cut_off.format("%H:%M:%S").to_string());
    lines.add(part, "contract", "", word_of(&terms.contract));
    lines.add_some(part, "minimum", "", terms.minimum.map(|minimum| minimum.to_string()));
    lines.add(part, "vat_percent", "", format!("{} %", terms.vat_percent.normalize()));
    lines.add(part, "on_refunds", "", word_of(&terms.on_refunds));
    for rule in &terms.commissions {
        let words = [rule.channel.map(|of| of.to_string()), rule.instrument.map(|of| of.to_string())];
        let of = words.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let value = format!("{} % + {}", rule.percent.normalize(), rule.flat);
        lines.add(part, "commission", of, value);
    }
    for account in &terms.accounts {
        lines.add(part, "account", &account.rib, format!("{}, {} %", account.holder, share(account.basis_points)));
    }
    let formats: Vec<String> = terms.formats.iter().map(word_of).collect();
    lines.add(part, "files", "", formats.join(", "));
    lines.add_some(part, "mail", "", terms.delivery.mail.as_deref());
    if let Some(sftp) = &terms.delivery.sftp {
        let value =
            format!("{}@{}:{} {} ({}) {}", sftp.user, sftp.host, sftp.port, sftp.folder, sftp.key, sftp.host_key);
        lines.add(part, "sftp", "", value);
    }
}

fn receivable_type(lines: &mut Lines, kind: &ReceivableType) {
    let (part, code) = (Part::Kind, kind.code.as_str());
    lines.texts(part, "type_name", code, &kind.name);
    for (key, is) in [("fetch", kind.fetch), ("tax", kind.tax), ("cancellable", kind.cancellable)] {
        lines.add(part, key, code, if is { "yes" } else { "no" });
    }
    let rule = match &kind.amount_rule {
        AmountRule::Exact => "exact".to_owned(),
        AmountRule::ExactOrMore => "exact_or_more".to_owned(),
        AmountRule::ExactOrLess => "exact_or_less".to_owned(),
        AmountRule::Any => "any".to_owned(),
        AmountRule::Range { min, max, multiple } => format!("{min}..{max} / {multiple}"),
    };
    lines.add(part, "amount", code, rule);
    for limit in &kind.limits {
        let of = format!("{code} {} {}", limit.channel, limit.instrument);
        lines.add(part, "limit", of, range(limit.min, limit.max));
    }
    for slab in &kind.fees {
        let of = format!("{code} {} {}", slab.effective_from, range(slab.from, slab.to));
        lines.add(Part::Fees, "fee", of.as_str(), fee(slab));
        lines.add(Part::Fees, "fee_vat", of, format!("{} %", slab.vat_percent.normalize()));
    }
    for field in &kind.form {
        form_field(lines, code, field);
    }
}

fn fee(slab: &FeeSlab) -> String {
    let clamp = match (slab.min, slab.max) {
        (None, None) => String::new(),
        (min, max) => format!(" ({})", range(min, max)),
    };
    format!("{} + {} %{clamp}", slab.flat, slab.percent.normalize())
}

fn form_field(lines: &mut Lines, code: &str, field: &FormField) {
    let of = format!("{code} {}", field.name);
    lines.texts(Part::Kind, "label", &of, &field.label);
    if let Some(hint) = &field.hint {
        lines.texts(Part::Kind, "hint", &of, hint);
    }
    let length = |length: Option<u16>| length.map(|length| length.to_string()).unwrap_or_default();
    let mut shape = vec![word_of(&field.kind), word_of(&field.format)];
    if field.min_length.is_some() || field.max_length.is_some() {
        shape.push(format!("{}..{}", length(field.min_length), length(field.max_length)));
    }
    shape.extend(field.regex.clone());
    shape.push(if field.required { "required" } else { "optional" }.to_owned());
    lines.add(Part::Kind, "field", of.as_str(), shape.join(", "));
    for value in &field.values {
        lines.texts(Part::Kind, "value", &format!("{of} {}", value.value), &value.label);
    }
}

/// What is another one, new or gone, in the order of the new file; what is gone stands at the end of its part.
pub fn compare(old: &Biller, new: &Biller) -> Vec<Change> {
    let (was, is) = (settings(old), settings(new));
    let same = |a: &Setting, b: &Setting| (a.part, a.key, &a.of) == (b.part, b.key, &b.of);
    let mut changes: Vec<Change> = is
        .iter()
        .filter_map(|new| {
            let old = was.iter().find(|old| same(old, new)).map(|old| old.value.clone());
            (old.as_ref() != Some(&new.value)).then(|| Change {
                part: new.part,
                key: new.key,
                of: new.of.clone(),
                old,
                new: Some(new.value.clone()),
            })
        })
        .collect();
    let gone = was.iter().filter(|old| !is.iter().any(|new| same(old, new)));
    changes.extend(gone.map(|old| Change {
        part: old.part,
        key: old.key,
        of: old.of.clone(),
        old: Some(old.value.clone()),
        new: None,
    }));
    changes.sort_by_key(|change| change.part);
    changes
}

/// What a change leads to. `open` and `unsettled` are when the biller's open window ends, and the first that is not settled.
pub fn effects(
    old: &Biller,
    new: &Biller,
    now: DateTime<Utc>,
    open: Option<DateTime<Utc>>,
    unsettled: Option<DateTime<Utc>>,
) -> Vec<Effect> {
    let changes = compare(old, new);
    let is_in = |part: Part, keys: &[&str]| {
        changes.iter().any(|change| change.part == part && (keys.is_empty() || keys.contains(&change.key)))
    };
    let mut effects = Vec::new();
    if is_in(Part::Fees, &[]) {
        let today = now.with_timezone(&settlement::terms::ZONE).date_naive();
        let days = new.receivable_types.iter().flat_map(|kind| &kind.fees).map(|slab| slab.effective_from);
        let from = days.filter(|day| *day > today).min();
        effects.push(Effect::Fees { hours: old.quote_lifetime_hours, from });
    }
    if is_in(Part::Settlement, &["commission", "vat_percent", "contract", "on_refunds"]) {
        effects.push(Effect::Commission { window: unsettled });
    }
    if is_in(Part::Settlement, &["cut_off", "cycle"]) {
        let next = new.terms.next_cut_off(now);
        // An open window keeps its time; one that would end earlier is opened before it.
        let (first, open) = match open {
            Some(open) if open > now && open < next => (new.terms.next_cut_off(open), Some(open)),
            _ => (next, None),
        };
        effects.push(Effect::CutOff { first, open });
    }
    if is_in(Part::Settlement, &["account", "minimum"]) {
        effects.push(Effect::Payout);
    }
    if is_in(Part::Settlement, &["files", "mail", "sftp"]) {
        effects.push(Effect::Files);
    }
    if is_in(Part::Connector, &[]) {
        effects.push(Effect::Connector);
    }
    if is_in(Part::Kind, &[]) {
        effects.push(Effect::Kinds);
    }
    if is_in(Part::Biller, &[]) {
        effects.push(Effect::Shown);
    }
    effects
}
