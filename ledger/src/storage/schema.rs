//! The tables, as both migrations make them.

diesel::table! { counters (name) { name -> Text, next -> BigInt, } }

diesel::table! {
    billers (code) { code -> Integer, definition -> Text, version -> BigInt, updated_at -> Timestamp, }
}

diesel::table! {
    bill_files (biller) {
        biller -> Integer, sequence -> BigInt, digest -> Text, created -> Date, imported_at -> Timestamp,
    }
}

diesel::table! {
    file_customers (biller, receivable_type, contract) {
        biller -> Integer, receivable_type -> Text, contract -> Text,
    }
}

diesel::table! {
    file_bills (biller, receivable_type, contract, position) {
        biller -> Integer, receivable_type -> Text, contract -> Text, position -> Integer, article -> Text,
    }
}

diesel::table! {
    inquiries (id) {
        id -> BigInt,
        secret -> BigInt,
        biller -> Integer,
        receivable_type -> Text,
        channel -> SmallInt,
        language -> SmallInt,
        detail -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    quotes (id) {
        id -> BigInt,
        secret -> BigInt,
        inquiry -> Text,
        biller -> Integer,
        receivable_type -> Text,
        channel -> SmallInt,
        instrument -> SmallInt,
        principal -> BigInt,
        fee -> BigInt,
        vat -> BigInt,
        duty -> BigInt,
        bills -> Binary,
        detail -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    payments (id) {
        id -> BigInt,
        secret -> BigInt,
        quote_id -> BigInt,
        biller -> Integer,
        channel -> SmallInt,
        instrument -> SmallInt,
        language -> SmallInt,
        state -> SmallInt,
        principal -> BigInt,
        fee -> BigInt,
        vat -> BigInt,
        duty -> BigInt,
        bills -> Binary,
        phone -> Nullable<Text>,
        email -> Nullable<Text>,
        funds -> Text,
        authorisation -> Text,
        card_mask -> Text,
        gateway_reference -> Text,
        created_at -> Timestamp,
        state_since -> Timestamp,
        paid_at -> Nullable<Timestamp>,
        receipt_number -> Nullable<Text>,
        receipt_date -> Nullable<Date>,
    }
}

diesel::table! {
    bills (key) {
        key -> Binary,
        biller -> Integer,
        state -> SmallInt,
        payment_id -> BigInt,
        generation -> Integer,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    idempotency_keys (key) { key -> Binary, input -> Binary, payment_id -> BigInt, created_at -> Timestamp, }
}

diesel::table! {
    accounts (id) {
        id -> BigInt,
        kind -> SmallInt,
        owner -> Text,
        currency -> SmallInt,
        balance -> BigInt,
        ceiling -> Nullable<BigInt>,
    }
}

diesel::table! {
    postings (id) {
        id -> BigInt,
        kind -> SmallInt,
        payment_id -> Nullable<BigInt>,
        booked_at -> Timestamp,
        effective_on -> Date,
        reverses -> Nullable<BigInt>,
    }
}

diesel::table! {
    entries (posting_id, line) { posting_id -> BigInt, line -> SmallInt, account_id -> BigInt, amount -> BigInt, }
}

diesel::table! {
    outbox (id) {
        id -> BigInt,
        kind -> SmallInt,
        payment_id -> BigInt,
        due_at -> Timestamp,
        leased_until -> Timestamp,
        attempts -> Integer,
        note -> Text,
        created_at -> Timestamp,
        done_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    incidents (id) {
        id -> BigInt,
        kind -> SmallInt,
        payment_id -> Nullable<BigInt>,
        detail -> Text,
        created_at -> Timestamp,
        closed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    payment_links (id) {
        id -> BigInt,
        token_hash -> Binary,
        nonce -> Binary,
        request_key -> Binary,
        request_input -> Binary,
        quote_id -> BigInt,
        channel -> SmallInt,
        language -> SmallInt,
        phone -> Nullable<Text>,
        email -> Nullable<Text>,
        made_by_staff -> Nullable<BigInt>,
        made_by_call -> Nullable<BigInt>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
        used_at -> Nullable<Timestamp>,
        payment_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    voice_calls (id) {
        id -> BigInt,
        call_sid -> Text,
        phone -> Nullable<Text>,
        biller -> Nullable<Integer>,
        step -> Integer,
        state -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    voice_steps (call_id, step) {
        call_id -> BigInt, step -> Integer, request -> Binary, answer -> Text, created_at -> Timestamp,
    }
}

diesel::table! {
    voice_handovers (id) {
        id -> BigInt,
        call_id -> BigInt,
        phone -> Nullable<Text>,
        language -> SmallInt,
        biller -> Nullable<Integer>,
        receivable_type -> Nullable<Text>,
        contract_masked -> Text,
        inquiry -> Nullable<Text>,
        reason -> SmallInt,
        created_at -> Timestamp,
        taken_by -> Nullable<BigInt>,
        taken_at -> Nullable<Timestamp>,
        closed_at -> Nullable<Timestamp>,
    }
}

diesel::joinable!(payments -> quotes (quote_id));
diesel::allow_tables_to_appear_in_same_query!(payments, quotes, bills, outbox, postings, entries, accounts, incidents);
