//! Why a step after the decision is not taken. Each has a stable code, what it rests on, a sentence and what to do next.

mod days;
mod money;
mod steps;

use std::fmt;

use banso_kernel::{CorporateNumber, Day, LocalText, MoneyError, Told, Yen};

use crate::act::{ActMeta, PaymentKind, Trigger};
use crate::law::LawError;
use crate::phase::ExecutionPhase;
use crate::state::{Field, OpenItem};

/// Something that waits, or that should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pending {
    PlanChange,
    Discontinuation,
    Incident,
    Report,
    Claim,
    Payment,
    Hearing,
    Debt,
    Cause,
    Assessment,
    Disposal,
}

impl Pending {
    const fn label(self) -> (&'static str, &'static str) {
        match self {
            Pending::PlanChange => ("計画変更の承認申請", "request for a change of plan"),
            Pending::Discontinuation => ("中止・廃止の承認申請", "request for discontinuation"),
            Pending::Incident => ("事故報告", "incident report"),
            Pending::Report => ("実績報告", "completion report"),
            Pending::Claim => ("支払請求", "claim for payment"),
            Pending::Payment => ("支払", "payment"),
            Pending::Hearing => ("取消しの予告", "notice of cancellation"),
            Pending::Debt => ("返還・納付の債権", "debt"),
            Pending::Cause => ("返還・納付の原因", "cause of a repayment"),
            Pending::Assessment => ("未認定の報告", "report not assessed"),
            Pending::Disposal => ("財産処分の承認申請", "request for disposal"),
        }
    }
}

/// Why a step is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecutionRefusal {
    WrongPhase {
        act: &'static ActMeta,
        phase: ExecutionPhase,
    },
    StillPending(Pending),
    NothingPending(Pending),
    NoSuchNumber {
        number: u32,
    },
    NumberNotNext {
        expected: u32,
        found: u32,
    },
    NoSuchAsset {
        id: String,
    },
    AssetNotCounted {
        id: String,
    },
    StillOpen {
        item: OpenItem,
    },
    DueNotAhead {
        due: Day,
        today: Day,
    },
    InTheFuture {
        day: Day,
        today: Day,
    },
    BeforeDecision {
        day: Day,
        decided_on: Day,
    },
    AfterProjectEnd {
        day: Day,
        ends: Day,
    },
    YearNotOver {
        ends: Day,
    },
    HearingOpen {
        until: Day,
    },
    NotOverdue,
    TriggerWrong {
        trigger: Trigger,
    },
    PaymentKindWrong {
        kind: PaymentKind,
    },
    NotTheHolder {
        holder: CorporateNumber,
        from: CorporateNumber,
    },
    Blank {
        field: Field,
    },
    TooLong {
        field: Field,
        characters_max: usize,
    },
    NoLines,
    LineTwice {
        line: String,
    },
    UnknownLine {
        line: String,
    },
    NotPositive {
        amount: Yen,
    },
    LinesDoNotSum {
        expected: Yen,
        sum: Yen,
    },
    CutAboveReported {
        line: String,
        amount: Yen,
    },
    AboveDecided {
        amount: Yen,
        decided: Yen,
    },
    AboveEligible {
        amount: Yen,
        eligible: Yen,
    },
    AboveComputed {
        amount: Yen,
        computed: Yen,
    },
    AboveEntitlement {
        amount: Yen,
        entitled: Yen,
    },
    BelowPaid {
        amount: Yen,
        paid: Yen,
    },
    PartIsWhole {
        amount: Yen,
        entitled: Yen,
    },
    AboveReturnable {
        amount: Yen,
        most: Yen,
    },
    MoreThanOwed {
        amount: Yen,
        open: Yen,
    },
    /// A waiver of more than the charge comes to.
    MoreThanCharged {
        amount: Yen,
        open: Yen,
    },
    /// Another amount given up than all that is left.
    NotAllThatIsLeft {
        amount: Yen,
        open: Yen,
    },
    SurchargeWrong {
        due: bool,
    },
    ReceiptsWrong,
    /// A shift between headings that the guideline does not count as minor.
    NotMinor {
        line: String,
        shift: Yen,
        most: Yen,
    },
    /// The guideline does not know the thing: no advances, no covenant.
    NotInTheGuideline {
        what: LocalText,
    },
    /// What was computed for the asker is not what the order says.
    FigureWrong {
        computed: Yen,
        found: Yen,
    },
    Figures(LawError),
}

impl From<MoneyError> for ExecutionRefusal {
    fn from(e: MoneyError) -> Self {
        ExecutionRefusal::Figures(LawError::Money(e))
    }
}

impl From<LawError> for ExecutionRefusal {
    fn from(e: LawError) -> Self {
        ExecutionRefusal::Figures(e)
    }
}

const GUIDELINE: &str = "公募要領";
/// What no article and no clause says: an amount that is none.
const ENTRY: &str = "入力の確認";

fn pair(ja: impl Into<String>, en: impl Into<String>) -> LocalText {
    LocalText::new(ja, en)
}

fn two(code: &'static str, basis: &str, message: LocalText, next: (&str, &str)) -> Told {
    Told::new(code, basis, message, pair(next.0, next.1))
}

/// An amount above the most that is allowed.
fn above(code: &'static str, basis: &str, what: (&str, &str), amount: Yen, most: Yen, next: (&str, &str)) -> Told {
    let message = pair(format!("{amount}は{}（{most}）を超えています。", what.0), format!("`{amount}` is more than {} `{most}`", what.1));
    two(code, basis, message, next)
}

impl ExecutionRefusal {
    /// Code, basis, message and next step together.
    #[must_use]
    pub fn told(&self) -> Told {
        self.of_steps()
            .or_else(|| self.of_numbers())
            .or_else(|| self.of_days())
            .or_else(|| self.of_waiting())
            .or_else(|| self.of_kinds())
            .or_else(|| self.of_texts())
            .or_else(|| self.of_sums())
            .or_else(|| self.of_limits())
            .or_else(|| self.of_returns())
            .unwrap_or_else(|| self.of_figures())
    }

    #[must_use]
    pub fn code(&self) -> &'static str {
        self.told().code
    }
}

impl fmt::Display for ExecutionRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.told();
        write!(f, "{} {}", told.code, told.message.get(banso_kernel::Lang::En))
    }
}

impl std::error::Error for ExecutionRefusal {}
