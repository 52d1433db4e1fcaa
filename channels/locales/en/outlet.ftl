# Navigation
staff-nav-outlet = Counter
staff-nav-outlet-about = Take cash, print, close the till.
staff-nav-floats = Floats
staff-nav-floats-about = Statements, top-ups and withdrawals.
staff-nav-late-cash = Late cash
staff-nav-late-cash-about = Taken too late, to be given back.

# Bar
outlet-title = Counter
outlet-bar = The till at a glance
outlet-bar-till = Till { $till }
outlet-bar-float = Float available
outlet-bar-low = Low
outlet-bar-drawer = Cash expected
outlet-bar-payments = Payments
outlet-bar-pending = Pending
outlet-bar-shift = Shift
outlet-bar-closed = Not open
outlet-tabs = Pages of the counter
outlet-tab-counter = Take cash
outlet-tab-payments = Today’s payments
outlet-tab-give-back = To give back
outlet-tab-movements = Cash in and out
outlet-tab-closure = Close
outlet-tab-shifts = Shifts
outlet-keys = Keyboard
outlet-keys-tabs = Alt (or Alt + Shift) with 1 to 6: the pages of the counter; with 0: the search field.
outlet-keys-enter = Enter agrees and goes on.
outlet-keys-print = Alt + P prints, Alt + N goes on to the next customer.
outlet-keys-scan = A scanner types into the search field: scan as soon as the page opens.
outlet-action-counter = Back to the counter
outlet-page-next = Next page
outlet-page-first = First page

# Shift
outlet-open-title = Open the shift
outlet-open-lead = Count what lies in the drawer before you begin.
outlet-till = Till
outlet-opening = Opening cash
outlet-opening-hint = For example 500.00. Leave empty if there is nothing.
outlet-open-button = Open
outlet-fault-till-open = This till’s shift is open already. Choose another till, or have it closed.
outlet-none-title = Your outlet is not known
outlet-none-text = It is in no network. Ask an administrator to check your account. Nothing was done.
outlet-inactive-title = The outlet is suspended
outlet-inactive-text = It takes no payments at present. Do not take cash.
outlet-till-none-title = Unknown till
outlet-till-none-text = This outlet has no such till. Do not take cash.

# Finding
outlet-find-title = What does the customer pay?
outlet-find-label = 13-digit code, or biller code
outlet-find-hint = Type or scan. Examples: 1000 0000 0000 7, 100101 (biller and type), or a payment’s reference.
outlet-find-button = Find
outlet-billers = Billers
outlet-fault-find = Type 13 digits, a biller’s code, or a payment’s reference.
outlet-fault-reference = There is no such code. Check the 13 digits with the customer; do not take cash.
outlet-fault-payment = No payment of this outlet has this reference.
outlet-fault-type = This biller has several types: add the type’s code, or choose it from the list.
outlet-fault-biller = No biller of this code is payable here.
outlet-too-many-title = Too many look-ups
outlet-too-many-text = You made too many look-ups in a short time; the limit protects customers’ contracts. Wait as long as stated below, then try again. Nothing was done.
outlet-identify-button = See the bills
outlet-unavailable-title = Biller unavailable
outlet-unavailable-text = We cannot reach it. Do not take cash; try again in a few minutes.
outlet-bills-title = Bills to pay
outlet-bills-button = Work out the total
outlet-bills-busy = Everything is paid or being paid. Do not take cash.

# Paying
outlet-tender-title = Take the cash
outlet-tendered = Cash handed over
outlet-tendered-hint = Leave empty if the customer gives the exact sum.
outlet-phone = Customer’s mobile phone
outlet-phone-hint = For the text message with the receipt, or with the outcome if it takes time.
outlet-tender-button = Continue
outlet-fault-too-little = This is less than the total of { $total }. Ask for the rest before you go on.
outlet-change-title = Change due
outlet-change = Change due
outlet-change-button = Cash received, pay
outlet-change-fine = Take the cash, then agree: the biller is told at once.
outlet-change-back = Correct the cash handed over
outlet-busy-paying = The biller is recording…
outlet-not-offered-title = Not payable in cash here
outlet-not-offered-text = This biller does not take this amount in cash at a counter. Do not take cash.
outlet-expired-title = This price is no longer good
outlet-expired-text = Look the bill up again. Do not take cash, or give it back.
outlet-being-paid-title = A payment is under way already
outlet-being-paid-text = This bill is being paid, here or elsewhere. Nothing was taken: the cash stays the customer’s.
outlet-already-paid-title = This bill is already paid
outlet-already-paid-text = Nothing was taken: the cash stays the customer’s.
outlet-key-conflict-title = This form was used already
outlet-key-conflict-text = It was used for something else. Nothing more was done: look at today’s payments before you begin again.
outlet-float-low-title = The float is too low
outlet-float-low-text = The outlet’s float does not cover this payment. Nothing was taken: give the cash back, and ask for a top-up.
outlet-fact-available = Available
outlet-fact-needed = Needed
outlet-fact-late = Case no.

# Result
outlet-payment-title = Payment
outlet-result-confirmed-title = Payment confirmed
outlet-result-confirmed-text = The biller has recorded { $amount }. Hand the receipt to the customer.
outlet-result-pending-title = Being confirmed
outlet-result-pending-text = The biller has not answered. Keep the cash, do not take it again, and give this slip. A text message follows where a number was given.
outlet-result-cancelling-title = Being cancelled
outlet-result-cancelling-text = The biller is being asked. Keep the cash until it answers.
outlet-result-give-back-title = Give the cash back
outlet-result-give-back-text = The payment does not stand: the bill is still due. Give { $amount } back to the customer, then say so.
outlet-result-given-back-title = Cash given back
outlet-result-given-back-text = { $amount } were given back to the customer. The payment is closed.
outlet-result-cancelled-title = Cancelled: give the cash back
outlet-result-cancelled-text = The biller has cancelled the payment. Give { $amount } back to the customer: the drawer counts it already.
outlet-result-cash = To give back
outlet-given-button = Cash handed back
outlet-print-receipt = Print the receipt
outlet-print-slip = Print the slip
outlet-print-a4 = Print on A4
outlet-printed = This receipt was printed before: the next one is marked DUPLICATE.
outlet-next = Next customer

# Cancelling
outlet-cancel-summary = Cancel this payment
outlet-cancel-reason = Reason
outlet-cancel-hint = The biller reads it: at most 100 characters.
outlet-cancel-button = Ask for the cancellation
outlet-cancel-said = The biller refused to cancel: { $words }
outlet-cancel-pending = A payment that is being confirmed cannot be cancelled: wait for the biller’s answer.
outlet-cancel-refused = The biller refused the cancellation. The customer can ask the back office for a refund.
outlet-cancel-biller = This biller allows no cancellation.
outlet-cancel-day = Only payments of the same day can be cancelled. After that a refund is all that is left.
outlet-cancel-shift = The shift that took the cash is closed: it cannot be cancelled here any more. A refund is all that is left.
outlet-cancel-over = This payment does not stand any more: there is nothing to cancel.
outlet-fault-reason = Say why, in a few words.
outlet-fault-reason-long = This is too long: shorten it.
outlet-payments-title = Today’s payments
outlet-state = State
outlet-state-confirmed = Confirmed
outlet-state-pending = Pending
outlet-state-cancelling = Being cancelled
outlet-state-give-back = To give back
outlet-state-cancelled = Cancelled
outlet-state-given-back = Given back

# Giving back
outlet-give-back-title = Cash to give back
outlet-give-back-lead = These sums belong to customers. Hand them back, then say so.
outlet-give-back-none = Nothing to give back.
outlet-give-back-no-shift = Open a shift to give cash back.
outlet-give-back-since = Owed since { $moment }
outlet-give-back-late = Late cash no.
outlet-nothing-owed-title = Nothing to give back under this number
outlet-nothing-owed-text = This outlet owes nothing for it. Nothing was written down.

# Movements
outlet-movements-title = Cash in and out
outlet-movements-lead = What goes into the drawer or out of it, beside payments.
outlet-movements-list = Movements of the shift
outlet-movement-kind = Direction
outlet-movement-in = In
outlet-movement-out = Out
outlet-movement-given-back = Given back
outlet-movement-late = Late cash
outlet-movement-button = Write down
outlet-reason = Reason
outlet-who = Agent
outlet-fault-drawer = The drawer holds only { $held }.

# Closure
outlet-closure-title = Close the shift
outlet-closure-lead = Count notes and coins. A closed shift takes nothing more.
outlet-closure-count = Notes and coins
outlet-closure-expected = Expected
outlet-closure-counted = Counted
outlet-closure-even = Difference
outlet-closure-over = Over
outlet-closure-short = Short
outlet-closure-sum = Add up
outlet-closure-again = Count again
outlet-closure-button = Close the shift
outlet-closure-fine = Expected = opening cash + movements + cash taken.
outlet-closure-reason = Why it differs
outlet-closure-pending-title = Payments are still pending
outlet-closure-pending-text = Your network lets no shift close before the billers have answered. Nothing was closed.
outlet-supervisor = Supervisor’s approval
outlet-supervisor-hint = The difference is above { $tolerance }: a supervisor signs here, with their code.
outlet-fault-supervisor = This name, password and code do not go together. Check them and try again with a new code.
outlet-fault-supervisor-empty = The supervisor types name, password and the 6-digit code.
outlet-fault-supervisor-not = This person cannot approve it here: it takes somebody else, who supervises this outlet or its network.
outlet-fault-supervisor-wait = Too many tries for this name. Wait a few minutes.
outlet-fault-pieces = Type a whole number of notes or coins.
outlet-fault-moved = The drawer moved meanwhile: check the new difference.
outlet-shifts-title = Shifts
outlet-shifts-none = No shift was opened.
outlet-shift-title = Shift no.
outlet-shift-number = No.
outlet-shift-open = Open
outlet-shift-close = Close
outlet-shift-opened = Opened
outlet-shift-closed = Closed
outlet-shift-closed-by = Closed by
outlet-shift-approved-by = Difference approved by
outlet-shift-difference = Difference
outlet-shift-moved = Cash in and out
outlet-shift-pending = Carried over to the next shift

# Floats
outlet-floats-title = Floats
outlet-floats-lead = What is left at each outlet, pending payments counted.
outlet-float-title = Float of an outlet
outlet-float-threshold = Low below
outlet-float-inactive = Suspended
outlet-float-top-up = Top-up
outlet-float-withdrawal = Withdrawal
outlet-request-title = Make a request
outlet-request-lead = A second person decides; nothing moves before that.
outlet-request-kind = Request
outlet-request-proof = Proof
outlet-request-proof-hint = The reference of the bank’s transfer or receipt.
outlet-request-button = Send the request
outlet-requests-title = Requests
outlet-requests-none = No requests.
outlet-requests-more = More requests to decide on
outlet-requests-older = Requests decided earlier
outlet-request-open = To be decided
outlet-request-approved = Approved
outlet-request-refused = Refused
outlet-request-decided = Decided by
outlet-request-own = This is your own request: somebody else decides.
outlet-request-note = Word to the requester (needed to refuse)
outlet-request-approve = Approve
outlet-request-refuse = Refuse
outlet-fault-proof = Give a proof of 3 to 100 characters.
outlet-fault-proof-used = This proof was used before for this network.
outlet-fault-key = This form was used for something else. Open the page again.
outlet-fault-decided = This request was decided before.
outlet-fault-own = You made this request: somebody else must decide.
outlet-fault-withdrawal = The float holds only { $available }: it cannot be withdrawn.
outlet-statement-title = Statement
outlet-statement-none = No movements.
outlet-statement-event = Event
outlet-statement-balance = Balance
outlet-event-taken = Payment
outlet-event-returned = Payment returned
outlet-event-taken-reversed = Payment cancelled
outlet-event-agent-commission = Commission
outlet-event-commission-reversed = Commission reversed
outlet-event-float-topped-up = Top-up
outlet-event-float-withdrawn = Withdrawal
outlet-event-late-cash = Late cash
outlet-event-late-cash-released = Late cash released

# Late cash
outlet-late-title = This code cannot be paid
outlet-late-used = This code is already paid
outlet-late-cancelled = This code was cancelled
outlet-late-expired = This code has expired
outlet-late-no-cash = Do not take cash for this code.
outlet-late-heading = Was cash taken already?
outlet-late-lead = If the customer has left, write them down here: they are kept for the customer, then released to you to be given back.
outlet-late-amount = Cash taken
outlet-late-amount-hint = The code stood for { $total }.
outlet-late-until = It could be paid until { $moment }.
outlet-late-button = Write down late cash
outlet-late-held-title = Late cash written down
outlet-late-held-text = Keep it: it will be released to you to be given back.
outlet-late-float-title = Give this cash back at once
outlet-late-float-text = The float does not allow holding it. Give it back to the customer; the case was reported.
outlet-action-late = Cash was taken already
outlet-late-cash-title = Late cash held
outlet-late-cash-lead = Taken for a code that could not be paid any more. Once released it is back in the outlet’s float, and the outlet gives it back.
outlet-late-cash-none = Nothing is held.
outlet-late-release = Release
outlet-late-reason-expired = Code expired
outlet-late-reason-used = Code already paid
outlet-late-reason-cancelled = Code cancelled
outlet-late-reason-paid = Bill already paid

# Paper
outlet-paper-title = Print
outlet-paper-kind = For
outlet-paper-at = Date
outlet-paper-till = Till
outlet-paper-by = Agent
outlet-paper-code = 13-digit code
outlet-paper-total = Total in cash
outlet-paper-follow = Scan this code to follow the payment.
outlet-paper-back = Back to the payment
outlet-paper-foot = Keep this paper. Morocco time.
outlet-paper-confirmed-title = Receipt
outlet-paper-confirmed-text = Paid: { $amount }. Confirmed by the biller.
outlet-paper-pending-title = Payment being confirmed
outlet-paper-pending-text = We took { $amount } in cash. The biller has not answered yet. Do not pay this bill again: it will be confirmed, or the money will be given back to you here. A text message follows if you gave a number. This is not a receipt.
outlet-paper-cancelling-title = Cancellation asked for
outlet-paper-cancelling-text = The biller was asked to cancel { $amount }. The money is given back to you here once it agrees.
outlet-paper-give-back-title = Payment does not stand
outlet-paper-give-back-text = The bill is still due. { $amount } are to be given back to the customer.
outlet-paper-cancelled-title = Payment cancelled
outlet-paper-cancelled-text = Cancelled by the biller: the bill is due again. { $amount } are given back to the customer.
outlet-paper-given-back-title = Cash given back
outlet-paper-given-back-text = { $amount } were given back to the customer. The bill is still due.

# Counts
outlet-payments-count = { $form ->
    [0] No payments today.
    [one] { $count } payment.
   *[other] { $count } payments.
}
outlet-closure-carried = { $form ->
    [one] One payment still waits for the biller’s answer. It is carried over by name to the next shift.
   *[other] { $count } payments still wait for the biller’s answer. They are carried over by name to the next shift.
}
outlet-shift-taken = { $form ->
    [one] Cash taken ({ $count } payment)
   *[other] Cash taken ({ $count } payments)
}
