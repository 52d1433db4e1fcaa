//! The words of holds.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use crate::vocabulary::{UnknownWord, words};

words! {
    /// What people do with a hold.
    HoldAct: "capture, let go" {
        /// All or part of it is taken.
        Capture = 1, "capture";
        /// Nothing is taken: the payer has it again.
        LetGo = 2, "let go";
    }
}
