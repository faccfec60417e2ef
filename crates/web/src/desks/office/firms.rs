//! The register of firms: finding one, and what is known of it: its entry and history, facts with their sources, open calls and reasons.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse as _;
use banso_guideline::{Finding, Missing, Truth};
use banso_kernel::{CallId, CorporateNumber, Yen};
use banso_office::firms::{CapKind, FirmCall, FirmPage, FirmSearch, FirmsFound, Verdict};
use banso_office::{Office, RegisteredFirm};
use serde::Deserialize;
use tower_sessions::Session;

use crate::context::PageContext;
use crate::desks::{id, see_other};
use crate::failure::{Answer, Failure};
use crate::form::FormFields;

/// The address of a firm on this desk.
pub(crate) fn firm_path(number: CorporateNumber) -> String {
    format!("/office/firms/{number}")
}

/// Colour and name of a verdict.
pub(crate) const fn verdict_words(verdict: Verdict) -> (&'static str, &'static str, &'static str) {
    match verdict {
        Verdict::Eligible => ("good", "適", "eligible"),
        Verdict::Open => ("good", "申請次第", "open"),
        Verdict::OneFactAway => ("care", "あと一つ", "one fact away"),
        Verdict::Unknown => ("", "不明", "unknown"),
        Verdict::Not => ("wrong", "不適", "not eligible"),
    }
}

/// A ceiling in words.
pub(crate) fn ceiling_words(page: &PageContext, ceiling: &(Yen, CapKind)) -> String {
    let (yen, kind) = ceiling;
    match kind {
        CapKind::Total => page.yen(yen),
        CapKind::Yearly => format!("{}{}", page.yen(yen), page.t("（年）", " a year")),
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    prefecture: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "office/firms.html")]
struct Firms {
    page: PageContext,
    asked: Asked,
    found: FirmsFound,
}

impl Firms {
    fn path(&self, firm: &RegisteredFirm) -> String {
        firm_path(firm.number)
    }

    fn asked_something(&self) -> bool {
        !self.asked.q.trim().is_empty()
    }
}

pub(crate) async fn search(office: State<Office>, page: PageContext, asked: Query<Asked>) -> Answer {
    let asked = asked.0;
    let search = FirmSearch { text: asked.q.clone(), prefecture: asked.prefecture.clone() };
    let found = office.search_firms(page.person()?, &search).await?;
    Ok(Firms { page, asked, found }.into_response())
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Explained {
    #[serde(default)]
    call: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "office/firm.html")]
struct Firm {
    page: PageContext,
    view: FirmPage,
    path: String,
}

impl Firm {
    fn verdict(&self, call: &FirmCall) -> (&'static str, &'static str) {
        let (tone, ja, en) = verdict_words(call.verdict);
        (tone, self.page.lang.pick(ja, en))
    }

    fn ceiling(&self, call: &FirmCall) -> String {
        call.ceiling.as_ref().map(|c| ceiling_words(&self.page, c)).unwrap_or_default()
    }

    fn truth(&self, finding: &Finding) -> (&'static str, &'static str) {
        let (tone, ja, en) = match (finding.by_person, finding.truth) {
            (true, _) => ("", "人が確認", "checked by a person"),
            (false, Truth::Yes) => ("good", "適", "yes"),
            (false, Truth::No) => ("wrong", "不適", "no"),
            (false, Truth::Unknown) => ("care", "不明", "unknown"),
        };
        (tone, self.page.lang.pick(ja, en))
    }

    fn missing(&self, finding: &Finding) -> String {
        let name = |m: &Missing| match m {
            Missing::Fact(item) => item.clone(),
            Missing::Unconfirmed { what, .. } => {
                format!("{what}{}", self.page.t("（制度の値が要確認）", " (not settled by the programme)"))
            }
        };
        finding.missing.iter().map(name).collect::<Vec<_>>().join("、")
    }

    fn other(&self, number: &CorporateNumber) -> String {
        firm_path(*number)
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(number): Path<String>, asked: Query<Explained>) -> Answer {
    let number: CorporateNumber = id(&number)?;
    let call = match asked.call.as_str() {
        "" => None,
        text => Some(CallId::parse(text).map_err(|_| Failure::NotFound)?),
    };
    let view = office.firm_page(page.person()?, number, call.as_ref()).await?;
    Ok(Firm { page, view, path: firm_path(number) }.into_response())
}

/// Takes back the note that this firm was told of a call.
pub(crate) async fn untell(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(number): Path<String>,
    form: FormFields,
) -> Answer {
    let number: CorporateNumber = id(&number)?;
    let call = CallId::parse(form.text("call")).map_err(|_| Failure::NotFound)?;
    office.take_back_told(page.person()?, &call, number).await?;
    see_other(&session, &firm_path(number), "「知らせた」の記録を取り消しました。", "The note was taken back.").await
}
