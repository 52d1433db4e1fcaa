//! The web pages: server-rendered, in three languages, complete without JavaScript.

pub(crate) mod assets;
pub(crate) mod bills;
pub(crate) mod cash;
pub(crate) mod context;
mod csrf;
pub(crate) mod errors;
pub(crate) mod find;
pub(crate) mod format;
pub(crate) mod headers;
pub(crate) mod home;
pub(crate) mod i18n;
pub(crate) mod identify;
pub(crate) mod inputs;
pub(crate) mod limits;
pub(crate) mod links;
pub(crate) mod pay;
pub(crate) mod payment;
pub(crate) mod views;

#[cfg(test)]
pub(crate) mod tests;
