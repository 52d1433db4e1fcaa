//! Settlement files and messages to the bank: what they hold, and that nothing else passes for them.

mod messages;
mod sample;
mod text;
mod verify;
