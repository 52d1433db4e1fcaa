//! The use cases as the channels call them: [`Hub`] in the program, sample data in tests of pages and routes.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use ledger::Channel;
use payments::Hub;
use payments::api::cash::{CashReference, CashReferenceError, MakeCashReference};
use payments::api::{
    CallbackAnswer, CardRedirect, FindBills, FindError, Found, Infrastructure, Inquiry, MakeQuote, PaymentView, Quote,
    QuoteError, StartCardPayment, StartError,
};
use payments::catalogue::Catalogue;
use payments::links::{Link, MakeLink, MakeLinkError, OpenedLink, StartLinkError, StartLinkPayment};
use payments::voice::{ChargeOutcome, ChargeToken, TakenStep, VoiceCall, VoiceStep};

/// The answer of a use case, some time later.
pub(crate) type Later<'a, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + 'a>>;

/// What the channels ask for; each method means what the method of the same name of [`Hub`] means.
pub(crate) trait UseCases: Send + Sync {
    fn catalogue(&self) -> Arc<Catalogue>;
    fn is_available(&self, biller: u16, channel: Channel) -> bool;
    fn find_bills(&self, request: FindBills) -> Later<'_, Found, FindError>;
    fn inquiry<'a>(&'a self, reference: &'a str) -> Later<'a, Option<Inquiry>, Infrastructure>;
    fn make_quote(&self, request: MakeQuote) -> Later<'_, Quote, QuoteError>;
    fn quote<'a>(&'a self, reference: &'a str) -> Later<'a, Option<Quote>, Infrastructure>;
    fn start_card_payment(&self, request: StartCardPayment) -> Later<'_, CardRedirect, StartError>;
    fn payment<'a>(&'a self, reference: &'a str) -> Later<'a, Option<PaymentView>, Infrastructure>;
    fn find_payment<'a>(&'a self, reference: &'a str, phone: &'a str)
    -> Later<'a, Option<PaymentView>, Infrastructure>;
    fn card_callback(&self, fields: Vec<(String, String)>) -> Later<'_, CallbackAnswer, Infrastructure>;
    fn open_link<'a>(&'a self, token: &'a str) -> Later<'a, Option<OpenedLink>, Infrastructure>;
    fn start_link_payment(&self, request: StartLinkPayment) -> Later<'_, CardRedirect, StartLinkError>;
    fn make_link(&self, request: MakeLink) -> Later<'_, Link, MakeLinkError>;
    fn open_voice_call<'a>(
        &'a self,
        sid: &'a str,
        phone: Option<&'a str>,
        state: &'a str,
    ) -> Later<'a, VoiceCall, Infrastructure>;
    fn voice_call<'a>(&'a self, sid: &'a str) -> Later<'a, Option<VoiceCall>, Infrastructure>;
    fn voice_answer(
        &self,
        call: i64,
        step: i32,
        request: [u8; 16],
    ) -> Later<'_, Option<(String, bool)>, Infrastructure>;
    fn take_voice_step(&self, step: VoiceStep) -> Later<'_, TakenStep, Infrastructure>;
    fn end_voice_call<'a>(&'a self, sid: &'a str) -> Later<'a, (), Infrastructure>;
    fn last_voice_biller<'a>(&'a self, phone: &'a str) -> Later<'a, Option<u16>, Infrastructure>;
    fn charge_token(&self, request: ChargeToken) -> Later<'_, ChargeOutcome, StartError>;
    fn make_cash_reference(&self, request: MakeCashReference) -> Later<'_, CashReference, CashReferenceError>;
    fn find_cash_reference<'a>(&'a self, typed: &'a str) -> Later<'a, Option<CashReference>, Infrastructure>;
}

impl UseCases for Hub {
    fn catalogue(&self) -> Arc<Catalogue> {
        Self::catalogue(self)
    }

    fn is_available(&self, biller: u16, channel: Channel) -> bool {
        Self::is_available(self, biller, channel)
    }

    fn find_bills(&self, request: FindBills) -> Later<'_, Found, FindError> {
        Box::pin(Self::find_bills(self, request))
    }

    fn inquiry<'a>(&'a self, reference: &'a str) -> Later<'a, Option<Inquiry>, Infrastructure> {
        Box::pin(Self::inquiry(self, reference))
    }

    fn make_quote(&self, request: MakeQuote) -> Later<'_, Quote, QuoteError> {
        Box::pin(Self::make_quote(self, request))
    }

    fn quote<'a>(&'a self, reference: &'a str) -> Later<'a, Option<Quote>, Infrastructure> {
        Box::pin(Self::quote(self, reference))
    }

    fn start_card_payment(&self, request: StartCardPayment) -> Later<'_, CardRedirect, StartError> {
        Box::pin(Self::start_card_payment(self, request))
    }

    fn payment<'a>(&'a self, reference: &'a str) -> Later<'a, Option<PaymentView>, Infrastructure> {
        Box::pin(Self::payment(self, reference))
    }

    fn find_payment<'a>(
        &'a self,
        reference: &'a str,
        phone: &'a str,
    ) -> Later<'a, Option<PaymentView>, Infrastructure> {
        Box::pin(Self::find_payment(self, reference, phone))
    }

    fn card_callback(&self, fields: Vec<(String, String)>) -> Later<'_, CallbackAnswer, Infrastructure> {
        Box::pin(Self::card_callback(self, fields))
    }

    fn open_link<'a>(&'a self, token: &'a str) -> Later<'a, Option<OpenedLink>, Infrastructure> {
        Box::pin(Self::open_link(self, token))
    }

    fn start_link_payment(&self, request: StartLinkPayment) -> Later<'_, CardRedirect, StartLinkError> {
        Box::pin(Self::start_link_payment(self, request))
    }

    fn make_link(&self, request: MakeLink) -> Later<'_, Link, MakeLinkError> {
        Box::pin(Self::make_link(self, request))
    }

    fn open_voice_call<'a>(
        &'a self,
        sid: &'a str,
        phone: Option<&'a str>,
        state: &'a str,
    ) -> Later<'a, VoiceCall, Infrastructure> {
        Box::pin(Self::open_voice_call(self, sid, phone, state))
    }

    fn voice_call<'a>(&'a self, sid: &'a str) -> Later<'a, Option<VoiceCall>, Infrastructure> {
        Box::pin(Self::voice_call(self, sid))
    }

    fn voice_answer(
        &self,
        call: i64,
        step: i32,
        request: [u8; 16],
    ) -> Later<'_, Option<(String, bool)>, Infrastructure> {
        Box::pin(Self::voice_answer(self, call, step, request))
    }

    fn take_voice_step(&self, step: VoiceStep) -> Later<'_, TakenStep, Infrastructure> {
        Box::pin(Self::take_voice_step(self, step))
    }

    fn end_voice_call<'a>(&'a self, sid: &'a str) -> Later<'a, (), Infrastructure> {
        Box::pin(Self::end_voice_call(self, sid))
    }

    fn last_voice_biller<'a>(&'a self, phone: &'a str) -> Later<'a, Option<u16>, Infrastructure> {
        Box::pin(Self::last_voice_biller(self, phone))
    }

    fn charge_token(&self, request: ChargeToken) -> Later<'_, ChargeOutcome, StartError> {
        Box::pin(Self::charge_token(self, request))
    }

    fn make_cash_reference(&self, request: MakeCashReference) -> Later<'_, CashReference, CashReferenceError> {
        Box::pin(Self::make_cash_reference(self, request))
    }

    fn find_cash_reference<'a>(&'a self, typed: &'a str) -> Later<'a, Option<CashReference>, Infrastructure> {
        Box::pin(Self::find_cash_reference(self, typed))
    }
}
