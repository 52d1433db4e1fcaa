//! People who work with the hub, as rows: members, recovery codes, sessions, failed tries. What roles mean, how
//! passwords are hashed and how long a session lives is for whoever calls.

mod attempts;
mod members;
mod sessions;

pub use attempts::Attempt;
pub use members::{NewStaffMember, StaffMember};
pub use sessions::{NewStaffSession, StaffSession};
