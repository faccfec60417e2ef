//! The lines of the selection meeting, ready to be shown: the ranking, the marks behind it, the claims of bonus points.

use banso_grant::selection::Place;
use banso_grant::{Judgement, StateCode};
use banso_guideline::SectionContent;
use banso_kernel::{Digest, LocalText, PersonId, Yen};
use banso_office::desk::{Meeting, MeetingBonus, MeetingLine, MeetingState};

use super::{case_path, state_tone};
use crate::context::PageContext;

/// A line of the ranking, ready to be shown.
pub(super) struct Row {
    pub(super) rank: u32,
    pub(super) receipt_number: String,
    pub(super) title: String,
    pub(super) lead: String,
    pub(super) link: String,
    pub(super) marks: Vec<(String, String)>,
    pub(super) aggregated: String,
    pub(super) calibrated: Option<String>,
    pub(super) calibrated_rank: Option<u32>,
    /// Whether calibration would put it elsewhere.
    pub(super) moved: bool,
    pub(super) bonuses: Vec<(String, String)>,
    pub(super) score: String,
    pub(super) tie: Option<LocalText>,
    pub(super) requested: Yen,
    pub(super) cumulative: Yen,
    pub(super) tone: &'static str,
    pub(super) place: LocalText,
    /// The state, where it has moved on since the plan.
    pub(super) state: Option<(&'static str, LocalText)>,
    pub(super) reason: String,
}

/// A claimed bonus with its form.
pub(super) struct Claim {
    /// Unique on the page.
    pub(super) key: String,
    pub(super) action: String,
    pub(super) receipt_number: String,
    pub(super) title: String,
    pub(super) bonus: LocalText,
    pub(super) points: u32,
    pub(super) clause: String,
    /// Address and words of each document.
    pub(super) evidence: Vec<(String, String)>,
    pub(super) judged: Option<(bool, String)>,
}

/// `A`, `B` … for reviewers, in the order of the table of severities.
pub(super) fn letter(index: usize) -> String {
    let one = |i: usize| u8::try_from(i % 26).map_or('?', |n| char::from(b'A' + n));
    if index < 26 { one(index).to_string() } else { format!("{}{}", one((index / 26).saturating_sub(1)), one(index)) }
}

pub(super) fn letter_of(view: &Meeting, person: PersonId) -> Option<String> {
    view.reviewers.iter().position(|r| r.person == person).map(letter)
}

pub(super) fn row(page: &PageContext, view: &Meeting, line: &MeetingLine) -> Option<Row> {
    let planned = line.planned.as_ref()?;
    let marks = line.marks.iter().filter_map(|m| {
        let total = m.total.map_or_else(|| page.local(&m.status.label()).to_owned(), |t| t.to_string());
        let counts = m.status != banso_grant::ReviewStatus::Replaced;
        counts.then(|| (letter_of(view, m.reviewer).unwrap_or_else(|| m.name.clone()), total))
    });
    let mut marks: Vec<(String, String)> = marks.collect();
    marks.sort_by(|a, b| (a.0.chars().count(), &a.0).cmp(&(b.0.chars().count(), &b.0)));
    let (tone, place) = match planned.place {
        Place::Selected => ("good", LocalText::new("採択", "selected")),
        Place::Reserve { order } => ("care", LocalText::new(format!("補欠{order}"), format!("reserve {order}"))),
        Place::BelowPassMark => ("wrong", LocalText::new("不採択（基準点未満）", "below the pass mark")),
        Place::BeyondTheLine => ("wrong", LocalText::new("不採択", "not selected")),
    };
    let executed = matches!(view.state, MeetingState::Executed(..));
    Some(Row {
        rank: planned.rank,
        receipt_number: line.receipt_number.clone(),
        title: line.title.clone(),
        lead: line.lead.clone(),
        link: case_path(line.case),
        marks,
        aggregated: line.points(&planned.aggregated),
        calibrated: line.calibrated_text(),
        calibrated_rank: line.calibrated_rank,
        moved: line.calibrated_rank.is_some_and(|r| r != planned.rank),
        bonuses: line.bonuses.iter().filter_map(|b| bonus_words(page, b)).collect(),
        score: line.points(&planned.score),
        tie: view.tie_words(&planned.tie),
        requested: planned.requested,
        cumulative: planned.cumulative,
        tone,
        place,
        state: (executed && moved_on(line.state)).then(|| (state_tone(line.state), line.state.label())),
        reason: planned.reason.clone(),
    })
}

/// Whether a case is no longer where the plan put it.
const fn moved_on(state: StateCode) -> bool {
    !matches!(state, StateCode::Selected | StateCode::Reserved | StateCode::Rejected)
}

/// The tone and the words of a claimed bonus.
pub(super) fn bonus_words(page: &PageContext, bonus: &MeetingBonus) -> Option<(String, String)> {
    let title = page.local(&bonus.bonus.title);
    let (tone, said) = match &bonus.judged {
        Some(j) if j.judgement == Judgement::Granted => ("good", format!("+{}", bonus.bonus.points)),
        Some(_) => ("", page.t("認めない", "denied").to_owned()),
        None if bonus.open() => ("care", page.t("未判定", "not judged").to_owned()),
        None => return None,
    };
    Some((tone.to_owned(), format!("{title} {said}")))
}

pub(super) fn claims(view: &Meeting, path: &str) -> Vec<Claim> {
    let mut claims: Vec<Claim> = view
        .lines
        .iter()
        .chain(&view.waiting)
        .flat_map(|line| line.bonuses.iter().filter(|b| b.open() || b.judged.is_some()).map(|b| claim(view, path, line, b)))
        .collect();
    claims.sort_by_key(|c| c.judged.is_some());
    claims
}

pub(super) fn claim(view: &Meeting, path: &str, line: &MeetingLine, bonus: &MeetingBonus) -> Claim {
    let title = bonus.bonus.evidence.as_deref().and_then(|slot| document_title(view, slot)).unwrap_or_else(|| LocalText::ja("証拠書類"));
    let document =
        |digest: &Digest| (format!("{}/documents/{digest}", case_path(line.case)), format!("{}（{}…）", title.ja, digest.short()));
    Claim {
        key: format!("{}-{}", line.case, bonus.bonus.id),
        action: format!("{path}/bonuses/{}/{}", line.case, bonus.bonus.id),
        receipt_number: line.receipt_number.clone(),
        title: line.title.clone(),
        bonus: bonus.bonus.title.clone(),
        points: bonus.bonus.points,
        clause: bonus.bonus.clause.clone(),
        evidence: bonus.evidence.iter().map(document).collect(),
        judged: bonus.judged.as_ref().map(|j| (j.judgement == Judgement::Granted, j.reason.clone())),
    }
}

pub(super) fn document_title(view: &Meeting, slot: &str) -> Option<LocalText> {
    let specs = view.edition.form().sections.iter().filter_map(|s| match &s.content {
        SectionContent::Documents(specs) => Some(specs),
        SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Budget { .. } | SectionContent::Kpis => None,
    });
    specs.flatten().find(|s| s.id == slot).map(|s| s.title.clone())
}
