//! The `fatoura` program.

fn main() {}
