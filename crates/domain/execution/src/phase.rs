//! Where the main line of a case stands after the decision. What runs beside it (payments, debts, reports, assets) is kept beside it.

use banso_kernel::LocalText;
use serde::{Deserialize, Serialize};

macro_rules! phases {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $ja:literal, $en:literal;)*) => {
        /// The phase of a case after its decision.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ExecutionPhase { $($(#[$doc])* $name),* }

        impl ExecutionPhase {
            pub const ALL: &'static [ExecutionPhase] = &[$(ExecutionPhase::$name),*];

            /// Stable code for columns and tests.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(ExecutionPhase::$name => $code),* }
            }

            /// As people read it.
            #[must_use]
            pub fn label(self) -> LocalText {
                match self { $(ExecutionPhase::$name => LocalText::new($ja, $en)),* }
            }

            /// The phase of a code.
            #[must_use]
            pub fn parse(code: &str) -> Option<ExecutionPhase> {
                ExecutionPhase::ALL.iter().copied().find(|p| p.code() == code)
            }
        }
    };
}

phases! {
    /// Decided; how the cost is allotted is not recorded yet.
    Decided = "decided", "交付決定", "decided";
    Underway = "underway", "事業実施中", "underway";
    /// By approval (中止) or by order (一時停止).
    Suspended = "suspended", "中止・一時停止中", "suspended";
    Reported = "reported", "実績報告済", "completion reported";
    /// The report is with the holder for correction.
    Correcting = "correcting", "補正・是正中", "being corrected";
    Inspected = "inspected", "検査済", "inspected";
    Fixed = "fixed", "額の確定済", "amount fixed";
    /// The whole decision is cancelled.
    Revoked = "revoked", "全部取消し", "cancelled";
    Closed = "closed", "完結", "closed";
}
