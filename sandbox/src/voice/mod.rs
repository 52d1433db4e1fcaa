//! The voice provider: carries calls, asks the hub what to do next by signed requests, and follows its TwiML. Somebody,
//! or a script, keys what is to be keyed.

mod call;
mod card;
mod engine;
mod pages;

pub use call::{CallLine, Dial, PhoneCall, PhoneKeys};
pub(crate) use card::Keyed;
pub(crate) use pages::routes;
