//! What the storage does without a ledger: the same rows, with the same durability. Two ways: bare multi-row inserts, 256
//! payments a commit, which is the most that can be hoped for; and one transaction a payment, which is what one would
//! write first.

use std::time::Instant;

use anyhow::Context;
use chrono::{NaiveDate, NaiveDateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use ledger::{BillKey, DatabaseUrl, Moment};

use super::callers::Measured;
use super::machine;

/// Payments a commit: what the ledger's batches hold at most.
const BATCH: usize = 256;
/// Accounts that the rows go to.
const ACCOUNTS: usize = 200;
/// Connections for one transaction a payment on PostgreSQL; SQLite has one writer.
const CONNECTIONS: usize = 16;

diesel::table! {
    bench_payments (id) {
        id -> BigInt, secret -> BigInt, quote_id -> BigInt, biller -> Integer, channel -> SmallInt,
        instrument -> SmallInt, language -> SmallInt, state -> SmallInt, principal -> BigInt, fee -> BigInt,
        vat -> BigInt, duty -> BigInt, bills -> Binary, phone -> Text, funds -> Text, authorisation -> Text,
        card_mask -> Text, gateway_reference -> Text, created_at -> Timestamp, state_since -> Timestamp,
        paid_at -> Timestamp,
    }
}
diesel::table! {
    bench_bills (key) {
        key -> Binary, biller -> Integer, state -> SmallInt, payment_id -> BigInt, generation -> Integer,
        updated_at -> Timestamp,
    }
}
diesel::table! {
    bench_keys (key) { key -> Binary, input -> Binary, payment_id -> BigInt, created_at -> Timestamp, }
}
diesel::table! {
    bench_postings (id) {
        id -> BigInt, kind -> SmallInt, payment_id -> BigInt, booked_at -> Timestamp, effective_on -> Date,
    }
}
diesel::table! {
    bench_entries (posting_id, line) { posting_id -> BigInt, line -> SmallInt, account_id -> BigInt, amount -> BigInt, }
}
diesel::table! {
    bench_outbox (id) {
        id -> BigInt, kind -> SmallInt, payment_id -> BigInt, due_at -> Timestamp, leased_until -> Timestamp,
        attempts -> Integer, note -> Text, created_at -> Timestamp,
    }
}
diesel::table! { bench_accounts (id) { id -> BigInt, balance -> BigInt, } }

/// The tables, with the ledger's own keys and indexes.
const TABLES: &str = "
CREATE TABLE bench_payments (id BIGINT NOT NULL PRIMARY KEY, secret BIGINT NOT NULL, quote_id BIGINT NOT NULL,
 biller INTEGER NOT NULL, channel SMALLINT NOT NULL, instrument SMALLINT NOT NULL, language SMALLINT NOT NULL,
 state SMALLINT NOT NULL, principal BIGINT NOT NULL, fee BIGINT NOT NULL, vat BIGINT NOT NULL, duty BIGINT NOT NULL,
 bills BLOB NOT NULL, phone TEXT NOT NULL, funds TEXT NOT NULL, authorisation TEXT NOT NULL, card_mask TEXT NOT NULL,
 gateway_reference TEXT NOT NULL, created_at TIMESTAMP NOT NULL, state_since TIMESTAMP NOT NULL, paid_at TIMESTAMP);
CREATE TABLE bench_bills (key BLOB NOT NULL PRIMARY KEY, biller INTEGER NOT NULL, state SMALLINT NOT NULL,
 payment_id BIGINT NOT NULL, generation INTEGER NOT NULL, updated_at TIMESTAMP NOT NULL) WITHOUT ROWID;
CREATE TABLE bench_keys (key BLOB NOT NULL PRIMARY KEY, input BLOB NOT NULL, payment_id BIGINT NOT NULL,
 created_at TIMESTAMP NOT NULL) WITHOUT ROWID;
CREATE TABLE bench_postings (id BIGINT NOT NULL PRIMARY KEY, kind SMALLINT NOT NULL, payment_id BIGINT,
 booked_at TIMESTAMP NOT NULL, effective_on DATE NOT NULL);
CREATE UNIQUE INDEX bench_postings_event ON bench_postings (payment_id, kind);
CREATE TABLE bench_entries (posting_id BIGINT NOT NULL, line SMALLINT NOT NULL, account_id BIGINT NOT NULL,
 amount BIGINT NOT NULL, PRIMARY KEY (posting_id, line)) WITHOUT ROWID;
CREATE TABLE bench_outbox (id BIGINT NOT NULL PRIMARY KEY, kind SMALLINT NOT NULL, payment_id BIGINT NOT NULL,
 due_at TIMESTAMP NOT NULL, leased_until TIMESTAMP NOT NULL, attempts INTEGER NOT NULL, note TEXT NOT NULL,
 created_at TIMESTAMP NOT NULL, done_at TIMESTAMP);
CREATE INDEX bench_outbox_due ON bench_outbox (due_at) WHERE done_at IS NULL;
CREATE TABLE bench_accounts (id BIGINT NOT NULL PRIMARY KEY, balance BIGINT NOT NULL);
";

const DROP: &str = "DROP TABLE IF EXISTS bench_payments; DROP TABLE IF EXISTS bench_bills; DROP TABLE IF EXISTS \
    bench_keys; DROP TABLE IF EXISTS bench_postings; DROP TABLE IF EXISTS bench_entries; DROP TABLE IF EXISTS \
    bench_outbox; DROP TABLE IF EXISTS bench_accounts;";

/// A database on a server, gone with the value.
pub(super) struct ScratchDatabase {
    server: String,
    name: String,
    pub url: DatabaseUrl,
}

impl ScratchDatabase {
    pub fn make(server: &str) -> anyhow::Result<Self> {
        let name = format!("fatoura_bench_{}", std::process::id());
        let form = "--postgres: expected postgres://USER@HOST/DATABASE";
        let (place, _) = server.rsplit_once('/').context(form)?;
        let url = format!("{place}/{name}").parse().map_err(|_| anyhow::anyhow!(form))?;
        let mut connection = PgConnection::establish(server)
            .context("--postgres: the server cannot be reached; start it or mend the URL")?;
        let made = connection.batch_execute(&format!("CREATE DATABASE {name}"));
        made.context("--postgres: a database cannot be made; the user needs the right CREATEDB")?;
        Ok(Self { server: server.to_owned(), name, url })
    }
}

impl Drop for ScratchDatabase {
    fn drop(&mut self) {
        if let Ok(mut connection) = PgConnection::establish(&self.server) {
            drop(connection.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)));
        }
    }
}

/// One payment's rows.
struct Rows {
    id: i64,
    key: Vec<u8>,
    bill: Vec<u8>,
    now: NaiveDateTime,
    day: NaiveDate,
}

fn rows(numbers: std::ops::Range<usize>) -> Vec<Rows> {
    let now = Utc::now();
    numbers
        .map(|number| Rows {
            id: i64::try_from(number).unwrap_or(0) * 4 + 1,
            key: rand::random::<[u8; 16]>().to_vec(),
            // The cost of making a bill's key is the ledger's; the floor gets random bytes of the same length.
            bill: format!("{:?}", BillKey::of(1_000, "01", "", "")).into_bytes().into_iter().take(21).collect(),
            now: now.naive_utc(),
            day: Moment::of(now).day,
        })
        .collect()
}

/// The inserts of some payments on one kind of connection, one statement a table.
macro_rules! insert_all {
    ($connection:expr, $rows:expr) => {{
        let rows: &[Rows] = $rows;
        let payments: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    bench_payments::id.eq(row.id),
                    bench_payments::secret.eq(row.id),
                    bench_payments::quote_id.eq(row.id),
                    bench_payments::biller.eq(1_000),
                    (bench_payments::channel.eq(1i16), bench_payments::instrument.eq(2i16)),
                    (bench_payments::language.eq(2i16), bench_payments::state.eq(3i16)),
                    (bench_payments::principal.eq(16_800), bench_payments::fee.eq(590)),
                    (bench_payments::vat.eq(106), bench_payments::duty.eq(0)),
                    bench_payments::bills.eq(&row.bill),
                    bench_payments::phone.eq("+212612345678"),
                    bench_payments::funds.eq("assets:gateway receivable:wallet-100"),
                    (bench_payments::authorisation.eq(""), bench_payments::card_mask.eq("")),
                    bench_payments::gateway_reference.eq(""),
                    (bench_payments::created_at.eq(row.now), bench_payments::state_since.eq(row.now)),
                    bench_payments::paid_at.eq(row.now),
                )
            })
            .collect();
        diesel::insert_into(bench_payments::table).values(&payments).execute($connection)?;
        let bills: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    bench_bills::key.eq(&row.key),
                    bench_bills::biller.eq(1_000),
                    bench_bills::state.eq(2i16),
                    bench_bills::payment_id.eq(row.id),
                    bench_bills::generation.eq(0),
                    bench_bills::updated_at.eq(row.now),
                )
            })
            .collect();
        diesel::insert_into(bench_bills::table).values(&bills).execute($connection)?;
        let keys: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    bench_keys::key.eq(&row.key),
                    bench_keys::input.eq(&row.key),
                    bench_keys::payment_id.eq(row.id),
                    bench_keys::created_at.eq(row.now),
                )
            })
            .collect();
        diesel::insert_into(bench_keys::table).values(&keys).execute($connection)?;
        let postings: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    bench_postings::id.eq(row.id + 1),
                    bench_postings::kind.eq(1i16),
                    bench_postings::payment_id.eq(row.id),
                    bench_postings::booked_at.eq(row.now),
                    bench_postings::effective_on.eq(row.day),
                )
            })
            .collect();
        diesel::insert_into(bench_postings::table).values(&postings).execute($connection)?;
        let entries: Vec<_> = rows
            .iter()
            .flat_map(|row| [(row, 0i16, 17_496i64), (row, 1i16, -17_496i64)])
            .map(|(row, line, amount)| {
                (
                    bench_entries::posting_id.eq(row.id + 1),
                    bench_entries::line.eq(line),
                    bench_entries::account_id.eq(i64::from(line)),
                    bench_entries::amount.eq(amount),
                )
            })
            .collect();
        diesel::insert_into(bench_entries::table).values(&entries).execute($connection)?;
        let outbox: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    bench_outbox::id.eq(row.id + 2),
                    bench_outbox::kind.eq(1i16),
                    bench_outbox::payment_id.eq(row.id),
                    bench_outbox::due_at.eq(row.now),
                    bench_outbox::leased_until.eq(row.now),
                    bench_outbox::attempts.eq(0),
                    bench_outbox::note.eq(""),
                    bench_outbox::created_at.eq(row.now),
                )
            })
            .collect();
        diesel::insert_into(bench_outbox::table).values(&outbox).execute($connection)?;
    }};
}

fn sqlite(path: &std::path::Path) -> anyhow::Result<SqliteConnection> {
    let mut connection = SqliteConnection::establish(&path.to_string_lossy())?;
    connection.batch_execute(
        "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -131072;",
    )?;
    Ok(connection)
}

fn prepare(connection: &mut impl SimpleConnection, tables: &str) -> anyhow::Result<()> {
    connection.batch_execute(DROP)?;
    connection.batch_execute(tables)?;
    let accounts: Vec<String> = (0..ACCOUNTS).map(|id| format!("({id}, 0)")).collect();
    Ok(connection.batch_execute(&format!("INSERT INTO bench_accounts VALUES {}", accounts.join(", ")))?)
}

fn postgres_tables() -> String {
    TABLES.replace("BLOB", "BYTEA").replace(" WITHOUT ROWID", "")
}

/// 256 payments a commit, one multi-row insert a table.
pub(super) fn bare_inserts(url: &DatabaseUrl, count: usize) -> anyhow::Result<Measured> {
    let batches: Vec<Vec<Rows>> = (0..count).step_by(BATCH).map(|at| rows(at..(at + BATCH).min(count))).collect();
    match url {
        DatabaseUrl::Sqlite(path) => {
            let mut connection = sqlite(path)?;
            prepare(&mut connection, TABLES)?;
            timed(batches, count, |batch| {
                connection.immediate_transaction(|connection| {
                    insert_all!(connection, batch);
                    diesel::result::QueryResult::Ok(())
                })
            })
        }
        DatabaseUrl::Postgres(url) => {
            let mut connection = PgConnection::establish(url)?;
            prepare(&mut connection, &postgres_tables())?;
            timed(batches, count, |batch| {
                connection.transaction(|connection| {
                    insert_all!(connection, batch);
                    diesel::result::QueryResult::Ok(())
                })
            })
        }
    }
}

fn timed(
    batches: Vec<Vec<Rows>>,
    count: usize,
    mut write: impl FnMut(&[Rows]) -> QueryResult<()>,
) -> anyhow::Result<Measured> {
    let (started, cpu) = (Instant::now(), machine::cpu_us());
    let mut latencies = Vec::with_capacity(batches.len());
    for batch in &batches {
        let asked = Instant::now();
        write(batch)?;
        latencies.push(u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
    Ok(Measured::of(count, started, cpu, latencies))
}

/// The same rows and two balances, in a transaction each: over one connection on SQLite, over 16 on PostgreSQL.
pub(super) fn one_transaction_each(url: &DatabaseUrl, count: usize) -> anyhow::Result<Measured> {
    macro_rules! singly {
        ($connection:expr, $numbers:expr, $begin:ident) => {{
            let mut latencies = Vec::new();
            for row in rows($numbers) {
                let asked = Instant::now();
                $connection.$begin(|connection| {
                    insert_all!(connection, std::slice::from_ref(&row));
                    // In one order, so that no two transactions wait for each other in a circle.
                    for (account, delta) in [(0, -17_496i64), (1 + row.id / 4 % 199, 17_496)] {
                        diesel::update(bench_accounts::table.filter(bench_accounts::id.eq(account)))
                            .set(bench_accounts::balance.eq(bench_accounts::balance + delta))
                            .execute(connection)?;
                    }
                    diesel::result::QueryResult::Ok(())
                })?;
                latencies.push(u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX));
            }
            latencies
        }};
    }
    match url {
        DatabaseUrl::Sqlite(path) => {
            let mut connection = sqlite(path)?;
            prepare(&mut connection, TABLES)?;
            let (started, cpu) = (Instant::now(), machine::cpu_us());
            let latencies = singly!(connection, 0..count, immediate_transaction);
            connection.batch_execute(DROP)?;
            Ok(Measured::of(count, started, cpu, latencies))
        }
        DatabaseUrl::Postgres(url) => {
            prepare(&mut PgConnection::establish(url)?, &postgres_tables())?;
            let mut connections =
                (0..CONNECTIONS).map(|_| PgConnection::establish(url)).collect::<Result<Vec<_>, _>>()?;
            let (started, cpu, share) = (Instant::now(), machine::cpu_us(), count / CONNECTIONS);
            let latencies = std::thread::scope(|scope| {
                let threads: Vec<_> = connections
                    .iter_mut()
                    .enumerate()
                    .map(|(thread, connection)| {
                        scope.spawn(move || {
                            anyhow::Ok(singly!(connection, thread * share..(thread + 1) * share, transaction))
                        })
                    })
                    .collect();
                let mut all = Vec::with_capacity(count);
                for thread in threads {
                    all.extend(thread.join().map_err(|_| anyhow::anyhow!("a thread panicked"))??);
                }
                anyhow::Ok(all)
            })?;
            connections[0].batch_execute(DROP)?;
            Ok(Measured::of(share * CONNECTIONS, started, cpu, latencies))
        }
    }
}
