//! Calls at the voice server, end to end: the sandbox's provider signs, asks and follows TwiML; a caller keys.

mod cards;
mod hanging_up;
mod journeys;
mod mishaps;
mod repeating;
mod requests;

/// A caller with a mobile.
const CALLER: &str = "+212612345678";
/// A caller with a fixed line.
const LANDLINE: &str = "+212522123456";

/// From the language to the bill of 168.00: French, the first biller, water, the contract.
const TO_BILL: [&str; 4] = ["2", "1", "2", "11111111#"];
/// The same up to how it is paid.
const TO_WAY: [&str; 5] = ["2", "1", "2", "11111111#", "1"];
