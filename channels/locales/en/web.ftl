# Layout
skip-to-content = Skip to content
nav-main = Main navigation
nav-language = Language
nav-find = Find a payment
nav-terms = Terms
foot-safe = You enter your card on CMI’s secure page. We never see its number.
steps-label = Steps of the payment
step-identify = Contract
step-bills = Bills
step-pay = Payment
step-receipt = Receipt
optional = (optional)
select-choose = Choose…
currency-short = MAD
faults-title = { $form ->
    [one] Please check one thing
   *[other] Please check { $count } things
}
busy-wait = One moment…
busy-looking = Looking up your bills…
busy-gateway = Opening the payment…

# Home
home-title = Pay my bills
home-heading = Your bills, paid in a minute
home-lead = Choose a biller, see what you owe, pay by card and keep a receipt that stands.
search-label = Search for a biller
search-placeholder = Water, phone, tax…
search-button = Search
categories-label = Categories
category-all = All
category-electricity-water = Water and electricity
category-telecom = Telecom
category-taxes-fees = Taxes and fees
category-education = Education
category-housing = Housing
category-transport = Transport
biller-unavailable = Unavailable at the moment
empty-title = No biller found
empty-text = Try another word, or look through all categories.
empty-all = See all billers
promises-label = Our promises
promise-safe-title = Protected payment
promise-safe-text = By card, with your bank’s code.
promise-receipt-title = A receipt at once
promise-receipt-text = On screen, by text message and e-mail, with the biller’s own number.
promise-back-title = Paid or given back
promise-back-text = If the biller refuses, your money comes back to you.

# Identification
biller-heading = What would you like to pay?
identify-heading = Identify your contract
identify-button = See my bills
identify-button-amount = Continue
unknown-contract = { $biller } does not know this contract. Check the number on your bill.
fault-unknown = Check this number.
fault-missing = This field is required.
fault-too-short = { $form ->
    [one] At least { $count } character is needed.
   *[other] At least { $count } characters are needed.
}
fault-too-long = { $form ->
    [one] At most { $count } character is allowed.
   *[other] At most { $count } characters are allowed.
}
fault-not-integer = Type digits only.
fault-not-decimal = Type a number.
fault-bad-format = This number does not have the expected form. Copy it as it stands on your bill.
fault-not-a-choice = Choose a value from the list.
fault-unknown-field = This field is not expected here.
fault-card-number = This looks like a card number. Never type it here: your card is only asked for on CMI’s secure page.

# Bills
bills-title = Your bills
bills-heading = { $form ->
    [one] { $count } bill to pay
   *[other] { $count } bills to pay
}
bills-heading-amount = How much would you like to pay?
bills-heading-busy = Nothing to pay at the moment
bills-legend = Tick what you pay now
bills-total = Total chosen
bills-button = Continue
bills-expires = This list is good until { $moment }.
bills-all-busy = Everything due is already paid or being paid. There is nothing to pay a second time.
contract-label = Contract
article-fee = Biller’s fee
article-mandatory = Mandatory
article-stamp-duty = Stamp duty
article-always = Always included
article-busy = Already paid or being paid
amount-label = Amount to pay
amount-hint-more = You may pay the total chosen, or more.
amount-hint-less = You may pay the total chosen, or part of it.
amount-hint-any = The amount of your choice, for example 150.00.
amount-hint-range = From { $min } to { $max }, in steps of { $multiple }.
amount-hint-empty = Leave empty to pay exactly the total chosen.
fault-nothing-chosen = Tick at least one line.
fault-busy = One of the chosen lines is already paid or being paid.
fault-amount = Type an amount such as 150.00: two decimals at most.
fault-amount-ambiguous = This amount can be read in two ways. Write 1234.00 or 1.23.
fault-amount-required = Say how much to pay.
fault-amount-exact = The amount must be { $amount }.
fault-amount-between = The amount must be between { $min } and { $max }.
fault-amount-least = The amount must be at least { $min }.
fault-amount-most = The amount must be at most { $max }.
fault-amount-multiple = It must be a multiple of { $multiple }.

# Summary
summary-title = Summary
summary-heading = Check before you pay
summary-change = Change my choice
summary-payer = Where should the receipt go?
summary-button = Pay { $amount }
summary-gateway = You will enter your card on CMI’s secure page.
summary-expires = These amounts are good until { $moment }.
amount-principal = Amount of the bills
amount-fee = Service fee (before VAT)
amount-vat = VAT on the fee
amount-duty = Stamp duty
amount-total = Total to pay
amount-total-paid = Total paid
phone-label = Mobile phone
phone-hint = A Moroccan number, for example 06 12 34 56 78. It also finds your payment again.
email-label = E-mail address
email-hint = To receive the receipt as a PDF.
terms-accept = I accept the terms of the service.
terms-read = Read the terms
fault-phone = Type a Moroccan mobile number, such as 06 12 34 56 78.
fault-email = This e-mail address is not right. Write it like name@example.ma, or leave the field empty.
fault-terms = Accept the terms to continue.
link-recipient = The receipt goes to

# Gateway
redirect-title = To the payment page
redirect-heading = Opening the payment page
redirect-text = You are about to pay { $amount } on CMI’s secure page.
redirect-button = Continue to payment
redirect-fine = If nothing happens, press the button.

# Payment
progress-title = Payment in progress
awaiting-heading = Waiting for the bank’s answer
awaiting-text = If you have just paid, the answer usually takes a few seconds. Do not pay a second time.
confirming-heading = Payment received, being confirmed
confirming-text = Your money has arrived. { $biller } is recording your payment.
progress-leave = You may close this page: a text message will tell you the rest, and “Find a payment” brings you back.
progress-noscript = This page updates itself every five seconds.
receipt-title = Receipt
receipt-heading = Payment confirmed
receipt-number = Biller’s receipt
receipt-date = Receipt date
receipt-instrument = Paid with
receipt-qr = QR code to this receipt
receipt-proof = Scan this code to check the receipt at any time.
receipt-pdf = Download the PDF
receipt-print = Print
receipt-another = Pay another bill
instrument-card = Bank card
instrument-wallet = Mobile wallet
instrument-cash = Cash
instrument-transfer = Bank transfer
find-title = Find a payment
find-heading = Find a payment
find-lead = The reference is in the text message or on the payment’s page.
find-reference-hint = 16 letters and digits. Capitals, hyphens and spaces do not matter. Example:
find-phone-hint = The one you gave when paying.
find-button = Find
find-nothing = No payment has this reference and this phone. Check both.
fault-reference = Type the whole reference: 16 letters and digits, such as 0000-001B-9XK2-7QZD.

# Notices
fact-biller = Biller
fact-amount = Amount
fact-reference = Reference
fact-since = Date
fact-retry = Try again in
fact-trace = Code to give us if you call
wait-seconds = { $form ->
    [one] { $count } second
   *[other] { $count } seconds
}
action-home = Back to the start
action-find = Find a payment
action-again = Search again
action-retry = Try again
action-summary = Back to the summary
action-pay-again = Try again
action-other-contract = Look up another contract
action-other-biller = Choose another biller
unavailable-title = Biller unavailable
unavailable-text = We cannot reach it at the moment. Nothing was paid. Try again in a few minutes.
nothing-due-title = Nothing to pay
nothing-due-text = The contract is known and everything is settled.
inquiry-expired-title = This look-up is too old
inquiry-expired-text = The amounts may have changed. Look up your bills again: nothing was paid.
quote-expired-title = This summary is no longer valid
quote-expired-text = The amounts may have changed. Look up your bills again: nothing was paid.
not-offered-title = No card payment here
not-offered-text = This biller does not take this payment by card online. Nothing was paid.
link-revoked-title = This payment link is no longer valid
link-revoked-text = It was taken back, or a newer link has replaced it: use the last message that you received. Nothing was paid.
link-expired-title = This payment link has expired
link-expired-text = A link is good for 30 minutes. Ask for a new one by telephone, or look up your bill here. Nothing was paid.
being-paid-title = A payment is already in progress
being-paid-text = This bill is being paid, here or elsewhere, or a payment was left open at the bank’s page. Nothing more was taken. Wait a few minutes for that to end, then try again.
already-paid-title = This bill is already paid
already-paid-text = There is nothing to pay a second time.
key-conflict-title = The payment has already begun
key-conflict-text = This form was sent once already, with another phone or e-mail address. Go back to the summary, check them and send it again.
declined-title = Payment declined
declined-text = The bank declined or the payment was abandoned. No money was taken and the bill is still to be paid.
payment-expired-title = The time to pay is over
payment-expired-text = No money was taken and the bill is still to be paid.
returning-title = Your money is on its way back
returning-text = The biller did not accept the payment. We are returning the sum to your card; a text message will confirm it.
returned-title = Your money was returned
returned-text = The biller had not accepted the payment. The sum is back on your card; depending on the bank it shows within a few days.
returned-cash-title = Your money is waiting for you
returned-cash-text = The biller did not accept the payment. The outlet that took your cash gives all of it back, fees included.
cancelling-title = Being cancelled
cancelling-text = The outlet asked to cancel this payment. The biller has not answered yet.
cancelled-title = Payment cancelled
cancelled-text = The biller cancelled the payment. The outlet that took your cash gives all of it back, fees included; the bill is due again.
not-found-title = This page does not exist
not-found-text = The address may be incomplete or too old. Check it, or start again from the list of billers.
bad-request-title = We did not understand the request
bad-request-text = Something is missing or does not have the expected form. Go back to the page, fill it in again and send it. Nothing was paid.
wrong-method-title = This address cannot be used that way
wrong-method-text = It does not take this kind of request. Open the page and use its own buttons. Nothing was paid.
field-twice-title = A field came twice
field-twice-text = The form holds one field two times, and we cannot tell which one is meant. Reload the page, fill it in again and send it. Nothing was paid.
unexpected-title = Something was sent that this page does not offer
unexpected-text = The form holds a field or a choice that is not expected here. Reload the page, fill it in again and send it. Nothing was paid.
unreadable-title = A field holds unreadable characters
unreadable-text = Invisible control characters came along, perhaps by copying. Go back, type the field by hand and send it again. Nothing was paid.
too-large-title = That is too long
too-large-text = More was sent than any of our forms takes. Go back, shorten what you typed and send it again. Nothing was paid.
forged-title = This form is no longer valid
forged-text = It was open for too long, or your browser refuses our cookies. Allow cookies for this site, reload the page of the form and send it again. Nothing was paid.
too-many-title = Too many requests
too-many-text = Too much was asked from your connection in a short time; the limit protects everyone’s contracts. Wait for the time below, then go back and try again. Nothing was paid.
overloaded-title = Very busy just now
overloaded-text = Your request was not taken in. Try again in a moment.
failed-title = A problem on our side
failed-text = Your request did not go through. If you were paying, find your payment first before you try again.

# Terms
terms-title = Terms of the service
terms-service-title = The service
terms-service-text = fatoura lets you pay the bills of Moroccan billers online. The whole amount of the bill goes to the biller.
terms-fee-title = Fees
terms-fee-text = The service fee and its VAT are shown on their own lines before you pay. Nothing is taken without your consent.
terms-confirm-title = Confirmation
terms-confirm-text = A payment is complete only when the biller has recorded it and given its receipt number. If it refuses, the whole sum, fee included, returns to your card.
terms-data-title = Your data
terms-data-text = We keep your phone number and, if you give it, your e-mail address, to send the receipt and find the payment again. Your card number never passes through us.

# Cash at an outlet
summary-cash = Or in cash
summary-cash-hint = You get a code of 13 digits to show at an outlet. Stamp duty is added to the amount. The mobile number is optional: the code is sent to it by SMS, with a reminder before it ends.
summary-cash-button = Get a code to pay in cash
cash-title = Pay in cash
cash-heading = To be paid in cash
cash-lead = Show this code at an outlet that takes payments with fatoura, with the exact amount if you can.
cash-qr = QR code of the reference
cash-code = Reference of 13 digits
cash-until = Valid until { $moment }.
cash-warning = Nothing is reserved: whoever pays the bill first has paid it. Keep the outlet’s receipt.
cash-busy-title = This bill is paid or being paid
cash-busy-text = No code was made. Find the payment by its reference, or wait a few minutes.
cash-not-offered-title = No cash for this bill
cash-not-offered-text = The biller does not take this amount in cash. No code was made: pay by card, or change your choice.
cash-used-title = This code has been used
cash-used-text = The bill is paid, or its payment is under way. The outlet’s receipt is the proof.
cash-cancelled-title = This code was cancelled
cash-cancelled-text = Do not show it any more. Look up your bills again to get another.
cash-expired-title = This code has expired
cash-expired-text = Do not show it any more: the amounts may have changed. Look up your bills again.

# A biller in its own colours
brand-contact = Contact:
