//! The teleoperator's desk: calls, and what is made for callers.

mod search;

use ledger::{Language, Maker, NOTES_MAX, Payment, PaymentLink, Reference};

use super::{Hub, show_payment};
use crate::api::cash::{CancelReferenceError, CashReference, MakeCashReference, ReferenceSubject};
use crate::api::{Infrastructure, MakeQuote, PaymentView, Quote};
use crate::card_numbers;
use crate::desk::{
    CallError, CallOutcome, CallSheet, Caller, DeskCall, DeskDay, NOTE_CHARS_MAX, SendLink, SendReference, SheetLink,
    SheetReference, Span,
};
use crate::links::{Link, LinkStanding, MakeLink, RevokeOutcome};

impl Hub {
    /// Opens a call by hand; its number.
    pub async fn open_desk_call(
        &self,
        operator: i64,
        phone: Option<String>,
        language: Language,
    ) -> Result<i64, Infrastructure> {
        let now = self.now().naive_utc();
        self.write(move |op| op.open_desk_call(operator, phone.as_deref(), language, now)).await
    }

    /// Takes a caller who waits; the number of the call that is opened for them. `None` if another operator was faster.
    pub async fn take_desk_call(&self, handover: i64, operator: i64) -> Result<Option<i64>, Infrastructure> {
        let now = self.now().naive_utc();
        self.write(move |op| op.take_desk_call(handover, operator, now)).await
    }

    /// An operator's open calls, the newest first.
    pub async fn open_desk_calls(&self, operator: i64) -> Result<Vec<DeskCall>, Infrastructure> {
        self.read(move |reader| reader.open_desk_calls(operator)).await
    }

    /// A call of an operator, open or closed.
    pub async fn desk_call(&self, call: i64, operator: i64) -> Result<DeskCall, CallError> {
        let stored = self.read(move |reader| reader.desk_call(call)).await?;
        stored.filter(|stored| stored.operator == operator).ok_or(CallError::UnknownCall)
    }

    async fn open_call(&self, call: i64, operator: i64) -> Result<DeskCall, CallError> {
        let call = self.desk_call(call, operator).await?;
        if call.closed.is_some() { Err(CallError::Closed) } else { Ok(call) }
    }

    /// All there is of a call.
    pub async fn call_sheet(&self, call: i64, operator: i64) -> Result<CallSheet, CallError> {
        let call = self.desk_call(call, operator).await?;
        let id = call.id;
        let from = call.handover;
        let (handover, notes, sent, references) = self
            .read(move |reader| {
                let handover = match from {
                    Some(handover) => reader.handover(handover)?,
                    None => None,
                };
                Ok((handover, reader.desk_notes(id)?, reader.desk_links(id)?, reader.desk_references(id)?))
            })
            .await?;
        let mut links = Vec::with_capacity(sent.len());
        for link in sent {
            links.push(self.sheet_link(link).await?);
        }
        let mut made = Vec::with_capacity(references.len());
        for reference in references {
            made.push(self.sheet_reference(reference).await?);
        }
        Ok(CallSheet { call, handover, notes, links, references: made })
    }

    async fn sheet_link(&self, link: PaymentLink) -> Result<SheetLink, Infrastructure> {
        let quote = link.quote;
        let stored = self.read(move |reader| reader.quote_of(quote)).await?;
        let stored = stored.ok_or_else(|| Infrastructure::Failed(format!("there is no quote {quote}")))?;
        let link = self.show_link(link, &stored).await?;
        let payment = match &link.standing {
            LinkStanding::Begun(payment) | LinkStanding::Used(payment) => self.payment(payment).await?,
            _ => None,
        };
        Ok(SheetLink { link, quote: super::show_quote(&stored)?, payment })
    }

    async fn sheet_reference(&self, id: i64) -> Result<SheetReference, Infrastructure> {
        let stored = self.read(move |reader| reader.cash_reference_of(id)).await?;
        let stored = stored.ok_or_else(|| Infrastructure::Failed(format!("there is no cash reference {id}")))?;
        let reference = self.show_reference(stored).await?;
        let payment = match &reference.payment {
            Some(payment) => self.payment(payment).await?,
            None => None,
        };
        Ok(SheetReference { id, reference, payment })
    }

    /// Sets who calls.
    pub async fn set_desk_caller(&self, call: i64, operator: i64, caller: Caller) -> Result<(), CallError> {
        self.open_call(call, operator).await?;
        let Caller { phone, email, language } = caller;
        let set = self.write(move |op| op.set_desk_caller(call, phone.as_deref(), email.as_deref(), language)).await?;
        if set { Ok(()) } else { Err(CallError::Closed) }
    }

    /// Notes something on a call, one line.
    pub async fn add_desk_note(&self, call: i64, operator: i64, text: &str) -> Result<(), CallError> {
        let text = text.trim().to_owned();
        let fits = (1..=NOTE_CHARS_MAX).contains(&text.chars().count());
        if !fits || card_numbers::holds_one(&text) || text.chars().any(char::is_control) {
            return Err(CallError::BadNote);
        }
        self.open_call(call, operator).await?;
        // A card number typed in several notes would stand there in full.
        let notes = self.read(move |reader| reader.desk_notes(call)).await?;
        let all: Vec<&str> = notes.iter().map(|note| note.text.as_str()).chain([text.as_str()]).collect();
        if card_numbers::holds_one(&all.join(" ")) {
            return Err(CallError::BadNote);
        }
        let now = self.now().naive_utc();
        let room = i64::try_from(notes.len()).unwrap_or(i64::MAX) < NOTES_MAX;
        let kept = room && self.write(move |op| op.add_desk_note(call, &text, now)).await?;
        if kept { Ok(()) } else { Err(CallError::TooManyNotes) }
    }

    /// Prices a choice for a caller, by card over a link.
    pub async fn desk_quote(&self, call: i64, operator: i64, choice: MakeQuote) -> Result<Quote, CallError> {
        self.open_call(call, operator).await?;
        let quote = self.make_quote(choice).await.map_err(CallError::Quote)?;
        let reference: Reference = quote.reference.parse().map_err(|_| CallError::NotOfThisCall)?;
        self.write(move |op| op.add_desk_quote(call, reference.id())).await?;
        Ok(quote)
    }

    /// A quote that was made in a call.
    pub async fn quote_of_call(&self, call: i64, operator: i64, quote: &str) -> Result<Quote, CallError> {
        self.desk_call(call, operator).await?;
        let reference: Reference = quote.parse().map_err(|_| CallError::NotOfThisCall)?;
        if !self.read(move |reader| reader.is_desk_quote(call, reference.id())).await? {
            return Err(CallError::NotOfThisCall);
        }
        self.quote(quote).await?.ok_or(CallError::NotOfThisCall)
    }

    /// Sends a caller a payment link. The same request again is the same link, sent once.
    pub async fn send_desk_link(&self, request: SendLink) -> Result<Link, CallError> {
        let SendLink { call, operator, quote, phone, email, key } = request;
        let open = self.open_call(call, operator).await?;
        let quote = self.quote_of_call(call, operator, &quote).await?;
        let request = MakeLink {
            quote: quote.reference,
            phone,
            email,
            language: open.language,
            made_by: Maker::Staff(operator),
            idempotency_key: format!("{call} {key}"),
        };
        self.make_link(request).await.map_err(CallError::Link)
    }

    /// Makes a caller a reference for cash. The same request again is the same reference, sent once.
    pub async fn send_desk_reference(&self, request: SendReference) -> Result<CashReference, CallError> {
        let SendReference { call, operator, quote, phone, key } = request;
        let open = self.open_call(call, operator).await?;
        let quote = self.quote_of_call(call, operator, &quote).await?;
        let request = MakeCashReference {
            subject: ReferenceSubject::Quote(quote.reference),
            channel: ledger::Channel::Tel,
            phone,
            language: open.language,
            idempotency_key: Some(format!("{call} {key}")),
        };
        let made = self.make_cash_reference(request).await.map_err(CallError::Reference)?;
        let digits = made.digits.clone();
        let stored = self.read(move |reader| reader.cash_reference(&digits)).await?;
        let id = stored.ok_or_else(|| Infrastructure::Failed("a cash reference vanished".to_owned()))?.id;
        self.write(move |op| op.add_desk_reference(call, id)).await?;
        Ok(made)
    }

    /// Takes a link of a call back, unless a payment was started from it first.
    pub async fn revoke_desk_link(&self, call: i64, operator: i64, link: i64) -> Result<RevokeOutcome, CallError> {
        self.desk_call(call, operator).await?;
        let own = self.read(move |reader| match reader.link_of(link)? {
            Some(stored) => reader.is_desk_quote(call, stored.quote),
            None => Ok(false),
        });
        if !own.await? {
            return Err(CallError::NotOfThisCall);
        }
        Ok(self.revoke_link(link).await?)
    }

    /// Withdraws a reference of a call; `false` if it is paid.
    pub async fn cancel_desk_reference(&self, call: i64, operator: i64, reference: i64) -> Result<bool, CallError> {
        self.desk_call(call, operator).await?;
        if !self.read(move |reader| reader.is_desk_reference(call, reference)).await? {
            return Err(CallError::NotOfThisCall);
        }
        let digits = self.sheet_reference(reference).await?.reference.digits;
        match self.cancel_cash_reference(&digits).await {
            Ok(_) => Ok(true),
            Err(CancelReferenceError::Used) => Ok(false),
            Err(CancelReferenceError::Unknown) => Err(CallError::NotOfThisCall),
            Err(CancelReferenceError::Infrastructure(trouble)) => Err(trouble.into()),
        }
    }

    /// Closes a call, and the hand-over it came from. Closed before stays as it was closed.
    pub async fn close_desk_call(&self, call: i64, operator: i64, outcome: CallOutcome) -> Result<(), CallError> {
        self.desk_call(call, operator).await?;
        let now = self.now().naive_utc();
        Ok(self.write(move |op| op.close_desk_call(call, outcome, now)).await?)
    }

    /// What an operator did in some time.
    pub async fn desk_day(&self, operator: i64, span: Span) -> Result<DeskDay, Infrastructure> {
        let (from, to) = (span.from.naive_utc(), span.to.naive_utc());
        self.read(move |reader| reader.desk_day(operator, from, to)).await
    }

    async fn show_all(&self, found: Vec<Payment>) -> Result<Vec<PaymentView>, Infrastructure> {
        let found = self.read(move |reader| {
            let with_quote = |payment: Payment| Ok((reader.quote_of(payment.quote)?, payment));
            found.into_iter().map(with_quote).collect::<Result<Vec<_>, _>>()
        });
        let missing = |payment: &Payment| Infrastructure::Failed(format!("payment {} has no quote", payment.id));
        let show = |(quote, payment): (Option<ledger::Quote>, Payment)| match quote {
            Some(quote) => show_payment(&payment, &quote),
            None => Err(missing(&payment)),
        };
        found.await?.into_iter().map(show).collect()
    }
}
