//! Somebody who works with the hub, at their browser.

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use ledger::Ledger;
use secrecy::SecretString;
use sha1::Sha1;
use staff::admin::{self, COMMAND_LINE, NewMember};
use staff::{Role, Scope, passwords};

use super::payer::form;
use super::{Page, Payer, TestApp};

/// Seals the second factors of tests.
pub const STAFF_KEY: &str = "a staff key for tests, long enough to be one";
/// The password of everybody, until they change it.
pub const PASSWORD: &str = "neuf chats noirs";

/// A member of staff with a browser, and with an authenticator app.
pub struct Colleague {
    pub browser: Payer,
    pub login: String,
    pub secret: Vec<u8>,
    language: &'static str,
}

/// The code that an app shows for a secret.
pub fn code_at(secret: &[u8], at: DateTime<Utc>) -> String {
    let step = u64::try_from(at.timestamp() / 30).unwrap();
    let mac = Hmac::<Sha1>::new_from_slice(secret).unwrap().chain_update(step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let start = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes(digest[start..start + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// The bytes of a text in base 32, blanks let off.
pub fn unbase32(text: &str) -> Vec<u8> {
    let bits: String = text
        .bytes()
        .filter(u8::is_ascii_alphanumeric)
        .map(|c| format!("{:05b}", if c.is_ascii_uppercase() { c - b'A' } else { c - b'2' + 26 }))
        .collect();
    let byte = |bits: &[u8]| u8::from_str_radix(std::str::from_utf8(bits).unwrap(), 2).unwrap();
    bits.as_bytes().chunks_exact(8).map(byte).collect()
}

/// The secret that an enrolment page shows.
pub fn shown_secret(page: &Page) -> Vec<u8> {
    let (_, rest) = page.body.split_once("class=\"staff-secret\" dir=\"ltr\">").expect("a secret");
    unbase32(rest.split('<').next().unwrap())
}

/// Takes a member in who has been through the first sign-in: [`PASSWORD`], and the secret of a second factor, which is
/// set up where the role asks for one.
pub fn take_in(ledger: &Ledger, login: &str, role: Role, scope: Scope, now: DateTime<Utc>) -> Vec<u8> {
    let secret = login.bytes().cycle().take(20).collect::<Vec<u8>>();
    let new = NewMember { login: login.to_owned(), name: format!("{login} Name"), roles: [role].into(), scope };
    let hash = passwords::hash_now(&PASSWORD.into()).unwrap();
    let factor = role.needs_second_factor().then_some(secret.as_slice());
    let key = SecretString::from(STAFF_KEY);
    admin::provision(ledger, COMMAND_LINE, &new, &hash, (&key, factor), now).unwrap().unwrap();
    secret
}

impl TestApp {
    /// Takes a member in who has been through the first sign-in: a password of their own, and a second factor where the
    /// role asks for one.
    pub fn colleague(&self, language: &'static str, login: &str, role: Role) -> Colleague {
        let scope = match role {
            Role::Agent | Role::OutletSupervisor => Scope { outlet: Some(7), ..Scope::default() },
            Role::NetworkManager => Scope { network: Some("NET".to_owned()), ..Scope::default() },
            Role::BillerUser => Scope { biller: Some(1001), ..Scope::default() },
            _ => Scope::default(),
        };
        let secret = take_in(&self.ledger, login, role, scope, self.now());
        self.at_browser(language, login, secret)
    }

    /// Takes a member in with a one-time password, which is [`PASSWORD`].
    pub fn newcomer(&self, language: &'static str, login: &str, role: Role) -> Colleague {
        let new = NewMember {
            login: login.to_owned(),
            name: format!("{login} Name"),
            roles: [role].into(),
            scope: Scope::default(),
        };
        let hash = passwords::hash_now(&PASSWORD.into()).unwrap();
        admin::add(&self.ledger, COMMAND_LINE, &new, &hash, self.now()).unwrap().unwrap();
        self.at_browser(language, login, Vec::new())
    }

    /// The same member at another browser.
    pub fn at_browser(&self, language: &'static str, login: &str, secret: Vec<u8>) -> Colleague {
        Colleague::at(self.payer(language), login, secret)
    }

    /// Gives a member this role alone, bound to nothing.
    pub fn set_role(&self, login: &str, role: Role) {
        let (roles, now) = ([role].into(), self.now());
        admin::set_roles(&self.ledger, COMMAND_LINE, login, &roles, &Scope::default(), now).unwrap().unwrap();
    }

    /// The audit log from its beginning: actor, action, subject.
    pub fn audit(&self) -> Vec<String> {
        let rows = self.ledger.read(|reader| reader.audit_rows(None, 1_000)).unwrap();
        let line = |row: &ledger::AuditRow| format!("{} {} {}", row.entry.actor, row.entry.action, row.entry.subject);
        rows.iter().rev().map(line).collect()
    }
}

impl Colleague {
    /// A member at a browser.
    pub fn at(browser: Payer, login: &str, secret: Vec<u8>) -> Self {
        let language = browser.language;
        Self { browser, login: login.to_owned(), secret, language }
    }

    /// A path below the pages for staff.
    pub fn path(&self, path: &str) -> String {
        format!("/{}/staff{path}", self.language)
    }

    pub async fn get(&self, path: &str) -> Page {
        self.browser.get(&self.path(path)).await
    }

    /// Sends a form of a page, with the token that is on it.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.browser.get(&format!("/{}/find", self.language)).await;
        let mut all = page.fields();
        all.retain(|(name, _)| name == "csrf");
        all.extend(form(fields));
        self.browser.post(&self.path(path), &all).await
    }

    /// Types name and password.
    pub async fn type_password(&self, password: &str) -> Page {
        self.post("/sign-in", &[("login", &self.login), ("password", password)]).await
    }

    /// Types what the app shows now.
    pub async fn type_code(&self, app: &TestApp) -> Page {
        self.type_code_of(app.now()).await
    }

    async fn type_code_of(&self, now: DateTime<Utc>) -> Page {
        self.post("/second-factor", &[("code", &code_at(&self.secret, now))]).await
    }

    /// Signs in, with a code that was not used before where one is asked for: the home page.
    pub async fn sign_in(&self, app: &TestApp) -> Page {
        app.pass(TimeDelta::seconds(30));
        self.sign_in_at(app.now()).await
    }

    /// Signs in with the code of a time: the home page.
    pub async fn sign_in_at(&self, now: DateTime<Utc>) -> Page {
        let mut page = self.type_password(PASSWORD).await;
        if page.path.ends_with("/second-factor") {
            page = self.type_code_of(now).await;
        }
        assert_eq!((page.status, page.path.as_str()), (200, self.path("").as_str()), "{}", page.text());
        page
    }
}
