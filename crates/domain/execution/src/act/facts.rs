//! What an act says, field by field with words: for timelines and auditors. Made from the payload itself, so that nothing is left out.

use banso_kernel::{Day, Digest, DocumentRef, LocalText, Yen};
use serde_json::Value;

use super::ExecutionAct;
use crate::law::DisposalKind;

/// One thing that an act says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub label: LocalText,
    pub value: LocalText,
}

#[derive(Clone, Copy)]
enum As {
    Plain,
    Yen,
    Day,
    /// How many there are.
    Count,
    /// Said elsewhere, or for machines.
    Hidden,
}

/// Fields of payloads: name, words, how the value is written.
const FIELDS: &[(&str, &str, &str, As)] = &[
    ("accepted", "認める額", "Accepted", As::Plain),
    ("account", "振込先", "Account", As::Hidden),
    ("acquired", "取得日", "Acquired", As::Day),
    ("against", "相殺の相手", "Against", As::Plain),
    ("amount", "金額", "Amount", As::Yen),
    ("as_of", "基準日", "As of", As::Day),
    ("asset", "財産", "Asset", As::Plain),
    ("assets", "財産", "Assets", As::Plain),
    ("base", "基準額", "Base", As::Yen),
    ("cause", "原因", "Cause", As::Plain),
    ("checked", "確認事項", "Checked", As::Plain),
    ("claim", "請求番号", "Claim", As::Plain),
    ("claim_line", "明細", "Claim line", As::Plain),
    ("claims", "明細の記録", "Claim lines", As::Hidden),
    ("clause", "根拠条項", "Clause", As::Plain),
    ("completed_on", "完了日", "Completed on", As::Day),
    ("computed", "計算額", "Computed", As::Yen),
    ("conditions", "条件", "Conditions", As::Plain),
    ("condition", "現況", "Condition", As::Plain),
    ("content", "内容", "Content", As::Plain),
    ("cost", "取得価額（税抜）", "Cost without tax", As::Yen),
    ("costs", "経費", "Costs", As::Plain),
    ("cuts", "減額", "Cuts", As::Plain),
    ("debt", "債権番号", "Debt", As::Plain),
    ("deduction", "控除", "Deduction", As::Plain),
    ("disposition", "処分", "Disposition", As::Plain),
    ("documents", "書類", "Documents", As::Count),
    ("due", "期限", "Due", As::Day),
    ("eligible", "対象経費", "Eligible cost", As::Yen),
    ("expected_end", "見込みの終了日", "Expected end", As::Day),
    ("extent", "範囲", "Extent", As::Plain),
    ("facts", "事実", "Facts", As::Plain),
    ("field", "欄", "Field", As::Plain),
    ("from", "承継前", "From", As::Plain),
    ("ground", "取消しの事由", "Ground", As::Plain),
    ("id", "番号", "Number", As::Plain),
    ("incident", "報告番号", "Incident", As::Plain),
    ("instruction", "指示", "Instruction", As::Plain),
    ("keep_until", "書類の保存期限", "Papers kept until", As::Day),
    ("kind", "区分", "Kind", As::Plain),
    ("lines", "経費の区分ごとの額", "By heading", As::Plain),
    ("manner", "区分", "Manner", As::Plain),
    ("name", "名称", "Name", As::Plain),
    ("note", "補正の内容", "Note", As::Plain),
    ("nth", "回", "Number", As::Plain),
    ("number", "文書番号", "Letter number", As::Plain),
    ("of", "対象", "Of", As::Plain),
    ("on", "日", "On", As::Day),
    ("outcome", "承認の内容", "Outcome", As::Plain),
    ("pay_on", "支払予定日", "To be paid on", As::Day),
    ("planned_on", "予定日", "Planned on", As::Day),
    ("points", "補正を求める点", "Points", As::Plain),
    ("principal", "返還額", "Principal", As::Yen),
    ("proceeds", "処分の対価", "Proceeds", As::Yen),
    ("profit", "収益", "Profit", As::Yen),
    ("project_ends", "補助事業の終了日", "Project ends", As::Day),
    ("goal", "賃金", "Wages", As::Plain),
    ("reached", "実績額", "Reached", As::Yen),
    ("real", "実際の対価", "Real price", As::Plain),
    ("reason", "理由", "Reason", As::Plain),
    ("receipts", "受領", "Receipts", As::Plain),
    ("reply_due", "弁明の期限", "Answer by", As::Day),
    ("request", "申請番号", "Request", As::Plain),
    ("rule", "加算金・延滞金の定め", "Charges", As::Hidden),
    ("revenue", "収益", "Revenue", As::Plain),
    ("run", "支払計画", "Payment run", As::Hidden),
    ("result", "結果", "Result", As::Plain),
    ("seen", "現況", "Seen", As::Plain),
    ("spent", "支出額", "Spent", As::Plain),
    ("statement", "弁明書", "Statement", As::Hidden),
    ("stops_on", "中止・廃止の日", "Stops on", As::Day),
    ("subsidy", "補助金の額", "Subsidy", As::Yen),
    ("tax_year_ends", "課税期間の末日", "Tax year ends", As::Day),
    ("to", "承継後", "To", As::Plain),
    ("trigger", "報告の事由", "Occasion", As::Plain),
    ("version", "版", "Version", As::Plain),
    ("what", "内容", "What", As::Plain),
    ("year_ends", "年度の末日", "Year ends", As::Day),
];

/// Words for the values that stand as codes in payloads.
fn word(code: &str) -> Option<LocalText> {
    use super::payload::{AssetCondition, Ground, Manner, PaymentKind, SuccessionCause, Trigger};
    fn of<T: serde::Serialize + Copy>(all: &[T], label: fn(T) -> LocalText, code: &str) -> Option<LocalText> {
        all.iter().copied().find(|v| serde_json::to_value(v).is_ok_and(|v| v == code)).map(label)
    }
    of(Ground::ALL, Ground::label, code)
        .or_else(|| of(Manner::ALL, Manner::label, code))
        .or_else(|| of(PaymentKind::ALL, PaymentKind::label, code))
        .or_else(|| of(SuccessionCause::ALL, SuccessionCause::label, code))
        .or_else(|| of(Trigger::ALL, Trigger::label, code))
        .or_else(|| of(AssetCondition::ALL, AssetCondition::label, code))
        .or_else(|| of(DisposalKind::ALL, DisposalKind::label, code))
        .or_else(|| match code {
            "surcharge" => Some(LocalText::new("加算金", "surcharge")),
            "late_charge" => Some(LocalText::new("延滞金", "late charge")),
            "revocation" => Some(LocalText::new("交付決定の取消し", "cancellation")),
            "whole" => Some(LocalText::new("全部", "the whole")),
            "part" => Some(LocalText::new("一部", "a part")),
            "repay" => Some(LocalText::new("納付を条件に承認", "approved on repayment")),
            "on_enforcement" => Some(LocalText::new("担保権の実行時に納付", "repaid when enforced")),
            "nothing_due" => Some(LocalText::new("納付なし", "nothing to repay")),
            "report_only" => Some(LocalText::new("報告で足りる", "a report is enough")),
            "unrestricted" => Some(LocalText::new("処分制限の対象外", "not restricted")),
            "not_on_purchases" => Some(LocalText::new("免税・簡易課税", "not on purchases")),
            "special_income" => Some(LocalText::new("特定収入割合が5%超", "special income")),
            "full" => Some(LocalText::new("全額控除", "in full")),
            "by_use" => Some(LocalText::new("個別対応方式", "by use")),
            "by_ratio" => Some(LocalText::new("一括比例配分方式", "by one ratio")),
            "input_tax" => Some(LocalText::new("消費税仕入控除税額", "input tax")),
            "revenue" => Some(LocalText::new("収益納付", "revenue")),
            "wage" => Some(LocalText::new("賃上げ要件の未達", "wage covenant")),
            "disposal" => Some(LocalText::new("財産処分", "disposal")),
            "excess_after_fixing" => Some(LocalText::new("額の確定による超過", "excess after fixing")),
            _ => None,
        })
}

impl ExecutionAct {
    /// The payload alone.
    fn payload(&self) -> Value {
        let mut tagged = serde_json::to_value(self).unwrap_or(Value::Null);
        tagged.get_mut("act").map_or(Value::Null, Value::take)
    }

    /// Everything that people want to read of the act.
    #[must_use]
    pub fn facts(&self) -> Vec<Fact> {
        let Value::Object(fields) = self.payload() else { return Vec::new() };
        let mut found = Vec::new();
        for (name, ja, en, how) in FIELDS {
            if let Some(value) = fields.get(*name).and_then(|v| said(v, *how)) {
                found.push(Fact { label: LocalText::new(*ja, *en), value });
            }
        }
        found
    }

    /// The day on which money moved that the act tells of; it may be told later.
    #[must_use]
    pub const fn money_moved_on(&self) -> Option<Day> {
        if let ExecutionAct::PaymentMade(a) = self {
            Some(a.on)
        } else if let ExecutionAct::RepaymentReceived(a) = self {
            Some(a.on)
        } else if let ExecutionAct::OffsetMade(a) = self {
            Some(a.on)
        } else if let ExecutionAct::ClaimSetOff(a) = self {
            Some(a.on)
        } else {
            None
        }
    }

    /// The reason that the act gives, where it gives one.
    #[must_use]
    pub fn reason(&self) -> String {
        self.payload().get("reason").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// The text that came with the act, by its digest.
    #[must_use]
    pub const fn text(&self) -> Option<Digest> {
        use ExecutionAct as A;
        match self {
            A::ProgressReported(a) => Some(a.content),
            A::InterimInspected(a) => Some(a.content),
            A::CompletionReported(a) => Some(a.claims),
            A::Inspected(a) => Some(a.content),
            A::RevocationAnswered(a) => Some(a.statement),
            A::CommercialisationReported(a) => Some(a.content),
            A::WageReported(a) => Some(a.content),
            A::PaymentClaimed(a) => Some(a.account),
            A::AccountChanged(a) => Some(a.account),
            A::BudgetAllocated(_)
            | A::PlanChangeRequested(_)
            | A::PlanChangeApproved(_)
            | A::PlanChangeRefused(_)
            | A::MinorChangeReported(_)
            | A::DiscontinuationRequested(_)
            | A::DiscontinuationApproved(_)
            | A::DiscontinuationRefused(_)
            | A::WorkResumed(_)
            | A::IncidentReported(_)
            | A::IncidentInstructed(_)
            | A::PerformanceOrdered(_)
            | A::SuspensionOrdered(_)
            | A::SuspensionLifted(_)
            | A::CompletionReturned(_)
            | A::CorrectionOrdered(_)
            | A::AmountFixed(_)
            | A::PaymentRefused(_)
            | A::PaymentOrdered(_)
            | A::PaymentMade(_)
            | A::TransferReturned(_)
            | A::RevocationNoticed(_)
            | A::RevocationDropped(_)
            | A::Revoked(_)
            | A::RepaymentOrdered(_)
            | A::RepaymentReceived(_)
            | A::InstalmentsAgreed(_)
            | A::ChargeWaived(_)
            | A::OffsetMade(_)
            | A::ClaimSetOff(_)
            | A::Demanded(_)
            | A::DebtDischarged(_)
            | A::InputTaxReported(_)
            | A::RevenueAssessed(_)
            | A::WageAssessed(_)
            | A::AssetsRegistered(_)
            | A::AssetsCounted(_)
            | A::DisposalRequested(_)
            | A::DisposalApproved(_)
            | A::DisposalRefused(_)
            | A::Disposed(_)
            | A::Succeeded(_)
            | A::CaseClosed(_) => None,
        }
    }

    /// The documents that came with the act.
    #[must_use]
    pub fn documents(&self) -> &[DocumentRef] {
        use ExecutionAct as A;
        match self {
            A::PlanChangeRequested(a) => &a.documents,
            A::DiscontinuationRequested(a) => &a.documents,
            A::IncidentReported(a) => &a.documents,
            A::ProgressReported(a) => &a.documents,
            A::InterimInspected(a) => &a.documents,
            A::CompletionReported(a) => &a.documents,
            A::Inspected(a) => &a.documents,
            A::RevocationAnswered(a) => &a.documents,
            A::InputTaxReported(a) => &a.documents,
            A::CommercialisationReported(a) => &a.documents,
            A::WageReported(a) => &a.documents,
            A::AssetsCounted(a) => &a.documents,
            A::DisposalRequested(a) => &a.documents,
            A::Disposed(a) => &a.documents,
            A::Succeeded(a) => &a.documents,
            A::BudgetAllocated(_)
            | A::PlanChangeApproved(_)
            | A::PlanChangeRefused(_)
            | A::MinorChangeReported(_)
            | A::DiscontinuationApproved(_)
            | A::DiscontinuationRefused(_)
            | A::WorkResumed(_)
            | A::IncidentInstructed(_)
            | A::PerformanceOrdered(_)
            | A::SuspensionOrdered(_)
            | A::SuspensionLifted(_)
            | A::CompletionReturned(_)
            | A::CorrectionOrdered(_)
            | A::AmountFixed(_)
            | A::PaymentClaimed(_)
            | A::PaymentRefused(_)
            | A::AccountChanged(_)
            | A::PaymentOrdered(_)
            | A::PaymentMade(_)
            | A::TransferReturned(_)
            | A::RevocationNoticed(_)
            | A::RevocationDropped(_)
            | A::Revoked(_)
            | A::RepaymentOrdered(_)
            | A::RepaymentReceived(_)
            | A::InstalmentsAgreed(_)
            | A::ChargeWaived(_)
            | A::OffsetMade(_)
            | A::ClaimSetOff(_)
            | A::Demanded(_)
            | A::DebtDischarged(_)
            | A::RevenueAssessed(_)
            | A::WageAssessed(_)
            | A::AssetsRegistered(_)
            | A::DisposalApproved(_)
            | A::DisposalRefused(_)
            | A::CaseClosed(_) => &[],
        }
    }
}

fn plain(text: String) -> Option<LocalText> {
    (!text.is_empty()).then(|| LocalText::new(text.clone(), text))
}

fn said(value: &Value, how: As) -> Option<LocalText> {
    match (how, value) {
        (As::Hidden, _) | (_, Value::Null) => None,
        (As::Count, Value::Array(items)) => {
            (!items.is_empty()).then(|| LocalText::new(format!("{}件", items.len()), items.len().to_string()))
        }
        (As::Yen, Value::Number(n)) => n.as_i64().and_then(|n| plain(Yen::new(n).to_string())),
        (As::Day, Value::String(s)) => Day::parse(s).ok().map(|d| LocalText::new(d.wareki(), d.to_string())),
        // A digest is for machines.
        (_, Value::String(s)) if s.parse::<Digest>().is_ok() => None,
        (_, Value::String(s)) => word(s).or_else(|| plain(s.clone())),
        (_, Value::Number(n)) => plain(n.to_string()),
        (_, Value::Bool(_)) => None,
        (_, Value::Array(items)) => joined(items.iter().filter_map(|item| said(item, As::Plain))),
        (_, Value::Object(_)) => nested(value),
    }
}

/// A part of an act: its known fields in the order of the table; a pair of heading and amount as one.
fn nested(value: &Value) -> Option<LocalText> {
    if let (Some(line), Some(amount), None) =
        (value.get("line").and_then(Value::as_str), value.get("amount").and_then(Value::as_i64), value.get("reason"))
    {
        return plain(format!("{line} {}", Yen::new(amount)));
    }
    // `{"by_ratio": …}`: what stands as a code names the part.
    let only = value.as_object().filter(|o| o.len() == 1).and_then(|o| o.keys().next()).and_then(|key| word(key));
    let parts = FIELDS.iter().filter_map(|(name, _, _, how)| value.get(*name).and_then(|v| said(v, *how)));
    joined(only.into_iter().chain(parts))
}

fn joined(parts: impl Iterator<Item = LocalText>) -> Option<LocalText> {
    let (ja, en): (Vec<String>, Vec<String>) = parts.map(|p| (p.ja.clone(), p.en.unwrap_or(p.ja))).unzip();
    (!ja.is_empty()).then(|| LocalText::new(ja.join("、"), en.join(", ")))
}
