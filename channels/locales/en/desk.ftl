# Navigation
staff-nav-desk = Desk
staff-nav-desk-about = Find a caller’s bill, send a payment link, follow it until it is paid.
staff-nav-desk-day = My day
staff-nav-desk-day-about = Your calls, links and references of the day, and what they brought.
audit-customer-unmasked = Customer data shown in full

# Desk
desk-title = Desk
desk-lead = Never ask for a card number, and never write one down: callers type it themselves, behind the link.
desk-search-heading = Search
desk-search-label = Phone, contract, reference or receipt
desk-search-hint = Also the 13 digits of a cash reference. You will be told what it was taken for.
desk-search-biller = Biller
desk-search-no-biller = History only
desk-search-button = Search
desk-fault-search = Type 3 to 64 characters.
desk-fault-contract = This biller’s contracts do not look like this. Check what you typed.
desk-fault-more-fields = This biller asks for more than one thing. Open a call and find the bill there.
desk-fault-phone = Type a Moroccan number, such as 06 12 34 56 78.
desk-fault-email = This e-mail address is not right. Write it like name@example.ma.
desk-fault-card = This is a card number. It was not kept. Never ask for one: callers type it themselves, behind the link.
desk-found = Results
desk-found-nothing = Nothing was found.
desk-read-as = Taken for:
desk-read-phone = phone number
desk-read-payment = payment reference
desk-read-cash = cash reference
desk-read-receipt = receipt number
desk-read-contract = contract
desk-history = Payments found
desk-history-more = Only the newest payments are shown. Search by a reference to find an older one.
desk-open-with-bill = Open a call with this bill
desk-nothing-due = The customer is known and owes nothing.
desk-unknown-customer = The biller knows no such customer.
desk-unavailable = The biller cannot be asked at the moment. Try again in a few minutes.
desk-until = Until { $moment }
desk-since = Since { $moment }
desk-waiting = Callers waiting
desk-waiting-none = Nobody is waiting.
desk-withheld = Number withheld
desk-take = Take the call
desk-go-on = Go on
desk-taken-badge = Taken
desk-taken-title = Another operator was faster
desk-taken-text = This caller is being served, or has hung up. Take the next one.
desk-reason-asked = Asked for a person
desk-reason-wrong-entries = Could not key it in
desk-reason-trouble = Could not be served by the voice server
desk-open-calls = My open calls
desk-open-none = No call is open.
desk-new-call = New call
desk-new-button = Open the call
desk-action-back = Back to the desk
desk-action-call = Back to the call

# Call
desk-call-title = Call
desk-call-open = Open
desk-caller = Caller
desk-caller-phone = Phone
desk-caller-mail = E-mail
desk-caller-language = Language of messages
desk-caller-change = Change
desk-keep-hint = Left empty, what is known stays.
desk-save = Save
desk-unknown = Unknown
desk-unmask = Show in full
desk-unmask-button = Show
desk-unmasked = Shown in full this once. The audit log says so, with your reason.
desk-reason = Reason
desk-reason-hint = Kept in the audit log. Name no customer.
desk-fault-reason = Say why in 8 to 200 characters.
desk-handover = From the voice server
desk-go-on-bill = Go on with the bill they heard
desk-find-heading = Find bills
desk-find-title = Find bills
desk-find-lead = Ask the caller for what the biller needs to know them by.
desk-find-button = Find
desk-bills-title = Bills
desk-bills-legend = What is paid
desk-bills-button = Quote
desk-all-busy = Everything here is paid, or being paid right now.
desk-notes = Notes
desk-note = New note
desk-note-button = Note it
desk-fault-notes = This call holds as many notes as a call may. Close it and open another one.
desk-close-heading = Close the call
desk-close-button = Close
desk-outcome = Outcome
desk-fault-outcome = Choose how the call ended.
desk-outcome-paid = Paid
desk-outcome-link-sent = Will pay by the link
desk-outcome-reference-made = Will pay in cash
desk-outcome-informed = Informed
desk-outcome-call-back = To be called back
desk-outcome-dropped = Call dropped

# Links and references
desk-made = Links and references
desk-made-none = None in this call yet. Find a bill first.
desk-link = Payment link
desk-reference = Cash reference
desk-revoke = Take it back
desk-refresh = Refresh
desk-state-sent = Sent, not opened yet
desk-state-opened = Opened: at the card page
desk-state-confirming = Money taken, being confirmed
desk-state-paid = Paid
desk-state-declined = Refused by the bank
desk-state-unpaid = Opened, not paid in time
desk-state-returning = Refused by the biller, money going back
desk-state-returned = Money given back
desk-state-cancelling = Being cancelled
desk-state-cancelled = Cancelled
desk-state-revoked = Taken back
desk-state-expired = Expired
desk-state-elsewhere = The bill is being paid another way
desk-state-paid-elsewhere = The bill was paid another way
desk-state-waiting = Waiting for cash
desk-reference-used = Paid or being paid
desk-offer-title = Quote
desk-price-heading = Amounts
desk-total = Total
desk-by-link = Payment link
desk-by-link-lead = For this bill and this amount, once, for 30 minutes.
desk-in-cash = In cash at an outlet
desk-in-cash-lead = 13 digits to pay with. Stamp duty is added for cash.
desk-sms-to = SMS to
desk-mail-to = E-mail to
desk-mobile = Mobile
desk-other-mobile = Another mobile
desk-mail = E-mail address
desk-other-mail = Another e-mail address
desk-send-link = Send the link
desk-make-reference = Make the reference
desk-fault-no-mobile = The caller has no mobile: type one.
desk-fault-no-mail = The caller has no e-mail address: type one.
desk-fault-no-way = Say where the link goes: a mobile or an e-mail address.
desk-quote-expired-title = The quote has expired
desk-quote-expired-text = Nothing was sent. Find the bill again.
desk-being-paid-title = This bill is being paid
desk-being-paid-text = Nothing was sent. It is paid, or being paid at this moment, on this or another channel.
desk-already-paid-title = This bill is paid
desk-already-paid-text = Nothing was sent, and nothing is left to pay.
desk-sent-before-title = This was sent already
desk-sent-before-text = The page was sent twice with different contents. The first one stands: see the call.
desk-not-in-cash-title = Not payable in cash
desk-not-in-cash-text = This bill or this amount is not taken in cash at outlets. Offer a payment link.
desk-too-late-title = It was used first
desk-too-late-text = A payment was started before it could be taken back. Follow it in the call.

# Payment
desk-payment-title = Payment
desk-fact-receipt = Receipt number
desk-fact-channel = Channel
desk-fact-instrument = Paid with
desk-fact-card = Card
desk-fact-started = Started
desk-fact-state = State
desk-channel-web = Web
desk-channel-ivr = Voice server
desk-channel-tel = Desk
desk-channel-agt = Outlet
desk-channel-pos = Terminal
desk-channel-api = API
desk-fact-since = State since
desk-standing-awaiting-payer = Waiting for the payer
desk-standing-confirming = Being confirmed
desk-standing-confirmed = Paid
desk-standing-declined = Refused
desk-standing-expired = Not paid in time
desk-standing-returning = Money going back
desk-standing-returned = Money given back
desk-standing-cancelling = Being cancelled
desk-standing-cancelled = Cancelled

# Day
desk-day-title = My day
desk-day-calls = Calls
desk-day-length = Call length
desk-day-length-note = on average, minutes and seconds
desk-day-links = Links sent
desk-day-references = References made
desk-day-sum = Amount paid
desk-day-average = Average payment
desk-day-average-note = of what is paid
desk-day-none = No call on this day.
desk-day-at = Time
desk-day-before = Day before
desk-day-after = Day after

# Counts
desk-note-hint = { $form ->
    [one] One line, one character at most.
   *[other] One line, { $count } characters at most.
}
desk-fault-note = { $form ->
    [one] A note has one character.
   *[other] A note has 1 to { $count } characters.
}
desk-day-open = { $form ->
    [0] all closed
    [one] 1 open
   *[other] { $count } open
}
desk-day-paid = { $form ->
    [0] none paid yet
    [one] 1 paid
   *[other] { $count } paid
}
