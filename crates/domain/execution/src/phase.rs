//! Where the main line of a case stands after the decision. What runs beside it (payments, debts, reports, assets) is kept beside it.

use serde::{Deserialize, Serialize};

banso_kernel::coded! {
    /// The phase of a case after its decision.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum ExecutionPhase {
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
}
