//! What an edition says, once its text has been read and checked. No text handling and no evaluation here.

use std::collections::BTreeMap;

use banso_kernel::{CallId, Day, Exact, Instant, LocalText, Yen};
use serde::{Deserialize, Serialize};

use crate::limits::Limits;

pub use crate::required::Required;

pub use crate::judging::{Aggregation, Bonus, Criterion, ReserveTerm, ScoreSheet, SelectionRules};

/// The number of a clause as it stands in its heading, e.g. `3-2`.
pub type ClauseId = String;
/// The name of an item of the fact dictionary, e.g. `従業員数`.
pub type ItemId = String;

/// Who is asking, where from, until when, with what money: the front matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// `go-tech/r7-1`.
    pub call: CallId,
    /// The edition's own name, e.g. `令和7年度-1`.
    pub edition: String,
    /// 成長型中小企業等研究開発支援事業（Go-Tech事業）.
    pub programme: LocalText,
    /// 令和7年度 第1回公募.
    pub call_name: LocalText,
    pub published: Day,
    pub opens: Instant,
    pub closes: Instant,
    /// The money that this call may select up to.
    pub budget: Option<Yen>,
    /// The law or rule that the grant rests on, as letters cite it.
    pub legal_basis: String,
    /// Who decides and signs, as letters name it.
    pub authority: String,
    /// Who runs the call, as pages and letters name it.
    pub office: String,
    /// Prefix of receipt and letter numbers, e.g. `G7-1`.
    pub number_prefix: String,
    /// How to object to a decision (教示), as its letter says it; letters say nothing of it where the guideline does not.
    pub objection: Option<String>,
    /// Where and how money that is ordered back is paid (納入告知書, an account), as its letter and page say it; where the guideline does not,
    /// they say whom to ask.
    pub payment: Option<String>,
    /// True for a demonstration: every page and letter then says so.
    pub synthetic: bool,
}

/// One numbered place in the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    pub id: ClauseId,
    /// 2 for `##`, 3 for `###`.
    pub level: u8,
    pub title: LocalText,
}

/// A variant inside the programme (申請枠).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    pub name: String,
    pub title: LocalText,
    pub clause: ClauseId,
}

/// What an item of the dictionary holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ItemKind {
    /// A number with a unit: 円, 人, 年, %, 点, 件 …
    Number {
        unit: String,
        /// Which numbers make sense: a share of a whole is from 0 to 100 %.
        #[serde(default)]
        limits: Limits,
    },
    Text,
    YesNo,
    Choice(Vec<String>),
    Day,
    CorporateNumber,
    /// A list of records whose parts are items too (共同体, 経費).
    List(Vec<ItemId>),
}

/// An entry of the fact dictionary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub id: ItemId,
    pub kind: ItemKind,
    /// 事業者, 申請, 構成員, 経費 …: what the fact is about.
    pub about: String,
    /// Whether the applicant can change it (研究期間) or not (業種, 設立日).
    pub changeable: bool,
    /// Where it is usually learned from.
    pub source: String,
    pub label: LocalText,
    pub help: LocalText,
}

/// The value of a fact. A fact that is not known has no value at all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Value {
    YesNo(bool),
    /// In the unit of the item: yen, persons, years; a percentage as a share (7.5 % = 3/40).
    Number(Exact),
    Text(String),
    Day(Day),
    List(Vec<Value>),
    Record(BTreeMap<String, Value>),
}

/// The facts known at an examination. What is absent is unknown, not false.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(pub BTreeMap<ItemId, Value>);

/// Kleene's three answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Truth {
    No,
    Unknown,
    Yes,
}

/// What an unknown answer waits for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Missing {
    /// A fact of the applicant that is not known yet.
    Fact(ItemId),
    /// A value of the programme that is not settled (要確認), and its clause.
    Unconfirmed { clause: ClauseId, what: String },
}

impl Missing {
    pub(crate) const NO_ROW: &str = "：どの行にも当てはまらないとき：";

    /// The table and its columns, where an answer fits no row of a table: nothing is to be settled then but the answer.
    #[must_use]
    pub fn fits_no_row(what: &str) -> Option<(&str, &str)> {
        what.split_once(Missing::NO_ROW)
    }
}

/// One leaf of a condition that fails: value, threshold, gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortfall {
    pub item: ItemId,
    /// `資本金 4億円（基準: 3億円以下、差 1億円）`.
    pub text: LocalText,
    /// Whether the applicant can change it.
    pub changeable: bool,
    /// Leaves with the same number are alternatives (one of them is enough).
    pub way: u32,
}

/// What an examination says of one clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub clause: ClauseId,
    pub title: LocalText,
    pub truth: Truth,
    /// True for a condition that only a person can check (人が確認).
    pub by_person: bool,
    pub used: Vec<(ItemId, Value)>,
    pub missing: Vec<Missing>,
    pub shortfalls: Vec<Shortfall>,
    /// What to do about a no (不適のとき).
    pub remedy: Option<LocalText>,
    /// A row on which the rule could not be computed (overflow, division by zero), in words.
    pub error: Option<LocalText>,
}

/// The whole answer to "can this firm apply?".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examination {
    /// Kleene AND over the clauses a machine can check.
    pub verdict: Truth,
    pub findings: Vec<Finding>,
    /// Facts to ask next, the one that settles most clauses first.
    pub next_questions: Vec<ItemId>,
}

/// An amount that may hang on unknowns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Known<T> {
    Exactly(T),
    /// Both ends included.
    Between(T, T),
    Unknown(Vec<Missing>),
}

/// One line of the trace of an amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub clause: ClauseId,
    /// `株式会社甲 1年目 30,000,000円 × 2/3 = 20,000,000円（円未満切捨て）`.
    pub text: LocalText,
}

/// What the guideline would pay for the costs in the facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// All years and members, after the caps.
    pub total: Known<Yen>,
    /// By project year (1, 2, 3), after the yearly cap.
    pub by_year: Vec<(u32, Known<Yen>)>,
    /// By project year after the total cap too, which cuts from the last year backwards: adds up to `total`.
    pub by_year_after_caps: Vec<(u32, Known<Yen>)>,
    /// By member (index into 共同体) and project year, before the caps.
    pub by_member: Vec<(usize, u32, Known<Yen>)>,
    /// Where a cap cut something: the clause and by how much.
    pub cuts: Vec<(ClauseId, Yen)>,
    pub steps: Vec<Step>,
}

/// Which side of the consortium fills a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Side {
    /// The applicant that speaks for all (事業管理機関 in Go-Tech).
    Lead,
    /// Each member for itself.
    EachMember,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    pub sections: Vec<Section>,
}

/// One task of the task list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Lower-case ASCII, stable within a call: `plan`, `budget`.
    pub id: String,
    pub title: LocalText,
    pub clause: ClauseId,
    pub side: Side,
    /// About how long it takes.
    pub minutes: u32,
    pub content: SectionContent,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SectionContent {
    /// One question each, in order.
    Fields(Vec<Field>),
    /// Who is in the consortium (共同体): one row a member, each row with these parts (their ids are items of 共同体's records).
    Consortium {
        parts: Vec<Field>,
        members_max: u32,
    },
    /// Cost by budget line, member and project year.
    Budget {
        lines: Vec<BudgetLine>,
        years_max: u32,
    },
    /// One target per KPI, beside the programme's own.
    Kpis,
    Documents(Vec<DocumentSpec>),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The item of the dictionary that the answer is a fact of, or a name of its own for texts.
    pub id: ItemId,
    pub label: LocalText,
    pub hint: LocalText,
    pub kind: FieldKind,
    pub required: Required,
    pub clause: ClauseId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldKind {
    Text {
        characters_max: usize,
    },
    LongText {
        characters_max: usize,
    },
    Number {
        unit: String,
        #[serde(default)]
        limits: Limits,
    },
    Choice(Vec<String>),
    YesNo,
    Day,
    CorporateNumber,
}

impl FieldKind {
    /// Any number of a unit.
    #[must_use]
    pub fn number(unit: impl Into<String>) -> Self {
        FieldKind::Number { unit: unit.into(), limits: Limits::default() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetLine {
    /// 設備備品費, 人件費 …
    pub name: String,
    pub title: LocalText,
    pub hint: LocalText,
    pub clause: ClauseId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentSpec {
    /// Lower-case ASCII, stable within a call.
    pub id: String,
    pub title: LocalText,
    pub hint: LocalText,
    pub required: Required,
    pub count_max: usize,
    pub bytes_max: u64,
    /// Accepted media types, e.g. `application/pdf`.
    pub media_types: Vec<String>,
    pub clause: ClauseId,
}

/// A grant condition (交付条件) for the decision letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub clause: ClauseId,
    pub text: LocalText,
}

/// Something to be done after the decision, and when (報告等).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    pub clause: ClauseId,
    pub title: LocalText,
    pub when: LocalText,
}

/// A programme target (指標).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kpi {
    /// Lower-case ASCII, stable within a call.
    pub id: String,
    pub clause: ClauseId,
    pub title: LocalText,
    /// 事業終了時, 終了後5年.
    pub when: LocalText,
    /// `> 50%` as written.
    pub target: String,
    /// Unit of the applicant's own number; `%` is kept as a share.
    pub unit: String,
    /// The item of the dictionary that this target is about.
    #[serde(default)]
    pub item: Option<ItemId>,
    /// Which numbers that item may be.
    #[serde(default)]
    pub limits: Limits,
}
