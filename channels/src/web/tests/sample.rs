//! Billers, bills and payments to show.

use std::sync::Arc;

use biller_adapters::{Article, ArticleKind, BillerReceipt, ConnectorSettings};
use chrono::{DateTime, Utc};
use ledger::{Channel, Instrument, Language, Money};
use payments::api::cash::{
    CashReference, CashReferenceError, CashReferenceStanding, MakeCashReference, ReferenceSubject,
};
use payments::api::*;
use payments::catalogue::*;
use payments::links::{
    Link, LinkStanding, MakeLink, MakeLinkError, Maker, OpenedLink, StartLinkError, StartLinkPayment,
};
use payments::voice::{ChargeOutcome, ChargeToken, TakenStep, VoiceCall, VoiceStep};
use settlement::terms::Terms;

use crate::use_cases::{Later, UseCases};

/// Answers by what it is asked: contract 00000000 owes nothing, 99999999 is unknown, 88888888 finds the biller down,
/// 77777777 finds the database down, 66666666 finds us full.
pub(crate) struct SampleHub;

fn words(ar: &str, fr: &str, en: &str) -> Trilingual {
    Trilingual { ar: ar.to_owned(), fr: fr.to_owned(), en: en.to_owned() }
}

fn field(name: &str, label: Trilingual, hint: Option<Trilingual>, kind: FieldKind, format: FieldFormat) -> FormField {
    FormField {
        name: name.to_owned(),
        label,
        hint,
        kind,
        format,
        min_length: Some(8),
        max_length: Some(12),
        regex: None,
        required: kind != FieldKind::Checkbox,
        values: Vec::new(),
    }
}

fn contract() -> FormField {
    let hint = words(
        "الرقم أعلى الفاتورة، 8 أرقام",
        "En haut de votre facture, 8 chiffres",
        "At the top of your bill, 8 digits",
    );
    field(
        "contract",
        words("رقم العقد", "Numéro de contrat", "Contract number"),
        Some(hint),
        FieldKind::Text,
        FieldFormat::Integer,
    )
}

fn kind(code: &str, name: Trilingual, amount_rule: AmountRule, form: Vec<FormField>) -> ReceivableType {
    ReceivableType {
        code: code.to_owned(),
        name,
        form,
        amount_rule,
        fetch: true,
        tax: false,
        cancellable: false,
        limits: Vec::new(),
        fees: Vec::new(),
    }
}

fn biller(code: u16, name: Trilingual, category: Category, receivable_types: Vec<ReceivableType>) -> Biller {
    Biller {
        code,
        name,
        category,
        logo: (code != 1401).then(|| format!("{code}.svg")),
        colour: Some("#0b5d4e".to_owned()),
        connector: ConnectorSettings::JsonRest { base_url: "http://127.0.0.1".to_owned(), secret_env: "X".to_owned() },
        terms: Terms::to_one("X", "007780000012345678901209"),
        capture: payments::catalogue::Capture::Automatic,
        quote_lifetime_hours: 168,
        receivable_types,
        brand: None,
    }
}

pub(crate) fn catalogue() -> Catalogue {
    let bills = || kind("02", words("الفواتير", "Factures", "Bills"), AmountRule::Exact, vec![contract()]);
    let max = Some(Money::from_minor(1_000_000));
    let cash = Limit { channel: Channel::Agt, instrument: Instrument::Cash, min: None, max };
    let mut choice = field("zone", words("المنطقة", "Zone", "Zone"), None, FieldKind::Select, FieldFormat::String);
    choice.values = vec![FieldValue { value: "1".to_owned(), label: words("الشمال", "Nord", "North") }];
    let range = AmountRule::Range {
        min: Money::from_minor(1_000),
        max: Money::from_minor(100_000),
        multiple: Money::from_minor(500),
    };
    let mut top_up = kind("05", words("تعبئة", "Recharge", "Top-up"), range, vec![contract()]);
    top_up.fetch = false;
    Catalogue::new(vec![
        biller(
            1001,
            words("الشركة الوطنية للكهرباء", "Nationale d’Électricité", "National Electricity"),
            Category::ElectricityWater,
            vec![
                ReceivableType { limits: vec![cash], ..bills() },
                kind(
                    "03",
                    words("الأشغال", "Travaux", "Works"),
                    AmountRule::ExactOrLess,
                    vec![
                        contract(),
                        choice,
                        field(
                            "pin",
                            words("الرمز السري", "Code secret", "Secret code"),
                            None,
                            FieldKind::Password,
                            FieldFormat::String,
                        ),
                        field(
                            "ok",
                            words("أنا صاحب العقد", "Je suis titulaire du contrat", "I hold the contract"),
                            None,
                            FieldKind::Checkbox,
                            FieldFormat::String,
                        ),
                        field(
                            "info",
                            words("للمشتركين فقط", "Réservé aux abonnés", "For subscribers only"),
                            None,
                            FieldKind::Label,
                            FieldFormat::String,
                        ),
                    ],
                ),
            ],
        ),
        biller(1002, words("مياه الأطلس", "Eaux de l’Atlas", "Atlas Water"), Category::ElectricityWater, vec![bills()]),
        biller(
            1101,
            words("اتصالات الجنوب", "Télécom du Sud", "Southern Telecom"),
            Category::Telecom,
            vec![bills(), top_up],
        ),
        biller(1102, words("ألياف المغرب", "Fibre Maghreb", "Maghreb Fibre"), Category::Telecom, vec![bills()]),
        biller(1201, words("الضرائب المحلية", "Taxes locales", "Local Taxes"), Category::TaxesFees, vec![bills()]),
        biller(
            1202,
            words("الضريبة على السيارات", "Vignette automobile", "Vehicle Tax"),
            Category::TaxesFees,
            vec![bills()],
        ),
        biller(
            1301,
            words("جامعة الأطلس", "Université de l’Atlas", "Atlas University"),
            Category::Education,
            vec![bills()],
        ),
        biller(
            1401,
            words("الطرق السيارة", "Autoroutes du Royaume", "Kingdom Motorways"),
            Category::Transport,
            vec![bills()],
        ),
    ])
}

fn article(id: &str, kind: ArticleKind, description: &str, minor: i64) -> Article {
    Article {
        id: id.to_owned(),
        kind,
        description: description.to_owned(),
        amount: Money::from_minor(minor),
        date: (kind == ArticleKind::Receivable).then(|| "2026-10-31".parse().unwrap()),
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(super) fn inquiry(reference: &str) -> Option<Inquiry> {
    let (biller, receivable_type, articles) = match reference {
        "inquiry-electricity" => (
            1001,
            "02",
            vec![
                (article("A1", ArticleKind::Receivable, "Facture octobre 2026", 16_800), false, false),
                (article("A2", ArticleKind::Receivable, "Facture septembre 2026", 123_450), false, false),
                (article("A3", ArticleKind::Mandatory, "Redevance compteur", 1_250), true, false),
                (article("A4", ArticleKind::Receivable, "<script>alert(1)</script> août", 9_900), false, true),
            ],
        ),
        "inquiry-works" => {
            (1001, "03", vec![(article("W1", ArticleKind::Receivable, "Travaux", 500_000), false, false)])
        }
        "inquiry-all-busy" => {
            (1002, "02", vec![(article("B1", ArticleKind::Receivable, "Facture octobre 2026", 5_000), false, true)])
        }
        "inquiry-top-up" => (1101, "05", vec![]),
        "inquiry-broken" => (1001, "no", vec![]),
        _ => return None,
    };
    let articles =
        articles.into_iter().map(|(article, mandatory, busy)| PayableArticle { article, mandatory, busy }).collect();
    Some(Inquiry {
        reference: reference.to_owned(),
        biller,
        receivable_type: receivable_type.to_owned(),
        contract_masked: "••••5678".to_owned(),
        articles,
        expires_at: at("2026-11-24T12:00:00Z"),
    })
}

fn amounts() -> Amounts {
    let money = Money::from_minor;
    Amounts { principal: money(141_500), fee: money(590), vat: money(106), duty: Money::ZERO, total: money(142_196) }
}

fn paid() -> Vec<Article> {
    vec![
        article("A1", ArticleKind::Receivable, "Facture octobre 2026", 16_800),
        article("A2", ArticleKind::Receivable, "Facture septembre 2026", 123_450),
        article("A3", ArticleKind::Mandatory, "Redevance compteur", 1_250),
    ]
}

pub(super) fn quote(reference: &str) -> Option<Quote> {
    let expires_at = match reference {
        "quote-old" => at("2026-11-24T11:00:00Z"),
        name if name.starts_with("quote-") => at("2026-11-25T11:00:00Z"),
        _ => return None,
    };
    Some(Quote {
        reference: reference.to_owned(),
        inquiry: "inquiry-electricity".to_owned(),
        biller: if reference == "quote-taxes" { 1201 } else { 1001 },
        receivable_type: "02".to_owned(),
        contract_masked: "••••5678".to_owned(),
        articles: paid(),
        amounts: amounts(),
        channel: Channel::Web,
        instrument: Instrument::Card,
        expires_at,
    })
}

pub(super) fn payment(reference: &str) -> Option<PaymentView> {
    let standing = match reference {
        "pay-awaiting-7Qm2xK" => Standing::AwaitingPayer,
        "pay-confirming-7Qm2xK" => Standing::Confirming,
        "pay-confirmed-7Qm2xK" => Standing::Confirmed(BillerReceipt {
            number: "R-2026-004512".to_owned(),
            date: Some("2026-11-24".parse().unwrap()),
        }),
        "pay-declined-7Qm2xK" => Standing::Declined,
        "pay-expired-7Qm2xK" => Standing::Expired,
        "pay-returning-7Qm2xK" => Standing::Returning,
        "pay-returned-7Qm2xK" => Standing::Returned,
        _ => return None,
    };
    Some(PaymentView {
        reference: reference.to_owned(),
        quote: "quote-electricity".to_owned(),
        biller: 1001,
        receivable_type: "02".to_owned(),
        contract_masked: "••••5678".to_owned(),
        articles: paid(),
        amounts: amounts(),
        channel: Channel::Web,
        instrument: Instrument::Card,
        language: Language::Fr,
        card_mask: "4111 •••• •••• 1111".to_owned(),
        standing,
        started_at: at("2026-11-24T10:58:00Z"),
        standing_since: at("2026-11-24T10:59:30Z"),
    })
}

fn broken() -> Infrastructure {
    Infrastructure::Failed("secret detail: database is gone".to_owned())
}

impl UseCases for SampleHub {
    fn catalogue(&self) -> Arc<Catalogue> {
        Arc::new(catalogue())
    }

    fn is_available(&self, biller: u16, _: Channel) -> bool {
        biller != 1102
    }

    fn find_bills(&self, request: FindBills) -> Later<'_, Found, FindError> {
        Box::pin(async move {
            if let Some(field) =
                request.fields.keys().find(|name| !matches!(name.as_str(), "contract" | "zone" | "pin" | "ok"))
            {
                let fault = FieldFault { field: field.clone(), kind: FieldFaultKind::UnknownField };
                return Err(FindError::Form(vec![fault]));
            }
            let fault = |kind| Err(FindError::Form(vec![FieldFault { field: "contract".to_owned(), kind }]));
            match request.fields.get("contract").map(String::as_str) {
                None => fault(FieldFaultKind::Missing),
                Some("00000000") => Ok(Found::NothingDue),
                Some("99999999") => Ok(Found::UnknownCustomer),
                Some("88888888") => Err(FindError::Unavailable),
                Some("77777777") => Err(broken().into()),
                Some("66666666") => Err(Infrastructure::Overloaded(7).into()),
                Some(text) if text.len() < 8 => fault(FieldFaultKind::TooShort(8)),
                Some(text) if !text.bytes().all(|b| b.is_ascii_digit()) => fault(FieldFaultKind::NotInteger),
                Some(_) => Ok(Found::Bill(inquiry("inquiry-electricity").unwrap())),
            }
        })
    }

    fn inquiry<'a>(&'a self, reference: &'a str) -> Later<'a, Option<Inquiry>, Infrastructure> {
        Box::pin(async move { if reference == "database-down" { Err(broken()) } else { Ok(inquiry(reference)) } })
    }

    fn make_quote(&self, request: MakeQuote) -> Later<'_, Quote, QuoteError> {
        Box::pin(async move {
            if request.articles.iter().any(|id| id == "A9") {
                return Err(QuoteError::UnknownArticle("A9".to_owned()));
            }
            if request.articles.iter().any(|id| id == "A4") {
                return Err(QuoteError::Busy);
            }
            match (request.inquiry.as_str(), request.amount) {
                ("inquiry-top-up", None) => Err(QuoteError::AmountRequired),
                ("inquiry-top-up", Some(amount)) if amount > Money::from_minor(100_000) => {
                    Err(QuoteError::AmountNotAllowed {
                        min: Some(Money::from_minor(1_000)),
                        max: Some(Money::from_minor(100_000)),
                        multiple: Some(Money::from_minor(500)),
                    })
                }
                (_, None) if request.articles.is_empty() => Err(QuoteError::NothingChosen),
                _ => Ok(quote("quote-electricity").unwrap()),
            }
        })
    }

    fn quote<'a>(&'a self, reference: &'a str) -> Later<'a, Option<Quote>, Infrastructure> {
        Box::pin(async move { Ok(quote(reference)) })
    }

    fn start_card_payment(&self, request: StartCardPayment) -> Later<'_, CardRedirect, StartError> {
        Box::pin(async move {
            assert!(request.phone.starts_with("+2126") && request.idempotency_key.len() == 32);
            match request.quote.as_str() {
                "quote-being-paid" => Err(StartError::BeingPaid),
                "quote-paid" => Err(StartError::AlreadyPaid),
                "quote-key" => Err(StartError::KeyConflict),
                "quote-down" => Err(StartError::Unavailable),
                "quote-late" => Err(StartError::Expired),
                "quote-cash" => Err(StartError::WrongInstrument),
                _ => Ok(CardRedirect {
                    payment: "pay-awaiting-7Qm2xK".to_owned(),
                    action: "https://gateway.example.ma/fim/est3Dgate".to_owned(),
                    fields: vec![
                        ("clientid".to_owned(), "600000001".to_owned()),
                        ("BillToName".to_owned(), "a \"b\" <c> & d".to_owned()),
                    ],
                }),
            }
        })
    }

    fn payment<'a>(&'a self, reference: &'a str) -> Later<'a, Option<PaymentView>, Infrastructure> {
        Box::pin(async move { Ok(payment(reference)) })
    }

    fn find_payment<'a>(
        &'a self,
        reference: &'a str,
        phone: &'a str,
    ) -> Later<'a, Option<PaymentView>, Infrastructure> {
        Box::pin(async move { Ok(payment(reference).filter(|_| phone == "+212612345678")) })
    }

    fn card_callback(&self, fields: Vec<(String, String)>) -> Later<'_, CallbackAnswer, Infrastructure> {
        Box::pin(async move {
            match fields.first().map(|(_, value)| value.as_str()) {
                Some("capture") => Ok(CallbackAnswer::Capture),
                Some("approve") => Ok(CallbackAnswer::Approved),
                Some("down") => Err(broken()),
                Some("full") => Err(Infrastructure::Overloaded(3)),
                _ => Ok(CallbackAnswer::Failure),
            }
        })
    }

    fn open_link<'a>(&'a self, token: &'a str) -> Later<'a, Option<OpenedLink>, Infrastructure> {
        let link = |standing| Link {
            id: 7,
            channel: Channel::Tel,
            language: Language::Fr,
            phone: Some("+212612345678".to_owned()),
            email: None,
            made_by: Maker::Staff(3),
            created_at: at("2026-11-24T10:50:00Z"),
            expires_at: at("2026-11-24T11:20:00Z"),
            standing,
        };
        let standing = match token {
            "link-open-7Qm2xK9pLw4TzR8v" => LinkStanding::Open,
            "link-used-7Qm2xK9pLw4TzR8v" => LinkStanding::Used("pay-confirmed-7Qm2xK".to_owned()),
            "link-revoked-7Qm2xK9pLw4Tz" => LinkStanding::Revoked,
            "link-expired-7Qm2xK9pLw4Tz" => LinkStanding::Expired,
            "link-paid-7Qm2xK9pLw4TzR8v" => LinkStanding::AlreadyPaid,
            "link-busy-7Qm2xK9pLw4TzR8v" => LinkStanding::BeingPaid,
            _ => return Box::pin(async { Ok(None) }),
        };
        Box::pin(async move {
            let quote = self.quote("quote-electricity").await?;
            Ok(quote.map(|quote| OpenedLink { link: link(standing), quote }))
        })
    }

    fn start_link_payment(&self, _: StartLinkPayment) -> Later<'_, CardRedirect, StartLinkError> {
        Box::pin(async { Err(StartLinkError::Closed(LinkStanding::Used("pay-confirming-7Qm2xK".to_owned()))) })
    }

    fn make_link(&self, _: MakeLink) -> Later<'_, Link, MakeLinkError> {
        Box::pin(async { Err(MakeLinkError::NotByLink) })
    }

    fn open_voice_call<'a>(
        &'a self,
        _: &'a str,
        phone: Option<&'a str>,
        state: &'a str,
    ) -> Later<'a, VoiceCall, Infrastructure> {
        let (phone, state) = (phone.map(str::to_owned), state.to_owned());
        Box::pin(async { Ok(VoiceCall { id: 1, phone, step: 0, state, ended: false }) })
    }

    fn voice_call<'a>(&'a self, _: &'a str) -> Later<'a, Option<VoiceCall>, Infrastructure> {
        Box::pin(async { Err(Infrastructure::Failed("secret detail".to_owned())) })
    }

    fn voice_answer(&self, _: i64, _: i32, _: [u8; 16]) -> Later<'_, Option<(String, bool)>, Infrastructure> {
        Box::pin(async { Ok(None) })
    }

    fn take_voice_step(&self, _: VoiceStep) -> Later<'_, TakenStep, Infrastructure> {
        Box::pin(async { Ok(TakenStep::Taken) })
    }

    fn end_voice_call<'a>(&'a self, _: &'a str) -> Later<'a, (), Infrastructure> {
        Box::pin(async { Ok(()) })
    }

    fn last_voice_biller<'a>(&'a self, _: &'a str) -> Later<'a, Option<u16>, Infrastructure> {
        Box::pin(async { Ok(None) })
    }

    fn charge_token(&self, _: ChargeToken) -> Later<'_, ChargeOutcome, StartError> {
        Box::pin(async { Err(StartError::WrongInstrument) })
    }

    fn make_cash_reference(&self, request: MakeCashReference) -> Later<'_, CashReference, CashReferenceError> {
        let ReferenceSubject::Choice { inquiry, articles, amount: None } = &request.subject else { panic!() };
        assert_eq!((inquiry.as_str(), articles.len()), ("inquiry-electricity", 1));
        assert_eq!((request.phone.as_deref(), request.language, request.channel), (None, Language::En, Channel::Ivr));
        assert_eq!(request.idempotency_key.as_deref(), Some("call 1 step 7"));
        let duty = Money::from_minor(42);
        let total = Money::from_minor(16_842);
        let (instrument, amounts) = (Instrument::Cash, Amounts { duty, total, ..amounts() });
        Box::pin(async move {
            Ok(CashReference {
                digits: "1234567890123".to_owned(),
                quote: Quote { channel: Channel::Agt, instrument, amounts, ..quote("quote-electricity").unwrap() },
                standing: CashReferenceStanding::Open,
                channel: request.channel,
                created_at: at("2026-11-24T10:50:00Z"),
                expires_at: at("2026-11-25T11:00:00Z"),
                payment: None,
            })
        })
    }

    fn find_cash_reference<'a>(&'a self, _typed: &'a str) -> Later<'a, Option<CashReference>, Infrastructure> {
        Box::pin(async { Ok(None) })
    }
}
