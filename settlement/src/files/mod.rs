//! Files that leave the hub: for billers, and for the bank.
