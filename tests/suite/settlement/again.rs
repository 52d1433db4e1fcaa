//! What a biller asks for may change; the files that it has got do not, whenever they are made again.

use std::fs;
use std::sync::Arc;

use chrono::Utc;
use ledger::{Channel, Instrument, Language, Ledger, Reference};
use payments::api::{FindBills, Found, MakeQuote};
use rstest::rstest;
use sandbox::{Sandbox, SandboxConfig};
use tokio::task::block_in_place;

use super::seeding::pay_quoted;
use super::{files, ran, settle_windows};
use crate::crash::program::{Place, biller_file};
use crate::support::{Backend, DATA_KEY, TestDatabase, identify};

const BILLER: u16 = 1002;
const CONTRACT: &str = "1002002";

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_the_same_after_the_billers_form_changed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(database) = TestDatabase::make(backend) else { return };
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    let base = sandbox.base_url();
    let place = block_in_place(|| Place::new(database, base));
    ran(&place, &["job", "run", "open_windows"]).done();
    let app = place.open(Arc::new(Utc::now));
    let fields = identify(BILLER, CONTRACT);
    let (receivable_type, channel, language) = ("01".to_owned(), Channel::Web, Language::Fr);
    let found = app.hub.find_bills(FindBills { biller: BILLER, receivable_type, fields, channel, language }).await;
    let Found::Bill(inquiry) = found.unwrap() else { panic!("no bill") };
    let articles = inquiry.articles.iter().map(|line| line.article.id.clone()).collect();
    let (inquiry, instrument) = (inquiry.reference, Instrument::Wallet);
    let quote = app.hub.make_quote(MakeQuote { inquiry, articles, amount: None, channel, instrument }).await.unwrap();
    let quote: Reference = quote.reference.parse().unwrap();
    block_in_place(|| {
        let stored = app.ledger.read(|reader| reader.quote(quote)).unwrap().unwrap();
        app.ledger.close();
        let ledger =
            Ledger::open(&place.database.url, &ledger::DataKeys::of_bytes(DATA_KEY), 2, Arc::new(|| {})).unwrap();
        pay_quoted(&ledger, &stored);
        ledger.close();
        place.database.run("UPDATE outbox SET done_at = created_at WHERE done_at IS NULL");
    });
    settle_windows(&place, 2);
    ran(&place, &["job", "run", "make_settlement_files"]).done();
    let window = block_in_place(|| place.database.number("SELECT window_id FROM window_lines")).to_string();
    let made = files(&place).remove(&BILLER.to_string()).unwrap();
    let texts: Vec<_> = made.iter().filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
    let first = texts.iter().find(|path| fs::read_to_string(path).unwrap().contains(CONTRACT)).unwrap();

    // Another field names the customer, another stands before it, and the old one means something else.
    let text = fs::read_to_string(biller_file(BILLER)).unwrap();
    let (head, form) = text.split_once("[[receivable_type.field]]\nname = \"contract\"").unwrap();
    let field = |name: &str| {
        format!(
            "[[receivable_type.field]]\nname = \"{name}\"\nlabel = {{ ar = \"رقم\", fr = \"Numéro\", en = \"Number\" }}\n\
             format = \"string\"\nmin_length = 1\nmax_length = 20\n\n"
        )
    };
    let changed =
        format!("{head}{}{}[[receivable_type.field]]\nname = \"meter\"{form}", field("client"), field("line"));
    let path = place.path("changed.toml");
    fs::write(&path, changed.replace("Régie Atlas Eau", "Régie Atlas")).unwrap();
    ran(&place, &["biller", "import", path.to_str().unwrap()]).done();

    for (format, name) in [("fixed", "again.txt"), ("camt054", "again.xml")] {
        let told = ran(&place, &["settlement", "file", &window, "--format", format, "--out", name]).done();
        assert!(told.contains("the same as was made before"), "{format}: {told}");
    }
    assert!(fs::read(place.path("again.txt")).unwrap() == fs::read(first).unwrap());
    sandbox.stop().await;
}
