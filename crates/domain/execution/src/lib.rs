//! From the grant decision to the closing of the file, decided purely: what is due when, what a claim line needs, what is owed to the yen.
//!
//! No I/O, no clock: day and terms are arguments. Knows nothing of the application stage; `banso-grant` carries its acts in the ledger.

pub mod act;
pub mod claim;
pub mod decide;
pub mod diagram;
pub mod duties;
pub mod figures;
pub mod law;
mod phase;
mod refusal;
pub mod rules;
pub mod run;
pub mod state;
pub mod tax;

pub use act::{ActMeta, ExecutionAct};
pub use phase::ExecutionPhase;
pub use refusal::{ExecutionRefusal, Pending};
pub use state::{DecisionTerms, Execution};
