//! Every job, on one page.

use payments::dispatch::Sweep;

use super::job::Job;
use super::schedule::Schedule::{Daily, Every, Monthly};
use super::{
    break_owners, check_books, delivery, disputes, expire, float_alerts, index_payments, mail_reports, make_reports,
    prune, pull_bill_files, reconciling, reload_billers, retention, settlement, stamp_duty_register, sweeps,
    write_exchanges,
};

/// Brought forward when billers change.
pub(super) const PULL_BILL_FILES: &str = "pull_bill_files";

/// Brought forward when files were fetched.
pub(super) const IMPORT_REPORTS: &str = "import_reports";

const MINUTES: i64 = 60;
const HOURS: i64 = 3_600;

/// The table. All local times are those of Africa/Casablanca.
pub(crate) static JOBS: &[Job] = &[
    Job::of_hub("reload_billers", "takes over billers and networks that another process imported", Every(5), |run| {
        Box::pin(reload_billers::run(run))
    })
    .on_every_node(),
    Job::of_hub(PULL_BILL_FILES, "pulls the bill files of billers that drop them", Every(5 * MINUTES), |run| {
        Box::pin(pull_bill_files::run(run))
    })
    .late_after_minutes(20)
    .longest_minutes(30),
    Job::of_database(
        "open_windows",
        "opens a settlement window for billers that have none",
        Every(5 * MINUTES),
        |run| Box::pin(settlement::open(run)),
    ),
    Job::of_database("close_windows", "closes settlement windows that are over", Every(5), |run| {
        Box::pin(settlement::close(run))
    })
    .of_a_moment()
    .only_if(settlement::windows_over),
    Job::of_database("settle_windows", "books commission and transfers for closed windows", Every(10), |run| {
        Box::pin(settlement::settle(run))
    })
    .only_if(settlement::windows_to_settle)
    .longest_minutes(60),
    Job::of_database("make_settlement_files", "makes billers' files of settled windows", Every(10), |run| {
        Box::pin(settlement::make_files(run))
    })
    .only_if(settlement::files_to_make)
    .longest_minutes(120),
    Job::of_hub("deliver_files", "brings settlement files to billers by mail and SFTP", Every(10), |run| {
        Box::pin(delivery::files(run))
    })
    .of_a_moment()
    .only_if(delivery::files_due)
    .longest_minutes(60),
    Job::of_database("order_transfers", "asks the bank to pay what billers are due", Every(30), |run| {
        Box::pin(settlement::order(run))
    })
    .only_if(settlement::transfers_to_order)
    .longest_minutes(30),
    Job::of_hub("deliver_orders", "brings messages of transfers to the bank's server", Every(10), |run| {
        Box::pin(delivery::orders(run))
    })
    .of_a_moment()
    .only_if(delivery::orders_due)
    .longest_minutes(60),
    Job::of_hub(
        "fetch_reports",
        "fetches statements and reports from the servers of those who make them",
        Every(5 * MINUTES),
        |run| Box::pin(reconciling::fetch(run)),
    )
    .late_after_minutes(20)
    .longest_minutes(60),
    Job::of_database(IMPORT_REPORTS, "takes in statements and reports that were dropped", Every(5 * MINUTES), |run| {
        Box::pin(reconciling::take_in(run))
    })
    .longest_minutes(120)
    .failures_max(1),
    Job::of_database("reconcile", "matches what the bank shows, and opens breaks", Daily(7, 0), |run| {
        Box::pin(reconciling::reconcile(run))
    })
    .of_a_moment()
    .late_after_minutes(120)
    .longest_minutes(120),
    Job::of_database(
        "assign_breaks",
        "gives breaks that nobody follows up to whom the configuration names",
        Every(HOURS),
        |run| Box::pin(break_owners::run(run)),
    )
    .only_if(break_owners::unowned)
    .late_after_minutes(2 * 24 * 60)
    .failures_max(1),
    Job::of_database(
        "watch_disputes",
        "notes complaints that were not answered by their day, and calls a person",
        Every(HOURS),
        |run| Box::pin(disputes::run(run)),
    )
    .only_if(disputes::late_since)
    .late_after_minutes(60),
    Job::of_database("index_payments", "puts what payments are found by in order", Every(1), |run| {
        Box::pin(index_payments::run(run))
    })
    .only_if(index_payments::since),
    Job::of_hub("confirm_billers", "tells billers of payments that nobody has told them of", Every(MINUTES), |run| {
        Box::pin(sweeps::run(Sweep::Confirmations, run))
    })
    .of_a_moment()
    .only_if(sweeps::confirmations_left)
    .longest_minutes(30),
    Job::of_hub("resolve_unknown", "asks again where an outcome is unknown", Every(MINUTES), |run| {
        Box::pin(sweeps::run(Sweep::Unknown, run))
    })
    .of_a_moment()
    .only_if(sweeps::unknown_left)
    .longest_minutes(30),
    Job::of_hub(
        "poll_attempts",
        "asks the gateway what became of attempts without a callback",
        Every(MINUTES),
        |run| Box::pin(sweeps::run(Sweep::Attempts, run)),
    )
    .of_a_moment()
    .only_if(sweeps::attempts_left)
    .longest_minutes(30),
    Job::of_hub("send_messages", "sends SMS and mails that nobody has sent", Every(MINUTES), |run| {
        Box::pin(sweeps::run(Sweep::Messages, run))
    })
    .of_a_moment()
    .only_if(sweeps::messages_left)
    .longest_minutes(30),
    Job::of_hub(
        "prune",
        "deletes what has outlived its use: look-ups, request keys, sessions, calls, old runs",
        Every(HOURS),
        |run| Box::pin(prune::run(run)),
    )
    .late_after_minutes(120)
    .longest_minutes(30),
    Job::of_database("check_books", "proves the books; a fault calls a person", Daily(4, 0), |run| {
        Box::pin(check_books::run(run))
    })
    .late_after_minutes(120)
    .longest_minutes(240)
    .failures_max(1),
    Job::of_database("expire", "clears away quotes that ended unpaid a month ago", Daily(4, 30), |run| {
        Box::pin(expire::run(run))
    })
    .of_a_moment()
    .late_after_minutes(360)
    .longest_minutes(60),
    Job::of_database(
        "retention",
        "forgets payers' phones and mail addresses past their keeping time",
        Daily(5, 0),
        |run| Box::pin(retention::run(run)),
    )
    .of_a_moment()
    .late_after_minutes(720)
    .longest_minutes(120),
    Job::of_hub("float_alerts", "reminds networks of outlets whose floats are low", Daily(8, 0), |run| {
        Box::pin(float_alerts::run(run))
    })
    .late_after_minutes(60),
    Job::of_hub("mail_reports", "mails reports at the times that people set", Every(MINUTES), |run| {
        Box::pin(mail_reports::run(run))
    })
    .only_if(mail_reports::since)
    .longest_minutes(60),
    Job::of_hub("make_reports", "writes large reports that somebody asked for", Every(1), |run| {
        Box::pin(make_reports::run(run))
    })
    .only_if(make_reports::since)
    .late_after_minutes(120)
    .longest_minutes(240),
    Job::of_hub("write_exchanges", "writes what was said to others and heard from them", Every(1), |run| {
        Box::pin(write_exchanges::run(run))
    })
    .on_every_node(),
    Job::of_database(
        "stamp_duty_register",
        "states the stamp duty of the month that is over",
        Monthly(1, 6, 0),
        |run| Box::pin(stamp_duty_register::run(run)),
    )
    .of_a_moment()
    .per_period()
    .late_after_minutes(720)
    .longest_minutes(60),
];

/// The job of a name.
pub(crate) fn find(name: &str) -> Option<&'static Job> {
    JOBS.iter().find(|job| job.name == name)
}
