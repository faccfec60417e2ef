//! 補助金の執行 at the auditor's desk: totals as of any day, and the path of each yen of a case.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse as _;
use banso_execution::figures::CountedBy;
use banso_kernel::Day;
use banso_office::execution::{MoneyPage, YenPath};
use banso_office::{FieldProblem, Office};
use serde::Deserialize;

use crate::context::PageContext;
use crate::desks::{call_of, id};
use crate::failure::Answer;

#[derive(Template, WebTemplate)]
#[template(path = "audit/money.html")]
struct Money {
    page: PageContext,
    view: MoneyPage,
    call: String,
    typed: String,
}

impl Money {
    fn choices(&self) -> Vec<(&'static str, &str)> {
        CountedBy::ALL.iter().map(|by| (by.code(), self.counted(*by))).collect()
    }

    fn counted(&self, by: CountedBy) -> &str {
        match by {
            CountedBy::Moved => self.page.t("振込日・納付日で数える", "by the day on which money moved"),
            CountedBy::Recorded => {
                self.page.t("記録した日で数える（その日に分かっていた事実）", "by the day of recording: what was known then")
            }
        }
    }

    fn as_of(&self) -> String {
        if self.typed.is_empty() { self.view.as_of.wareki() } else { self.typed.clone() }
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct AsOf {
    #[serde(default, rename = "as-of")]
    as_of: String,
    /// Which day of a movement counts.
    #[serde(default)]
    by: String,
}

pub(crate) async fn show(
    office: State<Office>,
    mut page: PageContext,
    Path((programme, round)): Path<(String, String)>,
    Query(query): Query<AsOf>,
) -> Answer {
    let call = call_of((programme, round))?;
    let typed = query.as_of.trim().to_owned();
    let day = if typed.is_empty() { Ok(None) } else { Day::parse(&typed).map(Some) };
    let as_of = match day {
        Ok(day) => day,
        Err(_) => {
            let wrong = FieldProblem::new("as-of", "実在する日付を入力してください（例：令和8年4月1日）。", "Enter a day that exists.");
            page = page.with_problems(vec![wrong]);
            None
        }
    };
    let by = CountedBy::ALL.iter().copied().find(|by| by.code() == query.by).unwrap_or_default();
    let view = office.money_page(page.person()?, &call, as_of, by).await?;
    Ok(Money { call: format!("/audit/calls/{call}"), page, view, typed }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "audit/path.html")]
struct Trail {
    page: PageContext,
    view: YenPath,
    case: String,
}

pub(crate) async fn path(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.yen_path(page.person()?, id(&case)?).await?;
    Ok(Trail { case: format!("/audit/cases/{case}"), page, view }.into_response())
}
