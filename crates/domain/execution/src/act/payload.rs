//! What each act says. Variants and fields are only ever added as new versions with golden files of their own.

use banso_kernel::{CorporateNumber, Day, Digest, DocumentRef, LocalText, Point, Yen};
use serde::{Deserialize, Serialize};

use crate::law::{ChargePart, DebtRule, Deduction, DisposalOutcome, Disposition, Flow, RevenueYear, TaxedCost, WageGoal};
use crate::tax::TaxOut;

macro_rules! payloads {
    ($($(#[$m:meta])* $name:ident { $($(#[$f:meta])* $field:ident : $ty:ty),* $(,)? })*) => {$(
        $(#[$m])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$f])* pub $field: $ty),* }
    )*};
}

macro_rules! choices {
    ($($(#[$m:meta])* $name:ident { $($(#[$v:meta])* $variant:ident = $ja:literal, $en:literal;)* })*) => {$(
        $(#[$m])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$v])* $variant),* }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// As people read it.
            #[must_use]
            pub fn label(self) -> LocalText {
                match self { $($name::$variant => LocalText::new($ja, $en)),* }
            }
        }
    )*};
}

choices! {
    /// 中止 or 廃止 (法7条1項4号).
    Manner {
        /// For a time.
        Suspend = "中止", "suspend";
        /// For good.
        Abandon = "廃止", "abandon";
    }
    /// Why a report on results is due (法14条).
    Trigger {
        Completed = "事業の完了", "the work is complete";
        Abandoned = "廃止の承認", "the work was abandoned";
        YearEnd = "会計年度の終了", "the fiscal year ended";
    }
    PaymentKind {
        /// 概算払, before the amount is fixed.
        Advance = "概算払", "advance payment";
        /// 精算払, after it.
        Settlement = "精算払", "settlement";
    }
    /// What a cancellation rests on.
    Ground {
        /// 法17条1項: another use (法11条).
        OtherUse = "他の用途への使用", "another use";
        /// 法17条1項: against the decision, its conditions, the law or an order.
        Breach = "交付決定の内容・条件・法令への違反", "a breach of the decision, its conditions or the law";
        /// 法17条2項: by whom the holder passed the money on to.
        IndirectBreach = "間接補助事業者等の違反", "a breach by an indirect holder";
        /// 偽りその他不正の手段.
        FalseStatement = "偽りその他不正の手段", "false statements or other wrongful means";
        /// 法10条: circumstances changed; nobody's fault, no surcharge.
        ChangedCircumstances = "事情の変更", "changed circumstances";
    }
    /// What is known of a thing at a census.
    AssetCondition {
        InUse = "使用中", "in use";
        Idle = "遊休", "idle";
        Broken = "故障", "broken";
        Missing = "所在不明", "missing";
    }
    /// How the holder came to be another firm.
    SuccessionCause {
        Merger = "合併", "merger";
        Split = "会社分割", "company split";
        Transfer = "事業譲渡", "transfer of business";
        Inheritance = "相続", "inheritance";
    }
}

/// How much is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "extent", rename_all = "snake_case", deny_unknown_fields)]
pub enum Extent {
    Whole,
    Part { amount: Yen },
}

/// Why money is to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case", deny_unknown_fields)]
pub enum Cause {
    /// 法18条1項.
    Revocation,
    /// 法18条2項: paid in advance beyond what was fixed.
    ExcessAfterFixing,
    InputTax,
    Revenue {
        nth: u32,
    },
    Wage {
        nth: u32,
    },
    Disposal {
        request: u32,
    },
}

impl Cause {
    /// As people read it.
    #[must_use]
    pub fn label(self) -> LocalText {
        match self {
            Cause::Revocation => LocalText::new("交付決定の取消し", "cancellation of the decision"),
            Cause::ExcessAfterFixing => LocalText::new("額の確定による超過", "paid beyond the fixed amount"),
            Cause::InputTax => LocalText::new("消費税仕入控除税額", "input tax"),
            Cause::Revenue { nth } => LocalText::new(format!("収益納付（第{nth}回）"), format!("payback of revenue, report {nth}")),
            Cause::Wage { nth } => LocalText::new(format!("賃上げ要件の未達（第{nth}回）"), format!("wage covenant, report {nth}")),
            Cause::Disposal { request } => LocalText::new(format!("財産処分（申請{request}）"), format!("disposal, request {request}")),
        }
    }
}

payloads! {
    /// A heading of the budget with its eligible cost; the same shape for what is planned, reported and accepted.
    LineAmount { line: String, amount: Yen }

    BudgetAllocated { lines: Vec<LineAmount> }
    PlanChangeRequested { request: u32, lines: Vec<LineAmount>, project_ends: Day, what: String, reason: String, documents: Vec<DocumentRef> }
    PlanChangeApproved { request: u32, number: String, lines: Vec<LineAmount>, amount: Yen, project_ends: Day, conditions: Vec<String> }
    PlanChangeRefused { request: u32, number: String, reason: String }
    MinorChangeReported { lines: Vec<LineAmount>, reason: String, clause: String }
    DiscontinuationRequested { request: u32, manner: Manner, stops_on: Day, reason: String, documents: Vec<DocumentRef> }
    DiscontinuationApproved { request: u32, number: String, conditions: Vec<String> }
    DiscontinuationRefused { request: u32, number: String, reason: String }
    WorkResumed { reason: String }
    IncidentReported { incident: u32, what: String, expected_end: Option<Day>, documents: Vec<DocumentRef> }
    /// The order that an incident awaits (法7条1項5号).
    IncidentInstructed { incident: u32, instruction: String, project_ends: Day }
    ProgressReported { as_of: Day, spent: Vec<LineAmount>, content: Digest, documents: Vec<DocumentRef> }
    PerformanceOrdered { number: String, content: String, due: Day }
    SuspensionOrdered { number: String, reason: String }
    SuspensionLifted { reason: String }
    InterimInspected { content: Digest, points: Vec<Point>, documents: Vec<DocumentRef> }
    CompletionReported { version: u32, trigger: Trigger, completed_on: Day, lines: Vec<LineAmount>, claims: Digest, documents: Vec<DocumentRef> }
    CompletionReturned { points: Vec<Point>, due: Day }
    /// What is taken off a claim line, and why.
    LineCut { claim_line: String, line: String, amount: Yen, reason: String, clause: String }
    Inspected { content: Digest, cuts: Vec<LineCut>, accepted: Vec<LineAmount>, documents: Vec<DocumentRef> }
    CorrectionOrdered { number: String, points: Vec<Point>, due: Day }
    AmountFixed {
        number: String,
        lines: Vec<LineAmount>,
        eligible: Yen,
        /// What the guideline computes from the eligible cost, before the decided amount limits it.
        computed: Yen,
        amount: Yen,
    }
    PaymentClaimed { claim: u32, kind: PaymentKind, amount: Yen, account: Digest }
    PaymentRefused { claim: u32, reason: String }
    AccountChanged { claim: u32, account: Digest, reason: String }
    /// In a run of payments that was frozen and approved.
    PaymentOrdered { claim: u32, run: Digest, pay_on: Day }
    PaymentMade { claim: u32, on: Day }
    /// 振込不能・組戻し.
    TransferReturned { claim: u32, on: Day, reason: String }
    RevocationNoticed { ground: Ground, facts: String, reply_due: Day }
    RevocationAnswered { statement: Digest, documents: Vec<DocumentRef> }
    RevocationDropped { reason: String }
    Revoked { number: String, ground: Ground, extent: Extent, reason: String, clause: String }
    RepaymentOrdered {
        debt: u32,
        number: String,
        cause: Cause,
        principal: Yen,
        due: Day,
        /// When what is ordered back is deemed to have been received (令10条1項).
        receipts: Vec<Flow>,
        rule: DebtRule,
        reason: String,
        clause: String,
    }
    RepaymentReceived { debt: u32, on: Day, amount: Yen }
    /// New due days for what is open of the principal: one (令9条) or several.
    InstalmentsAgreed { debt: u32, due: Vec<Flow>, reason: String }
    ChargeWaived { debt: u32, of: ChargePart, amount: Yen, reason: String }
    /// 法20条: against another payment to the same holder.
    OffsetMade { debt: u32, on: Day, amount: Yen, against: String }
    /// The other side of an offset (法20条), in the case whose claim it is: so much of the claim is settled by it.
    ClaimSetOff {
        claim: u32,
        on: Day,
        amount: Yen,
        /// The order to pay back, in another case of the same holder.
        debt: String,
    }
    Demanded { debt: u32, number: String, due: Day }
    /// 徴収停止・免除・不納欠損: what will not come in any more.
    DebtDischarged { debt: u32, amount: Yen, reason: String, clause: String }
    InputTaxReported {
        tax_year_ends: Day,
        deduction: Deduction,
        costs: Vec<TaxedCost>,
        amount: Yen,
        documents: Vec<DocumentRef>,
    }
    CommercialisationReported { nth: u32, year_ends: Day, revenue: RevenueYear, content: Digest, documents: Vec<DocumentRef> }
    RevenueAssessed { nth: u32, amount: Yen, reason: String, clause: String }
    WageReported { nth: u32, year_ends: Day, goal: WageGoal, content: Digest, documents: Vec<DocumentRef> }
    WageAssessed { nth: u32, amount: Yen, reason: String, clause: String }
    Asset {
        /// The number on its label.
        id: String,
        name: String,
        serial: String,
        /// Acquisition cost of one.
        cost: TaxOut,
        /// The fixed subsidy that went into it.
        subsidy: Yen,
        acquired: Day,
        life_years: u32,
        /// The line of the tables of 耐用年数省令 that gives the life.
        life_clause: String,
        place: String,
    }
    AssetsRegistered { assets: Vec<Asset> }
    Counted { id: String, condition: AssetCondition }
    AssetsCounted { as_of: Day, seen: Vec<Counted>, documents: Vec<DocumentRef> }
    DisposalRequested { request: u32, asset: String, disposition: Disposition, planned_on: Day, reason: String, documents: Vec<DocumentRef> }
    DisposalApproved { request: u32, number: String, outcome: DisposalOutcome, conditions: Vec<String>, clause: String }
    DisposalRefused { request: u32, number: String, reason: String }
    /// What was really obtained, where it is not what was planned, and what is to be paid back by it: never less than was approved.
    RealPrice { proceeds: Yen, outcome: DisposalOutcome }
    Disposed {
        request: u32,
        on: Day,
        documents: Vec<DocumentRef>,
        /// Added later; without it the planned price stands.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        real: Option<RealPrice>,
    }
    Succeeded { from: CorporateNumber, to: CorporateNumber, cause: SuccessionCause, on: Day, number: String, documents: Vec<DocumentRef> }
    CaseClosed { number: String, checked: Vec<String>, keep_until: Day }
}
