//! The columns that hold personal data, and how each is sealed.

/// A column whose texts are sealed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub table: &'static str,
    pub column: &'static str,
    /// `table.column`: what a text is sealed to.
    pub place: &'static str,
    /// The column with the row's number; a text that rows are found by is not sealed to it.
    pub row: &'static str,
    /// Whether rows are found by the text: the same one is the same bytes.
    pub is_found_by: bool,
}

macro_rules! columns {
    ($($name:ident: $table:literal . $column:literal, $row:literal, $found:literal;)*) => {
        $(pub(crate) const $name: Column = Column {
            table: $table,
            column: $column,
            place: concat!($table, ".", $column),
            row: $row,
            is_found_by: $found,
        };)*

        /// All of them.
        pub(crate) const ALL: &[&Column] = &[$(&$name),*];
    };
}

// Name, table, column, the row's number, and whether rows are found by it.
columns! {
    INQUIRIES_DETAIL: "inquiries"."detail", "id", false;
    QUOTES_DETAIL: "quotes"."detail", "id", false;
    PAYMENTS_PHONE: "payments"."phone", "id", true;
    PAYMENTS_EMAIL: "payments"."email", "id", true;
    PAYMENT_NOTES_NOTE: "payment_notes"."note", "id", false;
    PAYMENT_LINKS_PHONE: "payment_links"."phone", "id", true;
    PAYMENT_LINKS_EMAIL: "payment_links"."email", "id", true;
    CASH_REFERENCES_PHONE: "cash_references"."phone", "id", true;
    VOICE_CALLS_PHONE: "voice_calls"."phone", "id", true;
    VOICE_CALLS_STATE: "voice_calls"."state", "id", false;
    VOICE_STEPS_ANSWER: "voice_steps"."answer", "call_id", false;
    VOICE_HANDOVERS_PHONE: "voice_handovers"."phone", "id", true;
    DESK_CALLS_PHONE: "desk_calls"."phone", "id", true;
    DESK_CALLS_EMAIL: "desk_calls"."email", "id", true;
    DESK_NOTES_NOTE: "desk_notes"."note", "id", false;
    FILE_CUSTOMERS_CONTRACT: "file_customers"."contract", "biller", true;
    FILE_BILLS_CONTRACT: "file_bills"."contract", "biller", true;
    DISPUTES_PHONE: "disputes"."phone", "id", true;
    DISPUTES_EMAIL: "disputes"."email", "id", true;
    DISPUTES_TOLD: "disputes"."told", "id", false;
    DISPUTES_ANSWER: "disputes"."answer", "id", false;
    DISPUTE_EVENTS_NOTE: "dispute_events"."note", "id", false;
    EXCHANGES_SENT: "exchanges"."sent", "id", false;
    EXCHANGES_HEARD: "exchanges"."heard", "id", false;
    ERASURES_PHONE: "erasures"."phone", "id", true;
    ERASURES_EMAIL: "erasures"."email", "id", true;
    FILE_BILLS_ARTICLE: "file_bills"."article", "biller", false;
    PERSON_REQUESTS_PHONE: "person_requests"."phone", "id", true;
    PERSON_REQUESTS_EMAIL: "person_requests"."email", "id", true;
    PERSON_REQUESTS_CONTRACT: "person_requests"."contract", "id", false;
}
