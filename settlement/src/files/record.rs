//! One record of a settlement file, and what it says.

use ledger::{Channel, Instrument, Money, Reference};

use super::layout::{self, LINE, Layout};
use super::reading::Faults;
use super::{Line, LineKind, TextForm, Totals, WindowStatement};
use crate::terms::Contract;

/// The form of instants, for faults.
const INSTANT: &str = "local time of the form 2026-11-24T18:00:00.000+01:00";

/// One record with the places of its fields.
pub(super) struct Record<'a> {
    pub(super) form: TextForm,
    pub(super) layout: &'a Layout,
    pub(super) line: u64,
    pub(super) values: Vec<String>,
}

impl Record<'_> {
    fn at(&self, index: usize) -> &str {
        self.values.get(index).map_or("", String::as_str)
    }

    pub(super) fn fault(&self, index: usize, expected: &str, faults: &mut Faults) {
        let name = self.layout.fields.get(index).map_or("", |field| field.name);
        let mut found: String = self.at(index).chars().take(40).collect();
        // The customer's contract is personal data.
        if name == "contract" && self.layout.name == LINE.name {
            found = "...".to_owned();
        }
        let what = format!("{name}: '{found}', expected {expected}");
        faults.add(self.line, self.form.column(self.layout, index), what);
    }

    /// A field as something, or a fault.
    fn read<T>(
        &self,
        index: usize,
        expected: &str,
        faults: &mut Faults,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = read(self.at(index));
        if value.is_none() {
            self.fault(index, expected, faults);
        }
        value
    }

    pub(super) fn number(&self, index: usize, faults: &mut Faults) -> Option<u64> {
        self.read(index, "a whole number", faults, layout::read_number)
    }

    pub(super) fn amount(&self, index: usize, faults: &mut Faults) -> Option<Money> {
        self.read(index, "an amount of the form 168.00", faults, layout::read_amount)
    }
}

/// A header: the window without its figures, and the digest of the file before.
pub(super) fn header(record: &Record<'_>, faults: &mut Faults) -> Option<(WindowStatement, Option<String>)> {
    for (index, expected) in [(1, layout::FORMAT), (2, layout::VERSION), (9, layout::CURRENCY)] {
        if record.at(index) != expected {
            record.fault(index, expected, faults);
        }
    }
    let code = |text: &str| text.parse::<u16>().ok().filter(|code| (1000..10_000).contains(code) && text.len() == 4);
    let biller = record.read(3, "four digits from 1000", faults, code);
    let counted = |text: &str| layout::read_number(text).filter(|sequence| *sequence > 0);
    let sequence = record.read(4, "a whole number from 1", faults, counted);
    let window = record.read(5, "a whole number", faults, |text| i64::try_from(layout::read_number(text)?).ok());
    let day = record.read(6, "a date of the form 2026-11-24", faults, layout::read_date);
    let from = record.read(7, INSTANT, faults, layout::read_instant);
    let to = record.read(8, INSTANT, faults, layout::read_instant);
    let contract = |word: &str| {
        [Contract::Net, Contract::Gross].into_iter().find(|contract| layout::contract_word(*contract) == word)
    };
    let contract = record.read(10, "net or gross", faults, contract);
    let previous = record.read(12, "a SHA-256 or nothing", faults, |text| match text {
        "" => Some(None),
        digest => layout::is_digest(digest).then(|| Some(digest.to_owned())),
    });
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        record.fault(8, "an instant after the first one", faults);
    }
    (|| {
        let statement = WindowStatement {
            biller: biller?,
            name: record.at(11).to_owned(),
            sequence: sequence?,
            window: window?,
            day: day?,
            from: from?,
            to: to?,
            contract: contract?,
            totals: Totals::default(),
        };
        Some((statement, previous?))
    })()
}

/// A summary.
pub(super) fn summary(record: &Record<'_>, faults: &mut Faults) -> Option<Totals> {
    let payments = record.number(1, faults);
    let gross = record.amount(2, faults);
    let refunds = record.number(3, faults);
    let amounts: [Option<Money>; 7] = std::array::from_fn(|index| record.amount(index + 4, faults));
    (|| {
        let [refunded, commission, vat, carried_in, net, paid, carried_out] = amounts;
        Some(Totals {
            payments: payments?,
            gross: gross?,
            refunds: refunds?,
            refunded: refunded?,
            commission: commission?,
            vat: vat?,
            carried_in: carried_in?,
            net: net?,
            paid: paid?,
            carried_out: carried_out?,
        })
    })()
}

/// A payment or refund.
pub(super) fn line(record: &Record<'_>, kind: LineKind, faults: &mut Faults) -> Option<Line> {
    let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    let payment =
        record.read(2, "12 digits", faults, |text| digits(text, 12).then(|| text.parse::<i64>().ok()).flatten());
    let reference = record.read(3, "a reference of the form 0000-001B-9XK2-7QZD", faults, |text| {
        text.parse::<Reference>().ok().filter(|reference| reference.to_string() == text)
    });
    let receipt_date = record.read(5, "a date of the form 2026-11-24 or nothing", faults, |text| match text {
        "" => Some(None),
        date => layout::read_date(date).map(Some),
    });
    let receivable_type = record.read(6, "two digits", faults, |text| digits(text, 2).then(|| text.to_owned()));
    let channel = record.read(8, "WEB, IVR, TEL, AGT, POS or API", faults, |text| text.parse::<Channel>().ok());
    let instrument = record.read(9, "card, wallet, cash or transfer", faults, |text| text.parse::<Instrument>().ok());
    let amount = layout::read_amount(record.at(10));
    let confirmed_at = record.read(11, INSTANT, faults, layout::read_instant);
    Some(Line {
        kind,
        payment: payment?,
        reference: reference?,
        receipt_number: Some(record.at(4)).filter(|number| !number.is_empty()).map(str::to_owned),
        receipt_date: receipt_date?,
        receivable_type: receivable_type?,
        contract: record.at(7).to_owned(),
        channel: channel?,
        instrument: instrument?,
        amount: amount?,
        confirmed_at: confirmed_at?,
    })
}
