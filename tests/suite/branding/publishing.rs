//! From a draft to what payers see, on both databases.

use ledger::{Actor, AuditEntry, BrandLogo, LogoKind};
use payments::branding::{Colours, Content, LogoRef};
use rstest::rstest;
use staff::Role;

use super::{DRAWING, GOOD, addresses, at_work, press, save};
use crate::support::{Backend, TestApp};

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_branding_is_seen_once_a_second_person_published_it(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let payer = app.payer("fr");
    let plain = payer.get("/fr/billers/1001/01").await;
    let bilal = at_work(&app, "fr", "bilal", Role::BillerUser).await;
    let page = save(&bilal, 1001, &GOOD, ("logo.svg", DRAWING.as_bytes())).await;
    assert_eq!((page.status, page.path.as_str()), (200, "/fr/staff/branding/1001"), "{}", page.text());
    assert!(page.text().contains("Le brouillon est enregistré") && page.text().contains("L’exploitation publie"));
    assert!(page.fields_to("/publish").is_none(), "a biller's user publishes nothing");
    let now = payer.get("/fr/billers/1001/01").await;
    assert_eq!(now.text(), plain.text(), "payers see nothing of a draft");

    // The preview, in three languages; its files are for staff.
    for (language, name, help) in [
        ("ar", "ريضال الرباط", "رقم العقد في أعلى الفاتورة"),
        ("fr", "Redal Rabat", "Le numéro de contrat est en haut de la facture"),
        ("en", "Redal of Rabat", "The contract number is at the top of the bill"),
    ] {
        let path = |page: &str| format!("/{language}/staff/branding/1001/preview/{page}");
        let payment = bilal.browser.get(&path("payment")).await;
        assert_eq!(payment.status, 200, "{}", payment.text());
        assert!(payment.text().contains(name) && payment.text().contains(help), "{}", payment.text());
        assert!(payment.body.contains("preview-bar"));
        let files = addresses(&payment, &format!("/{language}/staff/branding/1001/files/"));
        assert_eq!(files.len(), 2, "{files:?}");
        for file in &files {
            let (status, headers, _) = bilal.browser.fetch(file).await;
            assert_eq!((status, headers["cache-control"].to_str().unwrap()), (200, "private, no-store"));
            assert_eq!(payer.fetch(file).await.0, 303, "{file} is for staff");
        }
        let receipt = bilal.browser.get(&path("receipt")).await;
        assert!(receipt.text().contains(name), "{}", receipt.text());
        let mail = bilal.browser.get(&path("mail")).await;
        assert!(mail.text().contains(name) && mail.body.contains("#660708"), "{}", mail.text());
        let (status, headers, pdf) = bilal.browser.fetch(&path("receipt.pdf")).await;
        assert_eq!(
            (status, &pdf[..5], headers["content-type"].to_str().unwrap()),
            (200, b"%PDF-".as_slice(), "application/pdf")
        );
    }

    // Operations publish; whoever saved it last does not.
    let omar = at_work(&app, "en", "omar", Role::Operations).await;
    save(&omar, 1001, &GOOD, ("", b"")).await;
    let page = omar.get("/branding/1001").await;
    assert!(page.fields_to("/publish").is_none() && page.text().contains("somebody else has to publish it"));
    let seen = app.ledger.read(|reader| reader.brand_draft(1001)).unwrap().unwrap().digest;
    let page = omar.post("/branding/1001/publish", &[("seen", &seen)]).await;
    assert_eq!(page.status, 409, "{}", page.text());
    assert_eq!(bilal.post("/branding/1001/publish", &[("seen", &seen)]).await.status, 403);
    let olga = at_work(&app, "fr", "olga", Role::Operations).await;
    assert_eq!(
        olga.post("/branding/1001/publish", &[("seen", &"0".repeat(64))]).await.status,
        409,
        "not what was seen"
    );
    let page = press(&olga, 1001, "publish").await;
    assert_eq!((page.status, page.text().contains("L’habillage est publié")), (200, true), "{}", page.text());
    let again = olga.post("/branding/1001/publish", &[("seen", &seen)]).await;
    assert_eq!(again.status, 200, "the same form sent twice is done once");
    assert_eq!(app.database.number("SELECT COUNT(*) FROM brand_versions"), 1);

    let branded = payer.get("/fr/billers/1001/01").await;
    assert!(branded.text().contains("Redal Rabat") && !branded.text().contains("Merci"), "{}", branded.text());
    let files = addresses(&branded, "/assets/brands/1001-");
    assert_eq!(files.len(), 2, "{files:?}");
    for file in &files {
        let (status, headers, bytes) = payer.fetch(file).await;
        let of = |name: &str| headers[name].to_str().unwrap().to_owned();
        assert_eq!((status, of("cache-control").as_str()), (200, "public, max-age=31536000, immutable"));
        assert_eq!(of("content-security-policy"), "default-src 'none'; sandbox; frame-ancestors 'none'");
        assert_eq!(of("x-content-type-options"), "nosniff");
        match file.ends_with(".css") {
            true => assert!(String::from_utf8(bytes).unwrap().contains("#660708")),
            false => assert_eq!(of("content-type"), "image/svg+xml"),
        }
    }
    assert_eq!(
        payer.get("/fr/billers/1101/01").await.body.matches("/assets/brands/").count(),
        0,
        "others are as before"
    );

    // The receipt and its page.
    let redirect = payer.up_to_gateway(1001, "01", "12345678").await;
    let page = payer.pay_by_card(&redirect, "4000000000000010").await;
    app.settle().await;
    let receipt = payer.get(&page.path).await;
    for text in ["Redal Rabat", "Merci de votre confiance", "0537 00 00 00, de 8 h à 18 h"] {
        assert!(receipt.text().contains(text), "{text}: {}", receipt.text());
    }
    let (status, _, pdf) = payer.fetch(&format!("{}/receipt.pdf", page.path)).await;
    assert_eq!((status, &pdf[..5]), (200, b"%PDF-".as_slice()));

    // Another version, and back to the first: its files were never away.
    let fields: Vec<(&str, &str)> =
        GOOD.iter().map(|(name, value)| (*name, if *name == "accent" { "#0b5d4e" } else { *value })).collect();
    save(&bilal, 1001, &fields, ("", b"")).await;
    press(&olga, 1001, "publish").await;
    let second = payer.get("/fr/billers/1001/01").await;
    assert_ne!(addresses(&second, "/assets/brands/1001-"), files);
    for file in &files {
        assert_eq!(payer.fetch(file).await.0, 200, "{file} is still on pages that are read");
    }
    let page = press(&bilal, 1001, "versions/1").await;
    assert_eq!(page.status, 200, "{}", page.text());
    press(&olga, 1001, "publish").await;
    let third = payer.get("/fr/billers/1001/01").await;
    assert_eq!(addresses(&third, "/assets/brands/1001-"), files);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM brand_versions WHERE state = 2"), 3);
    let log = app.audit();
    for entry in
        ["bilal brand-drafted biller 1001", "omar brand-drafted biller 1001", "olga brand-published biller 1001"]
    {
        assert!(log.iter().any(|line| line == entry), "{entry}: {log:?}");
    }
    app.finish().await;
}

/// Two people save at the same moment: the second one hears of the first, and what they sent leaves nothing.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_saved_over_what_was_seen_alone(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let save = async |colour: &str, base: Option<String>| {
        let colours = Some(Colours { brand: colour.parse().unwrap(), accent: colour.parse().unwrap() });
        let logo = BrandLogo { digest: format!("{colour:0>64}"), kind: LogoKind::Svg, bytes: DRAWING.into() };
        let named = Some(LogoRef { digest: logo.digest.clone(), kind: logo.kind });
        let content = Content { colours, logo: named, ..Content::default() };
        let entry = AuditEntry {
            actor: colour.to_owned(),
            action: "brand-drafted".to_owned(),
            subject: "biller 1001".to_owned(),
            detail: String::new(),
        };
        let by = Actor { id: 1, name: "Omar".to_owned() };
        app.hub.save_brand_draft(1001, content, base, Some(logo), by, entry).await.unwrap()
    };
    let digest = || app.ledger.read(|reader| reader.brand_draft(1001)).unwrap().map(|draft| draft.digest);
    assert!(!save("#111111", Some("0".repeat(64))).await, "there is no draft");
    assert!(save("#660708", None).await);
    let first = digest();
    assert!(!save("#222222", None).await, "there is a draft");
    assert_eq!(digest(), first);
    assert!(save("#0b5d4e", first.clone()).await);
    let second = digest();
    assert_ne!(second, first);
    assert!(!save("#333333", first).await, "another one took its place");
    assert_eq!(digest(), second);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM brand_logos"), 1);
    let told: Vec<_> = app.audit().into_iter().filter(|line| line.contains("brand-drafted")).collect();
    assert_eq!(told, ["#660708 brand-drafted biller 1001", "#0b5d4e brand-drafted biller 1001"]);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_is_given_up_leaves_nothing() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let bilal = at_work(&app, "fr", "bilal", Role::BillerUser).await;
    save(&bilal, 1001, &GOOD, ("logo.svg", DRAWING.as_bytes())).await;
    assert_eq!(app.database.number("SELECT COUNT(*) FROM brand_logos"), 1);
    let other = DRAWING.replace("a4161a", "0b5d4e");
    save(&bilal, 1001, &GOOD, ("logo.svg", other.as_bytes())).await;
    assert_eq!(app.database.number("SELECT COUNT(*) FROM brand_logos"), 1, "the one before is forgotten");
    press(&bilal, 1001, "drop").await;
    assert_eq!(app.database.number("SELECT COUNT(*) FROM brand_logos"), 0);
    let page = bilal.get("/branding/1001").await;
    assert!(page.text().contains("Préparer un habillage"), "{}", page.text());
    assert_eq!(bilal.get("/branding/1001/preview/payment").await.status, 404);
    app.finish().await;
}
