# Navigation
staff-nav-settlement = Settlement
staff-nav-settlement-about = What billers get, and their files.
staff-nav-reconciliation = Reconciliation
staff-nav-reconciliation-about = The statement of a day, to be signed.
staff-nav-breaks = Breaks
staff-nav-breaks-about = What does not fit, and what is done about it.
audit-file-downloaded = File downloaded
audit-statement-downloaded = Reconciliation statement downloaded
audit-break-assigned = Break assigned
audit-break-noted = Note on a break
audit-break-resolved = Break closed, or closing proposed
audit-break-approved = Closing of a break approved
audit-break-refused = Closing of a break refused

# Shared
finance-all = All
finance-choose = Choose
finance-filter = Filter
finance-filter-open = Not closed
finance-filter-all = All
finance-show = Show
finance-download = Download
finance-total = Total
finance-past-range = past the range
finance-file = File
finance-bytes = { $size } bytes
finance-days = { $form ->
    [0] of today
    [one] { $count } day
   *[other] { $count } days
}
finance-file-missing-title = The file is not in its place
finance-file-missing-text = It was made, but it is not in the settlement folder. Tell operations: they can make it again, byte for byte. Nothing was downloaded.
finance-file-changed-title = The file is not the one that was made
finance-file-changed-text = Its digest is another. It is not handed out: tell operations. Nothing was downloaded.
finance-action-window = Back to the window
finance-action-orders = Back to the orders

# Columns
finance-col-window = Window
finance-col-biller = Biller
finance-col-cut-off = Cut-off
finance-col-state = State
finance-col-gross = Gross
finance-col-commission = Commission
finance-col-net = Net
finance-col-paid = Paid out
finance-col-sequence = Statement no.
finance-col-transfer = Transfer
finance-col-account = Account
finance-col-amount = Amount
finance-col-what = Item
finance-col-day = Day
finance-col-number = Number
finance-col-reference = Reference
finance-col-source = Source
finance-col-file = File
finance-col-records = Records
finance-col-matched = Matched
finance-col-open = Open
finance-col-breaks = Breaks open
finance-col-balances = Opening, closing
finance-col-gateway = Gateway
finance-col-owes = Owes
finance-col-announced = Announced
finance-col-not-announced = Not announced
finance-col-value-day = Value day
finance-col-break = Break
finance-col-age-0 = Of the day
finance-col-age-7 = 1 to 7 days
finance-col-age-30 = 8 to 30 days
finance-col-age-more = Older
finance-col-kind = Kind
finance-col-owner = Followed up by
finance-col-expected = Expected
finance-col-found = Found
finance-col-age = Age
finance-col-about = About
finance-col-debit = Debit
finance-col-credit = Credit

# Windows
finance-windows-title = Settlement
finance-windows-lead = One window for each biller and cut-off, the newest first. Nothing changes in a settled window.
finance-windows-none = No windows yet: the first one opens with the first biller.
finance-windows-none-so = No window fits this filter.
finance-window-title = Settlement window
finance-window-named = Window { $number }
finance-window-open = Open
finance-window-closed = Closed
finance-window-settled = Settled
finance-window-unsettled = Not settled yet
finance-window-not-yet = Figures and files are made after the cut-off.
finance-window-since = Since
finance-window-settled-at = Settled
finance-figures = Figures
finance-figure-gross = { $form ->
    [one] Gross of { $count } payment
   *[other] Gross of { $count } payments
}
finance-figure-refunds = { $form ->
    [one] Taken back by { $count } refund
   *[other] Taken back by { $count } refunds
}
finance-figure-commission = Commission
finance-figure-vat = VAT on commission
finance-figure-invoiced = Commission, invoiced apart
finance-figure-invoiced-vat = VAT on commission, invoiced apart
finance-figure-carried-in = Carried in from earlier windows
finance-figure-net = Net
finance-figure-paid = Paid out
finance-figure-carried-on = Carried on to the next
finance-transfers = Transfers
finance-transfers-none = Nothing is paid out for this window.
finance-transfer-waiting = To be ordered
finance-transfer-ordered = Ordered
finance-transfer-paid = Paid
finance-transfer-rejected = Rejected
finance-transfer-returned = Returned
finance-files = Files
finance-files-none = The files are not made yet.
finance-file-kind-csv = Separated values (CSV)
finance-file-kind-fixed = Fixed width
finance-file-kind-camt054 = camt.054 advice
finance-means-mail = by mail to
finance-means-sftp = by SFTP to
finance-delivery-done = Arrived { $at }
finance-delivery-new = Not sent yet
finance-delivery-failed = Failed; tried again { $at }

# Orders
finance-orders-title = Transfer orders
finance-orders-lead = The pain.001 messages to the bank, the newest first.
finance-orders-none = The bank was not asked for any transfer yet.
finance-orders-transfers = { $form ->
    [one] { $count } transfer
   *[other] { $count } transfers
}
finance-orders-made = Made
finance-orders-execution = To be paid
finance-order-unwritten = The message is not written yet.
finance-order-by-hand = To be taken to the bank by a person
finance-order-made = No answer yet
finance-order-accepted = Accepted
finance-order-partly-accepted = Accepted in part
finance-order-rejected = Rejected

# Statement
finance-statement-title = Reconciliation statement
finance-statement-day = Day
finance-statement-hint = For example { $today }.
finance-statement-pdf = Download the PDF to sign
finance-statement-csv = Download the CSV
finance-statement-final = { $day }, as known at the end of { $known }
finance-statement-not-final = { $day }: not final, what comes in may still change it
finance-statement-printed = Printed
finance-statement-digest = Digest of the figures (SHA-256)
finance-statement-prepared = Prepared by
finance-statement-approved = Approved by
finance-statement-name = Name
finance-statement-date = Date
finance-statement-signature = Signature
finance-statement-foot = Amounts in dirhams. Two statements with the same digest state the same figures.
finance-fault-day = Write the day like this: 2026-11-24.
finance-fault-day-early = Nothing was kept before 2020. Choose a later day.
finance-fault-day-late = This day has not come yet. Choose today or a day before.
finance-verdict-none = No bank statement was taken in yet: the bank’s balance is not proved.
finance-verdict-even = The bank’s balance of { $day } is proved: difference 0.00.
finance-verdict-off = Unexplained difference of { $amount } with the bank on { $day }.
finance-verdict-range = The sums are past what can be counted: the bank’s balance is not proved.
finance-bank-title = Proof of the bank’s balance
finance-bank-none = No statements.
finance-bank-to = Statements to { $day }
finance-bank-before = Before the first statement
finance-bank-gaps = Between statements that do not follow
finance-bank-booked = Booked here
finance-bank-not-booked = At the bank, not booked here yet
finance-bank-not-shown = Booked here, not at the bank yet
finance-bank-closing = Closing balance at the bank
finance-bank-difference = Difference
finance-not-booked = At the bank, not booked here yet
finance-not-shown = Booked here, not at the bank yet
finance-items = { $form ->
    [one] { $count } item
   *[other] { $count } items
}
finance-items-more = { $form ->
    [one] { $count } more item, counted in the total, is not named.
   *[other] { $count } more items, counted in the total, are not named.
}
finance-sources-title = Sources of the day
finance-sources-none = No file that was taken in tells of this day.
finance-breaks-open-of = { $open } of { $all }
finance-gateways-title = Gateways
finance-gateways-none = No gateway has taken money yet.
finance-payouts-title = Payouts announced and awaited
finance-open-breaks-title = Open breaks, by kind and age
finance-open-breaks-none = No break is open.
finance-import-statement = Statement
finance-import-notification = Notification
finance-import-answer = The bank’s answer
finance-import-card-report = Gateway’s report
finance-import-network-report = Network’s report
finance-import-biller-report = Biller’s report

# Breaks
finance-breaks-title = Breaks
finance-breaks-lead = The oldest first. A break never moves money by itself.
finance-breaks-none = No break is open.
finance-breaks-none-so = No break fits this filter.
finance-owner-me = Me
finance-break-title = Break
finance-break-named = Break { $number }
finance-break-words = Finding
finance-break-due = Due
finance-break-opened = Opened
finance-break-closed = Closed
finance-break-posting = Posting
finance-break-open = Open
finance-break-proposed = Waits for a second person
finance-break-resolved = Closed
finance-break-superseded = Superseded
finance-break-settled = Settled by itself
finance-break-staged = Being read
finance-kind-amount-differs = Amount differs
finance-kind-duplicate = Duplicate
finance-kind-missing-here = Missing here
finance-kind-missing-there = Missing there
finance-kind-status-differs = Status differs
finance-kind-returned = Returned
finance-kind-late = Late
finance-kind-ambiguous = Ambiguous
finance-kind-unknown = Unknown
finance-kind-gap = Gap
finance-source-bank = Bank
finance-source-gateway = Gateway
finance-source-network = Network
finance-source-biller = Biller
finance-subject-entry = Bank entry
finance-subject-transfer = Transfer
finance-subject-payment = Payment
finance-subject-payout = Payout
finance-subject-float-request = Float request
finance-subject-line = Line
finance-subject-statement = Statement
finance-subject-order = Order
finance-subject-refund = Refund
finance-advice-amount-differs = Both have it, with different amounts. Ask them, correct the side that is wrong, write a small difference off.
finance-advice-duplicate = They have it more than once. Have the second one taken back.
finance-advice-missing-here = They have it and we do not. Find out whose it is before any money moves.
finance-advice-missing-there = We have it and they do not. Wait for the next report, then ask them.
finance-advice-status-differs = Both have it, and it stands differently. See the payment or the transfer, then ask them.
finance-advice-returned = A transfer was rejected or came back. Correct the account, then have the transfer made again.
finance-advice-late = Ordered, and in no statement. Ask the bank; the break closes by itself when it comes.
finance-advice-ambiguous = Several things could be meant. Ask the bank for a reference, then decide.
finance-advice-unknown = Nothing known is meant. Ask the bank; failing that, hold the money in suspense.
finance-advice-gap = A statement is missing before this one, or two overlap. Import what is missing.
finance-history = History
finance-action-opened = Opened
finance-action-assigned = Assigned
finance-action-noted = Note
finance-action-proposed = Closing proposed
finance-action-approved = Approved
finance-action-refused = Refused
finance-action-resolved = Closed
finance-action-superseded = Superseded
finance-action-settled = Settled by itself
finance-action-seen-again = Seen again
finance-way-evidence = By evidence, nothing booked
finance-way-written-off = Written off
finance-way-suspense = Into suspense
finance-way-charges = Bank charges
finance-way-commission = Commission paid by a biller
finance-way-payout = Payout of a gateway

# Closing
finance-close-title = Close the break
finance-close-lead = Nothing is done before you have seen what is booked.
finance-how = How
finance-why = Why
finance-why-hint = For evidence: where it is.
finance-payout = Reference of the payout
finance-payout-when = for a payout only
finance-biller-when = for commission only
finance-button-look = See the effect
finance-button-close = Book and close
finance-button-propose = Propose to a second person
finance-button-approve = Approve
finance-button-refuse = Refuse
finance-button-back = Back, do nothing
finance-button-assign = Assign
finance-button-note = Add the note
finance-assign-title = Assign the break
finance-nothing-booked = Nothing is booked.
finance-note-title = Add a note
finance-note = Note
finance-note-fine = Nothing is booked. A note cannot be taken back.
finance-proposal = Proposed closing
finance-proposed-by = proposed by
finance-proposal-own = This is your proposal: another person has to decide.
finance-word = Your word
finance-word-hint = Needed to refuse. Refusing opens the break again; nothing is booked.
finance-confirm-title = Confirm
finance-confirm-changed = The effect has changed since you saw it. Look at it again.
finance-effect-title = What will be booked
finance-effect-none = Nothing will be booked: no money moves.
finance-effect-second = A second person has to approve; nothing is booked before.
finance-account-bank = Bank
finance-account-charges = Bank charges
finance-account-suspense = Suspense
finance-account-differences = Reconciliation differences
finance-account-gateway = Gateway receivable
finance-account-fees = Gateway fees
finance-account-biller = Biller receivable
finance-fault-note = Write a few words.
finance-fault-note-long = This is too long: 300 characters at most.
finance-fault-member = Choose a person of the list.
finance-fault-closed = This break is closed already. See its history.
finance-fault-proposed = A closing is proposed already. See it below.
finance-fault-not-proposed = No closing waits for a decision. See the history.
finance-fault-same-person = You proposed it: another person has to decide.
finance-fault-changed = The break has changed meanwhile. See it as it is.
finance-fault-not-bookable = This break can only be closed by evidence.
finance-fault-same-amounts = The amounts do not differ: there is nothing to book.
finance-fault-nothing-left = Nothing of this entry is left to match. Run reconciliation again.
finance-fault-has-charges = Charges of this entry are booked already: the rest can be written off.
finance-fault-not-a-debit = Charges are a debit, and this is a credit.
finance-fault-not-a-credit = What a biller pays is a credit, and this is a debit.
finance-fault-biller = Choose the biller who paid the commission.
finance-fault-payout = Type the reference of the payout.
finance-fault-payout-unknown = No payout with this reference is awaited. See the reconciliation statement.
finance-fault-more = More came than was announced. Ask the gateway.
