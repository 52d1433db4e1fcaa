//! Messages to the bank.

use chrono::TimeDelta;
use ledger::{Money, NewSettlement, NewTransfer, SettleOutcome};
use rstest::rstest;
use sandbox::{FaultKind, FaultRule};
use settlement::files::{AccountForm, PayingAccount, TransferVersion};
use settlement::{BankHolidays, BankTerms, order_transfers};

use super::*;

const USER: &str = "fatoura";

/// The account out of which billers are paid.
fn terms(is_delivered: bool) -> BankTerms {
    let account = PayingAccount {
        name: "Fatoura SA".to_owned(),
        rib: "011780000000123456789047".to_owned(),
        bic: Some("BMCEMAMC".to_owned()),
        clearing_member: None,
        form: AccountForm::Rib,
        batch_booking: false,
    };
    BankTerms { account, version: TransferVersion::V09, is_delivered, holidays: BankHolidays::default() }
}

/// A ledger with one order, whose message is in its place.
struct Bank {
    bench: Bench,
    order: i64,
    name: String,
    message: Vec<u8>,
}

impl Bank {
    async fn start(backend: Backend, user: &str, is_delivered: bool) -> Option<Self> {
        let mut bench = Bench::start(backend).await?;
        let bank =
            Some(Sftp { user: user.to_owned(), folder: "/orders/".to_owned(), ..bench.wishes.sftp.clone().unwrap() });
        let working = courier(&bench.folder, None);
        bench.courier = Arc::new(Courier { bank, ..working });
        let (now, cut_off) = (bench.now(), bench.now() - TimeDelta::minutes(5));
        let transfer = NewTransfer {
            holder: "Université Ibn Battouta".to_owned(),
            rib: "007780000013010001234562".to_owned(),
            amount: Money::from_minor(16_800),
        };
        bench.ledger.write_now(move |op| op.open_window(BILLER, cut_off, cut_off)).unwrap();
        let window = bench.ledger.read(|reader| reader.settlement_windows(Some(BILLER), 1)).unwrap().remove(0);
        let closed = window.clone();
        bench.ledger.write_now(move |op| op.close_window(&closed, cut_off + TimeDelta::days(1), now)).unwrap();
        let window = bench.ledger.read(move |reader| reader.settlement_window(window.id)).unwrap().unwrap();
        let settled = NewSettlement {
            window,
            payments: (1, Money::from_minor(16_800)),
            refunds: (0, Money::ZERO),
            commission: Money::ZERO,
            commission_vat: Money::ZERO,
            commission_is_kept: true,
            carried_in: Money::ZERO,
            net: Money::from_minor(16_800),
            transfers: vec![transfer],
            name: "Université Ibn Battouta".to_owned(),
            terms: "{}".to_owned(),
        };
        let outcome = bench.ledger.write_now(move |op| op.settle(&settled, now)).unwrap();
        assert_eq!(outcome, SettleOutcome::Settled(1));
        let folder = bench.folder.path().join("bank");
        let made = order_transfers(&bench.ledger, &folder, &terms(is_delivered), now).unwrap().unwrap();
        assert_eq!((made.orders, made.transfers), (1, 1));
        let order = bench.ledger.read(|reader| reader.transfer_orders(1)).unwrap().remove(0);
        let name = order_name(&order);
        let message = std::fs::read(folder.join(&name)).unwrap();
        Some(Self { bench, order: order.id, name, message })
    }

    async fn run(&self) -> (usize, usize, usize) {
        let now = self.bench.now();
        let clock: Clock = Arc::new(move || now);
        let done = deliver_orders(&self.bench.courier, &self.bench.ledger, now, &clock).await.unwrap();
        (done.delivered, done.again, done.called)
    }

    fn delivery(&self) -> OrderDelivery {
        let order = self.order;
        self.bench.ledger.read(move |reader| reader.order_delivery(order)).unwrap().unwrap()
    }

    fn path(&self) -> String {
        format!("orders/{}", self.name)
    }

    fn there(&self) -> Vec<(String, Vec<u8>)> {
        let files = self.bench.sandbox.control().dropped_files();
        files.into_iter().filter(|file| file.user == USER).map(|file| (file.path, file.bytes)).collect()
    }
}

#[rstest]
#[tokio::test]
async fn a_message_reaches_the_bank_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(bank) = Bank::start(backend, USER, true).await else { return };
    assert_eq!(bank.run().await, (1, 0, 0), "{:?}", bank.delivery());
    assert_eq!(bank.there(), [(bank.path(), bank.message.clone())]);
    let delivery = bank.delivery();
    assert!(
        delivery.delivered_at.is_some() && delivery.proof.contains(&format!("{} bytes", bank.message.len())),
        "{delivery:?}"
    );
    bank.bench.sandbox.control().pick_up(USER, &bank.path()).unwrap();
    assert_eq!(bank.run().await, (0, 0, 0));
    assert_eq!(bank.there(), []);
    bank.bench.stop().await;
}

/// The bank took the message and its server's answer was lost: it is not told to pay a second time.
#[rstest]
#[tokio::test]
async fn a_lost_answer_is_no_second_order(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(false, true)] is_picked_up: bool,
) {
    let Some(bank) = Bank::start(backend, USER, true).await else { return };
    let control = bank.bench.sandbox.control();
    control.set_fault(FaultRule::new("sftp", FaultKind::DropAfter).on("rename").times(1)).unwrap();
    assert_eq!(bank.run().await, (0, 1, 0));
    assert!(bank.delivery().is_offered);
    if is_picked_up {
        control.pick_up(USER, &bank.path()).unwrap();
    }
    // A server that is away in between changes nothing of it.
    control.set_fault(FaultRule::new("sftp", FaultKind::Refuse).on("sign-in").times(1)).unwrap();
    bank.bench.pass(TimeDelta::minutes(1));
    assert_eq!(bank.run().await, (0, 1, 1));
    assert!(bank.delivery().is_offered);
    bank.bench.pass(TimeDelta::minutes(5));
    assert_eq!(bank.run().await, (1, 0, 0), "{:?}", bank.delivery());
    assert_eq!(bank.there().len(), usize::from(!is_picked_up));
    bank.bench.stop().await;
}

/// Made while no server was configured, a person fetches it: it does not leave by itself later.
#[rstest]
#[tokio::test]
async fn what_a_person_fetches_stays(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(bank) = Bank::start(backend, USER, false).await else { return };
    bank.bench.pass(TimeDelta::days(3));
    assert_eq!(bank.run().await, (0, 0, 0));
    assert_eq!((bank.there().len(), bank.delivery().due_at), (0, None));
    bank.bench.stop().await;
}

/// Lost connections and kills at every step: the bank reads one order, accepts it, and pays once.
#[rstest]
#[tokio::test]
async fn the_bank_pays_once(
    // Each step on one of the databases, the one that must not be done twice on both.
    #[values(
        ("open", Backend::Sqlite),
        ("write", Backend::Postgres),
        ("close", Backend::Sqlite),
        ("stat", Backend::Postgres),
        ("rename", Backend::Sqlite),
        ("rename", Backend::Postgres)
    )]
    (call, backend): (&str, Backend),
    #[values(FaultKind::DropBefore, FaultKind::DropAfter, FaultKind::Delay { ms: 60_000 })] kind: FaultKind,
) {
    let Some(bank) = Bank::start(backend, "bank", true).await else { return };
    let control = bank.bench.sandbox.control();
    control.set_fault(FaultRule::new("sftp", kind).on(call).times(1)).unwrap();
    let cut_off = tokio::time::timeout(Duration::from_millis(1_500), bank.run()).await;
    assert!(!matches!(cut_off, Ok((1, ..))), "it does not arrive at once: {cut_off:?}");
    bank.bench.pass(TimeDelta::minutes(1));
    assert_eq!(bank.run().await, (1, 0, 0), "{:?}", bank.delivery());
    let amounts: Vec<i64> = control.bank_entries().iter().map(|entry| entry.minor).collect();
    assert_eq!(amounts, [-16_800]);
    let files = control.dropped_files();
    let [answer] = files.as_slice() else { panic!("one answer, and nothing else: {files:?}") };
    let text = String::from_utf8(answer.bytes.clone()).unwrap();
    assert!(text.contains("<GrpSts>ACCP</GrpSts>") && answer.path.starts_with("answers/"), "{text}");
    bank.bench.stop().await;
}
