//! A call on the auditor's desk: its acts and its plans; and an edition as it stood.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_kernel::{CaseId, Digest};
use banso_office::Office;
use banso_office::audit::{AuditCall, PlanShown};
use banso_office::timeline::ActLine;

use super::{case_path, clause_path, in_groups};
use crate::context::PageContext;
use crate::desks::{call_of, id, public};
use crate::failure::Answer;

#[derive(Template, WebTemplate)]
#[template(path = "audit/call.html")]
struct CallPage {
    page: PageContext,
    view: AuditCall,
}

impl CallPage {
    fn clause(&self, act: &ActLine) -> Option<String> {
        clause_path(act)
    }

    fn case(&self, case: &CaseId) -> String {
        case_path(case)
    }

    fn grouped_hash(&self, digest: &Digest) -> String {
        in_groups(digest)
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(call): Path<(String, String)>) -> Answer {
    let view = office.audit_call(page.person()?, &call_of(call)?).await?;
    Ok(CallPage { page, view }.into_response())
}

pub(crate) async fn edition(office: State<Office>, page: PageContext, Path(digest): Path<String>) -> Answer {
    let (call, edition) = office.audit_edition(page.person()?, id(&digest)?)?;
    Ok(public::as_recorded(page, call, edition))
}
