//! The table of acts: kind, words, what it rests on, who takes it, from which phases it may start and to which it leads.

use banso_kernel::{Authority, LocalText};
use serde::Serialize;

use super::payload::*;
use crate::phase::ExecutionPhase::{
    self, Closed, Correcting, Decided, Fixed, Inspected as Examined, Reported, Revoked as Cancelled, Suspended, Underway,
};

/// What the table says of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActMeta {
    pub kind: &'static str,
    pub ja: &'static str,
    pub en: &'static str,
    /// The article; `None` where the step rests on the guideline's clause.
    pub article: Option<&'static str>,
    pub authority: Authority,
    /// Phases from which it may start.
    pub from: &'static [ExecutionPhase],
    /// Phases to which it may lead; empty where it leaves the phase alone.
    pub to: &'static [ExecutionPhase],
}

impl ActMeta {
    /// As people read it.
    #[must_use]
    pub fn label(&self) -> LocalText {
        LocalText::new(self.ja, self.en)
    }
}

macro_rules! acts {
    ($($variant:ident = $kind:literal, $ja:literal, $en:literal, $article:expr, $who:ident, [$($from:ident),*] => [$($to:ident),*];)*) => {
        /// One act after the decision. Variants are only ever added.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(tag = "kind", content = "act", rename_all = "snake_case")]
        pub enum ExecutionAct { $($variant($variant)),* }

        $(impl From<$variant> for ExecutionAct {
            fn from(act: $variant) -> Self {
                ExecutionAct::$variant(act)
            }
        })*

        impl ExecutionAct {
            /// Every kind, in the order of the table.
            pub const KINDS: &'static [&'static str] = &[$($kind),*];
            /// The whole table.
            pub const TABLE: &'static [ActMeta] = &[$(ActMeta {
                kind: $kind, ja: $ja, en: $en, article: $article, authority: Authority::$who, from: &[$($from),*], to: &[$($to),*],
            }),*];

            /// The row of the table.
            #[must_use]
            pub const fn meta(&self) -> &'static ActMeta {
                match self {
                    $(ExecutionAct::$variant(_) => {
                        const ROW: ActMeta = ActMeta {
                            kind: $kind, ja: $ja, en: $en, article: $article, authority: Authority::$who, from: &[$($from),*], to: &[$($to),*],
                        };
                        &ROW
                    }),*
                }
            }

            /// Reads the payload of a kind.
            ///
            /// # Errors
            /// A kind that is not in the table, a field missing, unknown or of the wrong type.
            pub fn from_payload(kind: &str, payload: serde_json::Value) -> Result<Self, serde_json::Error> {
                match kind {
                    $($kind => serde_json::from_value(payload).map(ExecutionAct::$variant),)*
                    other => Err(serde::de::Error::unknown_variant(other, Self::KINDS)),
                }
            }

            /// The stable name of the kind, e.g. `amount_fixed`.
            #[must_use]
            pub const fn kind(&self) -> &'static str {
                match self { $(ExecutionAct::$variant(_) => $kind),* }
            }
        }
    };
}

const fn art(article: &'static str) -> Option<&'static str> {
    Some(article)
}

acts! {
    BudgetAllocated = "budget_allocated", "経費の配分の記録", "budget allocated", art("適正化法第6条第1項"), Director, [Decided] => [Underway];
    PlanChangeRequested = "plan_change_requested", "計画変更の承認申請", "change of plan asked for", art("適正化法第7条第1項"), Applicant, [Underway, Suspended] => [];
    PlanChangeApproved = "plan_change_approved", "計画変更の承認", "change of plan approved", art("適正化法第7条第1項"), Director, [Underway, Suspended] => [];
    PlanChangeRefused = "plan_change_refused", "計画変更の不承認", "change of plan refused", art("適正化法第21条の2"), Director, [Underway, Suspended] => [];
    MinorChangeReported = "minor_change_reported", "軽微な変更の届出", "minor change reported", None, Applicant, [Underway] => [];
    DiscontinuationRequested = "discontinuation_requested", "中止・廃止の承認申請", "discontinuation asked for", art("適正化法第7条第1項"), Applicant, [Underway, Suspended] => [];
    DiscontinuationApproved = "discontinuation_approved", "中止・廃止の承認", "discontinuation approved", art("適正化法第7条第1項"), Director, [Underway, Suspended] => [Underway, Suspended];
    DiscontinuationRefused = "discontinuation_refused", "中止・廃止の不承認", "discontinuation refused", art("適正化法第21条の2"), Director, [Underway, Suspended] => [];
    WorkResumed = "work_resumed", "事業の再開", "work resumed", None, Applicant, [Suspended] => [Underway];
    IncidentReported = "incident_reported", "事故・遅延の報告", "incident or delay reported", art("適正化法第7条第1項"), Applicant, [Underway, Suspended] => [];
    IncidentInstructed = "incident_instructed", "事故報告への指示", "instruction after an incident", art("適正化法第7条第1項"), Office, [Underway, Suspended] => [];
    ProgressReported = "progress_reported", "遂行状況報告", "progress reported", art("適正化法第12条"), Applicant, [Underway, Suspended] => [];
    PerformanceOrdered = "performance_ordered", "遂行命令", "performance ordered", art("適正化法第13条第1項"), Director, [Underway] => [];
    SuspensionOrdered = "suspension_ordered", "一時停止の命令", "suspension ordered", art("適正化法第13条第2項"), Director, [Underway] => [Suspended];
    SuspensionLifted = "suspension_lifted", "一時停止の解除", "suspension lifted", art("適正化法第13条第2項"), Director, [Suspended] => [Underway];
    InterimInspected = "interim_inspected", "中間検査", "interim inspection", art("適正化法第23条第1項"), Office, [Underway, Suspended] => [];
    CompletionReported = "completion_reported", "実績報告", "completion reported", art("適正化法第14条"), Applicant, [Underway, Correcting] => [Reported, Underway];
    CompletionReturned = "completion_returned", "実績報告の補正依頼", "completion report returned", art("適正化法第15条"), Office, [Reported] => [Correcting];
    Inspected = "inspected", "確定検査", "final inspection", art("適正化法第15条"), Office, [Reported] => [Examined];
    CorrectionOrdered = "correction_ordered", "是正命令", "correction ordered", art("適正化法第16条第1項"), Director, [Reported, Examined] => [Correcting];
    AmountFixed = "amount_fixed", "額の確定", "amount fixed", art("適正化法第15条"), Director, [Examined] => [Fixed];
    PaymentClaimed = "payment_claimed", "支払請求", "payment claimed", None, Applicant, [Underway, Reported, Correcting, Examined, Fixed] => [];
    PaymentRefused = "payment_refused", "支払請求の差戻し", "payment refused", None, Office, [Underway, Suspended, Reported, Correcting, Examined, Fixed, Cancelled] => [];
    AccountChanged = "account_changed", "振込先の変更", "account changed", None, Applicant, [Underway, Suspended, Reported, Correcting, Examined, Fixed] => [];
    PaymentOrdered = "payment_ordered", "支払の決定", "payment ordered", None, Director, [Underway, Reported, Correcting, Examined, Fixed] => [];
    PaymentMade = "payment_made", "支払", "paid", None, Office, [Underway, Suspended, Reported, Correcting, Examined, Fixed, Cancelled] => [];
    TransferReturned = "transfer_returned", "振込不能・組戻し", "transfer returned", None, Office, [Underway, Suspended, Reported, Correcting, Examined, Fixed, Cancelled] => [];
    RevocationNoticed = "revocation_noticed", "取消しの予告（弁明の機会）", "notice of cancellation", art("適正化法第17条"), Director, [Underway, Suspended, Reported, Correcting, Examined, Fixed, Closed] => [];
    RevocationAnswered = "revocation_answered", "弁明", "answer to the notice", art("適正化法第17条"), Applicant, [Underway, Suspended, Reported, Correcting, Examined, Fixed, Closed] => [];
    RevocationDropped = "revocation_dropped", "取消しの見送り", "cancellation dropped", art("適正化法第17条"), Director, [Underway, Suspended, Reported, Correcting, Examined, Fixed, Closed] => [];
    Revoked = "revoked", "交付決定の取消し", "decision cancelled", art("適正化法第17条"), Director, [Underway, Suspended, Reported, Correcting, Examined, Fixed, Closed] => [Underway, Suspended, Reported, Correcting, Examined, Fixed, Cancelled];
    RepaymentOrdered = "repayment_ordered", "返還命令・納付命令", "repayment ordered", art("適正化法第18条"), Director, [Underway, Suspended, Reported, Correcting, Examined, Fixed, Cancelled] => [];
    RepaymentReceived = "repayment_received", "返還金の収納", "repayment received", art("適正化法第18条"), Office, [Underway, Suspended, Reported, Correcting, Examined, Fixed, Cancelled] => [];
    InstalmentsAgreed = "instalments_agreed", "返還期限の延長・分割納付", "due days changed", art("適正化法施行令第9条"), Director, [Underway, Suspended, Reported, Correcting, Examined, Fixed, Cancelled] => [];
    ChargeWaived = "charge_waived", "加算金・延滞金の免除", "charge waived", art("適正化法第19条第3項"), Director, [Underway, Suspended, Reported, Correcting, Examined, Fixed, Cancelled] => [];
    OffsetMade = "offset_made", "相殺", "offset", art("適正化法第20条"), Director, [Underway, Suspended, Reported, Correcting, Examined, Fixed, Cancelled] => [];
    ClaimSetOff = "claim_set_off", "支払請求への相殺の充当", "claim set off", art("適正化法第20条"), Director, [Underway, Reported, Correcting, Examined, Fixed] => [];
    Demanded = "demanded", "督促", "demand for payment", art("適正化法第21条第1項"), Office, [Underway, Suspended, Reported, Correcting, Examined, Fixed, Cancelled] => [];
    DebtDischarged = "debt_discharged", "債権の免除・不納欠損", "debt discharged", None, Director, [Underway, Suspended, Reported, Correcting, Examined, Fixed, Cancelled] => [];
    InputTaxReported = "input_tax_reported", "消費税仕入控除税額報告", "input tax reported", None, Applicant, [Fixed] => [];
    CommercialisationReported = "commercialisation_reported", "事業化状況報告", "commercialisation reported", None, Applicant, [Fixed] => [];
    RevenueAssessed = "revenue_assessed", "収益納付の認定", "revenue assessed", art("適正化法第7条第2項"), Office, [Fixed] => [];
    WageReported = "wage_reported", "賃上げ状況報告", "wages reported", None, Applicant, [Fixed] => [];
    WageAssessed = "wage_assessed", "賃上げ要件の認定", "wages assessed", None, Office, [Fixed] => [];
    AssetsRegistered = "assets_registered", "取得財産の登録", "assets registered", art("適正化法第22条"), Applicant, [Underway, Reported, Correcting, Examined, Fixed] => [];
    AssetsCounted = "assets_counted", "取得財産の現況報告", "assets counted", art("適正化法第22条"), Applicant, [Underway, Suspended, Reported, Correcting, Examined, Fixed] => [];
    DisposalRequested = "disposal_requested", "財産処分の承認申請", "disposal asked for", art("適正化法第22条"), Applicant, [Fixed] => [];
    DisposalApproved = "disposal_approved", "財産処分の承認", "disposal approved", art("適正化法第22条"), Director, [Fixed] => [];
    DisposalRefused = "disposal_refused", "財産処分の不承認", "disposal refused", art("適正化法第21条の2"), Director, [Fixed] => [];
    Disposed = "disposed", "財産処分の完了報告", "disposal done", art("適正化法第22条"), Applicant, [Fixed] => [];
    Succeeded = "succeeded", "地位の承継", "succession", None, Director, [Underway, Suspended, Reported, Correcting, Examined, Fixed, Cancelled, Closed] => [];
    CaseClosed = "case_closed", "案件の完結", "case closed", None, Office, [Fixed, Cancelled] => [Closed];
}
