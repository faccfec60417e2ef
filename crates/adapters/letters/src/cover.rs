//! What stands at the head of every letter: who writes to whom, about what, and on which clauses it rests.

use banso_kernel::{Day, LocalText};
use serde::{Deserialize, Serialize};

/// To whom a letter goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addressee {
    pub organisation: String,
    /// Office and name of the representative: `代表取締役　甲野 太郎`.
    pub representative: Option<String>,
    pub address: Option<String>,
}

/// Who signs a letter, and whom to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// The authority that decides: `架空経済産業局長`.
    pub authority: String,
    /// The name of its holder.
    pub holder: Option<String>,
    /// The office that runs the call.
    pub office: String,
    /// Lines under 「お問合せ先」: address, telephone, mail.
    pub contact: Vec<String>,
}

/// A place in the guideline that a letter points to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClauseRef {
    pub id: String,
    pub title: String,
}

/// What stands at the head of every letter of the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cover {
    /// 文書番号.
    pub number: String,
    pub issued_on: Day,
    pub to: Addressee,
    pub from: Sender,
    /// 成長型中小企業等研究開発支援事業（Go-Tech事業）.
    pub programme: LocalText,
    pub call: LocalText,
    /// The law or rule that the grant rests on, as the guideline cites it. The articles of 適正化法 are cited only when it is that Act.
    pub legal_basis: String,
    pub receipt_number: String,
    /// The name of the plan.
    pub title: String,
    /// The clauses of the guideline that the letter rests on.
    pub clauses: Vec<ClauseRef>,
    /// How to object (教示), in letters of decisions.
    #[serde(default)]
    pub objection: Option<String>,
    /// Where and how to pay what is ordered back.
    #[serde(default)]
    pub payment: Option<String>,
    /// True for a demonstration: every page then says so.
    pub synthetic: bool,
}
