//! 入力内容の確認: every answer once more, what is missing or wrong, what the guideline's clauses say of it, what it comes to.

use banso_guideline::answers::{AnswerProblem, CONSORTIUM_ITEM, MAY_BE_MISSING};
use banso_guideline::{FieldKind, FieldPlace, Finding, Missing, Section as FormSection, SectionContent, Side, Truth};
use banso_kernel::{CaseId, Lang, LocalText, Yen};
use banso_permits::{Action, Person};

use super::budget::{BEYOND_PERIOD, Budget, Subsidy, to_be_told};
use super::documents::AttachedFile;
use super::draft::{CaseHead, Draft, Phase, Seat, TRACK_ITEM, Writable, seen_edition};
use super::members::InviteeStatus;
use super::section::keyed_fields;
use super::targets::Target;
use super::tasks::ReturnedPoint;
use crate::{Office, OfficeError};

/// The whole application on one page.
#[derive(Debug, Clone)]
pub struct CheckPage {
    pub head: CaseHead,
    pub sections: Vec<CheckedSection>,
    /// What has to be put right before it can be handed in, each with its place.
    pub problems: Vec<Flaw>,
    /// What does not stand in the way, but should be known.
    pub warnings: Vec<Flaw>,
    pub findings: Vec<CheckedFinding>,
    /// The programme's targets beside the own figures.
    pub targets: Vec<Target>,
    pub subsidy: Subsidy,
    pub cost: Yen,
    /// The total cost of the application that was selected, where this is the grant request.
    pub cost_selected: Option<Yen>,
    /// Costs that cannot be read and count as nothing in the amounts.
    pub unread_costs: usize,
    /// What will be asked for, where it is settled.
    pub requested: Option<Yen>,
    /// What was selected, where this is the grant request.
    pub selected: Option<Yen>,
    pub revision: u64,
    /// Whether this person may hand it in, and now is the time.
    pub may_submit: bool,
}

/// One section as it was filled in.
#[derive(Debug, Clone)]
pub struct CheckedSection {
    pub section: FormSection,
    pub member: u32,
    pub side: String,
    pub rows: Vec<CheckedRow>,
    pub files: Vec<AttachedFile>,
    pub budget: Option<Box<Budget>>,
    pub writable: Writable,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedRow {
    pub key: String,
    pub label: LocalText,
    /// As typed.
    pub text: String,
    /// As it is read: what is chosen from a list by its label.
    pub words: LocalText,
    pub unit: String,
    pub wrong: Option<LocalText>,
}

/// Something to put right, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    pub text: LocalText,
    pub link: Option<Link>,
}

/// A place in the form, as an address and a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub section: String,
    pub member: u32,
    /// Empty for the section as a whole.
    pub key: String,
    pub label: LocalText,
}

/// What a clause says of this application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedFinding {
    pub clause: String,
    pub title: LocalText,
    pub truth: Truth,
    pub by_person: bool,
    pub remedy: Option<LocalText>,
    pub shortfalls: Vec<LocalText>,
    pub missing: Vec<LocalText>,
    pub error: Option<LocalText>,
    pub links: Vec<Link>,
}

impl CheckPage {
    /// What the guideline would pay beyond the amount that was selected, which is the most that can be asked for.
    #[must_use]
    pub fn above_selected(&self) -> Option<Yen> {
        let beyond = self.subsidy.exactly()?.checked_sub(self.selected?).ok()?;
        (beyond > Yen::ZERO).then_some(beyond)
    }

    /// Whether a clause says no.
    #[must_use]
    pub fn breaks_a_clause(&self) -> bool {
        self.findings.iter().any(|f| f.truth == Truth::No && !f.by_person)
    }
}

impl Draft {
    pub(crate) fn check(&self) -> CheckPage {
        let form = self.form();
        let mut sections = Vec::new();
        let (mut problems, mut warnings, mut unread_costs) = (Vec::new(), self.warnings(), 0);
        for section in &form.sections {
            for member in self.sides(section) {
                let wrong = self.section_problems(section, member);
                let (open, flaws): (Vec<_>, Vec<_>) = wrong.iter().partition(|p| p.code == MAY_BE_MISSING);
                problems.extend(flaws.into_iter().map(|p| self.flaw(section, p)));
                warnings.extend(open.into_iter().map(|p| self.flaw(section, p)));
                if matches!(section.content, SectionContent::Budget { .. }) {
                    unread_costs += wrong.iter().filter(|p| !p.is_blank() && p.code != BEYOND_PERIOD).count();
                }
                sections.push(self.checked_section(section, member, &wrong));
            }
        }
        let (subsidy, cost) = (self.subsidy(), self.form_facts(self.edition.form()).total_cost().unwrap_or(Yen::new(i64::MAX)));
        let phase = self.phase();
        let selected = match phase {
            Phase::Requesting { selected } | Phase::CorrectingRequest { selected, .. } => Some(selected),
            Phase::Filling { .. }
            | Phase::Closed { .. }
            | Phase::Submitted { .. }
            | Phase::Correcting { .. }
            | Phase::Waiting
            | Phase::Granted { .. }
            | Phase::Ended => None,
        };
        problems.extend(self.money_flaws(cost, &subsidy));
        problems.extend(self.whole_flaws());
        let requested = subsidy.exactly().map(|computed| selected.map_or(computed, |s| s.min(computed)));
        CheckPage {
            head: self.head(),
            sections,
            warnings,
            findings: self.examination().findings.iter().map(|f| self.checked_finding(f)).collect(),
            targets: self.targets(),
            requested,
            cost,
            cost_selected: None,
            unread_costs,
            selected,
            subsidy,
            revision: self.row.revision,
            may_submit: self.seat == Seat::Lead
                && matches!(
                    phase,
                    Phase::Filling { .. } | Phase::Correcting { .. } | Phase::Requesting { .. } | Phase::CorrectingRequest { .. }
                ),
            problems,
        }
    }

    fn flaw(&self, section: &FormSection, problem: &AnswerProblem) -> Flaw {
        let place = &problem.place;
        let whose = if place.member == 0 { String::new() } else { format!("（{}）", self.side_name(place.member)) };
        let row = match (&section.content, place.key.split_once('.')) {
            (SectionContent::Consortium { .. }, Some((n, _))) => {
                n.parse().map(|n| format!("（{}）", self.side_name(n))).unwrap_or_default()
            }
            _ => String::new(),
        };
        let message = problem.named();
        let text = LocalText {
            ja: format!("{}{whose}：{}{row}", section.title.ja, message.ja),
            en: message.en.as_ref().map(|en| format!("{}{whose}: {en}{row}", section.title.en.as_deref().unwrap_or(&section.title.ja))),
        }
        .quoted();
        let link = Link { section: place.section.clone(), member: place.member, key: place.key.clone(), label: problem.label.clone() };
        Flaw { text, link: Some(link) }
    }

    fn money_flaws(&self, cost: Yen, subsidy: &Subsidy) -> Vec<Flaw> {
        let form = self.form();
        let Some(section) = form.sections.iter().find(|s| matches!(s.content, SectionContent::Budget { .. })) else { return Vec::new() };
        let link = Link {
            section: section.id.clone(),
            member: self.sides(section).first().copied().unwrap_or(0),
            key: String::new(),
            label: section.title.clone(),
        };
        let flaw = |ja: String, en: &str| Flaw { text: LocalText::new(ja, en), link: Some(link.clone()) };
        if cost <= Yen::ZERO {
            return vec![flaw(format!("{}：経費を1件以上入力してください。", section.title.ja), "Enter at least one cost in the budget.")];
        }
        match subsidy.exactly() {
            Some(yen) if yen <= Yen::ZERO => {
                vec![flaw(
                    "補助金の額が0円になります。補助の対象になる経費を確かめてください。".to_owned(),
                    "The subsidy comes to 0 yen. Check the eligible costs.",
                )]
            }
            Some(_) => Vec::new(),
            None => {
                let why = subsidy.missing.iter().map(|m| m.ja.as_str()).collect::<Vec<_>>().join("");
                vec![flaw(format!("補助金の額がまだ計算できません。{why}"), "The subsidy cannot be computed yet.")]
            }
        }
    }

    /// What is wrong with the application as a whole.
    fn whole_flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let mut whole = |ja: &str, en: &str| flaws.push(Flaw { text: LocalText::new(ja, en), link: None });
        if self.row.application.title.trim().is_empty() {
            whole("計画の名称を入力してください。", "Enter the title of the project.");
        }
        let tracks = self.edition.tracks();
        if !tracks.is_empty() && !tracks.iter().any(|t| t.name == self.row.application.track) {
            whole("申請枠を選んでください。", "Choose a track.");
        }
        if self.lead.corporate_number.is_none() {
            whole(
                "代表者の法人番号が登録されていません。事務局に連絡してください。",
                "The lead has no corporate number on file. Please ask the office.",
            );
        }
        if seen_edition(&self.saved).is_some_and(|seen| seen != self.edition.digest()) {
            whole(
                "公募要領が改められました。申請書の最初のページで、変わったところを確かめてください。",
                "The guideline was amended. Read what changed on the application's first page.",
            );
        }
        flaws
    }

    fn warnings(&self) -> Vec<Flaw> {
        let mut all = self.left_as_returned();
        all.extend(self.members_outside());
        all
    }

    /// What the office asked to correct, where nothing was saved since.
    fn left_as_returned(&self) -> Vec<Flaw> {
        let form = self.form();
        let untouched = |point: &ReturnedPoint| {
            point
                .place
                .as_ref()
                .is_none_or(|(id, member)| form.sections.iter().find(|s| s.id == *id).is_none_or(|s| !self.saved_since_return(s, *member)))
        };
        let flaw = |point: ReturnedPoint| Flaw {
            text: LocalText::new(
                format!("補正を求められたところが、そのままです。{}：{}", point.label.ja, point.note),
                format!("The office asked to correct this, and it is as it was. {}: {}", point.label.get(Lang::En), point.note),
            ),
            link: None,
        };
        self.returned_points().into_iter().filter(untouched).map(flaw).collect()
    }

    fn members_outside(&self) -> Option<Flaw> {
        let outside = |s: &InviteeStatus| matches!(s, InviteeStatus::NotInvited | InviteeStatus::Invited { .. });
        let names: Vec<String> = self.invitees().into_iter().filter(|i| outside(&i.status)).map(|i| i.name).collect();
        if names.is_empty() {
            return None;
        }
        let list = names.join("、");
        Some(Flaw {
            text: LocalText::new(
                format!(
                    "まだ参加していない構成員がいます：{list}。参加していなくても提出できますが、その機関の欄は代表者の責任で入力したものになります。"
                ),
                format!(
                    "These members have not come in: {list}. The application can be handed in; their part is then the lead's responsibility."
                ),
            ),
            link: None,
        })
    }

    fn checked_section(&self, section: &FormSection, member: u32, wrong: &[AnswerProblem]) -> CheckedSection {
        let fields = keyed_fields(section, &self.member_numbers(), self.edition.kpis());
        let rows = fields.iter().map(|(key, field)| {
            let unit = match &field.kind {
                FieldKind::Number { unit, .. } => unit.clone(),
                FieldKind::Text { .. }
                | FieldKind::LongText { .. }
                | FieldKind::Choice(_)
                | FieldKind::YesNo
                | FieldKind::Day
                | FieldKind::CorporateNumber => String::new(),
            };
            let row = key.split_once('.').filter(|_| matches!(section.content, SectionContent::Consortium { .. }));
            let label = row.map_or_else(
                || field.label.clone(),
                |(n, _)| LocalText { ja: format!("{n}. {}", field.label.ja), en: field.label.en.as_ref().map(|en| format!("{n}. {en}")) },
            );
            let text = self.answers.text(&section.id, member, key);
            let chosen = matches!(field.kind, FieldKind::Choice(_) | FieldKind::YesNo);
            CheckedRow {
                text: text.to_owned(),
                words: if chosen { self.edition.answer_words(&field.kind, text) } else { LocalText::ja(text) },
                wrong: wrong.iter().find(|p| p.place.key == *key && p.code != MAY_BE_MISSING).map(|p| p.message.clone()),
                key: key.clone(),
                label,
                unit,
            }
        });
        let budget = match &section.content {
            SectionContent::Budget { lines, years_max } => Some(Box::new(self.budget(&section.id, lines, *years_max, member))),
            SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Kpis | SectionContent::Documents(_) => None,
        };
        let files = match &section.content {
            SectionContent::Documents(specs) => self.slots(specs, member).into_iter().flat_map(|s| s.files).collect(),
            SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Kpis | SectionContent::Budget { .. } => {
                Vec::new()
            }
        };
        CheckedSection {
            side: self.side_name(member),
            rows: rows.collect(),
            files,
            budget,
            writable: self.writable(section, member),
            section: section.clone(),
            member,
        }
    }

    fn checked_finding(&self, finding: &Finding) -> CheckedFinding {
        let mut items: Vec<&str> = finding.shortfalls.iter().map(|s| s.item.as_str()).collect();
        items.extend(finding.missing.iter().filter_map(|m| match m {
            Missing::Fact(item) => Some(item.as_str()),
            Missing::Unconfirmed { .. } => None,
        }));
        if finding.truth == Truth::No && items.is_empty() {
            items.extend(finding.used.iter().map(|(item, _)| item.as_str()));
        }
        let mut links: Vec<Link> = items.into_iter().flat_map(|item| self.links_of(item)).collect();
        links.dedup();
        links.truncate(6);
        CheckedFinding {
            clause: finding.clause.clone(),
            title: finding.title.clone(),
            truth: finding.truth,
            by_person: finding.by_person,
            remedy: finding.remedy.clone(),
            shortfalls: finding.shortfalls.iter().map(|s| s.text.clone()).collect(),
            missing: to_be_told(&finding.missing).map(|m| self.missing_words(m)).collect(),
            error: finding.error.clone(),
            links,
        }
    }

    /// Where in the form an item is filled in.
    fn links_of(&self, item: &str) -> Vec<Link> {
        if item == TRACK_ITEM {
            return vec![Link { section: String::new(), member: 0, key: "track".to_owned(), label: self.item_label(item) }];
        }
        self.edition.fields_of(item).into_iter().filter_map(|place| self.link_to(item, place)).collect()
    }

    fn link_to(&self, item: &str, place: FieldPlace) -> Option<Link> {
        let form = self.form();
        let section = form.sections.iter().find(|s| s.id == place.section)?;
        let member = match section.side {
            Side::EachMember => self.sides(section).first().copied()?,
            Side::Lead => self.sides(section).first().copied().unwrap_or(0),
        };
        let label = if item == CONSORTIUM_ITEM { section.title.clone() } else { self.item_label(item) };
        Some(Link { section: place.section, member, key: place.key.unwrap_or_default(), label })
    }
}

impl Office {
    /// Check your answers.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger.
    pub async fn check_page(&self, person: &Person, case: CaseId) -> Result<CheckPage, OfficeError> {
        let draft = self.draft(person, case, Action::ReadCase).await?;
        let page = draft.check();
        let Some(selected) = draft.case().filter(|_| page.selected.is_some()) else { return Ok(page) };
        // What was erased by right is compared with nothing.
        let paper = self.paper(selected.submission.paper.content).await?.ok();
        Ok(CheckPage { cost_selected: paper.and_then(|paper| paper.total_cost(&draft.edition)), ..page })
    }
}
