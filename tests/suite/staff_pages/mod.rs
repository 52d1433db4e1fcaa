//! Members of staff at their pages: signing in, what goes wrong with it, what they may do, what is written down.

mod signing_in;
