use chrono::{DateTime, TimeDelta, Utc};
use ledger::{Channel, GuardSubject, Instrument, Money, PastPayment, PaymentState};
use proptest::prelude::*;
use rstest::rstest;

use super::*;

const NOON: &str = "2026-11-30T12:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn dirhams(amount: i64) -> Money {
    Money::from_minor(amount * 100)
}

fn attempt(total: i64, now: &str) -> Attempt {
    let (channel, instrument) = (Channel::Agt, Instrument::Cash);
    Attempt { quote: 1, biller: 1001, channel, instrument, total: dirhams(total), now: at(now) }
}

/// A payment of another quote so many milliseconds before an attempt.
fn past(id: i64, ms: i64, total: i64) -> PastPayment {
    PastPayment {
        id,
        quote: 100 + id,
        biller: 1001,
        channel: Channel::Agt,
        instrument: Instrument::Cash,
        state: PaymentState::Confirmed,
        total: dirhams(total),
        created_at: (at(NOON) - TimeDelta::milliseconds(ms)).naive_utc(),
    }
}

fn rule(kind: Kind) -> Rule {
    let (action, mode) = (Action::Refuse, Mode::On);
    Rule { code: "r".to_owned(), kind, scope: Scope::default(), action, mode }
}

fn velocity(minutes: u32, count_max: Option<u32>, sum_max: Option<i64>) -> Rule {
    let (subject, sum_max) = (GuardSubject::Phone, sum_max.map(dirhams));
    rule(Kind::Velocity { subject, minutes, count_max, sum_max })
}

const MINUTE: i64 = 60_000;

#[rstest]
#[case::none_before(&[], None)]
#[case::at_most(&[1, 2], None)]
#[case::one_too_many(&[1, 2, 3], Some(4))]
#[case::a_millisecond_inside(&[1, 2, 10 * MINUTE - 1], Some(4))]
#[case::as_old_as_the_window(&[1, 2, 10 * MINUTE], None)]
#[case::a_millisecond_outside(&[1, 2, 10 * MINUTE + 1], None)]
#[case::of_this_moment(&[0, 0, 0], Some(4))]
fn counts_in_a_sliding_window(#[case] ages: &[i64], #[case] found: Option<u32>) {
    let history: Vec<_> = ages.iter().zip(1..).map(|(ms, id)| past(id, *ms, 10)).collect();
    let finding = velocity(10, Some(3), None).finds(&attempt(10, NOON), &history);
    let count = finding.map(|finding| match finding {
        Finding::Count { count, at_most: 3, minutes: 10, .. } => count,
        other => panic!("{other:?}"),
    });
    assert_eq!(count, found);
}

#[rstest]
#[case::up_to_the_limit(PaymentState::Confirmed, 900, None)]
#[case::a_dirham_more(PaymentState::Confirmed, 901, Some(1_001))]
#[case::under_way(PaymentState::Awaiting, 901, Some(1_001))]
#[case::declined(PaymentState::Declined, 901, None)]
#[case::expired(PaymentState::Expired, 901, None)]
#[case::going_back(PaymentState::Returning, 901, None)]
#[case::gone_back(PaymentState::Returned, 901, None)]
#[case::cancelled(PaymentState::Cancelled, 901, None)]
fn sums_of_what_was_taken(#[case] state: PaymentState, #[case] before: i64, #[case] found: Option<i64>) {
    let history = [PastPayment { state, ..past(1, 5, before) }];
    let finding = velocity(10, None, Some(1_000)).finds(&attempt(100, NOON), &history);
    let sum = finding.map(|finding| match finding {
        Finding::Sum { sum, .. } => sum,
        other => panic!("{other:?}"),
    });
    assert_eq!(sum, found.map(dirhams));
}

/// Attempts count whatever became of them: cards that are tried are declined.
#[test]
fn declined_payments_are_counted() {
    let history = [1, 2, 3].map(|id| PastPayment { state: PaymentState::Declined, ..past(id, 5, 10) });
    let finding = velocity(10, Some(3), None).finds(&attempt(10, NOON), &history);
    assert!(matches!(finding, Some(Finding::Count { count: 4, ref payments, .. }) if payments.len() == 3));
}

#[test]
fn the_same_quote_is_not_counted() {
    let history = [1, 2, 3].map(|id| PastPayment { quote: 1, ..past(id, 5, 10) });
    assert_eq!(velocity(10, Some(3), None).finds(&attempt(10, NOON), &history), None);
}

/// Midnight in Morocco is 23:00 UTC the day before.
#[rstest]
#[case::the_day_before("2026-11-29T22:59:59.999Z", None)]
#[case::from_midnight("2026-11-29T23:00:00Z", Some(600))]
fn sums_of_a_civil_day(#[case] before: &str, #[case] found: Option<i64>) {
    let history = [PastPayment { created_at: at(before).naive_utc(), ..past(1, 0, 500) }];
    let rule = rule(Kind::DaySum { subject: GuardSubject::Phone, sum_max: dirhams(599) });
    let finding = rule.finds(&attempt(100, NOON), &history);
    assert_eq!(finding.is_some(), found.is_some());
    if let Some(Finding::Sum { sum, minutes: None, .. }) = finding {
        assert_eq!(Some(sum), found.map(dirhams));
    }
}

#[rstest]
#[case::three_just_under(9_500, &[9_000, 10_000], Some(3))]
#[case::one_below_the_share(9_500, &[8_999, 10_000], None)]
#[case::one_above_the_limit(9_500, &[9_000, 10_001], None)]
#[case::this_one_is_not(8_999, &[9_000, 10_000, 9_500], None)]
#[case::two_only(9_500, &[9_000], None)]
fn structuring(#[case] total: i64, #[case] before: &[i64], #[case] found: Option<u32>) {
    let history: Vec<_> = before.iter().zip(1..).map(|(amount, id)| past(id, 60 * MINUTE, *amount)).collect();
    let (subject, limit) = (GuardSubject::Outlet, dirhams(10_000));
    let rule = rule(Kind::Structuring { subject, limit, percent: 90, count: 3, minutes: 24 * 60 });
    let finding = rule.finds(&attempt(total, NOON), &history);
    let count = finding.map(|finding| match finding {
        Finding::Structuring { count, from, .. } => {
            assert_eq!(from, dirhams(9_000));
            count
        }
        other => panic!("{other:?}"),
    });
    assert_eq!(count, found);
}

#[rstest]
#[case::over_midnight(22, 6, "2026-11-30T21:00:00Z", true)]
#[case::before_it(22, 6, "2026-11-30T20:59:59.999Z", false)]
#[case::its_last_moment(22, 6, "2026-11-30T04:59:59.999Z", true)]
#[case::after_it(22, 6, "2026-11-30T05:00:00Z", false)]
#[case::within_a_day(1, 5, "2026-11-30T03:59:00Z", true)]
#[case::past_it(1, 5, "2026-11-30T04:00:00Z", false)]
fn night_hours(#[case] from: u8, #[case] to: u8, #[case] now: &str, #[case] found: bool) {
    let night = rule(Kind::Night { from, to });
    assert_eq!(night.finds(&attempt(10, now), &[]).is_some(), found);
    let by_day = Attempt { channel: Channel::Web, instrument: Instrument::Card, ..attempt(10, now) };
    assert_eq!(night.finds(&by_day, &[]), None, "at outlets alone");
}

#[rstest]
#[case(100, false)]
#[case(101, true)]
fn a_cap(#[case] total: i64, #[case] found: bool) {
    let cap = rule(Kind::Cap { amount_max: dirhams(100) });
    assert_eq!(cap.finds(&attempt(total, NOON), &[]).is_some(), found);
}

#[rstest]
#[case(Scope::default(), true)]
#[case(Scope { channels: vec![Channel::Agt], ..Scope::default() }, true)]
#[case(Scope { channels: vec![Channel::Web], ..Scope::default() }, false)]
#[case(Scope { instruments: vec![Instrument::Card], ..Scope::default() }, false)]
#[case(Scope { billers: vec![1002, 1001], ..Scope::default() }, true)]
#[case(Scope { billers: vec![1002], ..Scope::default() }, false)]
fn what_a_rule_is_asked_about(#[case] scope: Scope, #[case] concerns: bool) {
    let rule = Rule { scope, ..velocity(10, Some(1), None) };
    assert_eq!(rule.concerns(&attempt(10, NOON)), concerns);
    let history = [past(1, 5, 10)];
    assert_eq!(rule.finds(&attempt(10, NOON), &history).is_some(), concerns, "what is outside is not counted");
}

#[rstest]
#[case::sound(velocity(10, Some(499), Some(1)), &[])]
#[case::no_threshold(velocity(10, None, None), &[RuleFault::NoThreshold])]
#[case::no_time(velocity(0, Some(1), None), &[RuleFault::Minutes])]
#[case::too_long(velocity(43_201, Some(1), None), &[RuleFault::Minutes])]
#[case::past_the_history(velocity(10, Some(500), None), &[RuleFault::Count])]
#[case::nothing_allowed(velocity(10, Some(0), Some(0)), &[RuleFault::Count, RuleFault::Amount])]
#[case::a_cap_of_nothing(rule(Kind::Cap { amount_max: Money::ZERO }), &[RuleFault::Amount])]
#[case::hours(rule(Kind::Night { from: 5, to: 5 }), &[RuleFault::Hours])]
#[case::no_hour(rule(Kind::Night { from: 5, to: 24 }), &[RuleFault::Hours])]
#[case::code(Rule { code: "Too Loud".to_owned(), ..velocity(10, Some(1), None) }, &[RuleFault::Code])]
#[case::biller(
    Rule { scope: Scope { billers: vec![12], ..Scope::default() }, ..velocity(10, Some(1), None) },
    &[RuleFault::Billers]
)]
#[case::structuring(
    rule(Kind::Structuring {
        subject: GuardSubject::Phone, limit: Money::ZERO, percent: 49, count: 1, minutes: 0,
    }),
    &[RuleFault::Amount, RuleFault::Percent, RuleFault::Count, RuleFault::Minutes]
)]
fn what_is_wrong_with_a_rule(#[case] rule: Rule, #[case] faults: &[RuleFault]) {
    assert_eq!(rule.faults(), faults);
}

/// By card what its bank accepted and what stayed is counted, also where only the number of payments is limited.
#[rstest]
#[case(PaymentState::Taken, Some(4))]
#[case(PaymentState::Held, Some(4))]
#[case(PaymentState::Confirmed, Some(4))]
#[case(PaymentState::Returning, None)]
#[case(PaymentState::Returned, None)]
#[case(PaymentState::Cancelled, None)]
fn by_card_what_stayed_is_counted(#[case] state: PaymentState, #[case] found: Option<u32>) {
    let subject = GuardSubject::Card;
    let rule = rule(Kind::Velocity { subject, minutes: 10, count_max: Some(3), sum_max: None });
    let history = [past(1, 5, 10), past(2, 5, 10), PastPayment { state, ..past(3, 5, 10) }];
    let count = rule.finds(&attempt(10, NOON), &history).map(|finding| match finding {
        Finding::Count { count, subject: GuardSubject::Card, .. } => count,
        other => panic!("{other:?}"),
    });
    assert_eq!(count, found);
}

#[test]
fn a_rule_by_card_refuses_and_does_nothing_else() {
    let kind = Kind::DaySum { subject: GuardSubject::Card, sum_max: dirhams(10) };
    assert_eq!(rule(kind.clone()).faults(), []);
    assert_eq!(Rule { action: Action::Review, ..rule(kind) }.faults(), [RuleFault::CardReview]);
}

#[test]
fn what_to_begin_with_only_simulates() {
    for subject in [GuardSubject::Address, GuardSubject::Card] {
        let rule = Rule::to_begin_with(subject).unwrap();
        assert_eq!((rule.mode, rule.kind.subject(), rule.faults()), (Mode::Simulate, Some(subject), vec![]));
    }
}

/// No rule looks back further than to what is kept.
#[test]
fn the_longest_window_is_the_time_that_is_kept() {
    let longest = velocity(30 * 24 * 60, Some(1), None);
    assert_eq!(longest.faults(), []);
    let since = longest.kind.since(at(NOON));
    assert!(since >= at(NOON) - ledger::GUARD_WINDOW_MAX);
    assert!(velocity(30 * 24 * 60 + 1, Some(1), None).faults().contains(&RuleFault::Minutes));
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let subject = prop_oneof![Just(GuardSubject::Phone), Just(GuardSubject::Contract), Just(GuardSubject::Outlet)];
    let kind = (subject, 1..43_200_u32, 2..499_u32, 1..1_000_000_i64, 50..=100_u8, any::<u8>()).prop_map(
        |(subject, minutes, count, amount, percent, which)| {
            let amount = Money::from_minor(amount);
            match which % 5 {
                0 => Kind::Velocity { subject, minutes, count_max: Some(count), sum_max: None },
                1 => Kind::Velocity { subject, minutes, count_max: None, sum_max: Some(amount) },
                2 => Kind::DaySum { subject, sum_max: amount },
                3 => Kind::Structuring { subject, limit: amount, percent, count, minutes },
                _ => Kind::Night { from: percent % 24, to: (percent + 1) % 24 },
            }
        },
    );
    let scope = prop_oneof![
        Just(Scope::default()),
        Just(Scope { channels: vec![Channel::Web], instruments: vec![Instrument::Card], billers: vec![1001] })
    ];
    (kind, scope).prop_map(|(kind, scope)| Rule { scope, ..rule(kind) })
}

proptest! {
    /// What is stored is what was proposed.
    #[test]
    fn a_rule_comes_back_from_its_text(rule in any_rule()) {
        prop_assert_eq!(rule.faults(), vec![]);
        let text = serde_json::to_string(&rule).unwrap();
        prop_assert_eq!(serde_json::from_str::<Rule>(&text).unwrap(), rule);
    }

    /// The count is that of going through the history by hand, in whatever order it comes.
    #[test]
    fn the_sliding_count_is_that_of_brute_force(
        ages in prop::collection::vec(-5..20 * MINUTE, 0..60),
        minutes in 1..20_u32,
        most in 1..40_u32,
        turn in 0..60_usize,
    ) {
        let mut history: Vec<_> = ages.iter().zip(1..).map(|(ms, id)| past(id, *ms, 1)).collect();
        if !history.is_empty() {
            let by = turn % history.len();
            history.rotate_left(by);
        }
        let window = i64::from(minutes) * MINUTE;
        let by_hand = u32::try_from(ages.iter().filter(|age| **age < window).count()).unwrap() + 1;
        let found = velocity(minutes, Some(most), None).finds(&attempt(1, NOON), &history);
        match found {
            Some(Finding::Count { count, .. }) => {
                prop_assert_eq!(count, by_hand);
                prop_assert!(by_hand > most);
            }
            None => prop_assert!(by_hand <= most),
            other => prop_assert!(false, "{other:?}"),
        }
    }

    /// Nothing overflows, and no sum is below what is paid.
    #[test]
    fn sums_of_any_size(totals in prop::collection::vec(0..i64::MAX, 0..5), most in 1..i64::MAX) {
        let history: Vec<_> = totals
            .iter()
            .zip(1..)
            .map(|(total, id)| PastPayment { total: Money::from_minor(*total), ..past(id, 1, 0) })
            .collect();
        let sum_max = Some(Money::from_minor(most));
        let kind = Kind::Velocity { subject: GuardSubject::Phone, minutes: 1, count_max: None, sum_max };
        let by_hand = totals.iter().map(|total| i128::from(*total)).sum::<i128>() + 100;
        let found = rule(kind).finds(&attempt(1, NOON), &history);
        prop_assert_eq!(found.is_some(), by_hand > i128::from(most));
    }
}
