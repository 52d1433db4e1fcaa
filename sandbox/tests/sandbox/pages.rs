//! The pages for people: card pages in three languages, the dashboard and its forms.

use rstest::rstest;
use sandbox::TEST_CARDS;

use crate::support::{Receiver, card_form, client, open_page, start, type_card, with_hash};

async fn get(url: &str) -> String {
    client().get(url).send().await.unwrap().text().await.unwrap()
}

#[rstest]
#[case("ar", "dir=\"rtl\"", "بيئة اختبار", "رقم البطاقة")]
#[case("fr", "dir=\"ltr\"", "Environnement de test", "Numéro de carte")]
#[case("en", "dir=\"ltr\"", "Test environment", "Card number")]
#[actix_web::test]
async fn card_pages_speak(#[case] lang: &str, #[case] dir: &str, #[case] banner: &str, #[case] label: &str) {
    let sandbox = start().await;
    let hub = Receiver::start(200, "APPROVED").await;
    let mut form = card_form("HUB-1", &hub.url);
    form.iter_mut().find(|(name, _)| name == "lang").unwrap().1 = lang.into();
    let page = open_page(&sandbox.base_url(), &with_hash(form)).await.unwrap();
    let shown = get(&page).await;
    for part in [format!("lang=\"{lang}\""), dir.into(), banner.into(), label.into(), "168.00 MAD".into()] {
        assert!(shown.contains(&part), "{part}");
    }
    for card in TEST_CARDS {
        assert!(shown.contains(card.number) && shown.contains(card.effect), "{}", card.name);
    }
    sandbox.stop().await;
}

#[rstest]
#[case("4000000000000011", "12/30", "123", "numéro de carte")]
#[case("4000000000000010", "12/20", "123", "expiration")]
#[case("4000000000000010", "13/30", "123", "expiration")]
#[case("4000000000000010", "soon", "123", "expiration")]
#[case("4000000000000010", "12/30", "12", "code de sécurité")]
#[actix_web::test]
async fn a_mistyped_card_stays_on_the_page(
    #[case] pan: &str,
    #[case] expiry: &str,
    #[case] cvv: &str,
    #[case] told: &str,
) {
    let sandbox = start().await;
    let hub = Receiver::start(200, "APPROVED").await;
    let page = open_page(&sandbox.base_url(), &with_hash(card_form("HUB-1", &hub.url))).await.unwrap();
    let answer = client().post(&page).form(&[("pan", pan), ("expiry", expiry), ("cvv", cvv)]).send().await.unwrap();
    assert_eq!(answer.status(), 422);
    let shown = answer.text().await.unwrap();
    assert!(shown.split("role=\"alert\"").nth(1).unwrap().split("</p>").next().unwrap().contains(told), "{shown}");
    assert!(hub.received().is_empty());
    sandbox.stop().await;
}

#[actix_web::test]
async fn three_d_secure_asks_for_the_code() {
    let sandbox = start().await;
    let hub = Receiver::start(200, "ACTION=POSTAUTH").await;
    let page = open_page(&sandbox.base_url(), &with_hash(card_form("HUB-1", &hub.url))).await.unwrap();
    type_card(&page, TEST_CARDS.iter().find(|card| card.name == "approve-3ds").unwrap().number).await;
    assert!(get(&page).await.contains("name=\"code\""));
    assert!(hub.received().is_empty());
    let code = |code: &'static str| client().post(format!("{page}/code")).form(&[("code", code)]).send();
    assert_eq!(code("000000").await.unwrap().status(), 422);
    assert_eq!(code("123456").await.unwrap().status(), 303);
    assert_eq!(hub.received().len(), 1);
    assert!(get(&page).await.contains("http://hub.test/ok"));
    assert_eq!(code("123456").await.unwrap().status(), 303);
    assert_eq!(hub.received().len(), 1, "a second press decides nothing again");
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_bad_hash_callback_carries_a_wrong_hash() {
    let sandbox = start().await;
    let hub = Receiver::start(200, "FAILURE").await;
    let page = open_page(&sandbox.base_url(), &with_hash(card_form("HUB-1", &hub.url))).await.unwrap();
    type_card(&page, TEST_CARDS.iter().find(|card| card.name == "bad-hash").unwrap().number).await;
    let came = hub.wait_for(1).await;
    assert_ne!(crate::support::value(&came[0], "HASH"), crate::support::ver3(&came[0], "TEST1234"));
    sandbox.stop().await;
}

#[actix_web::test]
async fn the_dashboard_shows_billers_and_switches_faults() {
    let sandbox = start().await;
    let base = sandbox.base_url();
    let home = get(&base).await;
    assert!(home.contains("Test environment"));
    for biller in sandbox::billers() {
        assert!(home.contains(&biller.code.to_string()) && home.contains(biller.types[0].contracts[0].contract));
    }
    let on = |kind: &'static str| {
        let form = [("target", "biller:1001"), ("call", ""), ("kind", kind), ("ms", "20"), ("times", "2")];
        client().post(format!("{base}/faults")).form(&form).send()
    };
    assert_eq!(on("delay").await.unwrap().status(), 303);
    assert_eq!(on("nonsense").await.unwrap().status(), 400);
    let fault = sandbox.control().faults()[0].clone();
    assert!(get(&base).await.contains("answer 20 ms later (2 more)"));
    client().post(format!("{base}/faults/{}/clear", fault.id)).send().await.unwrap();
    assert!(sandbox.control().faults().is_empty());
    for page in ["/inbox/sms", "/inbox/mail", "/card-orders"] {
        assert_eq!(client().get(format!("{base}{page}")).send().await.unwrap().status(), 200, "{page}");
    }
    sandbox.stop().await;
}

#[actix_web::test]
async fn the_dashboard_closes_days_and_plans_breaks() {
    let sandbox = start().await;
    let base = sandbox.base_url();
    let post = |path: &'static str, form: [(&'static str, &'static str); 3]| {
        client().post(format!("{base}/days/{path}")).form(&form).send()
    };
    let plan = |kind: &'static str| post("breaks", [("target", "bank"), ("kind", kind), ("about", "")]);
    assert_eq!(plan("gap").await.unwrap().status(), 303);
    assert!(get(&base).await.contains("bank: gap, the first that fits"));
    for wrong in ["missing_there", "nonsense"] {
        let answer = plan(wrong).await.unwrap();
        assert_eq!(answer.status(), 400);
        assert!(answer.text().await.unwrap().contains("role=\"alert\""));
    }
    assert_eq!(post("clear", [("", ""); 3]).await.unwrap().status(), 303);
    assert!(sandbox.control().planned_breaks().is_empty());
    let close = |day: String| client().post(format!("{base}/days/close")).form(&[("day", day)]).send();
    let today = get(&base).await;
    let today = today.split("type=\"date\"").nth(1).unwrap().split("value=\"").nth(1).unwrap()[..10].to_owned();
    assert_eq!(close(today).await.unwrap().status(), 303);
    assert!(get(&format!("{base}/inbox/files")).await.contains("reports/CMI-"));
    for (day, told) in [("2999-01-01", "2999-01-01 has not begun"), ("soon", "is not a day such as")] {
        let answer = close(day.to_owned()).await.unwrap();
        assert_eq!(answer.status(), 400);
        assert!(answer.text().await.unwrap().contains(told));
    }
    sandbox.stop().await;
}
