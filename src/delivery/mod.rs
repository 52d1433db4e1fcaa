//! Brings settlement files to billers, by mail and SFTP, and messages of transfers to the bank; fetches what they and others
//! have for the hub.
//!
//! What is brought is what was made: its digest is checked before. It goes where the biller's terms say now. To one target
//! one thing is brought at a time, to several side by side; what fails is tried again by `schedule.rs`. A repeated try
//! harms nothing: a mail keeps its Message-ID, and on a server a whole file of that name is what was to be brought.

mod connection;
mod fetch;
mod keys;
mod letter;
mod schedule;
mod sftp;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::File;
use std::future::Future;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use ledger::{Delivery, DeliveryMeans, KeptFile, Language, Ledger, LedgerError, NotDelivered, OrderDelivery};
use payments::Clock;
use payments::messages::Delivery as Sent;
use settlement::terms::{Delivery as Wishes, Sftp};
use settlement::{biller_folder, order_name};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::config::{Config, RemoteSource, SettlementConfig, sftp_key_variable};
use crate::jobs::{read_from, write_to};
use crate::notify::{Attached, Mailer};
use keys::Keys;
use sftp::Upload;

pub use fetch::Fetched;
pub(crate) use fetch::{NAMESAKES_MAX, fetch_files};

/// Deliveries that one run takes; the next takes the rest.
const BATCH: i64 = 200;
/// Targets that are served side by side.
const TARGETS_MAX: usize = 8;

/// A biller's name and how files reach it, as its terms say now; `None`: there is no such biller.
pub type WishesOf = Arc<dyn Fn(u16) -> Option<(String, Wishes)> + Send + Sync>;

/// Brings files.
pub struct Courier {
    /// `None`: no mail is sent.
    pub(crate) mail: Option<Mailer>,
    /// Where settlement files are.
    pub(crate) folder: PathBuf,
    /// The base of the pages that mails link to.
    pub(crate) public_url: String,
    /// Who the hub is to file servers.
    pub(crate) keys: Keys,
    /// The bank's server; `None`: nothing is brought to it.
    pub(crate) bank: Option<Sftp>,
    /// Where files for the hub lie.
    pub(crate) sources: Vec<RemoteSource>,
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivering {
    /// Arrived.
    pub delivered: usize,
    /// To be tried again.
    pub again: usize,
    /// Of these, those for which a person was called now.
    pub called: usize,
}

/// Why something was not brought.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Failure {
    /// Without secrets.
    why: String,
    /// Whether only a person can mend it: called at once.
    needs_person: bool,
    /// Whether anything else for the same target would fail alike.
    is_of_target: bool,
    /// Whether it may have arrived.
    is_offered: bool,
}

impl Failure {
    /// It may go away by itself.
    fn passing(why: impl Into<String>) -> Self {
        Self { why: why.into(), needs_person: false, is_of_target: false, is_offered: false }
    }

    /// Somebody must change something.
    fn lasting(why: impl Into<String>) -> Self {
        Self { needs_person: true, ..Self::passing(why) }
    }

    fn of_target(mut self) -> Self {
        self.is_of_target = true;
        self
    }
}

/// A file with its delivery, ready to be brought.
struct Parcel {
    delivery: Delivery,
    file: KeptFile,
    /// The biller's name and wishes.
    wishes: Option<(String, Wishes)>,
}

impl Parcel {
    /// What only one delivery at a time may be made to.
    fn target(&self) -> String {
        match (&self.wishes, self.delivery.means) {
            (Some((_, Wishes { mail: Some(to), .. })), DeliveryMeans::Mail) => to.clone(),
            (Some((_, Wishes { sftp: Some(to), .. })), DeliveryMeans::Sftp) => format!("{}:{}", to.host, to.port),
            _ => self.delivery.target.clone(),
        }
    }
}

/// Brings every file that is due by `as_of` and says what became of it. Fails where the ledger does.
pub async fn deliver_files(
    courier: &Arc<Courier>,
    ledger: &Arc<Ledger>,
    wishes_of: &WishesOf,
    as_of: DateTime<Utc>,
    clock: &Clock,
) -> Result<Delivering, LedgerError> {
    let due = read_from(ledger, move |reader| {
        let mut found = Vec::new();
        for delivery in reader.deliveries_due(as_of, BATCH)? {
            let file = reader.settlement_file(delivery.file)?;
            found.extend(file.map(|file| (delivery, file)));
        }
        Ok(found)
    });
    let mut targets: BTreeMap<String, Vec<Parcel>> = BTreeMap::new();
    for (delivery, file) in due.await? {
        let wishes = wishes_of(file.biller);
        let parcel = Parcel { delivery, file, wishes };
        targets.entry(parcel.target()).or_default().push(parcel);
    }
    let places = Arc::new(Semaphore::new(TARGETS_MAX));
    let mut under_way = JoinSet::new();
    for parcels in targets.into_values() {
        let (courier, ledger, clock) = (Arc::clone(courier), Arc::clone(ledger), Arc::clone(clock));
        let places = Arc::clone(&places);
        under_way.spawn(async move {
            // Never closed.
            let _place = places.acquire_owned().await;
            courier.serve(&ledger, parcels, &clock).await
        });
    }
    let mut done = Delivering::default();
    while let Some(served) = under_way.join_next().await {
        // A panic's deliveries are due still.
        let Ok(served) = served else { continue };
        let served = served?;
        done.delivered += served.delivered;
        done.again += served.again;
        done.called += served.called;
    }
    Ok(done)
}

/// Brings every message of transfers that is due by `as_of` to the bank, in the order in which they were made.
pub async fn deliver_orders(
    courier: &Courier,
    ledger: &Arc<Ledger>,
    as_of: DateTime<Utc>,
    clock: &Clock,
) -> Result<Delivering, LedgerError> {
    let mut done = Delivering::default();
    for due in read_from(ledger, move |reader| reader.orders_to_deliver(as_of, BATCH)).await? {
        let id = due.order.id;
        let outcome = courier.bring_order(ledger, &due, clock).await;
        let now = clock();
        match outcome {
            Ok(proof) => {
                write_to(ledger, move |op| op.order_delivered(id, &proof, now)).await?;
                done.delivered += 1;
            }
            Err(failure) => {
                let failed = not_delivered(&failure, due.attempts, &order_name(&due.order), now);
                tracing::warn!(order = due.order.message_id, why = failed.why, "an order did not reach the bank");
                let called = write_to(ledger, move |op| op.order_not_delivered(id, &failed, now)).await?;
                done.called += usize::from(called);
                done.again += 1;
                if failure.is_of_target {
                    break;
                }
            }
        }
    }
    Ok(done)
}

impl Courier {
    /// As the configuration says. Does not connect.
    pub(crate) fn new(config: &Config) -> anyhow::Result<Self> {
        let mail = config.smtp.clone().map(Mailer::new).transpose()?;
        let public_url = config.web.public_url.trim_end_matches('/').to_owned();
        let SettlementConfig { folder, bank_server: bank, keys, sources, .. } = config.settlement.clone();
        Ok(Self { mail, folder, public_url, keys: Keys::load(&keys)?, bank, sources })
    }

    /// Brings what is for one target, one after the other.
    async fn serve(
        &self,
        ledger: &Arc<Ledger>,
        parcels: Vec<Parcel>,
        clock: &Clock,
    ) -> Result<Delivering, LedgerError> {
        let mut done = Delivering::default();
        let mut closed: Option<Failure> = None;
        for parcel in parcels {
            let outcome = match &closed {
                Some(failure) => Err(Failure { is_offered: parcel.delivery.is_offered, ..failure.clone() }),
                None => self.bring(ledger, &parcel, clock).await,
            };
            let (id, now) = (parcel.delivery.id, clock());
            match outcome {
                Ok(proof) => {
                    write_to(ledger, move |op| op.delivered(id, &proof, now)).await?;
                    done.delivered += 1;
                }
                Err(failure) => {
                    let what = format!("{} to {}", parcel.file.name, parcel.target());
                    let failed = not_delivered(&failure, parcel.delivery.attempts, &what, now);
                    done.again += 1;
                    tracing::warn!(file = parcel.file.name, why = failed.why, "a settlement file did not arrive");
                    let called = write_to(ledger, move |op| op.not_delivered(id, &failed, now)).await?;
                    done.called += usize::from(called);
                    if failure.is_of_target {
                        closed = Some(failure);
                    }
                }
            }
        }
        Ok(done)
    }

    async fn bring(&self, ledger: &Arc<Ledger>, parcel: &Parcel, clock: &Clock) -> Result<String, Failure> {
        let Parcel { delivery, file, wishes } = parcel;
        let Some((name, wishes)) = wishes else {
            return Err(Failure::lasting(format!("there is no biller {} any more", file.biller)));
        };
        let path = biller_folder(&self.folder, file.biller).join(&file.name);
        match (delivery.means, &wishes.mail, &wishes.sftp) {
            (DeliveryMeans::Mail, Some(to), _) => {
                check(&path, &file.digest).await?;
                self.mail(delivery, file, name, to, &path).await
            }
            (DeliveryMeans::Sftp, _, Some(server)) => {
                let id = delivery.id;
                let offer = async {
                    let now = clock();
                    write_to(ledger, move |op| op.delivery_offered(id, now)).await
                };
                self.put(server, &path, (&file.name, &file.digest), delivery.is_offered, offer).await
            }
            (DeliveryMeans::Mail, None, _) => Err(Failure::lasting("the biller's file names no mail address any more")),
            (DeliveryMeans::Sftp, _, None) => {
                let failure = Failure::lasting("the biller's file names no server any more");
                Err(Failure { is_offered: delivery.is_offered, ..failure })
            }
        }
    }

    async fn bring_order(&self, ledger: &Arc<Ledger>, due: &OrderDelivery, clock: &Clock) -> Result<String, Failure> {
        let Some(server) = &self.bank else {
            let failure = Failure::lasting("the bank's server is not configured any more: set FATOURA_BANK_SFTP_HOST");
            return Err(Failure { is_offered: due.is_offered, ..failure });
        };
        let (id, name) = (due.order.id, order_name(&due.order));
        let path = self.folder.join("bank").join(&name);
        let offer = async {
            let now = clock();
            write_to(ledger, move |op| op.order_offered(id, now)).await
        };
        self.put(server, &path, (&name, &due.order.digest), due.is_offered, offer).await
    }

    /// Puts a file of that name and digest onto a server.
    async fn put(
        &self,
        server: &Sftp,
        path: &Path,
        (name, digest): (&str, &str),
        was_offered: bool,
        offer: impl Future<Output = Result<(), LedgerError>> + Send,
    ) -> Result<String, Failure> {
        let unsent = |failure: Failure| Failure { is_offered: was_offered, ..failure };
        check(path, digest).await.map_err(unsent)?;
        let Some(key) = self.keys.get(&server.key) else {
            let why = format!("the hub has no key {}: set {}", server.key, sftp_key_variable(&server.key));
            return Err(unsent(Failure::lasting(why).of_target()));
        };
        Upload { server, key, path, name, digest, was_offered }.run(offer).await
    }

    async fn mail(
        &self,
        delivery: &Delivery,
        file: &KeptFile,
        name: &str,
        to: &str,
        path: &Path,
    ) -> Result<String, Failure> {
        let Some(mailer) = &self.mail else {
            return Err(Failure::lasting("mail is not configured: set FATOURA_SMTP_HOST").of_target());
        };
        let (subject, text) = letter::letter(name, file, &self.public_url);
        let attached = match file.bytes <= letter::ATTACHED_MAX {
            true => {
                let bytes = tokio::fs::read(path).await.map_err(|error| Failure::lasting(trouble(path, &error)))?;
                Some(Attached { name: file.name.clone(), mime: mime(&file.name), bytes })
            }
            false => None,
        };
        match mailer.send_file(delivery.id, to, Language::Fr, &subject, text, attached).await {
            Sent::Sent(_) => Ok(format!("taken by the mail server for {to} as {}", mailer.message_id(delivery.id))),
            Sent::Rejected(why) => Err(Failure::lasting(why)),
            Sent::NotSent(why) | Sent::Unknown(why) => Err(Failure::passing(why)),
        }
    }
}

/// What is written down of a failed try, the next of so many before.
fn not_delivered(failure: &Failure, attempts: i32, what: &str, now: DateTime<Utc>) -> NotDelivered {
    let tries = attempts.saturating_add(1);
    let why = failure.why.clone();
    let call = (failure.needs_person || schedule::is_over(tries)).then(|| format!("{what}: {why}"));
    NotDelivered { why, again_at: now + schedule::again_after(tries), is_offered: failure.is_offered, call }
}

/// Holds a file to the digest with which it was made.
async fn check(path: &Path, digest: &str) -> Result<(), Failure> {
    let of = path.to_owned();
    let found = match tokio::task::spawn_blocking(move || digest_of(&mut File::open(of)?)).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => return Err(Failure::lasting(trouble(path, &error))),
        Err(_) => return Err(Failure::passing(format!("{}: reading it ended badly", path.display()))),
    };
    match found == digest {
        true => Ok(()),
        false => Err(Failure::lasting(format!("{} is not as it was made: its digest is another", path.display()))),
    }
}

/// SHA-256 in lower-case hex.
fn digest_of(file: &mut File) -> std::io::Result<String> {
    let (mut hasher, mut chunk) = (Sha256::new(), vec![0; 64 * 1024]);
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(hex(&hasher.finalize())),
            read => hasher.update(chunk.get(..read).unwrap_or_default()),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn trouble(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

fn mime(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("csv") => "text/csv",
        Some("xml") => "application/xml",
        _ => "application/octet-stream",
    }
}
