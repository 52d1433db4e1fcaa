//! Payment links: made for a quote, sent by the outbox, opened and paid once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use ledger::{BillState, Channel, Instrument, KeptLink, NewLink, PaymentLink, PaymentState, Reference, RequestKey};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::card::CardStart;
use super::{Hub, show_quote};
use crate::api::{CardRedirect, Infrastructure, StartError};
use crate::links::{
    LINK_LIFETIME, Link, LinkStanding, MakeLink, MakeLinkError, OpenedLink, RevokeOutcome, StartLinkError,
    StartLinkPayment,
};
use crate::phone;

/// Bytes of a token: 144 bits, which make 24 characters.
const TOKEN_BYTES: usize = 18;
/// Characters of a token.
const TOKEN_CHARS: usize = 24;

/// Whether quotes of a channel are paid by link.
const fn by_link(channel: Channel) -> bool {
    matches!(channel, Channel::Tel | Channel::Ivr)
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

impl Hub {
    /// The token of a nonce: whoever has the rows and not the key can make none.
    fn token(&self, nonce: &[u8; 16]) -> Result<SecretString, Infrastructure> {
        let failed = |_| Infrastructure::Failed("the key of payment links cannot be used".to_owned());
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.settings.link_key.expose_secret().as_bytes()).map_err(failed)?;
        mac.update(b"payment link\n");
        mac.update(nonce);
        let bytes = mac.finalize().into_bytes();
        Ok(URL_SAFE_NO_PAD.encode(bytes.get(..TOKEN_BYTES).unwrap_or_default()).into())
    }

    /// The token of a stored link, to be sent; `None` if it was made with another key.
    pub(crate) fn link_token(&self, link: &PaymentLink) -> Result<Option<SecretString>, Infrastructure> {
        let token = self.token(&link.nonce)?;
        let same = bool::from(digest(token.expose_secret()).ct_eq(&link.token_hash));
        Ok(same.then_some(token))
    }

    /// Makes a link for a quote and sends it; a link that is open for the same quote is taken back. The same request
    /// again is the same link, sent once.
    pub async fn make_link(&self, request: MakeLink) -> Result<Link, MakeLinkError> {
        let reference: Reference = request.quote.parse().map_err(|_| MakeLinkError::UnknownQuote)?;
        let quote = self.read(move |reader| reader.quote(reference)).await?.ok_or(MakeLinkError::UnknownQuote)?;
        let now = self.now();
        if quote.instrument != Instrument::Card || !by_link(quote.channel) {
            return Err(MakeLinkError::NotByLink);
        }
        let MakeLink { phone, email, language, made_by, idempotency_key, .. } = request;
        let phone = phone.filter(|phone| phone::is_mobile(phone));
        if phone.is_none() && email.is_none() {
            return Err(MakeLinkError::NoRecipient);
        }
        let input = format!(
            "{reference}\n{}\n{}\n{language}",
            phone.as_deref().unwrap_or_default(),
            email.as_deref().unwrap_or_default()
        );
        let nonce = rand::random::<[u8; 16]>();
        let new = NewLink {
            key: RequestKey::of(&format!("link {made_by:?}"), &idempotency_key, &input),
            token_hash: digest(self.token(&nonce)?.expose_secret()),
            nonce,
            quote: quote.id,
            channel: quote.channel,
            language,
            phone,
            email,
            made_by,
            created_at: now,
            expires_at: (now + LINK_LIFETIME).min(quote.expires_at.and_utc()),
        };
        // A replay is answered whatever became of the bill since.
        let key = new.key;
        if !self.read(move |reader| reader.knows_link(&key)).await? {
            if quote.expires_at <= now.naive_utc() {
                return Err(MakeLinkError::Expired);
            }
            if self.is_suspended(quote.biller, quote.channel) {
                return Err(MakeLinkError::Unavailable);
            }
            match self.bill_obstacle(&quote).await? {
                Some(LinkStanding::BeingPaid) => return Err(MakeLinkError::BeingPaid),
                Some(_) => return Err(MakeLinkError::AlreadyPaid),
                None => {}
            }
        }
        match self.write(move |op| op.keep_link(&new)).await? {
            KeptLink::New(link) | KeptLink::Replayed(link) => Ok(self.show_link(link, &quote).await?),
            KeptLink::KeyConflict => Err(MakeLinkError::KeyConflict),
        }
    }

    /// What a link leads to, whatever it stands like; `None` if there is none of this token.
    pub async fn open_link(&self, token: &str) -> Result<Option<OpenedLink>, Infrastructure> {
        let Some((link, quote)) = self.stored_link(token).await? else { return Ok(None) };
        let shown = show_quote(&quote)?;
        Ok(Some(OpenedLink { link: self.show_link(link, &quote).await?, quote: shown }))
    }

    /// Starts the one payment of a link, or goes on with it while it waits at the gateway.
    pub async fn start_link_payment(&self, request: StartLinkPayment) -> Result<CardRedirect, StartLinkError> {
        let (link, quote) = self.stored_link(&request.token).await?.ok_or(StartLinkError::UnknownLink)?;
        let (id, now) = (link.id, self.now().naive_utc());
        // Whether the bill is free is decided with the payment, not here.
        let claimed = match self.own_standing(&link).await? {
            Some(LinkStanding::Begun(_)) => true,
            None => self.write(move |op| op.claim_link(id, now)).await?,
            Some(_) => false,
        };
        if !claimed {
            let link = self.read(move |reader| reader.link_of(id)).await?.ok_or(StartLinkError::UnknownLink)?;
            return Err(StartLinkError::Closed(self.standing(&link, &quote).await?));
        }
        // The link is the request: whoever sends it again, and however often, it is one payment.
        let start = CardStart {
            key: RequestKey::of("link", &id.to_string(), ""),
            phone: link.phone,
            email: link.email,
            address: request.address,
            language: request.language,
            public_url: request.public_url,
        };
        let started = self.start_at_gateway(&quote, start).await;
        match &started {
            Ok(CardRedirect { payment, .. }) | Err(StartError::Over(payment)) => {
                let failed = |_| Infrastructure::Failed("a payment's own reference cannot be read".to_owned());
                let payment = payment.parse::<Reference>().map_err(failed)?.id();
                self.write(move |op| op.use_link(id, payment, now)).await?;
            }
            // What is our own trouble may have started it: the claim stays, and the same request finds out.
            Err(StartError::Infrastructure(_)) => {}
            Err(_) => self.write(move |op| op.release_link(id)).await?,
        }
        started.map_err(|error| match error {
            StartError::Over(payment) => StartLinkError::Closed(LinkStanding::Used(payment)),
            StartError::BeingPaid => StartLinkError::Closed(LinkStanding::BeingPaid),
            StartError::AlreadyPaid => StartLinkError::Closed(LinkStanding::AlreadyPaid),
            StartError::Expired => StartLinkError::Closed(LinkStanding::Expired),
            other => other.into(),
        })
    }

    /// Takes a link back, unless a payment was started from it first.
    pub async fn revoke_link(&self, link: i64) -> Result<RevokeOutcome, Infrastructure> {
        if self.read(move |reader| reader.link_of(link)).await?.is_none() {
            return Ok(RevokeOutcome::UnknownLink);
        }
        let now = self.now().naive_utc();
        let revoked = self.write(move |op| op.revoke_link(link, now)).await?;
        Ok(if revoked { RevokeOutcome::Revoked } else { RevokeOutcome::TooLate })
    }

    /// The links of a quote, the newest first; none if there is no such quote.
    pub async fn links(&self, quote: &str) -> Result<Vec<Link>, Infrastructure> {
        let Ok(reference) = quote.parse::<Reference>() else { return Ok(Vec::new()) };
        let Some(quote) = self.read(move |reader| reader.quote(reference)).await? else { return Ok(Vec::new()) };
        let id = quote.id;
        let mut shown = Vec::new();
        for link in self.read(move |reader| reader.links_of(id)).await? {
            shown.push(self.show_link(link, &quote).await?);
        }
        Ok(shown)
    }

    async fn stored_link(&self, token: &str) -> Result<Option<(PaymentLink, ledger::Quote)>, Infrastructure> {
        if token.len() != TOKEN_CHARS {
            return Ok(None);
        }
        let hash = digest(token);
        let found = self.read(move |reader| {
            let Some(link) = reader.link(&hash)? else { return Ok(None) };
            let quote = reader.quote_of(link.quote)?;
            Ok(Some((link, quote)))
        });
        let Some((link, quote)) = found.await? else { return Ok(None) };
        let quote = quote.ok_or_else(|| Infrastructure::Failed(format!("payment link {} has no quote", link.id)))?;
        Ok(bool::from(hash.ct_eq(&link.token_hash)).then_some((link, quote)))
    }

    /// A link that is to be sent, with its quote, if it can still be paid.
    pub(crate) async fn link_to_send(&self, id: i64) -> Result<Option<(PaymentLink, ledger::Quote)>, Infrastructure> {
        let missing = || Infrastructure::Failed(format!("there is no payment link {id}, or no quote of it"));
        let (link, quote) = self
            .read(move |reader| {
                let link = reader.link_of(id)?;
                let quote = link.as_ref().map(|link| reader.quote_of(link.quote)).transpose()?.flatten();
                Ok(link.zip(quote))
            })
            .await?
            .ok_or_else(missing)?;
        let open = self.standing(&link, &quote).await? == LinkStanding::Open;
        Ok(open.then_some((link, quote)))
    }

    pub(super) async fn show_link(&self, link: PaymentLink, quote: &ledger::Quote) -> Result<Link, Infrastructure> {
        let standing = self.standing(&link, quote).await?;
        Ok(Link {
            id: link.id,
            channel: link.channel,
            language: link.language,
            phone: link.phone,
            email: link.email,
            made_by: link.made_by,
            created_at: link.created_at.and_utc(),
            expires_at: link.expires_at.and_utc(),
            standing,
        })
    }

    /// Where a link stands by itself; `None` while a payment may come of it.
    async fn own_standing(&self, link: &PaymentLink) -> Result<Option<LinkStanding>, Infrastructure> {
        let over = link.expires_at <= self.now().naive_utc();
        let Some(payment) = link.payment else {
            return Ok(match link.revoked_at {
                Some(_) => Some(LinkStanding::Revoked),
                None => over.then_some(LinkStanding::Expired),
            });
        };
        let stored = self.read(move |reader| reader.payment_of(payment)).await?;
        let missing = || Infrastructure::Failed(format!("payment link {} has no payment {payment}", link.id));
        let stored = stored.ok_or_else(missing)?;
        let reference = stored.reference.to_string();
        let waits = stored.state == PaymentState::Awaiting && !over;
        Ok(Some(if waits { LinkStanding::Begun(reference) } else { LinkStanding::Used(reference) }))
    }

    async fn standing(&self, link: &PaymentLink, quote: &ledger::Quote) -> Result<LinkStanding, Infrastructure> {
        let standing = match self.own_standing(link).await? {
            Some(standing) => standing,
            None => match self.bill_obstacle(quote).await? {
                None => return Ok(LinkStanding::Open),
                Some(obstacle) => obstacle,
            },
        };
        if matches!(standing, LinkStanding::Begun(_) | LinkStanding::Used(_) | LinkStanding::Revoked) {
            return Ok(standing);
        }
        // What is in the way may be the link's own payment, which started since the link was read.
        let id = link.id;
        let fresh = self.read(move |reader| reader.link_of(id)).await?;
        match fresh.filter(|fresh| fresh.used_at.is_some()) {
            Some(fresh) if fresh.payment.is_some() => Ok(self.own_standing(&fresh).await?.unwrap_or(standing)),
            // Claimed a moment ago: its payment is being written down.
            Some(_) if standing == LinkStanding::BeingPaid => Ok(LinkStanding::Open),
            _ => Ok(standing),
        }
    }

    /// What stands in the way of a payment of this quote now.
    async fn bill_obstacle(&self, quote: &ledger::Quote) -> Result<Option<LinkStanding>, Infrastructure> {
        let keys: Vec<_> = quote.bills.iter().map(|claim| claim.key).collect();
        let bills = self.read(move |reader| reader.bills(&keys)).await?;
        Ok(quote.bills.iter().find_map(|claim| match bills.get(&claim.key) {
            Some(bill) if bill.state == BillState::InFlight => Some(LinkStanding::BeingPaid),
            Some(bill) if bill.state == BillState::Paid => Some(LinkStanding::AlreadyPaid),
            Some(bill) if bill.generation != claim.generation => Some(LinkStanding::AlreadyPaid),
            _ => None,
        }))
    }
}
