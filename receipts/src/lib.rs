//! What people keep: the payer's receipt as PDF, the SMS and mails that bring it, and papers of tables to be signed, in
//! three languages.
//!
//! Everything here is a function of what it is given: no clock, no database. The same data renders the same bytes, so a
//! receipt that is fetched twice is the same document. Texts live in `locales/`, one folder per language.

mod data;
mod locale;
mod messages;
mod paper;
mod pdf;

pub use data::{Look, ReceiptArticle, ReceiptData};
pub use locale::{date, date_time, money};
pub use messages::{
    DisputeNotice, LOGO_CID, LowFloat, MailText, MessageData, MessageKind, ReferenceNotice, dispute_mail, dispute_sms,
    low_float_mail, mail, reference_sms, sms_text,
};
pub use paper::{Paper, PaperCell, PaperColumn, PaperSection, Verdict};
pub use pdf::{ARTICLES_MAX, PAPER_ROWS_MAX, PdfError, render_paper, render_pdf};
