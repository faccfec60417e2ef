//! The form of the claim lines as an Excel file: the heading row, and the choices that its cells know on the rows below it.

use banso_exchange::{Cell, Column, Kind, Sheet, to_xlsx};
use banso_execution::claim::EXAMPLE;
use banso_kernel::CaseId;
use banso_permits::{Action, Person};

use crate::{Office, OfficeError};

impl Office {
    /// The form, empty but for one example that is plainly made up.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger.
    pub async fn claim_template(&self, person: &Person, case: CaseId) -> Result<Vec<u8>, OfficeError> {
        let project = self.project(person, Action::ReadCase, case).await?;
        let heading = project.execution.lines.keys().next().cloned().unwrap_or_default();
        let example = example(&heading);
        let columns = banso_execution::claim::headings();
        let row =
            columns.iter().map(|c| example.iter().find(|(name, _)| name == c).map_or(Cell::Empty, |(_, text)| Cell::Text(text.clone())));
        let sheet = Sheet {
            title: "経費明細".to_owned(),
            rows: vec![row.collect()],
            columns: columns.into_iter().map(|c| Column::new(c, Kind::Text)).collect(),
            made_at: self.now(),
            synthetic: project.edition.meta().synthetic || self.synthetic(),
        };
        let made = tokio::task::spawn_blocking(move || to_xlsx(&sheet)).await.map_err(OfficeError::fault)?;
        made.map_err(OfficeError::fault)
    }
}

fn example(heading: &str) -> Vec<(&'static str, String)> {
    let what = format!("{EXAMPLE}試作用部材");
    [
        ("明細番号", "1-001"),
        ("経費区分", heading),
        ("内容", &what),
        ("種別", "新品"),
        ("単価（税抜）", "100,000"),
        ("計上額", "100,000"),
        ("発注先", "架空商事株式会社"),
        ("見積日", "2026-04-01"),
        ("見積額（税抜）", "100,000"),
        ("発注日", "2026-04-10"),
        ("納品日", "2026-04-20"),
        ("検収日", "2026-04-21"),
        ("請求書番号", "K-1"),
        ("請求日", "2026-04-22"),
        ("税率", "10%"),
        ("請求額（税抜）", "100,000"),
        ("消費税額", "10,000"),
        ("支払日", "2026-05-08"),
        ("支払額", "110,000"),
        ("支払方法", "銀行振込"),
    ]
    .into_iter()
    .map(|(name, text)| (name, text.to_owned()))
    .collect()
}
