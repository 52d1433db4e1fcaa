//! Days as a whole: a planted month, and days at random.

use chrono::{Days, NaiveDate};
use ledger::{AccountKind, BooksProof, BreakKind, Money, Step, TransferState};
use proptest::prelude::*;
use rstest::rstest;

use crate::database::Backend;
use crate::world::{
    ACCOUNT, BILLERS, Line, World, at, biller_line, biller_report, camt053, card_line, card_report, id_of,
    network_line, network_report,
};

/// A month in which everything fits, but for what is planted on some days: (day of the month, what).
#[rstest]
fn a_month_is_proved_and_what_was_planted_is_found_and_nothing_else(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend) else { return };
    let (mut opening, mut sequence) = (5_000_000, 0);
    let mut wanted: Vec<(u32, BreakKind)> = Vec::new();
    let mut in_transit: Vec<Line> = Vec::new();
    for number in 1..=28_u32 {
        let on = NaiveDate::from_ymd_opt(2026, 11, number).unwrap();
        let (text, next) = (on.to_string(), on.checked_add_days(Days::new(1)).unwrap().to_string());
        let noon = at(&format!("{text}T11:00:00Z"));
        sequence += 1;
        let mut lines = std::mem::take(&mut in_transit);
        // Floats, cards and cash.
        for (network, outlet) in [("NET", "701"), ("CASH", "801")] {
            let proof = format!("VIR-{network}-{number}");
            world.fund(network, outlet, 50_000, &proof, noon);
            lines.push(Line::of(50_000, &format!("F{outlet}-{number}")).remitted(&format!("FLOAT {proof}")));
        }
        let (mut cards, mut nets, mut acks) = (Vec::new(), [Vec::new(), Vec::new()], [vec![], vec![], vec![]]);
        let lot = format!("LOT-{number:04}");
        let mut net = 0;
        for (at, (biller, _)) in BILLERS.iter().enumerate() {
            let centimes = 10_000 + i64::from(number) * 7 + at as i64;
            let card = world.card(*biller, centimes, noon);
            if !(number == 9 && at == 0) {
                cards.push(card_line(card, "PostAuth", centimes, 50, Some((&next, &lot))));
                net += centimes - 50;
            } else {
                wanted.push((number, BreakKind::MissingThere));
            }
            let (network, outlet) = [("NET", "701"), ("CASH", "801")][at % 2];
            let cash = world.cash(network, outlet, *biller, 2_000 + at as i64, noon);
            let told = if number == 12 && at == 1 { 1 } else { 0 };
            nets[at % 2].push(network_line(outlet, cash, 2_000 + at as i64 + told, "payment", "accepted"));
            if told != 0 {
                wanted.push((number, BreakKind::AmountDiffers));
            }
            acks[at].push(biller_line(card, centimes, &text, "booked"));
            let status = if number == 15 && at == 2 { "rejected" } else { "booked" };
            acks[at].push(biller_line(cash, 2_000 + at as i64, &text, status));
            if status == "rejected" {
                wanted.push((number, BreakKind::StatusDiffers));
            }
        }
        if number == 18 {
            let returned = world.card_taken(1101, 999, noon);
            world.step(returned, Step::Return, noon);
            world.step(returned, Step::Returned, noon);
            cards.push(card_line(returned, "PostAuth", 999, 0, None));
            cards.push(card_line(returned, "Void", 999, 0, None));
            let twice = cards[0].clone();
            cards.push(twice.replace(&format!(";{lot};"), ";;").replace(&format!(";{next};"), ";;"));
            wanted.push((number, BreakKind::Duplicate));
        }
        in_transit.push(Line::of(net, &format!("P-{number}")).remitted(&format!("CMI {lot}")));
        // What was ordered before is on today's statement, but for what is planted.
        world.settle(at(&format!("{text}T17:30:00Z")));
        for transfer in world.ordered() {
            let line = Line::of(-transfer.amount.minor(), &format!("T{}", transfer.id)).end_to_end(id_of(&transfer));
            lines.push(line);
        }
        if number == 21 {
            lines.push(Line::of(123, "STRAY").remitted("nobody knows"));
            wanted.push((number, BreakKind::Unknown));
        }
        if number == 24 {
            lines.push(Line { code: "CHRG", ..Line::of(-1_500, "FEES") });
        }
        let night = at(&format!("{next}T05:00:00Z"));
        let statement = camt053(&format!("S{number}"), ACCOUNT, &text, opening, &lines);
        opening += lines.iter().map(|line| line.minor).sum::<i64>();
        world.take("statement", &statement, night);
        world.take("card", &card_report(&text, sequence, &cards), night);
        for (network, lines) in ["NET", "CASH"].iter().zip(&nets) {
            world.take(network, &network_report(network, &text, sequence, lines), night);
        }
        for ((biller, _), lines) in BILLERS.iter().zip(&acks) {
            world.take("biller", &biller_report(*biller, &text, sequence, lines), night);
        }
        world.run(night);
    }
    let mut found: Vec<(u32, BreakKind)> =
        world.breaks().iter().map(|found| (chrono::Datelike::day(&found.what.due_on), found.what.kind)).collect();
    found.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(found, wanted, "{:?}", world.breaks());
    let proof = world.ledger.read(|reader| reader.bank_proof()).unwrap();
    assert_eq!((proof.before.minor(), proof.closing.minor()), (5_000_000, opening));
    assert_eq!((proof.not_booked.total.minor(), proof.not_shown.count), (123, 0), "the stray credit alone");
    assert_eq!(proof.difference(), Some(Money::ZERO));
    assert!(world.ledger.read(|reader| reader.transfers_in(TransferState::Ordered, 9)).unwrap().is_empty());
    // The last day's payout comes on the next statement; what the report lacked is not announced.
    let gateways = world.ledger.read(|reader| reader.gateway_proofs()).unwrap();
    let [cmi] = gateways.as_slice() else { panic!("{gateways:?}") };
    assert_eq!(cmi.awaited.len(), 1);
    assert_eq!(cmi.not_announced.minor(), 10_000 + 9 * 7);
    let day = world.ledger.read(|reader| reader.reconciliation_day("2026-11-12".parse().unwrap())).unwrap();
    assert_eq!(day.sources.len(), 7);
    let open: i64 = day.sources.iter().map(|source| source.breaks.1).sum();
    assert_eq!(open, 1);
    assert_eq!(day.breaks.iter().map(|one| one.by_age.iter().sum::<u64>()).sum::<u64>(), 2);
    world.assert_clean();
}

/// 500.00 came for a float, and 100.00 of a card payment went to its biller before the gateway paid it out.
#[rstest]
fn what_is_at_the_bank_stands_against_all_else(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend) else { return };
    world.fund("NET", "701", 50_000, "VIR-1", at("2026-11-24T09:00:00Z"));
    world.card(1101, 10_000, at("2026-11-24T10:00:00Z"));
    world.settle(at("2026-11-24T17:30:00Z"));
    let proof = world.ledger.read(|reader| reader.books_proof()).unwrap();
    assert_eq!((proof.bank.minor(), proof.difference()), (50_000, Some(Money::ZERO)));
    let [transfer] = world.ordered().try_into().unwrap();
    let lines = [Line::of(50_000, "B1").remitted("FLOAT VIR-1"), Line::of(-10_000, "B2").end_to_end(id_of(&transfer))];
    let now = at("2026-11-25T06:00:00Z");
    world.take("s.xml", &camt053("S", ACCOUNT, "2026-11-24", 0, &lines), now);
    assert_eq!(world.run(now).matched(), 2);
    let of = |day: &str| world.ledger.read(|reader| reader.books_proof_of(day.parse().unwrap())).unwrap();
    let against = vec![
        (AccountKind::GatewayReceivable, Money::from_minor(-10_000)),
        (AccountKind::AgentFloat, Money::from_minor(50_000)),
    ];
    let wanted = BooksProof { bank: Money::from_minor(40_000), against };
    assert_eq!((of("2026-11-24"), wanted.difference()), (wanted.clone(), Some(Money::ZERO)));
    // What was booked later is in the books of later days only.
    world.card(1202, 700, at("2026-11-27T10:00:00Z"));
    assert_eq!(of("2026-11-24"), wanted);
    assert_eq!(of("2026-11-20"), BooksProof::default());
    assert_ne!(world.ledger.read(|reader| reader.books_proof()).unwrap(), wanted);
    world.assert_clean();
    // A balance that somebody changed stands against nothing.
    world.sql(&format!("UPDATE accounts SET balance = balance - 1 WHERE kind = {}", AccountKind::AgentFloat.code()));
    assert_eq!(of("2026-11-24").difference(), Some(Money::from_minor(-1)));
    assert!(!ledger::check_books(&world.url).unwrap().is_clean());
}

/// Breaks by their age on a day, at both ends of each span.
#[rstest]
fn open_breaks_are_told_by_age(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend) else { return };
    let now = at("2026-12-02T06:00:00Z");
    let due = ["2026-12-01", "2026-11-30", "2026-11-24", "2026-11-23", "2026-11-01", "2026-10-31", "2026-12-02"];
    let lines: Vec<Line> = (1..=7).map(|number| Line::of(number, &format!("B{number}"))).collect();
    let mut text = camt053("S", ACCOUNT, "2026-12-02", 0, &lines);
    for on in due {
        text = text.replacen("<BookgDt><Dt>2026-12-02<", &format!("<BookgDt><Dt> {on}<"), 1);
    }
    world.take("s", &text.replace("<Dt> ", "<Dt>"), now);
    world.run(now);
    let told = world.ledger.read(|reader| reader.reconciliation_day("2026-12-01".parse().unwrap())).unwrap();
    let unknown = told.breaks.iter().find(|one| one.kind == BreakKind::Unknown).unwrap();
    assert_eq!(unknown.by_age, [1, 2, 2, 1], "that of the next day is not of this one");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever part of what was ordered a statement shows, and whatever else: the bank's proof holds, and only what was
    /// shown is paid.
    #[test]
    fn the_banks_proof_holds_for_any_statement(
        shown in prop::collection::vec(any::<bool>(), 6),
        strays in prop::collection::vec(-5_000_i64..5_000, 0..4),
        notified in any::<bool>(),
    ) {
        let world = World::on(Backend::Sqlite).unwrap();
        for (at, (biller, _)) in BILLERS.iter().cycle().take(6).enumerate() {
            let noon = crate::world::at(if at < 3 { "2026-11-23T11:00:00Z" } else { "2026-11-24T11:00:00Z" });
            world.card(*biller, 10_000 + at as i64, noon);
        }
        world.settle(at("2026-11-24T17:30:00Z"));
        let transfers = world.ordered();
        prop_assert_eq!(transfers.len(), 6);
        let now = at("2026-11-25T06:00:00Z");
        let paid: Vec<_> = transfers.iter().zip(&shown).filter(|(_, shown)| **shown).map(|(one, _)| one).collect();
        let mut lines: Vec<Line> = paid
            .iter()
            .map(|one| Line::of(-one.amount.minor(), &format!("T{}", one.id)).end_to_end(id_of(one)))
            .collect();
        if notified {
            world.take("n", &crate::world::camt054("N", ACCOUNT, "2026-11-24", &lines), now);
            world.run(now);
            world.assert_clean();
        }
        let strays = strays.into_iter().filter(|minor| *minor != 0).enumerate();
        lines.extend(strays.map(|(at, minor)| Line::of(minor, &format!("X{at}"))));
        world.take("s", &camt053("S", ACCOUNT, "2026-11-24", 77, &lines), now);
        world.run(now);
        world.assert_clean();
        let ended = world.ledger.read(|reader| reader.transfers_in(TransferState::Paid, 100)).unwrap();
        prop_assert_eq!(ended.len(), paid.len());
        let sum: i64 = paid.iter().map(|one| one.amount.minor()).sum();
        prop_assert_eq!(world.balance(AccountKind::Bank, ""), -sum);
    }
}
