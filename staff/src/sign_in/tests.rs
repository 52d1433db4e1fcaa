use chrono::TimeDelta;
use ledger::{DatabaseUrl, Ledger};

use super::*;
use crate::admin::{self, COMMAND_LINE, NewMember};
use crate::service::StaffParts;
use crate::{Role, Scope, passwords};

const PASSWORD: &str = "neuf chats noirs";

fn sign_in(password: &str) -> SignIn {
    let address = IpAddr::from([10, 0, 0, 1]);
    SignIn {
        login: "tariq".to_owned(),
        password: password.into(),
        origin: Origin { address, network: address, agent: String::new() },
        old_token: None,
    }
}

/// What was never compared is no failure: of the name, of the address, or of the present password.
#[tokio::test]
async fn a_try_without_a_turn_at_hashing_is_not_counted() {
    let home = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(home.path().join("ledger.db"));
    Ledger::migrate(&url).unwrap();
    let ledger = Arc::new(Ledger::open(&url, &ledger::DataKeys::of_bytes([7; 32]), 2, Arc::new(|| {})).unwrap());
    let now: DateTime<Utc> = "2026-11-24T10:00:00Z".parse().unwrap();
    let new = NewMember {
        login: "tariq".to_owned(),
        name: "Tariq".to_owned(),
        roles: [Role::Teleoperator].into(),
        scope: Scope::default(),
    };
    let (hash, key) = (passwords::hash_now(&PASSWORD.into()).unwrap(), SecretString::from("k".repeat(32)));
    admin::provision(&ledger, COMMAND_LINE, &new, &hash, (&key, None), now).unwrap().unwrap();
    let at = |later: TimeDelta| {
        let parts = StaffParts { ledger: Arc::clone(&ledger), clock: Arc::new(move || now + later), key: key.clone() };
        Staff::open(parts).unwrap()
    };
    let (open, full) = (at(TimeDelta::zero()), at(TimeDelta::zero()));
    full.hasher.close();
    let SignInOutcome::Opened(opened) = open.sign_in(sign_in(PASSWORD)).await.unwrap() else { panic!("signed in") };
    let session = open.session(secrecy::ExposeSecret::expose_secret(&opened.token)).await.unwrap().unwrap();
    // More than are free for a name and for an address.
    for _ in 0..25 {
        assert!(matches!(full.sign_in(sign_in(PASSWORD)).await, Err(Trouble::Overloaded(_))));
        let new = SecretString::from("dix chats noirs et blancs");
        let changed = full.change_password(&session, PASSWORD.into(), new, sign_in("").origin).await;
        assert!(matches!(changed, Err(Trouble::Overloaded(_))));
    }
    assert!(matches!(open.sign_in(sign_in("the wrong password")).await, Ok(SignInOutcome::Refused)));
    assert!(matches!(open.sign_in(sign_in(PASSWORD)).await, Ok(SignInOutcome::Opened(_))));
    ledger.close();
}
