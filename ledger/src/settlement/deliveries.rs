//! What is brought elsewhere: files to billers, and messages of transfers to the bank.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::orders::{ORDER, OrderRow, TransferOrder, order};
use crate::ledger::Reader;
use crate::states::{DeliveryMeans, IncidentKind};
use crate::storage::StorageError;
use crate::storage::schema::{deliveries, incidents, transfer_orders};
use crate::writer::WriteOp;

/// Longest reason of a failed try that is kept.
const FAILURE_MAX: usize = 500;

/// A delivery of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its number.
    pub id: i64,
    /// The file.
    pub file: i64,
    /// How it is brought.
    pub means: DeliveryMeans,
    /// Where to, as the biller's terms said when the file was made.
    pub target: String,
    /// When it is tried next (UTC).
    pub due_at: NaiveDateTime,
    /// How often it was tried.
    pub attempts: i32,
    /// Whether a try may have brought it: it had all of it there and asked for its name, and heard no more.
    pub is_offered: bool,
    /// When it arrived.
    pub delivered_at: Option<NaiveDateTime>,
    /// What says that it arrived: the mail server's word, or what the file server showed.
    pub proof: String,
    /// Why the last try failed.
    pub failure: String,
    /// The incident about it, if a person was called.
    pub incident: Option<i64>,
}

/// Where a message to the bank stands on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderDelivery {
    /// The order.
    pub order: TransferOrder,
    /// When it is tried next (UTC); `None`: a person fetches it.
    pub due_at: Option<NaiveDateTime>,
    /// How often it was tried.
    pub attempts: i32,
    /// As with [`Delivery`].
    pub is_offered: bool,
    /// When it arrived.
    pub delivered_at: Option<NaiveDateTime>,
    /// What the bank's server showed.
    pub proof: String,
    /// Why the last try failed.
    pub failure: String,
    /// The incident about it, if a person was called.
    pub incident: Option<i64>,
}

/// A try that brought nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotDelivered {
    /// Why, without secrets.
    pub why: String,
    /// When it is tried again.
    pub again_at: DateTime<Utc>,
    /// Whether it may have arrived all the same.
    pub is_offered: bool,
    /// What a person is told who is called for it; `None`: nobody is called yet. A person is called once.
    pub call: Option<String>,
}

type DeliveryRow = (
    i64,
    i64,
    i16,
    String,
    NaiveDateTime,
    i32,
    Option<NaiveDateTime>,
    Option<NaiveDateTime>,
    String,
    String,
    Option<i64>,
);
type OrderDeliveryRow =
    (Option<NaiveDateTime>, i32, Option<NaiveDateTime>, Option<NaiveDateTime>, String, String, Option<i64>);

fn delivery(row: DeliveryRow) -> Result<Delivery, StorageError> {
    let (id, file, means, target, due_at, attempts, offered_at, delivered_at, proof, failure, incident) = row;
    let unknown = || StorageError::Damaged(format!("delivery {id}: means {means}"));
    let means = DeliveryMeans::from_code(means).ok_or_else(unknown)?;
    let is_offered = offered_at.is_some();
    Ok(Delivery { id, file, means, target, due_at, attempts, is_offered, delivered_at, proof, failure, incident })
}

fn order_delivery((row, on_its_way): (OrderRow, OrderDeliveryRow)) -> Result<OrderDelivery, StorageError> {
    let (due_at, attempts, offered_at, delivered_at, proof, failure, incident) = on_its_way;
    let (order, is_offered) = (order(row)?, offered_at.is_some());
    Ok(OrderDelivery { order, due_at, attempts, is_offered, delivered_at, proof, failure, incident })
}

/// The columns of a delivery, in the order of [`DeliveryRow`].
const DELIVERY: (
    deliveries::id,
    deliveries::file_id,
    deliveries::means,
    deliveries::target,
    deliveries::due_at,
    deliveries::attempts,
    deliveries::offered_at,
    deliveries::delivered_at,
    deliveries::proof,
    deliveries::failure,
    deliveries::incident_id,
) = (
    deliveries::id,
    deliveries::file_id,
    deliveries::means,
    deliveries::target,
    deliveries::due_at,
    deliveries::attempts,
    deliveries::offered_at,
    deliveries::delivered_at,
    deliveries::proof,
    deliveries::failure,
    deliveries::incident_id,
);

/// Those of an order on its way, in the order of [`OrderDeliveryRow`].
const ORDER_DELIVERY: (
    transfer_orders::due_at,
    transfer_orders::attempts,
    transfer_orders::offered_at,
    transfer_orders::delivered_at,
    transfer_orders::proof,
    transfer_orders::failure,
    transfer_orders::incident_id,
) = (
    transfer_orders::due_at,
    transfer_orders::attempts,
    transfer_orders::offered_at,
    transfer_orders::delivered_at,
    transfer_orders::proof,
    transfer_orders::failure,
    transfer_orders::incident_id,
);

impl Reader<'_> {
    /// Deliveries that are due, the oldest first.
    pub fn deliveries_due(&mut self, now: DateTime<Utc>, limit: i64) -> Result<Vec<Delivery>, StorageError> {
        let rows: Vec<DeliveryRow> = deliveries::table
            .filter(deliveries::delivered_at.is_null())
            .filter(deliveries::due_at.le(now.naive_utc()))
            .order((deliveries::due_at, deliveries::id))
            .limit(limit)
            .select(DELIVERY)
            .load(self.connection)?;
        rows.into_iter().map(delivery).collect()
    }

    /// Where a file was, or is to be, brought.
    pub fn deliveries_of(&mut self, file: i64) -> Result<Vec<Delivery>, StorageError> {
        let rows: Vec<DeliveryRow> = deliveries::table
            .filter(deliveries::file_id.eq(file))
            .order(deliveries::id)
            .select(DELIVERY)
            .load(self.connection)?;
        rows.into_iter().map(delivery).collect()
    }

    /// Orders whose message is to be brought to the bank, in the order in which they were made.
    pub fn orders_to_deliver(&mut self, now: DateTime<Utc>, limit: i64) -> Result<Vec<OrderDelivery>, StorageError> {
        let rows: Vec<(OrderRow, OrderDeliveryRow)> = transfer_orders::table
            .filter(transfer_orders::delivered_at.is_null())
            .filter(transfer_orders::due_at.le(now.naive_utc()))
            .order(transfer_orders::id)
            .limit(limit)
            .select((ORDER, ORDER_DELIVERY))
            .load(self.connection)?;
        rows.into_iter().map(order_delivery).collect()
    }

    /// How an order's message reached the bank, or is to.
    pub fn order_delivery(&mut self, order: i64) -> Result<Option<OrderDelivery>, StorageError> {
        let row = transfer_orders::table.filter(transfer_orders::id.eq(order)).select((ORDER, ORDER_DELIVERY));
        row.get_result(self.connection).optional()?.map(order_delivery).transpose()
    }
}

/// What both are brought by: the rows of files and of orders have the same columns for it.
macro_rules! brought {
    ($table:ident: $offered:ident, $delivered:ident, $not_delivered:ident) => {
        impl WriteOp<'_> {
            /// All of it is there, and its name is about to be asked for.
            pub fn $offered(&mut self, id: i64, now: DateTime<Utc>) -> Result<(), StorageError> {
                diesel::update($table::table.filter($table::id.eq(id)))
                    .set($table::offered_at.eq(now.naive_utc()))
                    .execute(self.connection)?;
                Ok(())
            }

            /// It arrived. What arrived before keeps its first proof.
            pub fn $delivered(&mut self, id: i64, proof: &str, now: DateTime<Utc>) -> Result<(), StorageError> {
                let row = $table::table.filter($table::id.eq(id));
                let incident: Option<i64> = row.select($table::incident_id).get_result(self.connection)?;
                self.close_incident(incident, now)?;
                diesel::update(row.filter($table::delivered_at.is_null()))
                    .set((
                        $table::delivered_at.eq(now.naive_utc()),
                        $table::attempts.eq($table::attempts + 1),
                        $table::proof.eq(proof),
                        $table::failure.eq(""),
                    ))
                    .execute(self.connection)?;
                Ok(())
            }

            /// It did not arrive, and is tried again. `true`: a person was called, who was not before.
            pub fn $not_delivered(
                &mut self,
                id: i64,
                failed: &NotDelivered,
                now: DateTime<Utc>,
            ) -> Result<bool, StorageError> {
                let row = $table::table.filter($table::id.eq(id)).filter($table::delivered_at.is_null());
                let known = row.select($table::incident_id).get_result::<Option<i64>>(self.connection).optional()?;
                let Some(known) = known else { return Ok(false) };
                let incident = self.call_once(known, failed, now)?;
                let offered: Option<NaiveDateTime> = failed.is_offered.then(|| now.naive_utc());
                diesel::update(row)
                    .set((
                        $table::due_at.eq(failed.again_at.naive_utc()),
                        $table::attempts.eq($table::attempts + 1),
                        $table::offered_at.eq(offered),
                        $table::failure.eq(short(&failed.why)),
                        $table::incident_id.eq(incident),
                    ))
                    .execute(self.connection)?;
                Ok(incident != known)
            }
        }
    };
}

brought!(deliveries: delivery_offered, delivered, not_delivered);
brought!(transfer_orders: order_offered, order_delivered, order_not_delivered);

impl WriteOp<'_> {
    /// The incident about something that does not arrive: the one that is known, or a new one where a person is called.
    fn call_once(
        &mut self,
        known: Option<i64>,
        failed: &NotDelivered,
        now: DateTime<Utc>,
    ) -> Result<Option<i64>, StorageError> {
        let Some(told) = failed.call.as_deref().filter(|_| known.is_none()) else { return Ok(known) };
        let id = self.next_id()?;
        let values = (
            incidents::id.eq(id),
            incidents::kind.eq(IncidentKind::UndeliveredFile.code()),
            incidents::detail.eq(short(told)),
            incidents::created_at.eq(now.naive_utc()),
        );
        diesel::insert_into(incidents::table).values(values).execute(self.connection)?;
        Ok(Some(id))
    }

    fn close_incident(&mut self, incident: Option<i64>, now: DateTime<Utc>) -> Result<(), StorageError> {
        let Some(id) = incident else { return Ok(()) };
        diesel::update(incidents::table.filter(incidents::id.eq(id)).filter(incidents::closed_at.is_null()))
            .set(incidents::closed_at.eq(Some(now.naive_utc())))
            .execute(self.connection)?;
        Ok(())
    }
}

fn short(text: &str) -> String {
    text.chars().take(FAILURE_MAX).collect()
}
