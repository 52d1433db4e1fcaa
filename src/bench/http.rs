//! Payments over HTTP: the card gateway's callback through the web channel (hash checked, state, posting, outbox), cash by
//! the agents' API (signature, replay, float, state, posting, outbox), and both at once, from clients in the same process
//! over real sockets. The requests are made before the clock starts.

use std::net::TcpListener;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::{App, HttpServer, web};
use anyhow::{Context, bail};
use biller_adapters::{BillerClient, ClientSettings};
use channels::{AgentsLimits, ChannelState, WebLimits, WebSettings};
use chrono::Utc;
use ledger::{Ledger, Reference};
use payments::gateways::cmi::client::CmiClient;
use payments::gateways::cmi::{CmiSettings, hash};
use payments::{Hub, HubParts, HubSettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::time::timeout;

use super::agents;
use super::callers::Measured;
use super::ledger_rows::{Maker, started};
use super::machine;

const STORE_KEY: &str = "a store key of the bench";
/// Where nobody listens.
const ADDRESS: &str = "http://127.0.0.1:9";
const CLIENT_ID: &str = "600001234";
/// What the gateway must hear for a payment that was taken.
const CAPTURE: &[u8] = b"ACTION=POSTAUTH";
/// How the answer to a network's system begins, while the biller is not asked.
const PENDING: &[u8] = b"HTTP/1.1 202 ";

/// Longest wait for an answer.
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Load {
    /// Callbacks of the card gateway.
    Cards,
    /// Cash payments of a network's system.
    Agents,
    /// One of each in turn.
    Mixed,
}

/// `count` accepted payments over `connections` connections.
pub(super) fn payments(
    runtime: &Runtime,
    ledger: &Arc<Ledger>,
    maker: &Arc<Maker>,
    load: Load,
    connections: usize,
    count: usize,
) -> anyhow::Result<Measured> {
    let hub = hub(ledger)?;
    let by_card = match load {
        Load::Cards => count,
        Load::Agents => 0,
        Load::Mixed => count / 2,
    };
    let waiting = open_payments(runtime, ledger, maker, by_card)?;
    let mut requests: Vec<Vec<u8>> = waiting.iter().map(|payment| request(*payment)).collect();
    if load != Load::Cards {
        agents::prepare(runtime, ledger, &hub)?;
        let cash = agents::requests(runtime, &hub, count - by_card)?;
        requests =
            if requests.is_empty() { cash } else { requests.into_iter().zip(cash).flat_map(<[_; 2]>::from).collect() };
    }
    let (count, requests) = (requests.len(), Arc::new(requests));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let state = web::Data::new(state(&hub));
    let guard = runtime.enter();
    let server = HttpServer::new(move || App::new().app_data(state.clone()).configure(channels::configure))
        .workers(std::thread::available_parallelism().map_or(2, usize::from))
        .disable_signals()
        .listen(listener)?
        .run();
    let handle = server.handle();
    let serving = runtime.spawn(server);
    drop(guard);

    // One client thread: the load must not take more of the machine than it needs.
    let clients = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let measured = clients.block_on(async {
        let mut sockets = Vec::with_capacity(connections);
        for _ in 0..connections {
            let socket = TcpStream::connect(address).await?;
            socket.set_nodelay(true)?;
            sockets.push(socket);
        }
        let next = Arc::new(AtomicUsize::new(0));
        let (began, cpu) = (Instant::now(), machine::cpu_us());
        let tasks: Vec<_> = sockets
            .into_iter()
            .map(|socket| tokio::spawn(client(socket, Arc::clone(&requests), Arc::clone(&next))))
            .collect();
        let mut latencies = Vec::with_capacity(count);
        for task in tasks {
            latencies.extend(task.await??);
        }
        anyhow::Ok(Measured::of(count, began, cpu, latencies))
    });
    runtime.block_on(async {
        handle.stop(false).await;
        drop(timeout(Duration::from_secs(5), serving).await);
    });
    measured
}

async fn client(
    mut socket: TcpStream,
    requests: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
) -> anyhow::Result<Vec<u64>> {
    let mut latencies = Vec::new();
    let mut answer = vec![0; 8_192];
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        let asked = Instant::now();
        let length = timeout(ANSWER_MAX, exchange(&mut socket, request, &mut answer));
        let length = length.await.context("the hub does not answer the bench")??;
        if !is_taken(&answer[..length]) {
            bail!("an answer of the bench: {}", String::from_utf8_lossy(&answer[..length]));
        }
        latencies.push(u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
    Ok(latencies)
}

/// Sends a request and reads its answer whole; how long it is.
async fn exchange(socket: &mut TcpStream, request: &[u8], answer: &mut [u8]) -> anyhow::Result<usize> {
    socket.write_all(request).await?;
    let mut length = 0;
    loop {
        let read = socket.read(&mut answer[length..]).await?;
        length += read;
        if whole_length(&answer[..length]) == Some(length) {
            return Ok(length);
        }
        if read == 0 || length == answer.len() {
            bail!("an answer of the bench ends early: {}", String::from_utf8_lossy(&answer[..length]));
        }
    }
}

/// The length of an answer, head and body, once its head is there.
fn whole_length(answer: &[u8]) -> Option<usize> {
    const LENGTH: &[u8] = b"content-length: ";
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let at = answer[..head].windows(LENGTH.len()).position(|name| name.eq_ignore_ascii_case(LENGTH))? + LENGTH.len();
    let digits = answer[at..head].split(|byte| *byte == b'\r').next()?;
    let body: usize = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some(head + body)
}

/// Whether an answer says that the payment was taken.
fn is_taken(answer: &[u8]) -> bool {
    answer.ends_with(CAPTURE) || answer.starts_with(PENDING)
}

/// Payments whose payers are at the gateway.
fn open_payments(
    runtime: &Runtime,
    ledger: &Arc<Ledger>,
    maker: &Arc<Maker>,
    count: usize,
) -> anyhow::Result<Vec<Reference>> {
    let each = count.div_ceil(256);
    runtime.block_on(async {
        let tasks: Vec<_> = (0..256)
            .map(|_| {
                let (ledger, maker) = (Arc::clone(ledger), Arc::clone(maker));
                tokio::spawn(async move {
                    let mut opened = Vec::with_capacity(each);
                    for _ in 0..each {
                        let (reply, answer) = tokio::sync::oneshot::channel();
                        ledger.pay(maker.await_card(), Box::new(move |result| drop(reply.send(result))));
                        opened.push(started(answer.await?)?);
                    }
                    anyhow::Ok(opened)
                })
            })
            .collect();
        let mut all = Vec::with_capacity(count);
        for task in tasks {
            all.extend(task.await??);
        }
        all.truncate(count);
        anyhow::Ok(all)
    })
}

/// The gateway's callback, as it comes over the wire.
fn request(payment: Reference) -> Vec<u8> {
    let oid = format!("F{:012}", payment.id());
    let total = Maker::amounts().total().unwrap_or_default().to_string();
    let fields = [
        ("clientid", CLIENT_ID),
        ("oid", oid.as_str()),
        ("amount", total.as_str()),
        ("currency", "504"),
        ("ProcReturnCode", "00"),
        ("Response", "Approved"),
        ("AuthCode", "P12345"),
        ("TransId", "26328-1"),
        ("MaskedPan", "4***********0010"),
        ("storetype", "3D_PAY_HOSTING"),
        ("TranType", "PreAuth"),
        ("hashAlgorithm", "ver3"),
        ("rnd", "0123456789abcdef"),
        ("mdStatus", "1"),
    ];
    let mut fields: Vec<(String, String)> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    fields.push(("HASH".to_owned(), hash::ver3(&fields, STORE_KEY)));
    let encode = |text: &str| text.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let body = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&");
    format!(
        "POST /webhooks/cmi HTTP/1.1\r\nhost: hub\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn hub(ledger: &Arc<Ledger>) -> anyhow::Result<Arc<Hub>> {
    let address = ADDRESS.to_owned();
    let cmi = CmiSettings {
        client_id: CLIENT_ID.to_owned(),
        store_key: STORE_KEY.into(),
        gateway_url: address.clone(),
        api_url: address.clone(),
        api_user: String::new(),
        api_password: "".into(),
        automatic_capture: true,
        fallback_email: "payer@hub.example.ma".to_owned(),
        connect_timeout: CmiSettings::CONNECT_TIMEOUT,
        timeout: CmiSettings::TIMEOUT,
    };
    let parts = HubParts {
        ledger: Arc::clone(ledger),
        client: Arc::new(BillerClient::new(ClientSettings::default())?),
        cmi: CmiClient::new(cmi)?,
        secrets: Arc::new(|_| Some(agents::SECRET.into())),
        clock: Arc::new(Utc::now),
        settings: HubSettings::default(),
    };
    Ok(Arc::new(Hub::open(parts).context("the bench's hub")?))
}

fn state(hub: &Arc<Hub>) -> ChannelState {
    let settings = WebSettings {
        public_url: ADDRESS.to_owned(),
        cookie_key: "a cookie key of the bench, long enough for one".into(),
        trust_proxy: false,
        secure_cookies: false,
        limits: WebLimits::default(),
    };
    let state = ChannelState::new(Arc::clone(hub), settings, Arc::new(Utc::now));
    let plenty = AgentsLimits { requests_per_second: NonZeroU32::MAX, lookups_per_minute: NonZeroU32::MAX };
    state.with_agents_limits(Arc::clone(hub), plenty)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer that comes in two pieces is not taken for whole at the first of them, wherever it is cut.
    #[test]
    fn an_answer_is_whole_once_its_body_is() {
        let answer = b"HTTP/1.1 202 Accepted\r\nContent-Length: 14\r\ndate: x\r\n\r\n{\"a\":{\"b\":11}}";
        for cut in 0..=answer.len() {
            let is_whole = whole_length(&answer[..cut]) == Some(cut);
            assert_eq!(is_whole, cut == answer.len(), "{cut}");
        }
        assert_eq!(whole_length(b"HTTP/1.1 200 OK\r\n\r\n{}"), None, "nothing says how long it is");
    }
}
