//! Requests that nobody takes in like that.

use super::*;
use crate::bad_input::{HOSTILE, escaped};
use crate::support::Backend;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let adil = administrator(&app, "en", "adil").await;
    let tomorrow = (crate::finance::today(&app) + chrono::TimeDelta::days(1)).to_string();
    let cases: &[(&[(&'static str, &str)], &str)] = &[
        (&[("phone", "")], "Type a phone, an e-mail address or a contract."),
        (&[("phone", "12")], "Type a Moroccan mobile number"),
        (&[("phone", "4539578763621486")], "card number"),
        (&[("mail", "nobody")], "This e-mail address is not right."),
        (&[("contract", "11111111")], "Choose the biller of the contract."),
        (&[("contract", "11111111"), ("biller", "9999")], "Choose the biller of the contract."),
        (&[("contract", "!"), ("biller", "1001")], "This biller finds no bill by such a contract."),
        (
            &[("phone", ""), ("contract", "11111111"), ("biller", "1001"), ("kind", "erasure")],
            "An erasure goes by phone",
        ),
        (&[("reference", "letter")], "in 8 to 300 characters"),
        (&[("reference", "letter of 0661-239-874")], "The reference stays"),
        (&[("reference", "mail of S@Example.ma"), ("mail", "s@example.ma")], "The reference stays"),
        (&[("received", "yesterday")], "Choose the day"),
        (&[("received", "2020-01-01")], "Choose the day"),
        (&[("received", tomorrow.as_str())], "Choose the day"),
    ];
    for (change, said) in cases {
        let mut day = String::new();
        let mut fields = typed(&app, "access", "ffffffff", &mut day);
        for (name, value) in change.iter().copied() {
            fields.retain(|(other, _)| *other != name);
            fields.push((name, value));
        }
        let page = adil.post("/personal", &fields).await;
        assert!(page.status == 422 && page.text().contains(said), "{change:?} {}: {}", page.status, page.text());
    }
    for (name, value) in [("kind", "copy"), ("language", "de"), ("key", ""), ("key", "?????????")] {
        let mut day = String::new();
        let mut fields = typed(&app, "access", "ffffffff", &mut day);
        fields.retain(|(other, _)| *other != name);
        fields.push((name, value));
        assert_eq!(adil.post("/personal", &fields).await.status, 400, "{name} {value}");
    }
    for text in HOSTILE {
        let mut day = String::new();
        let mut fields = typed(&app, "access", "ffffffff", &mut day);
        fields.retain(|(name, _)| !["mail", "contract", "received"].contains(name));
        fields.extend([("mail", text), ("contract", text), ("received", text)]);
        let page = adil.post("/personal", &fields).await;
        assert!(matches!(page.status, 400 | 422), "{text}: {}", page.status);
        assert!(page.status == 400 || escaped(&page.body, text), "{text}: {}", page.body);
    }
    assert_eq!(count(&app, "person-request-taken"), 0);
    let path = taken_in(&app, &adil, "access", "ffffffff").await;
    type Form<'a> = &'a [(&'a str, &'a str)];
    let cases: &[(&str, Form<'_>, u16)] = &[
        ("", &[("what", "all")], 400),
        ("/erase", &[], 400),
        ("/rectify", &[("row", "payment-1"), ("phone", "0612345678")], 400),
        ("/decide", &[("erasure", "x"), ("decision", "approve")], 400),
        ("/decide", &[("erasure", "7"), ("decision", "perhaps")], 400),
        ("/decide", &[("erasure", "7"), ("decision", "approve")], 409),
        ("/end", &[("state", "open")], 400),
        ("/end", &[("state", "done"), ("state", "done")], 400),
    ];
    for (action, fields, status) in cases {
        let page = adil.post(&format!("{path}{action}"), fields).await;
        assert_eq!(page.status, *status, "{action} {fields:?}: {}", page.text());
    }
    for (address, status) in [
        ("/personal/x", 404),
        ("/personal/7", 404),
        (&*format!("{path}/certificate"), 404),
        ("/personal?show=all", 400),
        ("/personal?before=x", 400),
    ] {
        assert_eq!(adil.get(address).await.status, status, "{address}");
    }
    app.finish().await;
}
