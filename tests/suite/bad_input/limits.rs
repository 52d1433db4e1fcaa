//! How often one address may ask.

use std::num::NonZeroU32;

use channels::WebLimits;
use rstest::rstest;

use super::client::{Answer, FORM, Visitor, encoded, exchange, request, sound};
use super::{books, unharmed};
use crate::support::{Backend, Setup, TestApp};

async fn start(trust_proxy: bool) -> TestApp {
    let few = NonZeroU32::new(3).unwrap();
    let limits = WebLimits {
        lookups_per_minute: few,
        lookup_burst: few,
        searches_per_minute: few,
        starts_per_minute: few,
        addresses_max: 100,
    };
    TestApp::start_with(Backend::Sqlite, Setup { limits, trust_proxy, ..Setup::default() }).await.unwrap()
}

fn refused(answer: &Answer, says: &str) {
    assert_eq!(answer.status, 429, "{}", answer.body);
    let wait: u32 = answer.header("retry-after").parse().unwrap();
    assert!((1..=61).contains(&wait), "{wait}");
    assert!(answer.body.contains(says) && answer.body.contains(&wait.to_string()), "{}", answer.body);
}

#[rstest]
#[case("ar", "طلبات كثيرة")]
#[case("fr", "Trop de demandes")]
#[case("en", "Too many requests")]
#[tokio::test(flavor = "multi_thread")]
async fn each_kind_has_its_allowance(#[case] language: &'static str, #[case] says: &str) {
    let app = start(false).await;
    let visitor = Visitor::new(&app, language).await;
    let quote = visitor.quote(1001, "02", "11111111", "").await;
    let look_up = visitor.path("/billers/1001/02");
    for _ in 0..2 {
        assert_eq!(visitor.post(&look_up, &[("f.contract", "99999999")]).await.status, 422);
    }
    refused(&visitor.post(&look_up, &[("f.contract", "11111111")]).await, says);
    let search = [("reference", "0000-0001-0000-0010"), ("phone", "0612345678")];
    for _ in 0..3 {
        assert_eq!(visitor.post(&visitor.path("/find"), &search).await.status, 404);
    }
    refused(&visitor.post(&visitor.path("/find"), &search).await, says);
    let start = [("phone", "0612345678"), ("terms", "1"), ("key", "00112233445566778899aabbccddeeff")];
    for _ in 0..3 {
        assert_eq!(visitor.post(&quote, &start).await.status, 200);
    }
    let before = books(&app);
    refused(&visitor.post(&quote, &start).await, says);
    // A new browser at the same address is the same address; pages are for everybody.
    let other = Visitor::new(&app, language).await;
    refused(&other.post(&look_up, &[("f.contract", "11111111")]).await, says);
    assert_eq!(other.get(&look_up).await.status, 200);
    unharmed(&app, &before).await;
    app.finish().await;
}

/// The client's own words about its address count only behind a proxy of ours, and then the last of them.
#[rstest]
#[case::not_believed(false, &["1.1.1.1", "2.2.2.2", "3.3.3.3", "4.4.4.4"], 429)]
#[case::believed(true, &["1.1.1.1", "2.2.2.2", "3.3.3.3", "4.4.4.4"], 422)]
#[case::the_last(true, &["1.1.1.1, 9.9.9.9", "2.2.2.2, 9.9.9.9", "3.3.3.3,9.9.9.9", "9.9.9.9"], 429)]
#[case::no_address(true, &["x", "999.1.1.1", "", "<script>"], 429)]
#[case::one_network(true, &["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4"], 429)]
#[tokio::test(flavor = "multi_thread")]
async fn forwarded(#[case] trust_proxy: bool, #[case] addresses: &[&str], #[case] last: u16) {
    let app = start(trust_proxy).await;
    let visitor = Visitor::new(&app, "fr").await;
    let body = encoded(&[("csrf", &visitor.token), ("f.contract", "99999999")]);
    let mut statuses = Vec::new();
    for address in addresses {
        let headers = [("content-type", FORM), ("cookie", &visitor.cookie), ("x-forwarded-for", address)];
        let bytes = request("POST", "/fr/billers/1001/02", &headers, body.as_bytes());
        let answer = exchange(&app, &bytes).await.unwrap();
        sound("POST", "/fr/billers/1001/02", "fr", &answer);
        statuses.push(answer.status);
    }
    assert_eq!(statuses, [422, 422, 422, last]);
    app.finish().await;
}
