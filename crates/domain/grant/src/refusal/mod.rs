//! Why a step is not taken. A refusal is an answer, not a fault: it has a stable code, the clause it rests on, a sentence for
//! people and what to do next. Codes are never used twice; a code that falls out of use stays reserved.

mod amount;
mod paper;
mod review;
mod run_flaw;
mod selection;
mod study;
mod timing;

use std::fmt;

use banso_execution::ExecutionRefusal;
use banso_kernel::LocalText;
pub use banso_kernel::Told;

pub use amount::AmountFlaw;
pub use paper::{FieldName, PaperFlaw};
pub use review::ReviewFlaw;
pub use run_flaw::RunFlaw;
pub use selection::SelectionFlaw;
pub use study::StudyFlaw;
pub use timing::Timing;

use crate::call::CallPhase;
use crate::law;
use crate::state::StateCode;

/// Why a step is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The case does not stand where this step starts.
    WrongState {
        step: Step,
        state: StateCode,
    },
    /// The call does not stand where this step starts.
    WrongPhase {
        step: Step,
        phase: PhaseCode,
    },
    Timing(Timing),
    Paper(PaperFlaw),
    Review(ReviewFlaw),
    Selection(SelectionFlaw),
    Amount(AmountFlaw),
    Study(StudyFlaw),
    Run(RunFlaw),
    /// After the decision.
    Execution(ExecutionRefusal),
}

/// Both languages of a sentence.
pub(crate) fn text(ja: impl Into<String>, en: impl Into<String>) -> LocalText {
    LocalText::new(ja, en)
}

impl Refusal {
    /// Code, basis, message and next step together.
    #[must_use]
    pub fn told(&self) -> Told {
        match self {
            Refusal::WrongState { step, state } => Told::new(
                "R101",
                law::GUIDELINE,
                text(
                    format!("状態が「{}」の案件には「{}」を行えません。", state.label().ja, step.label().ja),
                    format!("`{}` cannot be done to a case that is `{}`", step.code(), state.code()),
                ),
                text(
                    "案件の経過を開き、現在の状態で行える手続を確認してください。",
                    "open the case's timeline and see which steps its state allows",
                ),
            ),
            Refusal::WrongPhase { step, phase } => Told::new(
                "R102",
                law::GUIDELINE,
                text(
                    format!("公募回が「{}」の段階では「{}」を行えません。", phase.label().ja, step.label().ja),
                    format!("`{}` cannot be done while the call is `{}`", step.code(), phase.code()),
                ),
                phase.next_step(),
            ),
            Refusal::Timing(timing) => timing.told(),
            Refusal::Paper(flaw) => flaw.told(),
            Refusal::Review(flaw) => flaw.told(),
            Refusal::Selection(flaw) => flaw.told(),
            Refusal::Amount(flaw) => flaw.told(),
            Refusal::Study(flaw) => flaw.told(),
            Refusal::Run(flaw) => flaw.told(),
            Refusal::Execution(refusal) => refusal.told(),
        }
    }

    #[must_use]
    pub fn code(&self) -> &'static str {
        self.told().code
    }

    /// The article or clause that the refusal rests on.
    #[must_use]
    pub fn basis(&self) -> String {
        self.told().basis
    }

    #[must_use]
    pub fn message(&self) -> LocalText {
        self.told().message
    }

    #[must_use]
    pub fn next_step(&self) -> LocalText {
        self.told().next_step
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.told();
        write!(f, "{} {}", told.code, told.message.en.as_deref().unwrap_or(&told.message.ja))
    }
}

impl std::error::Error for Refusal {}

/// A call's phase by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhaseCode {
    Receiving,
    InReview,
    Reviewed,
    SelectionFrozen,
    SelectionExecuted,
}

impl From<&CallPhase> for PhaseCode {
    fn from(phase: &CallPhase) -> Self {
        match phase {
            CallPhase::Receiving => PhaseCode::Receiving,
            CallPhase::InReview { .. } => PhaseCode::InReview,
            CallPhase::Reviewed { .. } => PhaseCode::Reviewed,
            CallPhase::SelectionFrozen { .. } => PhaseCode::SelectionFrozen,
            CallPhase::SelectionExecuted { .. } => PhaseCode::SelectionExecuted,
        }
    }
}

impl PhaseCode {
    /// The code that lists use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            PhaseCode::Receiving => "receiving",
            PhaseCode::InReview => "in_review",
            PhaseCode::Reviewed => "reviewed",
            PhaseCode::SelectionFrozen => "selection_frozen",
            PhaseCode::SelectionExecuted => "selection_executed",
        }
    }

    #[must_use]
    pub fn label(self) -> LocalText {
        match self {
            PhaseCode::Receiving => text("受付・形式審査", "receiving"),
            PhaseCode::InReview => text("審査", "in review"),
            PhaseCode::Reviewed => text("審査締切後", "review closed"),
            PhaseCode::SelectionFrozen => text("採択案確定", "selection plan frozen"),
            PhaseCode::SelectionExecuted => text("採択決定済", "selection executed"),
        }
    }

    fn next_step(self) -> LocalText {
        match self {
            PhaseCode::Receiving => text("審査計画を作り、審査を開始してください。", "plan the review and open it first"),
            PhaseCode::InReview => text("審査が終わってから行ってください。", "wait until the review is done"),
            PhaseCode::Reviewed => {
                text("審査を再開するか、採択案を確定してから行ってください。", "open the review again, or freeze a selection plan first")
            }
            PhaseCode::SelectionFrozen => {
                text("採択案を実行するか、破棄してから行ってください。", "execute the frozen plan, or discard it first")
            }
            PhaseCode::SelectionExecuted => {
                text("採択決定後は変更できません。", "nothing of this can change after the selection was executed")
            }
        }
    }
}

macro_rules! steps {
    ($($name:ident = $code:literal, $ja:literal;)*) => {
        /// A step that somebody may try to take.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Step { $($name),* }

        impl Step {
            pub const ALL: &'static [Step] = &[$(Step::$name),*];

            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Step::$name => $code),* }
            }

            /// As people read it.
            #[must_use]
            pub fn label(self) -> LocalText {
                match self { $(Step::$name => LocalText::new($ja, $code.replace('_', " "))),* }
            }
        }
    };
}

steps! {
    Resubmit = "resubmit", "再提出";
    WithdrawSubmission = "withdraw_submission", "提出の取消し";
    ReturnForCorrection = "return_for_correction", "補正の依頼（差戻し）";
    PassCompleteness = "pass_completeness", "形式審査の通過";
    NotAccept = "not_accept", "不受理";
    AssignReviewers = "assign_reviewers", "審査員の割当て";
    DeclareConflict = "declare_conflict", "利益相反の申告";
    ReplaceReviewer = "replace_reviewer", "審査員の交代";
    SubmitReview = "submit_review", "審査結果の提出";
    AskReconsideration = "ask_reconsideration", "再検討の依頼";
    JudgeBonus = "judge_bonus", "加点の判定";
    GiveOutcome = "give_outcome", "採否の決定";
    Promote = "promote", "補欠からの繰上げ採択";
    EndReserve = "end_reserve", "補欠の終了（不採択）";
    RequestGrant = "request_grant", "交付申請";
    ReturnGrantRequest = "return_grant_request", "交付申請の差戻し";
    DecideGrant = "decide_grant", "交付決定";
    RefuseGrant = "refuse_grant", "不交付の決定";
    Withdraw = "withdraw", "取下げ";
    Rectify = "rectify", "誤記の訂正";
    Execute = "execute", "交付決定後の手続";
    OpenReview = "open_review", "審査の開始";
    CloseReview = "close_review", "審査の締切り";
    FreezeSelection = "freeze_selection", "採択案の確定";
    DiscardSelection = "discard_selection", "採択案の破棄";
    ExecuteSelection = "execute_selection", "採択案の実行";
    DeclareStudy = "declare_study", "効果検証の宣言";
    RunStudy = "run_study", "効果検証の実行";
}
