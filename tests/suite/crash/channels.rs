//! The other ways to a payment: cash at an outlet, by the screen and by a network's own system, links from the desk, and
//! calls.

use std::time::{Duration, Instant};

use ledger::Reference;
use rand::RngExt;
use rand::rngs::StdRng;
use sandbox::{Dial, NetworkAnswer, PhoneCall, PhoneKeys};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::WAIT_MAX;
use super::load::{Again, Bill, Load, Loss, Way};
use super::proofs::oid;
use crate::support::{Page, Payer};

/// Longest wait for an SMS: a kill may have cut it off, and then it is not sent again.
const SMS_MAX: Duration = Duration::from_secs(3);
/// Between two tries.
const TRY_EVERY: Duration = Duration::from_millis(25);
/// Longest wait of a provider that repeats a request: the hub may wait for the first one's end.
const REPEAT_MAX: Duration = Duration::from_secs(1);
/// Approved, approved, and refused.
const KEYED_CARDS: [&str; 4] = ["4000000000000010", "4000000000000010", "4000000000000010", "4000000000000036"];

/// Who pays one bill after the other.
#[derive(Debug, Clone, Copy)]
pub enum Role {
    Web,
    Network,
    /// By the number of the agent, and of the operator.
    Outlet(usize),
    Desk(usize),
    Caller,
}

/// The order number behind a public reference.
fn oid_of(reference: &str) -> String {
    oid(reference.parse::<Reference>().unwrap().id())
}

impl Load {
    /// One customer after another, until told to stop.
    pub async fn work(&self, role: Role, mut random: StdRng) {
        while !self.stopped() {
            let paid = match role {
                Role::Web => self.pay_on_web(&mut random).await,
                Role::Network => self.pay_by_network(&mut random).await,
                Role::Outlet(agent) => self.pay_at_outlet(&mut random, agent).await,
                Role::Desk(operator) => self.pay_from_desk(&mut random, operator).await,
                Role::Caller => self.call(&mut random).await,
            };
            if paid.is_none() {
                // Nobody tries again at once.
                sleep(4 * TRY_EVERY).await;
            }
        }
    }

    /// A request of the network's system, sent again as it was until the hub answers it.
    pub async fn ask(&self, path: &str, body: &Value, wait_seconds: u32) -> NetworkAnswer {
        let until = Instant::now() + WAIT_MAX;
        loop {
            match self.people.system.post_and_wait(path, body, wait_seconds).await {
                Ok(answer) if answer.status < 500 && answer.status != 429 => return answer,
                other => assert!(Instant::now() < until, "{path} {body}: {other:?}"),
            }
            sleep(TRY_EVERY).await;
        }
    }

    /// Cash by a network's own system, from the contract to the answer.
    async fn pay_by_network(&self, random: &mut StdRng) -> Option<()> {
        let (bill, phone) = (self.bill(random, false), self.come(Way::Network));
        let wanted = json!({ "biller": bill.biller, "receivable_type": "01", "fields": { "contract": bill.contract } });
        let found = self.ask("/bills/find", &wanted, 0).await;
        let lines = found.body["articles"].as_array().map(|lines| lines.iter().map(|line| &line["id"]).collect());
        let articles: Vec<&Value> = lines.unwrap_or_default();
        if articles.is_empty() {
            assert!(bill.contested, "{bill:?}: {found:?}");
            return self.lose(Loss::SomebodyWasQuicker);
        }
        let choice = json!({ "inquiry": found.body["inquiry"], "articles": articles });
        let quote = self.ask("/quotes", &choice, 0).await;
        if quote.status >= 300 {
            assert!(bill.contested && quote.code() == "busy", "{bill:?}: {quote:?}");
            return self.lose(Loss::SomebodyWasQuicker);
        }
        self.take_cash(random, &bill, &phone, ("quote", quote.body["quote"].clone())).await
    }

    /// The system sends a payment, and now and then once more.
    async fn take_cash(
        &self,
        random: &mut StdRng,
        bill: &Bill,
        phone: &str,
        (subject, number): (&str, Value),
    ) -> Option<()> {
        let outlet = ["20001", "20001", "20002"][random.random_range(0..3)];
        let path = format!("/outlets/{outlet}/payments");
        // One for each payer, in which the telephone does not stand: it is kept as it is.
        let reference: String = "TX".chars().chain(phone.chars().rev().filter(char::is_ascii_digit)).collect();
        let body = json!({
            "reference": reference, "till": "1", "open_shift": true, "phone": phone, "language": "fr",
            subject: number,
        });
        let wait = random.random_range(0..2);
        let paid = self.ask(&path, &body, wait).await;
        if paid.status >= 300 {
            let short = outlet == "20002" && paid.code() == "float-too-low";
            let quicker = bill.contested && matches!(paid.code(), "busy" | "already-paid");
            assert!(short || quicker, "{bill:?} {body}: {paid:?}");
            return self.lose(if short { Loss::FloatTooLow } else { Loss::SomebodyWasQuicker });
        }
        self.note(phone, |visit| {
            visit.oid = Some(oid_of(paid.text("/payment")));
            visit.acknowledged = true;
            visit.again = Again::Request(path.clone(), body.clone());
        });
        if random.random_range(0..3) == 0 {
            let again = self.ask(&path, &body, 0).await;
            assert!(again.status < 300 && again.body["payment"] == paid.body["payment"], "{paid:?}, then {again:?}");
        }
        Some(())
    }

    /// Cash at the outlet screen, from the contract to the result.
    async fn pay_at_outlet(&self, random: &mut StdRng, number: usize) -> Option<()> {
        let (bill, phone) = (self.bill(random, false), self.come(Way::Outlet));
        let agent = &self.people.agents[number];
        let identify = agent.path(&format!("/outlet/billers/{}/01", bill.biller));
        let mut fields = self.lead_on(&bill, agent.browser.get(&identify).await)?.fields_to("/01").unwrap();
        fields.retain(|(name, _)| name != "f.contract");
        fields.push(("f.contract".to_owned(), bill.contract.clone()));
        let bills = self.lead_on(&bill, agent.browser.post(&identify, &fields).await)?;
        let priced = self.follow(&bill, &agent.browser, &bills, "").await?;
        let mut fields = priced.fields_to(&priced.path).unwrap();
        fields.retain(|(name, _)| name != "phone");
        fields.push(("phone".to_owned(), phone.clone()));
        let change = self.lead_on(&bill, agent.browser.post(&priced.path, &fields).await)?;
        let agreed = change.fields_to(&change.path).unwrap();
        let result = self.lead_on(&bill, agent.browser.post(&change.path, &agreed).await)?;
        let (_, reference) = result.path.split_once("/outlet/payments/").unwrap_or_else(|| panic!("{result:?}"));
        self.note(&phone, |visit| {
            visit.oid = Some(oid_of(reference));
            visit.acknowledged = true;
            visit.again = Again::Form(number, change.path.clone(), agreed.clone());
        });
        if random.random_range(0..3) == 0 {
            let again = agent.browser.post(&change.path, &agreed).await;
            assert_eq!((again.status, &again.path), (200, &result.path), "{}", again.text());
        }
        Some(())
    }

    /// Sends what a page offers to itself, or to what is below it: the page of a price.
    async fn follow(&self, bill: &Bill, browser: &Payer, page: &Page, below: &str) -> Option<Page> {
        let path = format!("{}{below}", page.path);
        let Some(fields) = page.fields_to(&path) else {
            assert!(bill.contested, "{bill:?}: {} {}", page.path, page.text());
            return self.lose(Loss::SomebodyWasQuicker);
        };
        let page = self.lead_on(bill, browser.post(&path, &fields).await)?;
        if below.is_empty() && !page.path.contains("/quotes/") {
            assert!(bill.contested, "{bill:?}: {} {}", page.path, page.text());
            return self.lose(Loss::SomebodyWasQuicker);
        }
        Some(page)
    }

    /// An operator sends a link to whoever calls them; it is paid.
    async fn pay_from_desk(&self, random: &mut StdRng, number: usize) -> Option<()> {
        let (bill, phone) = (self.bill(random, false), self.come(Way::Desk));
        let operator = &self.people.operators[number];
        let sheet = operator.post("/desk/calls", &[("phone", &phone), ("language", "fr")]).await;
        assert_eq!(sheet.status, 200, "{}", sheet.text());
        let (_, call) = sheet.path.split_once("/staff").unwrap();
        let find = format!("{call}/find?bill={}.01", bill.biller);
        let bills = self.lead_on(&bill, operator.post(&find, &[("f.contract", &bill.contract)]).await)?;
        let priced = self.follow(&bill, &operator.browser, &bills, "").await?;
        self.follow(&bill, &operator.browser, &priced, "/link").await?;
        self.pay_by_link(random, &bill, &phone).await
    }

    /// The SMS that a telephone got, if it comes in time.
    async fn sms(&self, phone: &str) -> Option<String> {
        let until = Instant::now() + SMS_MAX;
        loop {
            let got = self.control.sms().into_iter().find(|message| message.to == phone);
            if got.is_some() || Instant::now() > until {
                return got.map(|message| message.body);
            }
            sleep(TRY_EVERY).await;
        }
    }

    async fn pay_by_link(&self, random: &mut StdRng, bill: &Bill, phone: &str) -> Option<()> {
        let Some(text) = self.sms(phone).await else { return self.lose(Loss::NoSms) };
        let (_, path) = text.split_once(self.base()).unwrap_or_else(|| panic!("{text}"));
        let path = path.split_whitespace().next().unwrap().to_owned();
        let payer = Payer::patient(self.base(), "fr", WAIT_MAX);
        let mut fields = self.lead_on(bill, payer.get(&path).await)?.fields();
        fields.push(("terms".to_owned(), "1".to_owned()));
        let redirect = self.lead_on(bill, payer.post(&path, &fields).await)?;
        self.pay_at_gateway(random, &payer, &redirect, phone).await;
        Some(())
    }

    /// A call, and what comes of it. One that breaks off is given up.
    async fn call(&self, random: &mut StdRng) -> Option<()> {
        let bill = self.bill(random, true);
        // What was paid least so far.
        let ways = [Way::VoiceLink, Way::VoiceCash, Way::VoiceCard];
        let way = ways.into_iter().min_by_key(|way| self.started(*way)).unwrap();
        let phone = self.come(way);
        let mut call = self.dial(&phone).await;
        let contract = format!("{}#", bill.contract);
        let to_bill: &[&str] = if bill.biller == 1001 { &["2", "1", "1"] } else { &["2", "2"] };
        for keys in to_bill.iter().copied().chain([contract.as_str(), "1"]) {
            self.press(&mut call, keys).await;
        }
        if !call.last_said().contains("Total à payer") {
            assert!(broke_off(&call) || bill.contested, "{bill:?}: {:?}", call.lines);
            self.press(&mut call, "h").await;
            return self.lose(if broke_off(&call) { Loss::CallBrokeOff } else { Loss::SomebodyWasQuicker });
        }
        match way {
            Way::VoiceCard => self.key_card(random, &bill, &mut call).await,
            Way::VoiceCash => self.press(&mut call, "2").await,
            _ => self.press(&mut call, "1").await,
        }
        self.repeat(random, &call).await;
        match way {
            Way::VoiceCard => Some(()),
            Way::VoiceCash => {
                let Some(text) = self.sms(&phone).await else { return self.lose(Loss::NoSms) };
                let digits = text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 13);
                let digits = digits.unwrap_or_else(|| panic!("{text}"));
                self.take_cash(random, &bill, &phone, ("cash_reference", digits.into())).await
            }
            _ => self.pay_by_link(random, &bill, &phone).await,
        }
    }

    async fn dial(&self, phone: &str) -> PhoneCall {
        let dial = Dial { url: Some(format!("{}/ivr/start", self.base())), ..Dial::from(phone) };
        self.control.dial(dial).await.unwrap()
    }

    /// Keys something, if there is still somebody to hear it.
    async fn press(&self, call: &mut PhoneCall, keys: &str) {
        if !call.ended {
            *call = self.control.press(&call.sid, PhoneKeys::parse(keys).unwrap()).await.unwrap();
        }
    }

    /// Keys a card: whoever is told that it was charged knows no number, and their payment is found by their telephone.
    async fn key_card(&self, random: &mut StdRng, bill: &Bill, call: &mut PhoneCall) {
        let card = KEYED_CARDS[random.random_range(0..KEYED_CARDS.len())];
        for keys in ["3", &format!("{card}#"), "1240#", "123#"] {
            self.press(call, keys).await;
        }
        let said = call.last_said();
        if said.contains("Paiement accepté.") {
            self.note(&call.dial.from, |visit| visit.acknowledged = true);
        } else {
            let known =
                ["Votre banque a refusé", "Ne payez pas une seconde fois"].iter().any(|words| said.contains(words));
            assert!(known || broke_off(call) || bill.contested, "{bill:?}: {:?}", call.lines);
        }
        self.press(call, "h").await;
    }

    /// The provider repeats its last request, as if its answer had been lost: the same bytes if there was one.
    async fn repeat(&self, random: &mut StdRng, call: &PhoneCall) {
        if random.random_range(0..2) == 0 {
            return;
        }
        let answered = !broke_off(call);
        for _ in 0..20 {
            let repeated = timeout(REPEAT_MAX, self.control.press(&call.sid, PhoneKeys::Replay)).await;
            match repeated {
                Ok(Ok(call)) => {
                    assert!(!answered || call.replay_was_same == Some(true), "{:?}", call.lines);
                    return;
                }
                Ok(Err(_)) => sleep(TRY_EVERY).await,
                Err(_) => return,
            }
        }
    }
}

/// Whether the hub was away in the middle of a call.
fn broke_off(call: &PhoneCall) -> bool {
    format!("{:?}", call.lines).contains("an application error has occurred")
}
