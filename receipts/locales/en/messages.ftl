sms-bill = { $biller } ({ $contract })
sms-confirmed = Paid: { $amount } to { $bill }. Receipt { $receipt }. Ref. { $reference }
    { $link }
sms-returning = { $bill } refused the payment: { $instrument ->
    [card] { $amount } are going back to your card
   *[other] { $amount } are going back to you
}. Nothing to do. Bill still unpaid. Ref. { $reference }
    { $link }
sms-returned = { $instrument ->
    [card] Returned to your card: { $amount }, { $bill }. The bank may take a few days to show it.
    [cash] { $bill } refused: your { $amount } are given back at the outlet.
   *[other] Returned to you: { $amount }, { $bill }. The bank may take a few days to show it.
} Ref. { $reference }
    { $link }
sms-cancelled = Cancelled: { $amount }, { $bill }. Given back at the outlet; the bill is due again. Ref. { $reference }
    { $link }
sms-refunded = { $instrument ->
    [card] Refunded to your card: { $amount }, { $bill }. The bank may take a few days to show it.
    [cash] Refund of { $amount }, { $bill }: get it at the outlet where you paid.
   *[other] Refunded to you: { $amount }, { $bill }.
} Ref. { $reference }
    { $link }
sms-reference = { $biller }: pay { $amount } in cash with code { $digits } until { $until }.
sms-reference-reminder = Reminder: code { $digits } ({ $biller }, { $amount }) ends on { $until }.
low-float-subject = Low float at outlet { $outlet }: { $available }
low-float-text = The float of outlet { $outlet } ({ $place }) of { $network } is { $available }, below the threshold of { $low }.
low-float-hint = A payment above it is refused. Top it up so that the outlet can go on.
sms-request = { $bill }: pay { $amount } by card here, before { $until }. Never give your card number to anyone.
    { $link }
mail-confirmed-subject = Payment receipt: { $biller }, { $amount }
mail-confirmed-heading = Payment confirmed
mail-confirmed-text = { $biller } has booked your payment. Your receipt is attached; please keep it.
mail-confirmed-link = See the receipt
mail-returning-subject = Payment refused by { $biller }: your money is coming back
mail-returning-heading = Your money is on its way back
mail-returning-text = { $biller } did not accept the payment. { $instrument ->
    [card] The whole amount is going back to your card, fees included.
   *[other] The whole amount is going back to you, fees included.
} You have nothing to do; we will write to you once it is done.
mail-returning-note = The bill is still unpaid at { $biller }.
mail-returning-link = Follow the refund
mail-returned-subject = Refund made: { $amount }
mail-returned-heading = Your money was returned
mail-returned-text = { $biller } had not accepted the payment. { $instrument ->
    [card] The whole amount is back on your card, fees included; depending on the bank it shows within a few days.
   *[other] The whole amount is back with you, fees included.
}
mail-returned-note = If the bill is still due, you can pay it again whenever you like.
mail-returned-link = See the payment
mail-refunded-subject = Refund made: { $amount }
mail-refunded-heading = You were refunded
mail-refunded-text = This is a refund of your payment to { $biller }. { $instrument ->
    [card] It is going to your card; depending on the bank it shows within a few days.
    [cash] It waits for you in cash at the outlet where you paid.
   *[other] It went back the way you paid.
}
mail-refunded-link = See the payment
mail-refunded-at = Refunded on { $when } (Morocco time)
mail-request-subject = Your payment link: { $biller }, { $amount }
mail-request-heading = Your bill is ready to be paid
mail-request-text = You asked for a link to pay { $biller } by card. It is good for one payment and for this amount only. You will enter your card on CMI’s secure page.
mail-request-note = If you did not ask for it, you have nothing to do: nothing is taken and the link ends by itself.
mail-request-link = Pay now
mail-total-returning = Amount being returned
mail-total-returned = Amount returned
mail-total-request = To pay
mail-confirmed-at = Confirmed on { $when } (Morocco time)
mail-returning-at = Refused on { $when } (Morocco time)
mail-returned-at = Returned on { $when } (Morocco time)
mail-request-at = Good until { $when } (Morocco time)
mail-line = { $label }: { $value }
mail-link-hint = If the button does not work, copy this address:
mail-footer = This message was sent automatically; please do not reply. We never ask you to write or say your card number.
sms-dispute-opened = Complaint { $number } ({ $biller }) received. Answer by { $due }.
    { $link }
sms-dispute-reopened = Complaint { $number } ({ $biller }) opened again. Answer by { $due }.
    { $link }
sms-dispute-review = Complaint { $number } ({ $biller }): we are looking into it.
    { $link }
sms-dispute-at-biller = Complaint { $number }: we have asked { $biller }.
    { $link }
sms-dispute-at-payer = Complaint { $number } ({ $biller }): we have a question for you.
    { $link }
sms-dispute-proposed = Complaint { $number } ({ $biller }): a decision is being approved.
    { $link }
sms-dispute-upheld = Complaint { $number } ({ $biller }) accepted. Our answer:
    { $link }
sms-dispute-rejected = Complaint { $number } ({ $biller }) not accepted. Our answer:
    { $link }
sms-dispute-withdrawn = Complaint { $number } ({ $biller }) withdrawn.
    { $link }
mail-dispute-subject = Your complaint { $number }: { $biller }
mail-dispute-opened = We have received your complaint { $number } about your payment to { $biller }. You will have our answer by { $due }.
mail-dispute-reopened = Your complaint { $number } about your payment to { $biller } is open again. You will have our answer by { $due }.
mail-dispute-review = We are looking into your complaint { $number } about your payment to { $biller }.
mail-dispute-at-biller = We have asked { $biller } about your complaint { $number } and wait for an answer.
mail-dispute-at-payer = To go on with your complaint { $number } we have a question. Please answer on the payment’s page:
mail-dispute-proposed = A decision on your complaint { $number } is ready; a second person is approving it.
mail-dispute-upheld = Your complaint { $number } about your payment to { $biller } is accepted. Our answer:
mail-dispute-rejected = Your complaint { $number } about your payment to { $biller } is not accepted. Our answer:
mail-dispute-withdrawn = Your complaint { $number } about your payment to { $biller } is withdrawn. There is nothing for you to do.
mail-dispute-link = Follow my complaint
