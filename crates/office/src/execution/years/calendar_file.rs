//! The calendar as a list for Excel: all lines that the page's query asks for.

use banso_exchange::{Cell, Column, Kind, Sheet, to_xlsx};
use banso_permits::{Action, Person, Resource};

use super::calendar::{CalendarLine, CalendarQuery};
use crate::{Office, OfficeError};

const COLUMNS: [(&str, Kind); 8] = [
    ("期限", Kind::Day),
    ("残り日数", Kind::Number),
    ("手続", Kind::Text),
    ("受付番号", Kind::Code),
    ("計画の名称", Kind::Text),
    ("補助事業者", Kind::Text),
    ("公募回", Kind::Code),
    ("条項", Kind::Text),
];

fn row(line: &CalendarLine) -> Vec<Cell> {
    let text = |t: &str| if t.is_empty() { Cell::Empty } else { Cell::Text(t.to_owned()) };
    vec![
        Cell::Day(line.due),
        Cell::Number(line.days),
        text(&line.what.ja),
        text(&line.receipt_number),
        text(&line.title),
        text(&line.holder),
        text(&line.call.to_string()),
        text(&line.clause),
    ]
}

impl Office {
    /// The calendar as an Excel file.
    ///
    /// # Errors
    /// Forbidden; more rows than a sheet holds.
    pub async fn calendar_file(&self, person: &Person, query: &CalendarQuery) -> Result<Vec<u8>, OfficeError> {
        self.may(person, Action::ReadCall, &Resource::Office)?;
        let lines = self.calendar_lines(person, query).await?;
        let sheet = Sheet {
            title: "期限一覧".to_owned(),
            columns: COLUMNS.iter().map(|(header, kind)| Column::new(*header, *kind)).collect(),
            rows: lines.iter().map(row).collect(),
            made_at: self.now(),
            synthetic: self.synthetic(),
        };
        let made = tokio::task::spawn_blocking(move || to_xlsx(&sheet)).await.map_err(OfficeError::fault)?;
        made.map_err(OfficeError::fault)
    }
}
