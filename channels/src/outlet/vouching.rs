//! A second person at somebody else's page: a supervisor signs for a difference with login, password and code.
//!
//! They pass the same door as at their own sign-in, with its pauses after failures and its rows in the audit log, and
//! the session that comes of it is ended at once.

use secrecy::{ExposeSecret, SecretString};
use staff::{Factor, FactorOutcome, Opened, Permission, Session, SignIn, SignInOutcome};

use crate::staff::session::StaffSession;
use crate::web::errors::Fault;

/// What a second person typed.
pub(super) struct Signature {
    pub(super) login: String,
    pub(super) password: SecretString,
    pub(super) code: String,
}

/// What it is worth.
pub(super) enum Vouched {
    /// They are who they say, and may do this.
    By(Box<Session>),
    /// Login, password and code do not go together: nobody is told which is wrong.
    Refused,
    /// They may not do this, or not here.
    NotAllowed,
    /// No try is taken for some time.
    Wait,
}

async fn end(session: &StaffSession, opened: &Opened) -> Result<Option<Session>, Fault> {
    let found = session.staff().session(opened.token.expose_secret()).await?;
    if let Some(found) = &found {
        session.staff().sign_out(found).await?;
    }
    Ok(found)
}

/// Checks a signature for an outlet of a network.
pub(super) async fn check(
    session: &StaffSession,
    signature: Signature,
    permission: Permission,
    (network, outlet): (&str, &str),
) -> Result<Vouched, Fault> {
    let staff = session.staff();
    let request = SignIn {
        login: signature.login,
        password: signature.password,
        origin: session.origin.clone(),
        old_token: None,
    };
    let half_way = match staff.sign_in(request).await? {
        SignInOutcome::Opened(opened) => opened,
        SignInOutcome::Refused => return Ok(Vouched::Refused),
        SignInOutcome::Wait(_) => return Ok(Vouched::Wait),
    };
    let token = half_way.token.expose_secret();
    let opened = match staff.prove_factor(token, Factor::Code(signature.code), session.origin.clone()).await? {
        FactorOutcome::Opened(opened) => opened,
        // A member without a second factor vouches for nothing.
        FactorOutcome::Refused | FactorOutcome::Over => {
            end(session, &half_way).await?;
            return Ok(Vouched::Refused);
        }
        FactorOutcome::Wait(_) => {
            end(session, &half_way).await?;
            return Ok(Vouched::Wait);
        }
    };
    let Some(who) = end(session, &opened).await? else { return Ok(Vouched::Refused) };
    let here = match (who.scope.outlet, &who.scope.network) {
        (Some(number), _) => outlet.parse() == Ok(number),
        (None, Some(code)) => code == network,
        (None, None) => false,
    };
    let other = who.member != session.who.member;
    Ok(if other && here && who.due().is_none() && who.may(permission) {
        Vouched::By(Box::new(who))
    } else {
        Vouched::NotAllowed
    })
}
