//! Billers' own people: their disputes, and nothing of the hub's own work.

use ledger::{DisputeOrigin, DisputeState as S};
use rstest::rstest;
use staff::Role;

use super::{complain, of_biller, paid, state, stored};
use crate::finance::{at_work, says};
use crate::support::{Backend, TestApp};

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_biller_answers_its_own(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (payment, reference) = paid(&app).await;
    let id = complain(&app, &reference, "not-credited", "compteur coupé").await;
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let own = of_biller(&app, "bouchra", 1001).await;
    let other = of_biller(&app, "brahim", 1002).await;
    let story = format!("/disputes/{id}");
    omar.post(&format!("{story}/note"), &[("note", "facturier lent")]).await;
    let early = own.post(&format!("{story}/answer"), &[("reply", "oui")]).await;
    assert_eq!((early.status, stored(&app, id).state), (200, S::Open), "nothing was asked yet");
    omar.post(&format!("{story}/ask"), &[("whom", "biller"), ("question", "Reçu chez vous ?")]).await;
    says(&own.get("/disputes").await, &format!("D{id}"));
    says(&other.get("/disputes").await, "Aucune réclamation");
    let page = own.get(&story).await;
    for said in ["compteur coupé", "Reçu chez vous ?", "Votre réponse"] {
        says(&page, said);
    }
    for hidden in ["facturier lent", "omar", "612345678", "payer@", "/propose", "/assign"] {
        assert!(!page.body.contains(hidden), "{hidden}: {}", page.text());
    }
    for path in [story.clone(), format!("/payments/{payment}/dispute")] {
        assert_eq!(other.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(other.post(&format!("{story}/answer"), &[("reply", "x")]).await.status, 404);
    let told = [("kind", "other"), ("told", "x")];
    assert_eq!(other.post(&format!("/payments/{payment}/dispute"), &told).await.status, 404);
    for step in ["assign", "note", "ask", "propose", "decide", "reopen"] {
        assert_eq!(own.post(&format!("{story}/{step}"), &[]).await.status, 403, "{step}");
    }
    assert_eq!(own.post(&story, &[("reason", "je veux voir")]).await.status, 403, "not unmasked");
    says(&own.post(&format!("{story}/answer"), &[("reply", "reçu hier")]).await, "reçu hier");
    assert_eq!(state(&app, id), S::Open);
    says(&omar.get(&story).await, "bouchra Name");
    // Their payments' story has it, without who follows it up.
    says(&own.get(&format!("/payments/{payment}")).await, &format!("D{id}"));

    let page = own.post(&format!("/payments/{payment}/dispute"), &[("kind", "wrong-amount"), ("told", "trop")]).await;
    let theirs: i64 = page.reference().parse().unwrap();
    assert_eq!(stored(&app, theirs).origin, DisputeOrigin::Biller);
    app.settle().await;
    app.finish().await;
}
