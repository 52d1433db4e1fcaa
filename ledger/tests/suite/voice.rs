//! Calls as rows: a step is taken once, by whoever comes first.

use std::sync::Arc;

use chrono::{NaiveDateTime, TimeDelta};
use ledger::{HandoverReason, Language, Ledger, NewHandover, NewVoiceStep, TakenStep, VoiceCall, voice_request};

use crate::support::{TestDb, now};

fn days(days: i64) -> NaiveDateTime {
    (now() + TimeDelta::days(days)).naive_utc()
}

fn open(ledger: &Ledger, sid: &'static str, phone: Option<&'static str>) -> VoiceCall {
    ledger.write_now(move |op| op.open_voice_call(sid, phone, "start", days(0))).unwrap()
}

fn step(call: i64, step: i32, answer: &str) -> NewVoiceStep {
    NewVoiceStep {
        call,
        step,
        request: voice_request(&["1"]),
        answer: answer.to_owned(),
        state: format!("after {step}"),
        biller: None,
        ends: false,
        handover: None,
        at: days(0),
    }
}

fn take(ledger: &Ledger, step: NewVoiceStep) -> TakenStep {
    ledger.write_now(move |op| op.take_voice_step(&step)).unwrap()
}

fn a_step_is_answered_once(db: &TestDb) {
    let ledger = db.open();
    let call = open(&ledger, "CA1", Some("+212612345678"));
    assert_eq!((call.step, call.state.as_str(), call.ended), (0, "start", false));
    assert_eq!(open(&ledger, "CA1", None), call, "the same call again");
    assert_eq!(take(&ledger, step(call.id, 0, "first")), TakenStep::Taken);
    assert_eq!(take(&ledger, step(call.id, 0, "second")), TakenStep::Answered("first".to_owned()));
    assert_eq!(take(&ledger, step(call.id, 2, "ahead")), TakenStep::OutOfTurn);
    let read = ledger.read(|reader| reader.voice_answer(call.id, 0, &voice_request(&["1"]))).unwrap();
    assert_eq!(read, Some(("first".to_owned(), true)));
    let other = ledger.read(|reader| reader.voice_answer(call.id, 0, &voice_request(&["2"]))).unwrap();
    assert_eq!(other, Some(("first".to_owned(), false)));
    let now = ledger.read(|reader| reader.voice_call("CA1")).unwrap().unwrap();
    assert_eq!((now.step, now.state.as_str()), (1, "after 0"));
    // Over: nothing is taken any more, and what was answered stays.
    ledger.write_now(|op| op.end_voice_call("CA1", days(0))).unwrap();
    ledger.write_now(|op| op.end_voice_call("CA1", days(1))).unwrap();
    assert_eq!(take(&ledger, step(call.id, 1, "late")), TakenStep::OutOfTurn);
    assert_eq!(take(&ledger, step(call.id, 0, "late")), TakenStep::Answered("first".to_owned()));
    assert_eq!(ledger.read(|reader| reader.voice_call("CA2")).unwrap(), None);
    db.assert_clean();
}

fn two_that_take_a_step_give_one_answer(db: &TestDb) {
    let (one, other) = (Arc::new(db.open()), Arc::new(db.open()));
    let call = open(&one, "CA1", None).id;
    for at in 0..10 {
        let (a, b) = (Arc::clone(&one), Arc::clone(&other));
        let first = std::thread::spawn(move || take(&a, step(call, at, "a")));
        let second = std::thread::spawn(move || take(&b, step(call, at, "b")));
        let outcomes = [("a", first.join().unwrap()), ("b", second.join().unwrap())];
        let taken: Vec<&str> =
            outcomes.iter().filter(|(_, outcome)| *outcome == TakenStep::Taken).map(|(who, _)| *who).collect();
        assert_eq!(taken.len(), 1, "{outcomes:?}");
        assert!(
            outcomes.contains(&(if taken[0] == "a" { "b" } else { "a" }, TakenStep::Answered(taken[0].to_owned())))
        );
    }
    db.assert_clean();
}

fn a_hand_over_goes_with_its_step(db: &TestDb) {
    let ledger = db.open();
    let call = open(&ledger, "CA1", Some("+212612345678"));
    let context = NewHandover {
        language: Language::Ar,
        biller: Some(1001),
        receivable_type: Some("02".to_owned()),
        contract_masked: "••••1111".to_owned(),
        inquiry: None,
        reason: HandoverReason::WrongEntries,
    };
    let over = |at| NewVoiceStep { handover: Some(context.clone()), biller: Some(1001), ..step(call.id, at, "dial") };
    assert_eq!(take(&ledger, over(0)), TakenStep::Taken);
    // Said twice, and once more by a later step: one caller waits.
    assert!(matches!(take(&ledger, over(0)), TakenStep::Answered(_)));
    assert_eq!(take(&ledger, over(1)), TakenStep::Taken);
    let waiting = ledger.read(|reader| reader.open_handovers()).unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].phone.as_deref(), &waiting[0].context), (Some("+212612345678"), &context));
    let last = |phone: &'static str| ledger.read(|reader| reader.last_voice_biller(phone)).unwrap();
    assert_eq!((last("+212612345678"), last("+212687654321")), (Some(1001), None));
    db.assert_clean();
}

fn what_is_old_goes(db: &TestDb) {
    let ledger = db.open();
    let call = open(&ledger, "CA1", Some("+212612345678"));
    let context = NewHandover {
        language: Language::Ar,
        biller: None,
        receivable_type: None,
        contract_masked: String::new(),
        inquiry: None,
        reason: HandoverReason::WrongEntries,
    };
    take(&ledger, NewVoiceStep { biller: Some(1001), handover: Some(context), ..step(call.id, 0, "first") });
    let waiting = || ledger.read(|reader| reader.open_handovers()).unwrap().len();
    let prune = |after| ledger.write_now(move |op| op.prune_voice(days(after))).unwrap();
    assert_eq!((prune(1), db.count("voice_steps"), waiting()), (0, 1, 1));
    prune(2);
    assert_eq!((waiting(), db.count("voice_handovers")), (0, 1), "nobody took the caller within a day");
    assert_eq!((db.count("voice_steps"), db.count("voice_calls")), (0, 1));
    prune(91);
    assert_eq!((db.count("voice_calls"), db.count("voice_handovers")), (0, 0));
    assert_eq!(ledger.read(|reader| reader.last_voice_biller("+212612345678")).unwrap(), None);
}

fn who_is_taken_and_forgotten_leaves_the_list(db: &TestDb) {
    let ledger = db.open();
    let call = open(&ledger, "CA1", Some("+212612345678"));
    let context = NewHandover {
        language: Language::Ar,
        biller: None,
        receivable_type: None,
        contract_masked: "••••1111".to_owned(),
        inquiry: None,
        reason: HandoverReason::Asked,
    };
    take(&ledger, NewVoiceStep { handover: Some(context.clone()), ..step(call.id, 0, "first") });
    let id = ledger.read(|reader| reader.open_handovers()).unwrap()[0].id;
    assert!(ledger.write_now(move |op| op.take_handover(id, 7, days(0))).unwrap());
    for (after, waiting) in [(1, 1), (2, 0)] {
        ledger.write_now(move |op| op.prune_voice(days(after))).unwrap();
        assert_eq!(ledger.read(|reader| reader.open_handovers()).unwrap().len(), waiting, "after {after} days");
    }
    let stored = ledger.read(|reader| reader.handover(id)).unwrap().unwrap();
    assert_eq!((&stored.context, stored.taken.map(|(staff, _)| staff)), (&context, Some(7)));
    db.assert_clean();
}

on_both!(
    a_step_is_answered_once,
    two_that_take_a_step_give_one_answer,
    a_hand_over_goes_with_its_step,
    what_is_old_goes,
    who_is_taken_and_forgotten_leaves_the_list
);
