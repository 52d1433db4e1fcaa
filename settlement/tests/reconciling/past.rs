//! Days as they were known: what is told of one is the same whenever it is asked, once it is final.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use ledger::{
    Actor, BankProof, BooksProof, BreakKind, GatewayProof, Money, NewResolution, ReconciliationDay, Resolution, Step,
};
use rstest::rstest;

use crate::database::Backend;
use crate::world::{ACCOUNT, Line, World, at, camt053, card_line, card_report, id_of, money};

type Told = (ReconciliationDay, BankProof, Vec<GatewayProof>, BooksProof);

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn told(world: &World, day: NaiveDate) -> Told {
    let told = world.ledger.read(|reader| {
        let (bank, books) = (reader.bank_proof_of(day)?, reader.books_proof_of(day)?);
        Ok((reader.reconciliation_day(day)?, bank, reader.gateway_proofs_of(day)?, books))
    });
    told.unwrap()
}

/// Asks for every day, again and again.
struct Past {
    world: World,
    signed: BTreeMap<NaiveDate, Told>,
}

impl Past {
    /// Whatever is final was told so before.
    fn look(&mut self, now: DateTime<Utc>) {
        for day in day("2026-11-20").iter_days().take_while(|day| *day <= now.date_naive()) {
            let told = told(&self.world, day);
            assert_eq!(told.1.difference(), Some(Money::ZERO), "{day} at {now}: {:?}", told.1);
            assert_eq!(told.3.difference(), Some(Money::ZERO), "{day} at {now}: {:?}", told.3);
            assert_eq!(told.3.bank, told.1.ledger);
            if told.0.is_final(now) {
                let first = self.signed.entry(day).or_insert_with(|| told.clone());
                assert_eq!(*first, told, "{day}, asked at {now}");
            }
        }
    }

    /// As somebody signs it who knows that nothing more will come on that evening.
    fn sign(&mut self, of: &str) {
        let told = told(&self.world, day(of));
        assert!(self.signed.insert(day(of), told).is_none(), "{of} was final already");
    }

    fn statement(&self, on: &str, opening: i64, lines: &[Line], now: &str) -> i64 {
        self.world.take(on, &camt053(&format!("S{on}"), ACCOUNT, on, opening, lines), at(now));
        self.world.run(at(now));
        opening + lines.iter().map(|line| line.minor).sum::<i64>()
    }
}

#[rstest]
fn a_day_is_told_the_same_whenever_it_is_asked(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend) else { return };
    let mut past = Past { world, signed: BTreeMap::new() };
    // Monday: cards, a float whose money the bank shows later, transfers.
    let cards = [10_000, 20_000].map(|centimes| past.world.card(1101, centimes, at("2026-11-23T10:00:00Z")));
    past.world.fund("NET", "701", 50_000, "VIR-1", at("2026-11-23T11:00:00Z"));
    past.world.settle(at("2026-11-23T17:30:00Z"));
    let [transfer] = past.world.ordered().try_into().unwrap();
    past.look(at("2026-11-23T20:00:00Z"));
    // Tuesday: Monday's files; a credit that nobody knows; a card that the report lacks.
    let lot = Some(("2026-11-25", "LOT-1"));
    let stray = Line::of(700, "B1").remitted("nobody knows");
    let closing = past.statement("2026-11-23", 90_000, &[stray], "2026-11-24T06:00:00Z");
    let line = |card: i64, centimes: i64| card_line(card, "PostAuth", centimes, 100, lot);
    past.world.take("c1", &card_report("2026-11-23", 1, &[line(cards[0], 10_000)]), at("2026-11-24T06:05:00Z"));
    let tuesday = past.world.card_taken(1202, 3_000, at("2026-11-24T10:00:00Z"));
    past.world.step(tuesday, Step::Return, at("2026-11-24T10:00:00Z"));
    past.world.step(tuesday, Step::Returned, at("2026-11-24T10:01:00Z"));
    past.sign("2026-11-23");
    past.look(at("2026-11-24T20:00:00Z"));
    // Wednesday: a later report of Monday; Tuesday's statement pays the transfer and shows the float. Its card report is late.
    let lines = [line(cards[0], 10_000), line(cards[1], 20_000)];
    past.world.take("c1b", &card_report("2026-11-23", 2, &lines), at("2026-11-25T06:00:00Z"));
    let shown = [
        Line::of(-transfer.amount.minor(), "B2").end_to_end(id_of(&transfer)),
        Line::of(50_000, "B3").remitted("VIR-1"),
    ];
    let closing = past.statement("2026-11-24", closing, &shown, "2026-11-25T06:05:00Z");
    past.sign("2026-11-24");
    past.look(at("2026-11-25T20:00:00Z"));
    // Thursday: the payout, what came back, Tuesday's late report.
    let shown = [
        Line::of(29_800, "B4").remitted("LOT-1"),
        Line::of(transfer.amount.minor(), "B5").end_to_end(id_of(&transfer)),
    ];
    let closing = past.statement("2026-11-25", closing, &shown, "2026-11-26T06:00:00Z");
    let taken = [card_line(tuesday, "PostAuth", 3_000, 0, None)];
    past.world.take("c2", &card_report("2026-11-24", 3, &taken), at("2026-11-26T07:00:00Z"));
    past.look(at("2026-11-26T20:00:00Z"));
    // Friday: people, and the return that was missing. Monday: the rest.
    past.world.take(
        "c4",
        &card_report("2026-11-26", 4, &[card_line(tuesday, "Credit", 3_000, 0, None)]),
        at("2026-11-27T06:00:00Z"),
    );
    let stray = past.world.breaks().into_iter().find(|one| one.what.kind == BreakKind::Unknown).unwrap().id;
    let way = NewResolution {
        resolution: Resolution::Suspense,
        note: "nobody answers".to_owned(),
        biller: None,
        payout: None,
        alone_max: money(100_000),
    };
    let by = Actor { id: 1, name: "salma".to_owned() };
    let now = at("2026-11-27T10:00:00Z");
    past.world.ledger.write_now(move |op| op.resolve_break(stray, &way, &by, now)).unwrap();
    past.look(at("2026-11-27T20:00:00Z"));
    past.statement("2026-11-27", closing, &[], "2026-11-30T06:00:00Z");
    for now in ["2026-11-30T20:00:00Z", "2026-12-01T20:00:00Z", "2026-12-14T20:00:00Z"] {
        past.look(at(now));
    }

    let names = |told: &Told| told.0.sources.iter().map(|source| source.import.name.clone()).collect::<Vec<_>>();
    let of = |on: &str| &past.signed[&day(on)];
    let monday = of("2026-11-23");
    assert_eq!(names(monday), ["2026-11-23", "c1"], "the report of Tuesday, not the one that took its place");
    assert_eq!((monday.0.known_on, monday.1.closing.minor()), (day("2026-11-24"), 90_700));
    assert_eq!((monday.1.not_booked.count, monday.1.not_booked.total.minor()), (1, 700));
    assert_eq!(monday.1.not_shown.count, 1, "the float, which the bank shows on the next day");
    let open: u64 = monday.0.breaks.iter().flat_map(|one| one.by_age).sum();
    assert_eq!(open, 2, "{:?}", monday.0.breaks);
    assert_eq!(monday.2[0].receivable.minor(), 30_000);
    // Too late for the days that they tell of.
    assert_eq!(names(of("2026-11-24")), ["2026-11-24"]);
    assert_eq!(names(of("2026-11-25")), ["2026-11-25", "c1b"]);
    assert_eq!(names(of("2026-11-26")), ["c4", "c2"]);
    assert_eq!(of("2026-11-27").0.known_on, day("2026-11-30"));
    let now = past.world.ledger.read(|reader| reader.bank_proof()).unwrap();
    assert_eq!((now.not_booked.count, now.not_shown.count), (0, 0));
    assert_eq!(past.world.open_breaks(), ["bank: returned"]);
    past.world.assert_clean();
}

#[rstest]
fn a_day_without_files_is_not_final(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend) else { return };
    let (on, later) = (day("2026-11-24"), at("2026-12-14T20:00:00Z"));
    assert!(!told(&world, on).0.is_final(later));
    world.take("s", &camt053("S", ACCOUNT, "2026-11-24", 100, &[]), later);
    let (told, proof, _, _) = told(&world, on);
    assert_eq!((told.sources.len(), told.known_on), (1, day("2026-12-14")), "all of it came on that day");
    assert!(!told.is_final(later) && told.is_final(at("2026-12-14T23:00:00Z")));
    assert_eq!((proof.day, proof.closing.minor()), (Some(on), 100));
}
