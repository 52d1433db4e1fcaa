//! What members do with their own account: password, second factor, recovery codes, sessions.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ledger::{Attempt, StorageError, WriteOp};
use secrecy::{ExposeSecret, SecretString};

use crate::Trouble;
use crate::attempts::{self, Target};
use crate::audit::{self, Action};
use crate::passwords::{self, PasswordFault};
use crate::random;
use crate::service::{Staff, open_until};
use crate::session::{Opened, STAGE_WHOLE, Session, SessionLine};
use crate::sign_in::{Origin, audit_failure, factor_place, take_code};
use crate::totp;
use crate::vault::Vault;

/// Recovery codes made at once.
const RECOVERY_CODES: usize = 10;

/// What came of changing a password.
#[derive(Debug)]
pub enum ChangeOutcome {
    /// It was changed; every other session was ended, and this one goes on under another token.
    Changed(Opened),
    /// The present password is wrong.
    WrongCurrent,
    /// The new password is the present one.
    Same,
    /// The new password will not do.
    Weak(PasswordFault),
    /// No try is taken before this time.
    Wait(DateTime<Utc>),
    /// The session ended meanwhile.
    Over,
}

/// A second factor to be set up.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The secret in base 32, for whoever types it.
    pub secret: SecretString,
    /// The address that a QR code tells the app (`otpauth://`).
    pub address: SecretString,
}

/// What came of confirming a second factor.
#[derive(Debug)]
pub enum EnrolOutcome {
    /// It is set up: the recovery codes, shown once; the session goes on under another token.
    Enrolled(Vec<String>, Opened),
    /// The code does not belong to the secret.
    Wrong,
    /// No try is taken before this time.
    Wait(DateTime<Utc>),
    /// There is nothing to confirm: the session ended, or it was confirmed before.
    Over,
}

/// What came of asking for new recovery codes.
#[derive(Debug)]
pub enum CodesOutcome {
    /// The codes, shown once; those before them are worth nothing.
    Made(Vec<String>),
    /// The code of the app is wrong.
    Wrong,
    /// No try is taken before this time.
    Wait(DateTime<Utc>),
    /// The session ended, or there is no second factor.
    Over,
}

/// The place to which a secret that is being set up is sealed.
fn enrolling_place(session: i64) -> String {
    format!("staff_sessions.enrolling:{session}")
}

/// The session and its member as this write sees them, if it is still good and signed in.
fn current(
    op: &mut WriteOp<'_>,
    session: &Session,
    now: DateTime<Utc>,
) -> Result<Option<(Session, ledger::StaffMember)>, StorageError> {
    let Some((row, member)) = op.staff_session_of(session.id)? else { return Ok(None) };
    let whole = row.stage == STAGE_WHOLE && member.id == session.member;
    Ok(Session::of(&row, &member, now).filter(|_| whole).map(|session| (session, member)))
}

/// Makes new recovery codes in place of those there are.
fn make_codes(op: &mut WriteOp<'_>, vault: &Vault, member: i64) -> Result<Vec<String>, StorageError> {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| random::word(3, 4)).collect();
    let digests: Vec<[u8; 32]> = codes.iter().map(|code| vault.recovery_digest(member, &random::plain(code))).collect();
    op.put_recovery_codes(member, &digests)?;
    Ok(codes)
}

impl Staff {
    /// Changes the password of whoever is signed in.
    pub async fn change_password(
        &self,
        session: &Session,
        present: SecretString,
        new: SecretString,
        origin: Origin,
    ) -> Result<ChangeOutcome, Trouble> {
        if let Err(fault) = passwords::check(&new, &session.login) {
            return Ok(ChangeOutcome::Weak(fault));
        }
        let (now, asking) = (self.now(), session.clone());
        let begun = self
            .write(move |op| {
                let Some((_, member)) = current(op, &asking, now)? else { return Ok(None) };
                let attempt = attempts::begin(op, &[Target::Password(&member.login)], now.naive_utc())?;
                Ok(Some((attempt, member.password)))
            })
            .await?;
        let Some((attempt, hash)) = begun else { return Ok(ChangeOutcome::Over) };
        let next = match attempt {
            Attempt::Blocked(until) => return Ok(ChangeOutcome::Wait(until.and_utc())),
            Attempt::Counted(next) => next,
        };
        let verified = match self.hasher.verify(present.clone(), Some(hash.clone())).await {
            Ok(verified) => verified,
            Err(trouble) => return self.not_tried(session, trouble).await,
        };
        let asking = session.clone();
        if !verified {
            return self
                .write(move |op| {
                    let (login, detail) = (&asking.login, format!("from {}", origin.address));
                    let (action, subject) = (Action::PasswordChangeRefused, audit::member(login));
                    let wait = audit_failure(op, login, action, &subject, &detail, next, now)?;
                    Ok(wait.map_or(ChangeOutcome::WrongCurrent, ChangeOutcome::Wait))
                })
                .await;
        }
        let same = present.expose_secret() == new.expose_secret();
        let hashed = match same {
            true => String::new(),
            false => match self.hasher.hash(new).await {
                Ok(hashed) => hashed,
                Err(trouble) => return self.not_tried(session, trouble).await,
            },
        };
        self.write(move |op| {
            let Some((session, member)) = current(op, &asking, now)? else { return Ok(ChangeOutcome::Over) };
            if member.password != hash {
                return Ok(ChangeOutcome::Over);
            }
            attempts::succeed(op, &[Target::Password(&member.login)], now.naive_utc())?;
            if same {
                return Ok(ChangeOutcome::Same);
            }
            op.set_staff_password(member.id, &hashed, None)?;
            op.end_staff_sessions(member.id, None, now.naive_utc())?;
            let opened = open_until(op, &member, true, &origin, now, session.expires_at)?;
            let (subject, detail) = (audit::member(&member.login), format!("from {}", origin.address));
            op.audit(&audit::entry(&member.login, Action::PasswordChanged, &subject, &detail), now)?;
            Ok(ChangeOutcome::Changed(opened))
        })
        .await
    }

    /// Takes the try at the present password back that trouble of ours came between, and passes the trouble on.
    async fn not_tried<T>(&self, session: &Session, trouble: Trouble) -> Result<T, Trouble> {
        let (now, login) = (self.now(), session.login.clone());
        self.write(move |op| attempts::take_back(op, &[Target::Password(&login)], now.naive_utc())).await?;
        Err(trouble)
    }

    /// The second factor to be set up in this session: the same one until it is confirmed.
    pub async fn begin_enrolment(&self, session: &Session) -> Result<Enrolment, Trouble> {
        let place = enrolling_place(session.id);
        let known = session.enrolling.as_ref().and_then(|sealed| self.vault.open(sealed, &place).ok());
        let secret = match known {
            Some(secret) => secret,
            None => {
                let secret: [u8; totp::SECRET_BYTES] = rand::random();
                let sealed = self.vault.seal(&secret, &place);
                let sealed = sealed.map_err(|_| Trouble::Broken("a secret cannot be sealed".to_owned()))?;
                let id = session.id;
                self.write(move |op| op.set_enrolling(id, Some(&sealed))).await?;
                secret.to_vec()
            }
        };
        let secret = totp::base32(&secret);
        let address = format!("otpauth://totp/Fatoura:{}?secret={secret}&issuer=Fatoura", session.login);
        Ok(Enrolment { secret: secret.into(), address: address.into() })
    }

    /// Sets the second factor up, if the code shows that the app has the secret.
    pub async fn confirm_enrolment(
        &self,
        session: &Session,
        code: String,
        origin: Origin,
    ) -> Result<EnrolOutcome, Trouble> {
        let (vault, now, asking) = (Arc::clone(&self.vault), self.now(), session.clone());
        self.write(move |op| {
            let Some((session, mut member)) = current(op, &asking, now)? else { return Ok(EnrolOutcome::Over) };
            let secret =
                session.enrolling.as_ref().and_then(|sealed| vault.open(sealed, &enrolling_place(session.id)).ok());
            let (Some(secret), false) = (secret, session.has_second_factor) else { return Ok(EnrolOutcome::Over) };
            let targets = [Target::Factor(member.id)];
            let next = match attempts::begin(op, &targets, now.naive_utc())? {
                Attempt::Blocked(until) => return Ok(EnrolOutcome::Wait(until.and_utc())),
                Attempt::Counted(next) => next.and_utc(),
            };
            let Some(step) = totp::matching_step(&secret, &code, now) else {
                return Ok(if next > now { EnrolOutcome::Wait(next) } else { EnrolOutcome::Wrong });
            };
            attempts::succeed(op, &targets, now.naive_utc())?;
            let sealed = vault.seal(&secret, &factor_place(member.id));
            let sealed = sealed.map_err(|_| StorageError::Failed("a secret cannot be sealed".to_owned()))?;
            op.set_second_factor(member.id, Some(&sealed))?;
            op.take_factor_step(member.id, step)?;
            member.second_factor = Some(sealed);
            let codes = make_codes(op, &vault, member.id)?;
            op.end_staff_sessions(member.id, None, now.naive_utc())?;
            let opened = open_until(op, &member, true, &origin, now, session.expires_at)?;
            let (subject, detail) = (audit::member(&member.login), format!("from {}", origin.address));
            op.audit(&audit::entry(&member.login, Action::SecondFactorEnrolled, &subject, &detail), now)?;
            Ok(EnrolOutcome::Enrolled(codes, opened))
        })
        .await
    }

    /// Makes new recovery codes, for whoever shows that they have the second factor.
    pub async fn renew_codes(&self, session: &Session, code: String) -> Result<CodesOutcome, Trouble> {
        let (vault, now, asking) = (Arc::clone(&self.vault), self.now(), session.clone());
        self.write(move |op| {
            let Some((session, member)) = current(op, &asking, now)? else { return Ok(CodesOutcome::Over) };
            if !session.has_second_factor {
                return Ok(CodesOutcome::Over);
            }
            let targets = [Target::Factor(member.id)];
            let next = match attempts::begin(op, &targets, now.naive_utc())? {
                Attempt::Blocked(until) => return Ok(CodesOutcome::Wait(until.and_utc())),
                Attempt::Counted(next) => next,
            };
            let subject = audit::member(&member.login);
            if !take_code(op, &vault, &member, &code, now)? {
                let (login, action) = (&member.login, Action::SecondFactorRefused);
                let wait = audit_failure(op, login, action, &subject, "for new recovery codes", next, now)?;
                return Ok(wait.map_or(CodesOutcome::Wrong, CodesOutcome::Wait));
            }
            attempts::succeed(op, &targets, now.naive_utc())?;
            let codes = make_codes(op, &vault, member.id)?;
            op.audit(&audit::entry(&member.login, Action::RecoveryCodesRenewed, &subject, ""), now)?;
            Ok(CodesOutcome::Made(codes))
        })
        .await
    }

    /// How many recovery codes are left.
    pub async fn codes_left(&self, session: &Session) -> Result<i64, Trouble> {
        let member = session.member;
        self.read(move |reader| reader.recovery_codes_left(member)).await
    }

    /// The open sessions of whoever is signed in, the newest first.
    pub async fn sessions(&self, session: &Session) -> Result<Vec<SessionLine>, Trouble> {
        let (asking, now) = (session.clone(), self.now());
        let rows =
            self.read(move |reader| Ok((reader.staff_sessions(asking.member)?, reader.staff_member(&asking.login)?)));
        let (rows, member) = rows.await?;
        let Some(member) = member else { return Ok(Vec::new()) };
        let line = |row: ledger::StaffSession| {
            Session::of(&row, &member, now)?;
            Some(SessionLine {
                id: row.id,
                current: row.id == session.id,
                address: row.address,
                agent: row.agent,
                opened_at: row.created_at.and_utc(),
                seen_at: row.seen_at.and_utc(),
            })
        };
        Ok(rows.into_iter().filter_map(line).collect())
    }

    /// Ends one of one's own sessions; whether it was open.
    pub async fn revoke(&self, session: &Session, id: i64) -> Result<bool, Trouble> {
        let (asking, now) = (session.clone(), self.now());
        self.write(move |op| {
            let ended = op.end_staff_session(asking.member, id, now.naive_utc())?;
            if ended {
                let entry = audit::entry(&asking.login, Action::SessionRevoked, &format!("session {id}"), "");
                op.audit(&entry, now)?;
            }
            Ok(ended)
        })
        .await
    }

    /// Ends all of one's own sessions but this one; how many were open.
    pub async fn revoke_others(&self, session: &Session) -> Result<usize, Trouble> {
        let (asking, now) = (session.clone(), self.now());
        self.write(move |op| {
            let ended = op.end_staff_sessions(asking.member, Some(asking.id), now.naive_utc())?;
            let subject = audit::member(&asking.login);
            let entry = audit::entry(&asking.login, Action::SessionRevoked, &subject, &format!("all others: {ended}"));
            op.audit(&entry, now)?;
            Ok(ended)
        })
        .await
    }

    /// Ends the session.
    pub async fn sign_out(&self, session: &Session) -> Result<(), Trouble> {
        let (asking, now) = (session.clone(), self.now());
        self.write(move |op| {
            if op.end_staff_session(asking.member, asking.id, now.naive_utc())? {
                let subject = audit::member(&asking.login);
                op.audit(&audit::entry(&asking.login, Action::SignedOut, &subject, ""), now)?;
            }
            Ok(())
        })
        .await
    }
}
