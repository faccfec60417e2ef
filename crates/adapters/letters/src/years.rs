//! Letters of the years after the amount is fixed, and labels for assets: what each says, and the JSON that its template reads.

use banso_kernel::{Day, Yen};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cover::Cover;
use crate::words::{kin, paragraphs, yen};

/// Which letter it is. The statutory part of each stands in the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum YearsStep {
    /// 収益納付の認定 (Art. 7(2)).
    RevenueAssessed,
    /// 賃上げ要件の認定.
    WageAssessed,
    /// 財産処分承認通知書 (Art. 22).
    DisposalApproved,
    /// 財産処分不承認通知書 (Art. 21-2).
    DisposalRefused,
    /// 地位の承継.
    Succeeded,
    /// 案件の完結.
    CaseClosed,
}

impl YearsStep {
    const fn code(self) -> &'static str {
        match self {
            YearsStep::RevenueAssessed => "revenue",
            YearsStep::WageAssessed => "wage",
            YearsStep::DisposalApproved => "disposal",
            YearsStep::DisposalRefused => "refused",
            YearsStep::Succeeded => "succeeded",
            YearsStep::CaseClosed => "closed",
        }
    }
}

/// A line of a computation, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComputedLine {
    pub what: String,
    pub how: String,
    pub value: String,
}

/// A letter of the years after the amount is fixed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearsLetter {
    pub cover: Cover,
    pub step: YearsStep,
    /// The day of the report or request that it answers; of the succession or the closing itself.
    pub about_on: Day,
    /// The number and the day of the grant decision.
    pub decision: String,
    pub decided_on: Day,
    /// Label and value.
    pub facts: Vec<(String, String)>,
    pub lines: Vec<ComputedLine>,
    /// What is to be paid back; nothing where the step is not about money.
    pub amount: Option<Yen>,
    pub reason: String,
    /// Conditions, or what was checked.
    pub conditions: Vec<String>,
}

/// 取得財産の管理ラベル, as many as there are assets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetLabels {
    pub receipt_number: String,
    pub programme: String,
    pub holder: String,
    /// The grant decision's number.
    pub decision: String,
    pub printed_on: Day,
    pub labels: Vec<AssetLabel>,
    pub synthetic: bool,
}

/// What stands on one label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetLabel {
    pub id: String,
    pub name: String,
    pub serial: String,
    pub acquired: Day,
    /// Until when it may not be disposed of without approval; nothing for what is not restricted.
    pub restricted_until: Option<Day>,
    pub place: String,
}

pub(crate) fn letter(l: &YearsLetter) -> Value {
    let line = |c: &ComputedLine| json!({ "what": c.what, "how": c.how, "value": c.value });
    json!({
        "step": l.step.code(),
        "about_on": l.about_on.wareki(),
        "decision": l.decision,
        "decided_on": l.decided_on.wareki(),
        "facts": l.facts.iter().map(|(label, value)| json!({ "label": label, "value": value })).collect::<Vec<_>>(),
        "lines": l.lines.iter().map(line).collect::<Vec<_>>(),
        "amount": l.amount.map(kin),
        "due": l.amount.is_some_and(|a| a > Yen::ZERO),
        "plain": l.amount.map(yen),
        "reason": paragraphs(&l.reason),
        "conditions": l.conditions.iter().map(|c| paragraphs(c)).collect::<Vec<_>>(),
    })
}

pub(crate) fn labels(l: &AssetLabels) -> Value {
    let label = |a: &AssetLabel| {
        json!({
            "id": a.id,
            "name": a.name,
            "serial": a.serial,
            "acquired": a.acquired.wareki(),
            "until": a.restricted_until.map(Day::wareki),
            "place": a.place,
        })
    };
    json!({
        "number": l.receipt_number,
        "synthetic": l.synthetic,
        "programme": l.programme,
        "holder": l.holder,
        "decision": l.decision,
        "labels": l.labels.iter().map(label).collect::<Vec<_>>(),
    })
}
