//! A call on the auditor's desk: its acts and its plans; and an edition as it stood.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_kernel::{CallId, CaseId, Digest};
use banso_office::Office;
use banso_office::audit::{AuditCall, PlanShown};
use banso_office::timeline::ActLine;

use super::{case_path, clause_path, in_groups};
use crate::context::PageContext;
use crate::desks::public;
use crate::failure::{Answer, Failure};

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

pub(crate) async fn show(office: State<Office>, page: PageContext, Path((programme, round)): Path<(String, String)>) -> Answer {
    let call = CallId::parse(&format!("{programme}/{round}")).map_err(|_| Failure::NotFound)?;
    let view = office.audit_call(page.person()?, &call).await?;
    Ok(CallPage { page, view }.into_response())
}

pub(crate) async fn edition(office: State<Office>, page: PageContext, Path(digest): Path<String>) -> Answer {
    let digest: Digest = digest.parse().map_err(|_| Failure::NotFound)?;
    let (call, edition) = office.audit_edition(page.person()?, digest)?;
    Ok(public::as_published(page, call, edition))
}
