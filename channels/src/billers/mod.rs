//! Billers as operations see them: all that is set, without secrets; suspended and let go on at once, changed by
//! two persons.

pub(crate) mod acting;
pub(crate) mod given;
pub(crate) mod pages;
pub(crate) mod settings;
