//! The table of claim lines that a firm fills in: honest, or with one flaw that the office has to find.

use banso_execution::Execution;
use banso_execution::claim::headings;
use banso_kernel::{CorporateNumber, Day, Yen};

/// An invoice as another report shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    pub number: String,
    pub issued: Day,
    pub net: Yen,
}

/// What is wrong with a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    InvoiceTwice,
    /// The invoice of another project; none where nobody has reported yet.
    InvoiceElsewhere(Option<Bill>),
    QuoteAfterOrder,
    OrderBeforeDecision,
    OneQuote,
    Cash,
    PaidAfterEnd,
    WithTax,
    UsedAlone,
    DeliveredBeforeOrder,
    AboveAllotted,
    /// Bought from oneself, and not a word about it.
    OwnGroup,
    Negative,
    MergedCells,
}

impl Flaw {
    pub(crate) const ALL: [Flaw; 14] = [
        Flaw::InvoiceTwice,
        Flaw::InvoiceElsewhere(None),
        Flaw::QuoteAfterOrder,
        Flaw::OwnGroup,
        Flaw::OrderBeforeDecision,
        Flaw::OneQuote,
        Flaw::Negative,
        Flaw::Cash,
        Flaw::PaidAfterEnd,
        Flaw::WithTax,
        Flaw::UsedAlone,
        Flaw::MergedCells,
        Flaw::DeliveredBeforeOrder,
        Flaw::AboveAllotted,
    ];

    /// What finds it: the code of the finding, or the field that is to be corrected.
    pub(crate) const fn found_as(&self) -> &'static str {
        match self {
            Flaw::InvoiceTwice => "C161",
            Flaw::InvoiceElsewhere(_) => "C162",
            Flaw::QuoteAfterOrder => "C102",
            Flaw::OrderBeforeDecision => "C101",
            Flaw::OneQuote => "C141",
            Flaw::Cash => "C134",
            Flaw::PaidAfterEnd => "C109",
            Flaw::WithTax => "C123",
            Flaw::UsedAlone => "C147",
            Flaw::DeliveredBeforeOrder => "C104",
            Flaw::AboveAllotted => "C172",
            Flaw::OwnGroup => "explanation",
            Flaw::Negative | Flaw::MergedCells => "table",
        }
    }
}

/// Who sells to everybody, and who would have sold.
const SELLER: &str = "架空商事株式会社";
const RIVAL: &str = "別の架空商会";

/// The hundredths of each heading that a firm spends, in thousands of yen.
fn spent(allotted: Yen, hundredths: i64) -> Yen {
    Yen::new(allotted.get().saturating_mul(hundredths) / 100 / 1_000 * 1_000)
}

/// The number of the invoice of a line.
fn invoice_number(firm: u32, line: &str) -> String {
    format!("K{firm}-{line}")
}

/// The number of the claim line of a heading.
pub(crate) fn line_of(execution: &Execution, heading: &str) -> String {
    let place = execution.lines.keys().position(|line| line == heading).unwrap_or_default();
    line_number(place.saturating_add(1))
}

fn line_number(nth: usize) -> String {
    format!("{nth}-001")
}

/// The serial number of what a claim line bought.
pub(crate) fn serial_of(firm: u32, line: &str) -> String {
    format!("SN-{firm}-{line}")
}

/// A row by the names of its columns.
type Cells = Vec<(&'static str, String)>;

/// What a table is made of.
#[derive(Debug, Clone)]
pub(crate) struct Spending<'a> {
    pub(crate) execution: &'a Execution,
    pub(crate) firm: u32,
    /// Hundredths of each heading.
    pub(crate) hundredths: i64,
    pub(crate) flaw: Option<&'a Flaw>,
}

impl Spending<'_> {
    fn begun(&self) -> Day {
        self.execution.terms.decided_on.plus_days(10)
    }

    fn paid_on(&self) -> Day {
        self.begun().plus_days(35).min(self.execution.project_ends)
    }

    /// The table with its heading row.
    pub(crate) fn table(&self) -> Vec<Vec<String>> {
        let columns = headings();
        let mut rows: Vec<Cells> = Vec::new();
        for (n, (heading, allotted)) in (1..).zip(&self.execution.lines) {
            let claimed = spent(*allotted, self.hundredths);
            if claimed <= Yen::ZERO {
                continue;
            }
            let id = line_number(n);
            rows.push(if heading.starts_with("人件費") {
                self.wages(&id, heading, claimed)
            } else {
                self.bought(&id, heading, claimed)
            });
        }
        self.spoil(&mut rows);
        let named =
            |cells: &Cells, column: &str| cells.iter().find(|(name, _)| *name == column).map(|(_, v)| v.clone()).unwrap_or_default();
        let body = rows.iter().map(|cells| columns.iter().map(|c| named(cells, c)).collect());
        std::iter::once(columns.iter().map(|c| (*c).to_owned()).collect()).chain(body).collect()
    }

    /// The first invoice of the table, for somebody who will claim it a second time.
    pub(crate) fn bill(&self) -> Option<Bill> {
        let mut bought = (1..).zip(&self.execution.lines).filter(|(_, (heading, _))| !heading.starts_with("人件費"));
        let (n, (_, allotted)): (u32, _) = bought.next()?;
        let number = invoice_number(self.firm, &format!("{n}-001"));
        Some(Bill { number, issued: self.begun().plus_days(12), net: spent(*allotted, self.hundredths) })
    }

    fn wages(&self, id: &str, heading: &str, claimed: Yen) -> Cells {
        vec![
            ("明細番号", id.to_owned()),
            ("経費区分", heading.to_owned()),
            ("内容", "試作に従事した者の人件費（架空）".to_owned()),
            ("種別", "人件費等".to_owned()),
            ("計上額", claimed.get().to_string()),
            ("支払日", self.paid_on().to_string()),
            ("支払額", claimed.get().to_string()),
            ("支払方法", "銀行振込".to_owned()),
        ]
    }

    fn bought(&self, id: &str, heading: &str, claimed: Yen) -> Cells {
        let (net, tax) = (claimed.get(), claimed.get() / 10);
        let begun = self.begun();
        let goods = heading.starts_with("物品費");
        vec![
            ("明細番号", id.to_owned()),
            ("経費区分", heading.to_owned()),
            ("内容", "架空の試作機・加工".to_owned()),
            ("種別", if goods { "新品" } else { "役務" }.to_owned()),
            ("単価（税抜）", if goods { net.to_string() } else { String::new() }),
            ("製造番号", if goods { serial_of(self.firm, id) } else { String::new() }),
            ("計上額", net.to_string()),
            ("発注先", SELLER.to_owned()),
            ("発注先法人番号", String::new()),
            ("見積日", begun.plus_days(-3).to_string()),
            ("見積額（税抜）", net.to_string()),
            ("相見積先", RIVAL.to_owned()),
            ("相見積日", begun.plus_days(-2).to_string()),
            ("相見積額（税抜）", net.saturating_add(100_000).to_string()),
            // Two quotes are enough from ten million yen on only where nobody else sells it.
            ("随意契約の理由", if net >= 10_000_000 { "独占販売権が客観的に示されている".to_owned() } else { String::new() }),
            ("発注日", begun.to_string()),
            ("納品日", begun.plus_days(10).to_string()),
            ("検収日", begun.plus_days(11).to_string()),
            ("請求書番号", invoice_number(self.firm, id)),
            ("請求日", begun.plus_days(12).to_string()),
            ("税率", "10%".to_owned()),
            ("請求額（税抜）", net.to_string()),
            ("消費税額", tax.to_string()),
            ("支払日", self.paid_on().to_string()),
            ("支払額", net.saturating_add(tax).to_string()),
            ("支払方法", "銀行振込".to_owned()),
        ]
    }

    /// Puts the flaw into the first line that was bought.
    fn spoil(&self, rows: &mut Vec<Cells>) {
        let Some(flaw) = self.flaw else { return };
        let Some(row) = rows.iter_mut().find(|cells| cells.iter().any(|(name, _)| *name == "請求書番号")) else { return };
        let mut put = |column: &str, value: String| {
            if let Some((_, cell)) = row.iter_mut().find(|(name, _)| *name == column) {
                *cell = value;
            }
        };
        let begun = self.begun();
        match flaw {
            Flaw::InvoiceTwice => {
                let mut second = row.clone();
                for (name, cell) in &mut second {
                    match *name {
                        "明細番号" => *cell = "9-001".to_owned(),
                        "製造番号" => cell.push_str("-2"),
                        _ => {}
                    }
                }
                rows.push(second);
            }
            Flaw::InvoiceElsewhere(Some(bill)) => {
                put("請求書番号", bill.number.clone());
                put("請求日", bill.issued.to_string());
                put("請求額（税抜）", bill.net.get().to_string());
                put("消費税額", (bill.net.get() / 10).to_string());
            }
            Flaw::InvoiceElsewhere(None) => {}
            Flaw::QuoteAfterOrder => put("見積日", begun.plus_days(4).to_string()),
            Flaw::OrderBeforeDecision => put("発注日", self.execution.terms.decided_on.plus_days(-5).to_string()),
            Flaw::OneQuote => put("相見積額（税抜）", String::new()),
            Flaw::Cash => put("支払方法", "現金".to_owned()),
            Flaw::PaidAfterEnd => put("支払日", self.execution.project_ends.plus_days(3).to_string()),
            Flaw::WithTax => {
                let net = Yen::parse(&cell_of(row, "計上額")).unwrap_or(Yen::ZERO).get();
                if let Some((_, cell)) = row.iter_mut().find(|(name, _)| *name == "計上額") {
                    *cell = net.saturating_add(net / 10).to_string();
                }
            }
            Flaw::UsedAlone => {
                put("種別", "中古".to_owned());
                put("単価（税抜）", "300,000".to_owned());
                put("相見積額（税抜）", String::new());
            }
            Flaw::DeliveredBeforeOrder => put("納品日", begun.plus_days(-1).to_string()),
            Flaw::AboveAllotted => put("計上額", "90,000,000".to_owned()),
            Flaw::OwnGroup => put("発注先法人番号", self.execution.holder.to_string()),
            Flaw::Negative => put("計上額", "▲5,000".to_owned()),
            Flaw::MergedCells => put("経費区分", String::new()),
        }
    }
}

fn cell_of(row: &Cells, column: &str) -> String {
    row.iter().find(|(name, _)| *name == column).map(|(_, cell)| cell.clone()).unwrap_or_default()
}

/// The corporate number of a made-up successor.
pub(crate) fn successor_of(holder: CorporateNumber, firm: u32) -> CorporateNumber {
    let number = CorporateNumber::from_body(700_000 + u64::from(firm));
    if number == holder { CorporateNumber::from_body(800_000 + u64::from(firm)) } else { number }
}
