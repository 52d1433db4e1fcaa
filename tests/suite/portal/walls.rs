//! Every address that shows something, asked by one biller's people for what is another's.

use chrono_tz::Africa::Casablanca;
use ledger::{BreakFilter, PaymentQuery, WindowFilter};
use staff::{Role, Scope};

use crate::finance::{at_work, settle, settled, statement, take, today, words};
use crate::refunds;
use crate::staff_pages::routes::{ROUTES, addresses};
use crate::support::{Backend, TestApp, take_in};

/// Whose things are asked for.
const OTHER: u16 = 1001;
/// What stands in an address without naming anything of a biller's.
const NAMELESS: [&str; 2] = ["{kind}", "{filter}"];

/// What the other biller has: what stands in addresses, by its name there, and what nobody else may read.
struct Theirs {
    names: Vec<(&'static str, Vec<String>)>,
    secrets: Vec<String>,
}

/// A biller that was paid, settled, refunded, suspended, drafted and did not add up.
async fn theirs(app: &TestApp) -> Theirs {
    let query = PaymentQuery { biller: Some(OTHER), ..PaymentQuery::default() };
    let payment = app.ledger.read(|reader| reader.search_payments(&query, None, 1)).unwrap().payments.remove(0);
    let refund = refunds::refund(app, payment.id, "50.00", "walls").await;
    settle(app);
    take(app, "s1.xml", &statement(today(app), 0, &[(500, "B1")]));
    let omar = at_work(app, "fr", "omar", Role::Operations).await;
    omar.post("/billers/1001/suspend", &[("channel", "IVR"), ("reason", "mot pour les collègues")]).await;
    let names = [("name-ar", "قيد الإعداد"), ("name-fr", "Marque en préparation"), ("name-en", "Brand in the making")];
    let saved = crate::branding::save(&omar, OTHER, &names, ("", &[])).await;
    assert_eq!(saved.status, 200, "{}", saved.text());
    let filter = WindowFilter { biller: Some(OTHER), state: None };
    let (windows, orders, breaks) = app
        .ledger
        .read(|reader| {
            let breaks = reader.breaks(&BreakFilter::default(), 0, 10)?;
            Ok((reader.windows_before(&filter, None, 10)?, reader.orders_before(None, 10)?, breaks))
        })
        .unwrap();
    let windows: Vec<i64> = windows.iter().map(|(window, _)| window.id).collect();
    let files = app.ledger.read(|reader| reader.files_of(*windows.last().unwrap())).unwrap();
    assert!(!files.is_empty() && !orders.is_empty() && !breaks.is_empty());
    let biller = app.hub.catalogue().get(OTHER).unwrap().clone();
    let texts = |numbers: Vec<i64>| numbers.iter().map(i64::to_string).collect::<Vec<_>>();
    let day = payment.created_at.and_utc().with_timezone(&Casablanca).date_naive();
    Theirs {
        names: vec![
            ("{biller}", vec![OTHER.to_string()]),
            ("{payment}", vec![payment.id.to_string(), payment.reference.to_string()]),
            ("{window}", texts(windows)),
            ("{file}", texts(files.iter().map(|file| file.id).collect())),
            ("{order}", texts(orders.iter().map(|order| order.order.id).collect())),
            ("{break}", texts(breaks.iter().map(|found| found.id).collect())),
            ("{refund}", vec![refund.to_string()]),
            ("{page}", vec!["home".to_owned()]),
            ("{number}", vec!["1".to_owned()]),
            ("{kind}", vec!["transactions".to_owned(), "settlements".to_owned()]),
        ],
        secrets: vec![
            biller.name.fr,
            biller.terms.accounts[0].rib.clone(),
            payment.reference.to_string(),
            payment.receipt_number.unwrap(),
            "615,51".to_owned(),
            "604.90".to_owned(),
            "Marque en préparation".to_owned(),
            "mot pour les collègues".to_owned(),
            format!("{OTHER}-{day}"),
        ],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_another_biller_is_shown_or_done() {
    let app = settled(Backend::Sqlite).await.unwrap();
    let theirs = theirs(&app).await;
    let scope = Scope { biller: Some(1101), ..Scope::default() };
    let secret = take_in(&app.ledger, "stranger", Role::BillerUser, scope, app.now());
    let stranger = app.at_browser("fr", "stranger", secret);
    stranger.sign_in(&app).await;
    let owner = at_work(&app, "fr", "bouchra", Role::BillerUser).await;
    let (mut wrong, mut own, mut asked) = (Vec::new(), 0, 0);
    for (path, get, post) in ROUTES {
        if ["/sign-out", "/sign-in", "/sessions", "/password", "/recovery-codes"].contains(path) {
            continue;
        }
        let named = path.contains('{') && !NAMELESS.iter().any(|name| path.contains(name));
        for address in addresses(&theirs.names, path) {
            for ask in [address.clone(), format!("{address}?biller={OTHER}")] {
                if get.is_none() {
                    continue;
                }
                asked += 1;
                let page = stranger.get(&ask).await;
                let is_refused = matches!(page.status, 400 | 403 | 404);
                if page.status >= 500 || (named && !is_refused) {
                    wrong.push(format!("GET {ask} -> {} ({})", page.status, page.path));
                }
                let said = words(&page);
                // What the address itself says, the links to other languages say again.
                let unsaid = theirs.secrets.iter().filter(|secret| !ask.contains(*secret));
                let leaks = unsaid.filter(|secret| said.contains(*secret) || page.body.contains(*secret));
                wrong.extend(leaks.map(|secret| format!("GET {ask} tells {secret}")));
            }
            if named && get.is_some() && owner.get(&address).await.status == 200 {
                own += 1;
            }
            if named && post.is_some() {
                let page = stranger.post(&address, &[]).await;
                if !matches!(page.status, 400 | 403 | 404) {
                    wrong.push(format!("POST {address} -> {}", page.status));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(asked > 100 && own >= 10, "{asked} addresses asked, {own} of them open to whose they are");
    app.finish().await;
}
