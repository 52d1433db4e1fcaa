//! The one client that does the IO for every connector: deadlines, size limits, bounded retry of look-ups, a circuit
//! breaker per biller, logs without customers' data.
//!
//! What may have been heard by the biller is never called refused: whatever goes wrong with a confirmation, from the
//! connection to the last byte of the answer, is [`ConfirmOutcome::Unknown`]. The client never repeats a confirmation
//! by itself; that is the resolver's work, on its own schedule.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use reqwest::{Certificate, Method, redirect, retry};

use crate::breaker::{Breakers, MonotonicClock};
use crate::connector::{
    BillQuery, BillSource, BillerFailure, CancelOutcome, Cancellation, ConfirmOutcome, Confirmation, Connector,
    FindOutcome, StatusOutcome, WireAnswer, WireRequest,
};
use crate::recording::{self, Ending, Exchange, Party, Recording};
use crate::tls::init_tls;
use crate::trace::TraceId;

/// Pause between two tries of a look-up: long enough for a restarting process behind a balancer, short for a payer.
const RETRY_PAUSE: Duration = Duration::from_millis(150);
/// Largest bill file: about half a million bills of 120 bytes.
const BILL_FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// A bill file is pulled by a job that nobody waits for.
const BILL_FILE_TIMEOUT: Duration = Duration::from_secs(120);

/// The client's limits.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// Longest wait for a connection (TCP and TLS).
    pub connect_timeout: Duration,
    /// Longest wait for one try of a look-up: a payer is watching.
    pub find_timeout: Duration,
    /// Longest wait for a confirmation, status or cancellation: billers book slowly, and an early end costs a repeat.
    pub confirm_timeout: Duration,
    /// Tries of a look-up, the first included.
    pub find_tries: u32,
    /// Largest answer in bytes; thousands of articles fit.
    pub answer_bytes_max: usize,
    /// Failures in a row that open a biller's breaker.
    pub breaker_failures: u32,
    /// How long an open breaker lets nothing through.
    pub breaker_cooldown: Duration,
    /// PEM file of further root certificates, for billers with a private authority.
    pub extra_root_certificate: Option<PathBuf>,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            find_timeout: Duration::from_secs(8),
            confirm_timeout: Duration::from_secs(20),
            find_tries: 2,
            answer_bytes_max: 1024 * 1024,
            breaker_failures: 5,
            breaker_cooldown: Duration::from_secs(30),
            extra_root_certificate: None,
        }
    }
}

/// A try that ended, for whoever measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BillerTry {
    /// The biller's code.
    pub biller: u16,
    /// What it was asked.
    pub operation: &'static str,
    /// `answered`, `refused`, `timed_out`, `unreachable`, `bad_answer` or `misconfigured`.
    pub outcome: &'static str,
    /// From the request to the end of the answer.
    pub took: Duration,
}

/// Is told of every try.
pub type BillerObserver = Arc<dyn Fn(BillerTry) + Send + Sync>;

/// Speaks to billers over HTTP(S) on behalf of connectors. One for the whole process: it pools connections.
pub struct BillerClient {
    http: reqwest::Client,
    breakers: Breakers,
    settings: ClientSettings,
    observer: Option<BillerObserver>,
}

/// What one call is about, for deadlines and logs.
#[derive(Clone, Copy)]
struct Call<'a> {
    biller: u16,
    operation: &'static str,
    reference: &'a str,
    timeout: Duration,
    bytes_max: usize,
}

/// An exchange as it is told of.
fn told<T>(
    payment: i64,
    call: Call<'_>,
    request: &WireRequest,
    result: &Result<T, BillerFailure>,
    (status, took): (u16, Duration),
    heard: &[u8],
) -> Exchange {
    let (ending, said) = match result {
        Ok(_) => (Ending::Answered, String::new()),
        Err(BillerFailure::Refused { code, .. }) => (Ending::Refused, code.clone()),
        Err(failure) => (Ending::Failed, failure.to_string()),
    };
    Exchange {
        payment,
        party: Party::Biller(call.biller),
        is_incoming: false,
        operation: call.operation,
        ending,
        status,
        took,
        said,
        sent: format!("{} {}\n\n{}", request.method, request.url, recording::body(&request.body)),
        heard: recording::body(heard),
    }
}

impl BillerClient {
    /// A client with these limits; `Misconfigured` if the extra root certificate cannot be read.
    pub fn new(settings: ClientSettings) -> Result<Self, BillerFailure> {
        Self::with_clock(settings, Arc::new(Instant::now))
    }

    /// The same with the breakers' clock injected.
    pub fn with_clock(settings: ClientSettings, clock: MonotonicClock) -> Result<Self, BillerFailure> {
        init_tls();
        let misconfigured = |what: String| BillerFailure::Misconfigured(what);
        let mut builder = reqwest::Client::builder()
            .connect_timeout(settings.connect_timeout)
            // A redirect would carry a signed payment to another address.
            .redirect(redirect::Policy::none())
            // Repeating is decided here and by the resolver, nowhere else.
            .retry(retry::never())
            // Where requests go is the biller's configuration alone, not the environment's.
            .no_proxy()
            // Signatures cover the bytes as sent.
            .no_gzip()
            .referer(false)
            .user_agent("fatoura");
        if let Some(path) = &settings.extra_root_certificate {
            let pem = std::fs::read(path)
                .map_err(|error| misconfigured(format!("the root certificate {}: {error}", path.display())))?;
            let roots = Certificate::from_pem_bundle(&pem)
                .map_err(|error| misconfigured(format!("the root certificate {}: {error}", path.display())))?;
            if roots.is_empty() {
                return Err(misconfigured(format!("{} holds no PEM certificate", path.display())));
            }
            builder = builder.tls_certs_merge(roots);
        }
        let http = builder.build().map_err(|error| misconfigured(format!("the HTTP client: {}", causes(&error))))?;
        // A probe is late when the longest call would have ended.
        let probe_max = settings.confirm_timeout.max(settings.find_timeout) + Duration::from_secs(5);
        let breakers = Breakers::new(clock, settings.breaker_failures, settings.breaker_cooldown, probe_max);
        Ok(Self { http, breakers, settings, observer: None })
    }

    /// The same with somebody who is told of every try.
    #[must_use]
    pub fn observed_by(self, observer: BillerObserver) -> Self {
        Self { observer: Some(observer), ..self }
    }

    /// Whether calls to a biller pass at the moment; `false` while its breaker is open.
    pub fn is_available(&self, biller: u16) -> bool {
        self.breakers.is_available(biller)
    }

    /// The billers whose breakers are open, in order: as this process sees them.
    pub fn open_breakers(&self) -> Vec<u16> {
        self.breakers.open()
    }

    /// Fetches what a customer owes, with a second try where the first got no sensible answer.
    pub async fn find_bills(&self, connector: &dyn Connector, query: &BillQuery) -> Result<FindOutcome, BillerFailure> {
        if let BillSource::File { .. } = connector.source() {
            return Err(BillerFailure::Misconfigured("this biller's bills come from its bill file".into()));
        }
        let request = connector.find_bills(query)?;
        let call = self.call(connector, "find_bills", &query.reference, self.settings.find_timeout);
        self.fetch(call, &request, |answer| connector.read_bills(query, answer)).await
    }

    /// Pulls the biller's bill file as it is. `Misconfigured` where bills are
    /// asked for live.
    pub async fn fetch_bill_file(
        &self,
        connector: &dyn Connector,
        now: DateTime<Utc>,
    ) -> Result<Vec<u8>, BillerFailure> {
        let Some(request) = connector.bill_file(now) else {
            return Err(BillerFailure::Misconfigured("this biller has no bill file".into()));
        };
        let mut call = self.call(connector, "bill_file", "", BILL_FILE_TIMEOUT);
        call.bytes_max = BILL_FILE_BYTES_MAX;
        self.fetch(call, &request, |answer| match answer.status {
            200 => Ok(answer.body.clone()),
            status => Err(BillerFailure::BadAnswer(format!("HTTP {status}"))),
        })
        .await
    }

    /// Sends a question that changes nothing at the biller, for operations beside the trait's.
    pub async fn ask<T>(
        &self,
        connector: &dyn Connector,
        operation: &'static str,
        request: &WireRequest,
        read: impl Fn(&WireAnswer) -> Result<T, BillerFailure>,
    ) -> Result<T, BillerFailure> {
        let call = self.call(connector, operation, "", self.settings.find_timeout);
        self.fetch(call, request, read).await
    }

    /// Tells the biller once that it was paid. Everything but its clear word is `Unknown`.
    pub async fn confirm(
        &self,
        connector: &dyn Connector,
        confirmation: &Confirmation,
        now: DateTime<Utc>,
    ) -> ConfirmOutcome {
        let call = self.call(connector, "confirm", &confirmation.reference, self.settings.confirm_timeout);
        let sent = match connector.confirm(confirmation, now) {
            Ok(request) => {
                self.guarded(call, &request, |answer| connector.read_confirmation(confirmation, answer)).await
            }
            Err(failure) => Err(failure),
        };
        sent.unwrap_or_else(|failure| ConfirmOutcome::Unknown(failure.to_string()))
    }

    /// Asks once what became of a confirmation. No answer is `Pending`.
    pub async fn status(
        &self,
        connector: &dyn Connector,
        confirmation: &Confirmation,
        now: DateTime<Utc>,
    ) -> StatusOutcome {
        let Some(request) = connector.status(confirmation, now) else { return StatusOutcome::NotOffered };
        let call = self.call(connector, "status", &confirmation.reference, self.settings.confirm_timeout);
        self.guarded(call, &request, |answer| connector.read_status(confirmation, answer))
            .await
            .unwrap_or_else(|failure| StatusOutcome::Pending(failure.to_string()))
    }

    /// Cancels a confirmed payment. Everything but the biller's clear word is `Unknown`.
    pub async fn cancel(
        &self,
        connector: &dyn Connector,
        cancellation: &Cancellation,
        now: DateTime<Utc>,
    ) -> CancelOutcome {
        let reference = &cancellation.confirmation.reference;
        let call = self.call(connector, "cancel", reference, self.settings.confirm_timeout);
        let sent = match connector.cancel(cancellation, now) {
            None => return CancelOutcome::NotOffered,
            Some(Err(failure)) => Err(failure),
            Some(Ok(request)) => {
                self.guarded(call, &request, |answer| connector.read_cancellation(cancellation, answer)).await
            }
        };
        sent.unwrap_or_else(|failure| CancelOutcome::Unknown(failure.to_string()))
    }

    fn call<'a>(
        &self,
        connector: &dyn Connector,
        operation: &'static str,
        reference: &'a str,
        timeout: Duration,
    ) -> Call<'a> {
        Call { biller: connector.biller(), operation, reference, timeout, bytes_max: self.settings.answer_bytes_max }
    }

    /// A question that may be asked twice. The breaker counts the last try only.
    async fn fetch<T>(
        &self,
        call: Call<'_>,
        request: &WireRequest,
        read: impl Fn(&WireAnswer) -> Result<T, BillerFailure>,
    ) -> Result<T, BillerFailure> {
        let permit = self.breakers.pass(call.biller).ok_or(BillerFailure::CircuitOpen)?;
        let mut tries = 1;
        let result = loop {
            let result = self.exchange(call, request, &read).await;
            match &result {
                Err(failure) if is_outage(failure) && tries < self.settings.find_tries => {
                    tries += 1;
                    tokio::time::sleep(RETRY_PAUSE).await;
                }
                _ => break result,
            }
        };
        if result.as_ref().is_err_and(is_outage) {
            permit.failed()
        } else {
            permit.succeeded()
        }
        result
    }

    /// A single try, counted by the breaker.
    async fn guarded<T>(
        &self,
        call: Call<'_>,
        request: &WireRequest,
        read: impl Fn(&WireAnswer) -> Result<T, BillerFailure>,
    ) -> Result<T, BillerFailure> {
        let permit = self.breakers.pass(call.biller).ok_or(BillerFailure::CircuitOpen)?;
        let result = self.exchange(call, request, &read).await;
        if result.as_ref().is_err_and(is_outage) {
            permit.failed()
        } else {
            permit.succeeded()
        }
        result
    }

    /// Sends, receives, reads, and writes one line to the log.
    async fn exchange<T>(
        &self,
        call: Call<'_>,
        request: &WireRequest,
        read: &impl Fn(&WireAnswer) -> Result<T, BillerFailure>,
    ) -> Result<T, BillerFailure> {
        let started = Instant::now();
        let answer = self.send(call, request).await;
        let took = started.elapsed();
        let (status, bytes) = answer.as_ref().map_or((0, 0), |answer| (answer.status, answer.body.len()));
        let (result, heard) = match answer {
            Ok(answer) => (read(&answer), answer.body),
            Err(failure) => (Err(failure), Vec::new()),
        };
        Recording::tell(|payment| told(payment, call, request, &result, (status, took), &heard));
        let Call { biller, operation, reference, .. } = call;
        let elapsed_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        if let Some(observer) = &self.observer {
            observer(BillerTry { biller, operation, outcome: outcome_of(result.as_ref().err()), took });
        }
        match &result {
            Ok(_) => tracing::info!(biller, operation, reference, status, bytes, elapsed_ms, "biller answered"),
            // The biller's words may name a customer: its code is enough here.
            Err(BillerFailure::Refused { code, .. }) => {
                tracing::info!(biller, operation, reference, status, elapsed_ms, code, "biller refused");
            }
            Err(failure) => {
                tracing::warn!(biller, operation, reference, status, bytes, elapsed_ms, %failure, "no answer of use");
            }
        }
        result
    }

    async fn send(&self, call: Call<'_>, request: &WireRequest) -> Result<WireAnswer, BillerFailure> {
        let failed = |error: reqwest::Error| failure_of(error, call.timeout);
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|_| BillerFailure::Misconfigured("the HTTP method".into()))?;
        let mut builder = self.http.request(method, &request.url).timeout(call.timeout);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if let Some(trace) = TraceId::current() {
            // The biller's log can be laid beside ours; signatures do not cover it.
            builder = builder.header(TraceId::HEADER, trace.header(rand::random()));
        }
        if !request.body.is_empty() {
            builder = builder.body(request.body.clone());
        }
        let mut response = builder.send().await.map_err(failed)?;
        let too_long = || BillerFailure::BadAnswer(format!("it is longer than {} bytes", call.bytes_max));
        let announced = response.content_length().unwrap_or(0);
        if usize::try_from(announced).map_or(true, |announced| announced > call.bytes_max) {
            return Err(too_long());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > call.bytes_max {
                return Err(too_long());
            }
            body.extend_from_slice(&chunk);
        }
        let headers = response
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
            .collect();
        Ok(WireAnswer { status: response.status().as_u16(), headers, body })
    }
}

fn outcome_of(failure: Option<&BillerFailure>) -> &'static str {
    match failure {
        None => "answered",
        Some(BillerFailure::Refused { .. }) => "refused",
        Some(BillerFailure::TimedOut(_)) => "timed_out",
        Some(BillerFailure::Unreachable(_)) => "unreachable",
        Some(BillerFailure::BadAnswer(_)) => "bad_answer",
        Some(BillerFailure::Misconfigured(_) | BillerFailure::CircuitOpen) => "misconfigured",
    }
}

/// Whether a failure says that the biller is unwell: refusals and our own configuration do not.
fn is_outage(failure: &BillerFailure) -> bool {
    matches!(failure, BillerFailure::Unreachable(_) | BillerFailure::TimedOut(_) | BillerFailure::BadAnswer(_))
}

/// The failure behind an error of the HTTP library, without the URL.
fn failure_of(error: reqwest::Error, timeout: Duration) -> BillerFailure {
    if error.is_builder() {
        BillerFailure::Misconfigured(causes(&error.without_url()))
    } else if error.is_connect() {
        BillerFailure::Unreachable(format!("no connection: {}", causes(&error.without_url())))
    } else if error.is_timeout() {
        BillerFailure::TimedOut(u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX))
    } else {
        BillerFailure::Unreachable(causes(&error.without_url()))
    }
}

/// An error and everything below it, on one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
