//! The acts of a case or a call in the words that people read: what, who, in which capacity, on which clause, when, with which
//! documents. The same lines stand on the auditor's page, on the office's, and in the file that is taken away.

mod call_words;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use banso_grant::{ActRecord, Actor, CallAct, CaseAct, DocumentRef, Papers};
use banso_kernel::{CaseId, Day, Digest, Instant, LocalText, PersonId};
use banso_store::{CallFile, CaseFile};

use crate::dossier::listed;
use crate::execution::slot_words;
use crate::letters::slot_title;
use crate::{Office, OfficeError};

pub use words::basis;
pub(crate) use words::{FRONT_MATTER, call_act_name, case_act_name, conflict_words};

/// An act as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActLine {
    pub seq: u64,
    /// Place in the whole ledger.
    pub position: u64,
    pub kind: String,
    pub name: LocalText,
    pub who: Who,
    /// 申請者, 事務局, 審査員, 交付決定権者.
    pub authority: LocalText,
    pub clause: String,
    /// Where the clause can be read; none for an article of the law.
    pub place: Option<ClausePlace>,
    pub effective_on: Day,
    pub recorded_at: Instant,
    pub prev_hash: Digest,
    pub hash: Digest,
    pub running: Digest,
    pub details: Vec<Detail>,
    pub documents: Vec<ActDocument>,
    /// The very text that was hashed.
    pub payload: String,
}

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    System,
    Person { id: PersonId, name: Option<String> },
}

/// A clause of the edition that governed an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClausePlace {
    pub edition: Digest,
    pub clause: String,
    pub title: LocalText,
}

/// One thing that an act says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    pub label: LocalText,
    pub value: LocalText,
    /// Whether the value is a digest: shown in a typewriter's letters.
    pub digest: bool,
}

/// A document that came with an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActDocument {
    pub digest: Digest,
    pub bytes: u64,
    pub slot: LocalText,
    /// As it was called by who handed it in; the slot where that is erased.
    pub name: String,
}

/// Names of persons by id. Personal data: fetched when a page is made, never kept in an act.
#[derive(Debug, Clone, Default)]
pub struct Names(BTreeMap<PersonId, String>);

impl Names {
    /// The name, or the beginning of the id where the account is gone.
    #[must_use]
    pub fn of(&self, person: PersonId) -> String {
        self.get(person).unwrap_or_else(|| format!("（氏名なし {}）", person.to_string().chars().take(8).collect::<String>()))
    }

    #[must_use]
    pub fn get(&self, person: PersonId) -> Option<String> {
        self.0.get(&person).cloned()
    }

    fn who(&self, actor: Actor) -> Who {
        match actor {
            Actor::System => Who::System,
            Actor::Person(id) => Who::Person { id, name: self.get(id) },
        }
    }
}

impl ActLine {
    /// What the act rests on, where that is no clause to be read in the guideline: an article, or the guideline as a whole.
    #[must_use]
    pub fn basis(&self) -> LocalText {
        basis(&self.clause)
    }
}

impl Who {
    /// As it is written beside an act.
    #[must_use]
    pub fn words(&self) -> LocalText {
        match self {
            Who::System => LocalText::new("システム", "System"),
            Who::Person { name: Some(name), .. } => LocalText::ja(name.clone()),
            Who::Person { name: None, id } => {
                let id: String = id.to_string().chars().take(8).collect();
                LocalText::new(format!("（氏名なし {id}）"), format!("(no name, {id})"))
            }
        }
    }
}

impl Office {
    /// The names of some persons.
    pub(crate) async fn names(&self, people: impl IntoIterator<Item = PersonId>) -> Result<Names, OfficeError> {
        let mut names = BTreeMap::new();
        for person in people.into_iter().collect::<BTreeSet<_>>() {
            if let Some(account) = self.store().account(person).await? {
                names.insert(person, account.name);
            }
        }
        Ok(Names(names))
    }

    /// The acts of a case, oldest first. The file was opened by a permit.
    ///
    /// # Errors
    /// Storage.
    pub(crate) async fn case_timeline(&self, file: &CaseFile) -> Result<Vec<ActLine>, OfficeError> {
        let acts = file.recorded::<CaseAct>().map_err(OfficeError::fault)?;
        let people = acts.iter().flat_map(|r| words::people_of(&r.act).into_iter().chain(person_of(r.actor)));
        let names = self.names(people.collect::<Vec<_>>()).await?;
        let mut lines = Vec::with_capacity(acts.len());
        for (record, act) in file.acts.iter().zip(&acts) {
            let mut line = self.line(record, act.actor, &names, case_act_name(&act.act));
            line.details = words::case_details(&act.act, &names, self.edition(act.edition).ok().as_ref());
            if let Some(papers) = act.act.handed_in() {
                line.documents = self.act_documents(file.id, act.edition, papers).await?;
            }
            lines.push(line);
        }
        Ok(lines)
    }

    /// The acts of a call, oldest first. Anybody may know them; names are looked up, so who asks is the use case's question.
    ///
    /// # Errors
    /// Storage.
    pub(crate) async fn call_timeline(&self, file: &CallFile) -> Result<Vec<ActLine>, OfficeError> {
        let acts: Vec<_> = file.acts.iter().map(ActRecord::decode::<CallAct>).collect::<Result<_, _>>().map_err(OfficeError::fault)?;
        let names = self.names(acts.iter().filter_map(|r| person_of(r.actor)).collect::<Vec<_>>()).await?;
        let line = |(record, act): (&ActRecord, &banso_grant::Recorded<CallAct>)| {
            let mut line = self.line(record, act.actor, &names, call_act_name(&act.act));
            line.details = call_words::call_details(&act.act);
            line
        };
        Ok(file.acts.iter().zip(&acts).map(line).collect())
    }

    fn line(&self, record: &ActRecord, actor: Actor, names: &Names, name: LocalText) -> ActLine {
        ActLine {
            seq: record.seq,
            position: record.position,
            kind: record.kind.clone(),
            name,
            who: names.who(actor),
            authority: words::authority(&record.authority),
            clause: record.clause.clone(),
            place: self.clause_place(record),
            effective_on: record.effective_on,
            recorded_at: record.recorded_at,
            prev_hash: record.prev_hash,
            hash: record.hash,
            running: record.running,
            details: Vec::new(),
            documents: Vec::new(),
            payload: record.payload.clone(),
        }
    }

    fn clause_place(&self, record: &ActRecord) -> Option<ClausePlace> {
        let edition = self.edition(record.edition).ok()?;
        let clause = edition.clause(&record.clause)?;
        Some(ClausePlace { edition: record.edition, clause: clause.id.clone(), title: clause.title.clone() })
    }

    async fn act_documents(&self, case: CaseId, edition: Digest, papers: Papers<'_>) -> Result<Vec<ActDocument>, OfficeError> {
        let attachments = self.named_files(case, &papers).await?;
        let edition = self.edition(edition).ok();
        let document = |d: &DocumentRef| {
            let named = attachments.iter().find(|a| a.digest == d.digest && a.slot == d.slot);
            let shown = attachments.iter().filter(|a| a.digest == d.digest).filter_map(|a| slot_words(&a.slot));
            let shown = Some(listed(shown)).filter(|s| !s.ja.is_empty());
            let own = || edition.as_ref().map_or_else(|| LocalText::ja(d.slot.clone()), |e| slot_title(e, &d.slot));
            let slot = shown.unwrap_or_else(own);
            ActDocument { digest: d.digest, bytes: d.bytes, name: named.map_or_else(|| slot.ja.clone(), |a| a.file_name.clone()), slot }
        };
        Ok(papers.documents.iter().map(document).collect())
    }
}

fn person_of(actor: Actor) -> Option<PersonId> {
    match actor {
        Actor::System => None,
        Actor::Person(id) => Some(id),
    }
}

/// The name of a kind of act, for lists that hold only the kind.
#[must_use]
pub fn act_kind_name(kind: &str) -> LocalText {
    words::kind_name(kind).unwrap_or_else(|| LocalText::ja(kind))
}

/// Every kind of act has a name: a test walks these.
#[cfg(test)]
fn all_kinds() -> impl Iterator<Item = &'static str> {
    use banso_grant::Act as _;
    CaseAct::KINDS.iter().chain(CallAct::KINDS).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_act_has_a_name_in_both_languages() {
        for kind in all_kinds() {
            let name = act_kind_name(kind);
            assert!(name.ja != kind && name.en.is_some(), "{kind}");
        }
        assert_eq!(act_kind_name("unheard_of").ja, "unheard_of");
    }
}
