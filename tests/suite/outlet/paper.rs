//! Receipts and slips, in three languages and two formats; from the second print on a receipt says that it is one.

use rstest::rstest;
use sandbox::FaultKind;

use super::day::two_bills;
use super::{agent_at_work, hub, pay, says};
use crate::support::{Backend, Page};

/// The words of a paper, one a line, without what differs from run to run.
fn printed(paper: &Page) -> String {
    let main = paper.body.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
    let mut lines = Vec::new();
    for piece in main.split('>').skip(1) {
        let text = piece.split('<').next().unwrap().trim();
        let changes = text.starts_with("20") && text.len() == 19 || text.starts_with("0000-") || text.starts_with("R-");
        if !text.is_empty() {
            lines.push(if changes { "…" } else { text });
        }
    }
    lines.join("\n").replace(['\u{202f}', '\u{a0}'], " ").replace(['\u{2068}', '\u{2069}'], "")
}

#[rstest]
#[case("fr", "80")]
#[case("ar", "80")]
#[case("en", "a4")]
#[tokio::test(flavor = "multi_thread")]
async fn receipts_and_slips(#[case] language: &'static str, #[case] format: &str) {
    let Some(app) = hub(Backend::Sqlite, "1000.00").await else { return };
    two_bills(&app);
    let amina = agent_at_work(&app, language, "amina", "1", "100").await;
    app.fault("biller:1302 confirm", FaultKind::Pending, 0);
    let pending = pay(&amina, ("130201", "EL-1001", ""), "200").await;
    let print = format!("/outlet/payments/{}/print", pending.reference());
    for _ in 0..2 {
        let slip = amina.post(&print, &[("format", format)]).await;
        assert_eq!(slip.status, 200, "{}", slip.text());
        assert!(slip.body.contains(&format!("paper-{format}")));
        assert!(!slip.body.contains("DUPLICATA"), "a slip is no receipt");
        insta::assert_snapshot!(format!("slip_{language}"), printed(&slip));
    }
    app.control.clear_faults();
    app.settle().await;
    app.pass(chrono::TimeDelta::minutes(10));
    app.settle().await;
    let receipt = amina.post(&print, &[("format", format)]).await;
    assert!(!receipt.body.contains("DUPLICATA"));
    insta::assert_snapshot!(format!("receipt_{language}"), printed(&receipt).replace(&app.url, ""));
    for _ in 0..2 {
        says(&amina.post(&print, &[("format", format)]).await, "DUPLICATA · DUPLICATE · نسخة");
    }
    assert_eq!(amina.post(&print, &[("format", "a5")]).await.status, 400);
    app.finish().await;
}
