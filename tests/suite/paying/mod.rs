//! Paying a bill, use case by use case: money taken means the bill is confirmed at the biller exactly once, or the money
//! goes back.

mod calling_back;
mod confirming;
mod finding;
mod quoting;
mod racing;
mod returning;
mod telling;

use crate::support::{Backend, Bill, Setup, TestApp};

/// A bill of each protocol: JSON, SOAP, file.
const JSON: Bill = (1001, "01", "11111111");
const SOAP: Bill = (1002, "01", "1002002");
const FILE: Bill = (1202, "01", "AM100001");

const APPROVED: &str = "4000000000000010";
const DECLINED: &str = "4000000000000036";
const TWICE: &str = "4000000000000069";
const DECLINED_THEN_APPROVED: &str = "4000000000000077";
const NO_CALLBACK: &str = "4000000000000085";
const BAD_HASH: &str = "4000000000000093";

async fn manual_capture(backend: Backend) -> Option<TestApp> {
    TestApp::start_with(backend, Setup { automatic_capture: false, ..Setup::default() }).await
}
