//! Payers are told: an SMS at most once, a mail at least once under one id, neither at the expense of the payment.

use chrono::TimeDelta;
use ledger::PaymentState as P;
use rstest::rstest;
use sandbox::FaultKind;

use super::{APPROVED, JSON};
use crate::support::{Backend, TestApp};

#[rstest]
#[case::sms_down_then_up("sms send", FaultKind::Down, 2, 0, 1, 1)]
#[case::sms_refused("sms send", FaultKind::Refuse, 0, 0, 0, 1)]
#[case::sms_answer_lost("sms send", FaultKind::DropAfter, 1, 1, 1, 1)]
#[case::sms_answer_garbled("sms send", FaultKind::Garble, 1, 1, 1, 1)]
#[case::sms_late("sms send", FaultKind::Delay { ms: 2_000 }, 1, 0, 0, 1)]
#[case::sms_down_for_good("sms send", FaultKind::Down, 0, 0, 0, 1)]
#[case::mail_down_then_up("smtp mail", FaultKind::Down, 2, 1, 1, 1)]
#[case::mail_refused("smtp mail", FaultKind::Refuse, 0, 1, 1, 0)]
#[case::mail_dropped_before("smtp mail", FaultKind::DropBefore, 1, 1, 1, 1)]
// A mail may come twice: both copies carry one Message-ID.
#[case::mail_answer_lost("smtp mail", FaultKind::DropAfter, 1, 1, 1, 2)]
#[case::mail_down_for_good("smtp mail", FaultKind::Down, 0, 1, 1, 0)]
#[tokio::test(flavor = "multi_thread")]
async fn faults_of_messages(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] place: &str,
    #[case] fault: FaultKind,
    #[case] times: u32,
    #[case] sms_at_once: usize,
    #[case] sms: usize,
    #[case] mails: usize,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.fault(place, fault, times);
    let redirect = app.pay(JSON, APPROVED).await;
    app.settle().await;
    assert_eq!(app.state(&redirect), P::Confirmed);
    assert_eq!(app.control.sms().len(), sms_at_once);
    for minutes in [2, 6, 31, 121, 361] {
        app.pass(TimeDelta::minutes(minutes));
        app.settle().await;
    }
    assert_eq!((app.control.sms().len(), app.control.mails().len()), (sms, mails));
    let ids: std::collections::BTreeSet<String> = app
        .control
        .mails()
        .iter()
        .map(|mail| {
            let text = String::from_utf8_lossy(&mail.raw).into_owned();
            text.lines().find(|line| line.to_lowercase().starts_with("message-id:")).unwrap().to_owned()
        })
        .collect();
    assert_eq!(ids.len(), mails.min(1));
    let open = "SELECT COUNT(*) FROM outbox WHERE done_at IS NULL";
    assert_eq!(app.database.number(open), 0, "nothing is tried for ever");
    app.finish().await;
}
