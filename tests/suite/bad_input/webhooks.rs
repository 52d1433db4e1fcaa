//! The gateway's callback, by those who are not the gateway, and by the gateway forty times at once.

use payments::gateways::cmi::hash;
use rstest::rstest;
use sandbox::SandboxConfig;

use super::client::{FORM, Visitor, encoded};
use super::pay::join_all;
use super::{HOSTILE, books, start, unharmed};
use crate::support::{Backend, Page, TestApp};

const PATH: &str = "/webhooks/cmi";

/// A callback for the order of a redirect page, signed with the gateway's key.
fn signed(redirect: &Page, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let config = SandboxConfig::default();
    let sent = redirect.fields();
    let of = |name: &str| sent.iter().find(|(other, _)| other == name).unwrap().1.clone();
    let mut fields: Vec<(String, String)> = [
        ("oid", of("oid").as_str()),
        ("amount", of("amount").as_str()),
        ("currency", "504"),
        ("clientid", config.cmi_client_id.as_str()),
        ("ProcReturnCode", "00"),
        ("Response", "Approved"),
        ("AuthCode", "P12345"),
        ("TransId", "26-1"),
        ("MaskedPan", "4***********0010"),
        ("rnd", "ff"),
    ]
    .iter()
    .filter(|(name, _)| !changes.iter().any(|(other, _)| other == name))
    .chain(changes.iter().filter(|(_, value)| *value != "-").collect::<Vec<_>>())
    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
    .collect();
    let hash = hash::ver3(&fields, &config.cmi_store_key);
    fields.push(("HASH".to_owned(), hash));
    fields
}

async fn call(visitor: &Visitor<'_>, fields: &[(String, String)]) -> (u16, String) {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = visitor.send("POST", PATH, &[("content-type", FORM)], encoded(&fields).as_bytes()).await;
    (answer.status, answer.body)
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn not_the_gateway(#[case] backend: Backend) {
    let Some(app) = start(backend).await else { return };
    let payer = app.payer("fr");
    let redirect = payer.up_to_gateway(1001, "02", "11111111").await;
    let before = books(&app);
    let visitor = Visitor::new(&app, "fr").await;
    let right = signed(&redirect, &[]);
    let body_of = |fields: &[(String, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        encoded(&fields)
    };
    let unsigned = body_of(&right[..right.len() - 1]);
    let mut tampered = right.clone();
    tampered[1].1 = "1.00".to_owned();
    let many: String = (0..250).map(|at| format!("f{at}=1&")).collect();
    let most: String = (0..5_000).map(|at| format!("f{at}=1&")).collect();
    let right = body_of(&right);
    let cases: [(&str, &str, Vec<u8>, u16, &str); 19] = [
        ("nothing", FORM, Vec::new(), 400, "no form data"),
        ("no type", "", right.clone().into_bytes(), 400, "no form data"),
        ("JSON", "application/json", b"{\"oid\":\"F1\"}".to_vec(), 400, "no form data"),
        ("JSON as a form", FORM, b"{\"oid\":\"F1\"}".to_vec(), 200, "FAILURE"),
        ("XML", "text/xml", b"<oid/>".to_vec(), 400, "no form data"),
        ("multipart", "multipart/form-data; boundary=x", b"--x--".to_vec(), 400, "no form data"),
        ("separators", FORM, b"&&&&".to_vec(), 400, "no form data"),
        ("100 kB", FORM, [b"a=".as_slice(), &[b'x'; 100_000]].concat(), 413, "no form data"),
        ("one long value", FORM, [b"a=".as_slice(), &[b'x'; 60_000]].concat(), 200, "FAILURE"),
        ("250 fields", FORM, many.into_bytes(), 200, "FAILURE"),
        ("5000 fields", FORM, most.into_bytes(), 200, "FAILURE"),
        ("no hash", FORM, unsigned.clone().into_bytes(), 200, "FAILURE"),
        ("empty hash", FORM, format!("{unsigned}&HASH=").into_bytes(), 200, "FAILURE"),
        ("wrong hash", FORM, format!("{unsigned}&HASH=AAAA").into_bytes(), 200, "FAILURE"),
        ("two hashes", FORM, format!("{right}&hash=AAAA").into_bytes(), 200, "FAILURE"),
        ("a field twice", FORM, format!("{right}&OID=F000000000001").into_bytes(), 200, "FAILURE"),
        ("a field more", FORM, format!("{right}&x=1").into_bytes(), 200, "FAILURE"),
        ("another amount", FORM, body_of(&tampered).into_bytes(), 200, "FAILURE"),
        ("not text", FORM, b"oid=\xff\xfe&HASH=%ff".to_vec(), 200, "FAILURE"),
    ];
    for (what, kind, body, status, says) in &cases {
        let answer = visitor.send("POST", PATH, &[("content-type", kind)], body).await;
        assert_eq!((answer.status, answer.body.as_str()), (*status, *says), "{what}");
        assert!(answer.header("content-type").starts_with("text/plain"), "{what}");
    }
    for text in HOSTILE {
        let fields = ["oid", text, "HASH"].map(|name| (name.to_owned(), text.to_owned()));
        assert_eq!(call(&visitor, &fields).await, (200, "FAILURE".to_owned()), "{text}");
    }
    unharmed(&app, &before).await;
    assert!(payer.get(&path_of(&app, &redirect)).await.status == 200);
    app.finish().await;
}

fn path_of(app: &TestApp, redirect: &Page) -> String {
    let ok_url = redirect.fields().into_iter().find(|(name, _)| name == "okUrl").unwrap().1;
    ok_url.strip_prefix(&app.url).unwrap().to_owned()
}

/// Signed with the right key and wrong all the same: no money moves.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn signed_and_wrong(#[case] backend: Backend) {
    let Some(app) = start(backend).await else { return };
    let payer = app.payer("fr");
    let redirect = payer.up_to_gateway(1001, "02", "11111111").await;
    let before = books(&app);
    let visitor = Visitor::new(&app, "fr").await;
    for (name, value) in [
        ("oid", "F999999999999"),
        ("oid", "f000000000001"),
        ("oid", "' OR 1=1 --"),
        ("oid", "F00000000000\u{661}"),
        ("oid", "-"),
        ("amount", "1.00"),
        ("amount", "168.001"),
        ("amount", "168,00"),
        ("amount", "1.68e2"),
        ("amount", "-168.00"),
        ("amount", "92233720368547758.08"),
        ("amount", ""),
        ("currency", "978"),
        ("clientid", "600009999"),
    ] {
        assert_eq!(
            call(&visitor, &signed(&redirect, &[(name, value)])).await,
            (200, "FAILURE".to_owned()),
            "{name}={value}"
        );
    }
    unharmed(&app, &before).await;
    app.finish().await;
}

/// Whatever the bank's own fields hold, what is kept of them is short, printable and no card number.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn odd_words_of_the_bank(#[case] backend: Backend) {
    let Some(app) = start(backend).await else { return };
    let payer = app.payer("fr");
    let redirect = payer.up_to_gateway(1001, "02", "11111111").await;
    let visitor = Visitor::new(&app, "fr").await;
    let odd = format!("A\0\u{1b}[31m<script>{}", "x".repeat(5_000));
    let changes = [
        ("AuthCode", odd.as_str()),
        ("TransId", odd.as_str()),
        ("ErrMsg", odd.as_str()),
        ("MaskedPan", "4539578763621486"),
        ("EXTRA.CARDBRAND", odd.as_str()),
    ];
    let answer = call(&visitor, &signed(&redirect, &changes)).await;
    assert_eq!(answer, (200, "ACTION=POSTAUTH".to_owned()));
    let kept = super::books::texts(&app);
    assert!(!kept.contains("4539578763621486") && !kept.contains(&"x".repeat(64)), "{kept}");
    assert!(kept.contains("453957******1486"), "{kept}");
    assert!(!payer.get(&path_of(&app, &redirect)).await.body.contains("<script>x"));
    app.settle().await;
    app.finish().await;
}

/// An approval repeated forty times at once: one posting, one SMS, the same word each time.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn simultaneous_replays(#[case] backend: Backend) {
    let Some(app) = start(backend).await else { return };
    let payer = app.payer("fr");
    let redirect = payer.up_to_gateway(1001, "02", "11111111").await;
    let visitor = &Visitor::new(&app, "fr").await;
    let fields = &signed(&redirect, &[]);
    let answers = join_all((0..40).map(|_| async move { call(visitor, fields).await })).await;
    assert!(answers.iter().all(|answer| answer.0 == 200 && answer.1 == "ACTION=POSTAUTH"), "{answers:?}");
    let rows = books(&app);
    assert_eq!((rows.payments, rows.postings), (1, 1));
    // A refusal that comes behind the approval changes nothing.
    let late = signed(&redirect, &[("ProcReturnCode", "51"), ("Response", "Declined")]);
    assert_eq!(call(visitor, &late).await.0, 200);
    unharmed(&app, &rows).await;
    app.settle().await;
    assert_eq!((app.control.bookings(1001).len(), app.control.sms().len()), (1, 1));
    app.finish().await;
}
