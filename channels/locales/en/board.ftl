# Navigation
staff-nav-board = Live board
staff-nav-board-about = Payments by the minute, and what waits for somebody.

# The page
board-title = Live board
board-lead = What comes in, how it ends, and what waits. No customer’s data.
board-again = Refresh
board-pause = Pause updates
board-resume = Resume updates
board-silent = The server does not answer: the figures are of the time shown.
board-read-at = Read at
board-unread = This part could not be read. The rest of the board is up to date; it comes back by itself once the database answers.
board-verdict-good = Nothing asks for a person.
board-verdict-unread = Nothing urgent in what could be read.
board-verdict-act = { $form ->
    [one] { $count } part asks for a person.
   *[other] { $count } parts ask for a person.
}
board-state-good = All well
board-state-watch = To watch
board-state-act = To act on
board-state-unread = Not read
board-oldest-shown = Only the oldest are shown.
board-never = never
board-age-seconds = { $count } s
board-age-minutes = { $count } min
board-age-hours = { $count } h
board-age-days = { $count } d

# Payments
board-traffic = Payments per minute
board-last-minute = Last whole minute
board-last-hour = Last 60 minutes
board-since = Too many payments to count a day: counted since
board-traffic-none = No payment was started within the hour, on any channel.
board-curve-told = { $channel }: { $count } payments in 60 minutes, at most { $peak } a minute
board-minutes = The figures, minute by minute
board-minutes-caption = Payments started, by channel. Minutes without any are left out.
board-col-minute = Minute

# How they end
board-rate-billers = Success by biller
board-rate-billers-about = Confirmed by the biller, of the money taken whose outcome is known.
board-rate-billers-col = Biller
board-rate-instruments = Success by instrument
board-rate-instruments-about = Carried through, of all payments that ended, refusals and those given up included.
board-rate-instruments-col = Instrument
board-rate-none = No payment for a day.
board-rate-counts = { $confirmed } confirmed, { $returned } returned, { $unpaid } not paid, { $open } under way
board-rate-bad = Failing
board-rate-watched = To watch
board-col-hour = 60 minutes
board-col-day = 24 hours

# Tiles
board-unknowns = Outcome unknown
board-unknowns-about = Money taken, and no clear word from the biller or the gateway. Nothing is refunded meanwhile.
board-unknown-asked = { $what } ({ $count }×)
board-breakers = Billers cut off
board-breakers-about = After repeated failures, as this server sees it; tried again by itself.
board-breaker-open = Cut off
board-queues = Work that is due
board-queues-about = What is to leave now for billers, gateway and customers.
board-writer = Write queue of this server: { $count }
board-messages = Messages not sent
board-messages-about = SMS and mails that were tried in vain and are tried again.
board-incidents = Open incidents
board-incidents-about = What the program cannot settle by itself.
board-breaks = Breaks not closed
board-breaks-about = Found by reconciliation.
board-floats = Low floats
board-floats-about = Open outlets below their network’s threshold.
board-jobs = Failing jobs
board-jobs-about = Scheduled jobs that fail or are late.
board-job-late = Late
board-job-failures = { $form ->
    [one] { $count } failure in a row
   *[other] { $count } failures in a row
}
board-files = Files not delivered
board-files-about = Settlement files and orders to the bank that have not arrived.

# Columns
board-col-payment = Payment
board-col-asked = Asked
board-col-age = For
board-col-biller = Biller
board-col-code = Code
board-col-state = State
board-col-task = Work
board-col-message = Message
board-col-what = Kind
board-col-count = Count
board-col-oldest = Oldest
board-col-outlet = Outlet
board-col-left = Left
board-col-threshold = Threshold
board-col-job = Job
board-col-done = Last success
board-col-file = File
board-col-tries = Tries

# Work
board-task-confirm = Confirmation to the biller
board-task-capture = Capture
board-task-verify-capture = Check of a capture
board-task-poll = Question to the gateway
board-task-return = Return of money
board-task-cancel = Cancellation
board-task-sms = Receipt by SMS
board-task-mail = Receipt by mail
board-task-sms-returning = SMS: money going back
board-task-mail-returning = Mail: money going back
board-task-sms-returned = SMS: money went back
board-task-mail-returned = Mail: money went back
board-task-sms-cancelled = SMS: cancelled
board-task-mail-low-float = Warning of a low float
board-task-sms-reference = SMS with a reference
board-task-sms-reference-reminder = Reminder of a reference
board-task-sms-link = SMS with a link
board-task-mail-link = Mail with a link
board-task-refund = Refund
board-task-sms-refunded = SMS: refunded
board-task-mail-refunded = Mail: refunded
board-task-sms-dispute = SMS: complaint
board-task-mail-dispute = Mail: complaint

# Incidents
board-incident-unresolved-confirmation = Confirmation unresolved
board-incident-unresolved-return = Return unresolved
board-incident-unresolved-capture = Capture unresolved
board-incident-callback-mismatch = Callback that does not agree
board-incident-amount-mismatch = Amount that does not agree
board-incident-unresolved-cancellation = Cancellation unresolved
board-incident-late-cash = Late cash
board-incident-job = Job that fails
board-incident-undelivered-file = File not delivered
board-incident-unresolved-refund = Refund unresolved
