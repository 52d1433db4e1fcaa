//! What people ask for by law about their own data: taken in, looked through, handed out, put right, erased by two people.
//! What is done stands in the audit log by the same commit.

use chrono::{DateTime, Utc};
use ledger::{
    Actor, AuditEntry, Contactable, Erased, Erasure, ErasureDone, NewPersonRequest, Person, PersonRequest,
    PersonRequestKept, PersonRequestState, PersonRequestStep, Rectified, empty_log,
};
use tokio::task::spawn_blocking;

use super::Hub;
use crate::api::Infrastructure;
use crate::personal::{
    Asked, AskedFault, ErasureApproved, ErasureAsked, ErasureFacts, Export, HeldView, Making, RequestWish, due_on,
    quotes,
};

/// Most rows of a page.
const PAGE_MAX: i64 = 200;

impl Hub {
    /// Requests that wait for an answer, those that are due first first; at most 200.
    pub async fn open_person_requests(&self) -> Result<Vec<PersonRequest>, Infrastructure> {
        self.read(|reader| reader.open_person_requests(PAGE_MAX)).await
    }

    /// Requests that ended, below a number, the newest first; at most 200.
    pub async fn ended_person_requests(
        &self,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<PersonRequest>, Infrastructure> {
        self.read(move |reader| reader.ended_person_requests(before, limit.clamp(1, PAGE_MAX))).await
    }

    /// A request by its number, with the erasure that was asked for.
    pub async fn person_request(&self, id: i64) -> Result<Option<(PersonRequest, Option<Erasure>)>, Infrastructure> {
        self.read(move |reader| {
            let Some(request) = reader.person_request(id)? else { return Ok(None) };
            let erasure = match request.erasure {
                Some(erasure) => reader.erasure(erasure)?,
                None => None,
            };
            Ok(Some((request, erasure)))
        })
        .await
    }

    /// Takes a request in; `entry` is the audit log's word about the number that it is given.
    ///
    /// # Errors
    ///
    /// Nobody is meant; else the database.
    pub async fn take_person_request(
        &self,
        wish: RequestWish,
        by: Actor,
        entry: impl Fn(i64) -> AuditEntry + Send + 'static,
    ) -> Result<Result<PersonRequestKept, AskedFault>, Infrastructure> {
        let person = match wish.asked.person(&self.catalogue()) {
            Ok(person) => person,
            Err(fault) => return Ok(Err(fault)),
        };
        let new = NewPersonRequest {
            key: wish.key,
            kind: wish.kind,
            phone: person.phone,
            email: person.email,
            contract: wish.asked.contract,
            language: wish.language,
            reference: wish.reference,
            days: (wish.received_on, due_on(wish.received_on)),
            by,
        };
        let now = self.now();
        let kept = self.write(move |op| {
            let kept = op.take_person_request(&new, now)?;
            if let PersonRequestKept::Kept(id) = kept {
                op.audit(&entry(id), now)?;
            }
            Ok(kept)
        });
        kept.await.map(Ok)
    }

    /// All that is held of whoever made a request. With a mail address every payment is looked at: seconds to a minute.
    pub async fn held_view(&self, request: &PersonRequest) -> Result<HeldView, Infrastructure> {
        let person = self.person_of(request)?;
        let now = self.now().naive_utc();
        self.read(move |reader| {
            let held = reader.held_of(&person, now)?;
            let erasing = match person.customers.is_empty() {
                true => held.clone(),
                false => reader.held_of(&Person { customers: Vec::new(), ..person }, now)?,
            };
            HeldView::of(held, erasing, now)
        })
        .await
    }

    fn person_of(&self, request: &PersonRequest) -> Result<Person, Infrastructure> {
        // It was checked when it was taken in; a biller's form may have changed since.
        match Asked::of(request).person(&self.catalogue()) {
            Ok(person) => Ok(person),
            Err(AskedFault::Contract(_) | AskedFault::Biller(_))
                if request.phone.is_some() || request.email.is_some() =>
            {
                let (phone, email) = (request.phone.clone(), request.email.clone());
                Ok(Person { phone, email, customers: Vec::new() })
            }
            Err(fault) => Err(Infrastructure::Failed(format!("person request {}: {fault}", request.id))),
        }
    }

    /// Writes to the audit log that what is held is handed out; what it says of the request then.
    pub async fn hand_out(&self, id: i64, entry: AuditEntry) -> Result<PersonRequestStep, Infrastructure> {
        let now = self.now();
        self.write(move |op| {
            let step = op.note_handed_out(id, now)?;
            if let PersonRequestStep::Done(_) = step {
                op.audit(&entry, now)?;
            }
            Ok(step)
        })
        .await
    }

    /// All that is held of whoever made a request, looked for in every personal text: of many million that takes minutes, as
    /// one reader among the others. `None`: nobody wants it any more, by `is_wanted`.
    pub async fn export_person(
        &self,
        request: &PersonRequest,
        is_wanted: impl Fn() -> bool,
    ) -> Result<Option<Export>, Infrastructure> {
        let (person, now) = (self.person_of(request)?, self.now());
        let asked = Asked::of(request);
        let wanted = person.clone();
        let held = self.read(move |reader| reader.held_of(&wanted, now.naive_utc())).await?;
        let mut making = Making::new(&asked, &person, held, now);
        while let Some(wanted) = making.quotes_wanted() {
            making.add_quotes(self.read(move |reader| quotes(reader, &wanted)).await?)?;
        }
        loop {
            if !is_wanted() {
                return Ok(None);
            }
            let from = making.swept.clone();
            match self.read(move |reader| reader.personal_texts(&from)).await? {
                Some((texts, upto)) => making.add_texts(texts, upto),
                None => return Ok(Some(making.done())),
            }
        }
    }

    /// Asks for the erasure of a request, for a second person to approve.
    pub async fn ask_erasure(
        &self,
        request: &PersonRequest,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<ErasureAsked, Infrastructure> {
        if let Some(erasure) = request.erasure.filter(|_| request.ended_at.is_none()) {
            return Ok(ErasureAsked::Waits(erasure));
        }
        if request.ended_at.is_some() {
            return Ok(ErasureAsked::Not(PersonRequestStep::Ended(request.state)));
        }
        let held = self.held_view(request).await?;
        match held.erasing.erasable() == Erased::default() {
            true => return Ok(ErasureAsked::Nothing),
            false if !held.obstacles.is_empty() => return Ok(ErasureAsked::Open(held.obstacles)),
            false => {}
        }
        let (id, now) = (request.id, self.now());
        let step = self.write(move |op| {
            let step = op.ask_erasure_of(id, &by, now)?;
            if let PersonRequestStep::Done(_) = step {
                op.audit(&entry, now)?;
            }
            Ok(step)
        });
        Ok(match step.await? {
            PersonRequestStep::Done(Some(erasure)) | PersonRequestStep::ErasureWaits(erasure) => {
                ErasureAsked::Waits(erasure)
            }
            step => ErasureAsked::Not(step),
        })
    }

    /// Does an erasure as the second person; `certify` words what was erased and what is kept.
    pub async fn approve_erasure(
        &self,
        request: &PersonRequest,
        erasure: &Erasure,
        by: Actor,
        entry: AuditEntry,
        certify: impl Fn(&ErasureFacts, &Erased) -> String + Send + 'static,
    ) -> Result<ErasureApproved, Infrastructure> {
        if erasure.asked_by.id == by.id {
            return Ok(ErasureApproved::SamePerson);
        }
        if request.ended_at.is_some() {
            return Ok(ErasureApproved::Not(PersonRequestStep::Ended(request.state)));
        }
        let held = self.held_view(request).await?;
        if !held.obstacles.is_empty() {
            return Ok(ErasureApproved::Open(held.obstacles));
        }
        let now: DateTime<Utc> = self.now();
        let facts = ErasureFacts::new(erasure, &held.erasing, &by.name, now);
        let (id, number) = (request.id, erasure.id);
        let done = self.write(move |op| {
            let done = op.do_erasure_of(id, number, &by, now, |erased| certify(&facts, erased))?;
            if let Ok(ErasureDone::Done(_)) = done {
                op.audit(&entry, now)?;
            }
            Ok(done)
        });
        let done = done.await?;
        if let Ok(ErasureDone::Done(_)) = done {
            let url = self.ledger.url().clone();
            // What rows said before stands in SQLite's log until it is emptied; others may be reading it.
            match spawn_blocking(move || empty_log(&url)).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => tracing::warn!(%error, "SQLite's log cannot be emptied"),
                Err(error) => tracing::error!(%error, "SQLite's log was not emptied"),
            }
        }
        Ok(match done {
            Ok(ErasureDone::Done(_)) => ErasureApproved::Done,
            Ok(ErasureDone::SamePerson) => ErasureApproved::SamePerson,
            Ok(ErasureDone::Unknown) => ErasureApproved::Not(PersonRequestStep::NoSuchRequest),
            Err(step) => ErasureApproved::Not(step),
        })
    }

    /// Drops an erasure that waits: as the second person with a word, as whoever asked for it without one.
    pub async fn drop_erasure(
        &self,
        (request, erasure): (i64, i64),
        word: Option<String>,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<PersonRequestStep, Infrastructure> {
        let now = self.now();
        self.write(move |op| {
            let step = op.drop_erasure_of(request, erasure, word.as_deref(), &by, now)?;
            if let PersonRequestStep::Done(_) = step {
                op.audit(&entry, now)?;
            }
            Ok(step)
        })
        .await
    }

    /// Writes the right phone and mail address to rows that are held of whoever made a request; others are left alone.
    /// `entry` is the audit log's word about what was changed.
    pub async fn rectify(
        &self,
        request: &PersonRequest,
        chosen: &[Contactable],
        (phone, email): (Option<String>, Option<String>),
        entry: impl Fn(&Rectified) -> AuditEntry + Send + 'static,
    ) -> Result<Result<Rectified, PersonRequestStep>, Infrastructure> {
        if request.ended_at.is_some() {
            return Ok(Err(PersonRequestStep::Ended(request.state)));
        }
        let held = self.held_view(request).await?;
        let theirs = held.contacts.into_iter().map(|contact| contact.row);
        let rows: Vec<Contactable> = theirs.filter(|row| chosen.contains(row)).collect();
        let (id, now) = (request.id, self.now());
        self.write(move |op| {
            let done = op.rectify(id, &rows, phone.as_deref(), email.as_deref())?;
            if let Ok(done) = &done
                && *done != Rectified::default()
            {
                op.audit(&entry(done), now)?;
            }
            Ok(done)
        })
        .await
    }

    /// Ends a request, done or refused.
    pub async fn end_person_request(
        &self,
        id: i64,
        state: PersonRequestState,
        words: String,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<PersonRequestStep, Infrastructure> {
        let now = self.now();
        self.write(move |op| {
            let step = op.end_person_request(id, state, &words, &by, now)?;
            if let PersonRequestStep::Done(_) = step {
                op.audit(&entry, now)?;
            }
            Ok(step)
        })
        .await
    }
}
