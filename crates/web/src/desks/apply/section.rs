//! A section of the form: shown, saved by its button, saved by itself.

use askama::Template;
use askama_web::WebTemplate;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use banso_guideline::answers::{Clash, SectionAnswers, kpi_field};
use banso_guideline::{Known, SectionContent, Truth};
use banso_kernel::{CaseId, Instant, LocalText, Yen};
use banso_office::apply::{
    Budget, Extra, LeavingMember, SaveOrder, SaveOutcome, SectionPage, Slot, Target, Writable, amount_words, used_alike,
};
use banso_office::{FieldProblem, Office};
use serde::Deserialize;
use serde_json::json;
use tower_sessions::Session;

use super::control::{Control, PREFIX, name_of, open_names, problems};
use super::strip::Strip;
use super::{case_path, section_path};
use crate::context::PageContext;
use crate::desks::id;
use crate::desks::{see_other, with_status};
use crate::failure::{Answer, wants_json};
use crate::form::FormFields;

/// A row of the consortium.
pub(crate) struct Row {
    number: u32,
    is_new: bool,
    controls: Vec<Control>,
}

/// A target of the programme beside the applicant's own.
pub(crate) struct Asked {
    target: Target,
    control: Control,
}

#[derive(Template, WebTemplate)]
#[template(path = "apply/section.html")]
pub(crate) struct Section {
    page: PageContext,
    strip: Strip,
    view: SectionPage,
    /// The address of this section, and of the task list.
    path: String,
    list: String,
    controls: Vec<Control>,
    rows: Vec<Row>,
    targets: Vec<Asked>,
    clashed: bool,
}

impl Section {
    pub(crate) fn new(mut page: PageContext, view: SectionPage, clashes: &[Clash], at: Option<Instant>) -> Self {
        page.open = open_names(&view);
        // Beside a field that met somebody else's text nothing may say that it is saved.
        page.saved_at = at.or(view.saved.as_ref().map(|s| s.at)).filter(|_| clashes.is_empty());
        let control = |key: &str, field: &banso_guideline::Field| Control::new(&page, &view, key, field, clashes);
        let (mut controls, mut rows, mut targets) = (Vec::new(), Vec::new(), Vec::new());
        match (&view.section.content, &view.extra) {
            (SectionContent::Fields(fields), _) => controls = fields.iter().map(|f| control(&f.id, f)).collect(),
            (SectionContent::Consortium { parts, .. }, Extra::Consortium { rows: numbers, new, .. }) => {
                let row = |number: u32, is_new: bool| {
                    let controls = parts.iter().map(|p| control(&format!("{number}.{}", p.id), p));
                    let controls = controls.map(|c| Control { required: c.required && !is_new, ..c }).collect();
                    Row { number, is_new, controls }
                };
                rows = numbers.iter().map(|n| row(*n, false)).chain(new.iter().map(|n| row(*n, true))).collect();
            }
            (SectionContent::Kpis, Extra::Kpis(kpis)) => {
                targets = kpis.iter().map(|t| Asked { control: control(&t.kpi.id, &kpi_field(&t.kpi)), target: t.clone() }).collect();
            }
            (
                SectionContent::Consortium { .. } | SectionContent::Kpis | SectionContent::Budget { .. } | SectionContent::Documents(_),
                _,
            ) => {}
        }
        let (path, list) = (section_path(view.head.case, &view.section.id, view.member), case_path(view.head.case));
        Section { strip: Strip::of(&view.head), clashed: !clashes.is_empty(), page, view, path, list, controls, rows, targets }
    }

    fn budget(&self) -> Option<&Budget> {
        match &self.view.extra {
            Extra::Budget(budget) => Some(budget),
            Extra::Nothing | Extra::Consortium { .. } | Extra::Kpis(_) | Extra::Documents(_) => None,
        }
    }

    fn used_alike(&self) -> Option<&LocalText> {
        match &self.view.extra {
            Extra::Kpis(targets) => used_alike(targets),
            Extra::Nothing | Extra::Consortium { .. } | Extra::Budget(_) | Extra::Documents(_) => None,
        }
    }

    /// Whether a document has to be attached, as far as the answers so far say.
    fn slot_required(&self, slot: &Slot) -> bool {
        slot.spec.required.always() || self.view.needs.get(&slot.spec.id).is_some_and(|n| n.truth == Truth::Yes)
    }

    fn slots(&self) -> &[Slot] {
        match &self.view.extra {
            Extra::Documents(slots) => slots,
            Extra::Nothing | Extra::Consortium { .. } | Extra::Kpis(_) | Extra::Budget(_) => &[],
        }
    }

    fn has_form(&self) -> bool {
        !matches!(self.view.extra, Extra::Documents(_))
    }

    fn writable(&self) -> bool {
        self.view.writable == Writable::Yes
    }

    /// Whether nobody may change it at this stage.
    fn not_now(&self) -> bool {
        self.view.writable == Writable::NotNow
    }

    fn other_side(&self) -> Option<&str> {
        match &self.view.writable {
            Writable::Yes | Writable::NotNow => None,
            Writable::OtherSide { name } => Some(name),
        }
    }

    /// Whether the page says for whom it is.
    fn for_member(&self) -> bool {
        self.view.member > 0
    }

    fn amount(&self, amount: &Known<Yen>) -> String {
        self.page.local(&amount_words(amount)).to_owned()
    }

    fn cell_name(&self, key: &str) -> String {
        name_of(key)
    }

    fn section_path(&self, section: &str, member: &u32) -> String {
        section_path(self.view.head.case, section, *member)
    }

    fn media(&self, media_types: &[String]) -> String {
        media_words(media_types)
    }

    fn megabytes(&self, bytes: &u64) -> u64 {
        bytes >> 20
    }
}

/// Kinds of file, as people call them.
pub(crate) fn media_words(media_types: &[String]) -> String {
    let word = |m: &String| match m.as_str() {
        "application/pdf" => "PDF".to_owned(),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "Excel (.xlsx)".to_owned(),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "Word (.docx)".to_owned(),
        "image/png" => "PNG".to_owned(),
        "image/jpeg" => "JPEG".to_owned(),
        other => other.to_owned(),
    };
    media_types.iter().map(word).collect::<Vec<_>>().join("・")
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct FromCheck {
    /// Set when one comes from the check page: then missing answers are shown too.
    check: Option<String>,
}

pub(crate) async fn show(
    office: State<Office>,
    page: PageContext,
    Path((case, section, member)): Path<(String, String, String)>,
    Query(asked): Query<FromCheck>,
) -> Answer {
    let view = office.section_page(page.person()?, id(&case)?, &section, id(&member)?).await?;
    let found = problems(&view, asked.check.is_some());
    Ok(Section::new(page.with_problems(found), view, &[], None).into_response())
}

/// The answers of a form. A row that is to go is emptied.
fn answers(form: &FormFields, by_itself: bool) -> SectionAnswers {
    // A form that saves itself takes nobody out: that is for the button.
    let dropped: Vec<String> = form.all("drop").filter(|_| !by_itself).map(|n| format!("{n}.")).collect();
    let answer = |(name, value): (&str, &str)| {
        let key = name.strip_prefix(PREFIX)?;
        let gone = dropped.iter().any(|d| key.starts_with(d.as_str()));
        Some((key.to_owned(), if gone { String::new() } else { value.to_owned() }))
    };
    form.iter().filter_map(answer).collect()
}

pub(crate) async fn save(
    office: State<Office>,
    page: PageContext,
    session: Session,
    headers: HeaderMap,
    Path((case, section, member)): Path<(String, String, String)>,
    form: FormFields,
) -> Answer {
    let (case, member): (CaseId, u32) = (id(&case)?, id(&member)?);
    let by_itself = wants_json(&headers);
    let order = SaveOrder {
        section: section.clone(),
        member,
        stamp: form.text("version").to_owned(),
        answers: answers(&form, by_itself),
        leaving: form.all("leaving").filter_map(|n| n.parse().ok()).collect(),
    };
    let outcome = office.save_section(page.person()?, case, &order).await?;
    if by_itself {
        return Ok(saved_by_itself(&page, &outcome));
    }
    if !outcome.clashes.is_empty() {
        return Ok(clashed(page, outcome));
    }
    if !outcome.leaving.is_empty() {
        return Ok(Removal::new(page, outcome, form.text("go")).into_response());
    }
    let here = section_path(case, &section, member);
    let next = outcome.page.after.as_ref().map(|n| section_path(case, &n.section, n.member));
    let path = match (form.text("go"), next) {
        ("stay", _) => here,
        ("next", Some(next)) => next,
        (_, _) => case_path(case),
    };
    see_other(&session, &path, &page_saved(&outcome, true), &page_saved(&outcome, false)).await
}

/// The question before a member goes, with all that would go with it. The rest of the page is saved.
#[derive(Template, WebTemplate)]
#[template(path = "apply/removal.html")]
struct Removal {
    page: PageContext,
    strip: Strip,
    leaving: Vec<LeavingMember>,
    /// The names of the fields of their rows, to be emptied.
    fields: Vec<String>,
    version: String,
    section: String,
    path: String,
    list: String,
    go: String,
}

impl Removal {
    fn new(page: PageContext, outcome: SaveOutcome, go: &str) -> Self {
        let view = outcome.page;
        let parts: &[banso_guideline::Field] = match &view.section.content {
            SectionContent::Consortium { parts, .. } => parts,
            SectionContent::Fields(_) | SectionContent::Kpis | SectionContent::Budget { .. } | SectionContent::Documents(_) => &[],
        };
        let row = |m: &LeavingMember| parts.iter().map(|p| name_of(&format!("{}.{}", m.member, p.id))).collect::<Vec<_>>();
        Removal {
            strip: Strip::of(&view.head),
            fields: outcome.leaving.iter().flat_map(row).collect(),
            leaving: outcome.leaving,
            version: view.stamp.clone(),
            section: page.local(&view.section.title).to_owned(),
            path: section_path(view.head.case, &view.section.id, view.member),
            list: case_path(view.head.case),
            go: go.to_owned(),
            page,
        }
    }
}

fn page_saved(outcome: &SaveOutcome, japanese: bool) -> String {
    let at = outcome.at.to_string();
    let time = at.split(' ').nth(1).unwrap_or_default();
    let title = &outcome.page.section.title;
    if japanese {
        format!("「{}」を保存しました（{time}）。", title.ja)
    } else {
        format!("`{}` was saved at {time}.", title.en.as_deref().unwrap_or(&title.ja))
    }
}

/// Both texts, for the later one to choose (409).
fn clashed(page: PageContext, outcome: SaveOutcome) -> Response {
    let name = outcome.page.saved.as_ref().map(|s| s.name.clone()).unwrap_or_default();
    let problem = |c: &Clash| FieldProblem {
        field: name_of(&c.key),
        text: LocalText::new(
            format!("この欄は、あなたが開いたあとに{name}さんが変更しました。両方の内容を見比べて、残す内容にして保存してください。"),
            format!("{name} changed this after you opened the page. Compare both texts, keep what is right, and save."),
        ),
    };
    let found = outcome.clashes.iter().map(problem).collect();
    with_status(StatusCode::CONFLICT, Section::new(page.with_problems(found), outcome.page, &outcome.clashes, Some(outcome.at)))
}

/// The answer to a form that saved itself.
fn saved_by_itself(page: &PageContext, outcome: &SaveOutcome) -> Response {
    let told: Vec<_> = problems(&outcome.page, false).iter().map(|p| json!({ "field": p.field, "text": page.local(&p.text) })).collect();
    if !outcome.clashes.is_empty() {
        let message = page.t(
            "＊ほかの人が同じ欄を変更しました。「保存する」を押して、両方を見比べてください。",
            "* Somebody else changed the same field. Press Save to compare both.",
        );
        return (StatusCode::CONFLICT, Json(json!({ "message": message, "problems": told }))).into_response();
    }
    let show = match &outcome.page.extra {
        Extra::Kpis(targets) => live_standings(targets, |t| page.standing_label(&t.standing)),
        Extra::Nothing | Extra::Consortium { .. } | Extra::Budget(_) | Extra::Documents(_) => json!({}),
    };
    let tones = match &outcome.page.extra {
        Extra::Kpis(targets) => live_standings(targets, |t| page.standing_tone(&t.standing).to_owned()),
        Extra::Nothing | Extra::Consortium { .. } | Extra::Budget(_) | Extra::Documents(_) => json!({}),
    };
    let message = page.saved_text(&outcome.at);
    Json(json!({ "version": outcome.stamp, "message": message, "problems": told, "show": show, "tones": tones })).into_response()
}

/// Something of each target, by the ids of the page.
fn live_standings(targets: &[Target], what: impl Fn(&Target) -> String) -> serde_json::Value {
    targets.iter().map(|t| (format!("standing-{}", t.kpi.id), json!(what(t)))).collect::<serde_json::Map<_, _>>().into()
}
