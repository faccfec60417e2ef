//! Who may do what. Policies stand in Cedar files; a use case gets its data only with a [`Permit`] made here.

mod entities;
mod policies;
mod words;

pub use policies::{Denied, Policies, PolicyError, Reason};
pub use words::{Action, Person, Resource, Role};

/// The proof that somebody may do something to something. Only [`Policies`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    person: Person,
    action: Action,
    resource: Resource,
}

impl Permit {
    #[must_use]
    pub const fn person(&self) -> &Person {
        &self.person
    }

    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }

    #[must_use]
    pub const fn resource(&self) -> &Resource {
        &self.resource
    }
}
