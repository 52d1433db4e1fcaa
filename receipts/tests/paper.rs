//! Papers of tables as files, seen from outside.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use ledger::Language;
use receipts::{PAPER_ROWS_MAX, Paper, PaperCell, PaperColumn, PaperSection, PdfError, Verdict, render_paper};
use rstest::rstest;

fn column(label: &str, share: u8, is_figure: bool) -> PaperColumn {
    PaperColumn { label: label.to_owned(), share, is_figure }
}

fn sample(language: Language, rows: usize) -> Paper {
    let row = |at: usize| {
        vec![
            PaperCell::code(format!("B{at:06}")).with("007780000012345678901209"),
            PaperCell::text("1\u{202f}234,50\u{a0}MAD"),
        ]
    };
    let title = if language == Language::Ar { "بيان المطابقة" } else { "État de rapprochement" };
    Paper {
        language,
        title: title.to_owned(),
        subtitle: "2026-11-24".to_owned(),
        verdict: (Verdict::Bad, "Écart inexpliqué de 0,01 MAD".to_owned()),
        sections: vec![PaperSection {
            title: "Sources".to_owned(),
            note: if rows == 0 { "Aucune".to_owned() } else { String::new() },
            columns: vec![column("Source", 3, false), column("Montant", 1, true)],
            rows: (0..rows).map(row).collect(),
            has_total: true,
        }],
        facts: vec![("Empreinte".to_owned(), "0f".repeat(32))],
        signatures: vec!["Préparé par".to_owned(), "Approuvé par".to_owned()],
        signature_lines: vec!["Nom".to_owned(), "Date".to_owned(), "Signature".to_owned()],
        footer: "Montants en dirhams.".to_owned(),
    }
}

#[rstest]
#[case(Language::Fr, 0, 1)]
#[case(Language::Ar, 5, 1)]
#[case(Language::Fr, 80, 4)]
fn is_a_pdf_and_always_the_same(#[case] language: Language, #[case] rows: usize, #[case] pages: usize) {
    let paper = sample(language, rows);
    let bytes = render_paper(&paper).unwrap();
    assert!(bytes.starts_with(b"%PDF-1."));
    assert_eq!(bytes, render_paper(&paper).unwrap());
    let text = String::from_utf8_lossy(&bytes);
    assert_eq!(text.matches("/Type/Page/").count() + text.matches("/Type/Page\n").count(), pages);
}

#[test]
fn a_paper_past_the_limit_is_refused() {
    let rows = PAPER_ROWS_MAX + 1;
    assert_eq!(render_paper(&sample(Language::Fr, rows)), Err(PdfError::TooManyRows(rows)));
}
