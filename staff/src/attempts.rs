//! How many tries at a secret there are, and how the pauses between them grow.

use std::net::IpAddr;

use chrono::{NaiveDateTime, TimeDelta};
use ledger::{Attempt, StorageError, WriteOp};
use sha2::{Digest, Sha256};

/// The first pause.
const PAUSE_FIRST: TimeDelta = TimeDelta::seconds(30);
/// The longest pause: with it, about a hundred tries a day are left, and whoever was locked out by others gets a turn.
const PAUSE_MAX: TimeDelta = TimeDelta::minutes(15);

/// What is tried at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target<'a> {
    /// The password of a login, whether or not there is such a member.
    Password(&'a str),
    /// The second factor of a member.
    Factor(i64),
    /// Anything, from one address.
    Address(IpAddr),
}

impl Target<'_> {
    /// The name of its row. A login is there as a digest: people type passwords into the wrong field.
    fn subject(self) -> String {
        match self {
            Self::Password(login) => format!("password {}", hex::encode(&Sha256::digest(login.as_bytes())[..16])),
            Self::Factor(member) => format!("factor {member}"),
            Self::Address(address) => format!("address {address}"),
        }
    }

    /// Failures before the first pause. Many people may share an address.
    const fn free(self) -> i32 {
        match self {
            Self::Password(_) | Self::Factor(_) => 5,
            Self::Address(_) => 20,
        }
    }

    /// After how long without another one failures are forgotten.
    const fn memory(self) -> TimeDelta {
        match self {
            Self::Password(_) | Self::Factor(_) => TimeDelta::hours(24),
            Self::Address(_) => TimeDelta::hours(1),
        }
    }
}

/// How long to wait after so many failures, where so many are free: doubled each time, to a maximum.
fn pause(failures: i32, free: i32) -> TimeDelta {
    match failures - free {
        i32::MIN..0 => TimeDelta::zero(),
        // Past the fifth doubling it is above the maximum.
        over => (PAUSE_FIRST * (1 << over.min(6))).min(PAUSE_MAX),
    }
}

/// Counts a try at each of these, the first one first: when the next one may be made if this one fails, or until when
/// none may be. Where one of them takes no try none is made, and none is counted.
pub(crate) fn begin(op: &mut WriteOp<'_>, targets: &[Target<'_>], now: NaiveDateTime) -> Result<Attempt, StorageError> {
    let mut next = now;
    for (counted, target) in targets.iter().enumerate() {
        let grown = |failures| pause(failures, target.free());
        match op.begin_attempt(&target.subject(), target.memory(), grown, now)? {
            Attempt::Blocked(until) => {
                take_back(op, targets.get(..counted).unwrap_or_default(), now)?;
                return Ok(Attempt::Blocked(until));
            }
            Attempt::Counted(until) => next = next.max(until),
        }
    }
    Ok(Attempt::Counted(next))
}

/// A try that was counted was not made: nothing was learnt, and nothing is held against anybody.
pub(crate) fn take_back(op: &mut WriteOp<'_>, targets: &[Target<'_>], now: NaiveDateTime) -> Result<(), StorageError> {
    targets.iter().try_for_each(|target| op.take_back_attempt(&target.subject(), now))
}

/// A try succeeded: failures at the secret are forgotten, those of the address are not.
pub(crate) fn succeed(op: &mut WriteOp<'_>, targets: &[Target<'_>], now: NaiveDateTime) -> Result<(), StorageError> {
    for target in targets {
        match target {
            Target::Address(_) => op.take_back_attempt(&target.subject(), now)?,
            Target::Password(_) | Target::Factor(_) => op.forget_attempts(&target.subject())?,
        }
    }
    Ok(())
}

/// Forgets the failures at a target.
pub(crate) fn forget(op: &mut WriteOp<'_>, target: Target<'_>) -> Result<(), StorageError> {
    op.forget_attempts(&target.subject())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(1, 0)]
    #[case(4, 0)]
    #[case(5, 30)]
    #[case(6, 60)]
    #[case(7, 120)]
    #[case(8, 240)]
    #[case(9, 480)]
    #[case(10, 900)]
    #[case(11, 900)]
    #[case(i32::MAX, 900)]
    fn pauses_grow_to_a_maximum(#[case] failures: i32, #[case] seconds: i64) {
        assert_eq!(pause(failures, 5), TimeDelta::seconds(seconds));
    }

    #[test]
    fn no_login_is_readable_in_a_row() {
        assert!(!Target::Password("salma").subject().contains("salma"));
        assert_ne!(Target::Password("salma").subject(), Target::Password("omar").subject());
    }
}
