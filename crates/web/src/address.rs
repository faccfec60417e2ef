//! The address that people know us by. Links in mails begin with it: never with what a request says of itself, for a stranger can write
//! any `Host` into a request and would have our own mail lead to his server.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// `https://host[:port]`, with a path when we are served below one; without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAddress(Arc<str>);

impl Default for PublicAddress {
    /// For trials on one's own machine.
    fn default() -> Self {
        PublicAddress("http://localhost:8080".into())
    }
}

impl fmt::Display for PublicAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is not the address of a site.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("https://hojo.example.jp の形で書いてください。/ Write it as https://hojo.example.jp")]
pub struct NotAnAddress;

impl FromStr for PublicAddress {
    type Err = NotAnAddress;
    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let bare = text.trim().trim_end_matches('/');
        let rest = bare.strip_prefix("https://").or_else(|| bare.strip_prefix("http://")).ok_or(NotAnAddress)?;
        let plain = rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:[]/%".contains(&b));
        let host = rest.split('/').next().unwrap_or_default();
        if plain && !host.is_empty() && !host.starts_with(':') { Ok(PublicAddress(bare.into())) } else { Err(NotAnAddress) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_scheme_and_a_host() {
        for (text, expect) in [
            ("https://hojo.example.jp", Some("https://hojo.example.jp")),
            (" https://hojo.example.jp/ ", Some("https://hojo.example.jp")),
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("http://[::1]:8080", Some("http://[::1]:8080")),
            ("https://example.jp/banso/", Some("https://example.jp/banso")),
            ("hojo.example.jp", None),
            ("ftp://hojo.example.jp", None),
            ("https://", None),
            ("https://:8080", None),
            ("https://user@example.jp", None),
            ("https://example.jp/?a=b", None),
            ("https://example.jp/\nBcc: x", None),
        ] {
            assert_eq!(text.parse::<PublicAddress>().ok().map(|a| a.to_string()).as_deref(), expect, "{text}");
        }
    }
}
