//! Letters after the grant decision that announce, order, stop or let go: from the notice of a cancellation to the demand for payment. What
//! the law fixes of each stands in the template; what the case says is here.

use banso_kernel::{Day, Yen};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cover::Cover;
use crate::letter::Point;
use crate::words::{paragraphs, yen};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// Which letter it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum OrderKind { $($(#[$doc])* $name),* }

        impl OrderKind {
            pub const ALL: &'static [OrderKind] = &[$(OrderKind::$name),*];

            /// Its name in the template; short, since long words of letters are made breakable on their way there.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(OrderKind::$name => $code),* }
            }
        }
    };
}

kinds! {
    /// 取消しの予告（弁明の機会の付与）.
    RevocationNoticed = "noticed";
    RevocationDropped = "dropped";
    /// 交付決定取消通知書 (Art. 17, or 10).
    Revoked = "revoked";
    /// 返還命令書 (Art. 18), 納付命令書 under a condition of the decision.
    RepaymentOrdered = "repay";
    /// 返還期限の延長・分割納付 (Order, Art. 9).
    InstalmentsAgreed = "instalments";
    /// 加算金・延滞金の免除 (Art. 19(3)).
    ChargeWaived = "waived";
    /// 債権の免除・徴収の停止: what is left will not be collected.
    DebtDischarged = "let-go";
    /// 相殺 (Art. 20).
    OffsetMade = "offset";
    /// 督促状 (Art. 21(1)).
    Demanded = "demanded";
    /// The order that an incident awaits (Art. 7(1)(v)).
    IncidentInstructed = "instructed";
    /// 遂行命令書 (Art. 13(1)).
    PerformanceOrdered = "perform";
    /// 一時停止命令書 (Art. 13(2)).
    SuspensionOrdered = "suspended";
    SuspensionLifted = "lifted";
    /// 中止・廃止承認通知書 (Art. 7(1)(iv)).
    DiscontinuationApproved = "stop-approved";
    DiscontinuationRefused = "stop-refused";
    /// 是正命令書 (Art. 16(1)).
    CorrectionOrdered = "correct";
}

/// A table of words with its title. Cells after the first stand to the right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderTable {
    pub title: String,
    pub heads: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// Said below it.
    pub note: String,
}

/// Such a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLetter {
    pub cover: Cover,
    pub kind: OrderKind,
    /// The number and the day of the grant decision.
    pub decision: String,
    pub decided_on: Day,
    /// The day of what it answers.
    pub about_on: Option<Day>,
    /// `第17条第1項`; cited only where the Act itself is the basis. Empty where a clause of the guideline or a condition is the basis.
    pub article: String,
    /// Label and words.
    pub facts: Vec<(String, String)>,
    /// Label and amount; the last one is what the letter is about.
    pub figures: Vec<(String, Yen)>,
    pub tables: Vec<OrderTable>,
    pub points: Vec<Point>,
    /// What is announced, ordered or instructed.
    pub text: String,
    pub reason: String,
    pub conditions: Vec<String>,
    pub due: Option<Day>,
}

/// What the template reads of it.
pub(crate) fn order(l: &OrderLetter) -> Value {
    json!({
        "kind": l.kind.code(),
        "decision": l.decision,
        "decided_on": l.decided_on.wareki(),
        "about_on": l.about_on.map(Day::wareki),
        "article": l.article,
        "facts": l.facts.iter().map(|(label, value)| json!({ "label": label, "value": value })).collect::<Vec<_>>(),
        "figures": l.figures.iter().map(|(label, amount)| json!({ "label": label, "amount": yen(*amount) })).collect::<Vec<_>>(),
        "tables": l.tables.iter().map(|t| json!({ "title": t.title, "heads": t.heads, "rows": t.rows, "note": t.note })).collect::<Vec<_>>(),
        "points": l.points.iter().map(|p| json!({ "place": p.place, "note": paragraphs(&p.note) })).collect::<Vec<_>>(),
        "text": paragraphs(&l.text),
        "reason": paragraphs(&l.reason),
        "conditions": l.conditions.iter().map(|c| paragraphs(c)).collect::<Vec<_>>(),
        "due": l.due.map(Day::wareki),
    })
}
