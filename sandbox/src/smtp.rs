//! The mail sink: plain SMTP (RFC 5321) that accepts every sender and recipient and delivers to the inbox only.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::faults::Injected;
use crate::world::World;

/// Largest message, announced by SIZE: a receipt with its PDF has a tenth of it.
const MESSAGE_BYTES_MAX: usize = 5 * 1024 * 1024;
/// Longest line: RFC 5321 allows 1,000 octets; generous to mailers that do not fold.
const LINE_BYTES_MAX: u64 = 64 * 1024;
/// RFC 5321's least number of recipients that a server must take.
const RECIPIENTS_MAX: usize = 100;
/// A silent client is let go after that.
const IDLE: Duration = Duration::from_secs(60);
/// Connections at a time; more wait in the system's queue.
const CONNECTIONS_MAX: usize = 64;
/// The inbox keeps that many messages and forgets the oldest.
const INBOX_MAX: usize = 2_000;

/// A mail that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailMessage {
    /// Number in the inbox.
    pub id: u64,
    /// Envelope sender.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// The message as it came, dots unstuffed.
    #[serde(with = "raw_bytes")]
    pub raw: Vec<u8>,
    /// When it was accepted.
    pub at: DateTime<Utc>,
}

/// Raw messages stand in Base64 in the data file: they need not be UTF-8.
pub(crate) mod raw_bytes {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map_err(serde::de::Error::custom)
    }
}

/// Serves until it is dropped, and with it every connection.
pub(crate) fn listen(
    listener: std::net::TcpListener,
    world: Arc<World>,
) -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    Ok(async move {
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let mut connections = JoinSet::new();
        loop {
            let Ok(place) = places.clone().acquire_owned().await else { return };
            while connections.try_join_next().is_some() {}
            match listener.accept().await {
                Ok((stream, _)) => {
                    let world = world.clone();
                    connections.spawn(async move {
                        let _place = place;
                        if let Err(fault) = converse(stream, &world).await {
                            tracing::debug!(%fault, "a mail connection ended");
                        }
                    });
                }
                // Out of file handles or the like: give the system a moment.
                Err(fault) => {
                    tracing::warn!(%fault, "a mail connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    })
}

struct Connection {
    reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
}

impl Connection {
    /// A line with its end; `None` when the client is gone, silent for too long, or sends an endless line.
    async fn line(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let mut limited = (&mut self.reader).take(LINE_BYTES_MAX);
        match tokio::time::timeout(IDLE, limited.read_until(b'\n', &mut line)).await {
            Ok(read) => read.map(|_| line.ends_with(b"\n").then_some(line)),
            Err(_) => Ok(None),
        }
    }

    async fn say(&mut self, text: &str) -> std::io::Result<()> {
        self.writer.write_all(format!("{text}\r\n").as_bytes()).await
    }
}

/// A mail on its way in.
#[derive(Default)]
struct Transaction {
    from: Option<String>,
    to: Vec<String>,
    injected: Injected,
}

async fn converse(stream: TcpStream, world: &World) -> std::io::Result<()> {
    let (reader, writer) = stream.into_split();
    let mut peer = Connection { reader: BufReader::new(reader), writer };
    let mut mail = Transaction::default();
    peer.say("220 sandbox test environment ESMTP").await?;
    while let Some(line) = peer.line().await? {
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "HELO" => peer.say("250 sandbox").await?,
            "EHLO" => {
                mail = Transaction::default();
                let size = format!("250-SIZE {MESSAGE_BYTES_MAX}");
                for line in ["250-sandbox", &size, "250-8BITMIME", "250-SMTPUTF8", "250 AUTH PLAIN LOGIN"] {
                    peer.say(line).await?;
                }
            }
            "AUTH" => authenticate(&mut peer, &line).await?,
            "MAIL" => {
                mail = Transaction { injected: world.take_faults("smtp", "mail"), ..Transaction::default() };
                if mail.injected.down {
                    return peer.say("421 down: a fault of the sandbox").await;
                }
                mail.from = path(&line, "MAIL FROM:");
                let answer = match (&mail.from, declared_size(&line)) {
                    (None, _) => "501 MAIL FROM:<address> is expected",
                    (Some(_), size) if size > MESSAGE_BYTES_MAX => "552 the message is too large",
                    _ => "250 OK",
                };
                peer.say(answer).await?;
            }
            "RCPT" => {
                let answer = match path(&line, "RCPT TO:").filter(|to| to.contains('@')) {
                    _ if mail.from.is_none() => "503 MAIL comes first",
                    None => "501 RCPT TO:<address> is expected",
                    Some(_) if mail.to.len() >= RECIPIENTS_MAX => "452 too many recipients",
                    Some(to) => {
                        mail.to.push(to);
                        "250 OK"
                    }
                };
                peer.say(answer).await?;
            }
            "DATA" if mail.to.is_empty() => peer.say("503 RCPT comes first").await?,
            "DATA" => {
                peer.say("354 end with a line of one dot").await?;
                let Some(raw) = read_data(&mut peer).await? else {
                    peer.say("552 the message is too large").await?;
                    mail = Transaction::default();
                    continue;
                };
                let Some(answer) = accept(world, std::mem::take(&mut mail), raw).await else { return Ok(()) };
                peer.say(&answer).await?;
            }
            "RSET" => {
                mail = Transaction::default();
                peer.say("250 OK").await?;
            }
            "NOOP" => peer.say("250 OK").await?,
            "VRFY" => peer.say("252 send it and see").await?,
            "QUIT" => return peer.say("221 bye").await,
            _ => peer.say("502 not implemented here").await?,
        }
    }
    Ok(())
}

/// The address between `<` and `>`; empty for the null sender.
fn path(line: &str, prefix: &str) -> Option<String> {
    let rest =
        line.get(..prefix.len()).filter(|start| start.eq_ignore_ascii_case(prefix)).map(|_| &line[prefix.len()..]);
    let (address, _) = rest?.trim_start().strip_prefix('<')?.split_once('>')?;
    Some(address.to_owned())
}

fn declared_size(line: &str) -> usize {
    let size = line.split(' ').find_map(|word| word.to_ascii_uppercase().strip_prefix("SIZE=").map(str::to_owned));
    size.map_or(0, |size| size.parse().unwrap_or(usize::MAX))
}

/// Takes every name and password: what counts is that the client can say them.
async fn authenticate(peer: &mut Connection, line: &str) -> std::io::Result<()> {
    let mut words = line.split(' ').skip(1);
    let (method, first) = (words.next().unwrap_or_default().to_ascii_uppercase(), words.next());
    let asked: &[&str] = match (method.as_str(), first) {
        ("PLAIN", Some(_)) => &[],
        ("PLAIN", None) => &[""],
        ("LOGIN", Some(_)) => &["Password:"],
        ("LOGIN", None) => &["Username:", "Password:"],
        _ => return peer.say("504 AUTH PLAIN or LOGIN").await,
    };
    for question in asked {
        peer.say(&format!("334 {}", STANDARD.encode(question))).await?;
        match peer.line().await? {
            Some(answer) if answer.trim_ascii() != b"*" => {}
            _ => return peer.say("501 given up").await,
        }
    }
    peer.say("235 accepted, as everything is here").await
}

/// The message up to the line of one dot, leading dots unstuffed; `None` past the size limit (read to its end).
async fn read_data(peer: &mut Connection) -> std::io::Result<Option<Vec<u8>>> {
    let (mut raw, mut fits) = (Vec::new(), true);
    loop {
        let Some(line) = peer.line().await? else {
            return Err(std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "the message ended early"));
        };
        if line == b".\r\n" || line == b".\n" {
            return Ok(fits.then_some(raw));
        }
        let line = line.strip_prefix(b".").unwrap_or(&line);
        fits = fits && raw.len() + line.len() <= MESSAGE_BYTES_MAX;
        if fits {
            raw.extend_from_slice(line);
        }
    }
}

/// Puts the message into the inbox; `None` closes the connection without a word.
async fn accept(world: &World, mail: Transaction, raw: Vec<u8>) -> Option<String> {
    let Transaction { from, to, injected } = mail;
    if injected.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(injected.delay_ms)).await;
    }
    if injected.drop_before {
        return None;
    }
    if injected.refuse {
        return Some("550 refused by a fault of the sandbox".into());
    }
    let id = world.change(|state| {
        let id = state.number();
        let message = MailMessage { id, from: from.unwrap_or_default(), to, raw, at: Utc::now() };
        if injected.twice {
            let id = state.number();
            state.mails.push(MailMessage { id, ..message.clone() });
        }
        state.mails.push(message);
        let surplus = state.mails.len().saturating_sub(INBOX_MAX);
        state.mails.drain(..surplus);
        id
    });
    match injected {
        Injected { drop_after: true, .. } => None,
        Injected { garble: true, .. } => Some("#garbled".into()),
        _ => Some(format!("250 OK accepted as {id}")),
    }
}
