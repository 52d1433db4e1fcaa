//! The rules against one another: which comes first, what orders are known by, and what the bank may keep.

use ledger::{AccountKind, MatchRule, MatchSubject, Transfer, TransferState};
use rstest::rstest;
use settlement::reconciliation::MatchTerms;

use crate::database::Backend;
use crate::world::{ACCOUNT, Line, World, at, camt053, card_line, card_report, id_of, money};

const A: i64 = 16_800;
const B: i64 = 12_016;
const C: i64 = 25_000;
const D: i64 = 40_404;

fn morning() -> chrono::DateTime<chrono::Utc> {
    at("2026-11-26T06:00:00Z")
}

/// A hub that asked its bank for transfers A, B and C by one order, and for D by another one a day later.
struct Asked {
    world: World,
    transfers: Vec<Transfer>,
    orders: Vec<String>,
}

impl Asked {
    fn on(backend: Backend) -> Option<Self> {
        let world = World::on(backend)?;
        for (biller, centimes) in [(1101, A), (1202, B), (1303, C)] {
            world.card(biller, centimes, at("2026-11-24T10:00:00Z"));
        }
        world.settle(at("2026-11-24T17:30:00Z"));
        world.card(1101, D, at("2026-11-25T10:00:00Z"));
        world.settle(at("2026-11-25T17:30:00Z"));
        let mut transfers = world.ordered();
        transfers.sort_by_key(|one| [A, B, C, D].iter().position(|minor| *minor == one.amount.minor()));
        let mut orders = world.ledger.read(|reader| reader.transfer_orders(10)).unwrap();
        orders.sort_by_key(|order| order.id);
        let orders = orders.into_iter().map(|order| order.message_id).collect();
        Some(Self { world, transfers, orders })
    }

    /// A text in which `{A}` to `{D}` stand for transfers, `{1}` and `{2}` for orders.
    fn worded(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, transfer) in ["{A}", "{B}", "{C}", "{D}"].iter().zip(&self.transfers) {
            text = text.replace(name, &id_of(transfer));
        }
        for (name, order) in ["{1}", "{2}"].iter().zip(&self.orders) {
            text = text.replace(name, order);
        }
        text
    }

    /// What a statement with this entry alone is matched with, and by which rule; or the break that it is.
    fn told(&self, line: &Line, terms: &MatchTerms) -> Result<(MatchRule, Vec<i64>), String> {
        let worded = Line {
            end_to_end: self.worded(&line.end_to_end),
            message: self.worded(&line.message),
            payment: self.worded(&line.payment),
            remittance: self.worded(&line.remittance),
            batch: line.batch.iter().map(|(name, minor)| (self.worded(name), *minor)).collect(),
            ..line.clone()
        };
        self.world.take("s.xml", &camt053("S", ACCOUNT, "2026-11-25", 1_000_000, &[worded]), morning());
        let entry = self.world.ledger.read(|reader| reader.open_bank_entries(0, 10)).unwrap().remove(0).id;
        self.world.run_with(terms, morning());
        self.world.assert_clean();
        if let [found] = self.world.open_breaks().as_slice() {
            return Err(found.clone());
        }
        let matches = self.world.ledger.read(|reader| reader.bank_matches(entry)).unwrap();
        let rule = matches[0].rule;
        assert!(matches.iter().all(|one| one.rule == rule), "{matches:?}");
        let of_transfers = matches.iter().filter(|one| one.subject == MatchSubject::Transfer);
        let amount = |id: i64| self.transfers.iter().find(|one| one.id == id).unwrap().amount.minor();
        Ok((rule, of_transfers.map(|one| amount(one.subject_id)).collect()))
    }
}

fn debit(minor: i64) -> Line {
    Line::of(-minor, "B1")
}

fn charge(minor: i64) -> Line {
    Line { code: "CHRG", ..debit(minor) }
}

fn by(rule: MatchRule, amounts: &[i64]) -> Result<(MatchRule, Vec<i64>), String> {
    Ok((rule, amounts.to_vec()))
}

fn is(found: &str) -> Result<(MatchRule, Vec<i64>), String> {
    Err(found.to_owned())
}

/// An entry that two rules could speak of: the first that has something to say decides, also where it says no.
#[rstest]
#[case::end_to_end_before_order(debit(A).end_to_end("{A}").message("{2}"), by(MatchRule::EndToEnd, &[A]))]
#[case::end_to_end_says_no(debit(D).end_to_end("{A}").message("{2}"), is("bank: amount differs"))]
#[case::end_to_end_before_text(debit(A).end_to_end("{A}").remitted("{B}"), by(MatchRule::EndToEnd, &[A]))]
#[case::end_to_end_not_ours_before_order(debit(D).end_to_end("FT1101W999A1").message("{2}"), is("bank: missing here"))]
#[case::end_to_end_before_charges(charge(A).end_to_end("{A}"), by(MatchRule::EndToEnd, &[A]))]
#[case::order_before_text(debit(D).message("{2}").remitted("{A}"), by(MatchRule::Order, &[D]))]
#[case::order_says_no(debit(A).message("{2}").remitted("{A}"), is("bank: amount differs"))]
#[case::order_before_amount(debit(B).message("{2}"), is("bank: amount differs"))]
#[case::order_before_charges(Line { code: "CHRG", ..debit(D).message("{2}") }, by(MatchRule::Order, &[D]))]
#[case::text_before_amount(debit(B).remitted("{A}"), is("bank: amount differs"))]
#[case::text_before_charges(charge(A).remitted("{A}"), by(MatchRule::Reference, &[A]))]
#[case::charges_before_amount(charge(A), by(MatchRule::Charges, &[]))]
#[case::amount_last(debit(A), by(MatchRule::AmountAndDate, &[A]))]
#[case::unknown_names_leave_the_amount(debit(A).end_to_end("THEIRS").message("THEIRS").remitted("THEIRS"), by(MatchRule::AmountAndDate, &[A]))]
fn the_first_rule_decides(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] line: Line,
    #[case] wanted: Result<(MatchRule, Vec<i64>), String>,
) {
    let Some(asked) = Asked::on(backend) else { return };
    assert_eq!(asked.told(&line, &MatchTerms::default()), wanted);
}

/// What an order is known by, at the entry and at its only transaction.
#[rstest]
#[case::message(debit(A + B + C).message("{1}"), &[A, B, C])]
#[case::part_alone(debit(A + B + C).payment("{1}P1"), &[A, B, C])]
#[case::part_beside_the_banks_own_message(debit(A + B + C).message("BK-77").payment("{1}P1"), &[A, B, C])]
#[case::part_beside_an_order_of_another(debit(A + B + C).message("FTR999999").payment("{1}P1"), &[A, B, C])]
#[case::message_before_part(debit(D).message("{2}").payment("{1}P1"), &[D])]
#[case::one_of_its_transfers(debit(B).message("BK-77").payment("{1}P1"), &[B])]
#[case::part_of_a_transaction(debit(B).payment("{1}P1").in_detail(), &[B])]
#[case::part_of_a_transaction_beside(debit(B).message("BK-77").payment("{1}P1").in_detail(), &[B])]
#[case::message_of_a_transaction(debit(D).message("{2}").in_detail(), &[D])]
fn orders_are_known_by_message_and_part(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] line: Line,
    #[case] wanted: &[i64],
) {
    let Some(asked) = Asked::on(backend) else { return };
    assert_eq!(asked.told(&line, &MatchTerms::default()), Ok((MatchRule::Order, wanted.to_vec())));
    let paid = asked.world.ledger.read(|reader| reader.transfers_in(TransferState::Paid, 10)).unwrap();
    assert_eq!(paid.len(), wanted.len());
}

fn tolerant(fee_tolerance: i64) -> MatchTerms {
    MatchTerms { fee_tolerance: money(fee_tolerance), ..MatchTerms::default() }
}

/// What may be kept without a word, what the bank says that it took, by how much transfer A is more than that, and what is
/// booked as charges; `None` where it is a break.
#[rstest]
#[case::nothing(0, 0, 0, Some(0))]
#[case::a_centime_of_none(0, 0, 1, None)]
#[case::at_the_tolerance(500, 0, 500, Some(500))]
#[case::above_the_tolerance(500, 0, 501, None)]
#[case::below_the_tolerance(500, 0, 1, Some(1))]
#[case::too_little(500, 0, -1, None)]
#[case::as_told(0, 1_100, 1_100, Some(1_100))]
#[case::as_told_above_the_tolerance(500, 1_100, 1_100, Some(1_100))]
#[case::more_than_told(0, 1_100, 1_101, None)]
#[case::less_than_told(0, 1_100, 1_099, None)]
#[case::told_and_not_in_it(0, 1_100, 0, Some(0))]
fn a_transfer_costs_what_is_told_or_tolerated(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] tolerance: i64,
    #[case] told: i64,
    #[case] over: i64,
    #[case] booked: Option<i64>,
) {
    let Some(asked) = Asked::on(backend) else { return };
    let line = debit(A + over).end_to_end("{A}").charged(told);
    let wanted = booked.map(|_| (MatchRule::EndToEnd, vec![A])).ok_or_else(|| "bank: amount differs".to_owned());
    assert_eq!(asked.told(&line, &tolerant(tolerance)), wanted);
    assert_eq!(asked.world.balance(AccountKind::BankCharges, ""), booked.unwrap_or_default());
}

/// The same for what a gateway pays out, which then is less by so much.
#[rstest]
#[case::nothing(0, 0, 0, Some(0))]
#[case::a_centime_of_none(0, 0, 1, None)]
#[case::at_the_tolerance(500, 0, 500, Some(500))]
#[case::above_the_tolerance(500, 0, 501, None)]
#[case::too_much(500, 0, -1, None)]
#[case::as_told(0, 1_100, 1_100, Some(1_100))]
#[case::more_than_told(0, 1_100, 1_101, None)]
fn a_payout_costs_what_is_told_or_tolerated(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] tolerance: i64,
    #[case] told: i64,
    #[case] short: i64,
    #[case] booked: Option<i64>,
) {
    let Some(world) = World::on(backend) else { return };
    let payment = world.card(1101, 50_000, at("2026-11-24T10:00:00Z"));
    let lot = Some(("2026-11-25", "LOT-1"));
    world.take("1.csv", &card_report("2026-11-24", 1, &[card_line(payment, "PostAuth", 50_000, 250, lot)]), morning());
    let credit = Line::of(49_750 - short, "B1").remitted("CMI LOT-1").charged(told);
    world.take("s.xml", &camt053("S", ACCOUNT, "2026-11-25", 0, &[credit]), morning());
    world.run_with(&tolerant(tolerance), morning());
    assert_eq!(world.open_breaks(), booked.map_or(vec!["bank: amount differs"], |_| vec![]));
    assert_eq!(world.balance(AccountKind::BankCharges, ""), booked.unwrap_or_default());
    let owed = if booked.is_some() { 0 } else { 50_000 };
    assert_eq!(world.balance(AccountKind::GatewayReceivable, "cmi"), owed);
    world.assert_clean();
}
