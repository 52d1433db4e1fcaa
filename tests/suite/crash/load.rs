//! What customers do and have seen, whatever becomes of the hub: a request without an answer is sent again as it was, and
//! so is a callback. Each customer has a telephone of their own, by which their payment is known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use rand::RngExt;
use rand::rngs::StdRng;
use sandbox::Control;
use serde_json::Value;

use super::WAIT_MAX;
use super::counters::People;
use super::program::Place;
use crate::support::{Form, Page, Payer};

/// The biller that refuses what was paid.
pub const REFUSING: u16 = 1401;
/// Bills of the file biller: its file is pulled at a start, so they are there before the first.
const FILE_BILLS: u32 = 200;
/// Contracts of the refusing biller that nobody else has.
const REFUSED_BILLS: u32 = 400;

/// Test cards, the usual one more often: approved, with 3-D Secure, told twice, told late, never told, told with a wrong
/// hash, refused, refused and then approved.
const CARDS: [&str; 12] = [
    "4000000000000010",
    "4000000000000010",
    "4000000000000010",
    "4000000000000010",
    "4000000000000028",
    "4000000000000069",
    "4000000000000069",
    "4000000000000051",
    "4000000000000085",
    "4000000000000093",
    "4000000000000036",
    "4000000000000077",
];

/// How a bill is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// A card at the web pages.
    Web,
    /// Cash by a network's own system.
    Network,
    /// Cash at the outlet screen.
    Outlet,
    /// A link that an operator sent.
    Desk,
    /// A link that the voice server sent.
    VoiceLink,
    /// Cash for a reference of the voice server, by a network's own system.
    VoiceCash,
    /// A card keyed at the voice server.
    VoiceCard,
}

impl Way {
    pub const ALL: [Self; 7] =
        [Self::Web, Self::Network, Self::Outlet, Self::Desk, Self::VoiceLink, Self::VoiceCash, Self::VoiceCard];
}

/// A bill that is to be paid.
#[derive(Debug, Clone)]
pub struct Bill {
    pub biller: u16,
    pub contract: String,
    /// Whether somebody else is after it: then it may be refused as being paid or paid.
    pub contested: bool,
}

/// Why nothing was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    SomebodyWasQuicker,
    FloatTooLow,
    CallBrokeOff,
    NoSms,
    /// Look-ups are counted.
    TooMany,
}

/// How what was paid is asked for once more.
#[derive(Debug, Clone)]
pub enum Again {
    Nothing,
    /// The payment's page.
    Page(String),
    /// The same request of the network's system.
    Request(String, Value),
    /// The same form of an agent.
    Form(usize, String, Form),
}

/// A customer, and what they know of their payment.
#[derive(Debug, Clone)]
pub struct Visit {
    pub way: Way,
    /// The order, once they were told of it.
    pub oid: Option<String>,
    /// Whether they were told that the money was taken. Of a card at the gateway its callback tells.
    pub acknowledged: bool,
    pub again: Again,
}

/// What customers do and have seen.
pub struct Load {
    base: String,
    pub control: Control,
    pub people: People,
    pub stop: AtomicBool,
    bills: AtomicU32,
    phones: AtomicU32,
    /// A bill that somebody is paying and somebody else may pay.
    wanted: Mutex<Option<Bill>>,
    visits: Mutex<BTreeMap<String, Visit>>,
    contracts: Mutex<BTreeSet<String>>,
    /// Orders whose callback, sent again, was answered with the order to capture.
    captures: Mutex<BTreeSet<String>>,
    losses: Mutex<BTreeMap<Loss, usize>>,
}

/// Fills the file biller's file.
pub fn fill_file(control: &Control) {
    for number in 0..FILE_BILLS {
        control.add_article(1202, "01", &format!("AM{:06}", 500_000 + number), "A1", 10_000).unwrap();
    }
}

impl Load {
    pub fn new(place: &Place, control: Control, people: People) -> Self {
        Self {
            base: place.base.clone(),
            control,
            people,
            stop: AtomicBool::new(false),
            bills: AtomicU32::new(0),
            phones: AtomicU32::new(0),
            wanted: Mutex::default(),
            visits: Mutex::default(),
            contracts: Mutex::default(),
            captures: Mutex::default(),
            losses: Mutex::default(),
        }
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Customers by their telephones.
    pub fn visits(&self) -> BTreeMap<String, Visit> {
        self.visits.lock().unwrap().clone()
    }

    /// The contracts whose bills somebody was after.
    pub fn contracts(&self) -> BTreeSet<String> {
        self.contracts.lock().unwrap().clone()
    }

    /// Payments that were started so far, as far as somebody was told.
    pub fn started(&self, way: Way) -> usize {
        let visits = self.visits.lock().unwrap();
        visits.values().filter(|visit| visit.way == way && (visit.oid.is_some() || visit.acknowledged)).count()
    }

    /// How often nothing was paid, and why.
    pub fn losses(&self) -> BTreeMap<Loss, usize> {
        self.losses.lock().unwrap().clone()
    }

    /// Nothing is paid this time.
    pub fn lose<T>(&self, loss: Loss) -> Option<T> {
        *self.losses.lock().unwrap().entry(loss).or_default() += 1;
        None
    }

    /// A page that leads on. Nobody is refused but those whose bill somebody else is after.
    pub fn lead_on(&self, bill: &Bill, page: Page) -> Option<Page> {
        match page.status {
            200 => Some(page),
            429 => self.lose(Loss::TooMany),
            400..500 if bill.contested => self.lose(Loss::SomebodyWasQuicker),
            status => panic!("{bill:?}: {status} at {}: {}", page.path, page.text()),
        }
    }

    /// Orders of which somebody heard that their money is taken: the gateway, or whoever called again for it, that they
    /// are to be captured; a till that its cash is.
    pub fn acknowledged(&self) -> BTreeSet<String> {
        let mut all = self.captures.lock().unwrap().clone();
        let heard = |order: &sandbox::CardOrder| {
            order.callbacks.iter().any(|call| call.status == Some(200) && call.answer == "ACTION=POSTAUTH")
        };
        all.extend(self.control.orders().into_iter().filter(heard).map(|order| order.oid));
        all.extend(self.visits().into_values().filter(|visit| visit.acknowledged).filter_map(|visit| visit.oid));
        all
    }

    /// Callers who heard that their card was charged: nobody told them a number.
    pub fn charged(&self) -> BTreeSet<String> {
        let heard = |visit: &Visit| visit.acknowledged && visit.oid.is_none();
        self.visits().into_iter().filter(|(_, visit)| heard(visit)).map(|(phone, _)| phone).collect()
    }

    /// A bill for somebody; only digits in its contract where it is `keyed`.
    pub fn bill(&self, random: &mut StdRng, keyed: bool) -> Bill {
        let bill = self.some_bill(random, keyed);
        self.contracts.lock().unwrap().insert(bill.contract.clone());
        bill
    }

    fn some_bill(&self, random: &mut StdRng, keyed: bool) -> Bill {
        if random.random_range(0..3) == 0
            && let Some(bill) = self.wanted.lock().unwrap().take()
        {
            return bill;
        }
        let number = self.bills.fetch_add(1, Ordering::Relaxed);
        let bill = |biller: u16, contract: String| Bill { biller, contract, contested: false };
        let mut bill = match random.random_range(0..8) {
            0 | 1 if !keyed && number < FILE_BILLS => return bill(1202, format!("AM{:06}", 500_000 + number)),
            0..=2 => bill(1002, format!("{:07}", 3_000_000 + number)),
            3 if !keyed && number < REFUSED_BILLS => bill(REFUSING, format!("LOG-{:03}", 600 + number)),
            _ => bill(1001, format!("{:08}", 50_000_000 + number)),
        };
        self.control.add_article(bill.biller, "01", &bill.contract, "A1", 10_000 + i64::from(number)).unwrap();
        if bill.biller != REFUSING && random.random_range(0..4) == 0 {
            bill.contested = true;
            *self.wanted.lock().unwrap() = Some(bill.clone());
        }
        bill
    }

    /// A customer who comes, with a telephone that nobody else has.
    pub fn come(&self, way: Way) -> String {
        let phone = format!("+2126{:08}", self.phones.fetch_add(1, Ordering::Relaxed));
        let visit = Visit { way, oid: None, acknowledged: false, again: Again::Nothing };
        self.visits.lock().unwrap().insert(phone.clone(), visit);
        phone
    }

    /// Writes down what a customer was told.
    pub fn note(&self, phone: &str, change: impl FnOnce(&mut Visit)) {
        change(self.visits.lock().unwrap().get_mut(phone).unwrap());
    }

    /// A card at the web pages, from the contract to the payment's page.
    pub async fn pay_on_web(&self, random: &mut StdRng) -> Option<()> {
        let (bill, phone) = (self.bill(random, false), self.come(Way::Web));
        let payer = Payer::patient(&self.base, ["ar", "fr", "en"][random.random_range(0..3)], WAIT_MAX);
        let bills = self.lead_on(&bill, payer.find(bill.biller, "01", &bill.contract).await)?;
        if bill.contested && bills.fields_to(&bills.path).is_none() {
            return self.lose(Loss::SomebodyWasQuicker);
        }
        let summary = self.lead_on(&bill, payer.choose(&bills, "").await)?;
        let redirect = self.lead_on(&bill, payer.start(&summary, &phone, "").await)?;
        self.pay_at_gateway(random, &payer, &redirect, &phone).await;
        Some(())
    }

    /// From the page that leads to the gateway to the payment's own.
    pub async fn pay_at_gateway(&self, random: &mut StdRng, payer: &Payer, redirect: &Page, phone: &str) {
        let fields = redirect.fields();
        let field = |name: &str| fields.iter().find(|(known, _)| known == name).unwrap().1.clone();
        let (oid, page) = (field("oid"), field("okUrl").replace(&self.base, ""));
        self.note(phone, |visit| {
            visit.oid = Some(oid.clone());
            visit.again = Again::Page(page);
        });
        // Some turn back before they type a card.
        if random.random_range(0..20) == 0 {
            return;
        }
        let gateway = payer.open_gateway(redirect).await;
        let origin = redirect.action().split("/fim/").next().unwrap().to_owned();
        let result = payer.type_card(&gateway, &origin, CARDS[random.random_range(0..CARDS.len())]).await;
        assert!(result.body.contains("id=\"return\""), "{oid}: {}", result.text());
        if random.random_range(0..3) > 0 {
            self.call_again(payer, &oid, &result).await;
        }
        let seen = payer.post(&result.action(), &result.fields()).await;
        assert_eq!(seen.status, 200, "{oid}: {}", seen.text());
    }

    /// What a gateway does that got no answer: it sends the same callback until there is one.
    async fn call_again(&self, payer: &Payer, oid: &str, result: &Page) {
        let order = self.control.order(oid).unwrap();
        if order.callbacks.is_empty() || order.callbacks.iter().any(|call| call.status == Some(200)) {
            return;
        }
        let answer = payer.post("/webhooks/cmi", &result.fields()).await;
        assert_eq!(answer.status, 200, "{oid}: {}", answer.body);
        if answer.body == "ACTION=POSTAUTH" {
            self.captures.lock().unwrap().insert(oid.to_owned());
        }
    }
}
