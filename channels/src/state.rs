//! What the routes share: the hub, the settings, the clock, the limiters.

use std::num::NonZeroU32;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use payments::Hub;
use secrecy::SecretString;
use staff::Staff;
use tokio::sync::Semaphore;

use crate::agents::{Agents, AgentsLimits};
use crate::ivr::VoiceSettings;
use crate::reports::ApiLimits;
use crate::use_cases::UseCases;
use crate::web::limits::Limiter;

/// Look-ups of one member at a counter per minute, sustained and at once: one a second is more than anybody types or
/// scans, and a whole agency stands behind one address.
const MEMBER_LOOKUPS_PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(59);
/// Look-ups of one operator a minute, sustained and at once: three times what talking to callers takes.
const OPERATOR_LOOKUPS: NonZeroU32 = NonZeroU32::new(30).unwrap();
/// Operators told apart at most; past it they share one allowance.
const OPERATORS_MAX: usize = 10_000;

/// Files that are handed out at the same time: each is read once before, and held open for as long as its reader is slow.
const DOWNLOADS_MAX: usize = 16;

/// The time of day, injected so that expiry is tested without waiting.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// A part without which the program cannot serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// The part.
    pub name: &'static str,
    /// What is wrong with it; shown to whoever asks. `None`: nothing.
    pub fault: Option<&'static str>,
}

/// Whether the program can serve, part by part. It may block for a moment.
pub type Readiness = Arc<dyn Fn() -> Vec<Check> + Send + Sync>;
/// What operators should look at although the program serves; shown to whoever asks, so without personal data.
pub type Warnings = Arc<dyn Fn() -> Vec<String> + Send + Sync>;

/// Settings of the web channel.
#[derive(Debug, Clone)]
pub struct WebSettings {
    /// Absolute base URL under which payers reach the pages, no trailing slash: `https://pay.example.ma`.
    pub public_url: String,
    /// Key of the signed cookies; at least 32 random bytes, kept over restarts and shared by all nodes.
    pub cookie_key: SecretString,
    /// Whether the last entry of `X-Forwarded-For` is believed: only behind a proxy of ours that sets it.
    pub trust_proxy: bool,
    /// Whether cookies are `Secure` (with the `__Host-` prefix) and HSTS is sent: everywhere but on plain-HTTP test benches.
    pub secure_cookies: bool,
    /// Limits per address.
    pub limits: WebLimits,
}

/// How often one address may ask, so that contract numbers and references cannot be tried out in bulk.
#[derive(Debug, Clone, Copy)]
pub struct WebLimits {
    /// Bill look-ups per minute, sustained.
    pub lookups_per_minute: NonZeroU32,
    /// Bill look-ups at once.
    pub lookup_burst: NonZeroU32,
    /// Searches by reference and phone per minute, sustained and at once.
    pub searches_per_minute: NonZeroU32,
    /// Payments started per minute, sustained and at once.
    pub starts_per_minute: NonZeroU32,
    /// Addresses remembered at most; past it, newcomers share one allowance.
    pub addresses_max: usize,
}

impl Default for WebLimits {
    /// A family or a shop behind one address is never stopped; trying out numbers is.
    fn default() -> Self {
        let n = |value| NonZeroU32::new(value).unwrap_or(NonZeroU32::MIN);
        Self {
            lookups_per_minute: n(20),
            lookup_burst: n(20),
            searches_per_minute: n(10),
            starts_per_minute: n(20),
            addresses_max: 50_000,
        }
    }
}

/// Everything a route needs; give it to [`crate::configure`]'s application as `web::Data<ChannelState>`.
pub struct ChannelState {
    pub(crate) hub: Arc<dyn UseCases>,
    /// The hub as counters know it; `None` over sample data.
    pub(crate) counters: Option<Arc<Hub>>,
    pub(crate) settings: WebSettings,
    pub(crate) clock: Clock,
    pub(crate) ready: Readiness,
    pub(crate) warnings: Warnings,
    /// `None`: there are no pages for staff.
    pub(crate) staff: Option<Arc<Staff>>,
    /// `None`: networks' systems are not answered.
    pub(crate) agents: Option<Arc<Agents>>,
    pub(crate) lookups: Limiter,
    pub(crate) searches: Limiter,
    pub(crate) starts: Limiter,
    /// The hub as the desk calls it; `None` over sample data.
    pub(crate) desk: Option<Arc<Hub>>,
    /// Look-ups at the desk, by operator.
    pub(crate) operators: Limiter<i64>,
    pub(crate) voice: Option<VoiceSettings>,
    /// Look-ups by telephone, by the caller's number.
    pub(crate) callers: Limiter<String>,
    /// Look-ups at counters, by member.
    pub(crate) members: Limiter<i64>,
    /// Places of files that are handed out.
    pub(crate) downloads: Arc<Semaphore>,
    /// What systems that fetch reports may ask.
    pub(crate) reports: ApiLimits,
}

impl ChannelState {
    /// The state over a hub. Always ready, until told otherwise.
    pub fn new(hub: Arc<Hub>, settings: WebSettings, clock: Clock) -> Self {
        let agents = Some(Arc::new(Agents::new(Arc::clone(&hub), AgentsLimits::default())));
        let (counters, desk) = (Some(Arc::clone(&hub)), Some(Arc::clone(&hub)));
        Self { agents, counters, desk, ..Self::over(hub, settings, clock) }
    }

    pub(crate) fn over(hub: Arc<dyn UseCases>, settings: WebSettings, clock: Clock) -> Self {
        let limits = settings.limits;
        let limiter = |per_minute, burst| Limiter::new(per_minute, burst, limits.addresses_max);
        Self {
            hub,
            counters: None,
            lookups: limiter(limits.lookups_per_minute, limits.lookup_burst),
            searches: limiter(limits.searches_per_minute, limits.searches_per_minute),
            starts: limiter(limits.starts_per_minute, limits.starts_per_minute),
            callers: Limiter::new(limits.lookups_per_minute, limits.lookup_burst, limits.addresses_max),
            members: Limiter::new(MEMBER_LOOKUPS_PER_MINUTE, MEMBER_LOOKUPS_PER_MINUTE, limits.addresses_max),
            desk: None,
            operators: Limiter::new(OPERATOR_LOOKUPS, OPERATOR_LOOKUPS, OPERATORS_MAX),
            voice: None,
            settings,
            clock,
            ready: Arc::new(Vec::new),
            warnings: Arc::new(Vec::new),
            staff: None,
            agents: None,
            downloads: Arc::new(Semaphore::new(DOWNLOADS_MAX)),
            reports: ApiLimits::new(limits.addresses_max),
        }
    }

    /// The same with pages for staff.
    #[must_use]
    pub fn with_staff(mut self, staff: Arc<Staff>) -> Self {
        self.staff = Some(staff);
        self
    }

    /// The same with the voice server on, if there are settings for it.
    #[must_use]
    pub fn with_voice(mut self, voice: Option<VoiceSettings>) -> Self {
        self.voice = voice;
        self
    }

    /// The same with another allowance for each network's system.
    #[must_use]
    pub fn with_agents_limits(mut self, hub: Arc<Hub>, limits: AgentsLimits) -> Self {
        self.agents = Some(Arc::new(Agents::new(hub, limits)));
        self
    }

    /// The same with a readiness check.
    #[must_use]
    pub fn with_readiness(mut self, ready: Readiness) -> Self {
        self.ready = ready;
        self
    }

    /// The same with warnings on the readiness page.
    #[must_use]
    pub fn with_warnings(mut self, warnings: Warnings) -> Self {
        self.warnings = warnings;
        self
    }
}
