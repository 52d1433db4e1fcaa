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
        biller -> Integer, receivable_type -> Text, contract -> crate::personal::SealedText,
    }
}

diesel::table! {
    file_bills (biller, receivable_type, contract, position) {
        biller -> Integer, receivable_type -> Text, contract -> crate::personal::SealedText, position -> Integer, article -> crate::personal::SealedText,
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
        detail -> crate::personal::SealedText,
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
        detail -> crate::personal::SealedText,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        customer -> Nullable<Binary>,
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
        phone -> Nullable<crate::personal::SealedText>,
        email -> Nullable<crate::personal::SealedText>,
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

// SQLite only.
diesel::table! {
    recent_bills (id) {
        id -> BigInt,
        key -> Binary,
        biller -> Integer,
        state -> SmallInt,
        payment_id -> BigInt,
        generation -> Integer,
        updated_at -> Timestamp,
    }
}

// SQLite only.
diesel::table! {
    recent_keys (id) {
        id -> BigInt,
        key -> Binary,
        input -> Binary,
        payment_id -> BigInt,
        created_at -> Timestamp,
    }
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
        window_id -> Nullable<BigInt>,
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
    networks (code) { code -> Text, definition -> Text, version -> BigInt, updated_at -> Timestamp, }
}

diesel::table! { outlets (number) { number -> Text, network -> Text, } }

diesel::table! {
    shifts (id) {
        id -> BigInt,
        network -> Text,
        outlet -> Text,
        till -> Text,
        state -> SmallInt,
        opening -> BigInt,
        opened_at -> Timestamp,
        opened_by -> BigInt,
        opened_by_name -> Text,
        expected -> Nullable<BigInt>,
        counted -> Nullable<BigInt>,
        denominations -> Text,
        reason -> Text,
        closed_at -> Nullable<Timestamp>,
        closed_by -> Nullable<BigInt>,
        closed_by_name -> Text,
        approved_by -> Nullable<BigInt>,
        approved_by_name -> Text,
    }
}

diesel::table! {
    shift_movements (id) {
        id -> BigInt,
        shift_id -> BigInt,
        kind -> SmallInt,
        amount -> BigInt,
        reason -> Text,
        subject_id -> Nullable<BigInt>,
        request_key -> Nullable<Binary>,
        made_at -> Timestamp,
        made_by -> BigInt,
        made_by_name -> Text,
    }
}

diesel::table! {
    carried_payments (from_shift, payment_id) {
        from_shift -> BigInt, payment_id -> BigInt, to_shift -> Nullable<BigInt>,
    }
}

diesel::table! {
    agent_payments (payment_id) {
        payment_id -> BigInt,
        network -> Text,
        outlet -> Text,
        till -> Text,
        shift_id -> BigInt,
        network_reference -> Nullable<Text>,
        cash_reference_id -> Nullable<BigInt>,
        tendered -> Nullable<BigInt>,
        commission -> BigInt,
        commission_vat -> BigInt,
        staff_id -> BigInt,
        staff_name -> Text,
        prints -> Integer,
    }
}

diesel::table! {
    cancellations (payment_id) {
        payment_id -> BigInt,
        reason -> Text,
        asked_at -> Timestamp,
        asked_by -> BigInt,
        asked_by_name -> Text,
        refusal -> Nullable<Text>,
    }
}

diesel::table! {
    give_backs (subject_id) {
        subject_id -> BigInt,
        outlet -> Text,
        amount -> BigInt,
        since -> Timestamp,
        movement_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    float_entries (account_id, posting_id) { account_id -> BigInt, posting_id -> BigInt, amount -> BigInt, }
}

diesel::table! {
    float_requests (id) {
        id -> BigInt,
        request_key -> Binary,
        input -> Binary,
        network -> Text,
        outlet -> Text,
        kind -> SmallInt,
        amount -> BigInt,
        proof -> Text,
        state -> SmallInt,
        requested_at -> Timestamp,
        requested_by -> BigInt,
        requested_by_name -> Text,
        decided_at -> Nullable<Timestamp>,
        decided_by -> Nullable<BigInt>,
        decided_by_name -> Text,
        note -> Text,
        posting_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    cash_references (id) {
        id -> BigInt,
        digits -> Text,
        quote_id -> BigInt,
        channel -> SmallInt,
        language -> SmallInt,
        phone -> Nullable<crate::personal::SealedText>,
        state -> SmallInt,
        payment_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        request_key -> Nullable<Binary>,
        request_input -> Nullable<Binary>,
    }
}

diesel::table! {
    late_cash (id) {
        id -> BigInt,
        request_key -> Binary,
        input -> Binary,
        network -> Text,
        outlet -> Text,
        shift_id -> Nullable<BigInt>,
        cash_reference_id -> BigInt,
        reason -> SmallInt,
        amount -> BigInt,
        taken_at -> Timestamp,
        owner_id -> BigInt,
        owner_name -> Text,
        posting_id -> BigInt,
        released_at -> Nullable<Timestamp>,
        released_by -> Nullable<BigInt>,
        released_by_name -> Text,
        release_posting_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    staff_members (id) {
        id -> BigInt,
        login -> Text,
        name -> Text,
        password -> Text,
        one_time_until -> Nullable<Timestamp>,
        roles -> Text,
        outlet -> Nullable<BigInt>,
        network -> Nullable<Text>,
        biller -> Nullable<Integer>,
        second_factor -> Nullable<Binary>,
        factor_step -> BigInt,
        created_at -> Timestamp,
        disabled_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    staff_recovery_codes (member_id, digest) {
        member_id -> BigInt, digest -> Binary, used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    staff_sessions (id) {
        id -> BigInt,
        token -> Binary,
        member_id -> BigInt,
        stage -> SmallInt,
        enrolling -> Nullable<Binary>,
        address -> Text,
        agent -> Text,
        created_at -> Timestamp,
        seen_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    staff_attempts (subject) {
        subject -> Text, failures -> Integer, last_at -> Timestamp, blocked_until -> Timestamp,
    }
}

diesel::table! {
    audit_log (seq) {
        seq -> BigInt,
        at -> Timestamp,
        actor -> Text,
        action -> Text,
        subject -> Text,
        detail -> Text,
        previous -> Binary,
        digest -> Binary,
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
        phone -> Nullable<crate::personal::SealedText>,
        email -> Nullable<crate::personal::SealedText>,
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
        phone -> Nullable<crate::personal::SealedText>,
        biller -> Nullable<Integer>,
        step -> Integer,
        state -> crate::personal::SealedText,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    voice_steps (call_id, step) {
        call_id -> BigInt, step -> Integer, request -> Binary, answer -> crate::personal::SealedText, created_at -> Timestamp,
    }
}

diesel::table! {
    voice_handovers (id) {
        id -> BigInt,
        call_id -> BigInt,
        phone -> Nullable<crate::personal::SealedText>,
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

diesel::table! {
    agent_requests (network, request) {
        network -> Text,
        request -> Text,
        good_until -> Timestamp,
    }
}

diesel::table! {
    desk_calls (id) {
        id -> BigInt,
        operator -> BigInt,
        handover_id -> Nullable<BigInt>,
        phone -> Nullable<crate::personal::SealedText>,
        email -> Nullable<crate::personal::SealedText>,
        language -> SmallInt,
        opened_at -> Timestamp,
        closed_at -> Nullable<Timestamp>,
        outcome -> Nullable<SmallInt>,
    }
}

diesel::table! { desk_notes (id) { id -> BigInt, call_id -> BigInt, note -> crate::personal::SealedText, made_at -> Timestamp, } }

diesel::table! { desk_quotes (call_id, quote_id) { call_id -> BigInt, quote_id -> BigInt, } }

diesel::table! { desk_references (call_id, reference_id) { call_id -> BigInt, reference_id -> BigInt, } }

diesel::table! { payment_words (word, payment_id) { word -> Binary, payment_id -> BigInt, } }

diesel::table! {
    id_blocks (first) {
        first -> BigInt, beyond -> BigInt, payments_upto -> BigInt, postings_upto -> BigInt, is_over -> Bool,
        has_words -> Bool, forgotten_upto -> BigInt, quotes_upto -> BigInt, facts_upto -> BigInt, states_upto -> BigInt,
        tasks_upto -> BigInt, events_upto -> BigInt, has_facts -> Bool,
    }
}

diesel::table! { quotes_kept (quote_id) { quote_id -> BigInt, } }

diesel::table! { payment_amounts (total, payment_id) { total -> BigInt, payment_id -> BigInt, } }

diesel::table! { payment_tasks (payment_id, task_id) { payment_id -> BigInt, task_id -> BigInt, } }

diesel::table! {
    payment_notes (id) {
        id -> BigInt,
        payment_id -> BigInt,
        note -> crate::personal::SealedText,
        made_at -> Timestamp,
        made_by -> BigInt,
        made_by_name -> Text,
    }
}

diesel::table! {
    saved_filters (id) { id -> BigInt, member_id -> BigInt, name -> Text, fields -> Text, made_at -> Timestamp, }
}

diesel::table! {
    settlement_windows (id) {
        id -> BigInt,
        biller -> Integer,
        cut_off -> Timestamp,
        opened_at -> Timestamp,
        closed_at -> Nullable<Timestamp>,
        settled_at -> Nullable<Timestamp>,
    }
}

diesel::table! { window_lines (window_id, posting_id) { window_id -> BigInt, posting_id -> BigInt, } }

diesel::table! {
    settlements (window_id) {
        window_id -> BigInt,
        biller -> Integer,
        sequence -> BigInt,
        name -> Text,
        since -> Timestamp,
        payments -> BigInt,
        gross -> BigInt,
        refunds -> BigInt,
        refunded -> BigInt,
        commission -> BigInt,
        commission_vat -> BigInt,
        carried_in -> BigInt,
        net -> BigInt,
        payout -> BigInt,
        terms -> Text,
        made_at -> Timestamp,
        commission_posting -> Nullable<BigInt>,
        filed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    transfer_orders (id) {
        id -> BigInt,
        message_id -> Text,
        execution_on -> Date,
        transfers -> BigInt,
        total -> BigInt,
        digest -> Text,
        state -> SmallInt,
        made_at -> Timestamp,
        answered_at -> Nullable<Timestamp>,
        due_at -> Nullable<Timestamp>,
        attempts -> Integer,
        offered_at -> Nullable<Timestamp>,
        delivered_at -> Nullable<Timestamp>,
        proof -> Text,
        failure -> Text,
        incident_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    transfers (id) {
        id -> BigInt,
        window_id -> BigInt,
        position -> SmallInt,
        repeats -> SmallInt,
        biller -> Integer,
        holder -> Text,
        rib -> Text,
        amount -> BigInt,
        state -> SmallInt,
        order_id -> Nullable<BigInt>,
        ordered_posting -> BigInt,
        ended_posting -> Nullable<BigInt>,
        returned_posting -> Nullable<BigInt>,
        ended_at -> Nullable<Timestamp>,
        reason -> Text,
    }
}

diesel::table! {
    settlement_files (id) {
        id -> BigInt,
        window_id -> BigInt,
        biller -> Integer,
        kind -> SmallInt,
        name -> Text,
        digest -> Text,
        bytes -> BigInt,
        made_at -> Timestamp,
    }
}

diesel::table! {
    deliveries (id) {
        id -> BigInt,
        file_id -> BigInt,
        means -> SmallInt,
        target -> Text,
        asked_at -> Timestamp,
        due_at -> Timestamp,
        attempts -> Integer,
        delivered_at -> Nullable<Timestamp>,
        proof -> Text,
        failure -> Text,
        offered_at -> Nullable<Timestamp>,
        incident_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    jobs (name) {
        name -> Text,
        next_run_at -> Timestamp,
        not_before -> Timestamp,
        lease_owner -> Text,
        leased_until -> Timestamp,
        fencing -> BigInt,
        failures -> Integer,
        done_at -> Nullable<Timestamp>,
        incident_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    job_runs (id) {
        id -> BigInt,
        job -> Text,
        fencing -> BigInt,
        scheduled_for -> Timestamp,
        started_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        outcome -> SmallInt,
        cause -> SmallInt,
        counts -> Text,
        error -> Text,
        node -> Text,
    }
}

diesel::table! { float_reminders (outlet) { outlet -> Text, reminded_at -> Timestamp, } }

diesel::joinable!(payments -> quotes (quote_id));

diesel::table! {
    imports (id) {
        id -> BigInt,
        kind -> SmallInt,
        name -> Text,
        digest -> Text,
        bytes -> BigInt,
        source -> Text,
        day -> Nullable<Date>,
        sequence -> Nullable<BigInt>,
        records -> BigInt,
        known -> BigInt,
        total -> BigInt,
        state -> SmallInt,
        imported_at -> Timestamp,
        imported_by -> Text,
        superseded_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    bank_statements (id) {
        id -> BigInt,
        import_id -> BigInt,
        account -> Text,
        name -> Text,
        sequence -> Nullable<BigInt>,
        from_on -> Nullable<Date>,
        to_on -> Nullable<Date>,
        opening -> BigInt,
        closing -> BigInt,
        entries -> BigInt,
        credits -> BigInt,
        debits -> BigInt,
    }
}

diesel::table! {
    bank_entries (id) {
        id -> BigInt,
        import_id -> BigInt,
        statement_id -> Nullable<BigInt>,
        identity -> Text,
        account -> Text,
        amount -> BigInt,
        booked_on -> Date,
        value_on -> Nullable<Date>,
        is_reversal -> Bool,
        reference -> Text,
        bank_reference -> Text,
        code -> Text,
        message -> Text,
        payment -> Text,
        information -> Text,
        charges -> BigInt,
        details -> Integer,
        state -> SmallInt,
    }
}

diesel::table! {
    bank_details (entry_id, position) {
        entry_id -> BigInt,
        position -> Integer,
        amount -> Nullable<BigInt>,
        end_to_end -> Text,
        message -> Text,
        payment -> Text,
        bank_reference -> Text,
        party -> Text,
        party_account -> Text,
        remittance -> Text,
        charges -> BigInt,
        is_return -> Bool,
        reason -> Text,
    }
}

diesel::table! {
    bank_matches (id) {
        id -> BigInt,
        entry_id -> BigInt,
        position -> Integer,
        rule -> SmallInt,
        subject -> SmallInt,
        subject_id -> BigInt,
        amount -> BigInt,
        posting_id -> BigInt,
        made_at -> Timestamp,
    }
}

diesel::table! {
    gateway_payouts (id) {
        id -> BigInt,
        import_id -> BigInt,
        gateway -> Text,
        reference -> Text,
        value_on -> Date,
        captured -> BigInt,
        returned -> BigInt,
        fee -> BigInt,
        charges -> BigInt,
        posting_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    reported_apart (payment_id, import_id) {
        payment_id -> BigInt,
        import_id -> BigInt,
    }
}

diesel::table! {
    refunded_apart (refund_id, import_id) {
        refund_id -> BigInt,
        import_id -> BigInt,
    }
}

diesel::table! {
    returned_apart (payment_id, import_id) {
        payment_id -> BigInt,
        import_id -> BigInt,
    }
}

diesel::table! {
    breaks (id) {
        id -> BigInt,
        kind -> SmallInt,
        source -> SmallInt,
        partner -> Text,
        subject -> SmallInt,
        subject_id -> BigInt,
        position -> Integer,
        words -> Text,
        expected -> Nullable<BigInt>,
        found -> Nullable<BigInt>,
        import_id -> Nullable<BigInt>,
        due_on -> Date,
        state -> SmallInt,
        opened_at -> Timestamp,
        closed_at -> Nullable<Timestamp>,
        staff_id -> Nullable<BigInt>,
        staff_name -> Text,
        resolution -> Nullable<SmallInt>,
        biller -> Nullable<Integer>,
        payout -> Nullable<Text>,
        proposed_by -> Nullable<BigInt>,
        proposed_by_name -> Text,
        approved_by -> Nullable<BigInt>,
        approved_by_name -> Text,
        posting_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    break_notes (id) {
        id -> BigInt,
        break_id -> BigInt,
        action -> SmallInt,
        note -> Text,
        made_at -> Timestamp,
        made_by -> Nullable<BigInt>,
        made_by_name -> Text,
    }
}

diesel::table! {
    refunds (id) {
        id -> BigInt,
        payment_id -> BigInt,
        request_key -> Binary,
        input -> Binary,
        principal -> BigInt,
        fee -> BigInt,
        vat -> BigInt,
        reason -> SmallInt,
        note -> Text,
        state -> SmallInt,
        needs_second -> SmallInt,
        proposed_at -> Timestamp,
        proposed_by -> BigInt,
        proposed_by_name -> Text,
        decided_at -> Nullable<Timestamp>,
        decided_by -> Nullable<BigInt>,
        decided_by_name -> Text,
        decision_note -> Text,
        asks -> Integer,
        asked_at -> Nullable<Timestamp>,
        credited_before -> Nullable<BigInt>,
        ended_at -> Nullable<Timestamp>,
        gateway_words -> Text,
        decided_posting -> Nullable<BigInt>,
        paid_posting -> Nullable<BigInt>,
        reversed_posting -> Nullable<BigInt>,
        commission_posting -> Nullable<BigInt>,
    }
}

diesel::table! {
    brand_versions (id) {
        id -> BigInt,
        biller -> Integer,
        state -> SmallInt,
        number -> Nullable<Integer>,
        content -> Text,
        digest -> Text,
        logo -> Nullable<Text>,
        made_at -> Timestamp,
        made_by -> BigInt,
        made_by_name -> Text,
        ended_at -> Nullable<Timestamp>,
        ended_by -> Nullable<BigInt>,
        ended_by_name -> Nullable<Text>,
    }
}

diesel::table! {
    brand_logos (biller, digest) {
        biller -> Integer,
        digest -> Text,
        kind -> SmallInt,
        bytes -> Binary,
        made_at -> Timestamp,
    }
}

diesel::table! {
    biller_suspensions (id) {
        id -> BigInt,
        biller -> Integer,
        channel -> SmallInt,
        reason -> Text,
        since -> Timestamp,
        made_by -> BigInt,
        made_by_name -> Text,
        lifted_at -> Nullable<Timestamp>,
        lifted_by -> Nullable<BigInt>,
        lifted_by_name -> Nullable<Text>,
        lifted_why -> Nullable<Text>,
    }
}

diesel::table! {
    report_keys (id) {
        id -> BigInt,
        digest -> Binary,
        name -> Text,
        kinds -> Text,
        biller -> Nullable<Integer>,
        made_by -> BigInt,
        made_by_name -> Text,
        made_at -> Timestamp,
        expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    report_schedules (id) {
        id -> BigInt,
        kind -> Text,
        biller -> Nullable<Integer>,
        days -> Text,
        form -> Text,
        language -> SmallInt,
        recipients -> Text,
        every -> Text,
        at_minute -> Integer,
        made_by -> BigInt,
        made_by_name -> Text,
        made_at -> Timestamp,
        due_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    report_mails (id) {
        id -> BigInt,
        schedule_id -> BigInt,
        due_at -> Timestamp,
        recipient -> Text,
        made_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        is_sent -> Bool,
        proof -> Text,
    }
}

diesel::table! {
    guard_rules (id) {
        id -> BigInt,
        code -> Text,
        definition -> Text,
        state -> SmallInt,
        proposed_at -> Timestamp,
        proposed_by -> BigInt,
        proposed_by_name -> Text,
        decided_at -> Nullable<Timestamp>,
        decided_by -> Nullable<BigInt>,
        decided_by_name -> Text,
    }
}

diesel::table! {
    guard_entries (id) {
        id -> BigInt,
        list -> SmallInt,
        subject -> SmallInt,
        value -> Binary,
        shown -> Text,
        reason -> Text,
        added_at -> Timestamp,
        added_by -> BigInt,
        added_by_name -> Text,
        ends_at -> Nullable<Timestamp>,
        removed_at -> Nullable<Timestamp>,
        removed_by_name -> Text,
        length -> Nullable<SmallInt>,
    }
}

diesel::table! {
    guard_hits (id) {
        id -> BigInt,
        quote_id -> BigInt,
        source -> SmallInt,
        source_id -> BigInt,
        name -> Text,
        outcome -> SmallInt,
        explanation -> Text,
        biller -> Integer,
        channel -> SmallInt,
        instrument -> SmallInt,
        amount -> BigInt,
        outlet -> Text,
        phone -> Text,
        first_at -> Timestamp,
        last_at -> Timestamp,
        times -> Integer,
    }
}

diesel::table! {
    guard_cases (id) {
        id -> BigInt,
        quote_id -> BigInt,
        hit_id -> BigInt,
        state -> SmallInt,
        opened_at -> Timestamp,
        expires_at -> Timestamp,
        decided_at -> Nullable<Timestamp>,
        decided_by -> Nullable<BigInt>,
        decided_by_name -> Text,
        note -> Text,
    }
}

diesel::table! {
    hold_acts (payment_id) {
        payment_id -> BigInt,
        act -> SmallInt,
        held -> BigInt,
        amount -> BigInt,
        asked_at -> Timestamp,
        asked_by -> BigInt,
        asked_by_name -> Text,
        note -> Text,
        refused_at -> Nullable<Timestamp>,
        words -> Text,
    }
}

diesel::table! {
    outcome_proposals (id) {
        id -> BigInt,
        about_id -> BigInt,
        payment_id -> BigInt,
        subject -> SmallInt,
        verdict -> SmallInt,
        receipt_number -> Text,
        evidence -> Text,
        state -> SmallInt,
        proposed_at -> Timestamp,
        proposed_by -> BigInt,
        proposed_by_name -> Text,
        ended_at -> Nullable<Timestamp>,
        decided_by -> Nullable<BigInt>,
        decided_by_name -> Text,
        note -> Text,
    }
}

diesel::table! {
    erasures (id) {
        id -> BigInt,
        phone -> Nullable<crate::personal::SealedText>,
        email -> Nullable<crate::personal::SealedText>,
        reason -> Text,
        asked_at -> Timestamp,
        asked_by -> BigInt,
        asked_by_name -> Text,
        decided_at -> Nullable<Timestamp>,
        decided_by -> Nullable<BigInt>,
        decided_by_name -> Text,
        certificate -> Text,
    }
}

diesel::table! {
    disputes (id) {
        id -> BigInt,
        payment_id -> BigInt,
        biller -> Integer,
        kind -> SmallInt,
        origin -> SmallInt,
        state -> SmallInt,
        told -> crate::personal::SealedText,
        phone -> Nullable<crate::personal::SealedText>,
        email -> Nullable<crate::personal::SealedText>,
        language -> SmallInt,
        opened_at -> Timestamp,
        opened_by -> Nullable<BigInt>,
        opened_by_name -> Text,
        due_at -> Timestamp,
        late_at -> Nullable<Timestamp>,
        staff_id -> Nullable<BigInt>,
        staff_name -> Text,
        effect -> SmallInt,
        answer -> crate::personal::SealedText,
        proposed_by -> Nullable<BigInt>,
        proposed_by_name -> Text,
        refund_id -> Nullable<BigInt>,
        closed_at -> Nullable<Timestamp>,
        reopened_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    biller_changes (id) {
        id -> BigInt,
        biller -> Integer,
        state -> SmallInt,
        text -> Text,
        before -> Text,
        after -> Text,
        why -> Text,
        made_at -> Timestamp,
        made_by -> BigInt,
        made_by_name -> Text,
        ended_at -> Nullable<Timestamp>,
        ended_by -> Nullable<BigInt>,
        ended_by_name -> Nullable<Text>,
        word -> Nullable<Text>,
    }
}

diesel::table! {
    dispute_events (id) {
        id -> BigInt,
        dispute_id -> BigInt,
        action -> SmallInt,
        state -> SmallInt,
        note -> crate::personal::SealedText,
        made_at -> Timestamp,
        made_by -> Nullable<BigInt>,
        made_by_name -> Text,
    }
}

diesel::table! {
    report_runs (id) {
        id -> BigInt,
        state -> SmallInt,
        kind -> Text,
        question -> Text,
        form -> Text,
        language -> SmallInt,
        made_by -> BigInt,
        made_by_name -> Text,
        by_key -> Bool,
        made_at -> Timestamp,
        tries -> Integer,
        rows -> BigInt,
        rows_expected -> Nullable<BigInt>,
        ended_at -> Nullable<Timestamp>,
        bytes -> Nullable<BigInt>,
        digest -> Nullable<Text>,
        failure -> Text,
    }
}

diesel::table! {
    exchanges (id) {
        id -> BigInt,
        payment_id -> BigInt,
        at -> Timestamp,
        biller -> Nullable<Integer>,
        is_incoming -> Bool,
        operation -> Text,
        ended -> SmallInt,
        status -> Integer,
        took_ms -> BigInt,
        said -> Text,
        sent -> crate::personal::SealedText,
        heard -> crate::personal::SealedText,
    }
}

diesel::table! {
    personal_keys (name) {
        name -> Text, sealed -> crate::personal::SealedText, old_beyond -> BigInt, old_upto -> BigInt,
    }
}

diesel::table! {
    guard_traces (value, traced_at, payment_id) {
        value -> Binary, traced_at -> Timestamp, payment_id -> BigInt, subject -> SmallInt,
    }
}

diesel::table! {
    person_requests (id) {
        id -> BigInt,
        request_key -> Text,
        kind -> SmallInt,
        state -> SmallInt,
        phone -> Nullable<crate::personal::SealedText>,
        email -> Nullable<crate::personal::SealedText>,
        biller -> Nullable<Integer>,
        contract -> Nullable<crate::personal::SealedText>,
        language -> SmallInt,
        reference -> Text,
        received_on -> Date,
        due_on -> Date,
        taken_at -> Timestamp,
        taken_by -> BigInt,
        taken_by_name -> Text,
        handed_out_at -> Nullable<Timestamp>,
        erasure -> Nullable<BigInt>,
        ended_at -> Nullable<Timestamp>,
        ended_by -> Nullable<BigInt>,
        ended_by_name -> Text,
        words -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    payments,
    quotes,
    bills,
    outbox,
    postings,
    entries,
    accounts,
    incidents,
    agent_payments,
    shifts,
    shift_movements,
    carried_payments,
    cancellations,
    give_backs,
    float_entries,
    float_requests,
    cash_references,
    late_cash,
    window_lines,
    settlement_windows,
    settlements,
    transfers,
    transfer_orders,
    settlement_files,
    deliveries,
    imports,
    bank_statements,
    bank_entries,
    bank_details,
    bank_matches,
    gateway_payouts,
    reported_apart,
    returned_apart,
    refunded_apart,
    breaks,
    break_notes,
    refunds,
    guard_cases,
    guard_hits,
);
diesel::joinable!(staff_sessions -> staff_members (member_id));
diesel::allow_tables_to_appear_in_same_query!(staff_sessions, staff_members);
diesel::joinable!(desk_references -> desk_calls (call_id));
diesel::joinable!(desk_references -> cash_references (reference_id));
diesel::allow_tables_to_appear_in_same_query!(desk_references, desk_calls);
diesel::allow_tables_to_appear_in_same_query!(desk_references, cash_references);
diesel::allow_tables_to_appear_in_same_query!(desk_references, quotes);
diesel::allow_tables_to_appear_in_same_query!(desk_calls, cash_references);
diesel::allow_tables_to_appear_in_same_query!(desk_calls, quotes);
diesel::joinable!(payment_links -> quotes (quote_id));
diesel::allow_tables_to_appear_in_same_query!(payment_links, quotes);
diesel::allow_tables_to_appear_in_same_query!(payment_links, desk_quotes);
diesel::allow_tables_to_appear_in_same_query!(payment_words, payments);
diesel::allow_tables_to_appear_in_same_query!(guard_traces, payments);
