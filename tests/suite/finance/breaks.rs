//! Breaks: listed, assigned, noted, closed by one or two people.

use ledger::BreakState;
use rstest::rstest;
use staff::Role;

use super::{at_work, open_breaks, says, settled, statement, take, today, words};
use crate::support::{Backend, Colleague, Page, TestApp};

/// Two entries that nobody knows: a credit and a debit; their breaks.
async fn two_breaks(backend: Backend) -> Option<(TestApp, i64, i64)> {
    let app = settled(backend).await?;
    take(&app, "s1.xml", &statement(today(&app), 10_000, &[(500, "B1"), (-250, "B2")]));
    let [credit, debit] = open_breaks(&app)[..] else { panic!("two breaks") };
    Some((app, credit, debit))
}

/// Sends the hidden fields of a confirm page, as its button does.
async fn confirm(who: &Colleague, page: &Page, action: &str) -> Page {
    let fields = page.fields_to(action).unwrap_or_else(|| panic!("no form to {action}: {}", page.text()));
    who.browser.post(&page.path, &fields).await
}

async fn close(who: &Colleague, id: i64, fields: &[(&str, &str)]) -> Page {
    who.post(&format!("/breaks/{id}/resolve"), fields).await
}

fn state(app: &TestApp, id: i64) -> BreakState {
    app.ledger.read(|reader| reader.break_of(id)).unwrap().unwrap().state
}

fn notes(app: &TestApp, id: i64) -> usize {
    app.ledger.read(|reader| reader.break_notes(id)).unwrap().len()
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn two_people_put_a_credit_into_suspense(#[case] backend: Backend) {
    let Some((app, credit, _)) = two_breaks(backend).await else { return };
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let farid = at_work(&app, "fr", "farid", Role::Finance).await;
    let page = close(&fatima, credit, &[("how", "suspense"), ("why", "personne ne répond")]).await;
    assert_eq!(page.status, 200, "{}", page.text());
    for said in ["Banque", "Comptes d’attente", "5,00 MAD", "Une seconde personne devra approuver"] {
        says(&page, said);
    }
    assert_eq!(state(&app, credit), BreakState::Open, "nothing is done yet");
    let done = confirm(&fatima, &page, "/resolve").await;
    says(&done, "Attend une seconde personne");
    says(&done, "C’est votre proposition");
    // The same form once more changes nothing.
    let known = notes(&app, credit);
    assert_eq!(confirm(&fatima, &page, "/resolve").await.status, 200);
    assert_eq!((state(&app, credit), notes(&app, credit)), (BreakState::Proposed, known));
    let own = fatima.post(&format!("/breaks/{credit}/decide"), &[("decision", "approve"), ("word", "oui")]).await;
    assert_eq!(own.status, 403);
    says(&own, "une autre personne doit décider");
    let look = farid.post(&format!("/breaks/{credit}/decide"), &[("decision", "approve"), ("word", "d’accord")]).await;
    says(&look, "Comptes d’attente");
    assert_eq!(state(&app, credit), BreakState::Proposed);
    let done = confirm(&farid, &look, "/decide").await;
    says(&done, "Approuvé");
    assert_eq!(state(&app, credit), BreakState::Resolved);
    assert_eq!(confirm(&farid, &look, "/decide").await.status, 200, "twice is once");
    let late = close(&fatima, credit, &[("how", "evidence"), ("why", "x")]).await;
    assert_eq!(late.status, 409);
    says(&late, "déjà clos");
    let rows = app.audit();
    for row in ["fatima break-resolved break", "farid break-approved break"] {
        assert_eq!(rows.iter().filter(|found| found.starts_with(row)).count(), 1, "{row}: {rows:?}");
    }
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_opens_a_break_again_and_evidence_closes_it(#[case] backend: Backend) {
    let Some((app, _, debit)) = two_breaks(backend).await else { return };
    let fatima = at_work(&app, "en", "fatima", Role::Finance).await;
    let farid = at_work(&app, "en", "farid", Role::Finance).await;
    let page = close(&fatima, debit, &[("how", "charges"), ("why", "the bank’s list of prices")]).await;
    says(&page, "Bank charges");
    says(&page, "2.50 MAD");
    confirm(&fatima, &page, "/resolve").await;
    let decide = format!("/breaks/{debit}/decide");
    let silent = farid.post(&decide, &[("decision", "refuse")]).await;
    assert_eq!(silent.status, 422, "a no needs a word");
    let refused = farid.post(&decide, &[("decision", "refuse"), ("word", "not in the list")]).await;
    says(&refused, "not in the list");
    assert_eq!(state(&app, debit), BreakState::Open);
    assert_eq!(farid.post(&decide, &[("decision", "refuse"), ("word", "not in the list")]).await.status, 200);
    let page = close(&farid, debit, &[("how", "evidence"), ("why", "letter of 2 December")]).await;
    says(&page, "no money moves");
    says(&confirm(&farid, &page, "/resolve").await, "letter of 2 December");
    assert_eq!(state(&app, debit), BreakState::Resolved);
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn breaks_are_assigned_noted_and_filtered(#[case] backend: Backend) {
    let Some((app, credit, debit)) = two_breaks(backend).await else { return };
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let farid = at_work(&app, "fr", "farid", Role::Finance).await;
    let page = fatima.get(&format!("/breaks/{credit}")).await;
    let (_, rest) = page.body.split_once("<select id=\"to\"").unwrap();
    let (before, _) = rest.split_once("farid Name").unwrap();
    let id = before.rsplit_once("value=\"").unwrap().1.split('"').next().unwrap();
    assert!(!page.body.contains("aicha"), "only those who may do something about it");
    for _ in 0..2 {
        says(&fatima.post(&format!("/breaks/{credit}/assign"), &[("to", id)]).await, "farid Name");
        says(
            &fatima.post(&format!("/breaks/{credit}/note"), &[("note", "vu avec la banque")]).await,
            "vu avec la banque",
        );
    }
    assert_eq!(notes(&app, credit), 3, "opened, assigned, noted: each once");
    let has = |page: &Page, id: i64| page.body.contains(&format!("/staff/breaks/{id}\""));
    for (query, of_credit, of_debit) in [
        ("", true, true),
        ("?owner=me", true, false),
        ("?kind=late", false, false),
        ("?kind=unknown&source=bank&state=all", true, true),
        ("?source=biller", false, false),
    ] {
        let page = farid.get(&format!("/breaks{query}")).await;
        assert_eq!((has(&page, credit), has(&page, debit)), (of_credit, of_debit), "{query}: {}", words(&page));
    }
    let after = farid.get(&format!("/breaks?after={credit}")).await;
    assert_eq!((has(&after, credit), has(&after, debit)), (false, true));
    says(&farid.get("/breaks?kind=late").await, "Aucun écart ne répond à ce filtre");
    app.finish().await;
}

/// What does not fit a break is not offered, and refused where it is sent all the same.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_fits_is_offered() {
    let (app, credit, debit) = two_breaks(Backend::Sqlite).await.unwrap();
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let ways = |page: &Page| {
        let (_, rest) = page.body.split_once("<select id=\"how\"").unwrap();
        let options = rest.split("</select>").next().unwrap().split("value=\"").skip(1);
        options.map(|option| option.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let of_credit = fatima.get(&format!("/breaks/{credit}")).await;
    assert_eq!(ways(&of_credit), ["evidence", "payout", "commission", "suspense", "written-off"]);
    let of_debit = fatima.get(&format!("/breaks/{debit}")).await;
    assert_eq!(ways(&of_debit), ["evidence", "charges", "suspense", "written-off"]);
    for (id, fields, status, said) in [
        (credit, vec![("how", "charges"), ("why", "x")], 400, ""),
        (credit, vec![("how", "payout"), ("why", "x")], 422, "Écrivez la référence du versement"),
        (credit, vec![("how", "payout"), ("why", "x"), ("payout", "LOT-1")], 422, "Aucun versement attendu"),
        (credit, vec![("how", "commission"), ("why", "x")], 422, "Choisissez le facturier"),
        (credit, vec![("how", "commission"), ("why", "x"), ("biller", "7")], 400, ""),
        (credit, vec![("how", "evidence")], 422, "Écrivez quelques mots"),
        (debit, vec![("how", "evidence"), ("why", "4000 0000 0000 0010")], 422, "numéro de carte"),
    ] {
        let page = close(&fatima, id, &fields).await;
        assert_eq!(page.status, status, "{fields:?}: {}", page.text());
        says(&page, said);
        assert!(!page.body.contains("4000 0000"), "{}", page.text());
    }
    let page = close(&fatima, credit, &[("how", "commission"), ("why", "facture 7"), ("biller", "1001")]).await;
    says(&page, "À recevoir du facturier (1001)");
    assert_eq!(open_breaks(&app).len(), 2, "nothing was done");
    app.finish().await;
}

/// What was agreed to is what was shown: a proposal that another took the place of is shown first, though it books the same.
#[tokio::test(flavor = "multi_thread")]
async fn another_proposal_than_the_one_that_was_seen_is_not_approved() {
    let (app, credit, _) = two_breaks(Backend::Sqlite).await.unwrap();
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let farid = at_work(&app, "fr", "farid", Role::Finance).await;
    let salma = at_work(&app, "fr", "salma", Role::Finance).await;
    let fields = [("how", "suspense"), ("why", "x")];
    let page = close(&fatima, credit, &fields).await;
    confirm(&fatima, &page, "/resolve").await;
    let decide = format!("/breaks/{credit}/decide");
    let seen = farid.post(&decide, &[("decision", "approve"), ("word", "oui")]).await;
    salma.post(&decide, &[("decision", "refuse"), ("word", "non")]).await;
    // The same words of somebody else are not the same form.
    assert_eq!(farid.post(&decide, &[("decision", "refuse"), ("word", "non")]).await.status, 409);
    let page = close(&salma, credit, &fields).await;
    confirm(&salma, &page, "/resolve").await;
    let again = confirm(&farid, &seen, "/decide").await;
    says(&again, "L’effet a changé depuis que vous l’avez vu");
    assert_eq!(state(&app, credit), BreakState::Proposed);
    confirm(&farid, &again, "/decide").await;
    assert_eq!(state(&app, credit), BreakState::Resolved);
    app.finish().await;
}

/// A form that names something else than what was proposed is another form.
#[tokio::test(flavor = "multi_thread")]
async fn another_biller_is_another_form() {
    let (app, credit, _) = two_breaks(Backend::Sqlite).await.unwrap();
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let fields = |biller: &'static str| [("how", "commission"), ("why", "facture 7"), ("biller", biller)];
    let page = close(&fatima, credit, &fields("1001")).await;
    confirm(&fatima, &page, "/resolve").await;
    assert_eq!(state(&app, credit), BreakState::Proposed);
    assert_eq!(close(&fatima, credit, &fields("1001")).await.status, 200);
    assert_eq!(close(&fatima, credit, &fields("1002")).await.status, 409);
    app.finish().await;
}

/// What was shown is what is agreed to: what has changed since is shown again.
#[tokio::test(flavor = "multi_thread")]
async fn an_effect_that_was_not_seen_is_shown_first() {
    let (app, credit, _) = two_breaks(Backend::Sqlite).await.unwrap();
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let fields = [("how", "suspense"), ("why", "x"), ("confirm", "1"), ("seen", "of something else")];
    let page = close(&fatima, credit, &fields).await;
    says(&page, "L’effet a changé depuis que vous l’avez vu");
    assert_eq!(state(&app, credit), BreakState::Open);
    app.finish().await;
}
