//! The outside world: billers, card gateway, SMS and voice provider, mail, file server and bank, speaking wire protocols only.
//!
//! It shares no code with the hub: every protocol is written again from its documentation, so that hub and sandbox
//! check each other. `docs/sandbox.md` says what integrators find here.

mod amount;
mod bank;
mod billers;
mod book;
mod config;
mod control;
mod dashboard;
mod days;
mod faults;
mod gateway;
mod handle;
mod inboxes;
mod network;
mod reply;
mod running;
mod seed;
mod sftp;
mod signing;
mod sms;
mod smtp;
mod store;
mod voice;
mod world;
mod xml;

pub use amount::{parse_amount, show_amount};
pub use bank::{BankAnswer, BankEntry, BankTransfer, StatementForm};
pub use book::{Booking, BookingOutcome, PaidArticle};
pub use config::{SandboxConfig, SandboxError};
pub use days::{BreakKind, CashKind, CashOperation, CashStatus, PlannedBreak};
pub use faults::{FaultKind, FaultRule};
pub use gateway::{CallbackLog, CardMovement, CardMovementKind, CardOrder, OrderState, Settled, TEST_CARDS, TestCard};
pub use handle::Control;
pub use network::{NetworkAnswer, NetworkConfig, NetworkDay, NetworkSignature, NetworkSystem};
pub use running::{RunningSandbox, Sandbox};
pub use seed::{AmountRule, SeedArticle, SeedBiller, SeedContract, SeedType, billers};
pub use sftp::DroppedFile;
pub use sms::SmsMessage;
pub use smtp::MailMessage;
pub use voice::{CallLine, Dial, PhoneCall, PhoneKeys};
