//! Floats: what is left, who asked for more, and what became of it all.

use chrono::NaiveDateTime;
use ledger::{
    FloatDecision, FloatRequest, FloatRequestOutcome, Moment, Money, NewFloatRequest, RequestKey, StatementLine, Whose,
};

use super::view::PAGE_MAX;
use super::{REASON_MAX, plain, typed};
use crate::api::Infrastructure;
use crate::api::cash::{CounterFault, DecideFloat, FloatError, FloatLine, FloatStatement, FloatView, RequestFloat};
use crate::hub::Hub;

/// Longest proof, in characters; a bank's references are shorter.
const PROOF_MAX: usize = 100;
/// Shortest proof.
const PROOF_MIN: usize = 3;

impl Hub {
    /// An outlet's float; `None` for an outlet that is not there.
    pub async fn float(&self, outlet: &str) -> Result<Option<FloatView>, Infrastructure> {
        let networks = self.networks();
        let Some((network, _)) = networks.outlet(outlet) else { return Ok(None) };
        let number = outlet.to_owned();
        let available = self.read(move |reader| reader.float(&number)).await?;
        let low_below = network.low_float;
        Ok(Some(FloatView { outlet: outlet.to_owned(), available, low_below, is_low: available < low_below }))
    }

    /// The floats of outlets, read at once, in their order; those that are not there are left out.
    pub async fn floats(&self, outlets: Vec<String>) -> Result<Vec<FloatView>, Infrastructure> {
        let networks = self.networks();
        let (left, outlets) = self.read(move |reader| Ok((reader.floats(&outlets)?, outlets))).await?;
        let view = |outlet: String| {
            let low_below = networks.outlet(&outlet)?.0.low_float;
            let available = left.get(&outlet).copied().unwrap_or(Money::ZERO);
            Some(FloatView { outlet, available, low_below, is_low: available < low_below })
        };
        Ok(outlets.into_iter().filter_map(view).collect())
    }

    /// Reminds networks of outlets whose floats are low, once each since `since`: how many are low, and how many reminders
    /// were left.
    pub async fn remind_low_floats(&self, since: NaiveDateTime) -> Result<(usize, usize), Infrastructure> {
        let (mut low, mut reminded) = (0, 0);
        let networks = self.networks();
        for network in networks.all().iter().filter(|network| network.active) {
            let outlets: Vec<String> = network.outlets.iter().map(|outlet| outlet.number.clone()).collect();
            for view in self.floats(outlets).await?.into_iter().filter(|view| view.is_low) {
                low += 1;
                let (outlet, moment) = (view.outlet, Moment::of(self.now()));
                let left = self.write(move |op| op.remind_low_float(&outlet, since, moment)).await?;
                reminded += usize::from(left);
            }
        }
        Ok((low, reminded))
    }

    /// Asks for a top-up or a withdrawal, with a proof. Nothing is booked or reserved until somebody else approves.
    /// Outlets that take no payments can be asked for as well: a float is to be emptied when one ends.
    pub async fn request_float(&self, request: RequestFloat) -> Result<FloatRequest, FloatError> {
        let networks = self.networks();
        let (network, outlet) = networks.outlet(&request.outlet).ok_or(CounterFault::UnknownOutlet)?;
        if !request.amount.is_positive() {
            return Err(FloatError::BadAmount);
        }
        let proof = plain(&request.proof, PROOF_MAX).filter(|proof| proof.chars().count() >= PROOF_MIN);
        let proof = proof.ok_or(FloatError::NoProof)?;
        let RequestFloat { kind, amount, actor, .. } = request;
        let input = format!("{}\n{kind}\n{amount}\n{proof}\n{}", outlet.number, actor.id);
        let new = NewFloatRequest {
            key: RequestKey::of(&format!("float {}", network.code), &request.key, &input),
            network: network.code.clone(),
            outlet: outlet.number.clone(),
            kind,
            amount,
            proof,
            actor,
            moment: Moment::of(self.now()),
        };
        match self.write(move |op| op.request_float(&new)).await? {
            FloatRequestOutcome::Kept(id) => self.float_request(id).await?.ok_or(FloatError::UnknownRequest),
            FloatRequestOutcome::KeyConflict => Err(FloatError::KeyConflict),
            FloatRequestOutcome::ProofUsed => Err(FloatError::ProofUsed),
        }
    }

    /// Approves or refuses a request; who asked cannot. An approved one is booked in the same commit.
    pub async fn decide_float(&self, request: DecideFloat) -> Result<FloatRequest, FloatError> {
        let note = match request.note.trim() {
            "" if request.approve => String::new(),
            note => typed(note, REASON_MAX).ok_or(FloatError::NoNote)?,
        };
        let id = request.request;
        let found = self.float_request(id).await?.ok_or(FloatError::UnknownRequest)?;
        let networks = self.networks();
        let low = networks.get(&found.network).map_or(Money::ZERO, |network| network.low_float);
        let (approve, actor, moment) = (request.approve, request.actor, Moment::of(self.now()));
        let decided = self.write(move |op| op.decide_float(id, approve, &note, low, &actor, moment)).await?;
        match decided {
            FloatDecision::Decided(_) => self.float_request(id).await?.ok_or(FloatError::UnknownRequest),
            FloatDecision::NoSuchRequest => Err(FloatError::UnknownRequest),
            FloatDecision::DecidedBefore => Err(FloatError::Decided),
            FloatDecision::SamePerson => Err(FloatError::SamePerson),
            FloatDecision::FloatTooLow(available) => Err(FloatError::FloatTooLow { available }),
        }
    }

    /// A request by its number.
    pub async fn float_request(&self, id: i64) -> Result<Option<FloatRequest>, Infrastructure> {
        self.read(move |reader| reader.float_request(id)).await
    }

    /// Requests that wait for a second person, oldest first, at most 200; `after` is the number of the last one before.
    pub async fn open_float_requests(
        &self,
        whose: &Whose,
        after: Option<i64>,
        limit: i64,
    ) -> Result<Vec<FloatRequest>, Infrastructure> {
        let (whose, after, limit) = (whose.clone(), after.unwrap_or(i64::MIN), limit.clamp(1, PAGE_MAX));
        self.read(move |reader| reader.open_float_requests(&whose, after, limit)).await
    }

    /// Requests that were decided, newest first, at most 200; `before` is the number of the last one before.
    pub async fn decided_float_requests(
        &self,
        whose: &Whose,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<FloatRequest>, Infrastructure> {
        let (whose, before, limit) = (whose.clone(), before.unwrap_or(i64::MAX), limit.clamp(1, PAGE_MAX));
        self.read(move |reader| reader.decided_float_requests(&whose, before, limit)).await
    }

    /// A page of a float's statement, newest first, at most 200 lines; `before` is the `next` of the page before.
    pub async fn float_statement(
        &self,
        outlet: &str,
        before: Option<i64>,
        limit: i64,
    ) -> Result<FloatStatement, Infrastructure> {
        let (outlet, before, limit) = (outlet.to_owned(), before.unwrap_or(i64::MAX), limit.clamp(1, PAGE_MAX));
        let lines = self.read(move |reader| reader.float_statement(&outlet, before, limit)).await?;
        let full = i64::try_from(lines.len()).is_ok_and(|count| count == limit);
        let next = lines.last().filter(|_| full).map(|line| line.posting);
        Ok(FloatStatement { lines: lines.into_iter().map(show).collect(), next })
    }
}

fn show(line: StatementLine) -> FloatLine {
    FloatLine {
        id: line.posting,
        at: line.booked_at.and_utc(),
        event: line.kind,
        amount: line.amount,
        balance: line.balance,
        payment: line.payment.map(|payment| payment.to_string()),
        network_reference: line.network_reference,
        subject: line.subject,
    }
}
