//! The statement of a day in the reader's words: the same tables for the page and for the paper that is signed.

use chrono::{DateTime, NaiveDate, Utc};
use ledger::{
    AccountKind, BooksProof, GatewayProof, Language, Money, OpenBreaks, ProofItems, ReconciliationDay, SourceDay,
};
use payments::finance::DayStatement;
use receipts::{Paper, PaperCell, PaperColumn, PaperSection, Verdict};

use super::parts::word;
use crate::web::{format, i18n};

/// What the paper says of itself.
pub(super) struct Printing<'a> {
    /// Who printed it.
    pub(super) by: &'a str,
    /// When.
    pub(super) at: DateTime<Utc>,
    /// Items of one side of the bank's proof that are named.
    pub(super) items_max: usize,
}

struct Teller {
    language: Language,
    items_max: usize,
}

/// A statement as a paper.
pub(super) fn paper(language: Language, statement: &DayStatement, printing: &Printing<'_>) -> Paper {
    let teller = Teller { language, items_max: printing.items_max };
    let text = |key: &str| i18n::text(language, key);
    let mut sections = vec![teller.bank(statement)];
    sections.extend(teller.items("finance-not-booked", &statement.bank.not_booked));
    sections.extend(teller.items("finance-not-shown", &statement.bank.not_shown));
    sections.push(teller.sources(&statement.day.sources));
    sections.push(teller.gateways(&statement.gateways));
    sections.extend(teller.payouts(&statement.gateways));
    sections.push(teller.breaks(&statement.day.breaks));
    sections.push(teller.books(&statement.books));
    Paper {
        language,
        title: text("finance-statement-title"),
        subtitle: told(language, &statement.day, printing.at),
        verdict: verdict(language, statement),
        sections,
        facts: vec![
            (text("finance-statement-printed"), format!("{} ({})", format::stamp(printing.at), printing.by)),
            (text("finance-statement-digest"), statement.digest()),
        ],
        signatures: vec![text("finance-statement-prepared"), text("finance-statement-approved")],
        signature_lines: vec![
            text("finance-statement-name"),
            text("finance-statement-date"),
            text("finance-statement-signature"),
        ],
        footer: text("finance-statement-foot"),
    }
}

/// The day, and up to when it is told.
fn told(language: Language, day: &ReconciliationDay, now: DateTime<Utc>) -> String {
    let (of, known) = (format::date(language, day.day), format::date(language, day.known_on));
    let key = if day.is_final(now) { "finance-statement-final" } else { "finance-statement-not-final" };
    i18n::text_with(language, key, &[("day", i18n::Arg::Text(&of)), ("known", i18n::Arg::Text(&known))])
}

/// Whether the proofs of the bank and of the books hold, in one sentence.
pub(super) fn verdict(language: Language, statement: &DayStatement) -> (Verdict, String) {
    if statement.books.difference() != Some(Money::ZERO) {
        return (Verdict::Bad, i18n::text(language, "finance-verdict-books"));
    }
    let bank = &statement.bank;
    let Some(day) = bank.day else { return (Verdict::Open, i18n::text(language, "finance-verdict-none")) };
    let day = format::date(language, day);
    match bank.difference() {
        Some(Money::ZERO) => {
            (Verdict::Good, i18n::text_with(language, "finance-verdict-even", &[("day", i18n::Arg::Text(&day))]))
        }
        Some(difference) => {
            let amount = format::money(language, difference);
            let args = [("amount", i18n::Arg::Text(&amount)), ("day", i18n::Arg::Text(&day))];
            (Verdict::Bad, i18n::text_with(language, "finance-verdict-off", &args))
        }
        None => (Verdict::Bad, i18n::text(language, "finance-verdict-range")),
    }
}

/// The name of a kind of account.
fn kind_name(language: Language, kind: AccountKind) -> String {
    let name = kind.as_str().rsplit(':').next().unwrap_or_default();
    word(language, "books", &name.to_lowercase())
}

impl Teller {
    fn text(&self, key: &str) -> String {
        i18n::text(self.language, key)
    }

    fn money(&self, amount: Money) -> String {
        format::money(self.language, amount)
    }

    fn counted(&self, key: &str, count: u64) -> String {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        i18n::text_with(self.language, key, &[("count", i18n::Arg::Number(count))])
    }

    fn column(&self, key: &str, share: u8, is_figure: bool) -> PaperColumn {
        PaperColumn { label: self.text(key), share, is_figure }
    }

    fn figure(&self, amount: Money) -> PaperCell {
        PaperCell::text(self.money(amount))
    }

    fn day(day: NaiveDate) -> PaperCell {
        PaperCell::code(day.to_string())
    }

    fn bank(&self, statement: &DayStatement) -> PaperSection {
        let bank = &statement.bank;
        let less = |amount: Money| Money::ZERO.checked_sub(amount).unwrap_or(amount);
        let lines = [
            ("finance-bank-before", bank.before),
            ("finance-bank-gaps", bank.gaps),
            ("finance-bank-booked", bank.ledger),
            ("finance-bank-not-booked", bank.not_booked.total),
            ("finance-bank-not-shown", less(bank.not_shown.total)),
            ("finance-bank-closing", bank.closing),
        ];
        let mut rows: Vec<Vec<PaperCell>> =
            lines.into_iter().map(|(key, amount)| vec![PaperCell::text(self.text(key)), self.figure(amount)]).collect();
        let difference = bank.difference().map_or_else(|| self.text("finance-past-range"), |amount| self.money(amount));
        rows.push(vec![PaperCell::text(self.text("finance-bank-difference")), PaperCell::text(difference)]);
        PaperSection {
            title: self.text("finance-bank-title"),
            note: bank.day.map_or_else(
                || self.text("finance-bank-none"),
                |day| {
                    let day = format::date(self.language, day);
                    i18n::text_with(self.language, "finance-bank-to", &[("day", i18n::Arg::Text(&day))])
                },
            ),
            columns: vec![self.column("finance-col-what", 3, false), self.column("finance-col-amount", 1, true)],
            rows,
            has_total: true,
        }
    }

    /// The items of one side; none where there are none.
    fn items(&self, key: &str, items: &ProofItems) -> Option<PaperSection> {
        if items.count == 0 {
            return None;
        }
        let named = items.named.iter().take(self.items_max);
        let mut rows: Vec<Vec<PaperCell>> = named
            .map(|item| {
                let what = if item.what.is_empty() { "—".to_owned() } else { item.what.clone() };
                vec![
                    Self::day(item.day),
                    PaperCell::code(item.id.to_string()),
                    PaperCell::code(what),
                    self.figure(item.amount),
                ]
            })
            .collect();
        let shown = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let note = match items.count.saturating_sub(shown) {
            0 => String::new(),
            more => self.counted("finance-items-more", more),
        };
        rows.push(vec![
            PaperCell::text(self.text("finance-total")),
            PaperCell::text(String::new()),
            PaperCell::text(self.counted("finance-items", items.count)),
            self.figure(items.total),
        ]);
        Some(PaperSection {
            title: self.text(key),
            note,
            columns: vec![
                self.column("finance-col-day", 2, false),
                self.column("finance-col-number", 2, false),
                self.column("finance-col-reference", 4, false),
                self.column("finance-col-amount", 3, true),
            ],
            rows,
            has_total: true,
        })
    }

    fn sources(&self, sources: &[SourceDay]) -> PaperSection {
        let count = |count: i64| format::count(self.language, u64::try_from(count).unwrap_or_default());
        let both = |(number, amount): (i64, Money)| PaperCell::text(count(number)).with(self.money(amount));
        let row = |source: &SourceDay| {
            let import = &source.import;
            let kind = word(self.language, "import", import.kind.as_str());
            let balances = source.balances.map_or_else(
                || PaperCell::text("—"),
                |(opening, closing)| self.figure(opening).with(self.money(closing)),
            );
            let breaks = i18n::text_with(
                self.language,
                "finance-breaks-open-of",
                &[
                    ("open", i18n::Arg::Text(&count(source.breaks.1))),
                    ("all", i18n::Arg::Text(&count(source.breaks.0))),
                ],
            );
            vec![
                PaperCell::text(kind).with(import.source.clone()),
                PaperCell::code(import.name.clone()),
                PaperCell::text(count(import.records)),
                both(source.matched),
                both(source.open),
                PaperCell::text(breaks),
                balances,
            ]
        };
        PaperSection {
            title: self.text("finance-sources-title"),
            note: if sources.is_empty() { self.text("finance-sources-none") } else { String::new() },
            columns: vec![
                self.column("finance-col-source", 8, false),
                self.column("finance-col-file", 5, false),
                self.column("finance-col-records", 3, true),
                self.column("finance-col-matched", 4, true),
                self.column("finance-col-open", 4, true),
                self.column("finance-col-breaks", 4, true),
                self.column("finance-col-balances", 5, true),
            ],
            rows: sources.iter().map(row).collect(),
            has_total: false,
        }
    }

    fn gateways(&self, gateways: &[GatewayProof]) -> PaperSection {
        let row = |gateway: &GatewayProof| {
            let announced = gateway.receivable.checked_sub(gateway.not_announced).unwrap_or_default();
            vec![
                PaperCell::code(gateway.gateway.clone()),
                self.figure(gateway.receivable),
                self.figure(announced),
                self.figure(gateway.not_announced),
            ]
        };
        PaperSection {
            title: self.text("finance-gateways-title"),
            note: if gateways.is_empty() { self.text("finance-gateways-none") } else { String::new() },
            columns: vec![
                self.column("finance-col-gateway", 2, false),
                self.column("finance-col-owes", 2, true),
                self.column("finance-col-announced", 2, true),
                self.column("finance-col-not-announced", 2, true),
            ],
            rows: gateways.iter().map(row).collect(),
            has_total: false,
        }
    }

    /// Payouts that are awaited; none where there are none.
    fn payouts(&self, gateways: &[GatewayProof]) -> Option<PaperSection> {
        let payouts: Vec<_> = gateways.iter().flat_map(|gateway| &gateway.awaited).collect();
        if payouts.is_empty() {
            return None;
        }
        let rows = payouts.iter().take(self.items_max).map(|payout| {
            vec![
                PaperCell::code(payout.sums.gateway.clone()),
                PaperCell::code(payout.sums.reference.clone()),
                Self::day(payout.sums.value_on),
                payout.net().map_or_else(|| PaperCell::text(self.text("finance-past-range")), |net| self.figure(net)),
            ]
        });
        let mut rows: Vec<_> = rows.collect();
        let more = payouts.len().saturating_sub(rows.len());
        let more = u64::try_from(more).unwrap_or(u64::MAX);
        let total = payouts.iter().map(|payout| payout.net()).collect::<Option<Vec<_>>>().and_then(Money::sum);
        rows.push(vec![
            PaperCell::text(self.text("finance-total")),
            PaperCell::text(self.counted("finance-items", u64::try_from(payouts.len()).unwrap_or(u64::MAX))),
            PaperCell::text(String::new()),
            total.map_or_else(|| PaperCell::text(self.text("finance-past-range")), |total| self.figure(total)),
        ]);
        Some(PaperSection {
            title: self.text("finance-payouts-title"),
            note: if more == 0 { String::new() } else { self.counted("finance-items-more", more) },
            columns: vec![
                self.column("finance-col-gateway", 2, false),
                self.column("finance-col-reference", 3, false),
                self.column("finance-col-value-day", 2, false),
                self.column("finance-col-net", 2, true),
            ],
            rows,
            has_total: true,
        })
    }

    /// The bank against all other accounts.
    fn books(&self, books: &BooksProof) -> PaperSection {
        let row = |text: String, amount: Option<Money>| {
            let amount = amount.map_or_else(|| self.text("finance-past-range"), |amount| self.money(amount));
            vec![PaperCell::text(text), PaperCell::text(amount)]
        };
        let kinds = books.against.iter().map(|(kind, amount)| row(kind_name(self.language, *kind), Some(*amount)));
        let sums = [
            row(self.text("finance-books-sum"), books.sum()),
            row(kind_name(self.language, AccountKind::Bank), Some(books.bank)),
            row(self.text("finance-bank-difference"), books.difference()),
        ];
        PaperSection {
            title: self.text("finance-books-title"),
            note: self.text("finance-books-note"),
            columns: vec![self.column("finance-col-what", 3, false), self.column("finance-col-amount", 1, true)],
            rows: kinds.chain(sums).collect(),
            has_total: true,
        }
    }

    fn breaks(&self, breaks: &[OpenBreaks]) -> PaperSection {
        let count = |count: u64| PaperCell::text(format::count(self.language, count));
        let mut sums = [0u64; 4];
        let mut rows = Vec::with_capacity(breaks.len() + 1);
        for OpenBreaks { source, kind, by_age } in breaks {
            let mut row = vec![PaperCell::text(word(self.language, "kind", kind.as_str())).with(word(
                self.language,
                "source",
                source.as_str(),
            ))];
            row.extend(by_age.iter().map(|number| count(*number)));
            row.push(count(by_age.iter().sum()));
            rows.push(row);
            sums.iter_mut().zip(by_age).for_each(|(sum, number)| *sum += number);
        }
        if !rows.is_empty() {
            let mut row = vec![PaperCell::text(self.text("finance-total"))];
            row.extend(sums.iter().map(|number| count(*number)));
            row.push(count(sums.iter().sum()));
            rows.push(row);
        }
        PaperSection {
            title: self.text("finance-open-breaks-title"),
            note: if rows.is_empty() { self.text("finance-open-breaks-none") } else { String::new() },
            columns: vec![
                self.column("finance-col-break", 4, false),
                self.column("finance-col-age-0", 2, true),
                self.column("finance-col-age-7", 2, true),
                self.column("finance-col-age-30", 2, true),
                self.column("finance-col-age-more", 2, true),
                self.column("finance-total", 2, true),
            ],
            rows,
            has_total: !breaks.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use ledger::{BankProof, NewPayout, Payout, ProofItem, ReconciliationDay};
    use rstest::rstest;

    use super::*;

    fn statement(bank: BankProof) -> DayStatement {
        let day = "2026-11-24".parse().unwrap();
        DayStatement {
            day: ReconciliationDay { day, known_on: day, is_told: false, sources: Vec::new(), breaks: Vec::new() },
            bank,
            gateways: Vec::new(),
            books: BooksProof::default(),
        }
    }

    fn items(count: u64) -> ProofItems {
        let day = "2026-11-24".parse().unwrap();
        let item = |id: u64| ProofItem {
            id: i64::try_from(id).unwrap(),
            what: String::new(),
            day,
            amount: Money::from_minor(100),
        };
        let total = Money::from_minor(i64::try_from(count).unwrap() * 100);
        ProofItems { named: (0..count).map(item).collect(), count, total }
    }

    /// What the bank has, what is booked, what is named: the difference is what none of it explains.
    #[rstest]
    #[case::nothing(None, 0, 0, Verdict::Open, "n’est pas prouvé")]
    #[case::even(Some("2026-11-24"), 500, 500, Verdict::Good, "écart 0,00")]
    #[case::short(Some("2026-11-24"), 499, 500, Verdict::Bad, "\u{2212}0,01\u{a0}MAD")]
    #[case::over(Some("2026-11-24"), 501, 500, Verdict::Bad, "0,01\u{a0}MAD")]
    fn verdicts(
        #[case] day: Option<&str>,
        #[case] closing: i64,
        #[case] ledger: i64,
        #[case] expected: Verdict,
        #[case] said: &str,
    ) {
        let bank = BankProof {
            day: day.map(|day| day.parse().unwrap()),
            closing: Money::from_minor(closing),
            ledger: Money::from_minor(ledger),
            ..BankProof::default()
        };
        let (verdict, text) = verdict(Language::Fr, &statement(bank));
        assert_eq!(verdict, expected);
        assert!(text.contains(said), "{text}");
    }

    #[rstest]
    #[case(0, 0, "")]
    #[case(1, 2, "")]
    #[case(3, 3, "1")]
    fn items_past_the_bound_are_counted(#[case] count: u64, #[case] rows: usize, #[case] more: &str) {
        let bank = BankProof { not_booked: items(count), ..BankProof::default() };
        let printing = Printing { by: "salma", at: "2026-11-25T09:00:00Z".parse().unwrap(), items_max: 2 };
        let paper = paper(Language::En, &statement(bank), &printing);
        let title = i18n::text(Language::En, "finance-not-booked");
        let found = paper.sections.iter().find(|section| section.title == title);
        assert_eq!(found.map_or(0, |section| section.rows.len()), rows);
        let note = found.map_or("", |section| section.note.as_str());
        assert_eq!((note.is_empty(), note.contains(more)), (more.is_empty(), true), "{note}");
        assert!(paper.facts.iter().any(|(_, value)| value == "2026-11-25 10:00:00 (salma)"), "{:?}", paper.facts);
    }

    #[test]
    fn payouts_are_summed_also_those_that_are_not_named() {
        let payout = |net: i64| Payout {
            parts: vec![1],
            sums: NewPayout {
                gateway: "cmi".to_owned(),
                reference: format!("LOT-{net}"),
                value_on: "2026-11-25".parse().unwrap(),
                captured: Money::from_minor(net),
                returned: Money::ZERO,
                fee: Money::ZERO,
            },
        };
        let awaited = vec![payout(100), payout(200), payout(300)];
        let gateway = "cmi".to_owned();
        let (receivable, not_announced) = (Money::from_minor(600), Money::ZERO);
        let teller = Teller { language: Language::En, items_max: 2 };
        let told = teller.payouts(&[GatewayProof { gateway, receivable, awaited, not_announced }]).unwrap();
        let last: Vec<&str> = told.rows.last().unwrap().iter().map(|cell| cell.lines[0].as_str()).collect();
        assert_eq!((told.rows.len(), told.has_total, told.note.contains("more item, counted")), (3, true, true));
        assert_eq!(last, ["Total", "\u{2068}3\u{2069} items", "", "6.00\u{a0}MAD"]);
    }

    /// Every word of the ledger that these pages show has its message.
    #[rstest]
    #[case(Language::Ar)]
    #[case(Language::Fr)]
    #[case(Language::En)]
    fn every_word_is_told(#[case] language: Language) {
        use ledger::{
            BreakAction, BreakKind, BreakSource, BreakState, BreakSubject, DeliveryMeans, ImportKind, OrderState,
            Resolution, SettlementFileKind, TransferState,
        };
        fn told<T: Copy>(language: Language, of: &str, all: &[T], as_str: impl Fn(T) -> &'static str) {
            for each in all {
                let text = word(language, of, as_str(*each));
                assert!(!text.starts_with("finance-"), "{text}");
            }
        }
        told(language, "kind", BreakKind::ALL, BreakKind::as_str);
        told(language, "advice", BreakKind::ALL, BreakKind::as_str);
        told(language, "source", BreakSource::ALL, BreakSource::as_str);
        told(language, "subject", BreakSubject::ALL, BreakSubject::as_str);
        told(language, "break", BreakState::ALL, BreakState::as_str);
        told(language, "action", BreakAction::ALL, BreakAction::as_str);
        told(language, "way", Resolution::ALL, Resolution::as_str);
        told(language, "import", ImportKind::ALL, ImportKind::as_str);
        told(language, "order", OrderState::ALL, OrderState::as_str);
        told(language, "transfer", TransferState::ALL, TransferState::as_str);
        told(language, "file-kind", SettlementFileKind::ALL, SettlementFileKind::as_str);
        told(language, "means", DeliveryMeans::ALL, DeliveryMeans::as_str);
        for kind in AccountKind::ALL {
            let text = kind_name(language, *kind);
            assert!(!text.starts_with("finance-"), "{text}");
        }
    }
}
