//! Which outlets somebody may see.

use std::sync::Arc;

use ledger::{Actor, Whose};
use payments::Hub;
use payments::networks::{Network, Networks, Outlet};
use staff::{Scope, Session};

use crate::staff::session::StaffSession;
use crate::web::errors::Fault;

/// The hub as counters know it.
pub(super) fn hub(session: &StaffSession) -> Result<Arc<Hub>, Fault> {
    session.context.state.counters.clone().ok_or(Fault::NotFound)
}

/// A member as the hub remembers them.
pub(super) fn actor(session: &Session) -> Actor {
    Actor { id: session.member, name: session.name.clone() }
}

/// The outlet of a number as members' scopes have it: without leading zeros. `None` too where two outlets would answer
/// to it.
pub(super) fn outlet_of(networks: &Networks, number: i64) -> Option<(&Network, &Outlet)> {
    let mut found = all(networks).filter(|(_, outlet)| outlet.number.parse() == Ok(number));
    match (found.next(), found.next()) {
        (found, None) => found,
        _ => None,
    }
}

/// The number of the outlet at which somebody works.
pub(super) fn own_outlet(networks: &Networks, scope: &Scope) -> Result<String, Fault> {
    let number = scope.outlet.ok_or(Fault::Forbidden)?;
    let (_, outlet) = outlet_of(networks, number).ok_or(Fault::NoOutlet)?;
    Ok(outlet.number.clone())
}

fn all(networks: &Networks) -> impl Iterator<Item = (&Network, &Outlet)> {
    networks.all().iter().flat_map(|network| network.outlets.iter().map(move |outlet| (network, outlet)))
}

/// Whether an outlet is one of somebody's: their own, one of their network's, or any for whoever is bound to neither.
fn is_within(scope: &Scope, network: &str, outlet: &str) -> bool {
    match (scope.outlet, &scope.network) {
        (Some(number), _) => outlet.parse() == Ok(number),
        (None, Some(code)) => network == code,
        (None, None) => true,
    }
}

/// The same for rows, which outlive their outlet's line in the network's file.
pub(super) fn holds(scope: &Scope, network: &str, outlet: &str) -> Result<(), Fault> {
    if is_within(scope, network, outlet) { Ok(()) } else { Err(Fault::NotFound) }
}

/// Whose rows somebody may see.
pub(super) fn whose(networks: &Networks, scope: &Scope) -> Whose {
    match (scope.outlet, &scope.network) {
        (Some(number), _) => {
            let outlet = outlet_of(networks, number).map(|(_, outlet)| outlet.number.clone());
            Whose::Outlet(outlet.unwrap_or_else(|| number.to_string()))
        }
        (None, Some(code)) => Whose::Network(code.clone()),
        (None, None) => Whose::All,
    }
}

/// The outlets that somebody may see, by network and number.
pub(super) fn outlets<'a>(networks: &'a Networks, scope: &'a Scope) -> impl Iterator<Item = (&'a Network, &'a Outlet)> {
    all(networks).filter(|(network, outlet)| is_within(scope, &network.code, &outlet.number))
}

/// An outlet that somebody may see; another one is as good as none.
pub(super) fn visible<'a>(
    networks: &'a Networks,
    scope: &Scope,
    number: &str,
) -> Result<(&'a Network, &'a Outlet), Fault> {
    let found = networks.outlet(number);
    let found = found.filter(|(network, outlet)| is_within(scope, &network.code, &outlet.number));
    found.ok_or(Fault::NotFound)
}

#[cfg(test)]
mod tests {
    use payments::networks::import;
    use rstest::rstest;

    use super::*;

    fn networks() -> Networks {
        Networks::new(import::parse(include_str!("../../../sandbox/networks/networks.toml")).unwrap())
    }

    #[rstest]
    #[case::outlet(Scope { outlet: Some(10001), ..Scope::default() }, "10001")]
    #[case::network(Scope { network: Some("ATLAS".into()), ..Scope::default() }, "20001 20002")]
    #[case::no_such_network(Scope { network: Some("NONE".into()), ..Scope::default() }, "")]
    #[case::everywhere(Scope::default(), "20001 20002 10001 10002 10003")]
    fn who_sees_which(#[case] scope: Scope, #[case] numbers: &str) {
        let networks = networks();
        let seen: Vec<_> = outlets(&networks, &scope).map(|(_, outlet)| outlet.number.as_str()).collect();
        assert_eq!(seen.join(" "), numbers);
        assert_eq!(visible(&networks, &scope, "20001").is_ok(), numbers.contains("20001"));
        assert!(visible(&networks, &scope, "99999").is_err());
    }

    #[test]
    fn a_number_names_one_outlet() {
        let networks = networks();
        assert_eq!(outlet_of(&networks, 10001).map(|(network, _)| network.code.as_str()), Some("BARID"));
        assert!(outlet_of(&networks, 7).is_none());
    }
}
