//! Firms of an area against the calls that are open: counts, and the firms that nobody has told yet.

use std::collections::BTreeSet;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::IntoResponse as _;
use banso_kernel::{CallId, CorporateNumber};
use banso_office::firms::{OpenFirm, ScreenedCall, ScreeningPage, ScreeningSearch, Telling, Verdict};
use banso_office::{Office, OfficeError};
use serde::Deserialize;
use tower_sessions::Session;

use super::firms::{ceiling_words, firm_path, verdict_words};
use crate::context::{PageContext, encoded};
use crate::desks::{invalid, see_other};
use crate::failure::{Answer, Failure};
use crate::form::FormFields;

#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    area: String,
    #[serde(default)]
    call: String,
    #[serde(default)]
    all: String,
    #[serde(default)]
    page: String,
}

impl Asked {
    fn search(&self) -> Result<ScreeningSearch, Failure> {
        let call = match self.call.as_str() {
            "" => None,
            text => Some(CallId::parse(text).map_err(|_| Failure::NotFound)?),
        };
        let telling = if self.all.is_empty() { Telling::Untold } else { Telling::All };
        let page = self.page.parse().unwrap_or(1_u32).max(1) - 1;
        Ok(ScreeningSearch { area: self.area.trim().to_owned(), call, telling, page })
    }

    /// The same with another call, on another page.
    fn address(&self, call: &str, page: u32) -> String {
        let all = if self.all.is_empty() { "" } else { "&all=1" };
        let turned = if page > 1 { format!("&page={page}") } else { String::new() };
        format!("/office/screening?area={}&call={}{all}{turned}", encoded(&self.area), encoded(call))
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "office/screening.html")]
struct Screening {
    page: PageContext,
    asked: Asked,
    number: u32,
    view: ScreeningPage,
}

impl Screening {
    fn verdicts(&self) -> Vec<(&'static str, &'static str)> {
        let words = |v: &Verdict| {
            let (tone, ja, en) = verdict_words(*v);
            (tone, self.page.lang.pick(ja, en))
        };
        Verdict::ALL.iter().map(words).collect()
    }

    fn verdict(&self, row: &OpenFirm) -> (&'static str, &'static str) {
        let (tone, ja, en) = verdict_words(row.verdict);
        (tone, self.page.lang.pick(ja, en))
    }

    fn call_path(&self, call: &ScreenedCall) -> String {
        format!("{}#firms", self.asked.address(&call.call.to_string(), 1))
    }

    fn ceiling(&self, call: &ScreenedCall) -> String {
        call.ceiling.as_ref().map(|c| ceiling_words(&self.page, c)).unwrap_or_default()
    }

    fn firm(&self, row: &OpenFirm) -> String {
        format!("{}?call={}", firm_path(row.number), encoded(&self.asked.call))
    }

    fn turned_to(&self, number: u32) -> String {
        format!("{}#firms", self.asked.address(&self.asked.call, number))
    }

    fn here(&self) -> String {
        self.asked.address(&self.asked.call, self.number)
    }
}

async fn shown(office: &Office, page: PageContext, asked: Asked) -> Result<Screening, Failure> {
    let search = asked.search()?;
    let view = office.screening(page.person()?, &search).await?;
    Ok(Screening { page, asked, number: search.page + 1, view })
}

pub(crate) async fn show(office: State<Office>, page: PageContext, asked: Query<Asked>) -> Answer {
    Ok(shown(&office, page, asked.0).await?.into_response())
}

/// Notes that the ticked firms were told of the call.
pub(crate) async fn tell(office: State<Office>, page: PageContext, session: Session, asked: Query<Asked>, form: FormFields) -> Answer {
    let asked = asked.0;
    let call = CallId::parse(&asked.call).map_err(|_| Failure::NotFound)?;
    let firms: Result<BTreeSet<CorporateNumber>, _> = form.all("firm").map(str::parse).collect();
    let firms = firms.map_err(|_| Failure::NotFound)?;
    match office.note_told(page.person()?, &call, &firms).await {
        Ok(()) => {
            let (ja, en) = (format!("{}社に知らせたことを記録しました。", firms.len()), format!("Noted: {} firms were told.", firms.len()));
            see_other(&session, &asked.address(&asked.call, 1), &ja, &en).await
        }
        Err(OfficeError::Invalid(problems)) => invalid(shown(&office, page.with_problems(problems), asked).await?),
        Err(other) => Err(other.into()),
    }
}
