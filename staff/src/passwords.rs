//! Passwords: what one must be, and their hashes (argon2id), made beside the event loop by a few at a time.

use std::sync::Arc;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::Trouble;
use crate::random;

/// Fewest characters of a password.
pub const LENGTH_MIN: usize = 12;
/// Most characters of a password: more protects nothing.
pub const LENGTH_MAX: usize = 128;
/// Fewest different characters: `aaaaaaaaaaaa` is long and nothing else.
const DIFFERENT_MIN: usize = 5;
/// Longest wait for a turn at hashing. Who waits longer is told to come back: a flood of sign-ins must not grow a queue.
const TURN_MAX: Duration = Duration::from_secs(5);
/// Hashes made at once at most: each takes 19 MiB and all of a core.
const TURNS_MAX: usize = 4;
/// After how many seconds to come back.
const RETRY_AFTER_S: u32 = 5;

/// Passwords that are among the first to be tried, in lower case and without what is not a letter or a digit.
const COMMON: &[&str] = &[
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456789123",
    "0123456789012",
    "987654321098",
    "password1234",
    "password12345",
    "password123456",
    "passwordpassword",
    "motdepasse12",
    "motdepasse123",
    "motdepasse1234",
    "motdepassemotdepasse",
    "azertyuiop12",
    "azertyuiop123",
    "azertyuiopqsdfgh",
    "azertyuiopqsdfghjklm",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopasdfgh",
    "1q2w3e4r5t6y",
    "1a2z3e4r5t6y",
    "abcdefghijkl",
    "abcdefghijklm",
    "administrator",
    "administrateur",
    "administrator1",
    "administrateur1",
    "casablanca12",
    "casablanca123",
    "casablanca2026",
    "marrakech123",
    "marrakech2026",
    "maroc2026maroc",
    "maroc123maroc",
    "fatoura12345",
    "fatoura123456",
    "fatourafatoura",
    "bismillah123",
    "changeme1234",
    "letmein12345",
    "iloveyou1234",
    "bonjour12345",
    "soleil123456",
    "trustno1trustno1",
];

/// What is wrong with a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Fewer than [`LENGTH_MIN`] characters.
    #[error("a password has at least {LENGTH_MIN} characters")]
    TooShort,
    /// More than [`LENGTH_MAX`] characters.
    #[error("a password has at most {LENGTH_MAX} characters")]
    TooLong,
    /// Blanks at an end, or characters that nobody sees.
    #[error("a password neither begins nor ends with a blank and has no invisible characters")]
    Unreadable,
    /// The name they sign in with is in it.
    #[error("a password does not contain the user name")]
    HoldsLogin,
    /// One of the first that are tried, or too few different characters.
    #[error("this password is too easy to guess")]
    Guessable,
}

/// Whether a password will do for a member.
pub fn check(password: &SecretString, login: &str) -> Result<(), PasswordFault> {
    let text = password.expose_secret();
    let length = text.chars().count();
    // Forms leave these out: such a password could never be typed there.
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if length < LENGTH_MIN {
        return Err(PasswordFault::TooShort);
    }
    if length > LENGTH_MAX {
        return Err(PasswordFault::TooLong);
    }
    if text.trim() != text || text.chars().any(unseen) {
        return Err(PasswordFault::Unreadable);
    }
    let lower = text.to_lowercase();
    if !login.is_empty() && lower.contains(&login.to_lowercase()) {
        return Err(PasswordFault::HoldsLogin);
    }
    let folded: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    let different: std::collections::BTreeSet<char> = lower.chars().collect();
    if different.len() < DIFFERENT_MIN || COMMON.contains(&folded.as_str()) {
        return Err(PasswordFault::Guessable);
    }
    Ok(())
}

/// A password of 100 random bits, to be typed once.
pub fn one_time() -> SecretString {
    random::word(4, 5).into()
}

/// Hashes a password on this thread: for commands.
pub fn hash_now(password: &SecretString) -> Result<String, Trouble> {
    let salt: [u8; 16] = rand::random();
    let hash: PasswordHash = Argon2::default()
        .hash_password_with_salt(password.expose_secret().as_bytes(), &salt)
        .map_err(|error| Trouble::Broken(format!("a password cannot be hashed: {error}")))?;
    Ok(hash.to_string())
}

fn verify_now(password: &SecretString, hash: &str) -> Result<bool, Trouble> {
    let hash = PasswordHash::new(hash).map_err(|error| Trouble::Broken(format!("a stored password: {error}")))?;
    // With the cost that is in the hash: one that was made cheaper, or dearer, still counts.
    Ok(Argon2::default().verify_password(password.expose_secret().as_bytes(), &hash).is_ok())
}

/// Hashes beside the event loop.
pub(crate) struct Hasher {
    turns: Arc<Semaphore>,
    /// What a password is compared with where there is no member: it takes as long.
    nobody: String,
}

impl Hasher {
    pub(crate) fn new() -> Result<Self, Trouble> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self { turns: Arc::new(Semaphore::new(cores.min(TURNS_MAX))), nobody: hash_now(&one_time())? })
    }

    /// From here on nobody gets a turn.
    #[cfg(test)]
    pub(crate) fn close(&self) {
        self.turns.close();
    }

    async fn take_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let turn = timeout(TURN_MAX, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Trouble::Overloaded(RETRY_AFTER_S)) };
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.unwrap_or_else(|error| Err(Trouble::Broken(format!("hashing ended badly: {error}"))))
    }

    /// Whether a password is that of this hash; without one it is not, after the same time.
    pub(crate) async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, Trouble> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        Ok(self.take_turn(move || verify_now(&password, &hash)).await? && known)
    }

    pub(crate) async fn hash(&self, password: SecretString) -> Result<String, Trouble> {
        self.take_turn(move || hash_now(&password)).await
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("neuf chats noirs", None)]
    #[case("قطط سوداء تسعة", None)]
    #[case("elevenchars", Some(PasswordFault::TooShort))]
    #[case("", Some(PasswordFault::TooShort))]
    #[case(&"long enough ".repeat(11), Some(PasswordFault::TooLong))]
    #[case(" neuf chats noirs", Some(PasswordFault::Unreadable))]
    #[case("neuf\u{200b}chats noirs", Some(PasswordFault::Unreadable))]
    #[case("neuf\tchats noirs", Some(PasswordFault::Unreadable))]
    #[case("the SALMA of 2026", Some(PasswordFault::HoldsLogin))]
    #[case("aaaaaaaaaaaaaaaa", Some(PasswordFault::Guessable))]
    #[case("abababababababab", Some(PasswordFault::Guessable))]
    #[case("Mot-de-passe-123", Some(PasswordFault::Guessable))]
    #[case("Password 1234!", Some(PasswordFault::Guessable))]
    fn policy(#[case] password: &str, #[case] fault: Option<PasswordFault>) {
        assert_eq!(check(&password.to_owned().into(), "salma").err(), fault);
    }

    #[test]
    fn the_list_holds_nothing_that_another_rule_refuses() {
        for word in COMMON {
            assert!(word.len() >= LENGTH_MIN && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        }
    }

    #[tokio::test]
    async fn a_password_is_that_of_its_hash_only() {
        let hasher = Hasher::new().unwrap();
        let (mine, other): (SecretString, SecretString) = ("neuf chats noirs".into(), "dix chats noirs".into());
        let hash = hasher.hash(mine.clone()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, hasher.hash(mine.clone()).await.unwrap());
        assert!(hasher.verify(mine.clone(), Some(hash.clone())).await.unwrap());
        assert!(!hasher.verify(other, Some(hash)).await.unwrap());
        assert!(!hasher.verify(mine.clone(), None).await.unwrap());
        assert!(hasher.verify(mine, Some("rubbish".to_owned())).await.is_err());
    }

    #[test]
    fn one_time_passwords_keep_to_the_policy() {
        assert_eq!(check(&one_time(), "salma"), Ok(()));
    }
}
