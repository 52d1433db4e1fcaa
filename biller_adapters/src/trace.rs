//! Which request or task a call belongs to: W3C Trace Context, version 00. Carried by the async task, so that nothing has
//! to hand it on.

use std::fmt;
use std::future::Future;

tokio::task_local! {
    static CURRENT: TraceId;
}

/// Two of the 32 digits are always letters, ten digits apart: the log's guard would take thirteen decimal digits in a row for
/// a card number, and hide them.
const LETTERS: u128 = (0xa << 40) | (0xa << 84);
/// Decimal digits in a row from which on they could be a card number.
const DECIMALS_MAX: usize = 12;

/// The number under which one request or one payment's tasks are found in all logs; never zero. It says nothing about
/// anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceId(u128);

impl TraceId {
    /// The header that carries it between systems.
    pub const HEADER: &'static str = "traceparent";

    /// From random bits, or the digest of what is traced.
    pub const fn of_bits(bits: u128) -> Self {
        Self(bits | LETTERS)
    }

    /// Reads the header. `None` unless it is wholly well-formed: then a number of one's own is to be made.
    pub fn of_header(header: &str) -> Option<Self> {
        let is_hex = |text: &str, digits: usize| {
            text.len() == digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        };
        let is_zero = |text: &str| text.bytes().all(|b| b == b'0');
        let mut parts = header.split('-');
        let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        // Later versions may add parts; this one has none.
        let fits = is_hex(version, 2) && version != "ff" && (version != "00" || parts.next().is_none());
        let fits = fits && is_hex(trace, 32) && is_hex(parent, 16) && is_hex(flags, 2);
        // It is written to logs and sent on: a card number is not let in this way either.
        let fits = fits && trace.split(|c: char| !c.is_ascii_digit()).all(|run| run.len() <= DECIMALS_MAX);
        if !fits || is_zero(trace) || is_zero(parent) {
            return None;
        }
        u128::from_str_radix(trace, 16).ok().map(Self)
    }

    /// That of the request or task that is being worked on.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(|trace| *trace).ok()
    }

    /// Works on something under this number.
    pub async fn of<T>(self, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self, work).await
    }

    /// What a call to another system carries; `span` tells the calls apart.
    pub fn header(self, span: u64) -> String {
        format!("00-{self}-{:016x}-00", span.max(1))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[rstest]
    #[case::sampled("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true)]
    #[case::not_sampled("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", true)]
    #[case::later_version("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", true)]
    #[case::more_than_the_version_has("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", false)]
    #[case::no_version("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false)]
    #[case::capitals("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false)]
    #[case::zero_trace("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false)]
    #[case::zero_parent("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false)]
    #[case::short("00-4bf92f3577b34da6-00f067aa0ba902b7-01", false)]
    #[case::signs("00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false)]
    #[case::missing_parts("00-4bf92f3577b34da6a3ce929d0e0e4736", false)]
    #[case::card_number("00-4bf92f4000000000000010ce929d0e0e-00f067aa0ba902b7-01", false)]
    #[case::empty("", false)]
    fn headers(#[case] header: &str, #[case] is_taken: bool) {
        let read = TraceId::of_header(header).map(|trace| trace.to_string());
        assert_eq!(read.as_deref(), is_taken.then_some(TRACE));
    }

    #[tokio::test]
    async fn a_call_carries_the_number_of_what_it_is_made_for() {
        assert_eq!(TraceId::current(), None);
        let trace = TraceId::of_bits(0);
        let header = trace.of(async { TraceId::current().map(|trace| trace.header(0)) }).await.unwrap();
        assert_eq!(header, "00-0000000000a0000000000a0000000000-0000000000000001-00");
        assert_eq!(TraceId::of_header(&header), Some(trace));
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(bits: u128, span: u64) {
            let trace = TraceId::of_bits(bits);
            proptest::prop_assert_eq!(TraceId::of_header(&trace.header(span)), Some(trace));
        }

        #[test]
        fn anything_is_read_or_refused(text in ".{0,80}") {
            let _ = TraceId::of_header(&text);
        }
    }
}
