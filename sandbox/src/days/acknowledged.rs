//! What billers acknowledge of a day: the confirmations that they decided on, from their own books.

use chrono::NaiveDate;

use super::cash::INVENTED_MINOR;
use super::local_day;
use super::plans::{self, BreakKind, PlannedBreak};
use super::report::{Report, field};
use crate::amount::show_amount;
use crate::book::{Book, BookingOutcome};

/// The number that an invented payment has: no hub gives it in a lifetime.
const INVENTED: &str = "899999999998";

/// A payment as the biller tells it.
struct Line {
    receipt: String,
    payment: String,
    minor: i64,
    status: &'static str,
}

/// What a biller tells of a day. A booking that was cancelled since is in its books no more, and not told.
pub(super) fn report(book: &Book, plans: &mut Vec<PlannedBreak>, biller: u16, day: NaiveDate) -> Report {
    let mut told = Vec::new();
    for booking in book.bookings(biller) {
        let is_number = booking.reference.len() == 12 && booking.reference.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || booking.cancelled || booking.decided_at.is_none_or(|at| local_day(at) != day) {
            continue;
        }
        let (receipt, status) = match booking.outcome {
            BookingOutcome::Confirmed { receipt_number, .. } => (field(&receipt_number), "booked"),
            BookingOutcome::Refused { .. } => (String::new(), "rejected"),
            BookingOutcome::Pending => continue,
        };
        told.push(Line { receipt, payment: booking.reference, minor: booking.minor, status });
    }
    plans::apply(plans, &format!("biller:{biller}"), |plan| plant(&mut told, plan));
    let lines = told.into_iter().map(|Line { receipt, payment, minor, status }| {
        (vec![receipt, payment, show_amount(minor), day.to_string(), status.to_owned()], minor)
    });
    Report { name: "FATOURA-ACKNOWLEDGEMENTS", source: biller.to_string(), lines: lines.collect() }
}

fn plant(told: &mut Vec<Line>, plan: &PlannedBreak) -> bool {
    let fits = |line: &Line| {
        line.status == "booked"
            && plan.about.as_ref().is_none_or(|about| *about == line.payment || *about == line.receipt)
    };
    let Some(at) = told.iter().position(fits) else { return false };
    let Some(found) = told.get_mut(at) else { return false };
    match plan.kind {
        BreakKind::AmountDiffers => found.minor += 100,
        BreakKind::StatusDiffers => (found.status, found.receipt) = ("rejected", String::new()),
        BreakKind::Duplicate => found.status = "duplicate",
        BreakKind::MissingHere => {
            let (receipt, payment) = (format!("INVENTED-{}", plan.id), INVENTED.to_owned());
            told.push(Line { receipt, payment, minor: INVENTED_MINOR, status: "booked" });
        }
        _ => drop(told.remove(at)),
    }
    true
}
