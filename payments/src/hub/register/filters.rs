//! Filters that members of staff keep for themselves.

use ledger::{FilterKept, SavedFilter};

use crate::api::Infrastructure;
use crate::hub::Hub;

impl Hub {
    /// Keeps what a member looks for under a name.
    pub async fn keep_filter(&self, member: i64, name: String, fields: String) -> Result<FilterKept, Infrastructure> {
        let now = self.now();
        self.write(move |op| op.keep_filter(member, &name, &fields, now)).await
    }

    /// Deletes a filter of a member; whether there was one.
    pub async fn drop_filter(&self, member: i64, filter: i64) -> Result<bool, Infrastructure> {
        self.write(move |op| op.drop_filter(member, filter)).await
    }

    /// The filters of a member by name.
    pub async fn saved_filters(&self, member: i64) -> Result<Vec<SavedFilter>, Infrastructure> {
        self.read(move |reader| reader.saved_filters(member)).await
    }
}
