//! The door: what every page needs of a session, and the audit log.

use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use ledger::{AuditEntry, AuditRow, Ledger, LedgerError, NewStaffSession, Reader, StaffMember, StorageError, WriteOp};
use secrecy::SecretString;
use tokio::sync::oneshot;

use crate::Trouble;
use crate::admin::Member;
use crate::audit::{self, Action};
use crate::passwords::Hasher;
use crate::roles::Permission;
use crate::session::{
    self, HALF_WAY_MAX, LIFE_MAX, Opened, SEEN_EVERY, SESSIONS_MAX, STAGE_PASSWORD, STAGE_WHOLE, Session,
};
use crate::sign_in::Origin;
use crate::vault::Vault;

/// The time of day, injected so that expiry is tested without waiting.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// What [`Staff`] is made of.
pub struct StaffParts {
    /// Where members, sessions and the audit log are kept.
    pub ledger: Arc<Ledger>,
    /// The time of day.
    pub clock: Clock,
    /// Seals second factors and recovery codes; at least 32 random bytes, kept over restarts and shared by all nodes.
    pub key: SecretString,
}

/// Sign-in, sessions, passwords, second factors.
pub struct Staff {
    ledger: Arc<Ledger>,
    clock: Clock,
    pub(crate) vault: Arc<Vault>,
    pub(crate) hasher: Hasher,
}

impl Staff {
    /// Over an open ledger.
    pub fn open(parts: StaffParts) -> Result<Self, Trouble> {
        let StaffParts { ledger, clock, key } = parts;
        Ok(Self { ledger, clock, vault: Arc::new(Vault::new(&key)), hasher: Hasher::new()? })
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        write: impl FnMut(&mut WriteOp<'_>) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, Trouble> {
        let (reply, answer) = oneshot::channel();
        self.ledger.write(write, Box::new(move |result| drop(reply.send(result))));
        // The writer drops a reply only when it ends.
        Ok(answer.await.unwrap_or(Err(LedgerError::Closed))?)
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Reader<'_>) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, Trouble> {
        let ledger = Arc::clone(&self.ledger);
        match tokio::task::spawn_blocking(move || ledger.read(read)).await {
            Ok(result) => Ok(result?),
            Err(error) => Err(Trouble::Broken(format!("a read ended badly: {error}"))),
        }
    }

    /// The session of a browser's token, if it is good; it is noted as in use.
    pub async fn session(&self, token: &str) -> Result<Option<Session>, Trouble> {
        let Some((session, seen_at)) = self.good_session(token).await? else { return Ok(None) };
        let (id, now) = (session.id, self.now().naive_utc());
        if now - seen_at >= SEEN_EVERY {
            self.write(move |op| op.see_staff_session(id, now)).await?;
        }
        Ok(Some(session))
    }

    /// The same for what a page asks by itself, which says nothing of who sits before it: it is not noted as in use.
    pub async fn session_unattended(&self, token: &str) -> Result<Option<Session>, Trouble> {
        Ok(self.good_session(token).await?.map(|(session, _)| session))
    }

    /// The session of a token, and when it was last noted as in use.
    async fn good_session(&self, token: &str) -> Result<Option<(Session, NaiveDateTime)>, Trouble> {
        let Some(digest) = session::token_digest(token) else { return Ok(None) };
        let found = self.read(move |reader| reader.staff_session(&digest)).await?;
        let good = |(row, member)| Some((Session::of(&row, &member, self.now())?, row.seen_at));
        Ok(found.and_then(good))
    }

    /// Writes to the audit log that a member did something. `subject` names rows by kind and number (`payment 100005`),
    /// `detail` what else there is to say: no secret, and nothing of a customer that the rows do not need.
    pub async fn audit(&self, actor: &Session, action: Action, subject: &str, detail: &str) -> Result<(), Trouble> {
        let (entry, now) = (audit::entry(&actor.login, action, subject, detail), self.now());
        self.write(move |op| op.audit(&entry, now).map(drop)).await
    }

    /// An entry of the audit log about what a member does, for whoever writes it in the commit of what it tells of.
    pub fn audit_entry(actor: &Session, action: Action, subject: &str, detail: &str) -> AuditEntry {
        audit::entry(&actor.login, action, subject, detail)
    }

    /// Members who may sign in and do this for the hub as a whole: number, login and name, by login.
    pub async fn members_who_may(&self, permission: Permission) -> Result<Vec<(i64, String, String)>, Trouble> {
        let members = self.read(|reader| reader.staff_members()).await?;
        let members = members.into_iter().map(Member::from).filter(|member| member.may_for_hub(permission));
        let mut members: Vec<_> = members.map(|member| (member.id, member.login, member.name)).collect();
        members.sort_by(|a, b| a.1.cmp(&b.1));
        Ok(members)
    }

    /// Rows of the audit log before a place, or the last ones; the newest first.
    pub async fn audit_rows(&self, before: Option<i64>, limit: i64) -> Result<Vec<AuditRow>, Trouble> {
        self.read(move |reader| reader.audit_rows(before, limit)).await
    }
}

/// Opens a session for a member, at the stage that their second factor asks for or after it.
pub(crate) fn open_session(
    op: &mut WriteOp<'_>,
    member: &StaffMember,
    whole: bool,
    origin: &Origin,
    now: DateTime<Utc>,
) -> Result<Opened, StorageError> {
    let life = if whole { LIFE_MAX } else { HALF_WAY_MAX };
    let opened = open_until(op, member, whole, origin, now, (now + life).naive_utc())?;
    op.end_oldest_staff_sessions(member.id, SESSIONS_MAX, now.naive_utc())?;
    Ok(opened)
}

/// Opens a session that ends at a time.
pub(crate) fn open_until(
    op: &mut WriteOp<'_>,
    member: &StaffMember,
    whole: bool,
    origin: &Origin,
    now: DateTime<Utc>,
    expires_at: chrono::NaiveDateTime,
) -> Result<Opened, StorageError> {
    let (token, digest) = session::fresh_token();
    let row = NewStaffSession {
        token: digest,
        member_id: member.id,
        stage: if whole { STAGE_WHOLE } else { STAGE_PASSWORD },
        address: origin.address.to_string(),
        agent: origin.agent.clone(),
        expires_at,
    };
    op.open_staff_session(&row, now.naive_utc())?;
    let open = op.staff_session(&digest)?;
    let due = open.and_then(|(row, member)| Session::of(&row, &member, now)).and_then(|session| session.due());
    Ok(Opened { token, due })
}
