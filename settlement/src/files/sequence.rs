//! Several files of one biller, one after the other.

use ledger::Money;

use super::{TextForm, Verified, VerifiedAdvice};

/// Why a file does not follow the one before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SequenceFault {
    /// Another biller's file.
    #[error("it is of biller {found}, the one before of biller {expected}")]
    OtherBiller {
        /// The biller of the file before.
        expected: u16,
        /// Its own.
        found: u16,
    },
    /// The other form: each has a chain of its own.
    #[error("it has another form than the one before: check each form apart")]
    OtherForm,
    /// A statement is missing, or the order is wrong.
    #[error("it has number {found}, expected {expected}: a file is missing or out of order")]
    Gap {
        /// The number after that of the file before.
        expected: u64,
        /// Its own.
        found: u64,
    },
    /// The file before is not the one that this file was made after.
    #[error("the file before has SHA-256 {found}, but this one was made after {}: the earlier file was changed", .named.as_deref().unwrap_or("none"))]
    Changed {
        /// The digest that the header names.
        named: Option<String>,
        /// The digest of the file before.
        found: String,
    },
    /// What was carried over got another amount on the way.
    #[error("{found} is carried in, but the file before carries {expected} out")]
    Carried {
        /// Carried out before.
        expected: Money,
        /// Carried in.
        found: Money,
    },
}

/// Holds files to one another, each right in itself, in the order given: one biller, one form, numbers without a gap,
/// each naming the digest of the one before. The number beside a fault is the file's place from 0. What came before the
/// first is not asked.
pub fn check_sequence(files: &[Verified]) -> Vec<(usize, SequenceFault)> {
    let mut faults = Vec::new();
    for (before, (place, file)) in files.iter().zip(files.iter().enumerate().skip(1)) {
        faults.extend(follows(before, file).into_iter().map(|fault| (place, fault)));
    }
    faults
}

/// The same for advices, which have numbers and name no digest.
pub fn check_advices(files: &[VerifiedAdvice]) -> Vec<(usize, SequenceFault)> {
    let pairs = files.iter().zip(files.iter().enumerate().skip(1));
    let fault = |before: &VerifiedAdvice, file: &VerifiedAdvice| {
        numbers(before.biller, before.sequence, file.biller, file.sequence)
    };
    pairs.filter_map(|(before, (place, file))| Some((place, fault(before, file)?))).collect()
}

fn numbers(last_biller: u16, last: u64, biller: u16, sequence: u64) -> Option<SequenceFault> {
    if last_biller != biller {
        return Some(SequenceFault::OtherBiller { expected: last_biller, found: biller });
    }
    let expected = last.saturating_add(1);
    (expected != sequence).then_some(SequenceFault::Gap { expected, found: sequence })
}

fn follows(before: &Verified, file: &Verified) -> Vec<SequenceFault> {
    let (last, this) = (&before.statement, &file.statement);
    if last.biller != this.biller {
        return vec![SequenceFault::OtherBiller { expected: last.biller, found: this.biller }];
    }
    let forms: [TextForm; 2] = [before.form, file.form];
    if forms[0] != forms[1] {
        return vec![SequenceFault::OtherForm];
    }
    let expected = last.sequence.saturating_add(1);
    if expected != this.sequence {
        return vec![SequenceFault::Gap { expected, found: this.sequence }];
    }
    let mut faults = Vec::new();
    if file.previous.as_deref() != Some(before.sha256.as_str()) {
        faults.push(SequenceFault::Changed { named: file.previous.clone(), found: before.sha256.clone() });
    }
    if this.totals.carried_in != last.totals.carried_out {
        let (expected, found) = (last.totals.carried_out, this.totals.carried_in);
        faults.push(SequenceFault::Carried { expected, found });
    }
    faults
}
