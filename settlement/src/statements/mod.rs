//! Statements and reports that come in from outside.
