//! Personal data at rest: phones, mail addresses, contracts and what people said stand in the database sealed.
//!
//! This is the one door. A column that holds such a text has the SQL type [`SealedText`] in the schema, which takes a
//! [`Sealed`] and nothing else, so that a plain text does not compile; a [`Sealed`] is made and opened by the
//! [`Keyring`] alone, which readers and writers hold as `keys`. To add a column: a line in `columns.rs`, its type in the
//! schema, `keys.seal(&COLUMN, row, text)` where it is written and `keys.open(&COLUMN, row, &sealed)` where it is read;
//! and a line in docs/personal-data.md, to which a test holds the schema.
//!
//! A text is sealed by AES-256-GCM to its place, so that it cannot be moved to another column or row. One by which rows
//! are found (a phone, a mail address) is sealed to its column only, under a nonce made of the text: the same text is
//! the same bytes there, and [`Keyring::forms`] are what to look for. That tells who has the same phone, as the words
//! of payments do, and no more.
//!
//! The first of the [`DataKeys`] seals, all open; the key's name stands with what it sealed. A text without such a name
//! was written before there were keys and is read as it stands. Digests by which people are found are made under a key
//! of the database's own, which stays when the data keys change, and is itself sealed.

pub(crate) mod columns;
mod erasures;
mod held;
mod keyring;
mod keys;
mod measure;
mod rectify;
mod requests;
mod rotate;
mod sweep;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use columns::Column;
pub use erasures::{Erasure, ErasureDone};
pub use held::{Erased, HELD_MAX, Held, HeldCall, Obstacle, Person};
pub(crate) use keyring::Keyring;
pub use keys::{DataKeyFault, DataKeys};
pub use measure::sealing_ns;
pub use rectify::{Contactable, Rectified};
pub use requests::{
    NewPersonRequest, PersonAsk, PersonRequest, PersonRequestKept, PersonRequestState, PersonRequestStep,
};
pub use rotate::{OldWords, SealedUpto, Stale, empty_log};
pub use sweep::{FoundText, Swept};
pub use text::PersonalText;
pub(crate) use text::{Sealed, SealedText};
