//! One case on the auditor's desk: its record, its application, its proof, its file.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_kernel::{CaseId, Digest};
use banso_office::Office;
use banso_office::apply::tone_of;
use banso_office::audit::{AuditCase, CaseCheck};
use banso_office::dossier::{Dossier, DossierContent, Reading};
use banso_office::timeline::ActLine;

use super::{case_path, clause_path, in_groups};
use crate::context::PageContext;
use crate::desks::id;
use crate::download::{FileKind, document, download};
use crate::failure::Answer;

#[derive(Template, WebTemplate)]
#[template(path = "audit/case.html")]
struct CasePage {
    page: PageContext,
    view: AuditCase,
    path: String,
    documents: String,
    /// What the verification that was just asked for found.
    check: Option<CaseCheck>,
}

impl CasePage {
    fn new(page: PageContext, view: AuditCase, check: Option<CaseCheck>) -> Self {
        let path = case_path(&view.case);
        CasePage { documents: format!("{path}/documents"), path, page, view, check }
    }

    /// Whether money was allotted.
    fn executes(&self) -> bool {
        self.view.state == banso_grant::StateCode::Granted && self.view.acts.iter().any(|a| a.kind == "budget_allocated")
    }

    fn label(&self) -> String {
        self.page.local(&self.view.state.label()).to_owned()
    }

    const fn tone(&self) -> &'static str {
        tone_of(self.view.state)
    }

    fn clause(&self, act: &ActLine) -> Option<String> {
        clause_path(act)
    }

    fn grouped_hash(&self, digest: &Digest) -> String {
        in_groups(digest)
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.audit_case(page.person()?, id(&case)?).await?;
    Ok(CasePage::new(page, view, None).into_response())
}

/// Computed anew at every press; the page shows what was found.
pub(crate) async fn check(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let case: CaseId = id(&case)?;
    let check = office.audit_check(page.person()?, case).await?;
    let view = office.audit_case(page.person()?, case).await?;
    Ok(CasePage::new(page, view, Some(check)).into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "audit/application.html")]
struct ApplicationPage {
    page: PageContext,
    dossier: Dossier,
    path: String,
    documents: String,
}

pub(crate) async fn application(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let dossier = office.audit_application(page.person()?, id(&case)?).await?;
    let path = case_path(&dossier.case);
    Ok(ApplicationPage { documents: format!("{path}/documents"), path, page, dossier }.into_response())
}

pub(crate) async fn file(office: State<Office>, page: PageContext, Path((case, digest)): Path<(String, String)>) -> Answer {
    let found = office.audit_document(page.person()?, id(&case)?, id(&digest)?).await?;
    Ok(download(&found.name, FileKind::Other, document(found.reader)))
}

pub(crate) async fn export(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let export = office.export_case(page.person()?, id(&case)?).await?;
    Ok(download(&export.name, FileKind::Zip, document(export.reader)))
}
