//! Refunds given back through the card gateway. Only one of a payment is under way, so the total that the gateway says it has
//! credited tells whether it was made: it is asked for again only where the gateway says that it was not.

use chrono::TimeDelta;
use ledger::{IncidentKind, Moment, Money, Payment, Refund, RefundAsk, RefundEnd, RefundState, Task, TaskResult};

use super::{Dispatcher, End, SEND_WITHIN, done, schedule};
use crate::api::Infrastructure;
use crate::gateways::cmi::api::{OperationOutcome, OrderReport, OrderStatus};
use crate::hub::card_oid;

/// How long after it was asked a gateway that has not credited anything may still do so: longer than any request lives on
/// its way and in its queues. Before, it is not asked again.
const MAY_STILL_COME: TimeDelta = TimeDelta::minutes(5);

/// What the gateway's word on the order says of a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    /// It was made.
    Made,
    /// It was not made.
    NotMade,
    /// What cannot be: a person must look.
    Strange(String),
    /// Nothing yet.
    Nothing(String),
}

/// What the hub knows of a refund by itself.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// What it gives back.
    total: Money,
    /// What the gateway had credited before it was asked, or must have by the books.
    before: Money,
    /// What was taken.
    whole: Money,
    /// Whether the gateway was ever asked for it.
    is_asked: bool,
}

/// The total that the gateway has given back of an order; `None` where it does not say. What it took is no such total.
fn credited(report: &OrderReport) -> Option<Money> {
    match report.status {
        OrderStatus::Captured => report.refunded,
        OrderStatus::Refunded => report.refunded.filter(|back| back.is_positive()),
        _ => None,
    }
}

/// Reads the gateway's word. A total that it does not say is that of the books before the first asking only: after it, a
/// gateway that is silent may have credited.
fn told(report: &OrderReport, known: Known) -> Told {
    let Known { total, before, whole, is_asked } = known;
    if report.status == OrderStatus::Voided {
        // A void undoes all of a capture, so it can only be the refund of all of it.
        return match total == whole && before == Money::ZERO {
            true => Told::Made,
            false => Told::Strange("the gateway says that the capture was undone".to_owned()),
        };
    }
    // Without a total, an order that was given back may be so in part: only where all of it was asked for is it this refund.
    let is_all = is_asked && before == Money::ZERO && total == whole && report.captured == Some(whole);
    let found = match (credited(report), report.status) {
        (Some(found), _) => found,
        (None, OrderStatus::Captured) if !is_asked => before,
        (None, OrderStatus::Refunded) if is_all => whole,
        (None, OrderStatus::Captured | OrderStatus::Refunded) => {
            return Told::Nothing("the gateway does not say what it has credited".to_owned());
        }
        (None, status) => return Told::Nothing(format!("the gateway does not know the money: {status:?}")),
    };
    if found == before {
        return Told::NotMade;
    }
    if before.checked_add(total) == Some(found) {
        return Told::Made;
    }
    Told::Strange(format!("the gateway has credited {found}; before this refund of {total} it was {before}"))
}

impl Dispatcher {
    /// Gives a refund back, or finds out what became of it.
    pub(super) async fn give_refund(&self, task: &Task) -> Result<End, Infrastructure> {
        let id = task.payment;
        let found = self.hub.read(move |reader| {
            let Some(refund) = reader.refund(id)? else { return Ok(None) };
            let (payment, all) = (reader.payment_of(refund.payment)?, reader.refunds_of(refund.payment)?);
            Ok(payment.map(|payment| (refund, payment, all)))
        });
        let Some((refund, payment, all)) = found.await? else {
            return Err(Infrastructure::Failed(format!("task {} is about no refund", task.id)));
        };
        if refund.state != RefundState::Pending {
            return done(format!("nothing to give back: {}", refund.state));
        }
        let past = || Infrastructure::Failed(format!("refunds of payment {} are past the range", payment.id));
        let (total, whole) = (refund.amounts.total().ok_or_else(past)?, crate::hub::total(&payment.amounts)?);
        let made = all.iter().filter(|other| other.state == RefundState::Done);
        let made = Money::sum(made.filter_map(|other| other.amounts.total())).ok_or_else(past)?;
        let before = refund.credited_before.unwrap_or(made);
        let oid = card_oid(payment.id);
        let report = match self.hub.cmi.status(&oid).await {
            Ok(report) => report,
            Err(failure) => return self.refund_later(task, failure.to_string()),
        };
        let now = self.hub.now();
        let known = Known { total, before, whole, is_asked: refund.asked_at.is_some() };
        match told(&report, known) {
            Told::Made if refund.asked_at.is_some() => {
                self.end_refund(task, &payment, RefundEnd::Paid, "found out by its total").await
            }
            Told::Made => self.strange(format!("the gateway has credited {total} before it was asked to")),
            Told::Strange(why) => self.strange(why),
            Told::Nothing(why) => self.refund_later(task, why),
            Told::NotMade if refund.asked_at.is_some_and(|at| now - at.and_utc() < MAY_STILL_COME) => {
                self.refund_later(task, "not made yet; it may still come".to_owned())
            }
            Told::NotMade => self.ask_for_refund(task, &refund, &payment, known).await,
        }
    }

    /// Asks the gateway, after it is written down that it is asked.
    async fn ask_for_refund(
        &self,
        task: &Task,
        refund: &Refund,
        payment: &Payment,
        known: Known,
    ) -> Result<End, Infrastructure> {
        let Known { total, before, whole, .. } = known;
        let known = Known { is_asked: true, ..known };
        let (id, asks, now) = (refund.id, refund.asks, self.hub.now());
        match self.hub.write(move |op| op.ask_refund(id, asks, before, now)).await? {
            RefundAsk::Asked(_) => {}
            RefundAsk::Overtaken => {
                return self
                    .refund_later(task, "it was asked for meanwhile; what comes of it is to be heard".to_owned());
            }
            RefundAsk::Over(state) => return done(format!("nothing to give back: {state}")),
            RefundAsk::NoSuchRefund => return done("about no refund"),
        }
        let is_late = || self.hub.now() - now > SEND_WITHIN;
        if is_late() {
            return self.refund_later(task, "too late to be sent".to_owned());
        }
        let oid = card_oid(payment.id);
        // A capture of the same day can be undone, which the payer never sees.
        if total == whole && before == Money::ZERO {
            match self.hub.cmi.void(&oid).await {
                OperationOutcome::Approved { transaction_id, .. } => {
                    return self.end_refund(task, payment, RefundEnd::Paid, &format!("void {transaction_id}")).await;
                }
                OperationOutcome::Unknown(why) => return self.refund_later(task, why),
                OperationOutcome::Refused { code, .. } => {
                    tracing::info!(refund = id, code, "no void any more, so a credit");
                }
            }
        }
        if is_late() {
            return self.refund_later(task, "too late to be sent".to_owned());
        }
        match self.hub.cmi.credit(&oid, total).await {
            OperationOutcome::Approved { transaction_id, .. } => {
                self.end_refund(task, payment, RefundEnd::Paid, &format!("credit {transaction_id}")).await
            }
            OperationOutcome::Unknown(why) => self.refund_later(task, why),
            OperationOutcome::Refused { code, message } => {
                let words = format!("refused: {code} {message}");
                // An earlier try that was late may be what stands in its way.
                let report = match self.hub.cmi.status(&oid).await {
                    Ok(report) => report,
                    Err(failure) => return self.refund_later(task, format!("{words}; {failure}")),
                };
                match told(&report, known) {
                    Told::Made => self.end_refund(task, payment, RefundEnd::Paid, "found out by its total").await,
                    Told::NotMade => self.end_refund(task, payment, RefundEnd::Failed, &words).await,
                    Told::Strange(why) => self.strange(why),
                    Told::Nothing(why) => self.refund_later(task, format!("{words}; {why}")),
                }
            }
        }
    }

    fn refund_later(&self, task: &Task, why: String) -> Result<End, Infrastructure> {
        Ok(End::With(schedule::resolve_later(task, self.hub.now(), IncidentKind::UnresolvedRefund, why)))
    }

    /// No repeat makes it clear: a person must look before anything else is asked.
    fn strange(&self, why: String) -> Result<End, Infrastructure> {
        Ok(End::With(TaskResult::Incident(IncidentKind::UnresolvedRefund, why)))
    }

    async fn end_refund(
        &self,
        task: &Task,
        payment: &Payment,
        end: RefundEnd,
        words: &str,
    ) -> Result<End, Infrastructure> {
        let moment = Moment::of(self.hub.now());
        let cut_off = self.hub.next_cut_off(payment.biller, moment.at);
        let (refund, task, words) = (task.payment, task.id, words.to_owned());
        self.hub.write(move |op| op.end_refund(refund, end, &words, Some(task), moment, cut_off)).await?;
        Ok(End::Settled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn report(status: OrderStatus, captured: i64, refunded: Option<i64>) -> OrderReport {
        OrderReport {
            status,
            amount: Some(Money::from_minor(17_496)),
            captured: Some(Money::from_minor(captured)),
            refunded: refunded.map(Money::from_minor),
            auth_code: String::new(),
            transaction_id: String::new(),
            card_mask: String::new(),
        }
    }

    fn silent(status: OrderStatus) -> OrderReport {
        OrderReport { captured: None, ..report(status, 0, None) }
    }

    /// Total and before in centimes, of 174.96 taken; what is said before it was ever asked for, and after.
    #[rstest]
    #[case::not_made(report(OrderStatus::Captured, 17_496, Some(0)), 5_000, 0, "NotMade", "NotMade")]
    #[case::no_word_of_credits(report(OrderStatus::Captured, 17_496, None), 5_000, 0, "NotMade", "Nothing")]
    #[case::no_word_after_another(report(OrderStatus::Captured, 17_496, None), 1_000, 5_000, "NotMade", "Nothing")]
    #[case::no_word_of_all(report(OrderStatus::Captured, 17_496, None), 17_496, 0, "NotMade", "Nothing")]
    #[case::made(report(OrderStatus::Captured, 17_496, Some(5_000)), 5_000, 0, "Made", "Made")]
    #[case::another_before(report(OrderStatus::Captured, 17_496, Some(5_000)), 1_000, 5_000, "NotMade", "NotMade")]
    #[case::on_top_of_another(report(OrderStatus::Captured, 17_496, Some(6_000)), 1_000, 5_000, "Made", "Made")]
    #[case::the_last_part(report(OrderStatus::Refunded, 17_496, Some(17_496)), 1_000, 16_496, "Made", "Made")]
    #[case::all_without_a_sum(report(OrderStatus::Refunded, 17_496, None), 17_496, 0, "Nothing", "Made")]
    #[case::all_with_a_sum_of_nothing(report(OrderStatus::Refunded, 17_496, Some(0)), 17_496, 0, "Nothing", "Made")]
    #[case::all_of_another_sum(report(OrderStatus::Refunded, 5_000, None), 17_496, 0, "Nothing", "Nothing")]
    #[case::a_part_without_a_sum(report(OrderStatus::Refunded, 17_496, None), 5_000, 0, "Nothing", "Nothing")]
    #[case::the_rest_without_a_sum(report(OrderStatus::Refunded, 17_496, None), 12_496, 5_000, "Nothing", "Nothing")]
    #[case::a_part_as_taken(report(OrderStatus::Refunded, 5_000, None), 5_000, 0, "Nothing", "Nothing")]
    #[case::before_as_taken(report(OrderStatus::Refunded, 5_000, None), 1_000, 5_000, "Nothing", "Nothing")]
    #[case::given_back_nothing(report(OrderStatus::Refunded, 0, Some(0)), 5_000, 0, "Nothing", "Nothing")]
    #[case::given_back_no_sums(silent(OrderStatus::Refunded), 17_496, 0, "Nothing", "Nothing")]
    #[case::twice(report(OrderStatus::Captured, 17_496, Some(10_000)), 5_000, 0, "Strange", "Strange")]
    #[case::less(report(OrderStatus::Captured, 17_496, Some(4_000)), 1_000, 5_000, "Strange", "Strange")]
    #[case::one_that_failed_came(report(OrderStatus::Captured, 17_496, Some(3_000)), 5_000, 0, "Strange", "Strange")]
    #[case::undone(report(OrderStatus::Voided, 0, Some(0)), 17_496, 0, "Made", "Made")]
    #[case::undone_for_a_part(report(OrderStatus::Voided, 0, Some(0)), 5_000, 0, "Strange", "Strange")]
    #[case::undone_after_a_part(report(OrderStatus::Voided, 0, Some(0)), 12_496, 5_000, "Strange", "Strange")]
    #[case::unknown_there(report(OrderStatus::NotFound, 0, None), 5_000, 0, "Nothing", "Nothing")]
    #[case::undecided(report(OrderStatus::Pending, 0, None), 5_000, 0, "Nothing", "Nothing")]
    #[case::only_held(report(OrderStatus::Authorised, 0, None), 5_000, 0, "Nothing", "Nothing")]
    fn words(
        #[case] report: OrderReport,
        #[case] total: i64,
        #[case] before: i64,
        #[case] expected: &str,
        #[case] expected_after: &str,
    ) {
        let money = Money::from_minor;
        for (is_asked, expected) in [(false, expected), (true, expected_after)] {
            let known = Known { total: money(total), before: money(before), whole: money(17_496), is_asked };
            let found = format!("{:?}", told(&report, known));
            assert!(found.starts_with(expected), "{is_asked}: {found}");
        }
    }
}
