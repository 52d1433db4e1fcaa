//! The mail sink.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A mail that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailMessage {
    /// Number in the inbox.
    pub id: u64,
    /// Envelope sender.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// The message as it came, dots unstuffed. Bytes that are no UTF-8 are kept in Base64 on disk.
    #[serde(with = "raw_bytes")]
    pub raw: Vec<u8>,
    /// When it was accepted.
    pub at: DateTime<Utc>,
}

mod raw_bytes {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map_err(serde::de::Error::custom)
    }
}
