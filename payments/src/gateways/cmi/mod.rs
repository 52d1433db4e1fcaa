//! CMI's hosted card page (Nestpay "3D pay hosting"): the form that sends the payer there, the callback that comes
//! back, and the server operations. No card number passes through the hub.

mod entities;
pub mod hash;
