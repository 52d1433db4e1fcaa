# Frame
staff-mark = Workspace
staff-sign-out = Sign out
staff-foot = For staff only. Every sign-in and every look at a customer’s data is written to the audit log.
staff-nav-home = Home
staff-nav-home-about = Your screens.
staff-nav-audit = Audit log
staff-nav-audit-about = Who did what, and when.
staff-nav-account = My account
staff-nav-sessions = My sessions
staff-nav-sessions-about = Where you are signed in, and how to end it.
staff-nav-password = Password
staff-nav-password-about = Change it whenever you like.
staff-nav-codes = Recovery codes
staff-nav-codes-about = To get in without your phone.
staff-action-home = Back to the home page
staff-forbidden-title = This page is not open to you
staff-forbidden-text = Your roles do not give this right. If you need it, ask an administrator. Nothing was done.

# Roles
staff-role-teleoperator = Teleoperator
staff-role-agent = Agent
staff-role-outlet-supervisor = Outlet supervisor
staff-role-network-manager = Network manager
staff-role-biller-user = Biller user
staff-role-finance = Finance
staff-role-operations = Operations
staff-role-auditor = Auditor
staff-role-administrator = Administrator
staff-scope-outlet = Outlet
staff-scope-network = Network
staff-scope-biller = Biller

# Sign-in
staff-sign-in-title = Sign in
staff-sign-in-lead = Come in with the name and the password that you were given.
staff-sign-in-button = Sign in
staff-sign-in-fine = Forgotten your password? An administrator can give you a new one.
staff-login = User name
staff-password = Password
staff-ended = Your session is over. Sign in again to go on.
staff-fault-sign-in = This name and this password do not go together. Check them and try again.
staff-fault-sign-in-empty = Type your user name and your password.
staff-fault-wait = { $form ->
    [one] Too many tries. Try again in a minute.
   *[other] Too many tries. Try again in { $count } minutes.
}

# Second factor
staff-factor-title = Verification code
staff-factor-lead = Open your authenticator app and type the 6-digit code of Fatoura.
staff-factor-button = Verify
staff-factor-other = Sign in under another name
staff-code = 6-digit code
staff-fault-code = This code is not right, or it was used already. Wait for the next one and type it.
staff-recovery-summary = I do not have my phone
staff-recovery = Recovery code
staff-recovery-hint = One of the ten codes that you kept. Each works once.
staff-recovery-button = Come in with this code
staff-fault-recovery = This recovery code is not right, or it was used already.

# Password
staff-password-title = Change password
staff-password-lead = Your other sessions will be closed.
staff-password-forced = Your password is good for one use. Choose your own to go on.
staff-password-button = Change the password
staff-password-fine = A few words in a row are easy to remember and hard to guess.
staff-present = Present password
staff-new = New password
staff-new-hint = { $form ->
   *[other] At least { $count } characters, without your user name.
}
staff-again = New password, once more
staff-fault-present = This is not your present password.
staff-fault-again = The two new passwords differ. Type the same one twice.
staff-fault-same = The new password is the present one. Choose another.
staff-fault-short = This password is too short: at least 12 characters are needed.
staff-fault-long = This password is too long: 128 characters at most.
staff-fault-blank = A password neither begins nor ends with a blank, and has no invisible characters.
staff-fault-login = The password must not contain your user name.
staff-fault-guessable = This password is too easy to guess. Choose another.

# Enrolment
staff-enrol-title = Protect your account
staff-enrol-lead = Besides the password, a code from your phone will prove that it is you.
staff-enrol-scan = In an authenticator app, add an account and scan this code.
staff-enrol-qr = QR code of the account
staff-enrol-type = I cannot scan
staff-enrol-type-hint = Type this key into the app: account Fatoura, code based on the time.
staff-enrol-confirm = Type the 6-digit code that the app shows.
staff-enrol-button = Turn on
staff-codes-title = Recovery codes
staff-codes-made-title = Keep these recovery codes
staff-codes-made-lead = Without your phone, one of them lets you in. Each works once.
staff-codes-made-note = They will never be shown again. Write them down or print them, and keep them in a safe place.
staff-codes-made-done = Noted, go on
staff-codes-left = { $form ->
    [one] You have { $count } recovery code left
   *[other] You have { $count } recovery codes left
}
staff-codes-lead = New codes replace all the old ones. To get some, type the code of your app.
staff-codes-button = Get new codes
staff-codes-none = Your account has no second factor: only the password protects it.
staff-codes-enrol = Add a second factor

# Sessions
staff-sessions-title = My sessions
staff-sessions-lead = A session that is not used closes after 15 minutes. Close those that you do not know, then change your password.
staff-session-unknown = Unknown browser
staff-session-current = This one
staff-session-opened = Opened on { $moment }
staff-session-seen = Used on { $moment }
staff-session-end = Close
staff-sessions-end-others = Close all others

# Home
staff-home-title = Home
staff-home-heading = Hello, { $name }
staff-home-work = My work
staff-done-password = Your password is changed, and your other sessions are closed.

# Audit log
staff-audit-title = Audit log
staff-audit-lead = The newest entries first. None can be changed or deleted: each holds the fingerprint of the one before.
staff-audit-empty = No entries.
staff-audit-seq = No.
staff-audit-at = When
staff-audit-actor = Who
staff-audit-action = What
staff-audit-subject = Subject
staff-audit-detail = Detail
staff-audit-older = Older
staff-audit-newest = The newest
audit-password-accepted = Password accepted
audit-signed-in = Signed in
audit-sign-in-refused = Sign-in refused
audit-second-factor-refused = Code refused
audit-locked-out = Tries suspended
audit-signed-out = Signed out
audit-password-changed = Password changed
audit-password-change-refused = Change of password refused
audit-password-reset = Password reset
audit-second-factor-enrolled = Second factor turned on
audit-second-factor-reset = Second factor taken away
audit-recovery-code-used = Recovery code used
audit-recovery-codes-renewed = Recovery codes renewed
audit-session-revoked = Session closed
audit-member-added = Member added
audit-member-disabled = Member disabled
audit-member-enabled = Member enabled
audit-roles-set = Roles set
audit-customer-viewed = Customer data viewed
audit-personal-data-exported = Data held of a person taken out
audit-erasure-asked = Erasure of a person’s data asked for
audit-personal-data-erased = A person’s data erased
