//! References in what people wrote: invoiced commission, and transfers.

use ledger::{AccountKind, MatchRule, MatchSubject, Money};
use rstest::rstest;
use settlement::files::CommissionId;
use settlement::terms::{CommissionRule, Contract};

use crate::database::Backend;
use crate::world::{ACCOUNT, Line, World, at, camt053, id_of, money};

const DAY: &str = "2026-11-25";

fn morning() -> chrono::DateTime<chrono::Utc> {
    at("2026-11-25T06:00:00Z")
}

/// Two windows of biller 1101, whose commission of 1 % is invoiced; one of 1202, whose commission is kept.
fn invoiced(backend: Backend) -> Option<(World, [i64; 2])> {
    let world = World::on(backend)?;
    let mut billers = World::billers();
    for biller in &mut billers {
        let rule = CommissionRule { channel: None, instrument: None, percent: 1.into(), flat: Money::ZERO };
        biller.terms.commissions = vec![rule];
        if biller.code == 1101 {
            biller.terms.contract = Contract::Gross;
        }
    }
    for (day, centimes) in [("2026-11-23", 53_800), ("2026-11-24", 20_000)] {
        world.card(1101, centimes, at(&format!("{day}T10:00:00Z")));
        world.card(1202, centimes, at(&format!("{day}T10:00:00Z")));
        world.settle_as(billers.clone(), at(&format!("{day}T17:30:00Z")));
    }
    let windows = world.ledger.read(|reader| {
        let of = |found: Option<i64>| found.unwrap();
        Ok([of(reader.window_of_sequence(1101, 1)?), of(reader.window_of_sequence(1101, 2)?)])
    });
    let windows = windows.unwrap();
    // 5.38 and VAT of 1.08; 2.00 and 0.40.
    assert_eq!(world.balance(AccountKind::BillerReceivable, "1101"), 646 + 240);
    Some((world, windows))
}

fn name(window: i64) -> String {
    CommissionId { biller: 1101, window }.to_string()
}

/// The centimes that come with a text, in which `{1}` and `{2}` are the windows' references, and what is open then.
#[rstest]
#[case::reference(646, "COMMISSION {1}", &[])]
#[case::in_a_sentence(240, "Facture: {2}/novembre", &["bank: unknown"])]
#[case::both(886, "{1} {2}", &[])]
#[case::told_twice(646, "{1}, {1}", &[])]
#[case::statement(240, "REGLEMENT FATOURA_1101_000002_2026-11-24", &[])]
#[case::file(240, "FATOURA_1101_000002_2026-11-24.csv", &[])]
#[case::amount(640, "{1}", &["bank: amount differs"])]
#[case::too_much(1_000, "{1} {2}", &["bank: amount differs"])]
#[case::of_another(646, "FC1202W{1}", &["bank: unknown"])]
#[case::kept_and_not_invoiced(646, "FATOURA_1202_000001_2026-11-23", &["bank: unknown"])]
#[case::taken_and_not_paid(-646, "{1}", &["bank: unknown"])]
fn commission_is_known_by_its_reference(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] centimes: i64,
    #[case] text: &str,
    #[case] open: &[&str],
) {
    let Some((world, [first, second])) = invoiced(backend) else { return };
    let text = text.replace("W{1}", &format!("W{first}")).replace("{1}", &name(first)).replace("{2}", &name(second));
    world.take("s", &camt053("S", ACCOUNT, DAY, 100_000, &[Line::of(centimes, "B1").remitted(&text)]), morning());
    world.run(morning());
    assert_eq!(world.open_breaks(), open, "{text}");
    let paid = if open.is_empty() { centimes } else { 0 };
    assert_eq!(world.balance(AccountKind::BillerReceivable, "1101"), 886 - paid);
    world.assert_clean();
}

#[rstest]
fn commission_is_paid_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some((world, [first, _])) = invoiced(backend) else { return };
    let line = |reference: &str| Line::of(646, reference).remitted(&name(first));
    world.take("s", &camt053("S", ACCOUNT, DAY, 0, &[line("B1"), line("B2")]), morning());
    world.run(morning());
    assert_eq!(world.open_breaks(), ["bank: duplicate"]);
    assert_eq!(world.balance(AccountKind::BillerReceivable, "1101"), 240);
    assert_eq!(world.run(morning()).breaks, 0, "it is known");
    world.assert_clean();
}

/// A bank that has no field for references passes them on as text.
#[rstest]
fn transfers_are_known_by_what_is_written(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some((world, _)) = invoiced(backend) else { return };
    let [a, b, c, d] = world.ordered().try_into().unwrap();
    let of = |one: &ledger::Transfer, name: &str| {
        Line::of(-one.amount.minor(), name).remitted(&format!("VIR {}", id_of(one)))
    };
    let both = Line::of(-(b.amount.minor() + c.amount.minor()), "B2").remitted(&format!("{} {}", id_of(&b), id_of(&c)));
    let wrong = Line::of(-1, "B3").remitted(&format!("{} {}", id_of(&d), id_of(&a)));
    world.take("s", &camt053("S", ACCOUNT, DAY, 1_000_000, &[of(&a, "B1"), both, wrong]), morning());
    let report = world.run(morning());
    assert_eq!((report.matched(), world.open_breaks()), (3, vec!["bank: ambiguous".to_owned()]), "{:?}", report.told);
    assert_eq!(world.ordered().iter().map(|one| one.id).collect::<Vec<_>>(), [d.id]);
    let entry = world.breaks()[0].what.subject_id - 2;
    let matches = world.ledger.read(|reader| reader.bank_matches(entry)).unwrap();
    assert_eq!(
        matches.iter().map(|one| (one.rule, one.subject)).collect::<Vec<_>>(),
        [(MatchRule::Reference, MatchSubject::Transfer)]
    );
    // What comes back so is owed again, under its biller.
    let back = Line::of(a.amount.minor(), "B4").remitted(&format!("RETOUR {} AC04", id_of(&a)));
    let closing = 1_000_000 - a.amount.minor() - b.amount.minor() - c.amount.minor() - 1;
    world.take("t", &camt053("T", ACCOUNT, "2026-11-26", closing, &[back]), at("2026-11-27T06:00:00Z"));
    world.run(at("2026-11-27T06:00:00Z"));
    let returned = world.breaks().into_iter().find(|one| one.what.partner == a.biller.to_string()).unwrap();
    assert_eq!((returned.what.kind, returned.what.found), (ledger::BreakKind::Returned, Some(money(a.amount.minor()))));
    world.assert_clean();
}
