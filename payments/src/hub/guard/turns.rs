//! Turns: of two payments at the limit of a rule, the second is counted with the first. Only within this process.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard};

/// How many can be under way at once; what shares one by chance waits a commit for nothing.
const TURNS: usize = 256;
/// Longest wait: whoever waited for longer goes on, as with several processes. A turn is a read and a commit.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// A turn that is held until it is dropped.
pub(in crate::hub) type Turn = OwnedMutexGuard<()>;

/// Turns by what is counted.
pub(super) struct Turns {
    hasher: RandomState,
    all: Vec<Arc<Mutex<()>>>,
}

impl Default for Turns {
    fn default() -> Self {
        Self { hasher: RandomState::new(), all: (0..TURNS).map(|_| Arc::default()).collect() }
    }
}

impl Turns {
    /// Waits for the turn of something; `None`: it was waited for long enough.
    pub async fn take(&self, key: &impl Hash) -> Option<Turn> {
        let turns = u64::try_from(TURNS).unwrap_or(u64::MAX);
        let at = usize::try_from(self.hasher.hash_one(key) % turns).unwrap_or(0);
        let turn = Arc::clone(self.all.get(at)?);
        tokio::time::timeout(WAIT_MAX, turn.lock_owned()).await.ok()
    }
}
