//! What payers are told, over both channels.

mod mail;
mod sms;

use std::sync::Arc;
use std::time::Duration;

use biller_adapters::{Article, ArticleKind, BillerReceipt, ConnectorSettings};
use fatoura::notify::{Mailer, Notifier, SmtpSecurity, SmtpSettings, TwilioClient, TwilioSender, TwilioSettings};
use ledger::{Channel, Instrument, Language, Money};
use payments::api::{Amounts, PaymentView, Standing};
use payments::catalogue::{AmountRule, Biller, Catalogue, Category, ReceivableType, Trilingual};
use payments::messages::{Delivery, Medium, Message, MessageKind, Messenger};
use rstest::rstest;
use sandbox::{RunningSandbox, Sandbox, SandboxConfig};
use settlement::terms::Terms;
use tokio::net::TcpListener;

const MOBILE: &str = "+212612345678";
const ADDRESS: &str = "payer@example.ma";

async fn start() -> RunningSandbox {
    Sandbox::start(SandboxConfig::default()).await.unwrap()
}

fn words(ar: &str, fr: &str, en: &str) -> Trilingual {
    Trilingual { ar: ar.to_owned(), fr: fr.to_owned(), en: en.to_owned() }
}

fn catalogue() -> Arc<Catalogue> {
    let receivable_type = ReceivableType {
        code: "01".to_owned(),
        name: words("فاتورة الكهرباء", "Facture d’électricité", "Electricity bill"),
        form: Vec::new(),
        amount_rule: AmountRule::Exact,
        fetch: true,
        tax: false,
        cancellable: false,
        limits: Vec::new(),
        fees: Vec::new(),
    };
    let biller = Biller {
        code: 1001,
        name: words("كهرباء الدار البيضاء", "Électricité de Casablanca", "Casablanca Electricity"),
        category: Category::ElectricityWater,
        logo: None,
        colour: None,
        connector: ConnectorSettings::JsonRest { base_url: "http://127.0.0.1".to_owned(), secret_env: "X".to_owned() },
        terms: Terms::to_one("X", "007780000012345678901209"),
        capture: payments::catalogue::Capture::Automatic,
        quote_lifetime_hours: 168,
        receivable_types: vec![receivable_type],
        brand: None,
    };
    Arc::new(Catalogue::new(vec![biller]))
}

fn payment(language: Language) -> PaymentView {
    let money = Money::from_minor;
    let article = Article {
        id: "A1".to_owned(),
        kind: ArticleKind::Receivable,
        description: "Octobre 2026".to_owned(),
        amount: money(16_800),
        date: None,
    };
    PaymentView {
        reference: "7Qm2xK94".to_owned(),
        quote: "q".to_owned(),
        biller: 1001,
        receivable_type: "01".to_owned(),
        contract_masked: "••••5678".to_owned(),
        articles: vec![article],
        amounts: Amounts {
            principal: money(16_800),
            fee: money(590),
            vat: money(106),
            duty: Money::ZERO,
            total: money(17_496),
        },
        channel: Channel::Web,
        instrument: Instrument::Card,
        language,
        card_mask: "4***********0010".to_owned(),
        standing: Standing::Confirmed(BillerReceipt { number: "R-2026-004512".to_owned(), date: None }),
        started_at: "2026-11-24T10:58:00Z".parse().unwrap(),
        standing_since: "2026-11-24T10:59:30Z".parse().unwrap(),
    }
}

fn message(medium: Medium, language: Language) -> Message {
    let to = match medium {
        Medium::Sms => MOBILE,
        Medium::Mail => ADDRESS,
    };
    Message { id: 4_711, kind: MessageKind::Confirmed, medium, to: to.to_owned(), payment: payment(language) }
}

fn twilio_settings(base_url: &str) -> TwilioSettings {
    TwilioSettings {
        base_url: base_url.to_owned(),
        account_sid: "ACsandbox".to_owned(),
        auth_token: "sandbox-token".into(),
        sender: TwilioSender::From("+15005550006".to_owned()),
        status_callback: None,
        timeout: Duration::from_millis(1_500),
    }
}

fn smtp_settings(port: u16) -> SmtpSettings {
    SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        security: SmtpSecurity::None,
        credentials: None,
        from: "Fatoura <recus@example.ma>".to_owned(),
        timeout: Duration::from_millis(1_500),
    }
}

fn notifier(twilio: Option<TwilioSettings>, smtp: Option<SmtpSettings>) -> Notifier {
    let sms = twilio.map(|settings| TwilioClient::new(settings).unwrap());
    let mail = smtp.map(|settings| Mailer::new(settings).unwrap());
    Notifier::new(Arc::new(catalogue), "https://pay.example.ma/", sms, mail)
}

fn notifier_of(sandbox: &RunningSandbox) -> Notifier {
    let twilio = twilio_settings(&format!("{}/twilio", sandbox.base_url()));
    notifier(Some(twilio), Some(smtp_settings(sandbox.smtp_addr().port())))
}

fn reason(delivery: &Delivery) -> &str {
    match delivery {
        Delivery::Sent(_) => "",
        Delivery::NotSent(reason) | Delivery::Rejected(reason) | Delivery::Unknown(reason) => reason,
    }
}

fn word(delivery: &Delivery) -> &'static str {
    // Whatever happens, reasons are logged: they hold nothing of the recipient, the text or the credentials.
    for secret in ["61234", "payer", "example.ma", "7Qm2xK94", "5678", "Casablanca", "sandbox-token", "wrong-token"] {
        assert!(!reason(delivery).contains(secret), "{delivery:?}");
    }
    match delivery {
        Delivery::Sent(_) => "sent",
        Delivery::NotSent(_) => "not sent",
        Delivery::Rejected(_) => "rejected",
        Delivery::Unknown(_) => "unknown",
    }
}

#[rstest]
#[case(Medium::Sms)]
#[case(Medium::Mail)]
#[actix_web::test]
async fn nobody_listens(#[case] medium: Medium) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let hub = notifier(Some(twilio_settings(&format!("http://127.0.0.1:{port}"))), Some(smtp_settings(port)));
    assert_eq!(word(&hub.deliver(&message(medium, Language::Fr)).await), "not sent");
}

#[rstest]
#[case(Medium::Sms, "SMS is not configured")]
#[case(Medium::Mail, "mail is not configured")]
#[actix_web::test]
async fn a_channel_that_is_not_configured(#[case] medium: Medium, #[case] reason: &str) {
    let delivery = notifier(None, None).deliver(&message(medium, Language::Fr)).await;
    assert_eq!(delivery, Delivery::Rejected(reason.to_owned()));
}

#[rstest]
#[case(Medium::Sms)]
#[case(Medium::Mail)]
#[actix_web::test]
async fn nothing_is_confirmed_that_does_not_stand_confirmed(#[case] medium: Medium) {
    let sandbox = start().await;
    let mut message = message(medium, Language::Fr);
    message.payment.standing = Standing::Returned;
    assert_eq!(word(&notifier_of(&sandbox).deliver(&message).await), "rejected");
    assert!(sandbox.control().sms().is_empty() && sandbox.control().mails().is_empty());
    sandbox.stop().await;
}

#[test]
fn settings_that_would_leak_are_refused() {
    let twilio = |change: fn(&mut TwilioSettings)| {
        let mut settings = twilio_settings("https://api.twilio.com");
        change(&mut settings);
        TwilioClient::new(settings).err().map(|error| error.to_string())
    };
    assert_eq!(twilio(|_| ()), None);
    assert!(twilio(|settings| settings.base_url = "http://api.twilio.com".to_owned()).is_some());
    assert!(twilio(|settings| settings.account_sid = "AC/../x".to_owned()).is_some());
    assert!(twilio(|settings| settings.sender = TwilioSender::From(" ".to_owned())).is_some());
    let mail = |change: fn(&mut SmtpSettings)| {
        let mut settings = smtp_settings(25);
        change(&mut settings);
        Mailer::new(settings).err().map(|error| error.to_string())
    };
    assert_eq!(mail(|_| ()), None);
    assert!(mail(|settings| settings.host = "mail.example.ma".to_owned()).is_some());
    assert!(mail(|settings| settings.from = "nobody".to_owned()).is_some());
    let tls =
        SmtpSettings { security: "tls".parse().unwrap(), host: "mail.example.ma".to_owned(), ..smtp_settings(465) };
    assert!(Mailer::new(tls).is_ok());
    assert!("ssl".parse::<SmtpSecurity>().is_err());
    let shown = format!("{:?}", twilio_settings("https://api.twilio.com"));
    assert!(!shown.contains("sandbox-token"), "{shown}");
}
