//! The demo's staff: one member for each role and a second one in finance, whose passwords and second factors are known beforehand. Nothing of this
//! is reached by `serve`.

use anyhow::bail;
use chrono::Utc;
use hmac::{Hmac, KeyInit, Mac};
use ledger::Ledger;
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use staff::admin::{self, NewMember, Refusal};
use staff::{Role, Scope, base32, passwords};

/// The password of everybody.
pub(super) const PASSWORD: &str = "sesame-ouvre-toi";

/// Who may sign in.
pub(super) struct Colleague {
    pub(super) login: &'static str,
    pub(super) role: Role,
    /// The second factor's secret in base 32; empty for whoever needs none.
    pub(super) secret: String,
}

/// In finance nobody agrees to what they proposed themselves: that takes two.
const STAFF: [(&str, &str, Role); 10] = [
    ("tariq", "Tariq Benali", Role::Teleoperator),
    ("amina", "Amina Idrissi", Role::Agent),
    ("samir", "Samir Alaoui", Role::OutletSupervisor),
    ("nadia", "Nadia Tazi", Role::NetworkManager),
    ("brahim", "Brahim Fassi", Role::BillerUser),
    ("fatima", "Fatima Zahra Berrada", Role::Finance),
    ("farid", "Farid Ouazzani", Role::Finance),
    ("omar", "Omar Chraibi", Role::Operations),
    ("aicha", "Aïcha Lahlou", Role::Auditor),
    ("adil", "Adil Mansouri", Role::Administrator),
];

/// Where the demo's staff work.
fn scope(role: Role) -> Scope {
    match role {
        Role::Agent | Role::OutletSupervisor => Scope { outlet: Some(10_001), ..Scope::default() },
        Role::NetworkManager => Scope { network: Some("BARID".to_owned()), ..Scope::default() },
        Role::BillerUser => Scope { biller: Some(1001), ..Scope::default() },
        _ => Scope::default(),
    }
}

/// The same secret at every start: 20 bytes that only this demo's key gives.
fn secret(key: &SecretString, login: &str) -> anyhow::Result<Vec<u8>> {
    let mac = Hmac::<Sha1>::new_from_slice(key.expose_secret().as_bytes())?;
    Ok(mac.chain_update(b"demo:").chain_update(login.as_bytes()).finalize().into_bytes().to_vec())
}

/// Takes everybody in who is not there yet. Whoever is there is left as they are.
pub(super) fn take_in(ledger: &Ledger, key: &SecretString) -> anyhow::Result<Vec<Colleague>> {
    let known = admin::list(ledger)?;
    let mut staff = Vec::new();
    for (login, name, role) in STAFF {
        let secret = role.needs_second_factor().then(|| secret(key, login)).transpose()?;
        if !known.iter().any(|member| member.login == login) {
            let (roles, scope) = ([role].into(), scope(role));
            let new = NewMember { login: login.to_owned(), name: name.to_owned(), roles, scope };
            let hash = passwords::hash_now(&PASSWORD.into())?;
            let done = admin::provision(ledger, "(demo)", &new, &hash, (key, secret.as_deref()), Utc::now())?;
            if let Err(refusals) = done {
                let refusals: Vec<String> = refusals.iter().map(Refusal::to_string).collect();
                bail!("the demo's member {login}: {}", refusals.join("; "));
            }
        }
        staff.push(Colleague { login, role, secret: secret.as_deref().map(base32).unwrap_or_default() });
    }
    Ok(staff)
}
