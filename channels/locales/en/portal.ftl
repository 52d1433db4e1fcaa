# Navigation
staff-nav-portal = My biller
staff-nav-portal-about = Your latest payments, what is paid out to you with its files, your branding.

portal-title = My biller
portal-held = Payments suspended
portal-held-lead = The operator takes no new payment for you at the moment. Payments that were started go on to their end.
portal-held-since = since { $at }
portal-none = No payment for you so far. They show here as soon as a payer begins.
portal-all-payments = All payments
portal-windows = Latest settlement windows
portal-files = Files
portal-all-windows = All windows
portal-more = Also for you
portal-report = Report: { $what }
portal-branding-about = Your logo, colours and texts, as payers see them.
