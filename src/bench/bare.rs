//! Rows and files as one reads them who does nothing with them: each step of a settled day is held against what it reads.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, SmallInt, Text, Timestamp};
use diesel::{QueryableByName, RunQueryDsl};
use ledger::DatabaseUrl;
use sha2::{Digest, Sha256};

/// Rows read at once.
const PAGE: i64 = 2_000;
/// Bytes of a file read at once.
const CHUNK: usize = 64 * 1024;

/// Rows that are read in the order of their numbers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rows {
    /// Every confirmation of the day with its payment.
    Confirmations,
    /// Every payment at a counter, with its network's own reference.
    CounterPayments,
    /// Windows.
    Windows,
    /// Transfers.
    Transfers,
}

impl Rows {
    const fn query(self) -> &'static str {
        match self {
            Self::Confirmations => {
                "SELECT o.id AS id, o.kind AS kind, o.booked_at AS since, p.principal AS amount, \
                 p.receipt_number AS text FROM postings o JOIN payments p ON p.id = o.payment_id \
                 WHERE o.kind = 2 AND o.id > $1 ORDER BY o.id LIMIT $2"
            }
            Self::CounterPayments => {
                "SELECT p.id AS id, p.state AS kind, p.created_at AS since, p.principal AS amount, \
                 a.network_reference AS text FROM agent_payments a JOIN payments p ON p.id = a.payment_id \
                 WHERE a.payment_id > $1 ORDER BY a.payment_id LIMIT $2"
            }
            Self::Windows => {
                "SELECT w.id AS id, CAST(0 AS SMALLINT) AS kind, w.cut_off AS since, CAST(w.biller AS BIGINT) AS amount, \
                 CAST(NULL AS TEXT) AS text FROM settlement_windows w WHERE w.id > $1 ORDER BY w.id LIMIT $2"
            }
            Self::Transfers => {
                "SELECT t.id AS id, t.state AS kind, t.ended_at AS since, t.amount AS amount, t.holder AS text \
                 FROM transfers t WHERE t.id > $1 ORDER BY t.id LIMIT $2"
            }
        }
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = SmallInt)]
    #[expect(dead_code, reason = "read as a file's line would be")]
    kind: i16,
    #[diesel(sql_type = Nullable<Timestamp>)]
    #[expect(dead_code, reason = "as above")]
    since: Option<chrono::NaiveDateTime>,
    #[diesel(sql_type = BigInt)]
    #[expect(dead_code, reason = "as above")]
    amount: i64,
    #[diesel(sql_type = Nullable<Text>)]
    #[expect(dead_code, reason = "as above")]
    text: Option<String>,
}

/// Reads all such rows, and counts them.
pub(super) fn rows(url: &DatabaseUrl, rows: Rows) -> anyhow::Result<usize> {
    macro_rules! read_all {
        ($connection:expr) => {{
            let connection = $connection;
            let (mut after, mut count) = (0i64, 0);
            loop {
                let query = diesel::sql_query(rows.query()).bind::<BigInt, _>(after).bind::<BigInt, _>(PAGE);
                let page: Vec<Row> = query.load(connection)?;
                let Some(last) = page.last() else { return Ok(count) };
                (after, count) = (last.id, count + page.len());
            }
        }};
    }
    match url {
        DatabaseUrl::Sqlite(path) => read_all!(&mut SqliteConnection::establish(&path.to_string_lossy())?),
        DatabaseUrl::Postgres(url) => read_all!(&mut PgConnection::establish(url)?),
    }
}

/// Reads files and digests them; counts their lines.
pub(super) fn files<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> anyhow::Result<usize> {
    let (mut chunk, mut lines) = (vec![0; CHUNK], 0);
    for path in paths {
        let (mut file, mut digest) = (File::open(path)?, Sha256::new());
        loop {
            let read = file.read(&mut chunk)?;
            if read == 0 {
                break;
            }
            digest.update(&chunk[..read]);
            lines += chunk[..read].iter().filter(|byte| **byte == b'\n').count();
        }
        std::hint::black_box(digest.finalize());
    }
    Ok(lines)
}
