//! The rows that money leaves behind, counted and searched behind the hub's back.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use ledger::{DatabaseUrl, Swept};

use crate::support::TestApp;

#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Books {
    #[diesel(sql_type = BigInt)]
    pub payments: i64,
    #[diesel(sql_type = BigInt)]
    pub postings: i64,
    #[diesel(sql_type = BigInt)]
    pub entries: i64,
    #[diesel(sql_type = BigInt)]
    pub outbox: i64,
    #[diesel(sql_type = BigInt)]
    pub bills: i64,
    #[diesel(sql_type = BigInt)]
    pub quotes: i64,
    #[diesel(sql_type = BigInt)]
    pub keys: i64,
}

/// Bills and request keys are counted where they are kept; on SQLite the recent ones too.
const COUNTS: &str = "SELECT (SELECT count(*) FROM payments) AS payments, (SELECT count(*) FROM postings) AS postings, \
     (SELECT count(*) FROM entries) AS entries, (SELECT count(*) FROM outbox) AS outbox, \
     (SELECT count(*) FROM bills) AS bills, (SELECT count(*) FROM quotes) AS quotes, \
     (SELECT count(*) FROM idempotency_keys) AS keys";

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    text: String,
}

/// Columns that hold text which somebody could have typed, besides those that are sealed.
const TEXTS: &str = "SELECT funds || ' ' || authorisation || ' ' || \
     card_mask || ' ' || gateway_reference AS text FROM payments UNION ALL SELECT note FROM outbox UNION ALL \
     SELECT detail FROM incidents";

/// The rows now.
pub fn books(app: &TestApp) -> Books {
    match &app.database.url {
        DatabaseUrl::Sqlite(path) => {
            let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
            let all = |table, recent| format!("FROM (SELECT key FROM {table} UNION SELECT key FROM {recent})");
            let counts = COUNTS
                .replace("FROM bills", &all("bills", "recent_bills"))
                .replace("FROM idempotency_keys", &all("idempotency_keys", "recent_keys"));
            diesel::sql_query(counts).get_result(&mut connection).unwrap()
        }
        DatabaseUrl::Postgres(url) => {
            let mut connection = PgConnection::establish(url).unwrap();
            diesel::sql_query(COUNTS).get_result(&mut connection).unwrap()
        }
    }
}

/// All that was typed and kept.
pub fn texts(app: &TestApp) -> String {
    let found: Vec<Found> = match &app.database.url {
        DatabaseUrl::Sqlite(path) => {
            let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
            diesel::sql_query(TEXTS).load(&mut connection).unwrap()
        }
        DatabaseUrl::Postgres(url) => {
            let mut connection = PgConnection::establish(url).unwrap();
            diesel::sql_query(TEXTS).load(&mut connection).unwrap()
        }
    };
    let mut texts: Vec<String> = found.into_iter().map(|found| found.text).collect();
    let mut swept = Swept::default();
    while let Some((found, upto)) = app.ledger.read(|reader| reader.personal_texts(&swept)).unwrap() {
        texts.extend(found.into_iter().map(|found| found.text));
        swept = upto;
    }
    texts.join("\n")
}
