//! What windows come to, by hand.

use chrono::TimeDelta;
use ledger::{Channel, Instrument};
use rstest::rstest;
use settlement::files::{TextForm, verify};
use settlement::terms::{CommissionRule, Contract, FileFormat, OnRefunds, PayoutAccount, Terms};

use crate::books::{Books, OTHER_RIB, RIB, money, one_percent, utc};
use crate::database::Backend;

/// 168.00 + 120.16 + 250.00 = 538.16; commission 1 % = 5.38; VAT 20 % = 1.08; an older refund -50.00: net 481.70.
#[rstest]
fn the_worked_figures(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(books) = Books::on(backend, &[(1001, one_percent())]) else { return };
    // Paid on the day before, taken back within this window.
    books.cash_and_back(1001, 5_000, utc("2026-11-23T10:00:00Z"), utc("2026-11-24T09:00:00Z"));
    for principal in [16_800, 12_016, 25_000] {
        books.card(1001, principal, utc("2026-11-24T10:00:00Z"));
    }
    let done = books.settle(utc("2026-11-24T17:00:00Z"));
    assert_eq!((done.settled, done.transfers, done.left.len()), (2, 2, 0));
    let [before, found] = &books.settlements(1001)[..] else { panic!("two windows") };
    assert_eq!((before.payments, before.net), ((1, money(5_000)), money(4_940)));
    assert_eq!((found.payments, found.refunds), ((3, money(53_816)), (1, money(5_000))));
    assert_eq!((found.commission, found.commission_vat), (money(538), money(108)));
    assert_eq!((found.net, found.payout), (money(48_170), money(48_170)));
    assert_eq!(
        (found.sequence, found.since.and_utc(), found.cut_off.and_utc()),
        (2, utc("2026-11-23T17:00:00Z"), utc("2026-11-24T17:00:00Z"))
    );

    let made = books.make_files(utc("2026-11-24T17:00:20Z"));
    assert_eq!((made.files, made.lines, made.left.len()), (2, 5, 0));
    let name = "FATOURA_1001_000002_2026-11-24.csv";
    assert_eq!(books.names("1001"), ["FATOURA_1001_000001_2026-11-23.csv", name]);
    let file = books.read("1001", name);
    let mut lines = 0;
    let verified = verify(file.as_bytes(), |_| lines += 1).unwrap();
    assert_eq!((verified.form, verified.statement.totals.net, lines), (TextForm::Csv, money(48_170), 4));
    assert_eq!(
        verified.previous,
        Some(verify(books.read("1001", &books.names("1001")[0]).as_bytes(), |_| {}).unwrap().sha256)
    );
    assert_eq!(books.make_files(utc("2026-11-24T17:00:40Z")).files, 0, "they are there");
}

/// The same figures where the older payment stands and 50.00 of it are refunded, in each form of file.
#[rstest]
fn a_refund_is_a_line_below_zero_of_each_file(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let formats = vec![FileFormat::Csv, FileFormat::Fixed, FileFormat::Camt054];
    let Some(books) = Books::on(backend, &[(1001, Terms { formats, ..one_percent() })]) else { return };
    let older = books.card(1001, 20_000, utc("2026-11-23T10:00:00Z"));
    for principal in [16_800, 12_016, 25_000] {
        books.card(1001, principal, utc("2026-11-24T10:00:00Z"));
    }
    books.refund(1001, older, 5_000, utc("2026-11-24T11:00:00Z"));
    let done = books.settle(utc("2026-11-24T17:00:00Z"));
    assert_eq!((done.settled, done.left.len()), (2, 0));
    let [before, found] = &books.settlements(1001)[..] else { panic!("two windows") };
    assert_eq!((before.payments, before.refunds), ((1, money(20_000)), (0, money(0))));
    assert_eq!((found.payments, found.refunds), ((3, money(53_816)), (1, money(5_000))));
    assert_eq!((found.commission, found.commission_vat, found.net), (money(538), money(108), money(48_170)));

    let made = books.make_files(utc("2026-11-24T17:00:20Z"));
    assert_eq!(made.left.len(), 0);
    let of_day: Vec<String> =
        books.names("1001").into_iter().filter(|name| name.contains("_000002_2026-11-24")).collect();
    assert_eq!(of_day.len(), 3, "{of_day:?}");
    for name in of_day {
        let file = books.read("1001", &name);
        if name.ends_with(".xml") {
            for part in ["<Amt Ccy=\"MAD\">50.00</Amt>", "DBIT"] {
                assert!(file.contains(part), "{part}: {file}");
            }
            continue;
        }
        let mut amounts = Vec::new();
        let verified = verify(file.as_bytes(), |line| amounts.push(line.amount)).unwrap();
        assert_eq!(verified.statement.totals.net, money(48_170));
        amounts.sort_unstable();
        assert_eq!(amounts, [-5_000, 12_016, 16_800, 25_000].map(money), "{name}");
    }
    assert_eq!(books.make_files(utc("2026-11-24T17:00:40Z")).files, 0, "they are there");
    books.assert_clean();
}

#[rstest]
fn a_window_below_zero_is_carried_on(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let terms = Terms { formats: vec![FileFormat::Camt054], ..one_percent() };
    let Some(books) = Books::on(backend, &[(1001, terms)]) else { return };
    books.cash_and_back(1001, 50_000, utc("2026-11-23T10:00:00Z"), utc("2026-11-24T09:00:00Z"));
    books.card(1001, 10_000, utc("2026-11-24T10:00:00Z"));
    books.settle(utc("2026-11-24T17:00:00Z"));
    books.card(1001, 60_000, utc("2026-11-25T10:00:00Z"));
    books.settle(utc("2026-11-25T17:00:00Z"));
    let figures: Vec<(i64, i64, i64)> = books
        .settlements(1001)
        .iter()
        .map(|found| (found.carried_in.minor(), found.net.minor(), found.payout.minor()))
        .collect();
    // 100.00 - 500.00 - 1.00 - 0.20; then 600.00 - 6.00 - 1.20 less that.
    assert_eq!(figures, [(0, 49_400, 49_400), (0, -40_120, 0), (-40_120, 19_160, 19_160)]);
    assert_eq!(books.make_files(utc("2026-11-25T17:00:20Z")).files, 3);
    assert_eq!(books.order(utc("2026-11-25T17:01:00Z")), (1, 2));
}

#[rstest]
fn gross_contracts_and_splits(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let account =
        |rib: &str, basis_points| PayoutAccount { holder: "Régie".to_owned(), rib: rib.to_owned(), basis_points };
    let split = Terms { accounts: vec![account(RIB, 7_000), account(OTHER_RIB, 3_000)], ..one_percent() };
    let gross =
        Terms { contract: Contract::Gross, formats: vec![FileFormat::Fixed, FileFormat::Camt054], ..one_percent() };
    let Some(books) = Books::on(backend, &[(1001, split), (1002, gross)]) else { return };
    for biller in [1001, 1002] {
        books.card(biller, 53_815, utc("2026-11-24T10:00:00Z"));
    }
    let done = books.settle(utc("2026-11-24T17:00:00Z"));
    assert_eq!((done.settled, done.transfers), (2, 3));
    let transfers = |biller: u16| -> Vec<i64> {
        let window = books.settlements(biller)[0].window;
        let found = books.ledger.read(|reader| reader.transfers_of(window)).unwrap();
        found.iter().map(|transfer| transfer.amount.minor()).collect()
    };
    // 538.15 - 5.38 - 1.08 = 531.69, of which 30 % are 159.50, rounded down.
    assert_eq!((transfers(1001), transfers(1002)), (vec![37_219, 15_950], vec![53_815]));
    books.make_files(utc("2026-11-24T17:00:20Z"));
    assert_eq!(books.names("1002"), ["FATOURA_1002_000001_2026-11-24.txt", "FATOURA_1002_000001_2026-11-24.xml"]);

    let now = utc("2026-11-24T17:01:00Z");
    assert_eq!(books.order(now), (1, 3));
    let order = &books.ledger.read(|reader| reader.transfer_orders(10)).unwrap()[0];
    assert_eq!((order.transfers, order.total), (3, money(106_984)));
    let message = books.read("bank", &settlement::order_name(order));
    for transfer in ["372.19", "159.50", "538.15", "<CtrlSum>1069.84</CtrlSum>", "<ReqdExctnDt>"] {
        assert!(message.contains(transfer), "{transfer}: {message}");
    }
    books.assert_clean();
    assert_eq!(books.order(now).0, 0);
}

#[rstest]
fn empty_windows_close_and_days_away_are_made_up_for(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(books) = Books::on(backend, &[(1001, one_percent())]) else { return };
    assert_eq!(settlement::open_windows(&books.ledger, &books.billers, utc("2026-11-24T10:00:00Z")).unwrap(), 1);
    assert_eq!(settlement::open_windows(&books.ledger, &books.billers, utc("2026-11-24T11:00:00Z")).unwrap(), 0);
    assert_eq!(books.settle(utc("2026-11-24T16:59:59.999Z")).settled, 0);
    let closed = settlement::close_windows(&books.ledger, &books.billers, utc("2026-11-27T20:00:00Z")).unwrap();
    assert_eq!(closed, 4, "of the 24th to the 27th");
    assert_eq!(books.settle(utc("2026-11-27T20:00:00Z")).settled, 4);
    let ends: Vec<_> = books.settlements(1001).iter().map(|found| found.cut_off.and_utc()).collect();
    let first = utc("2026-11-24T17:00:00Z");
    assert_eq!(ends, (0..4).map(|day| first + TimeDelta::days(day)).collect::<Vec<_>>());
    assert_eq!(books.make_files(utc("2026-11-27T20:00:20Z")).files, 4);
}

#[rstest]
fn what_cannot_be_settled_is_named_and_harms_no_other(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(books) =
        Books::on(backend, &[(1001, Terms { accounts: vec![], ..Terms::default() }), (1002, one_percent())])
    else {
        return;
    };
    for biller in [1001, 1002] {
        books.card(biller, 10_000, utc("2026-11-24T10:00:00Z"));
    }
    let done = books.settle(utc("2026-11-24T17:00:00Z"));
    assert_eq!((done.settled, done.left.len()), (1, 1));
    assert!(done.left[0].1.contains("names no account"), "{:?}", done.left);
}

/// What is paid by card on pages and in cash at counters earns by rules of their own, rounded once for the window.
#[rstest]
// 288.16 x 1.2 % + 330.05 x 0.5 % + 2 x 1.50 = 3.45792 + 1.65025 + 3.00 = 8.10817.
#[case::kept(OnRefunds::Keep, 811, 162)]
// Less 50.00 x 0.5 % + 1.50 = 1.75 of what was cancelled: 6.35817.
#[case::given_back(OnRefunds::Return, 636, 127)]
fn commission_by_channel_and_instrument(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] on_refunds: OnRefunds,
    #[case] commission: i64,
    #[case] vat: i64,
) {
    let rule = |channel, instrument, percent: &str, flat: i64| CommissionRule {
        channel,
        instrument,
        percent: percent.parse().unwrap(),
        flat: money(flat),
    };
    let commissions = vec![
        rule(None, None, "9", 900),
        rule(Some(Channel::Web), Some(Instrument::Card), "1.2", 0),
        rule(Some(Channel::Agt), Some(Instrument::Cash), "0.5", 150),
    ];
    let terms = Terms { commissions, on_refunds, ..one_percent() };
    let Some(books) = Books::on(backend, &[(1001, terms)]) else { return };
    books.cash_and_back(1001, 5_000, utc("2026-11-23T10:00:00Z"), utc("2026-11-24T09:00:00Z"));
    for principal in [16_800, 12_016] {
        books.card(1001, principal, utc("2026-11-24T10:00:00Z"));
    }
    for principal in [25_000, 8_005] {
        books.cash(1001, principal, utc("2026-11-24T11:00:00Z"));
    }
    books.settle(utc("2026-11-24T17:00:00Z"));
    let [before, found] = &books.settlements(1001)[..] else { panic!("two windows") };
    // 50.00 x 0.5 % + 1.50.
    assert_eq!((before.commission, before.commission_vat, before.net), (money(175), money(35), money(4_790)));
    assert_eq!((found.payments, found.refunds), ((4, money(61_821)), (1, money(5_000))));
    assert_eq!((found.commission, found.commission_vat), (money(commission), money(vat)));
    assert_eq!(found.net, money(61_821 - 5_000 - commission - vat));
}

/// 168.00 given back as 84.00 and 84.00, in one window or in two: the flat part goes back once, with the second.
#[rstest]
#[case::in_one_window("2026-11-24T11:00:00Z", &[-100])]
#[case::in_two_windows("2026-11-25T11:00:00Z", &[0, -100])]
fn a_flat_commission_goes_back_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] second: &str,
    #[case] commissions: &[i64],
) {
    let rule = CommissionRule { channel: None, instrument: None, percent: "0".parse().unwrap(), flat: money(100) };
    let terms = Terms { commissions: vec![rule], on_refunds: OnRefunds::Return, ..one_percent() };
    let Some(books) = Books::on(backend, &[(1001, terms)]) else { return };
    let payment = books.card(1001, 16_800, utc("2026-11-23T10:00:00Z"));
    books.refund(1001, payment, 8_400, utc("2026-11-24T10:00:00Z"));
    books.refund(1001, payment, 8_400, utc(second));
    // Late, when both are known.
    for day in [24, 25] {
        books.settle(utc(&format!("2026-11-{day}T17:00:00Z")));
    }
    let settlements = books.settlements(1001);
    let used = settlements.iter().filter(|one| one.payments.0 + one.refunds.0 > 0);
    let found: Vec<_> = used.map(|one| (one.refunds.0, one.commission.minor())).collect();
    let refunds = 2 / i64::try_from(commissions.len()).unwrap();
    let expected = commissions.iter().map(|commission| (refunds, *commission));
    assert_eq!(found, [(0, 100)].into_iter().chain(expected).collect::<Vec<_>>());
}

/// 20,001 payments of 10.00 to 210.00, each a centime more than the one before.
#[rstest]
fn a_large_window_is_settled_and_filed(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let rule = CommissionRule { channel: None, instrument: None, percent: "0.73".parse().unwrap(), flat: money(15) };
    let formats = vec![FileFormat::Csv, FileFormat::Camt054];
    let terms = Terms { commissions: vec![rule], formats, ..one_percent() };
    let Some(books) = Books::on(backend, &[(1001, terms)]) else { return };
    books.cards(1001, 1_000..21_001, utc("2026-11-24T10:00:00Z"));
    books.settle(utc("2026-11-24T17:00:00Z"));
    let found = &books.settlements(1001)[0];
    // 20,001 x (10.00 + 210.00) / 2.
    let gross = money(220_011_000);
    assert_eq!(found.payments, (20_001, gross));
    // 0.73 % of it is 16,060.803, 20,001 x 0.15 are 3,000.15; 20 % of 19,060.95 are 3,812.19.
    assert_eq!((found.commission, found.commission_vat), (money(1_906_095), money(381_219)));
    assert_eq!((found.net, found.payout), (money(217_723_686), money(217_723_686)));
    assert_eq!(books.make_files(utc("2026-11-24T17:00:20Z")).lines, 2 * 20_001);
    assert_eq!(books.order(utc("2026-11-24T17:01:00Z")), (1, 1));
    let file = books.read("1001", "FATOURA_1001_000001_2026-11-24.csv");
    let (mut sum, mut payments) = (0, std::collections::BTreeSet::new());
    let verified = verify(file.as_bytes(), |line| {
        sum += line.amount.minor();
        payments.insert(line.payment);
    });
    let totals = verified.unwrap().statement.totals;
    assert_eq!((sum, payments.len()), (220_011_000, 20_001));
    assert_eq!((totals.gross, totals.commission, totals.vat), (gross, money(1_906_095), money(381_219)));
    assert_eq!((totals.net, totals.paid), (money(217_723_686), money(217_723_686)));
}
