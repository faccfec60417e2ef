//! What was typed into a form, laid out by the form that asked for it: sections in reading order, amounts grouped, costs added up.

use banso_guideline::answers::{Answers, FormFacts, LineCost, kpi_field};
use banso_guideline::{Edition, Field, Section as FormSection, SectionContent, Side};
use banso_kernel::{LocalText, Yen};

use super::{
    BudgetCosts, BudgetTable, DossierAnswer, DossierContent, DossierSection, DossierSlot, DossierTarget, MemberBudget, MemberTable,
};
use crate::apply::{Paper, of_grant_request};

/// A word that may stand in an id: no blanks in it.
fn word(text: &str) -> String {
    text.chars().map(|c| if c.is_whitespace() || c == '"' { '-' } else { c }).collect()
}

/// The texts of an application with the form that asked for them.
pub(super) struct Reader<'a> {
    pub(super) edition: &'a Edition,
    pub(super) paper: &'a Paper,
}

impl Reader<'_> {
    fn answers(&self) -> &Answers {
        &self.paper.answers
    }

    fn members(&self) -> Vec<u32> {
        self.answers().members(self.edition.form())
    }

    /// The name of a side, as the applicant wrote it.
    fn side_name(&self, member: u32) -> String {
        let named = self.paper.members.iter().find(|m| m.member == member && !m.name.trim().is_empty());
        named.map_or_else(|| format!("構成員{member}"), |m| m.name.clone())
    }

    pub(super) fn sections(&self) -> Vec<DossierSection> {
        let asked = self.edition.form().sections.iter().filter(|s| !of_grant_request(s) || self.was_filled(s));
        let mut sections: Vec<DossierSection> = asked.flat_map(|s| self.section(s)).collect();
        // The plan is read first, what it costs and proves after it, wherever the guideline has their tables.
        sections.sort_by_key(|s| match s.content {
            DossierContent::Answers(_) | DossierContent::Members(_) => 0,
            DossierContent::Budget(_) => 1,
            DossierContent::Documents(_) => 2,
        });
        sections
    }

    fn was_filled(&self, section: &FormSection) -> bool {
        match &section.content {
            SectionContent::Documents(specs) => self.paper.attachments.iter().any(|a| specs.iter().any(|s| s.id == a.slot)),
            SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Budget { .. } | SectionContent::Kpis => {
                self.answers().sections.contains_key(&section.id)
            }
        }
    }

    fn section(&self, section: &FormSection) -> Vec<DossierSection> {
        let whole = |content| vec![self.one(section, 0, content)];
        match &section.content {
            SectionContent::Fields(fields) => match section.side {
                Side::Lead => whole(self.fields(section, fields, 0)),
                Side::EachMember => self.members().into_iter().map(|m| self.one(section, m, self.fields(section, fields, m))).collect(),
            },
            SectionContent::Consortium { parts, .. } => whole(self.consortium(section, parts)),
            SectionContent::Budget { .. } => whole(DossierContent::Budget(self.budget())),
            SectionContent::Kpis => whole(self.kpis(section)),
            SectionContent::Documents(specs) => {
                let slot = |s: &banso_guideline::DocumentSpec| DossierSlot {
                    anchor: format!("d-{}", word(&s.id)),
                    id: s.id.clone(),
                    title: s.title.clone(),
                    files: self.paper.attachments.iter().filter(|a| a.slot == s.id).cloned().collect(),
                };
                whole(DossierContent::Documents(specs.iter().map(slot).collect()))
            }
        }
    }

    fn one(&self, section: &FormSection, member: u32, content: DossierContent) -> DossierSection {
        let (anchor, side) = match member {
            0 => (format!("s-{}", word(&section.id)), String::new()),
            m => (format!("s-{}-{m}", word(&section.id)), self.side_name(m)),
        };
        let (id, title, clause) = (section.id.clone(), section.title.clone(), section.clause.clone());
        DossierSection { anchor, id, title, clause, member, side, content }
    }

    fn fields(&self, section: &FormSection, fields: &[Field], member: u32) -> DossierContent {
        DossierContent::Answers(fields.iter().map(|f| self.answer(section, f, member, None)).collect())
    }

    fn answer(&self, section: &FormSection, field: &Field, member: u32, target: Option<DossierTarget>) -> DossierAnswer {
        let text = self.edition.answer_words(&field.kind, self.answers().text(&section.id, member, &field.id));
        let anchor = format!("a-{}-{member}-{}", word(&section.id), word(&field.id));
        DossierAnswer { anchor, key: field.id.clone(), label: field.label.clone(), text, target }
    }

    fn kpis(&self, section: &FormSection) -> DossierContent {
        let row = |kpi: &banso_guideline::Kpi| {
            let typed = self.answers().text(&section.id, 0, &kpi.id);
            let target = DossierTarget { target: kpi.target_words(), standing: kpi.standing(typed) };
            let mut answer = self.answer(section, &kpi_field(kpi), 0, Some(target));
            let when = |lang| kpi.when.get(lang).to_owned();
            answer.label = LocalText::new(
                format!("{}（{}）", kpi.title.ja, kpi.when.ja),
                format!("{} ({})", kpi.title.get(banso_kernel::Lang::En), when(banso_kernel::Lang::En)),
            );
            answer
        };
        DossierContent::Answers(self.edition.kpis().iter().map(row).collect())
    }

    fn consortium(&self, section: &FormSection, parts: &[Field]) -> DossierContent {
        let cell = |m: u32, p: &Field| self.edition.answer_words(&p.kind, self.answers().text(&section.id, 0, &format!("{m}.{}", p.id)));
        let row = |m: u32| (m, parts.iter().map(|p| cell(m, p)).collect());
        DossierContent::Members(MemberTable {
            header: parts.iter().map(|p| p.label.clone()).collect(),
            rows: self.members().into_iter().map(row).collect(),
        })
    }

    pub(super) fn form_facts(&self) -> FormFacts<'_> {
        FormFacts { form: self.edition.form(), kpis: self.edition.kpis(), answers: self.answers() }
    }

    fn budget(&self) -> BudgetTable {
        let costs = self.form_facts().costs();
        let last = costs.iter().map(|c| c.year).max().unwrap_or(1);
        let years: Vec<u32> = (1..=last).collect();
        let by_year = |wanted: &dyn Fn(&LineCost) -> bool| -> Vec<Yen> {
            years.iter().map(|y| sum(costs.iter().filter(|c| c.year == *y && wanted(c)))).collect()
        };
        let member = |m: u32| {
            let costs_of = |title: &LocalText, line: &str| BudgetCosts {
                title: title.clone(),
                years: by_year(&|c| c.member == m && c.line == line),
                sum: sum(costs.iter().filter(|c| c.member == m && c.line == line)),
            };
            let lines = self.lines().into_iter().map(|l| costs_of(&l.title, &l.name)).filter(|l| l.sum > Yen::ZERO).collect();
            MemberBudget {
                member: m,
                name: self.side_name(m),
                lines,
                sums: by_year(&|c| c.member == m),
                sum: sum(costs.iter().filter(|c| c.member == m)),
            }
        };
        let members = self.members().into_iter().map(member).filter(|m| m.sum > Yen::ZERO).collect();
        BudgetTable { members, sums: by_year(&|_| true), sum: sum(costs.iter()), years }
    }

    fn lines(&self) -> Vec<banso_guideline::BudgetLine> {
        let lines = self.edition.form().sections.iter().filter_map(|s| match &s.content {
            SectionContent::Budget { lines, .. } => Some(lines.clone()),
            SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Kpis | SectionContent::Documents(_) => None,
        });
        lines.flatten().collect()
    }
}

/// A sum for a page: one too large to be money stays at the largest.
fn sum<'a>(costs: impl Iterator<Item = &'a LineCost>) -> Yen {
    Yen::sum(costs.map(|c| c.cost)).unwrap_or(Yen::new(i64::MAX))
}
