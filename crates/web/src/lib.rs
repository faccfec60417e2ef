//! The desks: pages, forms, sessions. Turns requests into use cases of the office and their answers into HTML; decides nothing and
//! never names the store. [`routes`] is the map of every address and says how to add a page.

mod address;
mod assets;
mod context;
mod csrf;
mod desks;
mod display;
mod download;
mod drain;
mod failure;
mod form;
mod headers;
mod kept;
mod keypad;
mod labels;
mod route;
pub mod routes;
mod session;
#[cfg(test)]
mod specimen;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod upload;

pub use address::{NotAnAddress, PublicAddress};
pub use route::app;

/// What the binary decides about the way pages are served.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// What links in mails begin with.
    pub address: PublicAddress,
    pub scheme: Scheme,
    pub peer: Peer,
    pub reach: Reach,
}

/// From where the server can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// From this machine alone.
    #[default]
    Here,
    /// From a network: then the published passwords of a demonstration keep nobody out, and its sign-in page says so.
    Network,
}

/// How browsers reach the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scheme {
    /// Loopback and trials.
    #[default]
    Http,
    /// Cookies are `Secure`, and browsers are told to stay with HTTPS.
    Https,
}

/// Whom the limit on sign-ins counts as one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Peer {
    /// The other end of the socket.
    #[default]
    Socket,
    /// The last entry of `X-Forwarded-For`: only behind a proxy that writes it.
    Forwarded,
}
