//! What faces people and machines: the web pages and webhooks.
