//! The sentences of the dialogue, from the same files as the pages' words but without the invisible marks that keep
//! directions apart on a page: a voice would stumble over them.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{Loader, static_loader};
use ledger::Language;

use super::twiml::Say;
use crate::web::i18n::identifier;

static_loader! {
    static SPOKEN = {
        locales: "./locales",
        fallback_language: "fr",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// A sentence.
pub(super) fn say(language: Language, key: &str, args: &[(&'static str, &str)]) -> Say {
    let args: HashMap<Cow<'static, str>, FluentValue<'_>> =
        args.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(*value))).collect();
    let text = SPOKEN.try_lookup_with_args(identifier(language), key, &args).unwrap_or_else(|| key.to_owned());
    Say { language, text }
}
