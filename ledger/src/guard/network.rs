//! Networks of internet addresses, as lists and rules know payers by them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Bits of an address; one of version 4 is the end of `::ffff:0:0/96`.
const BITS: u8 = 128;
/// Where addresses of version 4 begin.
const V4_FROM: u8 = 96;
/// By so many bits a payer is known who comes by version 6: homes and phones have a /64 of their own, and change the rest of
/// their address at will.
const PAYER_V6: u8 = 64;
/// The widest networks that are listed: a wider one holds whole regions of the world.
const WIDEST_V4: u8 = 8;
const WIDEST_V6: u8 = 16;
/// The narrowest networks whose addresses are shown in full: of a narrower one the end is a person's.
const SHOWN_V4: u8 = 24;
const SHOWN_V6: u8 = 48;

/// A network, or a single address of version 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    /// Its first address.
    first: u128,
    /// How many of the 128 bits its addresses share.
    length: u8,
}

/// Why a text names no network that can be listed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkFault {
    /// Neither an address nor a network.
    #[error("neither an internet address nor a network such as 196.200.128.0/24 or 2001:db8:1::/48")]
    Malformed,
    /// The length of a network of version 4.
    #[error("a network of version 4 has a length from /8 to /32")]
    LengthV4,
    /// The length of a network of version 6, by which an address alone is not known.
    #[error("a network of version 6 has a length from /16 to /64: {0}")]
    LengthV6(String),
    /// It goes on past its length: the network is another one.
    #[error("the address goes on past the length of the network: write {0}")]
    HostBits(String),
}

/// The bits that a length leaves to hosts, as ones.
fn hosts(length: u8) -> u128 {
    u128::MAX.checked_shr(length.into()).unwrap_or(0)
}

fn bits_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl Network {
    fn new(address: IpAddr, length: u8) -> Self {
        Self { first: bits_of(address) & !hosts(length), length }
    }

    /// What a payer who comes from an address is known by: of version 4 the address, of version 6 its /64. `None` where the
    /// address is not known.
    pub fn of_payer(address: IpAddr) -> Option<Self> {
        match address.to_canonical() {
            address if address.is_unspecified() => None,
            address @ IpAddr::V4(_) => Some(Self::new(address, BITS)),
            address @ IpAddr::V6(_) => Some(Self::new(address, PAYER_V6)),
        }
    }

    /// How many of 128 bits its addresses share.
    pub const fn length(&self) -> u8 {
        self.length
    }

    /// The networks of these lengths, of 128 bits, of which it is a part; itself among them if its length is.
    pub fn within<'a>(&'a self, lengths: &'a [u8]) -> impl Iterator<Item = Self> + 'a {
        let of_version = |length: &&u8| if self.is_v4() { **length >= V4_FROM } else { **length < V4_FROM };
        let wider = lengths.iter().filter(of_version).filter(|length| **length <= self.length);
        wider.map(|length| Self { first: self.first & !hosts(*length), length: *length })
    }

    /// As it may be shown: of a network that is hardly more than a person's the end is left out.
    pub fn shown(&self) -> String {
        let written = self.to_string();
        let length = self.length - if self.is_v4() { V4_FROM } else { 0 };
        match IpAddr::V6(Ipv6Addr::from_bits(self.first)).to_canonical() {
            IpAddr::V4(v4) if length > SHOWN_V4 => {
                let [a, b, c, _] = v4.octets();
                format!("{a}.{b}.{c}.*/{length}")
            }
            IpAddr::V6(v6) if length > SHOWN_V6 => {
                let [a, b, c, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}:*/{length}")
            }
            _ => written,
        }
    }

    fn is_v4(&self) -> bool {
        self.length >= V4_FROM
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = Ipv6Addr::from_bits(self.first);
        if !self.is_v4() {
            return write!(f, "{first}/{}", self.length);
        }
        let [.., a, b, c, d] = first.octets();
        write!(f, "{}", Ipv4Addr::new(a, b, c, d))?;
        if self.length == BITS { Ok(()) } else { write!(f, "/{}", self.length - V4_FROM) }
    }
}

impl FromStr for Network {
    type Err = NetworkFault;

    /// `196.200.131.7`, `196.200.128.0/24` or `2001:db8:1::/48`.
    fn from_str(text: &str) -> Result<Self, NetworkFault> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkFault::Malformed)?;
        let digits = |length: &&str| (1..=3).contains(&length.len()) && length.bytes().all(|b| b.is_ascii_digit());
        let length = length.map(|length| Some(length).filter(digits).and_then(|length| length.parse::<u8>().ok()));
        let length = match length {
            Some(None) => return Err(NetworkFault::Malformed),
            Some(Some(length)) => Some(length),
            None => None,
        };
        let is_mapped = matches!((address, address.to_canonical()), (IpAddr::V6(_), IpAddr::V4(_)));
        let address = address.to_canonical();
        let network = match (address, length) {
            // The length of ::ffff:a.b.c.d/x would be one of 128.
            (_, Some(_)) if is_mapped => return Err(NetworkFault::Malformed),
            (IpAddr::V4(_), None) => Self::new(address, BITS),
            (IpAddr::V4(_), Some(length @ WIDEST_V4..=32)) => Self::new(address, V4_FROM + length),
            (IpAddr::V4(_), Some(_)) => return Err(NetworkFault::LengthV4),
            (IpAddr::V6(_), Some(length @ WIDEST_V6..=PAYER_V6)) => Self::new(address, length),
            (IpAddr::V6(_), _) => {
                return Err(NetworkFault::LengthV6(Self::new(address, PAYER_V6).to_string()));
            }
        };
        if network.first != bits_of(address) {
            return Err(NetworkFault::HostBits(network.to_string()));
        }
        Ok(network)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("196.200.131.7", Ok("196.200.131.7"))]
    #[case("::ffff:196.200.131.7", Ok("196.200.131.7"))]
    #[case("196.200.131.7/32", Ok("196.200.131.7"))]
    #[case("196.200.128.0/17", Ok("196.200.128.0/17"))]
    #[case("10.0.0.0/8", Ok("10.0.0.0/8"))]
    #[case("2001:DB8:1:2::/64", Ok("2001:db8:1:2::/64"))]
    #[case("2001:db8::/32", Ok("2001:db8::/32"))]
    #[case("2c0f::/16", Ok("2c0f::/16"))]
    #[case("", Err(NetworkFault::Malformed))]
    #[case("0612345678", Err(NetworkFault::Malformed))]
    #[case("196.200.131", Err(NetworkFault::Malformed))]
    #[case("196.200.131.07", Err(NetworkFault::Malformed))]
    #[case("196.200.131.256", Err(NetworkFault::Malformed))]
    #[case("196.200.131.7/", Err(NetworkFault::Malformed))]
    #[case("196.200.131.7/+8", Err(NetworkFault::Malformed))]
    #[case("196.200.131.7/ 8", Err(NetworkFault::Malformed))]
    #[case("196.200.0.0/1000", Err(NetworkFault::Malformed))]
    #[case("196.200.0.0/16/16", Err(NetworkFault::Malformed))]
    #[case("2001:db8::/64%eth0", Err(NetworkFault::Malformed))]
    #[case("::ffff:196.200.0.0/16", Err(NetworkFault::Malformed))]
    #[case("0.0.0.0/0", Err(NetworkFault::LengthV4))]
    #[case("0.0.0.0/7", Err(NetworkFault::LengthV4))]
    #[case("196.200.131.7/33", Err(NetworkFault::LengthV4))]
    #[case("::/0", Err(NetworkFault::LengthV6("::/64".to_owned())))]
    #[case("2001:db8::1", Err(NetworkFault::LengthV6("2001:db8::/64".to_owned())))]
    #[case("2001:db8::1/128", Err(NetworkFault::LengthV6("2001:db8::/64".to_owned())))]
    #[case("2001:db8::/15", Err(NetworkFault::LengthV6("2001:db8::/64".to_owned())))]
    #[case("196.200.131.7/24", Err(NetworkFault::HostBits("196.200.131.0/24".to_owned())))]
    #[case("2001:db8:1:2:3::/64", Err(NetworkFault::HostBits("2001:db8:1:2::/64".to_owned())))]
    fn networks_as_typed(#[case] text: &str, #[case] read: Result<&str, NetworkFault>) {
        assert_eq!(text.parse::<Network>().map(|network| network.to_string()), read.map(str::to_owned));
    }

    #[rstest]
    #[case("196.200.131.7", Some("196.200.131.7"))]
    #[case("::ffff:196.200.131.7", Some("196.200.131.7"))]
    #[case("2001:db8:1:2:3:4:5:6", Some("2001:db8:1:2::/64"))]
    #[case("127.0.0.1", Some("127.0.0.1"))]
    #[case("0.0.0.0", None)]
    #[case("::", None)]
    fn payers(#[case] address: &str, #[case] known_by: Option<&str>) {
        let network = Network::of_payer(address.parse().unwrap());
        assert_eq!(network.map(|network| network.to_string()).as_deref(), known_by);
    }

    #[rstest]
    #[case("196.200.131.7", "196.200.131.*/32")]
    #[case("196.200.131.0/25", "196.200.131.*/25")]
    #[case("196.200.131.0/24", "196.200.131.0/24")]
    #[case("2001:db8:1:2::/64", "2001:db8:1:*/64")]
    #[case("2001:db8:1::/48", "2001:db8:1::/48")]
    fn as_shown(#[case] network: &str, #[case] shown: &str) {
        assert_eq!(network.parse::<Network>().unwrap().shown(), shown);
    }

    #[rstest]
    #[case("196.200.131.7", &[128, 120, 119, 64, 16], &["196.200.131.7", "196.200.131.0/24", "196.200.130.0/23"])]
    #[case("2001:db8:1:2::9", &[128, 120, 64, 48, 32], &["2001:db8:1:2::/64", "2001:db8:1::/48", "2001:db8::/32"])]
    #[case("2001:db8:1:2::9", &[], &[])]
    fn of_which_one_is_a_part(#[case] address: &str, #[case] lengths: &[u8], #[case] found: &[&str]) {
        let payer = Network::of_payer(address.parse().unwrap()).unwrap();
        let within: Vec<String> = payer.within(lengths).map(|network| network.to_string()).collect();
        assert_eq!(within, found);
    }

    proptest! {
        /// What is written is read back, and an address is in a network if and only if they share its bits.
        #[test]
        fn texts_and_parts(bits in any::<u32>(), other in any::<u32>(), length in WIDEST_V4..=32) {
            let mask = u32::MAX << (32 - u32::from(length));
            let text = format!("{}/{length}", Ipv4Addr::from_bits(bits & mask));
            let network: Network = text.parse().unwrap();
            prop_assert_eq!(network.to_string().parse::<Network>().unwrap(), network);
            let payer = Network::of_payer(IpAddr::V4(Ipv4Addr::from_bits(other | 1))).unwrap();
            let is_part = payer.within(&[network.length()]).any(|wider| wider == network);
            prop_assert_eq!(is_part, (other | 1) & mask == bits & mask);
        }
    }
}
