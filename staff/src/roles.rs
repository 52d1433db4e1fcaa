//! Roles and what each may do: one table.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use Permission as P;

/// What a member is to the hub. A member may have several roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Answers callers at the desk; never hears a card number.
    Teleoperator,
    /// Takes cash at an outlet's till.
    Agent,
    /// Answers for an outlet's tills.
    OutletSupervisor,
    /// Answers for the outlets of a network.
    NetworkManager,
    /// Looks after one biller's receivables.
    BillerUser,
    /// Moves floats, approves refunds, reads the books, reconciles.
    Finance,
    /// Runs the hub: billers, networks, incidents.
    Operations,
    /// Reads everything, changes nothing.
    Auditor,
    /// Says who may do what.
    Administrator,
}

/// What a role is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    /// One outlet, by its number.
    Outlet,
    /// One network, by its code.
    Network,
    /// One biller, by its 4-digit code.
    Biller,
}

/// One thing that may or may not be done. Where a role is bound, so is what it may do: an agent takes cash at their own
/// outlet only. That a second person is another person is checked where it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Open a shift at a till, find bills, take cash, print receipts.
    TakeCash,
    /// Cancel a cash payment within the rules.
    CancelCash,
    /// Count the till and close the shift.
    CloseShift,
    /// Accept what a till has over or short above the tolerance.
    ApproveOverShort,
    /// Ask for a top-up or a withdrawal of a float.
    RequestFloat,
    /// Agree to one, as the second person.
    ApproveFloat,
    /// See the payments, shifts and floats of one's outlets.
    ViewOutlets,
    /// Open and close outlets and tills, and set who works there.
    ManageOutlets,
    /// Take networks in, set their commission and their systems' secrets.
    ManageNetwork,
    /// Work at the teleoperator's desk: search, quote, send payment links, make cash references.
    Desk,
    /// See the payments of one's biller.
    ViewBillerPayments,
    /// See every payment's story.
    ViewPayments,
    /// Settle what needs a person.
    ResolveIncidents,
    /// Propose to give money back.
    RequestRefund,
    /// Agree to give money back.
    ApproveRefund,
    /// Read accounts, postings and statements, and what reconciliation found.
    ViewBooks,
    /// See settlement windows and have their files; bound to a biller, those of one's own. Orders to the bank are for
    /// whoever is bound to none.
    ViewSettlement,
    /// Follow breaks up, close them, and agree as the second person to what another one proposed.
    ResolveBreaks,
    /// Hand reports out to systems and by mail: keys of the API, schedules. Whoever runs the hub connects systems; an
    /// administrator says who may know what.
    ManageReports,
    /// Look at payments that rules against fraud stopped, release or refuse them, list whom nothing is taken from, and
    /// propose rules.
    ReviewFraud,
    /// See the rules against fraud, and agree to one as the second person.
    ApproveRules,
    /// Follow complaints about payments up, and answer them; a refund for one needs what a refund needs.
    HandleDisputes,
    /// Take billers in and change them.
    ManageBillers,
    /// See all that is set of billers.
    ViewBillers,
    /// Draft how a biller is shown to payers; bound to a biller, one's own. Publishing is for who manages billers.
    EditBranding,
    /// Read the audit log.
    ViewAudit,
    /// Take members in, set their roles, reset what they sign in with.
    ManageStaff,
    /// Say, with evidence, what became of something that a biller or a gateway never answered.
    ProposeOutcome,
    /// Agree to that, as the second person.
    DecideOutcome,
    /// Capture what the card gateway holds for a payment, or let it go.
    ManageHolds,
    /// Take in what people ask for by law about their own data, hand it out, put it right, and ask for its erasure or agree
    /// to it as the second person.
    ManagePersonalData,
}

impl Role {
    /// Every role, in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::Teleoperator,
        Self::Agent,
        Self::OutletSupervisor,
        Self::NetworkManager,
        Self::BillerUser,
        Self::Finance,
        Self::Operations,
        Self::Auditor,
        Self::Administrator,
    ];

    /// Its word, on the command line and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Teleoperator => "teleoperator",
            Self::Agent => "agent",
            Self::OutletSupervisor => "outlet-supervisor",
            Self::NetworkManager => "network-manager",
            Self::BillerUser => "biller-user",
            Self::Finance => "finance",
            Self::Operations => "operations",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// What the role may do. This is the table.
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Teleoperator => &[P::Desk],
            Self::Agent => &[P::TakeCash, P::CancelCash, P::CloseShift, P::ViewOutlets],
            Self::OutletSupervisor => {
                &[P::TakeCash, P::CancelCash, P::CloseShift, P::ApproveOverShort, P::RequestFloat, P::ViewOutlets]
            }
            Self::NetworkManager => &[P::ApproveOverShort, P::RequestFloat, P::ViewOutlets, P::ManageOutlets],
            Self::BillerUser => &[P::ViewBillerPayments, P::ViewSettlement, P::EditBranding],
            Self::Finance => &[
                P::ApproveFloat,
                P::RequestRefund,
                P::ApproveRefund,
                P::ViewPayments,
                P::ViewOutlets,
                P::ViewBooks,
                P::ViewSettlement,
                P::ResolveBreaks,
                P::ApproveRules,
                P::DecideOutcome,
                P::HandleDisputes,
            ],
            // Files that do not arrive are incidents; closing breaks is not theirs, as they say where billers' money goes.
            Self::Operations => &[
                P::ViewPayments,
                P::ViewOutlets,
                P::ResolveIncidents,
                P::RequestRefund,
                P::ManageOutlets,
                P::ManageNetwork,
                P::ReviewFraud,
                P::ApproveRules,
                P::HandleDisputes,
                P::ManageBillers,
                P::ViewBillers,
                P::EditBranding,
                P::ViewSettlement,
                P::ManageReports,
                P::ProposeOutcome,
                P::DecideOutcome,
                P::ManageHolds,
            ],
            Self::Auditor => {
                &[P::ViewPayments, P::ViewOutlets, P::ViewBooks, P::ViewSettlement, P::ViewAudit, P::ViewBillers]
            }
            Self::Administrator => &[P::ManageStaff, P::ViewAudit, P::ManageReports, P::ManagePersonalData],
        }
    }

    /// What the role must be bound to.
    pub const fn bound(self) -> Option<Bound> {
        match self {
            Self::Agent | Self::OutletSupervisor => Some(Bound::Outlet),
            Self::NetworkManager => Some(Bound::Network),
            Self::BillerUser => Some(Bound::Biller),
            _ => None,
        }
    }

    /// Whether whoever has the role must sign in with a second factor.
    pub fn needs_second_factor(self) -> bool {
        self.permissions().iter().any(|permission| permission.moves_money())
    }
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 31] = [
        Self::TakeCash,
        Self::CancelCash,
        Self::CloseShift,
        Self::ApproveOverShort,
        Self::RequestFloat,
        Self::ApproveFloat,
        Self::ViewOutlets,
        Self::ManageOutlets,
        Self::ManageNetwork,
        Self::Desk,
        Self::ViewBillerPayments,
        Self::ViewPayments,
        Self::ResolveIncidents,
        Self::RequestRefund,
        Self::ApproveRefund,
        Self::ViewBooks,
        Self::ViewSettlement,
        Self::ResolveBreaks,
        Self::ManageReports,
        Self::ReviewFraud,
        Self::ApproveRules,
        Self::HandleDisputes,
        Self::ManageBillers,
        Self::ViewBillers,
        Self::EditBranding,
        Self::ViewAudit,
        Self::ManageStaff,
        Self::ProposeOutcome,
        Self::DecideOutcome,
        Self::ManageHolds,
        Self::ManagePersonalData,
    ];

    /// Whether money moves by it, or by what it lets somebody set: whoever manages staff can give themselves the rest,
    /// and whoever manages billers says to which account their money goes.
    pub const fn moves_money(self) -> bool {
        match self {
            Self::TakeCash
            | Self::CancelCash
            | Self::CloseShift
            | Self::ApproveOverShort
            | Self::RequestFloat
            | Self::ApproveFloat
            | Self::ManageOutlets
            | Self::ManageNetwork
            | Self::ResolveIncidents
            | Self::RequestRefund
            | Self::ApproveRefund
            | Self::ResolveBreaks
            | Self::ReviewFraud
            | Self::ApproveRules
            | Self::ManageBillers
            | Self::ManageStaff
            | Self::ProposeOutcome
            | Self::DecideOutcome
            | Self::ManageHolds => true,
            Self::ViewOutlets
            | Self::Desk
            | Self::ViewBillerPayments
            | Self::ViewPayments
            | Self::ViewBooks
            | Self::ViewSettlement
            | Self::HandleDisputes
            | Self::ViewBillers
            | Self::EditBranding
            | Self::ManageReports
            | Self::ViewAudit
            | Self::ManagePersonalData => false,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|role| role.as_str() == word).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|role| role.as_str()).collect();
            format!("no such role; the roles are {}", known.join(", "))
        })
    }
}

/// Where a member works, as far as their roles are bound to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The outlet's number.
    pub outlet: Option<i64>,
    /// The network's code.
    pub network: Option<String>,
    /// The biller's code.
    pub biller: Option<u16>,
}

/// Roles that do not go together with a scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeFault {
    /// Nothing could be done.
    #[error("a member needs at least one role")]
    NoRole,
    /// The scope lacks what a role is bound to.
    #[error("the role {0} needs {1}")]
    Missing(Role, &'static str),
    /// The scope has what no role is bound to.
    #[error("{0} was given, but none of the roles is bound to one")]
    Idle(&'static str),
    /// Roles bound to different kinds of place: what one may do would be done in the place of the other.
    #[error(
        "roles bound to {0} do not go together with roles bound to {1}: take the person in under a login for each, with \
         the roles of one kind"
    )]
    Mixed(&'static str, &'static str),
    /// Not the number of an outlet.
    #[error("an outlet is a number from 1 on")]
    Outlet,
    /// Not the code of a network.
    #[error("a network's code is 1 to 32 letters, digits, hyphens and underscores")]
    Network,
    /// Not the code of a biller.
    #[error("a biller's code is a number from 1000 to 9999")]
    Biller,
}

impl Bound {
    const ALL: [Self; 3] = [Self::Outlet, Self::Network, Self::Biller];

    const fn name(self) -> &'static str {
        match self {
            Self::Outlet => "an outlet",
            Self::Network => "a network",
            Self::Biller => "a biller",
        }
    }
}

impl Scope {
    fn has(&self, bound: Bound) -> bool {
        match bound {
            Bound::Outlet => self.outlet.is_some(),
            Bound::Network => self.network.is_some(),
            Bound::Biller => self.biller.is_some(),
        }
    }

    /// Whether these roles can be held with this scope; every fault at once.
    pub fn check(&self, roles: &BTreeSet<Role>) -> Vec<ScopeFault> {
        let mut faults = Vec::new();
        if roles.is_empty() {
            faults.push(ScopeFault::NoRole);
        }
        for role in roles {
            if let Some(bound) = role.bound().filter(|bound| !self.has(*bound)) {
                faults.push(ScopeFault::Missing(*role, bound.name()));
            }
        }
        let kinds: BTreeSet<Bound> = roles.iter().filter_map(|role| role.bound()).collect();
        let mut kinds = kinds.into_iter();
        if let Some(first) = kinds.next() {
            faults.extend(kinds.map(|other| ScopeFault::Mixed(first.name(), other.name())));
        }
        for bound in Bound::ALL {
            if self.has(bound) && !roles.iter().any(|role| role.bound() == Some(bound)) {
                faults.push(ScopeFault::Idle(bound.name()));
            }
        }
        let is_code = |code: &str| {
            (1..=32).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        };
        if self.outlet.is_some_and(|number| number < 1) {
            faults.push(ScopeFault::Outlet);
        }
        if self.network.as_deref().is_some_and(|code| !is_code(code)) {
            faults.push(ScopeFault::Network);
        }
        if self.biller.is_some_and(|code| !(1_000..=9_999).contains(&code)) {
            faults.push(ScopeFault::Biller);
        }
        faults
    }
}

/// Roles as the database keeps them.
pub(crate) fn to_words(roles: &BTreeSet<Role>) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" ")
}

/// Roles as the database kept them. A role that only a later program knows gives nothing to this one.
pub(crate) fn of_words(words: &str) -> BTreeSet<Role> {
    words.split(' ').filter_map(|word| word.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// The table once more, as people would agree on it: who may do what.
    #[rstest]
    #[case(P::TakeCash, "agent outlet-supervisor")]
    #[case(P::CancelCash, "agent outlet-supervisor")]
    #[case(P::CloseShift, "agent outlet-supervisor")]
    #[case(P::ApproveOverShort, "outlet-supervisor network-manager")]
    #[case(P::RequestFloat, "outlet-supervisor network-manager")]
    #[case(P::ApproveFloat, "finance")]
    #[case(P::ViewOutlets, "agent outlet-supervisor network-manager finance operations auditor")]
    #[case(P::ManageOutlets, "network-manager operations")]
    #[case(P::ManageNetwork, "operations")]
    #[case(P::Desk, "teleoperator")]
    #[case(P::ViewBillerPayments, "biller-user")]
    #[case(P::ViewPayments, "finance operations auditor")]
    #[case(P::ResolveIncidents, "operations")]
    #[case(P::RequestRefund, "finance operations")]
    #[case(P::ApproveRefund, "finance")]
    #[case(P::ViewBooks, "finance auditor")]
    #[case(P::ViewSettlement, "biller-user finance operations auditor")]
    #[case(P::ResolveBreaks, "finance")]
    #[case(P::ManageReports, "operations administrator")]
    #[case(P::ReviewFraud, "operations")]
    #[case(P::ApproveRules, "finance operations")]
    #[case(P::HandleDisputes, "finance operations")]
    #[case(P::ManageBillers, "operations")]
    #[case(P::ViewBillers, "operations auditor")]
    #[case(P::EditBranding, "biller-user operations")]
    #[case(P::ViewAudit, "auditor administrator")]
    #[case(P::ManageStaff, "administrator")]
    #[case(P::ProposeOutcome, "operations")]
    #[case(P::DecideOutcome, "finance operations")]
    #[case(P::ManageHolds, "operations")]
    #[case(P::ManagePersonalData, "administrator")]
    fn who_may(#[case] permission: Permission, #[case] roles: &str) {
        let may: BTreeSet<Role> =
            Role::ALL.into_iter().filter(|role| role.permissions().contains(&permission)).collect();
        assert_eq!(to_words(&may), roles);
    }

    #[test]
    fn nobody_agrees_to_what_they_may_ask_for_and_nobody_does_nothing() {
        for role in Role::ALL {
            let may = role.permissions();
            assert!(!(may.contains(&P::RequestFloat) && may.contains(&P::ApproveFloat)), "{role}");
            assert!(!may.is_empty(), "{role}");
        }
        let idle: Vec<_> = Permission::ALL
            .into_iter()
            .filter(|permission| !Role::ALL.iter().any(|role| role.permissions().contains(permission)))
            .collect();
        assert_eq!(idle, []);
    }

    #[rstest]
    #[case("agent outlet-supervisor network-manager finance operations administrator", true)]
    #[case("teleoperator biller-user auditor", false)]
    fn second_factor(#[case] roles: &str, #[case] needed: bool) {
        for role in of_words(roles) {
            assert_eq!(role.needs_second_factor(), needed, "{role}");
        }
        assert_eq!(of_words(roles).len(), roles.split(' ').count());
    }

    #[rstest]
    #[case("agent", Scope { outlet: Some(7), ..Scope::default() }, &[])]
    #[case("agent", Scope::default(), &[ScopeFault::Missing(Role::Agent, "an outlet")])]
    #[case("agent", Scope { outlet: Some(0), ..Scope::default() }, &[ScopeFault::Outlet])]
    #[case("finance", Scope { outlet: Some(7), ..Scope::default() }, &[ScopeFault::Idle("an outlet")])]
    #[case("network-manager", Scope { network: Some("BARID".into()), ..Scope::default() }, &[])]
    #[case("network-manager", Scope { network: Some("a b".into()), ..Scope::default() }, &[ScopeFault::Network])]
    #[case("biller-user", Scope { biller: Some(1001), ..Scope::default() }, &[])]
    #[case("biller-user", Scope { biller: Some(999), ..Scope::default() }, &[ScopeFault::Biller])]
    #[case("", Scope { biller: Some(1001), ..Scope::default() }, &[ScopeFault::NoRole, ScopeFault::Idle("a biller")])]
    #[case("agent outlet-supervisor auditor", Scope { outlet: Some(7), ..Scope::default() }, &[])]
    #[case(
        "outlet-supervisor network-manager",
        Scope { outlet: Some(7), network: Some("BARID".into()), ..Scope::default() },
        &[ScopeFault::Mixed("an outlet", "a network")],
    )]
    #[case(
        "agent network-manager biller-user",
        Scope { outlet: Some(7), network: Some("BARID".into()), biller: Some(1001) },
        &[ScopeFault::Mixed("an outlet", "a network"), ScopeFault::Mixed("an outlet", "a biller")],
    )]
    fn scopes(#[case] roles: &str, #[case] scope: Scope, #[case] faults: &[ScopeFault]) {
        assert_eq!(scope.check(&of_words(roles)), faults);
    }

    #[test]
    fn roles_come_back_from_their_words() {
        let all: BTreeSet<Role> = Role::ALL.into();
        assert_eq!(of_words(&to_words(&all)), all);
        assert_eq!(of_words("agent emperor"), [Role::Agent].into());
        assert!("emperor".parse::<Role>().unwrap_err().contains("outlet-supervisor"));
    }
}
