//! Two editions of a programme side by side, clause by clause.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse as _;
use banso_guideline::{ChangeKind, Edition, Segment, Shown, ShownChange, ShownRow, compare_pages};
use banso_kernel::CallId;
use banso_office::Office;
use serde::Deserialize;

use crate::context::PageContext;
use crate::desks::call_of;
use crate::failure::{Answer, Failure};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Sides {
    #[serde(default)]
    old: String,
    #[serde(default)]
    new: String,
}

/// An edition that can be chosen for comparison.
struct Choice {
    value: String,
    label: String,
    edition: Edition,
}

#[derive(Template, WebTemplate)]
#[template(path = "public/compare.html")]
struct ComparePage {
    page: PageContext,
    call: CallId,
    choices: Vec<(String, String)>,
    old: String,
    new: String,
    changes: Vec<ShownChange>,
    /// Where each of the two is read.
    texts: (String, String),
}

/// Any two editions of the programme, older and newer, clause by clause.
pub(crate) async fn compared(
    office: State<Office>,
    page: PageContext,
    Path((programme, round)): Path<(String, String)>,
    sides: Query<Sides>,
) -> Answer {
    let call = call_of((&programme, &round))?;
    let own = office.published_call(&call)?;
    let choices = editions_of(&office, &page, call.programme());
    let current = own.current().map(|e| e.digest().to_string()).unwrap_or_default();
    let before = own.editions.iter().rev().nth(1).map(|e| e.edition.digest().to_string());
    let earlier = || choices.iter().find(|c| c.value != current).map(|c| c.value.clone()).unwrap_or_else(|| current.clone());
    let new = if sides.new.is_empty() { current.clone() } else { sides.0.new };
    let old = if sides.0.old.is_empty() { before.unwrap_or_else(earlier) } else { sides.0.old };
    let find = |value: &str| choices.iter().find(|c| c.value == value).map(|c| c.edition.clone()).ok_or(Failure::NotFound);
    let (older, newer) = (find(&old)?, find(&new)?);
    let changes = compare_pages(&older, &newer, page.lang);
    let texts = (page.edition_path(&older), page.edition_path(&newer));
    let choices = choices.into_iter().map(|c| (c.value, c.label)).collect();
    Ok(ComparePage { page, call, choices, old, new, changes, texts }.into_response())
}

fn editions_of(office: &Office, page: &PageContext, programme: &str) -> Vec<Choice> {
    let calls = office.calls().into_iter().filter(|c| c.call.programme() == programme);
    let mut found: Vec<Choice> = calls
        .flat_map(|c| c.editions)
        .map(|e| Choice {
            value: e.edition.digest().to_string(),
            // What tells editions apart comes first: a phone shows no more of it.
            label: format!("{}（{}）{}", e.edition.meta().edition, e.edition.meta().published, page.local(&e.edition.meta().call_name)),
            edition: e.edition,
        })
        .collect();
    found.sort_by_key(|c| (c.edition.meta().published, c.label.clone()));
    found
}

impl PageContext {
    /// As `lang_of`, of a line whose changed parts are marked.
    fn lang_of_segments(&self, segments: &[Segment]) -> &'static str {
        self.lang_of(&segments.iter().map(|s| s.text.as_str()).collect::<String>())
    }

    fn change_label(&self, kind: ChangeKind) -> &'static str {
        match kind {
            ChangeKind::Added => self.lang.pick("新設", "added"),
            ChangeKind::Removed => self.lang.pick("削除", "removed"),
            ChangeKind::Changed => self.lang.pick("改正", "changed"),
            ChangeKind::Moved => self.lang.pick("番号変更", "renumbered"),
        }
    }
}
