//! The register of stamp duty.

use chrono::{Datelike, Months, NaiveDate};

use crate::api::Infrastructure;
use crate::api::cash::DutyRegister;
use crate::hub::Hub;

impl Hub {
    /// The stamp duty of the month in which a day lies, by the day on which billers confirmed (Africa/Casablanca).
    pub async fn stamp_duty_register(&self, day: NaiveDate) -> Result<DutyRegister, Infrastructure> {
        let beyond = || Infrastructure::Failed(format!("{day} is beyond the calendar"));
        let month = day.with_day(1).ok_or_else(beyond)?;
        let next = month.checked_add_months(Months::new(1)).ok_or_else(beyond)?;
        let totals = self.read(move |reader| reader.stamp_duty(month, next)).await?;
        Ok(DutyRegister { month, receipts: totals.receipts, discharged: totals.discharged, duty: totals.duty })
    }
}
