//! Damage to the books of `books.rs`, case by case: `{taken}` is the number of the payment in that state, `{taken:1}`
//! of its posting of kind 1, `{bill taken}` its bill, `{account float}` the number of an account.

/// What is done to the rows, and what the check says, fault by fault.
pub const DAMAGE: &[(&str, &[&str])] = &[
    (
        "UPDATE entries SET amount = amount + 1 WHERE posting_id = {cash:1} AND line = 0",
        &[
            "posting {cash:1}: its entries sum to 0.01 MAD, not to zero",
            "account {account float} (liabilities:agent float:7): its balance is -249.58 MAD, its entries sum to \
         -249.57 MAD",
            "payment {cash}: posting {cash:1} 'taken' books 50.43 MAD, the total is 50.42 MAD",
            "account {account float} (liabilities:agent float:7): the lines of its statement sum to -249.58 MAD, its \
         entries to -249.57 MAD",
        ],
    ),
    (
        "UPDATE entries SET amount = 2 * amount WHERE posting_id = {confirmed:2}",
        &[
            "account {account transit} (liabilities:bills in transit): its balance is -218.84 MAD, its entries sum to \
         -50.42 MAD",
            "account {account payable} (liabilities:biller payable:1001): its balance is -168.00 MAD, its entries sum \
         to -336.00 MAD",
            "account ? (liabilities:stamp duty payable): its balance is -0.42 MAD, its entries sum to -0.84 MAD",
            "payment {confirmed} is confirmed: in transit is 168.42 MAD, not 0.00 MAD",
            "payment {confirmed}: posting {confirmed:2} 'confirmed' books 336.84 MAD, the total is 168.42 MAD",
        ],
    ),
    (
        "UPDATE entries SET amount = amount + CASE line WHEN 1 THEN 1 ELSE -1 END WHERE posting_id = {confirmed:2} \
      AND line > 0",
        &[
            "account {account payable} (liabilities:biller payable:1001): its balance is -168.00 MAD, its entries sum \
         to -167.99 MAD",
            "account ? (liabilities:stamp duty payable): its balance is -0.42 MAD, its entries sum to -0.43 MAD",
            "payment {confirmed}: posting {confirmed:2} 'confirmed' does not divide the total as the payment does",
        ],
    ),
    (
        "DELETE FROM entries WHERE posting_id = {cash:1} AND line = 0",
        &[
            "posting {cash:1}: it has 1 entries, not two or more",
            "posting {cash:1}: its entries sum to -50.42 MAD, not to zero",
            "account {account float} (liabilities:agent float:7): its balance is -249.58 MAD, its entries sum to \
         -300.00 MAD",
            "payment {cash}: posting {cash:1} 'taken' books 0.00 MAD, the total is 50.42 MAD",
            "account {account float} (liabilities:agent float:7): the lines of its statement sum to -249.58 MAD, its \
         entries to -300.00 MAD",
        ],
    ),
    (
        "INSERT INTO entries (posting_id, line, account_id, amount) VALUES ({cash:1}, 2, {account float}, 0)",
        &[
            "posting {cash:1}, line 2: its amount is zero",
            "payment {cash}: posting {cash:1} 'taken' does not divide the total as the payment does",
        ],
    ),
    (
        "INSERT INTO entries (posting_id, line, account_id, amount) VALUES (777, 0, {account float}, 5)",
        &[
            "posting 777, line 0: there is no such posting",
            "account {account float} (liabilities:agent float:7): its balance is -249.58 MAD, its entries sum to \
         -249.53 MAD",
            "account {account float} (liabilities:agent float:7): the lines of its statement sum to -249.58 MAD, its \
         entries to -249.53 MAD",
        ],
    ),
    (
        "INSERT INTO entries (posting_id, line, account_id, amount) VALUES (999999999999, 0, 12345678, 5)",
        &[
            "posting 999999999999, line 0: there is no such posting",
            "posting 999999999999, line 0: there is no account 12345678",
        ],
    ),
    (
        "UPDATE accounts SET balance = balance - 1 WHERE id = {account float}",
        &[
            "account {account float} (liabilities:agent float:7): its balance is -249.59 MAD, its entries sum to \
         -249.58 MAD",
            "the trial balance is -0.01 MAD, not zero",
        ],
    ),
    (
        "UPDATE accounts SET ceiling = NULL WHERE id = {account float}",
        &["account {account float} (liabilities:agent float:7): its ceiling is not that of its kind"],
    ),
    (
        "UPDATE accounts SET ceiling = 0 WHERE id = {account transit}",
        &["account {account transit} (liabilities:bills in transit): its ceiling is not that of its kind"],
    ),
    (
        "UPDATE accounts SET balance = 5 WHERE id = {account float}; UPDATE accounts SET balance = balance - 24963 \
      WHERE id = {account transit}",
        &[
            "account {account float} (liabilities:agent float:7): its balance is 0.05 MAD, its entries sum to \
             -249.58 MAD",
            "account {account float} (liabilities:agent float:7): its balance 0.05 MAD is above its ceiling",
            "account {account transit} (liabilities:bills in transit): its balance is -468.47 MAD, its entries sum \
             to -218.84 MAD",
        ],
    ),
    (
        "UPDATE payments SET state = 4, receipt_number = 'R' WHERE id = {taken}",
        &[
            "payment {taken} is confirmed: in transit is -168.42 MAD, not 0.00 MAD",
            "payment {taken} is confirmed: its posting 'confirmed' is missing",
            "bill {bill taken} is in flight by payment {taken}, which is confirmed",
        ],
    ),
    (
        "UPDATE payments SET state = 3 WHERE id = {confirmed}",
        &[
            "payment {confirmed} is taken: in transit is 0.00 MAD, not -168.42 MAD",
            "payment {confirmed} is taken: posting {confirmed:2} 'confirmed' does not belong to that",
            "payment {confirmed} is taken: bill {bill confirmed} is not in flight under it",
            "bill {bill confirmed} is paid by payment {confirmed}, which is taken",
        ],
    ),
    (
        "UPDATE payments SET state = 8 WHERE id = {returning}",
        &[
            "payment {returning} is returned: its refunds payable are -168.42 MAD, not 0.00 MAD",
            "payment {returning} is returned: its posting 'returned' is missing",
            "bill {bill returning} is in flight by payment {returning}, which is returned",
        ],
    ),
    (
        "UPDATE payments SET state = 7 WHERE id = {returned}",
        &[
            "payment {returned} is returning: its refunds payable are 0.00 MAD, not -168.42 MAD",
            "payment {returned} is returning: posting {returned:4} 'returned' does not belong to that",
        ],
    ),
    (
        "UPDATE payments SET paid_at = NULL WHERE id = {taken}",
        &["payment {taken} is taken: its time of payment is not set"],
    ),
    (
        "UPDATE payments SET paid_at = created_at WHERE id = {held}",
        &["payment {held} is held: its time of payment is set"],
    ),
    (
        "UPDATE payments SET paid_at = created_at WHERE id = {held back}",
        &[
            "payment {held back} is returning: its posting 'taken' is missing",
            "payment {held back} is returning: its posting 'return decided' is missing",
        ],
    ),
    (
        "UPDATE payments SET paid_at = NULL WHERE id = {returning}",
        &[
            "payment {returning} is returning: posting {returning:1} 'taken' does not belong to that",
            "payment {returning} is returning: posting {returning:3} 'return decided' does not belong to that",
        ],
    ),
    (
        "UPDATE postings SET payment_id = 424242 WHERE id = {cash:1}",
        &[
            "payment {cash} is taken: in transit is 0.00 MAD, not -50.42 MAD",
            "payment {cash} is taken: its posting 'taken' is missing",
            "posting {cash:1}: there is no payment 424242",
        ],
    ),
    (
        "UPDATE postings SET kind = 1 WHERE id = {confirmed:2}",
        &[
            "payment {confirmed} is confirmed: posting {confirmed:2} 'taken' does not belong to that",
            "payment {confirmed}: posting {confirmed:2} 'taken' does not divide the total as the payment does",
            "payment {confirmed} is confirmed: its posting 'confirmed' is missing",
            "posting {confirmed:2}: it is in a settlement window, where only confirmations, their reversals and refunds belong",
        ],
    ),
    (
        "UPDATE payments SET principal = principal + 1 WHERE id = {taken}",
        &[
            "payment {taken} is taken: in transit is -168.42 MAD, not -168.43 MAD",
            "payment {taken}: posting {taken:1} 'taken' books 168.42 MAD, the total is 168.43 MAD",
        ],
    ),
    (
        "UPDATE payments SET principal = 0 WHERE id = {awaiting}",
        &["payment {awaiting}: its principal must be above zero, its other amounts zero or more"],
    ),
    (
        "UPDATE payments SET fee = -1 WHERE id = {awaiting}",
        &["payment {awaiting}: its principal must be above zero, its other amounts zero or more"],
    ),
    (
        "UPDATE payments SET funds = 'assets:bank' WHERE id = {cash}",
        &["payment {cash}: posting {cash:1} 'taken' does not divide the total as the payment does"],
    ),
    (
        "UPDATE payments SET receipt_number = NULL WHERE id = {confirmed}",
        &["payment {confirmed} is confirmed: it has no receipt number"],
    ),
    (
        "UPDATE payments SET receipt_number = '' WHERE id = {confirmed}",
        &["payment {confirmed} is confirmed: it has no receipt number"],
    ),
    (
        "DELETE FROM outbox WHERE payment_id = {awaiting}",
        &["payment {awaiting} is awaiting: no task and no incident will move it"],
    ),
    (
        "UPDATE outbox SET done_at = created_at WHERE payment_id = {held} AND kind = 2",
        &["payment {held} is held: no task and no incident will move it"],
    ),
    (
        "UPDATE outbox SET kind = 3 WHERE payment_id = {taken} AND kind = 1",
        &["payment {taken} is taken: no task and no incident will move it"],
    ),
    (
        "UPDATE outbox SET done_at = created_at WHERE payment_id = {held back} AND kind = 5",
        &["payment {held back} is returning: no task and no incident will move it"],
    ),
    (
        "DELETE FROM outbox WHERE payment_id = {held}; INSERT INTO incidents (id, kind, payment_id, detail, \
         created_at, closed_at)
         VALUES (1, 3, {held}, 'seen to', '2026-11-24 10:00:00', '2026-11-24 11:00:00')",
        &["payment {held} is held: no task and no incident will move it"],
    ),
    (
        "UPDATE bills SET state = 1 WHERE payment_id = {taken}",
        &["payment {taken} is taken: bill {bill taken} is not in flight under it"],
    ),
    (
        "DELETE FROM bills WHERE payment_id = {awaiting}",
        &["payment {awaiting} is awaiting: bill {bill awaiting} is not in flight under it"],
    ),
    (
        "UPDATE bills SET payment_id = {taken} WHERE payment_id = {held}",
        &[
            "payment {held} is held: bill {bill held} is not in flight under it",
            "bill {bill held} is in flight by payment {taken}, which does not claim it",
        ],
    ),
    (
        "UPDATE bills SET state = 2 WHERE payment_id = {confirmed}",
        &["bill {bill confirmed} is in flight by payment {confirmed}, which is confirmed"],
    ),
    (
        "UPDATE bills SET state = 3 WHERE payment_id = {declined}",
        &["bill {bill declined} is paid by payment {declined}, which is declined"],
    ),
    (
        "UPDATE bills SET payment_id = 424242 WHERE payment_id = {expired}",
        &["bill {bill expired} is open by payment 424242, which does not exist"],
    ),
    (
        "UPDATE bills SET key = X'0a' WHERE payment_id = {expired}",
        &["the bill with the key 0a under payment {expired}: the key is not 16 bytes long"],
    ),
    ("UPDATE bills SET state = 9 WHERE payment_id = {expired}", &["bill {bill expired}: state 9 is unknown"]),
    ("UPDATE payments SET bills = X'00' WHERE id = {confirmed}", &["payment {confirmed}: its bills cannot be read"]),
    ("UPDATE payments SET funds = 'a sock' WHERE id = {awaiting}", &["payment {awaiting}: its funds cannot be read"]),
    ("UPDATE payments SET biller = -1 WHERE id = {awaiting}", &["payment {awaiting}: its biller cannot be read"]),
    (
        "UPDATE payments SET channel = 90, instrument = 91, language = 92 WHERE id = {awaiting}",
        &[
            "payment {awaiting}: channel 90 is unknown",
            "payment {awaiting}: instrument 91 is unknown",
            "payment {awaiting}: language 92 is unknown",
        ],
    ),
    ("UPDATE payments SET state = 90 WHERE id = {declined}", &["payment {declined}: state 90 is unknown"]),
    (
        "UPDATE postings SET kind = 90 WHERE id = {confirmed:2}",
        &[
            "posting {confirmed:2}: kind 90 is unknown",
            "payment {confirmed} is confirmed: its posting 'confirmed' is missing",
            "posting {confirmed:2}: it is in a settlement window, where only confirmations, their reversals and refunds belong",
        ],
    ),
    (
        "UPDATE accounts SET kind = 90 WHERE id = {account payable}",
        &[
            "account {account payable}: kind 90 is unknown",
            "payment {confirmed}: posting {confirmed:2} 'confirmed' does not divide the total as the payment does",
        ],
    ),
    (
        "UPDATE accounts SET currency = 978 WHERE id = {account payable}",
        &[
            "account {account payable}: currency 978 is unknown",
            "payment {confirmed}: posting {confirmed:2} 'confirmed' does not divide the total as the payment does",
        ],
    ),
    ("UPDATE outbox SET kind = 90 WHERE payment_id = {confirmed} AND kind = 6", &["task ?: kind 90 is unknown"]),
    (
        "INSERT INTO incidents (id, kind, detail, created_at) VALUES (1, 90, '', '2026-11-24 10:00:00')",
        &["incident 1: kind 90 is unknown"],
    ),
    ("UPDATE audit_log SET detail = 'nothing to see' WHERE seq = 2", &["audit row 2 is not what was written"]),
    ("UPDATE audit_log SET at = '2026-11-24 10:00:01' WHERE seq = 1", &["audit row 1 is not what was written"]),
    // Only the first broken row is named: past it the chain proves nothing.
    ("UPDATE audit_log SET actor = 'nobody'", &["audit row 1 is not what was written"]),
    ("UPDATE audit_log SET digest = previous WHERE seq = 2", &["audit row 2 is not what was written"]),
    (
        "UPDATE audit_log SET previous = digest WHERE seq = 3",
        &["audit row 3 does not continue the row before it: one of the two is not what was written"],
    ),
    ("DELETE FROM audit_log WHERE seq = 1", &["audit row 1 is missing"]),
    ("DELETE FROM audit_log WHERE seq = 2", &["audit row 2 is missing"]),
    ("DELETE FROM audit_log WHERE seq = 3", &["audit row 3 is missing"]),
    ("DELETE FROM audit_log", &["audit row 1 is missing"]),
    ("DELETE FROM counters WHERE name = 'audit'", &["audit row 4 is missing"]),
    (
        "DELETE FROM audit_log WHERE seq = 2; UPDATE audit_log SET seq = 2 WHERE seq = 3",
        &["audit row 2 does not continue the row before it: one of the two is not what was written"],
    ),
];
