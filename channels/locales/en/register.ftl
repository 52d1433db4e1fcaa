# Navigation
staff-nav-payments = Payments
staff-nav-payments-about = Find a payment and follow its whole story.
audit-payment-noted = Note added to a payment

# The register
register-title = Payments
register-lead = Search by whatever you know of a payment; all that you fill in must fit. The newest first.
register-search = Search
register-clear = Clear all
register-more = More criteria
register-any = Any
register-reference = Reference or number
register-reference-hint = Such as 0000-001B-9XK2-7QZD, F100005 or 000000100005.
register-contract-hint = Choose the biller too.
register-from = From
register-until = To
register-outlet = Outlet no.
register-least = Total paid, from
register-most = Total paid, up to
register-amount-hint = The same twice for an exact amount.
register-newest = The newest
register-none = No payment so far.
register-none-so = No payment fits. Take a criterion away, or check what you typed.
register-none-further = Nothing further on.
register-none-yet = Nothing found so far.
register-looked-to = Searched back to { $at }; there are older payments. Go on, or add a criterion.
register-go-on = Go on searching
register-col-number = Number
register-col-at = Started
register-col-way = Channel
register-col-event = Posting
register-col-account = Account
register-col-task = Task
register-col-asked = Asked for
register-col-tries = Tries
register-col-result = Result
register-col-same = Relation
register-same-bill = Same bill
register-same-customer = Same customer
register-fault-long = That is too long: 64 characters at most.
register-fault-reference = This is neither a reference nor a payment’s number. Write it such as 0000-001B-9XK2-7QZD or F100005.
register-fault-contract-biller = Choose the contract’s biller.
register-fault-biller-gone = This biller has left the catalogue: its contracts cannot be searched. Search by something else.
register-fault-outlet = Write the outlet’s number in digits.
register-fault-amount = Write an amount, such as 168.42.
register-fault-amounts-turned = The second amount is smaller than the first.
register-fault-day = Write the day as 2026-11-24.
register-fault-days-turned = The second day is before the first.
register-payment-title = Payment
register-actions = Actions
register-timeline = Story
register-facts = Payment
register-amounts = Amounts
register-notes = Notes
register-notes-none = No note.
register-note = New note
register-note-hint = A note cannot be deleted. Write no card number and no secret into it.
register-note-button = Add the note
register-fault-note = Write a few words.
register-fault-note-long = That is too long: 500 characters at most.
register-postings = Postings
register-postings-none = Nothing is booked: no money moved.
register-tasks = Tasks and messages
register-tasks-none = No task.
register-task-done = Done { $at }
register-task-new = Not tried yet
register-task-again = Again at { $at }
register-related = Other payments of the customer
register-step-started = Payment started
register-step-link = Payment link made
register-step-cancellation = Cancellation asked for
register-step-called = A person is called
register-step-call-over = The call is over
register-step-posting = Posting { $number }
register-by-payer = Payer
register-by-gateway = Gateway
register-by-biller = Biller
register-by-outlet = Outlet
register-by-hub = fatoura
register-fact-number = Number
register-fact-authorisation = Authorisation
register-fact-gateway = Gateway’s transaction
register-fact-outlet = Network, outlet, till
register-fact-cash-reference = Cash reference
register-step-again = { $form ->
    [one] { $count } try, again later
   *[other] { $count } tries, again later
}
register-step-tries = { $form ->
    [one] { $count } try
   *[other] { $count } tries
}

# Kept filters
register-saved = My filters
register-saved-delete = Delete
register-saved-delete-named = Delete the filter { $name }
register-save = Keep this filter
register-save-name = Name of the filter
register-save-hint = For you alone; twenty at most. A filter keeps neither a phone nor a contract.
register-save-button = Keep
register-fault-filter-name = Give the filter a name of at most 40 characters.
register-fault-filter-taken = One of your filters has this name already. Choose another one.
register-fault-filter-many = You have twenty filters already. Delete one first.

# Refunds
register-col-proposed = Proposed at
register-col-decided-by = Decided by
register-refund-proposed = Refund proposed: { $amount }
register-refund-approved = Refund approved: { $amount }
register-refund-alone = Refund decided alone, below the threshold: { $amount }
register-refund-refused = Refund refused: { $amount }
register-refund-withdrawn = Refund proposal withdrawn: { $amount }
register-refund-asked = Refund asked of the gateway: { $amount }
register-refund-failed = Refund refused by the gateway: { $amount }

# States
register-state-awaiting = Waiting for the payer
register-state-held = Held
register-state-taken = Taken, being confirmed
register-state-confirmed = Confirmed
register-state-declined = Refused
register-state-expired = Not paid in time
register-state-returning = Money going back
register-state-returned = Money given back
register-state-cancelling = Being cancelled
register-state-cancelled = Cancelled

# Postings
register-posting-taken = Money taken
register-posting-confirmed = Confirmed by the biller
register-posting-return-decided = Return of the money decided
register-posting-returned = Money given back
register-posting-agent-commission = Network’s commission
register-posting-taken-reversed = Taking reversed
register-posting-confirmed-reversed = Confirmation reversed
register-posting-commission-reversed = Commission reversed
register-posting-refund-decided = Refund decided
register-posting-refund-paid = Refund given to the payer
register-posting-refund-reversed = Refund reversed

# Tasks
register-task-confirm = Confirm to the biller
register-task-capture = Capture what is held
register-task-verify-capture = Check the capture
register-task-poll = Ask the gateway
register-task-return = Give the money back
register-task-sms = Receipt by SMS
register-task-mail = Receipt by mail
register-task-sms-returning = SMS “money going back”
register-task-mail-returning = Mail “money going back”
register-task-sms-returned = SMS “money given back”
register-task-mail-returned = Mail “money given back”
register-task-cancel = Cancel at the biller
register-task-sms-cancelled = SMS “cancelled”
register-task-mail-low-float = Mail “low float”
register-task-sms-reference = Reference by SMS
register-task-sms-reference-reminder = Reminder of a reference by SMS
register-task-sms-link = Link by SMS
register-task-mail-link = Link by mail
register-task-refund = Refund
register-task-sms-refunded = SMS “refunded”
register-task-mail-refunded = Mail “refunded”
register-task-sms-dispute = SMS “complaint”
register-task-mail-dispute = Mail “complaint”

# Accounts
register-account-gateway-receivable = Receivable from the gateway
register-account-agent-float = Outlet’s float
register-account-bills-in-transit = Bills in transit
register-account-biller-payable = Payable to the biller
register-account-customer-fees = Customers’ fees
register-account-biller-commission = Billers’ commission
register-account-vat-payable = VAT payable
register-account-stamp-duty-payable = Stamp duty payable
register-account-agent-commission-payable = Commission payable to the network
register-account-refunds-payable = Payable back to payers
register-account-suspense = Suspense
register-account-cash-over-and-short = Cash over and short
register-account-bank = Bank
register-account-agent-commission = Networks’ commission
register-account-vat-deductible = VAT deductible
register-account-transfers-in-transit = Transfers in transit
register-account-biller-receivable = Receivable from the biller
register-account-gateway-fees = Gateway’s fees
register-account-bank-charges = Bank charges
register-account-reconciliation-differences = Reconciliation differences

# What is done at once
register-ask-biller = Ask the biller now
register-resend-sms = Send the receipt by SMS again
register-resend-mail = Send the receipt by mail again
register-fault-no-receipt = This payment has no receipt to send that way. Nothing was sent.
register-fault-sent-just-now = The receipt was sent just now, or waits to be sent. Wait a minute; nothing more was sent.
register-fault-not-waiting = Nothing waits for the biller’s answer, or it is being asked already. See the tasks.
audit-receipt-resent = Receipt sent again
audit-biller-asked = Biller asked again

# Exchanges
register-exchanges = Exchanges
register-exchanges-lead = What was said to the biller and the gateway, and heard from them. Secrets and cards taken out, personal data masked; kept for 30 days.
register-exchange-who = With
register-exchange-what = Operation
register-exchange-took = Took
register-exchange-sent = Sent
register-exchange-heard = Heard
register-exchange-look = Show the messages
register-exchange-confirm = Confirmation
register-exchange-status = Question of status
register-exchange-cancel = Cancellation
register-exchange-callback = Callback
register-exchange-capture = Capture
register-exchange-void = Void
register-exchange-credit = Credit
register-exchange-charge = Charge
register-exchange-end-answered = Answered
register-exchange-end-refused = Refused
register-exchange-end-failed = No answer of use

# Outcomes and holds, as people decided them
register-outcome-proposed = Proposed: { $says }
register-outcome-approved = Approved by a second person: { $says }
register-outcome-refused = Refused by a second person: { $says }
register-outcome-withdrawn = Proposal withdrawn: { $says }
register-outcome-overtaken = Proposal overtaken: { $says }
register-hold-capture = Capture asked for: { $amount }
register-hold-refused = Capture refused by the gateway: { $amount }
register-hold-let-go = Hold let go: { $amount }
