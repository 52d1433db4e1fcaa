//! The pages for staff: sign-in, one's own account, and the frame that every screen for staff stands in.
//!
//! A screen takes a [`session::StaffSession`] among its arguments, asks it for the permission it needs, and renders a template
//! that extends `staff/layout.html` over `StaffSession::frame`. Where it belongs is a line in `places`.

pub(crate) mod account;
pub(crate) mod audit_log;
pub(crate) mod enrolment;
pub(crate) mod frame;
pub(crate) mod home;
mod next;
mod places;
pub(crate) mod session;
pub(crate) mod sessions;
pub(crate) mod sign_in;
pub(crate) mod unmasking;

pub(crate) use frame::StaffNoticePage;

#[cfg(test)]
mod tests;
