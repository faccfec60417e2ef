//! Two editions of a call over the firms of an area: whose answer an amendment changes, and at which clauses.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse as _;
use banso_kernel::Digest;
use banso_office::Office;
use banso_office::firms::{ChangePage, ChangeSearch, MovedFirm, Verdict};
use serde::Deserialize;

use super::firms::{firm_path, verdict_words};
use crate::context::PageContext;
use crate::desks::call_of;
use crate::failure::{Answer, Failure};

#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    old: String,
    #[serde(default)]
    new: String,
    #[serde(default)]
    area: String,
}

impl Asked {
    fn search(&self) -> Result<ChangeSearch, Failure> {
        let digest = |text: &str| match text {
            "" => Ok(None),
            text => text.parse::<Digest>().map(Some).map_err(|_| Failure::NotFound),
        };
        Ok(ChangeSearch { before: digest(&self.old)?, after: digest(&self.new)?, area: self.area.trim().to_owned() })
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "office/change.html")]
struct Change {
    page: PageContext,
    asked: Asked,
    view: ChangePage,
}

impl Change {
    fn word(&self, verdict: &Verdict) -> &'static str {
        let (_, ja, en) = verdict_words(*verdict);
        self.page.lang.pick(ja, en)
    }

    /// From, to and how many firms, of those that move.
    fn verdicts(&self) -> Vec<(&'static str, &'static str, u64)> {
        let Some(shift) = &self.view.shift else { return Vec::new() };
        let rows = Verdict::ALL.iter().zip(&shift.verdicts);
        let cells = rows.flat_map(|(from, row)| Verdict::ALL.iter().zip(row).map(move |(to, count)| (from, to, *count)));
        cells.filter(|(from, to, count)| from != to && *count > 0).map(|(from, to, n)| (self.word(from), self.word(to), n)).collect()
    }

    /// The same of the answers of a clause.
    fn answers(&self, counts: &[[u64; 3]; 3]) -> Vec<(&'static str, &'static str, u64)> {
        let words = [("適", "yes"), ("不適", "no"), ("不明", "unknown")].map(|(ja, en)| self.page.lang.pick(ja, en));
        let rows = words.iter().zip(counts);
        let cells = rows.flat_map(|(from, row)| words.iter().zip(row).map(move |(to, count)| (*from, *to, *count)));
        cells.filter(|(from, to, count)| from != to && *count > 0).collect()
    }

    fn path(&self) -> String {
        format!("/office/calls/{}/changed-firms", self.view.call)
    }

    fn firm(&self, firm: &MovedFirm) -> String {
        firm_path(firm.number)
    }

    /// The two editions clause by clause.
    fn texts(&self) -> String {
        self.view.sides.map(|(old, new)| format!("/calls/{}/compare?old={old}&new={new}", self.view.call)).unwrap_or_default()
    }

    fn is_old(&self, digest: &Digest) -> bool {
        self.view.sides.is_some_and(|(old, _)| old == *digest)
    }

    fn is_new(&self, digest: &Digest) -> bool {
        self.view.sides.is_some_and(|(_, new)| new == *digest)
    }
}

pub(crate) async fn show(
    office: State<Office>,
    page: PageContext,
    Path((programme, round)): Path<(String, String)>,
    asked: Query<Asked>,
) -> Answer {
    let call = call_of((&programme, &round))?;
    let asked = asked.0;
    let view = office.changed_firms(page.person()?, &call, &asked.search()?).await?;
    Ok(Change { page, asked, view }.into_response())
}
