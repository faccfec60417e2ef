//! The whole ledger: its end, and the verification of everything.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::IntoResponse as _;
use banso_kernel::Digest;
use banso_office::audit::{Anchor, LedgerCheck, LedgerPage};
use banso_office::{FieldProblem, Office};
use tower_sessions::Session;

use super::in_groups;
use crate::context::PageContext;
use crate::desks::{invalid, see_other};
use crate::failure::Answer;
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "audit/ledger.html")]
struct Ledger {
    page: PageContext,
    view: LedgerPage,
    position: String,
    running: String,
}

impl Ledger {
    fn grouped_hash(&self, digest: &Digest) -> String {
        in_groups(digest)
    }

    const fn under_way(&self) -> bool {
        matches!(self.view.check, LedgerCheck::Running { .. })
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext) -> Answer {
    let view = office.ledger_page(page.person()?).await?;
    Ok(Ledger { page, view, position: String::new(), running: String::new() }.into_response())
}

pub(crate) async fn check(office: State<Office>, page: PageContext, session: Session, form: FormFields) -> Answer {
    match anchor(&form) {
        Ok(anchor) => {
            office.check_ledger(page.person()?, anchor).await?;
            see_other(&session, "/audit/ledger", "台帳全体の検証を始めました。", "The verification of the whole ledger has begun.").await
        }
        Err(problem) => {
            let view = office.ledger_page(page.person()?).await?;
            let (position, running) = (form.text("position").to_owned(), form.text("running").to_owned());
            invalid(Ledger { page: page.with_problems(vec![problem]), view, position, running })
        }
    }
}

/// An end of the ledger that was written down earlier; none when both fields are empty.
fn anchor(form: &FormFields) -> Result<Option<Anchor>, FieldProblem> {
    let running: String = form.text("running").chars().filter(|c| !c.is_whitespace()).collect();
    let position = form.number("position")?;
    if position.is_none() && running.is_empty() {
        return Ok(None);
    }
    let position = position
        .and_then(|p| u64::try_from(p).ok())
        .ok_or_else(|| FieldProblem::new("position", "位置を1以上の整数で入力してください。", "Enter the position as a whole number."))?;
    let running: Digest = running.to_lowercase().parse().map_err(|_| {
        FieldProblem::new("running", "ハッシュを64桁の16進数で入力してください。", "Enter the hash as 64 hexadecimal digits.")
    })?;
    Ok(Some(Anchor { position, running }))
}
