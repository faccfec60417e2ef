//! The whole map: every address, who may enter it, and the function that answers. Nothing is served that is not in this file
//! (static files apart), and `tests/golden/routes.txt` shows what each role gets from each line.
//!
//! # How to add a page in five steps
//!
//! 1. **Use case.** One file in `crates/office/src/`, a method of `Office`: may → load → decide → append → queue. It takes the
//!    `&Person` and typed arguments, returns typed answers and [`banso_office::OfficeError`]. The page never asks the store.
//! 2. **Template.** `templates/<desk>/<page>.html` starts with `{% extends "layout.html" %}` and
//!    `{% import "_controls.html" as c %}`, fills `title`, `crumbs` and `content`. Words come in pairs: `{{ page.t("採択", "Selected") }}`.
//!    A form starts with `{{ page.hidden()|safe }}` (CSRF token and request id) and shows `{% call c::problems(page) %}{% endcall %}` before it.
//! 3. **Handler.** In `src/desks/<desk>/<page>.rs`, a struct with `page: PageContext` and `#[derive(Template, WebTemplate)]`, and a
//!    function such as
//!
//!    ```text
//!    pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
//!        let view = office.inbox_case(page.person()?, id(&case)?).await?;      // OfficeError becomes its page by itself
//!        Ok(InboxCase { page, view }.into_response())
//!    }
//!    pub(crate) async fn pass(office: State<Office>, page: PageContext, session: Session, Path(case): Path<String>, form: FormFields) -> Answer {
//!        let reason = form.text("reason");
//!        match office.pass_completeness(page.person()?, id(&case)?, reason, form.request()).await {
//!            Ok(()) => see_other(&session, &format!("/office/cases/{case}"), "形式審査を通過としました。", "Passed the completeness check.").await,
//!            Err(OfficeError::Invalid(problems)) => invalid(InboxCase { page: page.with_problems(problems), … }),  // 422, the form again
//!            Err(other) => Err(other.into()),
//!        }
//!    }
//!    ```
//! 4. **Line.** Below, in the part of its desk: `get("/office/…", Gate::Office, office::inbox::show)`. The gate is asked before the handler;
//!    whether this person may do this to this case is the use case's question. `post` has the CSRF check built in; `upload` takes a file.
//!    A file goes out by `crate::download::download` only; it comes in by `crate::upload::Upload`.
//! 5. **Golden.** `cargo test -p banso-web` says that the map has changed and how to look at it and accept it.
//!    Every page in the table is also asked whether it holds together for somebody who does not see it (`Shown::holds_together`).
//!
//! Addresses are lower-case English nouns; a form posts to the address it is shown at or to one below it.

use std::sync::LazyLock;

use crate::desks::{account, analysis, apply, audit, office, public, review, version};
use crate::route::{Carries, Gate, Route, get, post, upload};

/// All routes, by desk.
#[must_use]
pub(crate) fn map() -> Vec<Route> {
    [anyone(), signed_in(), applicant(), office(), returning(), after_fixing(), reviewer(), auditor(), analyst()]
        .into_iter()
        .flatten()
        .collect()
}

/// Whether an address has a page that can be opened by a link.
pub(crate) fn is_page(address: &str) -> bool {
    static PAGES: LazyLock<Vec<&'static str>> =
        LazyLock::new(|| map().into_iter().filter(|line| line.carries == Carries::Nothing).map(|line| line.path).collect());
    let fits = |pattern: &str| {
        let (mut wanted, mut given) = (pattern.split('/'), address.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (Some(w), Some(g)) if w == g || w.starts_with('{') && !g.is_empty() => {}
                (_, _) => return false,
            }
        }
    };
    PAGES.iter().any(|pattern| fits(pattern))
}

/// Public pages, and the way in.
fn anyone() -> Vec<Route> {
    vec![
        get("/", Gate::Anyone, public::front),
        get("/sign-in", Gate::Anyone, account::sign_in_form),
        post("/sign-in", Gate::Anyone, account::sign_in),
        get("/health", Gate::Anyone, public::health),
        get("/calls/{programme}/{round}", Gate::Anyone, public::guideline),
        get("/calls/{programme}/{round}/guideline.md", Gate::Anyone, public::source),
        get("/calls/{programme}/{round}/check", Gate::Anyone, public::check),
        get("/calls/{programme}/{round}/compare", Gate::Anyone, public::compared),
        get("/calls/{programme}/{round}/editions/{digest}", Gate::Anyone, public::edition),
    ]
}

/// Whoever has an account.
fn signed_in() -> Vec<Route> {
    vec![get("/home", Gate::SignedIn, account::home), post("/sign-out", Gate::SignedIn, account::sign_out)]
}

/// 申請者 below `/apply`.
fn applicant() -> Vec<Route> {
    vec![
        get("/apply", Gate::Applicant, apply::home::show),
        get("/apply/notices/{notice}", Gate::Applicant, apply::home::notice),
        get("/apply/notices/{notice}/letter", Gate::Applicant, apply::home::letter),
        get("/apply/start/{programme}/{round}", Gate::Applicant, apply::start::show),
        post("/apply/start/{programme}/{round}", Gate::Applicant, apply::start::begin),
        get("/apply/invitations/{token}", Gate::Applicant, apply::invitation::show),
        post("/apply/invitations/{token}", Gate::Applicant, apply::invitation::accept),
        get("/apply/cases/{case}", Gate::Applicant, apply::tasks::show),
        post("/apply/cases/{case}/edition", Gate::Applicant, apply::tasks::accept_edition),
        get("/apply/cases/{case}/basics", Gate::Applicant, apply::tasks::basics),
        post("/apply/cases/{case}/basics", Gate::Applicant, apply::tasks::rename),
        post("/apply/cases/{case}/members/{member}/invitation", Gate::Applicant, apply::tasks::invite),
        get("/apply/cases/{case}/sections/{section}/{member}", Gate::Applicant, apply::section::show),
        post("/apply/cases/{case}/sections/{section}/{member}", Gate::Applicant, apply::section::save),
        upload("/apply/cases/{case}/files/{member}/{slot}", Gate::Applicant, apply::files::take_in),
        post("/apply/cases/{case}/files/{member}/{slot}/removal", Gate::Applicant, apply::files::take_out),
        get("/apply/cases/{case}/files/{digest}", Gate::Applicant, apply::files::hand_back),
        get("/apply/cases/{case}/check", Gate::Applicant, apply::check::show),
        get("/apply/cases/{case}/submission", Gate::Applicant, apply::check::confirm),
        post("/apply/cases/{case}/submission", Gate::Applicant, apply::check::submit),
        get("/apply/cases/{case}/receipts/{version}", Gate::Applicant, apply::receipt::show),
        get("/apply/cases/{case}/grant-receipts/{version}", Gate::Applicant, apply::receipt::of_request),
        get("/apply/cases/{case}/withdrawal", Gate::Applicant, apply::leave::show),
        post("/apply/cases/{case}/withdrawal", Gate::Applicant, apply::leave::withdraw),
        post("/apply/cases/{case}/withdrawal/submission", Gate::Applicant, apply::leave::take_back),
        get("/apply/cases/{case}/discarding", Gate::Applicant, apply::leave::discarding),
        post("/apply/cases/{case}/discarding", Gate::Applicant, apply::leave::discard),
        get("/apply/cases/{case}/project", Gate::Applicant, apply::project::show),
        get("/apply/cases/{case}/project/change", Gate::Applicant, apply::project::change),
        post("/apply/cases/{case}/project/change", Gate::Applicant, apply::project::change_plan),
        get("/apply/cases/{case}/project/report", Gate::Applicant, apply::report::show),
        post("/apply/cases/{case}/project/report", Gate::Applicant, apply::report::send),
        get("/apply/cases/{case}/project/report/template.xlsx", Gate::Applicant, apply::report::template),
        post("/apply/cases/{case}/project/report/lines", Gate::Applicant, apply::report::import),
        upload("/apply/cases/{case}/project/report/workbook", Gate::Applicant, apply::report::import_file),
        upload("/apply/cases/{case}/project/report/files", Gate::Applicant, apply::report::attach),
        post("/apply/cases/{case}/project/report/files/removal", Gate::Applicant, apply::report::detach),
        get("/apply/cases/{case}/project/payment", Gate::Applicant, apply::project::payment),
        post("/apply/cases/{case}/project/payment", Gate::Applicant, apply::project::claim),
        get("/apply/cases/{case}/project/payment/{claim}", Gate::Applicant, apply::project::account),
        post("/apply/cases/{case}/project/payment/{claim}", Gate::Applicant, apply::project::change_account),
        get("/apply/cases/{case}/project/repayment", Gate::Applicant, apply::repayment::show),
        get("/apply/cases/{case}/project/hearing", Gate::Applicant, apply::repayment::hearing),
        post("/apply/cases/{case}/project/hearing", Gate::Applicant, apply::repayment::answer),
        get("/apply/cases/{case}/project/work", Gate::Applicant, apply::work::show),
        post("/apply/cases/{case}/project/work/incident", Gate::Applicant, apply::work::incident),
        post("/apply/cases/{case}/project/work/progress", Gate::Applicant, apply::work::progress),
        post("/apply/cases/{case}/project/work/discontinuation", Gate::Applicant, apply::work::stop),
        post("/apply/cases/{case}/project/work/resumption", Gate::Applicant, apply::work::resume),
        get("/apply/cases/{case}/project/commercialisation", Gate::Applicant, apply::years::report::show),
        post("/apply/cases/{case}/project/commercialisation", Gate::Applicant, apply::years::report::send),
        get("/apply/cases/{case}/project/wages", Gate::Applicant, apply::years::wage::show),
        post("/apply/cases/{case}/project/wages", Gate::Applicant, apply::years::wage::send),
        get("/apply/cases/{case}/project/input-tax", Gate::Applicant, apply::years::input_tax::show),
        post("/apply/cases/{case}/project/input-tax", Gate::Applicant, apply::years::input_tax::send),
        get("/apply/cases/{case}/project/assets", Gate::Applicant, apply::years::assets::show),
        post("/apply/cases/{case}/project/assets", Gate::Applicant, apply::years::assets::register),
        get("/apply/cases/{case}/project/assets/labels.pdf", Gate::Applicant, apply::years::assets::labels),
        post("/apply/cases/{case}/project/assets/census", Gate::Applicant, apply::years::assets::count),
        get("/apply/cases/{case}/project/disposals", Gate::Applicant, apply::years::disposal::show),
        post("/apply/cases/{case}/project/disposals", Gate::Applicant, apply::years::disposal::ask),
        post("/apply/cases/{case}/project/disposals/{request}/completion", Gate::Applicant, apply::years::disposal::complete),
        upload("/apply/cases/{case}/project/papers/{kind}/{number}", Gate::Applicant, apply::years::papers::take_in),
        post("/apply/cases/{case}/project/papers/{kind}/{number}/removal", Gate::Applicant, apply::years::papers::take_out),
    ]
}

/// 事務局 and 交付決定権者 below `/office`.
fn office() -> Vec<Route> {
    vec![
        get("/office", Gate::Office, office::calls::show),
        get("/office/mails", Gate::Office, office::mails::show),
        get("/office/firms", Gate::Office, office::firms::search),
        get("/office/firms/{number}", Gate::Office, office::firms::show),
        post("/office/firms/{number}/told", Gate::Office, office::firms::untell),
        get("/office/screening", Gate::Office, office::screening::show),
        post("/office/screening", Gate::Office, office::screening::tell),
        get("/office/screening/country", Gate::Office, office::country::show),
        post("/office/screening/country", Gate::Office, office::country::begin),
        get("/office/calls/{programme}/{round}/changed-firms", Gate::Office, office::change::show),
        get("/office/guidelines", Gate::Office, office::guidelines::show),
        post("/office/guidelines", Gate::Office, office::guidelines::read_again),
        get("/office/calls/{programme}/{round}", Gate::Office, office::inbox::show),
        get("/office/calls/{programme}/{round}/list.xlsx", Gate::Office, office::inbox::excel),
        get("/office/calls/{programme}/{round}/review", Gate::Office, office::review_plan::show),
        post("/office/calls/{programme}/{round}/review", Gate::Office, office::review_plan::open),
        get("/office/calls/{programme}/{round}/progress", Gate::Office, office::progress::show),
        post("/office/calls/{programme}/{round}/progress", Gate::Office, office::progress::close),
        post("/office/calls/{programme}/{round}/progress/reopening", Gate::Office, office::progress::reopen),
        get("/office/calls/{programme}/{round}/selection", Gate::Office, office::selection::show),
        get("/office/calls/{programme}/{round}/selection.xlsx", Gate::Office, office::selection::excel),
        post("/office/calls/{programme}/{round}/selection/bonuses/{case}/{bonus}", Gate::Office, office::selection::judge),
        post("/office/calls/{programme}/{round}/selection/freezing", Gate::Office, office::selection::freeze),
        post("/office/calls/{programme}/{round}/selection/discarding", Gate::Office, office::selection::discard),
        post("/office/calls/{programme}/{round}/selection/execution", Gate::Office, office::selection::execute),
        post("/office/calls/{programme}/{round}/selection/promotion", Gate::Office, office::selection::promote),
        post("/office/calls/{programme}/{round}/selection/ending", Gate::Office, office::selection::end_reserves),
        get("/office/cases/{case}", Gate::Office, office::case::show),
        get("/office/cases/{case}/versions/{act}", Gate::Office, version::for_office),
        get("/office/cases/{case}/documents/{digest}", Gate::Office, office::case::document),
        get("/office/cases/{case}/letters/{digest}", Gate::Office, office::case::letter),
        post("/office/cases/{case}/bonus", Gate::Office, office::case::judge),
        get("/office/cases/{case}/check", Gate::Office, office::check::show),
        post("/office/cases/{case}/check/pass", Gate::Office, office::check::pass),
        post("/office/cases/{case}/check/return", Gate::Office, office::check::send_back),
        post("/office/cases/{case}/check/refuse", Gate::Office, office::check::refuse),
        get("/office/cases/{case}/grant", Gate::Office, office::grant::show),
        post("/office/cases/{case}/grant", Gate::Office, office::grant::prepare),
        get("/office/cases/{case}/grant/preview", Gate::Office, office::grant::preview),
        get("/office/cases/{case}/grant/letter", Gate::Office, office::grant::letter),
        post("/office/cases/{case}/grant/decision", Gate::Office, office::grant::decide),
        post("/office/cases/{case}/grant/refusal", Gate::Office, office::grant::refuse),
        post("/office/cases/{case}/grant/return", Gate::Office, office::grant::give_back),
        get("/office/cases/{case}/project", Gate::Office, office::project::show),
        get("/office/cases/{case}/project/letters/{act}", Gate::Office, office::project::letter),
        post("/office/cases/{case}/project/change/approval", Gate::Office, office::project::approve_change),
        post("/office/cases/{case}/project/change/refusal", Gate::Office, office::project::refuse_change),
        get("/office/cases/{case}/project/inspection", Gate::Office, office::project::inspection),
        post("/office/cases/{case}/project/inspection", Gate::Office, office::project::inspect),
        post("/office/cases/{case}/project/inspection/return", Gate::Office, office::project::give_back),
        get("/office/cases/{case}/project/fixing", Gate::Office, office::project::fixing),
        get("/office/cases/{case}/project/fixing/preview", Gate::Office, office::project::fixing_preview),
        post("/office/cases/{case}/project/fixing", Gate::Office, office::project::fix),
        post("/office/cases/{case}/project/claims/{claim}/refusal", Gate::Office, office::project::refuse_claim),
        get("/office/calls/{programme}/{round}/payments", Gate::Office, office::payments::show),
        post("/office/calls/{programme}/{round}/payments", Gate::Office, office::payments::freeze),
        get("/office/calls/{programme}/{round}/payments/{run}", Gate::Office, office::payments::run),
        get("/office/calls/{programme}/{round}/payments/{run}/transfers.txt", Gate::Office, office::payments::file),
        post("/office/calls/{programme}/{round}/payments/{run}/approval", Gate::Office, office::payments::approve),
        post("/office/calls/{programme}/{round}/payments/{run}/discarding", Gate::Office, office::payments::discard),
        post("/office/calls/{programme}/{round}/payments/{run}/result", Gate::Office, office::payments::settle),
        upload("/office/calls/{programme}/{round}/payments/{run}/answer", Gate::Office, office::payments::read_answer),
        get("/office/cases/{case}/reviews", Gate::Office, office::progress::reviews),
        post("/office/cases/{case}/reviews/replace", Gate::Office, office::progress::replace),
        post("/office/cases/{case}/reviews/reconsider", Gate::Office, office::progress::reconsider),
    ]
}

/// 取消し、返還命令、債権: what goes wrong and the money that comes back, below `/office`.
fn returning() -> Vec<Route> {
    vec![
        get("/office/cases/{case}/project/revocation", Gate::Office, office::revocation::show),
        post("/office/cases/{case}/project/revocation", Gate::Office, office::revocation::revoke),
        post("/office/cases/{case}/project/revocation/notice", Gate::Office, office::revocation::notice),
        post("/office/cases/{case}/project/revocation/dropping", Gate::Office, office::revocation::drop),
        get("/office/cases/{case}/project/repayment", Gate::Office, office::revocation::repayment),
        get("/office/cases/{case}/project/repayment/preview", Gate::Office, office::revocation::repayment_preview),
        post("/office/cases/{case}/project/repayment", Gate::Office, office::revocation::order),
        get("/office/calls/{programme}/{round}/debts", Gate::Office, office::debts::register),
        get("/office/calls/{programme}/{round}/debts.xlsx", Gate::Office, office::debts::register_excel),
        get("/office/cases/{case}/project/debts", Gate::Office, office::debts::of_case),
        get("/office/cases/{case}/project/debts/{debt}", Gate::Office, office::debts::show),
        post("/office/cases/{case}/project/debts/{debt}/receipt", Gate::Office, office::debts::receive),
        post("/office/cases/{case}/project/debts/{debt}/demand", Gate::Office, office::debts::demand),
        post("/office/cases/{case}/project/debts/{debt}/instalments", Gate::Office, office::debts::instalments),
        post("/office/cases/{case}/project/debts/{debt}/waiver", Gate::Office, office::debts::waive),
        post("/office/cases/{case}/project/debts/{debt}/offset", Gate::Office, office::debts::offset),
        post("/office/cases/{case}/project/debts/{debt}/discharge", Gate::Office, office::debts::discharge),
        get("/office/cases/{case}/project/work", Gate::Office, office::work::show),
        post("/office/cases/{case}/project/work/instruction", Gate::Office, office::work::instruct),
        post("/office/cases/{case}/project/work/performance", Gate::Office, office::work::perform),
        post("/office/cases/{case}/project/work/suspension", Gate::Office, office::work::suspend),
        post("/office/cases/{case}/project/work/lifting", Gate::Office, office::work::lift),
        post("/office/cases/{case}/project/work/discontinuation/approval", Gate::Office, office::work::approve_stop),
        post("/office/cases/{case}/project/work/discontinuation/refusal", Gate::Office, office::work::refuse_stop),
        post("/office/cases/{case}/project/work/correction", Gate::Office, office::work::correct),
    ]
}

/// 事務局 in the years after the amount is fixed.
fn after_fixing() -> Vec<Route> {
    vec![
        get("/office/after", Gate::Office, office::after::show),
        get("/office/calendar", Gate::Office, office::calendar::show),
        get("/office/calendar.xlsx", Gate::Office, office::calendar::excel),
        get("/office/cases/{case}/project/revenue/{nth}", Gate::Office, office::years::assess::revenue),
        post("/office/cases/{case}/project/revenue/{nth}", Gate::Office, office::years::assess::assess_revenue),
        get("/office/cases/{case}/project/wages/{nth}", Gate::Office, office::years::assess::wages),
        post("/office/cases/{case}/project/wages/{nth}", Gate::Office, office::years::assess::assess_wages),
        get("/office/cases/{case}/project/assets", Gate::Office, office::years::assess::assets),
        get("/office/cases/{case}/project/assets/labels.pdf", Gate::Office, office::years::assess::labels),
        get("/office/cases/{case}/project/disposals/{request}", Gate::Office, office::years::disposal::show),
        get("/office/cases/{case}/project/disposals/{request}/preview", Gate::Office, office::years::disposal::preview),
        post("/office/cases/{case}/project/disposals/{request}/approval", Gate::Office, office::years::disposal::approve),
        post("/office/cases/{case}/project/disposals/{request}/refusal", Gate::Office, office::years::disposal::refuse),
        get("/office/cases/{case}/project/succession", Gate::Office, office::years::succession::show),
        post("/office/cases/{case}/project/succession", Gate::Office, office::years::succession::succeed),
        upload("/office/cases/{case}/project/papers/{kind}/{number}", Gate::Office, office::years::succession::take_in),
        post("/office/cases/{case}/project/papers/{kind}/{number}/removal", Gate::Office, office::years::succession::take_out),
        get("/office/cases/{case}/project/closing", Gate::Office, office::years::closing::show),
        get("/office/cases/{case}/project/closing/preview", Gate::Office, office::years::closing::preview),
        post("/office/cases/{case}/project/closing", Gate::Office, office::years::closing::close),
    ]
}

/// 審査員 below `/review`.
fn reviewer() -> Vec<Route> {
    vec![
        get("/review", Gate::Reviewer, review::home::show),
        get("/review/{case}", Gate::Reviewer, review::case::show),
        post("/review/{case}/declaration", Gate::Reviewer, review::case::declare),
        post("/review/{case}/sheet", Gate::Reviewer, review::case::save),
        post("/review/{case}/submission", Gate::Reviewer, review::case::submit),
        get("/review/{case}/documents/{digest}", Gate::Reviewer, review::case::file),
    ]
}

/// 監査 below `/audit`.
fn auditor() -> Vec<Route> {
    vec![
        get("/audit", Gate::Auditor, audit::home::show),
        get("/audit/ledger", Gate::Auditor, audit::ledger::show),
        post("/audit/ledger", Gate::Auditor, audit::ledger::check),
        get("/audit/calls/{programme}/{round}", Gate::Auditor, audit::call::show),
        get("/audit/editions/{digest}", Gate::Auditor, audit::call::edition),
        get("/audit/calls/{programme}/{round}/money", Gate::Auditor, audit::money::show),
        get("/audit/cases/{case}", Gate::Auditor, audit::case::show),
        get("/audit/cases/{case}/money", Gate::Auditor, audit::money::path),
        post("/audit/cases/{case}/verification", Gate::Auditor, audit::case::check),
        get("/audit/cases/{case}/application", Gate::Auditor, audit::case::application),
        get("/audit/cases/{case}/versions/{act}", Gate::Auditor, version::for_audit),
        get("/audit/cases/{case}/documents/{digest}", Gate::Auditor, audit::case::file),
        get("/audit/cases/{case}/export.zip", Gate::Auditor, audit::case::export),
    ]
}

/// 政策分析 below `/analysis`; the office and auditors read.
fn analyst() -> Vec<Route> {
    vec![
        get("/analysis", Gate::Analyst, analysis::front),
        get("/analysis/plan", Gate::Analyst, analysis::plan::show),
        get("/analysis/calls/{programme}/{round}", Gate::Analyst, analysis::call),
        get("/analysis/calls/{programme}/{round}/declaration", Gate::Analyst, analysis::declare::show),
        post("/analysis/calls/{programme}/{round}/declaration/preview", Gate::Analyst, analysis::declare::preview),
        post("/analysis/calls/{programme}/{round}/declaration", Gate::Analyst, analysis::declare::declare),
        get("/analysis/calls/{programme}/{round}/studies/{study}", Gate::Analyst, analysis::study::show),
        post("/analysis/calls/{programme}/{round}/studies/{study}/runs", Gate::Analyst, analysis::study::run),
        get("/analysis/calls/{programme}/{round}/studies/{study}/runs/{act}", Gate::Analyst, analysis::report::show),
        get("/analysis/calls/{programme}/{round}/studies/{study}/runs/{act}/figures/{figure}", Gate::Analyst, analysis::report::figure),
        get("/analysis/calls/{programme}/{round}/studies/{study}/runs/{act}/report-ja.pdf", Gate::Analyst, analysis::report::japanese),
        get("/analysis/calls/{programme}/{round}/studies/{study}/runs/{act}/report-en.pdf", Gate::Analyst, analysis::report::english),
        get("/analysis/calls/{programme}/{round}/studies/{study}/runs/{act}/package.zip", Gate::Analyst, analysis::report::package),
    ]
}
