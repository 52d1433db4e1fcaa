//! Cash over the counter, use case by use case: floats, shifts, cancellation, references, cash that comes late.

mod cancelling;
mod closing;
mod floats;
mod four_channels;
mod paying;
mod racing;
mod referring;
