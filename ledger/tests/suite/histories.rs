//! Random histories: a batch does what its items do one at a time, and the books always prove.

use std::sync::atomic::Ordering;

use ledger::{Advance, AdvanceOutcome, BillClaim, Funds, Hold, Ledger, LedgerError, Pay, PayOutcome, Step, TaskKind};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::support::{
    Answer, Command, Doing, Outcome, TestDb, accept, accept_amount, advance, agreed, ask_to_cancel, bill, burst, card,
    confirm, counter, float, money,
};

/// A command in terms of what came before, so that it means the same to two ledgers with other numbers.
#[derive(Debug, Clone)]
enum Wish {
    Pay { key: u8, bill: u8, second: Option<u8>, generation: i32, settles: bool, money: Money, centimes: i64 },
    Step { payment: prop::sample::Index, step: Step, by_task: bool },
}

/// Where the money of a payment comes from.
#[derive(Debug, Clone, Copy)]
enum Money {
    /// A card.
    Card,
    /// A float, past any counter.
    Cash,
    /// A counter: of the open or the closed till, with one of the references or none.
    Counter { open: bool, reference: Option<u8> },
}

fn a_money() -> impl Strategy<Value = Money> {
    let counter = (prop::bool::weighted(0.9), prop::option::weighted(0.4, 0..4u8))
        .prop_map(|(open, reference)| Money::Counter { open, reference });
    prop_oneof![2 => Just(Money::Card), 1 => Just(Money::Cash), 3 => counter]
}

fn a_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop::sample::select(vec![Hold::Held, Hold::CaptureAsked, Hold::Captured]).prop_map(accept),
        1 => Just(accept_amount(Hold::Captured, 1)),
        2 => Just(Step::Captured),
        3 => Just(confirm()),
        2 => Just(Step::Decline),
        1 => Just(Step::Expire),
        2 => Just(Step::Return),
        1 => Just(Step::LetGo),
        3 => Just(Step::Returned),
        3 => Just(ask_to_cancel()),
        3 => Just(agreed()),
        1 => Just(Step::CancelRefused { refusal: "no".to_owned() }),
    ]
}

fn a_wish() -> impl Strategy<Value = Wish> {
    let pay = (
        0..40u8,
        0..6u8,
        prop::option::weighted(0.2, 0..6u8),
        prop_oneof![4 => Just(0), 2 => Just(1), 1 => Just(2)],
        prop::bool::weighted(0.7),
        a_money(),
        prop_oneof![Just(16_842i64), Just(7_000)],
    )
        .prop_map(|(key, bill, second, generation, settles, money, centimes)| Wish::Pay {
            key,
            bill,
            second,
            generation,
            settles,
            money,
            centimes,
        });
    let step = (any::<prop::sample::Index>(), a_step(), any::<bool>())
        .prop_map(|(payment, step, by_task)| Wish::Step { payment, step, by_task });
    prop_oneof![2 => pay, 3 => step]
}

/// Batches of wishes.
fn a_history() -> impl Strategy<Value = Vec<Vec<Wish>>> {
    prop::collection::vec(prop::collection::vec(a_wish(), 1..12), 1..10)
}

/// The kind of task that leads to a step.
fn kind_of(step: &Step) -> TaskKind {
    match step {
        Step::Accept { .. } | Step::Decline | Step::Expire => TaskKind::PollAttempt,
        Step::Captured | Step::LetGo => TaskKind::Capture,
        Step::Confirm { .. } | Step::Return => TaskKind::ConfirmBiller,
        Step::Returned => TaskKind::ReturnMoney,
        Step::Cancel { .. } => TaskKind::SmsConfirmed,
        Step::Cancelled { .. } | Step::CancelRefused { .. } => TaskKind::CancelBiller,
    }
}

/// Its own history of one database: wishes in, answers out.
struct Story<'a> {
    db: &'a TestDb,
    ledger: Ledger,
    /// The open till's shift and the closed one's.
    shifts: [i64; 2],
    references: Vec<i64>,
    payments: Vec<(i64, i64)>,
    said: Vec<String>,
}

impl<'a> Story<'a> {
    fn of(db: &'a TestDb) -> Self {
        db.fund_float("7", 60_000);
        let ledger = db.open();
        let shifts = [ledger.open_till("A"), ledger.open_till("B")];
        let closure = crate::counters::closure(shifts[1], 50_000);
        ledger.write_now(move |op| op.close_shift(&closure)).unwrap();
        let digits = ["1000000000007", "1000000000015", "1000000000023", "1000000000031"];
        let references = digits.iter().map(|digits| crate::outlets::keep_reference(&ledger, digits)).collect();
        Self { db, ledger, shifts, references, payments: vec![], said: vec![] }
    }

    /// The command that a wish is, `None` for a step while there are no payments.
    fn command(&self, wish: &Wish) -> Option<Command> {
        match wish {
            Wish::Pay { key, bill: article, second, generation, settles, money: of, centimes } => {
                let claim = |article: &u8| BillClaim {
                    key: bill(&article.to_string()),
                    generation: *generation,
                    settles: *settles,
                };
                let mut pay = Pay {
                    // The quote tells payments apart, whatever their numbers.
                    quote: i64::from(*key),
                    bills: [Some(article), second.as_ref()].into_iter().flatten().map(claim).collect(),
                    ..card(&key.to_string(), "")
                };
                if !matches!(of, Money::Card) {
                    pay.funds = Funds::InHand(float());
                }
                if let Money::Counter { open, reference } = of {
                    let mut agent = counter("A", self.shifts[usize::from(!open)]);
                    agent.cash_reference = reference.map(|at| self.references[usize::from(at)]);
                    agent.network_reference = (key % 3 == 0).then(|| key.to_string());
                    agent.low_float = money(20_000);
                    pay.agent = Some(Box::new(agent));
                }
                pay.amounts.principal = money(centimes - 42);
                Some(Command::Pay(pay))
            }
            Wish::Step { .. } if self.payments.is_empty() => None,
            Wish::Step { payment, step, by_task } => {
                let (id, total) = *payment.get(&self.payments);
                let step = match step.clone() {
                    Step::Accept { hold, amount, .. } if amount == money(16_842) => accept_amount(hold, total),
                    step => step,
                };
                let kind = kind_of(&step).code();
                let sql = format!(
                    "SELECT CAST(id AS TEXT) AS line FROM outbox
                     WHERE payment_id = {id} AND kind = {kind} AND done_at IS NULL ORDER BY id LIMIT 1"
                );
                let task = by_task.then(|| self.db.lines(&sql)).and_then(|ids| ids.first()?.parse().ok());
                Some(Command::Advance(Advance { task, ..advance(id, step) }))
            }
        }
    }

    /// What an answer says, with payments by their place.
    fn hear(&mut self, command: &Command, answer: Answer) {
        let place = |payments: &[(i64, i64)], id: i64| payments.iter().position(|(known, _)| *known == id);
        let said = match answer.unwrap() {
            Outcome::Pay(PayOutcome::Started(reference)) => {
                if let Command::Pay(pay) = command {
                    self.payments.push((reference.id(), pay.amounts.total().unwrap().minor()));
                }
                "started".to_owned()
            }
            Outcome::Pay(PayOutcome::Replayed(r)) => format!("replayed {:?}", place(&self.payments, r.id())),
            Outcome::Pay(PayOutcome::BeingPaid(id)) => format!("being paid by {:?}", place(&self.payments, id)),
            other => format!("{other:?}"),
        };
        self.said.push(said);
    }

    fn one_by_one(&mut self, commands: Vec<Command>) {
        for command in commands {
            let answer: Result<Outcome, LedgerError> = match command.clone() {
                Command::Pay(pay) => self.ledger.pay_now(pay).map(Outcome::Pay),
                Command::Advance(step) => self.ledger.advance_now(step).map(Outcome::Advance),
            };
            self.hear(&command, answer);
        }
    }

    fn as_a_batch(&mut self, commands: Vec<Command>) {
        let batches = self.ledger.stats().batches.load(Ordering::Relaxed);
        for (command, answer) in commands.iter().zip(burst(&self.ledger, commands.clone())) {
            self.hear(command, answer);
        }
        // The halt's own, and one for all.
        assert!(self.ledger.stats().batches.load(Ordering::Relaxed) <= batches + 2);
    }

    /// Every row, modulo numbers, secrets and times; and but for warnings of a low float, which look at what a batch
    /// leaves, not at what came and went inside it.
    fn rows(&self) -> Vec<String> {
        let hex = |column: &str| match self.db.is_postgres() {
            true => format!("encode({column}, 'hex')"),
            false => format!("lower(hex({column}))"),
        };
        let text = |column: &str| format!("COALESCE(CAST({column} AS TEXT), 'none')");
        let line = |columns: &[String]| columns.join(" || ' ' || ");
        let of = |columns: &str| -> Vec<String> { columns.split(' ').map(text).collect() };
        let payment = "p.quote_id p.biller p.channel p.instrument p.language p.state p.principal p.fee p.vat p.duty \
                       p.phone p.email p.funds p.authorisation p.card_mask p.gateway_reference p.receipt_number \
                       p.receipt_date p.paid_at p.state_since";
        let payment = line(&[of(payment), vec![hex("p.bills")]].concat());
        let bill = line(&[vec![hex("b.key")], of("b.biller b.state b.generation p.quote_id")].concat());
        let key = line(&[vec![hex("k.key"), hex("k.input")], of("p.quote_id")].concat());
        let tables = [
            format!("SELECT 'payment ' || {payment} AS line FROM payments p"),
            format!(
                "SELECT 'bill ' || {bill} AS line FROM {} b JOIN payments p ON p.id = b.payment_id",
                self.db.standing("bills")
            ),
            format!(
                "SELECT 'key ' || {key} AS line FROM {} k JOIN payments p ON p.id = k.payment_id",
                self.db.standing("idempotency_keys")
            ),
            format!(
                "SELECT 'entry ' || {} AS line FROM entries e JOIN postings o ON o.id = e.posting_id
                 JOIN payments p ON p.id = o.payment_id JOIN accounts a ON a.id = e.account_id",
                line(&of("p.quote_id o.kind o.effective_on e.line a.kind a.owner e.amount"))
            ),
            format!(
                "SELECT 'task ' || {} AS line FROM outbox t JOIN payments p ON p.id = t.payment_id
                 WHERE t.kind <> 14",
                line(&of("p.quote_id t.kind t.due_at t.attempts t.note t.done_at"))
            ),
            format!(
                "SELECT 'counter ' || {} AS line FROM agent_payments c JOIN payments p ON p.id = c.payment_id",
                line(&of("p.quote_id c.outlet c.till c.network_reference c.commission c.commission_vat c.staff_name"))
            ),
            format!(
                "SELECT 'owed ' || {} AS line FROM give_backs g JOIN payments p ON p.id = g.subject_id
                 LEFT JOIN shift_movements m ON m.id = g.movement_id",
                line(&of("p.quote_id g.outlet g.amount g.since m.amount m.kind m.made_by"))
            ),
            format!(
                "SELECT 'cancelled ' || {} AS line FROM cancellations c JOIN payments p ON p.id = c.payment_id",
                line(&of("p.quote_id c.reason c.asked_at c.asked_by c.refusal"))
            ),
            format!(
                "SELECT 'reference ' || {} AS line FROM cash_references r LEFT JOIN payments p ON p.id = r.payment_id",
                line(&of("r.digits r.state p.quote_id"))
            ),
            format!(
                "SELECT 'reversal ' || {} AS line FROM postings o JOIN postings r ON r.id = o.reverses
                 JOIN payments p ON p.id = o.payment_id",
                line(&of("p.quote_id o.kind r.kind"))
            ),
            format!(
                "SELECT 'statement ' || {} AS line FROM float_entries f JOIN postings o ON o.id = f.posting_id
                 LEFT JOIN payments p ON p.id = o.payment_id",
                line(&of("p.quote_id o.kind f.amount"))
            ),
            format!(
                "SELECT 'account ' || {} AS line FROM accounts a",
                line(&of("a.kind a.owner a.currency a.balance a.ceiling"))
            ),
        ];
        let mut rows: Vec<String> = tables.iter().flat_map(|sql| self.db.lines(sql)).collect();
        rows.sort_unstable();
        rows
    }
}

fn a_batch_is_its_items_one_at_a_time(db: &TestDb) {
    let cases = if db.is_postgres() { 10 } else { 30 };
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let (moved, cancelled) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    // The same histories each time: whether they hold enough is then a property of this file, not of luck.
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
        .run(&a_history(), |history| {
            let dbs = [db.sibling(), db.sibling()];
            let [mut single, mut batched] = [Story::of(&dbs[0]), Story::of(&dbs[1])];
            for wishes in history {
                let commands = |story: &Story<'_>| wishes.iter().filter_map(|wish| story.command(wish)).collect();
                let (one, many) = (commands(&single), commands(&batched));
                single.one_by_one(one);
                batched.as_a_batch(many);
                prop_assert_eq!(&single.said, &batched.said);
            }
            prop_assert_eq!(single.rows(), batched.rows());
            prop_assert_eq!(dbs[0].faults(), Vec::<String>::new());
            prop_assert_eq!(dbs[1].faults(), Vec::<String>::new());
            let step = format!("{:?}", AdvanceOutcome::NoSuchPayment);
            prop_assert!(!single.said.iter().any(|said| said.contains(&step)));
            cancelled.set(cancelled.get() + single.said.iter().filter(|said| said.contains("to: Cancelled")).count());
            moved.set(moved.get() + single.said.iter().filter(|said| said.contains("Moved")).count());
            Ok(())
        })
        .unwrap();
    assert!(moved.get() > 10, "histories in which nothing happens prove nothing");
    assert!(cancelled.get() > 0, "no payment was cancelled in any of them");
}

on_both!(a_batch_is_its_items_one_at_a_time);

/// A random history over some days, the same each time: a database whose books hold every kind of payment.
pub fn over_days(db: &TestDb, days: i64) -> Ledger {
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let mut story = Story::of(db);
    for day in 0..days {
        for _ in 0..4 {
            let history = a_history().new_tree(&mut runner).unwrap().current();
            for wish in history.into_iter().flatten() {
                let Some(mut command) = story.command(&wish) else { continue };
                let moment = crate::support::on_day(day);
                match &mut command {
                    Command::Pay(pay) => {
                        // Other days, other bills and keys: else the first day's stand in the way.
                        pay.key = ledger::RequestKey::of("day", &format!("{day} {}", story.said.len()), "");
                        pay.bills.iter_mut().for_each(|claim| {
                            claim.key = bill(&format!("{day} {}", story.said.len()));
                            claim.generation = 0;
                        });
                        pay.bills.truncate(1);
                        if let Some(agent) = &mut pay.agent {
                            agent.network_reference = None;
                            agent.cash_reference = None;
                        }
                        (pay.amounts.fee, pay.amounts.vat, pay.moment) = (money(500), money(100), moment);
                    }
                    Command::Advance(step) => step.moment = moment,
                }
                story.one_by_one(vec![command]);
            }
        }
    }
    assert_eq!(db.faults(), Vec::<String>::new());
    story.ledger
}
