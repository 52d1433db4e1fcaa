//! SMS and mails, word for word, and the sizes that an SMS must keep.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use chrono::{TimeZone, Utc};
use ledger::{DisputeAction, DisputeState, Instrument, Language, Money};
use receipts::{
    DisputeNotice, LOGO_CID, Look, LowFloat, MessageData, MessageKind, ReferenceNotice, dispute_mail, dispute_sms,
    low_float_mail, mail, reference_sms, sms_text,
};
use rstest::rstest;

const LANGUAGES: [Language; 3] = [Language::Ar, Language::Fr, Language::En];

/// Characters of GSM 03.38 that take one septet.
const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

fn kinds() -> [MessageKind; 5] {
    [
        MessageKind::Confirmed { receipt_number: "R-2026-004512".to_owned() },
        MessageKind::Returning,
        MessageKind::Returned,
        MessageKind::Request,
        MessageKind::Refunded,
    ]
}

fn sample(language: Language, kind: MessageKind) -> MessageData {
    let [biller, receivable] = match language {
        Language::Ar => ["كهرباء وماء الدار البيضاء", "فاتورة الكهرباء"],
        Language::Fr => ["Électricité et Eau de Casablanca", "Facture d’électricité"],
        Language::En => ["Casablanca Electricity and Water", "Electricity bill"],
    };
    let money = Money::from_minor;
    MessageData {
        kind,
        language,
        biller: biller.to_owned(),
        receivable: receivable.to_owned(),
        contract_masked: "••••••5678".to_owned(),
        principal: money(141_500),
        fee: money(590),
        vat: money(106),
        duty: Money::ZERO,
        total: money(142_196),
        payment_reference: "7Qm2xK94".to_owned(),
        instrument: Instrument::Card,
        card_mask: Some("4111 •••• •••• 1111".to_owned()),
        at: Utc.with_ymd_and_hms(2026, 11, 24, 10, 59, 30).unwrap(),
        link: format!("https://pay.example.ma/{language}/payments/7Qm2xK94"),
        look: Look::default(),
    }
}

/// Whether a text is GSM-7, and its segments.
fn segments(text: &str) -> (bool, usize) {
    let count = |length: usize, alone: usize, joined: usize| if length <= alone { 1 } else { length.div_ceil(joined) };
    if text.chars().all(|c| GSM.contains(c)) {
        (true, count(text.chars().count(), 160, 153))
    } else {
        (false, count(text.encode_utf16().count(), 70, 67))
    }
}

#[test]
fn sms_word_for_word() {
    let mut shown = String::new();
    for kind in kinds() {
        for language in LANGUAGES {
            let text = sms_text(&sample(language, kind.clone()));
            let (gsm, count) = segments(&text);
            let (encoding, length) =
                if gsm { ("GSM-7", text.chars().count()) } else { ("UCS-2", text.encode_utf16().count()) };
            shown.push_str(&format!("== {language} {encoding} {length} in {count}\n{text}\n"));
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn sms_sizes() {
    for kind in kinds() {
        for language in LANGUAGES {
            let mut data = sample(language, kind.clone());
            let (gsm, count) = segments(&sms_text(&data));
            assert_eq!(gsm, language != Language::Ar, "{kind:?} {language}");
            let count_max = match (&kind, language) {
                (_, Language::Ar) => 3,
                (MessageKind::Confirmed { .. }, _) => 1,
                _ => 2,
            };
            assert!(count <= count_max, "{kind:?} {language}: {count}");
            // A long name is cut.
            data.biller = "م".repeat(500);
            let text = sms_text(&data);
            assert!(
                text.contains('…') == (language == Language::Ar)
                    && (segments(&text).1 <= 3 || language != Language::Ar),
                "{text}"
            );
        }
    }
}

#[test]
fn french_letters_outside_gsm_are_replaced_and_others_kept() {
    let mut data = sample(Language::Fr, kinds()[0].clone());
    data.biller = "L’Hôpital – Cœur « été » ça".to_owned();
    assert!(sms_text(&data).contains("L'Hopital - Coeur \" été \" ca"), "{}", sms_text(&data));
    data.biller = "شركة".to_owned();
    assert!(sms_text(&data).contains("شركة"));
}

#[rstest]
#[case(Instrument::Card, "card")]
#[case(Instrument::Wallet, "to you")]
fn money_goes_back_the_way_it_came(#[case] instrument: Instrument, #[case] word: &str) {
    for kind in [MessageKind::Returning, MessageKind::Returned] {
        let mut data = sample(Language::En, kind);
        data.instrument = instrument;
        assert!(sms_text(&data).contains(word), "{}", sms_text(&data));
    }
}

#[rstest]
fn mails_word_for_word(
    #[values(Language::Ar, Language::Fr, Language::En)] language: Language,
    #[values(0, 1, 2, 3, 4)] kind: usize,
) {
    let kind = kinds()[kind].clone();
    let word = match kind {
        MessageKind::Confirmed { .. } => "confirmed",
        MessageKind::Returning => "returning",
        MessageKind::Returned => "returned",
        MessageKind::Cancelled => "cancelled",
        MessageKind::Refunded => "refunded",
        MessageKind::Request => "request",
    };
    let mail = mail(&sample(language, kind));
    insta::assert_snapshot!(format!("mail_{word}_{language}_text"), format!("{}\n\n{}", mail.subject, mail.text));
    insta::assert_snapshot!(format!("mail_{word}_{language}_html"), mail.html);
    if let Ok(folder) = std::env::var("FATOURA_MAIL_SAMPLES") {
        std::fs::write(format!("{folder}/{word}-{language}.html"), &mail.html).unwrap();
    }
}

/// A biller's own look: its logo goes along under the name that the page uses.
#[rstest]
fn a_mail_in_a_billers_own_look(#[values(Language::Ar, Language::Fr)] language: Language) {
    let look = Look {
        ground: Some(([0xff, 0xcc, 0x00], [0x10, 0x23, 0x1f])),
        accent: Some([0x85, 0x6a, 0x00]),
        logo: Some(Arc::new(vec![1, 2, 3])),
        contact: "0537 00 00 00".to_owned(),
        footer: "Merci <b>de</b> votre confiance".to_owned(),
    };
    let kind = MessageKind::Confirmed { receipt_number: "R-1".to_owned() };
    let made = mail(&MessageData { look, ..sample(language, kind) });
    assert!(made.html.contains(&format!("cid:{LOGO_CID}")) && made.logo.is_some());
    assert!(!made.html.contains("<b>de</b>"), "what others wrote stays text");
    insta::assert_snapshot!(format!("mail_own_look_{language}_text"), format!("{}\n\n{}", made.subject, made.text));
    insta::assert_snapshot!(format!("mail_own_look_{language}_html"), made.html);
}

/// A message's text with its encoding and size.
fn sized(language: Language, text: &str) -> String {
    let (gsm, count) = segments(text);
    let (encoding, length) = if gsm { ("GSM-7", text.chars().count()) } else { ("UCS-2", text.encode_utf16().count()) };
    format!("== {language} {encoding} {length} in {count}\n{text}\n")
}

fn reference(language: Language, reminder: bool) -> ReferenceNotice {
    let biller = sample(language, MessageKind::Returned).biller;
    let expires_at = Utc.with_ymd_and_hms(2026, 11, 26, 9, 59, 30).unwrap();
    let digits = "1000000000005".to_owned();
    ReferenceNotice { language, digits, biller, total: Money::from_minor(142_196), expires_at, reminder }
}

/// What a customer hears of cash: at the counter, and of a reference.
#[test]
fn cash_word_for_word() {
    let mut shown = String::new();
    for language in LANGUAGES {
        for kind in [MessageKind::Returned, MessageKind::Cancelled] {
            let data = MessageData { instrument: Instrument::Cash, card_mask: None, ..sample(language, kind) };
            shown.push_str(&sized(language, &sms_text(&data)));
        }
        for reminder in [false, true] {
            let text = reference_sms(&reference(language, reminder));
            let (gsm, count) = segments(&text);
            assert!(gsm == (language != Language::Ar) && count <= if gsm { 1 } else { 2 }, "{text}");
            shown.push_str(&sized(language, &text));
        }
    }
    insta::assert_snapshot!(shown);
}

#[rstest]
fn low_floats_word_for_word(#[values(Language::Ar, Language::Fr, Language::En)] language: Language) {
    let [network, place] = match language {
        Language::Ar => ["أطلس كاش", "دكان الحي، فاس"],
        Language::Fr => ["Atlas Cash", "Épicerie du quartier, Fès"],
        Language::En => ["Atlas Cash", "Corner shop, <Fez>\r\nBcc: a@b.ma"],
    };
    let money = Money::from_minor;
    let mail = low_float_mail(&LowFloat {
        language,
        network: network.to_owned(),
        outlet: "20001".to_owned(),
        place: place.to_owned(),
        available: money(13_158),
        low_below: money(50_000),
    });
    assert!(!mail.subject.contains(['\r', '\n']) && !mail.html.contains("<Fez>"));
    insta::assert_snapshot!(format!("mail_low_float_{language}_text"), format!("{}\n\n{}", mail.subject, mail.text));
    insta::assert_snapshot!(format!("mail_low_float_{language}_html"), mail.html);
}

fn dispute(language: Language, action: DisputeAction, state: DisputeState, words: &str) -> DisputeNotice {
    let biller = sample(language, MessageKind::Returned).biller;
    let due_on = chrono::NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();
    let link = format!("https://pay.example.ma/{language}/payments/0000-001B-9XK2-7QZD");
    DisputeNotice { language, number: 100_777, biller, action, state, words: words.to_owned(), due_on, link }
}

/// Each step that a payer hears of.
const HEARD: [(DisputeAction, DisputeState); 9] = [
    (DisputeAction::Opened, DisputeState::Open),
    (DisputeAction::Reopened, DisputeState::Open),
    (DisputeAction::BillerAnswered, DisputeState::Open),
    (DisputeAction::AskedBiller, DisputeState::AtBiller),
    (DisputeAction::AskedPayer, DisputeState::AtPayer),
    (DisputeAction::Proposed, DisputeState::Proposed),
    (DisputeAction::Upheld, DisputeState::Upheld),
    (DisputeAction::Rejected, DisputeState::Rejected),
    (DisputeAction::Withdrawn, DisputeState::Withdrawn),
];

#[test]
fn complaints_word_for_word() {
    let mut shown = String::new();
    for language in LANGUAGES {
        for (action, state) in HEARD {
            let text = dispute_sms(&dispute(language, action, state, "never in an SMS"));
            let (gsm, count) = segments(&text);
            assert!(gsm == (language != Language::Ar) && count <= if gsm { 2 } else { 3 }, "{count}: {text}");
            assert!(!text.contains("never"));
            shown.push_str(&sized(language, &text));
            let mail = dispute_mail(&dispute(language, action, state, "<b>words</b>"));
            assert!(mail.html.contains("words") && !mail.html.contains("<b>words"), "what others wrote stays text");
            shown.push_str(&format!("{}\n{}\n", mail.subject, mail.text));
        }
    }
    insta::assert_snapshot!(shown);
    let notice = dispute(Language::Ar, DisputeAction::Upheld, DisputeState::Upheld, "نعم");
    insta::assert_snapshot!("mail_dispute_ar_html", dispute_mail(&notice).html);
}

#[test]
fn what_others_wrote_stays_text() {
    let mut data = sample(Language::Fr, kinds()[0].clone());
    data.biller = "<script>x</script>\r\nBcc: a@b.ma".to_owned();
    data.duty = Money::from_minor(42);
    let mail = mail(&data);
    assert!(!mail.html.contains("<script>") && mail.html.contains("Droit de timbre"), "{}", mail.html);
    assert!(!mail.subject.contains(['\r', '\n']), "{}", mail.subject);
    assert!(!mail.html.contains("src=") && !mail.html.contains("url("), "nothing is loaded from elsewhere");
}

fn keys(language: Language) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language.as_str());
    let mut keys = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
            let Some((key, _)) = line.split_once(" =") else { continue };
            if key.starts_with(|c: char| c.is_ascii_lowercase()) {
                assert!(keys.insert(key.to_owned()), "{language}: {key} stands twice");
            }
        }
    }
    keys
}

#[rstest]
#[case(Language::Ar)]
#[case(Language::En)]
fn the_languages_hold_the_same_messages(#[case] language: Language) {
    assert!(keys(Language::Fr).len() > 60, "the texts were not read");
    assert_eq!(keys(language), keys(Language::Fr));
}
