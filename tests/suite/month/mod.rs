//! A month of three billers, two networks and a bank, all played by the sandbox, with every kind of break planted where it
//! can happen: each is found, with its subject and its amounts, and none is invented.

mod given_back;
mod setup;
mod unpaid;
mod world;

use std::collections::BTreeMap;

use ledger::{
    Actor, Break, BreakFilter, BreakKind as Kind, BreakSource as Source, BreakState, BreakSubject as Subject, Money,
    NewResolution, PaymentState, Resolution, Resolved, TransferState, check_books,
};
use rstest::rstest;
use sandbox::{BankAnswer, BreakKind, FaultKind, FaultRule, PlannedBreak, StatementForm};

use crate::support::Backend;
use world::{Paid, RIB, World};

/// Numbers of what the sandbox invents at gateway, billers and networks.
const INVENTED: [i64; 3] = [899_999_999_997, 899_999_999_998, 899_999_999_999];
/// What an invented payment comes to.
const INVENTED_MINOR: i64 = 12_300;
/// What comes to the account, or leaves it, without anybody having asked.
const STRAY_MINOR: i64 = 32_100;

/// What a break is about; of payments which one.
type About = (Subject, Option<i64>);
/// Expected and found.
type Amounts = (Option<i64>, Option<i64>);
/// A break: day, source, kind, partner, what it is about, amounts.
type Wanted = (u64, Source, Kind, String, About, Amounts);

/// The last day.
const LAST: u64 = 30;

/// What is planted, beside the world in which it is.
struct Month {
    world: World,
    wanted: Vec<Wanted>,
}

impl Month {
    fn plan(&self, target: &str, kind: BreakKind, about: Option<&str>) {
        let plan = PlannedBreak::new(target, kind);
        let plan = if let Some(about) = about { plan.about(about) } else { plan };
        self.world.control.plan_break(plan).unwrap();
    }

    /// Plants a break in the gateway's report about a payment.
    fn at_gateway(&mut self, day: u64, (planted, kind): (BreakKind, Kind), paid: &Paid, found: Option<i64>) {
        self.plan("gateway", planted, Some(&paid.oid()));
        let about = (Subject::Payment, Some(paid.id));
        self.want((day, Source::Gateway, kind), "cmi", about, (Some(paid.total), found));
    }

    fn at_network(
        &mut self,
        day: u64,
        code: &str,
        (planted, kind): (BreakKind, Kind),
        paid: &Paid,
        found: Option<i64>,
    ) {
        self.plan(&format!("network:{code}"), planted, Some(&paid.reference));
        let about = (Subject::Payment, Some(paid.id));
        self.want((day, Source::Network, kind), code, about, (Some(paid.total), found));
    }

    fn at_biller(&mut self, day: u64, code: u16, (planted, kind): (BreakKind, Kind), paid: &Paid, found: Option<i64>) {
        self.plan(&format!("biller:{code}"), planted, Some(&paid.number));
        let about = (Subject::Payment, Some(paid.id));
        self.want((day, Source::Biller, kind), &code.to_string(), about, (Some(paid.principal), found));
    }

    fn want(&mut self, (day, source, kind): (u64, Source, Kind), partner: &str, about: About, amounts: Amounts) {
        self.wanted.push((day, source, kind, partner.to_owned(), about, amounts));
    }

    /// A break about an entry of the account.
    fn want_entry(&mut self, day: u64, kind: Kind, expected: Option<i64>, found: i64) {
        self.want((day, Source::Bank, kind), RIB, (Subject::Entry, None), (expected, Some(found)));
    }

    fn breaks(&self) -> Vec<Break> {
        self.world.app.ledger.read(|reader| reader.breaks(&BreakFilter::default(), 0, 10_000)).unwrap()
    }

    fn open(&self) -> Vec<Break> {
        let is_open = |found: &Break| matches!(found.state, BreakState::Open | BreakState::Proposed);
        self.breaks().into_iter().filter(is_open).collect()
    }

    /// Everything that was planted by now was found, and nothing else.
    fn assert_found(&self, by: u64) {
        let day_of = |found: &Break| (1..=31).find(|day| self.world.day(*day) == found.what.due_on).unwrap_or_default();
        let mut found: Vec<Wanted> = self
            .breaks()
            .iter()
            .map(|found| {
                let what = &found.what;
                // Entries, transfers, payouts and statements have numbers of the hub's own: told apart by their amounts.
                let about = (what.subject, (what.subject == Subject::Payment).then_some(what.subject_id));
                let minor = |amount: Option<Money>| amount.map(Money::minor);
                let partner = what.partner.clone();
                (day_of(found), what.source, what.kind, partner, about, (minor(what.expected), minor(what.found)))
            })
            .collect();
        let mut wanted: Vec<Wanted> = self.wanted.iter().filter(|wanted| wanted.0 <= by).cloned().collect();
        found.sort_unstable();
        wanted.sort_unstable();
        let missing: Vec<_> = wanted.iter().filter(|one| !found.contains(one)).collect();
        let invented: Vec<_> = found.iter().filter(|one| !wanted.contains(one)).collect();
        assert!(missing.is_empty() && invented.is_empty(), "day {by}: missing {missing:#?}, invented {invented:#?}");
        assert_eq!(found.len(), wanted.len(), "day {by}: {found:#?}");
    }

    /// Closes a break, by one person.
    fn resolve(&self, found: &Break, resolution: Resolution, payout: Option<&str>) {
        let (id, now) = (found.id, self.world.now());
        let new = NewResolution {
            resolution,
            note: "looked into".to_owned(),
            biller: None,
            payout: payout.map(str::to_owned),
            alone_max: Money::from_minor(100_000_000),
        };
        let by = Actor { id: 1, name: "Salma".to_owned() };
        let resolved = self.world.app.ledger.write_now(move |op| op.resolve_break(id, &new, &by, now)).unwrap();
        assert!(matches!(resolved, Resolved::Closed(_)), "{found:?}: {resolved:?}");
    }

    /// The open break of a kind at the bank, with these amounts found.
    fn open_entry(&self, kind: Kind, found: i64) -> Break {
        let is_it = |one: &Break| {
            one.what.kind == kind
                && one.what.subject == Subject::Entry
                && one.what.found.map(Money::minor) == Some(found)
        };
        self.open().into_iter().find(is_it).unwrap()
    }

    /// The reference of the payout that is credited on a day.
    fn lot(&self, day: u64) -> String {
        let lots = self.world.app.ledger.read(|reader| reader.payouts_awaited(None, 100)).unwrap();
        let of_day = lots.iter().find(|payout| payout.sums.value_on == self.world.day(day));
        of_day.unwrap().sums.reference.clone()
    }

    /// A day like any other: two cards, and cash at both networks.
    async fn pay(&self, day: u64) -> Day {
        self.world.at(day, "10:00");
        let step = i64::try_from(day).unwrap() * 7;
        Day {
            card: self.world.card(1001, 20_000 + step).await,
            other_card: self.world.card(1002, 30_000 + step).await,
            atlas: self.world.at_atlas(1401, 5_000 + step).await,
            barid: self.world.at_barid(1001, 4_000 + step).await,
        }
    }

    /// From the cut-off to the next morning.
    async fn end(&self, day: u64) {
        self.world.evening(day).await;
        self.world.midnight(day);
        self.world.morning(day + 1).await;
    }

    /// The one transfer in a state that is not among those known before.
    fn transfer_in(&self, state: TransferState, known: &[i64]) -> ledger::Transfer {
        let found = self.world.app.ledger.read(|reader| reader.transfers_in(state, 100)).unwrap();
        let mut fresh = found.into_iter().filter(|transfer| !known.contains(&transfer.id));
        let transfer = fresh.next().unwrap();
        assert!(fresh.next().is_none());
        transfer
    }
}

/// What was paid on a day.
struct Day {
    card: Paid,
    other_card: Paid,
    atlas: Paid,
    barid: Paid,
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_planted_break_is_found_and_none_invented(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::open(backend).await else { return };
    let mut month = Month { world, wanted: Vec::new() };
    let late = first_week(&mut month).await;
    second_week(&mut month, late).await;
    given_back::third_week(&mut month).await;
    the_rest(&mut month).await;
    the_end(month).await;
}

/// What the payout comes to that is credited late.
async fn first_week(month: &mut Month) -> i64 {
    use BreakKind as B;
    // Everything fits.
    month.world.fund("3000.00").await;
    month.pay(1).await;
    month.end(1).await;
    month.assert_found(1);

    // Amounts.
    let day = month.pay(2).await;
    let differs = (B::AmountDiffers, Kind::AmountDiffers);
    month.at_gateway(2, differs, &day.card, Some(day.card.total + 100));
    month.at_network(2, "ATLAS", differs, &day.atlas, Some(day.atlas.total + 100));
    month.at_biller(2, 1002, differs, &day.other_card, Some(day.other_card.principal + 100));
    month.plan("bank", B::AmountDiffers, None);
    month.end(2).await;
    let [payout] = month.world.booked(3, "VIREMENT RECU CENTRE").try_into().unwrap();
    month.want_entry(3, Kind::AmountDiffers, Some(payout.minor + 100), payout.minor);
    month.assert_found(2);

    // Duplicates.
    let day = month.pay(3).await;
    let twice = (B::Duplicate, Kind::Duplicate);
    month.at_gateway(3, twice, &day.card, Some(day.card.total * 2));
    month.at_network(3, "BARID", twice, &day.barid, Some(day.barid.total * 2));
    month.at_biller(3, 1401, twice, &day.atlas, Some(day.atlas.principal));
    month.world.control.plan_bank(BankAnswer::BookTwice);
    month.end(3).await;
    let mut seen = BTreeMap::new();
    month.world.booked(3, "VIREMENT EMIS").into_iter().for_each(|entry| *seen.entry(entry.minor).or_insert(0) += 1);
    let [(second, _)] = seen.into_iter().filter(|(_, times)| *times == 2).collect::<Vec<_>>().try_into().unwrap();
    month.want_entry(3, Kind::Duplicate, None, second);
    month.assert_found(3);
    let short = month.open_entry(Kind::AmountDiffers, payout.minor);
    month.resolve(&short, Resolution::Payout, Some(&month.lot(3)));

    // What the hub never had.
    month.pay(4).await;
    let [cmi, biller, network] = INVENTED.map(|number| (Subject::Payment, Some(number)));
    for (target, source, partner, about) in [
        ("gateway", Source::Gateway, "cmi", cmi),
        ("network:ATLAS", Source::Network, "ATLAS", network),
        ("biller:1401", Source::Biller, "1401", biller),
    ] {
        month.plan(target, B::MissingHere, None);
        month.want((4, source, Kind::MissingHere), partner, about, (None, Some(INVENTED_MINOR)));
    }
    month.plan("bank", B::MissingHere, None);
    month.want_entry(4, Kind::MissingHere, None, -STRAY_MINOR);
    month.end(4).await;
    month.assert_found(4);
    month.world.control.set_statement_form(StatementForm::Camt053V02);

    // What they do not have: the gateway tells it the next day, and pays five days late.
    let day = month.pay(5).await;
    let untold = (B::MissingThere, Kind::MissingThere);
    month.at_gateway(5, untold, &day.card, None);
    month.at_network(5, "BARID", untold, &day.barid, None);
    month.at_biller(5, 1001, untold, &day.card, None);
    month.plan("bank", B::Late, None);
    month.end(5).await;
    month.assert_found(5);

    // States; and what looks like a break and is none: a refused payment that went back, and a cancelled one.
    let day = month.pay(6).await;
    let differs = (B::StatusDiffers, Kind::StatusDiffers);
    month.at_gateway(6, differs, &day.card, None);
    month.at_network(6, "ATLAS", differs, &day.atlas, None);
    month.at_biller(6, 1002, differs, &day.other_card, None);
    month.world.control.set_fault(FaultRule::new("biller:1401", FaultKind::Refuse).on("confirm").times(1)).unwrap();
    month.world.card_ends(1401, 70_000, PaymentState::Returned).await;
    let cancelled = month.world.at_barid(1001, 6_000).await;
    month.world.cancel(&cancelled).await;
    month.plan("bank", B::Unknown, None);
    month.want_entry(6, Kind::Unknown, None, STRAY_MINOR);
    let turned_up = month
        .open()
        .into_iter()
        .filter(|one| one.what.source == Source::Gateway && one.what.kind == Kind::MissingThere);
    assert_eq!(turned_up.count(), 1);
    month.end(6).await;
    let payout = month.world.control.bank_entries().into_iter().find(|entry| entry.day == month.world.day(11));
    let late = payout.unwrap().minor;
    month.assert_found(6);
    let missing = |one: &Break| one.what.source == Source::Gateway && one.what.kind == Kind::MissingThere;
    assert!(!month.open().iter().any(missing), "it turned up");

    month.world.fund("2000.00").await;
    month.pay(7).await;
    month.end(7).await;
    month.assert_found(7);
    late
}

async fn second_week(month: &mut Month, late: i64) {
    use BreakKind as B;
    // A transfer is rejected; a payout comes without its reference, and something of the same amount with it.
    month.pay(8).await;
    month.world.control.plan_bank(BankAnswer::RejectOne);
    month.plan("bank", B::Ambiguous, None);
    month.end(8).await;
    let rejected = month.transfer_in(TransferState::Rejected, &[]);
    let biller = rejected.biller.to_string();
    let about = (Subject::Transfer, None);
    month.want((8, Source::Bank, Kind::Returned), &biller, about, (Some(rejected.amount.minor()), None));
    let bare = month.world.booked(9, "VIREMENT RECU");
    let [payout, stray] = bare.try_into().unwrap();
    assert_eq!(payout.minor, stray.minor);
    month.want_entry(9, Kind::Ambiguous, None, payout.minor);
    month.want_entry(9, Kind::Ambiguous, None, payout.minor);
    month.world.control.set_statement_form(StatementForm::Mt940);

    // A transfer comes back that was paid the day before. Cash only: nothing is paid out on the next day.
    month.world.at(9, "10:00");
    month.world.at_atlas(1401, 8_000).await;
    month.world.at_barid(1002, 9_000).await;
    let entries = month.world.booked(8, "VIREMENT EMIS");
    let back = entries[0].transfers[0].clone();
    month.plan("bank", B::Returned, Some(&back.end_to_end_id));
    let biller = &back.end_to_end_id[2..6];
    month.want((9, Source::Bank, Kind::Returned), biller, about, (None, Some(back.minor)));
    month.end(9).await;
    month.assert_found(9);
    let lot = month.lot(9);
    month.resolve(&month.open_entry(Kind::Ambiguous, payout.minor), Resolution::Payout, Some(&lot));
    // Then the other one is nothing that is awaited: that takes the place of what it was.
    month.want_entry(9, Kind::Unknown, None, stray.minor);

    // More than three bank days after its value day, a Saturday.
    month.want((6, Source::Bank, Kind::Late), "cmi", (Subject::Payout, None), (Some(late), None));
    // Nobody pays; the bank takes a fee, and its statement does not come.
    month.world.control.add_bank_entry(month.world.day(10), -2_500, "FRAIS DE TENUE DE COMPTE");
    month.plan("bank", B::Gap, None);
    month.end(10).await;
    month.assert_found(10);
    let of_stray = month.open().into_iter().filter(|one| one.what.found == Some(Money::from_minor(stray.minor)));
    assert_eq!(of_stray.map(|one| one.what.kind).collect::<Vec<_>>(), [Kind::Unknown]);

    // A rejected transfer is paid all the same; and the next statement does not follow.
    month.pay(11).await;
    month.world.control.plan_bank(BankAnswer::RejectAndBook);
    month.world.evening(11).await;
    let second = month.transfer_in(TransferState::Rejected, &[rejected.id]);
    let (biller, amount) = (second.biller.to_string(), second.amount.minor());
    month.want((11, Source::Bank, Kind::Returned), &biller, about, (Some(amount), None));
    month.want_entry(11, Kind::StatusDiffers, Some(-amount), -amount);
    month.world.midnight(11);
    month.world.at(12, "06:00");
    month.world.job("fetch_reports").await;
    let refused = month.world.app.run_job("import_reports").await.unwrap_err().to_string();
    assert!(refused.contains("1 file(s) refused") && refused.contains("is missing between them"), "{refused}");
    let name = format!("refused/bank-STM-{}.sta", month.world.day(11).format("%Y%m%d"));
    month.world.take_in_with_gap(&name).unwrap();
    month.world.reconcile(12).await;
    let sum = |to: u64| -> i64 {
        let to = month.world.day(to);
        100_000_000
            + month.world.control.bank_entries().iter().filter(|one| one.day <= to).map(|one| one.minor).sum::<i64>()
    };
    let (before, opening) = (sum(9), sum(10));
    assert_eq!(opening - before, -2_500);
    month.want((11, Source::Bank, Kind::Gap), RIB, (Subject::Statement, None), (Some(before), Some(opening)));
    month.assert_found(11);
    assert!(!month.open().iter().any(|one| one.what.kind == Kind::Late), "the late payout came");

    month.pay(12).await;
    month.end(12).await;
    month.assert_found(12);
}

/// Nothing more is planted, and nothing more is found.
async fn the_rest(month: &mut Month) {
    for day in given_back::NEXT..=LAST {
        month.pay(day).await;
        month.end(day).await;
        month.assert_found(day);
    }
}

/// People look into what is open, and nothing is left.
async fn the_end(month: Month) {
    for found in month.open() {
        let resolution = match (found.what.source, found.what.subject, found.what.kind) {
            // Money that nobody knows, or that left twice.
            (Source::Bank, Subject::Entry, _) => Resolution::Suspense,
            (Source::Gateway, ..) => Resolution::WrittenOff,
            _ => Resolution::Evidence,
        };
        month.resolve(&found, resolution, None);
    }
    month.world.at(LAST + 1, "08:00");
    month.world.job("reconcile").await;
    assert_eq!(month.open(), Vec::new());
    let (bank, gateways) =
        month.world.app.ledger.read(|reader| Ok((reader.bank_proof()?, reader.gateway_proofs()?))).unwrap();
    assert_eq!(bank.difference(), Some(Money::ZERO), "{bank:?}");
    assert_eq!((bank.not_booked.count, bank.not_shown.count), (0, 0), "{bank:?}");
    assert_eq!((bank.before.minor(), bank.gaps.minor()), (100_000_000, -2_500));
    let on = month.world.day(LAST);
    let closing: i64 = month.world.control.bank_entries().iter().filter(|one| one.day <= on).map(|one| one.minor).sum();
    assert_eq!(bank.closing.minor(), 100_000_000 + closing);
    let [cmi] = gateways.as_slice() else { panic!("{gateways:?}") };
    assert_eq!((cmi.awaited.len(), cmi.not_announced), (1, Money::ZERO), "the last day's is to come: {cmi:?}");
    assert!(month.world.app.ledger.read(|reader| reader.transfers_in(TransferState::Ordered, 9)).unwrap().is_empty());
    let report = check_books(&month.world.database.url).unwrap();
    assert!(report.is_clean(), "{:?}", report.faults.iter().map(ToString::to_string).collect::<Vec<_>>());
    month.world.assert_messages_are_valid();
    month.world.close().await;
}
