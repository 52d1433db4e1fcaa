//! How often one address, or one caller, may ask.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

/// An allowance per address, or per another key of whoever asks, in bounded memory.
pub(crate) struct Limiter<K: Hash + Eq + Clone = IpAddr> {
    by_key: DefaultKeyedRateLimiter<K>,
    /// Shared by keys that find no room: a flood from many addresses slows newcomers down, not regulars.
    newcomers: DefaultDirectRateLimiter,
    keys_max: usize,
    clock: DefaultClock,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    pub(crate) fn new(per_minute: NonZeroU32, burst: NonZeroU32, keys_max: usize) -> Self {
        let quota = Quota::per_minute(per_minute).allow_burst(burst);
        let shared = NonZeroU32::new(per_minute.get().saturating_mul(50)).unwrap_or(per_minute);
        Self {
            by_key: RateLimiter::keyed(quota),
            newcomers: RateLimiter::direct(Quota::per_minute(shared)),
            keys_max,
            clock: DefaultClock::default(),
        }
    }

    /// Takes one from the allowance of a key, or says after how many seconds to come back.
    pub(crate) fn take_key(&self, key: &K) -> Result<(), u32> {
        if self.by_key.len() >= self.keys_max {
            self.by_key.retain_recent();
            if self.by_key.len() >= self.keys_max {
                return self.newcomers.check().map_err(|later| seconds(later.wait_time_from(self.clock.now())));
            }
        }
        self.by_key.check_key(key).map_err(|later| seconds(later.wait_time_from(self.clock.now())))
    }
}

impl Limiter {
    /// The same for an address.
    pub(crate) fn take(&self, address: IpAddr) -> Result<(), u32> {
        self.take_key(&network(address))
    }
}

fn seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1)
}

/// One IPv6 customer holds a whole /64; counting single addresses would count nothing.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn limiter(burst: u32, addresses_max: usize) -> Limiter {
        Limiter::new(NonZeroU32::new(1).unwrap(), NonZeroU32::new(burst).unwrap(), addresses_max)
    }

    #[test]
    fn an_address_has_its_own_allowance() {
        let limiter = limiter(2, 100);
        let (a, b) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        assert!(limiter.take(a).is_ok() && limiter.take(a).is_ok());
        let wait = limiter.take(a).unwrap_err();
        assert!((1..=61).contains(&wait), "{wait}");
        assert!(limiter.take(b).is_ok());
    }

    #[test]
    fn memory_is_bounded() {
        let limiter = limiter(2, 3);
        for last in 0..200 {
            let _ = limiter.take(IpAddr::from([10, 0, 0, last]));
        }
        assert!(limiter.by_key.len() <= 3);
    }

    #[rstest]
    #[case("192.0.2.1", "192.0.2.1")]
    #[case("::ffff:192.0.2.1", "192.0.2.1")]
    #[case("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    fn networks(#[case] address: &str, #[case] key: &str) {
        assert_eq!(network(address.parse().unwrap()), key.parse::<IpAddr>().unwrap());
    }
}
