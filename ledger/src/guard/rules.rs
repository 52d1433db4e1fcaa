//! Rules as they are proposed, agreed to and replaced. None is changed: a change is another row of its code.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::GuardRuleState;
use crate::agents::Actor;
use crate::ledger::Reader;
use crate::storage::StorageError;
use crate::storage::schema::{counters, guard_rules};
use crate::writer::WriteOp;

/// The counter of changes.
const COUNTER: &str = "guard";

/// A rule as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRule {
    /// The number of this wording of it.
    pub id: i64,
    /// What stays the same over all its wordings.
    pub code: String,
    /// What it says.
    pub definition: String,
    /// Where it stands.
    pub state: GuardRuleState,
    /// When it was proposed (UTC).
    pub proposed_at: NaiveDateTime,
    /// Who proposed it.
    pub proposed_by: Actor,
    /// When it was decided on (UTC).
    pub decided_at: Option<NaiveDateTime>,
    /// Who decided on it.
    pub decided_by: Option<Actor>,
}

/// What became of a word on a proposed rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleDecided {
    /// It holds, or it never will: as was said.
    Done,
    /// Whoever proposed it cannot agree to it.
    SamePerson,
    /// It waits no more, or there is no such rule.
    NotProposed,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = guard_rules)]
struct RuleRow {
    id: i64,
    code: String,
    definition: String,
    state: i16,
    proposed_at: NaiveDateTime,
    proposed_by: i64,
    proposed_by_name: String,
    decided_at: Option<NaiveDateTime>,
    decided_by: Option<i64>,
    decided_by_name: String,
}

impl TryFrom<RuleRow> for StoredRule {
    type Error = StorageError;

    fn try_from(row: RuleRow) -> Result<Self, StorageError> {
        let state = GuardRuleState::from_code(row.state);
        let state = state.ok_or_else(|| StorageError::Damaged(format!("state of guard rule {}", row.id)))?;
        let name = row.decided_by_name;
        Ok(Self {
            id: row.id,
            code: row.code,
            definition: row.definition,
            state,
            proposed_at: row.proposed_at,
            proposed_by: Actor { id: row.proposed_by, name: row.proposed_by_name },
            decided_at: row.decided_at,
            decided_by: row.decided_by.map(|id| Actor { id, name }),
        })
    }
}

impl WriteOp<'_> {
    /// Keeps a rule that waits for a second person; `None`: another one of its code waits already.
    pub fn propose_guard_rule(
        &mut self,
        code: &str,
        definition: &str,
        by: &Actor,
        now: NaiveDateTime,
    ) -> Result<Option<i64>, StorageError> {
        let waiting = guard_rules::table
            .filter(guard_rules::code.eq(code))
            .filter(guard_rules::state.eq(GuardRuleState::Proposed.code()));
        if waiting.count().get_result::<i64>(self.connection)? > 0 {
            return Ok(None);
        }
        let id = self.next_id()?;
        let values = (
            guard_rules::id.eq(id),
            guard_rules::code.eq(code),
            guard_rules::definition.eq(definition),
            guard_rules::state.eq(GuardRuleState::Proposed.code()),
            guard_rules::proposed_at.eq(now),
            guard_rules::proposed_by.eq(by.id),
            guard_rules::proposed_by_name.eq(&by.name),
            guard_rules::decided_by_name.eq(""),
        );
        diesel::insert_into(guard_rules::table).values(values).execute(self.connection)?;
        Ok(Some(id))
    }

    /// The second person's word on a rule. One that is agreed to takes the place of the one of its code. Whoever proposed
    /// it may only take it back.
    pub fn decide_guard_rule(
        &mut self,
        rule: i64,
        approve: bool,
        by: &Actor,
        now: NaiveDateTime,
    ) -> Result<RuleDecided, StorageError> {
        let waiting = guard_rules::table
            .filter(guard_rules::id.eq(rule))
            .filter(guard_rules::state.eq(GuardRuleState::Proposed.code()));
        let found: Option<(String, i64)> =
            waiting.select((guard_rules::code, guard_rules::proposed_by)).get_result(self.connection).optional()?;
        let Some((code, proposed_by)) = found else { return Ok(RuleDecided::NotProposed) };
        let own = proposed_by == by.id;
        if own && approve {
            return Ok(RuleDecided::SamePerson);
        }
        if approve {
            let holds = guard_rules::table
                .filter(guard_rules::code.eq(&code))
                .filter(guard_rules::state.eq(GuardRuleState::InForce.code()));
            let replaced = guard_rules::state.eq(GuardRuleState::Replaced.code());
            diesel::update(holds).set(replaced).execute(self.connection)?;
        }
        let state = if approve { GuardRuleState::InForce } else { GuardRuleState::Refused };
        let decided = (
            guard_rules::state.eq(state.code()),
            guard_rules::decided_at.eq(Some(now)),
            guard_rules::decided_by.eq((!own).then_some(by.id)),
            guard_rules::decided_by_name.eq(&by.name),
        );
        let changed = diesel::update(waiting).set(decided).execute(self.connection)?;
        if changed != 1 {
            return Err(StorageError::Conflict("a rule was decided on meanwhile".to_owned()));
        }
        self.touch_guard()?;
        Ok(RuleDecided::Done)
    }

    /// Rules or lists are other ones from here on.
    pub(super) fn touch_guard(&mut self) -> Result<(), StorageError> {
        let counter = counters::table.filter(counters::name.eq(COUNTER));
        diesel::update(counter).set(counters::next.eq(counters::next + 1)).execute(self.connection)?;
        Ok(())
    }
}

impl Reader<'_> {
    /// Grows with every change of rules and lists.
    pub fn guard_version(&mut self) -> Result<i64, StorageError> {
        let counter = counters::table.filter(counters::name.eq(COUNTER)).select(counters::next);
        Ok(counter.get_result(self.connection)?)
    }

    /// The rules that hold or wait for a second person, by code; so many at most.
    pub fn guard_rules(&mut self, limit: i64) -> Result<Vec<StoredRule>, StorageError> {
        let states = [GuardRuleState::Proposed, GuardRuleState::InForce].map(GuardRuleState::code);
        let rows: Vec<RuleRow> = guard_rules::table
            .filter(guard_rules::state.eq_any(states))
            .order((guard_rules::code, guard_rules::id))
            .limit(limit)
            .select(RuleRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(StoredRule::try_from).collect()
    }

    /// A rule by the number of its row.
    pub fn guard_rule(&mut self, id: i64) -> Result<Option<StoredRule>, StorageError> {
        let query = guard_rules::table.filter(guard_rules::id.eq(id)).select(RuleRow::as_select());
        query.get_result(self.connection).optional()?.map(StoredRule::try_from).transpose()
    }
}
