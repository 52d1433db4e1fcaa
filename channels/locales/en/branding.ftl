# Navigation
staff-nav-branding = Branding
staff-nav-branding-about = Billers’ logos, colours and texts, as payers see them.
audit-brand-drafted = Branding draft saved
audit-brand-published = Branding published
audit-brand-dropped = Branding draft given up

# Billers
branding-title = Branding
branding-lead = What payers see of each biller: its logo, its colours, its texts.
branding-no-billers = No biller has been imported yet.
branding-col-biller = Biller
branding-col-code = Code
branding-col-in-force = In force
branding-col-draft = Draft
branding-plain = Plain look
branding-no-draft = None
branding-version = Version { $number }
branding-made = Saved { $at } by { $name }
branding-waits = A draft waits

# The draft
branding-draft-title = Draft
branding-previews = See the draft as a payer would
branding-preview-payment = Payment page
branding-preview-receipt = Receipt
branding-preview-mail = E-mail
branding-preview-bar = Preview of a draft: only staff see this page.
branding-preview-back = Back to the branding
branding-sample-line = Sample bill
branding-publish = Publish this draft
branding-drop = Give the draft up
branding-own-draft = You saved this draft: somebody else has to publish it.
branding-others-publish = Operations publish this draft after they have seen it.
branding-done-saved = The draft is saved. Nothing changes for payers until it is published.
branding-done-published = The branding is published. Payers see it from now on.
branding-done-dropped = The draft is given up. Nothing has changed for payers.

# The form
branding-form-title = Prepare a branding
branding-form-again = Change the draft
branding-form-lead = What stays empty is shown as for billers without branding. A text is given in all three languages.
branding-logo = Logo
branding-logo-now = The draft’s present logo
branding-logo-remove = Take the logo away
branding-logo-file = File of the logo
branding-logo-hint = PNG, JPEG or SVG, at most 200 kB and 2000 × 2000 pixels. An SVG logo is not shown in e-mails and the PDF: the name stands for it there.
branding-logo-large = The file is larger than 200 kB. Make the image smaller and choose it again.
branding-logo-unknown = This file is neither PNG nor JPEG nor SVG. Export the logo in one of these formats.
branding-logo-damaged = The image is damaged or incomplete. Export it again.
branding-logo-dimensions = The image measures { $width } × { $height } pixels; each side may be 1 to 2000. Make it smaller.
branding-logo-svg = The SVG holds, in line { $line }, what a logo may not have: { $what }. Export it as “plain SVG” with texts turned into paths.
branding-colours = Colours
branding-colours-hint = Both of them, or neither. The colour of texts on them is chosen so that they can be read.
branding-brand = Brand colour
branding-brand-hint = The ground of the page’s head.
branding-accent = Accent colour
branding-accent-hint = Buttons and links.
branding-name = Name as shown
branding-name-hint = At most { $count } characters.
branding-help = Help
branding-help-hint = Beside the payment’s forms, for instance where to find the contract number. At most { $count } characters.
branding-contact = Contact
branding-contact-hint = Where to reach the biller. At most { $count } characters.
branding-footer = Foot of the receipt
branding-footer-hint = The last line of receipts and e-mails. At most { $count } characters.
branding-in-ar = In Arabic
branding-in-fr = In French
branding-in-en = In English
branding-save = Save the draft
branding-save-fine = Saving publishes nothing: somebody else looks at the draft and publishes it.
branding-fault-colour = A colour is written # and six hexadecimal digits, like #0b5d4e.
branding-fault-one-colour = Give both colours, or neither.
branding-fault-contrast = Texts could not be read with it (contrast below 4.5:1). The nearest colour that does is { $colour }.
branding-fault-missing = Give this text in all three languages, or in none.
branding-fault-long = At most { $count } characters.
branding-fault-unreadable = This text holds characters that cannot be shown. Type it again.
branding-fault-changed = The draft has changed since you saw it: nothing was done. Look at it again.
branding-fault-no-draft = There is no draft any more: it was published or given up.
branding-fault-draft-first = A draft waits already. Publish it or give it up first.

# Versions
branding-versions = Published versions
branding-col-version = Version
branding-col-published = Published
branding-col-made-by = Made by
branding-col-published-by = Published by
branding-col-act = Action
branding-take-up = Take up again
branding-take-up-named = Take version { $number } up again as a draft
