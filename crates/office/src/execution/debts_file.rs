//! The debt register as a list for Excel: every debt of a call as of a day, its sums and the total.

use banso_exchange::{Cell, Column, Kind, Sheet, to_xlsx};
use banso_kernel::{CallId, Day};
use banso_permits::Person;

use super::debts::{DebtLine, DebtSums};
use crate::{Office, OfficeError};

const COLUMNS: [(&str, Kind); 16] = [
    ("受付番号", Kind::Code),
    ("補助事業者", Kind::Text),
    ("命令の番号", Kind::Code),
    ("命令の日", Kind::Day),
    ("原因", Kind::Text),
    ("元本", Kind::Yen),
    ("加算金", Kind::Yen),
    ("延滞金", Kind::Yen),
    ("収納", Kind::Yen),
    ("免除", Kind::Yen),
    ("整理", Kind::Yen),
    ("未収", Kind::Yen),
    ("期限切れ", Kind::Yen),
    ("次の期限", Kind::Day),
    ("督促の日", Kind::Day),
    ("状態", Kind::Text),
];

fn text(t: &str) -> Cell {
    if t.is_empty() { Cell::Empty } else { Cell::Text(t.to_owned()) }
}

fn sums(s: &DebtSums) -> [Cell; 8] {
    [s.principal, s.surcharge, s.late_charge, s.received, s.waived, s.discharged, s.open, s.overdue].map(Cell::Yen)
}

fn row(l: &DebtLine) -> Vec<Cell> {
    let day = |d: Option<Day>| d.map_or(Cell::Empty, Cell::Day);
    let whose = [text(&l.receipt_number), text(&l.holder), text(&l.number), Cell::Day(l.ordered_on), text(&l.cause.ja)];
    whose.into_iter().chain(sums(&l.sums)).chain([day(l.next_due), day(l.demanded_on), text(&l.state.ja)]).collect()
}

impl Office {
    /// The debt register of a call as of a day as an Excel file, with the total in its last row.
    ///
    /// # Errors
    /// As [`Office::debt_register`]; more rows than a sheet holds.
    pub async fn debt_register_file(&self, person: &Person, call: &CallId, as_of: Option<Day>) -> Result<(Day, Vec<u8>), OfficeError> {
        let register = self.debt_register(person, call, as_of).await?;
        let mut rows: Vec<Vec<Cell>> = register.lines.iter().map(row).collect();
        let total = [text("合計"), Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty];
        rows.push(total.into_iter().chain(sums(&register.total)).chain([Cell::Empty, Cell::Empty, Cell::Empty]).collect());
        let sheet = Sheet {
            title: "債権の台帳".to_owned(),
            columns: COLUMNS.iter().map(|(header, kind)| Column::new(*header, *kind)).collect(),
            rows,
            made_at: self.now(),
            synthetic: self.synthetic(),
        };
        let made = tokio::task::spawn_blocking(move || to_xlsx(&sheet)).await.map_err(OfficeError::fault)?;
        Ok((register.as_of, made.map_err(OfficeError::fault)?))
    }
}
