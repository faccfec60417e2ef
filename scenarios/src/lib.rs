//! The harness of the end-to-end tests: the real binary on a folder of its own, a visitor without a browser, a real Chromium, axe.
//!
//! Everything here fails by panicking with words that help, as a test does. Nothing here knows a rule of a grant.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a harness fails as its tests do: by panicking, with words"
)]

mod axe;
mod browser;
mod crash;
mod deadline;
mod html;
mod look;
mod patience;
mod road;
mod server;
mod stage;
mod tools;
mod visitor;

pub use axe::accessibility_faults;
pub use banso_test_database::TestDatabase;
pub use browser::{Browser, Screen, Scripts};
pub use crash::{Deaths, Fire, persist, under_fire};
pub use deadline::{Client, Handed, check_handed_in, clients, hour};
pub use html::{Form, Page};
pub use look::{flaws, shown_flaws};
pub use patience::{eventually, eventually_within, within};
pub use road::{Application, DOCUMENTS, PDF, typed};
pub use server::{Server, Setup, output_of};
pub use stage::{CLOSES_SOON, Firm, Login, Stage, now, review_plan};
pub use tools::{Tools, banso};
pub use visitor::{Upload, Visitor};
