//! Taking a member out of the consortium takes its costs, its own answers and its documents out of the application: said with the
//! amounts and asked once more, before anything is lost.

use std::collections::BTreeMap;

use banso_guideline::answers::SectionAnswers;
use banso_guideline::{Section as FormSection, SectionContent};
use banso_kernel::{OrganisationId, Yen};

use super::draft::Draft;
use super::told::words;

/// A member that a change of the consortium would take out, and what would go with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeavingMember {
    pub member: u32,
    pub name: String,
    /// Whether an organisation came in for it, which would see the application no longer.
    pub came_in: bool,
    /// Its costs, by year.
    pub costs: Vec<(u32, Yen)>,
    pub cost: Yen,
    /// Fields of its own part in which something stands.
    pub answers: usize,
    pub documents: usize,
}

impl Draft {
    /// The members that this consortium no longer holds, where something would go with them that nobody confirmed. Their rows are put back
    /// as they are saved.
    pub(crate) fn hold_back(
        &self,
        section: &FormSection,
        saved: &SectionAnswers,
        now: &mut SectionAnswers,
        confirmed: &[u32],
    ) -> Vec<LeavingMember> {
        let SectionContent::Consortium { .. } = &section.content else { return Vec::new() };
        let gone = |n: &u32| *n > 1 && !confirmed.contains(n) && !row_of(now, *n).any(|(_, text)| !text.trim().is_empty());
        let leaving: Vec<LeavingMember> =
            self.member_numbers().into_iter().filter(gone).map(|n| self.leaving(n)).filter(LeavingMember::takes_something).collect();
        for member in &leaving {
            now.extend(row_of(saved, member.member).map(|(key, text)| (key.clone(), text.clone())));
        }
        leaving
    }

    /// The organisations that had come in for members whom this consortium no longer holds.
    pub(crate) fn taken_out(&self, section: &FormSection, now: &SectionAnswers) -> Vec<OrganisationId> {
        let SectionContent::Consortium { .. } = &section.content else { return Vec::new() };
        let stands = |member: u32| member == 1 || row_of(now, member).any(|(_, text)| !text.trim().is_empty());
        let gone = self.members.iter().filter(|m| !stands(m.member));
        gone.filter_map(|m| m.organisation).filter(|organisation| *organisation != self.lead.id).collect()
    }

    /// What such an organisation is told.
    pub(crate) fn taken_out_words(&self) -> (String, String) {
        let (title, lead) = (&self.row.application.title, &self.lead.name);
        let ja = format!(
            "代表者の{lead}が、貴機関を共同体の構成から外しました。貴機関が入力した内容と添付した書類は申請から除かれ、申請のページは開けません。"
        );
        let en = format!(
            "{lead} has taken your organisation out of the consortium of \"{title}\". What it had filled in and attached went with it, and the \
             page can no longer be opened."
        );
        words(self, "申請の共同体の構成から外れました", &ja, &en)
    }

    fn leaving(&self, member: u32) -> LeavingMember {
        let form = self.edition.form();
        let own = self.form_facts(form).costs().into_iter().filter(|c| c.member == member);
        let mut costs: BTreeMap<u32, Yen> = BTreeMap::new();
        for cost in own {
            let sum = costs.entry(cost.year).or_insert(Yen::ZERO);
            *sum = sum.checked_add(cost.cost).unwrap_or(Yen::new(i64::MAX));
        }
        let answers = form.sections.iter().filter(|s| !matches!(s.content, SectionContent::Budget { .. }));
        let answers = answers.filter_map(|s| self.answers.section(&s.id, member)).flat_map(|a| a.values());
        LeavingMember {
            member,
            name: self.side_name(member),
            came_in: self.members.iter().any(|m| m.member == member && m.organisation.is_some()),
            cost: Yen::sum(costs.values().copied()).unwrap_or(Yen::new(i64::MAX)),
            costs: costs.into_iter().collect(),
            answers: answers.filter(|t| !t.trim().is_empty()).count(),
            documents: self.attachments.iter().filter(|a| a.member == member).count(),
        }
    }
}

impl LeavingMember {
    fn takes_something(&self) -> bool {
        self.came_in || self.cost > Yen::ZERO || self.answers > 0 || self.documents > 0
    }
}

/// Whether a key of a consortium stands in this member's row.
pub(crate) fn in_row(key: &str, member: u32) -> bool {
    key.split_once('.').is_some_and(|(n, _)| n == member.to_string())
}

fn row_of(answers: &SectionAnswers, member: u32) -> impl Iterator<Item = (&String, &String)> {
    answers.iter().filter(move |(key, _)| in_row(key, member))
}
