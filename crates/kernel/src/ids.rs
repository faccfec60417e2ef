//! The one registry of typed ids. Ids are UUIDs made by the office (version 7: they sort by time); a call is named by people.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an id")]
pub struct IdError(String);

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            #[must_use]
            pub const fn new(id: Uuid) -> Self { $name(id) }
            #[must_use]
            pub const fn get(self) -> Uuid { self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(s).map($name).map_err(|_| IdError(s.to_owned()))
            }
        }
    )*};
}

typed_ids! {
    /// One application and all that follows from it.
    CaseId,
    /// A piece of work written with an act and done afterwards.
    JobId,
    /// A notice on somebody's desk.
    NoticeId,
    /// A firm, university, support organisation or office.
    OrganisationId,
    /// Somebody with an account.
    PersonId,
    /// One press of a button: the same id twice is the same request.
    RequestId,
}

/// `programme/round`, e.g. `go-tech/r7-1`: a call is named by people, in its guideline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CallId(String);

impl CallId {
    /// # Errors
    /// Anything but lower-case letters, digits and hyphens around one slash.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let part = |p: &str| !p.is_empty() && p.len() <= 60 && p.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        match text.split_once('/') {
            Some((programme, round)) if part(programme) && part(round) => Ok(CallId(text.to_owned())),
            Some(_) | None => Err(IdError(text.to_owned())),
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The programme's name in ids and paths.
    #[must_use]
    pub fn programme(&self) -> &str {
        self.0.split_once('/').map_or("", |(p, _)| p)
    }

    /// The round's name in ids and paths.
    #[must_use]
    pub fn round(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, r)| r)
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for CallId {
    type Err = IdError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::parse(s)
    }
}

impl TryFrom<String> for CallId {
    type Error = IdError;
    fn try_from(s: String) -> Result<Self, Self::Error> {
        Self::parse(&s)
    }
}

impl From<CallId> for String {
    fn from(id: CallId) -> Self {
        id.0
    }
}

/// The chain of acts that an act belongs to: a case's, or a call's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum StreamId {
    Case(CaseId),
    Call(CallId),
    /// The letters of a case.
    Letters(CaseId),
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StreamId::Case(id) => write!(f, "case:{id}"),
            StreamId::Call(id) => write!(f, "call:{id}"),
            StreamId::Letters(id) => write!(f, "letters:{id}"),
        }
    }
}

impl FromStr for StreamId {
    type Err = IdError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        match s.split_once(':') {
            Some(("case", id)) => id.parse().map(StreamId::Case),
            Some(("call", id)) => id.parse().map(StreamId::Call),
            Some(("letters", id)) => id.parse().map(StreamId::Letters),
            Some(_) | None => Err(IdError(s.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_calls_and_streams() {
        let call = CallId::parse("go-tech/r7-1").unwrap();
        assert_eq!((call.programme(), call.round()), ("go-tech", "r7-1"));
        for bad in ["", "go-tech", "a/b/c", "Go/r7", "a/", "../x/y"] {
            assert!(CallId::parse(bad).is_err(), "{bad}");
        }
        let stream = StreamId::Call(call);
        assert_eq!(stream.to_string().parse(), Ok(stream));
    }
}
