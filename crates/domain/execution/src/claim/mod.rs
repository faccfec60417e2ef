//! Claim lines of a report (経費明細) and the evidence behind each: quote → order → delivery → acceptance → invoice → payment.
//!
//! Papers hold names and addresses: they are kept outside the ledger under the digest that the report's act carries.

mod books;
mod check;
mod days;
mod duplicates;
mod findings;
mod import;
mod quotes;
mod vendor;

use banso_kernel::{Day, DocumentRef, LocalText, Yen};
use serde::{Deserialize, Serialize};

pub use books::{AllottedLine, budget_findings, totals_by_line};
pub use check::check_line;
pub use days::{LineDay, check_days, last_day};
pub use duplicates::{InvoiceKey, KnownInvoice, duplicate_findings, invoice_key};
pub use findings::{ClaimFinding, FindingCode, Weight};
pub use import::{EXAMPLE, ImportProblem, ROWS_MAX, cell_name, headings, import_lines};
pub use quotes::{Excuse, QuoteRule, QuoteTier, SoleSource};
pub use vendor::{OwnGroup, Vendor};

use crate::tax::{Price, TaxBasis, TaxOut};

/// One line of a report: what was bought, for which heading of the budget, and how it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimLine {
    /// Unique in the report, e.g. `1-003`.
    pub id: String,
    /// The heading of the budget (経費区分).
    pub budget_line: String,
    pub what: String,
    pub goods: Goods,
    /// The cost that is claimed as eligible, counted as the programme counts it.
    pub claimed: Yen,
    pub evidence: Evidence,
}

/// What kind of thing was bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Goods {
    New {
        unit_price: TaxOut,
        serials: Vec<String>,
    },
    Used {
        unit_price: TaxOut,
        serials: Vec<String>,
    },
    Service,
    /// 人件費・旅費など: paid to one's own people, shown by what was paid.
    Own,
}

impl Goods {
    pub(crate) fn serials(&self) -> &[String] {
        match self {
            Goods::New { serials, .. } | Goods::Used { serials, .. } => serials,
            Goods::Service | Goods::Own => &[],
        }
    }
}

/// The papers of a line. A paper that is not there yet is absent, not blank.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The chosen one first.
    pub quotes: Vec<Quote>,
    pub sole_source: Option<SoleSource>,
    pub order: Option<Dealing>,
    pub delivery: Option<Receipt>,
    pub acceptance: Option<Receipt>,
    pub invoice: Option<Invoice>,
    pub payments: Vec<Payment>,
}

/// 見積書.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quote {
    pub vendor: Vendor,
    pub issued: Day,
    pub valid_until: Option<Day>,
    pub price: Price,
    /// What it covers, line by line: competing quotes are for the same things.
    pub items: Vec<String>,
    pub document: Option<DocumentRef>,
}

/// 発注書・契約書.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dealing {
    pub vendor: Vendor,
    pub on: Day,
    pub price: Price,
    pub document: Option<DocumentRef>,
}

/// 納品書・検収書.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    pub on: Day,
    pub document: Option<DocumentRef>,
}

/// 請求書.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invoice {
    pub vendor: Vendor,
    pub number: String,
    pub issued: Day,
    pub price: Price,
    pub document: Option<DocumentRef>,
}

/// 支払.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    pub payee: Vendor,
    pub on: Day,
    /// What left the account for this invoice, tax in it.
    pub amount: Yen,
    pub method: PaymentMethod,
    pub document: Option<DocumentRef>,
}

/// How it was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    BankTransfer,
    Card,
    Cash,
    /// 手形・小切手.
    Bill,
    /// 相殺.
    SetOff,
    /// ポイント・商品券など.
    Points,
}

impl PaymentMethod {
    pub const ALL: &'static [PaymentMethod] = &[
        PaymentMethod::BankTransfer,
        PaymentMethod::Card,
        PaymentMethod::Cash,
        PaymentMethod::Bill,
        PaymentMethod::SetOff,
        PaymentMethod::Points,
    ];

    /// As people read it.
    #[must_use]
    pub fn label(self) -> LocalText {
        match self {
            PaymentMethod::BankTransfer => LocalText::new("銀行振込", "bank transfer"),
            PaymentMethod::Card => LocalText::new("クレジットカード", "card"),
            PaymentMethod::Cash => LocalText::new("現金", "cash"),
            PaymentMethod::Bill => LocalText::new("手形・小切手", "bill or cheque"),
            PaymentMethod::SetOff => LocalText::new("相殺", "set-off"),
            PaymentMethod::Points => LocalText::new("ポイント・商品券", "points or vouchers"),
        }
    }
}

/// What a guideline says of claims. Each rule with its clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimRules {
    /// Whether eligible cost is counted with tax.
    pub basis: TaxBasis,
    pub basis_clause: String,
    pub quotes: QuoteRule,
    pub methods: Vec<PaymentMethod>,
    pub methods_clause: String,
    /// The evidence chain and its period.
    pub evidence_clause: String,
    pub own_group_clause: String,
}

/// The days between which everything is done (補助事業期間): nothing is ordered before the decision, nothing paid after the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The day of the grant decision, or an earlier one that was approved (事前着手).
    pub begins: Day,
    pub ends: Day,
}
