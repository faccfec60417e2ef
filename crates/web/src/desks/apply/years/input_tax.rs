//! 消費税仕入控除税額報告 at the holder's desk: computed and shown before it is handed in.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_kernel::{CaseId, Day, Yen};
use banso_office::execution::{CostRow, DeductionKind, InputTaxForm, InputTaxPage};
use banso_office::{FieldProblem, Office};
use tower_sessions::Session;

use super::super::case_path;
use super::super::project::{grouped, project_path};
use super::{Reading, together};
use crate::context::PageContext;
use crate::desks::{id, invalid, stepped};
use crate::failure::Answer;
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "years/input_tax.html")]
struct InputTax {
    page: PageContext,
    view: InputTaxPage,
    case: String,
    path: String,
    form: Option<FormFields>,
}

impl InputTax {
    fn new(page: PageContext, view: InputTaxPage, form: Option<FormFields>) -> Self {
        InputTax { case: case_path(view.head.case), path: project_path(view.head.case), page, view, form }
    }

    fn typed(&self, field: &str) -> String {
        match (&self.form, &self.view.last) {
            (Some(form), _) => form.text(field).to_owned(),
            (None, Some(last)) => match field {
                "tax-year-ends" => last.tax_year_ends.map(Day::wareki).unwrap_or_default(),
                "method" => last.method.clone(),
                "ratio" => last.ratio.clone(),
                _ => String::new(),
            },
            (None, None) => String::new(),
        }
    }

    fn field(&self, name: &str, row: &CostRow) -> String {
        format!("{name}-{}", row.rate)
    }

    fn amount(&self, name: &str, row: &CostRow, known: &Option<Yen>) -> String {
        match &self.form {
            Some(form) => form.text(&self.field(name, row)).to_owned(),
            None => known.map(grouped).unwrap_or_default(),
        }
    }

    fn methods(&self) -> Vec<(&'static str, &str)> {
        DeductionKind::ALL.iter().map(|k| (k.code, self.page.t(k.ja, k.en))).collect()
    }

    fn papers(&self) -> String {
        format!("{}/papers/input-tax/{}", self.path, self.view.place)
    }
}

fn order_of(form: &FormFields) -> (InputTaxForm, Vec<FieldProblem>) {
    let mut read = Reading::of(form);
    let rows = ["10", "8"].map(|rate| CostRow {
        rate: rate.to_owned(),
        for_taxable: read.yen(&format!("taxable-{rate}")),
        common: read.yen(&format!("common-{rate}")),
        for_exempt: read.yen(&format!("exempt-{rate}")),
    });
    let order = InputTaxForm {
        tax_year_ends: read.day("tax-year-ends"),
        method: form.text("method").to_owned(),
        ratio: form.text("ratio").to_owned(),
        rows: rows.into(),
        shown: form.text("shown").parse().ok().map(Yen::new),
    };
    (order, read.problems)
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.input_tax_page(page.person()?, id(&case)?, None).await?;
    Ok(InputTax::new(page, view, None).into_response())
}

pub(crate) async fn send(office: State<Office>, page: PageContext, session: Session, Path(case): Path<String>, form: FormFields) -> Answer {
    let case: CaseId = id(&case)?;
    let (order, unread) = order_of(&form);
    let look = form.ticked("look");
    let order = if look { InputTaxForm { shown: None, ..order } } else { order };
    if !unread.is_empty() || (look && office.input_tax_problems(&order).is_empty()) {
        let view = office.input_tax_page(page.person()?, case, Some(&order)).await?;
        if unread.is_empty() {
            return Ok(InputTax::new(page, view, Some(form)).into_response());
        }
        return invalid(InputTax::new(page.with_problems(together(unread, office.input_tax_problems(&order))), view, Some(form)));
    }
    let done = office.report_input_tax(page.person()?, case, &order, form.request()).await;
    let done = done.map(|()| ("消費税仕入控除税額を報告しました。", "The input tax was reported."));
    let path = format!("{}/input-tax", project_path(case));
    stepped(&session, done, &path, |problems: Vec<FieldProblem>| async {
        let view = office.input_tax_page(page.person()?, case, Some(&order)).await?;
        invalid(InputTax::new(page.with_problems(problems), view, Some(form)))
    })
    .await
}
