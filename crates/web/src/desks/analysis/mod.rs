//! The policy analyst's desk: closed calls, what their design can tell, studies declared and run, reports.

pub(crate) mod declare;
pub(crate) mod plan;
pub(crate) mod report;
pub(crate) mod study;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_kernel::{CallId, Digest, LocalText};
use banso_office::Office;
use banso_office::analysis::{AnalysisCall, AnalysisFront, DesignChoice, Method, StudyLine};

use crate::context::PageContext;
use crate::desks::call_of;
use crate::failure::Answer;

/// The address of a call on this desk.
pub(crate) fn call_path(call: &CallId) -> String {
    format!("/analysis/calls/{call}")
}

/// The address of a study.
pub(crate) fn study_path(call: &CallId, study: &Digest) -> String {
    format!("{}/studies/{study}", call_path(call))
}

/// The name of a design, as people choose it.
pub(crate) fn method_label(method: Method) -> LocalText {
    match method {
        Method::Discontinuity => {
            LocalText::new("カットオフの上と下を比べる（回帰不連続）", "Above and below the cut-off (regression discontinuity)")
        }
        Method::Difference => {
            LocalText::new("支援の前後の変化を比べる（差の差）", "Changes over the start of support (difference-in-differences)")
        }
        Method::Balancing => LocalText::new("似た企業どうしを比べる（共変量の調整）", "Firms made alike in what is known (balancing)"),
    }
}

/// Its value in the form.
pub(crate) const fn method_value(method: Method) -> &'static str {
    match method {
        Method::Discontinuity => "discontinuity",
        Method::Difference => "difference",
        Method::Balancing => "balancing",
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "analysis/front.html")]
struct Front {
    page: PageContext,
    view: AnalysisFront,
}

impl Front {
    fn path(&self, call: &CallId) -> String {
        call_path(call)
    }
}

pub(crate) async fn front(office: State<Office>, page: PageContext) -> Answer {
    let view = office.analysis_front(page.person()?).await?;
    Ok(Front { page, view }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "analysis/call.html")]
struct CallView {
    page: PageContext,
    path: String,
    view: AnalysisCall,
}

impl CallView {
    fn method(&self, choice: &DesignChoice) -> String {
        self.page.local(&method_label(choice.method)).to_owned()
    }

    fn study(&self, line: &StudyLine) -> String {
        study_path(&self.view.call, &line.study)
    }

    fn some_design(&self) -> bool {
        self.view.identified.as_ref().is_some_and(|(_, designs)| designs.iter().any(|d| d.possible))
    }
}

pub(crate) async fn call(office: State<Office>, page: PageContext, Path(call): Path<(String, String)>) -> Answer {
    let call = call_of(call)?;
    let view = office.analysis_call(page.person()?, &call).await?;
    Ok(CallView { path: call_path(&call), page, view }.into_response())
}
