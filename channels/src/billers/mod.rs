//! Billers as operations see them: all that is set, without secrets; suspended and let go on at once.

pub(crate) mod acting;
pub(crate) mod pages;
