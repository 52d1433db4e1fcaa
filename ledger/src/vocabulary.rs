//! The few words that every room shares: channels, instruments, languages.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A word that is not one of those expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{found}' is not one of {expected}")]
pub struct UnknownWord {
    /// What was found.
    pub found: String,
    /// The words that would do, separated by commas.
    pub expected: &'static str,
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident: $list:literal { $($(#[$vmeta:meta])* $variant:ident = $code:literal, $word:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vmeta])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word on the wire and in configuration.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The number that stands for it in the database.
            pub const fn code(self) -> i16 {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The value of a database number.
            pub const fn from_code(code: i16) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;
            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { found: word.chars().take(40).collect(), expected: $list }),
                }
            }
        }
    };
}

pub(crate) use words;

words! {
    /// The way by which a payer reaches the hub.
    Channel: "WEB, IVR, TEL, AGT, POS, API" {
        /// The web pages.
        Web = 1, "WEB";
        /// The interactive voice server.
        Ivr = 2, "IVR";
        /// A teleoperator's desk.
        Tel = 3, "TEL";
        /// A cash agent's outlet.
        Agt = 4, "AGT";
        /// A point-of-sale terminal.
        Pos = 5, "POS";
        /// A network's own system.
        Api = 6, "API";
    }
}

words! {
    /// What the payer pays with.
    Instrument: "card, wallet, cash, transfer" {
        /// A bank card on the gateway's hosted page.
        Card = 1, "card";
        /// A mobile wallet or another prefunded account.
        Wallet = 2, "wallet";
        /// Notes and coins at an outlet.
        Cash = 3, "cash";
        /// A bank transfer.
        Transfer = 4, "transfer";
    }
}

words! {
    /// A language that the hub speaks.
    Language: "ar, fr, en" {
        /// Arabic, written from right to left.
        Ar = 1, "ar";
        /// French.
        Fr = 2, "fr";
        /// English.
        En = 3, "en";
    }
}
