//! A paper as it was handed in, and what the next one changed: the same page on the office's desk and on the auditor's.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_kernel::CaseId;
use banso_office::Office;
use banso_office::dossier::{DossierContent, HandedIn, Reading, VersionPage};

use super::{audit, id, office as office_desk};
use crate::context::PageContext;
use crate::failure::Answer;

#[derive(Template, WebTemplate)]
#[template(path = "version.html")]
struct Version {
    page: PageContext,
    view: VersionPage,
    crumbs: Vec<(String, String)>,
    /// Of the case on this desk.
    path: String,
    documents: String,
    /// Where clauses are read: in the edition of then.
    guideline: String,
}

impl Version {
    fn name(&self, line: &HandedIn) -> String {
        self.page.local(&line.name()).to_owned()
    }
}

pub(crate) async fn for_office(office: State<Office>, page: PageContext, Path((case, seq)): Path<(String, String)>) -> Answer {
    let case: CaseId = id(&case)?;
    let view = office.office_version(page.person()?, case, id(&seq)?).await?;
    let path = office_desk::case_path(case);
    let call = office_desk::call_path(&view.dossier.call);
    let crumbs = vec![
        ("/office".to_owned(), page.t("事務局", "Office").to_owned()),
        (call, page.t("申請の一覧", "Applications").to_owned()),
        (path.clone(), view.dossier.receipt_number.clone()),
    ];
    let guideline = page.edition_path(&view.edition);
    let documents = format!("{path}/documents");
    Ok(Version { page, crumbs, documents, path, guideline, view }.into_response())
}

pub(crate) async fn for_audit(office: State<Office>, page: PageContext, Path((case, seq)): Path<(String, String)>) -> Answer {
    let case: CaseId = id(&case)?;
    let view = office.audit_version(page.person()?, case, id(&seq)?).await?;
    let path = audit::case_path(&case);
    let crumbs = vec![("/audit".to_owned(), page.t("監査", "Audit").to_owned()), (path.clone(), view.dossier.receipt_number.clone())];
    let guideline = audit::edition_path(view.edition.digest());
    let documents = format!("{path}/documents");
    Ok(Version { page, crumbs, documents, path, guideline, view }.into_response())
}
