//! The IO of server operations: one post per call, a deadline, a size limit. It never repeats a call by itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use biller_adapters::recording::{self, Ending, Exchange, Party, Recording};
use biller_adapters::{TraceId, init_tls};
use ledger::Money;
use reqwest::{Client, redirect, retry};
use secrecy::SecretString;

use super::CmiSettings;
use super::api::{self, Operation, OperationOutcome, OrderReport, QueryFailure};

/// Largest answer in bytes: a CC5Response has a few kilobytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// A call that ended, for whoever measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GatewayTry {
    /// `charge`, `capture`, `void`, `credit` or `query`.
    pub operation: &'static str,
    /// `answered`, `no_answer` or `bad_answer`: what the gateway says in an answer is not told.
    pub outcome: &'static str,
    /// From the request to the end of the answer.
    pub took: Duration,
}

/// Is told of every call.
pub type GatewayObserver = Arc<dyn Fn(GatewayTry) + Send + Sync>;

/// Asks the gateway's server.
#[derive(Clone)]
pub struct CmiClient {
    http: Client,
    settings: CmiSettings,
    observer: Option<GatewayObserver>,
}

/// The HTTP client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the gateway's HTTP client cannot be made: {0}")]
pub struct CmiClientError(#[from] reqwest::Error);

impl CmiClient {
    /// A client for one merchant account.
    pub fn new(settings: CmiSettings) -> Result<Self, CmiClientError> {
        init_tls();
        let http = Client::builder()
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.timeout)
            // A redirect would carry the password to another address.
            .redirect(redirect::Policy::none())
            // An operation moves money: the resolver repeats, not the client.
            .retry(retry::never())
            .no_proxy()
            .referer(false)
            .user_agent("fatoura")
            .build()?;
        Ok(Self { http, settings, observer: None })
    }

    /// The same with somebody who is told of every call.
    #[must_use]
    pub fn observed_by(self, observer: GatewayObserver) -> Self {
        Self { observer: Some(observer), ..self }
    }

    /// The merchant account.
    pub fn settings(&self) -> &CmiSettings {
        &self.settings
    }

    /// Charges a card that the gateway knows by a token, under a new order number: held, or captured at once. An answer is
    /// waited for no longer than this, which is less than for other operations: somebody waits on the line.
    pub async fn charge(
        &self,
        oid: &str,
        amount: Money,
        token: &SecretString,
        capture: bool,
        within: Duration,
    ) -> OperationOutcome {
        outcome(oid, self.post(oid, Operation::Charge { amount, token, capture }, Some(within)).await)
    }

    /// Captures what is held for an order, all or less, once.
    pub async fn capture(&self, oid: &str, amount: Money) -> OperationOutcome {
        self.operate(oid, Operation::PostAuth(amount)).await
    }

    /// Undoes a hold, or a capture of the same day.
    pub async fn void(&self, oid: &str) -> OperationOutcome {
        self.operate(oid, Operation::Void).await
    }

    /// Gives back what was captured, all or part.
    pub async fn credit(&self, oid: &str, amount: Money) -> OperationOutcome {
        self.operate(oid, Operation::Credit(amount)).await
    }

    /// What became of an order.
    pub async fn status(&self, oid: &str) -> Result<OrderReport, QueryFailure> {
        let body = self.post(oid, Operation::Query, None).await?;
        api::read_report(oid, &body)
    }

    async fn operate(&self, oid: &str, operation: Operation<'_>) -> OperationOutcome {
        outcome(oid, self.post(oid, operation, None).await)
    }

    /// Asks once, and tells who listens.
    async fn post(
        &self,
        oid: &str,
        operation: Operation<'_>,
        within: Option<Duration>,
    ) -> Result<String, QueryFailure> {
        let (word, began) = (word(operation), Instant::now());
        let answer = self.exchange(oid, operation, within).await;
        if let Some(observer) = &self.observer {
            let outcome = match &answer {
                Ok(_) => "answered",
                Err(QueryFailure::NoAnswer(_)) => "no_answer",
                Err(QueryFailure::BadAnswer(_) | QueryFailure::Rejected(_)) => "bad_answer",
            };
            observer(GatewayTry { operation: word, outcome, took: began.elapsed() });
        }
        answer
    }

    async fn exchange(
        &self,
        oid: &str,
        operation: Operation<'_>,
        within: Option<Duration>,
    ) -> Result<String, QueryFailure> {
        let xml = api::request_xml(oid, operation, &self.settings)?;
        let started = Instant::now();
        let mut status = 0;
        let sent = self.send(xml.clone(), &mut status);
        let answer = match within {
            None => sent.await,
            // What was not answered in time is an exchange as well.
            Some(within) => tokio::time::timeout(within, sent)
                .await
                .unwrap_or_else(|_| Err(QueryFailure::NoAnswer(format!("no answer within {} s", within.as_secs())))),
        };
        Recording::tell(|payment| {
            let (ending, said, heard) = match &answer {
                Ok(body) => (Ending::Answered, String::new(), recording::body(body.as_bytes())),
                Err(failure) => (Ending::Failed, failure.to_string(), String::new()),
            };
            let (operation, took, sent) = (word(operation), started.elapsed(), recording::body(xml.as_bytes()));
            let party = Party::Gateway;
            Exchange { payment, party, is_incoming: false, operation, ending, status, took, said, sent, heard }
        });
        answer
    }

    async fn send(&self, xml: String, status: &mut u16) -> Result<String, QueryFailure> {
        let no_answer = |error: reqwest::Error| QueryFailure::NoAnswer(error.without_url().to_string());
        let mut request = self.http.post(&self.settings.api_url).form(&[("DATA", xml)]);
        if let Some(trace) = TraceId::current() {
            request = request.header(TraceId::HEADER, trace.header(rand::random()));
        }
        let mut answer = request.send().await.map_err(no_answer)?;
        *status = answer.status().as_u16();
        if answer.status() != reqwest::StatusCode::OK {
            return Err(QueryFailure::BadAnswer(format!("HTTP {}", answer.status().as_u16())));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(no_answer)? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(QueryFailure::BadAnswer(format!("more than {ANSWER_BYTES_MAX} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(String::from_utf8_lossy(&body).into_owned())
    }
}

fn outcome(oid: &str, answer: Result<String, QueryFailure>) -> OperationOutcome {
    match answer {
        Ok(body) => api::read_operation(oid, &body),
        Err(failure) => OperationOutcome::Unknown(failure.to_string()),
    }
}

/// An operation in the program's word.
const fn word(operation: Operation<'_>) -> &'static str {
    match operation {
        Operation::Charge { .. } => "charge",
        Operation::PostAuth(_) => "capture",
        Operation::Void => "void",
        Operation::Credit(_) => "credit",
        Operation::Query => "status",
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::super::api::OrderStatus;
    use super::super::settings_for_tests;
    use super::*;

    /// Serves one request with these bytes, or never answers; gives the request's text back.
    async fn gateway(answer: Option<Vec<u8>>) -> (CmiClient, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/fim/api", listener.local_addr().unwrap());
        let mut settings = settings_for_tests(&url);
        if answer.is_none() {
            settings.timeout = Duration::from_millis(200);
        }
        let served = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut heard = Vec::new();
            while !String::from_utf8_lossy(&heard).contains("CC5Request%3E") {
                let mut part = [0; 4_096];
                let read = socket.read(&mut part).await.unwrap();
                heard.extend_from_slice(&part[..read]);
                if String::from_utf8_lossy(&heard).matches("CC5Request").count() == 2 || read == 0 {
                    break;
                }
            }
            match answer {
                // The client may hang up before all of a large answer is written.
                Some(bytes) => drop(socket.write_all(&bytes).await),
                // Waits for the client to give up.
                None => drop(socket.read(&mut [0; 1]).await),
            }
            String::from_utf8_lossy(&heard).into_owned()
        });
        (CmiClient::new(settings).unwrap(), served)
    }

    fn http(status: &str, body: &str) -> Option<Vec<u8>> {
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        Some(format!("{head}{body}").into_bytes())
    }

    fn response(word: &str, code: &str, extra: &str) -> String {
        format!(
            "<CC5Response><OrderId>HUB-1</OrderId><Response>{word}</Response><ProcReturnCode>{code}</ProcReturnCode>\
             <TransId>T</TransId><Extra>{extra}</Extra></CC5Response>"
        )
    }

    #[tokio::test]
    async fn a_capture_is_posted_as_data() {
        let (client, served) = gateway(http("200 OK", &response("Approved", "00", ""))).await;
        let outcome = client.capture("HUB-1", Money::from_minor(16_800)).await;
        assert!(matches!(outcome, OperationOutcome::Approved { .. }), "{outcome:?}");
        let request = served.await.unwrap();
        assert!(request.starts_with("POST /fim/api HTTP/1.1"));
        assert!(request.contains("DATA=%3CCC5Request%3E") && request.contains("Total%3E168.00"), "{request}");
    }

    #[tokio::test]
    async fn a_status_is_read() {
        let extra = "<TRANS_STAT>A</TRANS_STAT><ORIG_TRANS_AMT>168.00</ORIG_TRANS_AMT>";
        let (client, _served) = gateway(http("200 OK", &response("Approved", "00", extra))).await;
        assert_eq!(client.status("HUB-1").await.unwrap().status, OrderStatus::Authorised);
    }

    #[rstest]
    #[case::server_error(http("500 Internal Server Error", &response("Declined", "05", "")))]
    #[case::cut(Some(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n<CC5Response>".to_vec()))]
    #[case::hung_up(Some(vec![]))]
    #[case::oversized(http("200 OK", &"x".repeat(70_000)))]
    #[case::redirect(http("302 Found\r\nLocation: /other", ""))]
    #[case::silent(None)]
    #[tokio::test]
    async fn without_a_clear_answer_nothing_is_known(#[case] answer: Option<Vec<u8>>) {
        let (client, served) = gateway(answer.clone()).await;
        assert!(matches!(client.void("HUB-1").await, OperationOutcome::Unknown(_)));
        drop(served.await);
        let (client, _served) = gateway(answer).await;
        assert!(client.status("HUB-1").await.is_err());
    }

    #[tokio::test]
    async fn nobody_listens() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let client = CmiClient::new(settings_for_tests(&url)).unwrap();
        let outcome = client.credit("HUB-1", Money::from_minor(1)).await;
        assert!(matches!(&outcome, OperationOutcome::Unknown(why) if !why.contains("pass")), "{outcome:?}");
    }
}
