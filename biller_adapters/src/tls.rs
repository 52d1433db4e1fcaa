//! The process-wide choice of cryptography for TLS.

use std::sync::Once;

/// Installs rustls' ring provider, once a process. Whatever makes an HTTP client must have called it; calling it again
/// does nothing, and neither does it if the program chose a provider itself.
pub fn init_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that a provider is installed already: the program's own choice stands.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
