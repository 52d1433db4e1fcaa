//! Payments over HTTP: the card gateway's callback, through the whole web channel (hash checked, state, posting, outbox),
//! from clients in the same process over real sockets. The requests are made before the clock starts.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::{App, HttpServer, web};
use anyhow::{Context, bail};
use biller_adapters::{BillerClient, ClientSettings};
use channels::{ChannelState, WebLimits, WebSettings};
use chrono::Utc;
use ledger::{Ledger, Reference};
use payments::gateways::cmi::client::CmiClient;
use payments::gateways::cmi::{CmiSettings, hash};
use payments::{Hub, HubParts, HubSettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use super::callers::Measured;
use super::ledger_rows::{Maker, started};
use super::machine;

const STORE_KEY: &str = "a store key of the bench";
const CLIENT_ID: &str = "600001234";
/// What the gateway must hear for a payment that was taken.
const CAPTURE: &[u8] = b"ACTION=POSTAUTH";

/// `count` accepted payments over `connections` connections.
pub(super) fn card_callbacks(
    runtime: &Runtime,
    ledger: &Arc<Ledger>,
    maker: &Arc<Maker>,
    connections: usize,
    count: usize,
) -> anyhow::Result<Measured> {
    let waiting = open_payments(runtime, ledger, maker, count)?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let requests: Arc<Vec<Vec<u8>>> = Arc::new(waiting.iter().map(|payment| request(*payment)).collect());
    let state = web::Data::new(state(ledger)?);
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
        drop(tokio::time::timeout(Duration::from_secs(5), serving).await);
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
        socket.write_all(request).await?;
        let mut length = 0;
        // The word is the end of the answer.
        while !answer[..length].ends_with(CAPTURE) {
            let read = socket.read(&mut answer[length..]).await?;
            length += read;
            if read == 0 || length == answer.len() || answer[..length].ends_with(b"FAILURE") {
                bail!("an answer of the bench: {}", String::from_utf8_lossy(&answer[..length]));
            }
        }
        latencies.push(u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
    Ok(latencies)
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

fn state(ledger: &Arc<Ledger>) -> anyhow::Result<ChannelState> {
    let address = "http://127.0.0.1:9".to_owned();
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
        secrets: Arc::new(|_| None),
        clock: Arc::new(Utc::now),
        settings: HubSettings::default(),
    };
    let hub = Hub::open(parts).context("the bench's hub")?;
    let settings = WebSettings {
        public_url: address,
        cookie_key: "a cookie key of the bench, long enough for one".into(),
        trust_proxy: false,
        secure_cookies: false,
        limits: WebLimits::default(),
    };
    Ok(ChannelState::new(Arc::new(hub), settings, Arc::new(Utc::now)))
}
