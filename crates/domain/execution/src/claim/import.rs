//! Claim lines out of the rows of a filled-in table, wherever the rows were read from. Every trouble names its cell; a table with any
//! trouble gives no line at all.

use std::collections::BTreeMap;

use banso_kernel::{CorporateNumber, Day, Exact, LocalText, Rate, Yen, fold_width};

use super::{ClaimLine, Dealing, Evidence, Excuse, Goods, Invoice, Payment, PaymentMethod, Quote, Receipt, SoleSource, Vendor};
use crate::tax::{Price, TaxBand, TaxOut};

/// Most rows of one table.
pub const ROWS_MAX: usize = 10_000;
/// Most characters of a cell.
const CELL_CHARACTERS_MAX: usize = 2_000;

/// One trouble with its cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportProblem {
    /// The row of the table as people count it: 1 is the heading.
    pub row: usize,
    /// `C5`.
    pub cell: String,
    pub column: String,
    pub message: LocalText,
}

/// How the content of the form's example row begins. It is never taken in.
pub const EXAMPLE: &str = "（記入例）";

macro_rules! columns {
    ($($name:ident = $header:literal;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        enum Column { $($name),* }

        impl Column {
            const ALL: &'static [Column] = &[$(Column::$name),*];

            const fn header(self) -> &'static str {
                match self { $(Column::$name => $header),* }
            }
        }
    };
}

columns! {
    Id = "明細番号";
    BudgetLine = "経費区分";
    What = "内容";
    Goods = "種別";
    UnitPrice = "単価（税抜）";
    Serials = "製造番号";
    Claimed = "計上額";
    Vendor = "発注先";
    VendorNumber = "発注先法人番号";
    QuotedOn = "見積日";
    Quoted = "見積額（税抜）";
    OtherVendor = "相見積先";
    OtherQuotedOn = "相見積日";
    OtherQuoted = "相見積額（税抜）";
    Excuse = "随意契約の理由";
    OrderedOn = "発注日";
    DeliveredOn = "納品日";
    AcceptedOn = "検収日";
    InvoiceNumber = "請求書番号";
    InvoicedOn = "請求日";
    TaxRate = "税率";
    Invoiced = "請求額（税抜）";
    Tax = "消費税額";
    PaidOn = "支払日";
    Paid = "支払額";
    Method = "支払方法";
}

/// The heading row of the template.
#[must_use]
pub fn headings() -> Vec<&'static str> {
    Column::ALL.iter().map(|c| c.header()).collect()
}

/// The name of a cell as spreadsheets show it, from row and column counted from 1.
#[must_use]
pub fn cell_name(row: usize, column: usize) -> String {
    let (mut letters, mut rest) = (String::new(), column.max(1));
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.insert(0, char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    format!("{letters}{row}")
}

/// Reads a table as a spreadsheet shows it, from its first row on. The first row with anything in it is the heading; columns may stand in
/// any order; blank rows and the form's example are passed over.
///
/// # Errors
/// Everything that is wrong, by cell.
pub fn import_lines(rows: &[Vec<String>]) -> Result<Vec<ClaimLine>, Vec<ImportProblem>> {
    let mut problems = Vec::new();
    let above = rows.iter().take_while(|row| is_blank(row)).count();
    let Some((heading, body)) = rows.get(above..).and_then(<[Vec<String>]>::split_first) else {
        return Err(vec![problem(1, 1, "", "表が空です。様式の見出し行から取り込んでください。", "the table is empty")]);
    };
    let places = places((above + 1, heading), &mut problems);
    if body.len() > ROWS_MAX {
        problems.push(problem(
            above + ROWS_MAX + 2,
            1,
            "",
            format!("{ROWS_MAX}行までです。分けて取り込んでください。"),
            format!("at most {ROWS_MAX} rows"),
        ));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut lines = Vec::new();
    for (number, cells) in (above + 2..).zip(body) {
        if is_blank(cells) || is_example(cells, &places) {
            continue;
        }
        let mut row = Row { number, cells, places: &places, problems: &mut problems };
        lines.extend(row.line());
    }
    if lines.is_empty() && problems.is_empty() {
        problems.push(problem(above + 2, 1, "", "明細が1行もありません。", "there are no lines"));
    }
    if problems.is_empty() { Ok(lines) } else { Err(problems) }
}

/// The row that shows how the form is filled in, left standing.
fn is_example(cells: &[String], places: &BTreeMap<Column, usize>) -> bool {
    let what = places.get(&Column::What).and_then(|at| cells.get(*at));
    what.is_some_and(|what| what.trim_start().starts_with(EXAMPLE))
}

fn is_blank(cells: &[String]) -> bool {
    cells.iter().all(|c| c.trim().is_empty())
}

fn problem(row: usize, column: usize, header: &str, ja: impl Into<String>, en: impl Into<String>) -> ImportProblem {
    ImportProblem { row, cell: cell_name(row, column), column: header.to_owned(), message: LocalText::new(ja, en) }
}

/// A heading without spaces, marks and widths that people change.
fn plain(text: &str) -> String {
    fold_width(text).chars().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '*')).collect()
}

/// Where each column stands, counted from 0.
fn places((row, heading): (usize, &[String]), problems: &mut Vec<ImportProblem>) -> BTreeMap<Column, usize> {
    let mut places = BTreeMap::new();
    for (at, text) in heading.iter().enumerate().filter(|(_, t)| !t.trim().is_empty()) {
        match Column::ALL.iter().find(|c| plain(c.header()) == plain(text)) {
            None => problems.push(problem(
                row,
                at + 1,
                text,
                format!("「{text}」という列は様式にありません。"),
                format!("`{text}` is not a column of the form"),
            )),
            Some(column) => {
                if places.insert(*column, at).is_some() {
                    problems.push(problem(
                        row,
                        at + 1,
                        text,
                        format!("「{text}」の列が2つあります。"),
                        format!("column `{text}` is there twice"),
                    ));
                }
            }
        }
    }
    for missing in Column::ALL.iter().filter(|c| !places.contains_key(*c)) {
        let header = missing.header();
        problems.push(problem(
            row,
            heading.len() + 1,
            header,
            format!("「{header}」の列がありません。"),
            format!("column `{header}` is missing"),
        ));
    }
    places
}

/// A row being read.
struct Row<'a> {
    number: usize,
    cells: &'a [String],
    places: &'a BTreeMap<Column, usize>,
    problems: &'a mut Vec<ImportProblem>,
}

impl Row<'_> {
    fn text(&self, column: Column) -> String {
        let at = self.places.get(&column).copied().unwrap_or(usize::MAX);
        self.cells.get(at).map(|c| c.trim().to_owned()).unwrap_or_default()
    }

    fn wrong(&mut self, column: Column, ja: impl Into<String>, en: impl Into<String>) {
        let at = self.places.get(&column).copied().unwrap_or(0);
        self.problems.push(problem(self.number, at + 1, column.header(), ja, en));
    }

    fn required(&mut self, column: Column) -> Option<String> {
        let text = self.text(column);
        if text.is_empty() {
            self.wrong(
                column,
                "記入してください。結合したセルは解除し、各行に記入してください。",
                "is blank; merged cells are to be split",
            );
            return None;
        }
        if text.chars().count() > CELL_CHARACTERS_MAX {
            self.wrong(
                column,
                format!("{CELL_CHARACTERS_MAX}字以内にしてください。"),
                format!("longer than {CELL_CHARACTERS_MAX} characters"),
            );
            return None;
        }
        Some(text)
    }

    fn optional<T, E: std::fmt::Display>(&mut self, column: Column, hint: &str, read: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        match read(&text) {
            Ok(value) => Some(value),
            Err(why) => {
                self.wrong(column, format!("「{text}」を読めません。{hint}"), why.to_string());
                None
            }
        }
    }

    fn day(&mut self, column: Column) -> Option<Day> {
        self.optional(column, "日付は2026/1/30又は令和8年1月30日のように記入してください。", |text| {
            serial_day(text).map_or_else(|| Day::parse(text), Ok)
        })
    }

    fn yen(&mut self, column: Column) -> Option<Yen> {
        let yen = self.optional(column, "金額は1,000,000のように整数で記入してください。", Yen::parse)?;
        if yen < Yen::ZERO {
            self.wrong(
                column,
                format!("金額（{yen}）が負です。値引きは元の明細の金額に反映してください。"),
                format!("`{yen}` is negative"),
            );
            return None;
        }
        Some(yen)
    }

    fn one_of<T: Copy>(&mut self, column: Column, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(column);
        if text.is_empty() {
            let words = choices.iter().map(|(w, _)| *w).collect::<Vec<_>>().join("、");
            self.wrong(column, format!("次のどれかを記入してください：{words}。"), format!("is blank: one of {words}"));
            return None;
        }
        let found = choices.iter().find(|(word, _)| *word == fold_width(&text)).map(|(_, value)| *value);
        if found.is_none() {
            let words = choices.iter().map(|(w, _)| *w).collect::<Vec<_>>().join("、");
            self.wrong(column, format!("「{text}」は選択肢（{words}）にありません。"), format!("`{text}` is not one of {words}"));
        }
        found
    }

    /// The line, or nothing and a problem for each cell.
    fn line(&mut self) -> Option<ClaimLine> {
        let (id, budget_line, what) = (self.required(Column::Id), self.required(Column::BudgetLine), self.required(Column::What));
        let goods = self.goods();
        self.required(Column::Claimed);
        let claimed = self.yen(Column::Claimed);
        let evidence = if goods == Some(Goods::Own) { Some(self.own_evidence()) } else { self.evidence() };
        Some(ClaimLine { id: id?, budget_line: budget_line?, what: what?, goods: goods?, claimed: claimed?, evidence: evidence? })
    }

    fn goods(&mut self) -> Option<Goods> {
        let kind = self.one_of(Column::Goods, &[("新品", 0), ("中古", 1), ("役務", 2), ("人件費等", 3)])?;
        let serials = self.text(Column::Serials).split(['、', ',', '\n']).map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect();
        if kind == 2 {
            return Some(Goods::Service);
        }
        if kind == 3 {
            return Some(Goods::Own);
        }
        self.required(Column::UnitPrice)?;
        let unit_price = TaxOut(self.yen(Column::UnitPrice)?);
        Some(if kind == 1 { Goods::Used { unit_price, serials } } else { Goods::New { unit_price, serials } })
    }

    fn evidence(&mut self) -> Option<Evidence> {
        let vendor = Vendor {
            name: self.required(Column::Vendor)?,
            corporate_number: self.optional(Column::VendorNumber, "法人番号は13桁です。", CorporateNumber::parse),
            ..Vendor::default()
        };
        let rate =
            self.optional(Column::TaxRate, "税率は10%、8%又は0%と記入してください。", percent).unwrap_or(Rate::new(Exact::new(1, 10)));
        let price = |net: Yen| Price::of(TaxOut(net), rate).unwrap_or_default();
        let quotes = self.quotes(&vendor, &price);
        let invoice = self.invoice(&vendor, rate);
        let order = self.day(Column::OrderedOn).map(|on| Dealing {
            vendor: vendor.clone(),
            on,
            // The form has no amount of its own for the order: it is for what was quoted.
            price: quotes.first().map(|q| q.price.clone()).or_else(|| invoice.as_ref().map(|i| i.price.clone())).unwrap_or_default(),
            document: None,
        });
        let receipt = |on: Option<Day>| on.map(|on| Receipt { on, document: None });
        let (delivery, acceptance) = (receipt(self.day(Column::DeliveredOn)), receipt(self.day(Column::AcceptedOn)));
        let payments = self.payment(vendor).into_iter().collect();
        let sole_source = self.sole_source();
        Some(Evidence { quotes, sole_source, order, delivery, acceptance, invoice, payments })
    }

    /// What is paid to one's own people has no seller and no invoice.
    fn own_evidence(&mut self) -> Evidence {
        let payee = Vendor { name: self.text(Column::Vendor), ..Vendor::default() };
        let payments: Vec<Payment> = self.payment(payee).into_iter().collect();
        Evidence { payments, ..Evidence::default() }
    }

    fn quotes(&mut self, vendor: &Vendor, price: &impl Fn(Yen) -> Price) -> Vec<Quote> {
        let other = Vendor { name: self.text(Column::OtherVendor), ..Vendor::default() };
        let pairs = [(Column::QuotedOn, Column::Quoted, vendor.clone()), (Column::OtherQuotedOn, Column::OtherQuoted, other)];
        let mut quotes = Vec::new();
        for (on, net, vendor) in pairs {
            if let (Some(issued), Some(net)) = (self.day(on), self.yen(net)) {
                quotes.push(Quote { vendor, issued, valid_until: None, price: price(net), items: Vec::new(), document: None });
            }
        }
        quotes
    }

    fn invoice(&mut self, vendor: &Vendor, rate: Rate) -> Option<Invoice> {
        let (issued, net) = (self.day(Column::InvoicedOn)?, self.yen(Column::Invoiced)?);
        let number = self.required(Column::InvoiceNumber)?;
        self.required(Column::Tax)?;
        let tax = self.yen(Column::Tax)?;
        Some(Invoice {
            vendor: vendor.clone(),
            number,
            issued,
            price: Price(vec![TaxBand { rate, net: TaxOut(net), tax }]),
            document: None,
        })
    }

    fn payment(&mut self, payee: Vendor) -> Option<Payment> {
        let on = self.day(Column::PaidOn)?;
        self.required(Column::Paid)?;
        let amount = self.yen(Column::Paid)?;
        let words: Vec<(String, PaymentMethod)> = PaymentMethod::ALL.iter().map(|m| (m.label().ja, *m)).collect();
        let methods: Vec<(&str, PaymentMethod)> = words.iter().map(|(word, method)| (word.as_str(), *method)).collect();
        let method = self.one_of(Column::Method, &methods)?;
        Some(Payment { payee, on, amount, method, document: None })
    }

    fn sole_source(&mut self) -> Option<SoleSource> {
        let reason = self.text(Column::Excuse);
        if reason.is_empty() {
            return None;
        }
        let excuse = Excuse::ALL.iter().copied().find(|e| plain(&e.label().ja) == plain(&reason));
        if excuse.is_none() {
            let words = Excuse::ALL.iter().map(|e| e.label().ja).collect::<Vec<_>>().join("、");
            self.wrong(
                Column::Excuse,
                format!("「{reason}」は選択肢（{words}）にありません。"),
                format!("`{reason}` is not one of the reasons"),
            );
        }
        excuse.map(|excuse| SoleSource { excuse, reason, document: None })
    }
}

/// A day as spreadsheets count it: days since 1899-12-30, for days of this century and the next.
fn serial_day(text: &str) -> Option<Day> {
    let serial: i32 = fold_width(text).trim().parse().ok().filter(|n| (36_526..=100_000).contains(n))?;
    Some(Day::new(1899, 12, 30).ok()?.plus_days(serial))
}

/// `10%`, `８％`.
fn percent(text: &str) -> Result<Rate, String> {
    let wrong = || format!("`{text}` is not a rate");
    let folded = fold_width(text);
    let number = folded.trim().trim_end_matches('%').trim();
    // A spreadsheet hands 10 % out as 0.1.
    let hundredths = number.strip_prefix("0.").filter(|digits| digits.len() <= 2 && !folded.contains('%'));
    let whole: i128 = hundredths.map_or_else(|| number.to_owned(), |digits| format!("{digits:0<2}")).parse().map_err(|_| wrong())?;
    if (0..=100).contains(&whole) { Ok(Rate::new(Exact::new(whole, 100))) } else { Err(wrong()) }
}
