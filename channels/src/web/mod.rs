//! The web pages: server-rendered, in three languages, complete without JavaScript.

pub(crate) mod assets;
pub(crate) mod bills;
mod context;
mod csrf;
pub(crate) mod errors;
pub(crate) mod find;
pub(crate) mod format;
pub(crate) mod headers;
pub(crate) mod home;
pub(crate) mod i18n;
pub(crate) mod identify;
mod inputs;
pub(crate) mod limits;
pub(crate) mod links;
pub(crate) mod pay;
pub(crate) mod payment;
mod views;

#[cfg(test)]
pub(crate) mod tests;
