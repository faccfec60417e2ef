//! Every paper that was handed in for a case, as it stood then, and what the next one changed: versions of the application, and the
//! grant request after it.

use banso_grant::{CaseAct, Recorded, Submitted};
use banso_guideline::{Edition, Segment, difference};
use banso_kernel::{CaseId, Digest, Instant, Lang, LocalText, Yen};
use banso_permits::{Action, Person};
use banso_store::CaseFile;

use super::{Dossier, DossierContent, DossierSection, Reading};
use crate::apply::Stage;
use crate::{Office, OfficeError};

/// A paper that an act handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedIn {
    /// The act's number in its case: the paper's address.
    pub seq: u64,
    pub stage: Stage,
    /// 1 for the first of its stage.
    pub version: u32,
    pub recorded_at: Instant,
    pub requested: Yen,
    /// Digest of the answers; of answers and documents together, where the receipt named it.
    pub digest: Digest,
}

/// One paper in full.
#[derive(Debug, Clone)]
pub struct VersionPage {
    pub line: HandedIn,
    /// All papers of the case, oldest first.
    pub all: Vec<HandedIn>,
    pub dossier: Dossier,
    /// The guideline that the act was governed by.
    pub edition: Edition,
    /// Against the next paper; against the one before, for the last one. None while there is only one.
    pub changes: Option<Changes>,
}

/// What one paper changed of the one before it.
#[derive(Debug, Clone)]
pub struct Changes {
    pub old: HandedIn,
    pub new: HandedIn,
    /// None where the answers of either were erased by right.
    pub rows: Option<Vec<PaperChange>>,
}

/// One place that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperChange {
    pub place: LocalText,
    /// The older text in pieces; empty where there was nothing.
    pub old: Vec<Segment>,
    pub new: Vec<Segment>,
}

impl HandedIn {
    /// `申請書 第2版`.
    #[must_use]
    pub fn name(&self) -> LocalText {
        let (ja, en) = match self.stage {
            Stage::Application => ("申請書", "Application"),
            Stage::GrantRequest => ("交付申請", "Grant request"),
        };
        LocalText::new(format!("{ja} 第{}版", self.version), format!("{en}, version {}", self.version))
    }
}

/// A paper with the submission that it stands for: a grant request has the title, parties and number of the application before it.
struct Handed {
    line: HandedIn,
    paper: Submitted,
    edition: Digest,
}

fn handed(acts: &[Recorded<CaseAct>]) -> Vec<Handed> {
    let mut found: Vec<Handed> = Vec::new();
    for record in acts {
        let next = match &record.act {
            CaseAct::Submitted(paper) => Some((Stage::Application, paper.whole, paper.clone())),
            CaseAct::GrantRequested(request) => found.last().map(|last| {
                let paper = Submitted {
                    version: request.version,
                    content: request.content,
                    documents: request.documents.clone(),
                    requested: request.requested,
                    ..last.paper.clone()
                };
                (Stage::GrantRequest, request.content, paper)
            }),
            CaseAct::SubmissionWithdrawn { .. }
            | CaseAct::Returned(_)
            | CaseAct::CompletenessPassed { .. }
            | CaseAct::NotAccepted { .. }
            | CaseAct::ReviewersAssigned { .. }
            | CaseAct::ConflictDeclared { .. }
            | CaseAct::ReviewerReplaced { .. }
            | CaseAct::Reviewed(_)
            | CaseAct::ReconsiderationAsked { .. }
            | CaseAct::BonusJudged { .. }
            | CaseAct::Selected(_)
            | CaseAct::Reserved { .. }
            | CaseAct::Rejected(_)
            | CaseAct::Promoted { .. }
            | CaseAct::ReserveEnded { .. }
            | CaseAct::GrantRequestReturned { .. }
            | CaseAct::GrantDecided(_)
            | CaseAct::GrantRefused { .. }
            | CaseAct::Withdrawn { .. }
            | CaseAct::Rectified { .. }
            | CaseAct::Execution(_) => None,
        };
        let Some((stage, digest, paper)) = next else { continue };
        let line = HandedIn {
            seq: record.seq,
            stage,
            version: paper.version,
            recorded_at: record.recorded_at,
            requested: paper.requested,
            digest,
        };
        found.push(Handed { line, paper, edition: record.edition });
    }
    found
}

/// The papers that the acts of a case hand in, oldest first.
pub(crate) fn handed_in(acts: &[Recorded<CaseAct>]) -> Vec<HandedIn> {
    handed(acts).into_iter().map(|h| h.line).collect()
}

impl Office {
    /// One paper of a case on the office's desk, as it was handed in.
    ///
    /// # Errors
    /// Forbidden; [`OfficeError::NotFound`] for a number that is not that of a paper.
    pub async fn office_version(&self, person: &Person, case: CaseId, seq: u64) -> Result<VersionPage, OfficeError> {
        let file = self.handled(person, Action::ReadCase, case).await?.file;
        self.version_page(person, &file, seq).await
    }

    /// One paper of a case on the auditor's desk, as it was handed in.
    ///
    /// # Errors
    /// As [`Office::office_version`].
    pub async fn audit_version(&self, person: &Person, case: CaseId, seq: u64) -> Result<VersionPage, OfficeError> {
        let file = self.audited(person, case).await?;
        self.version_page(person, &file, seq).await
    }

    async fn version_page(&self, person: &Person, file: &CaseFile, seq: u64) -> Result<VersionPage, OfficeError> {
        let papers = handed(&file.recorded::<CaseAct>().map_err(OfficeError::fault)?);
        let at = papers.iter().position(|h| h.line.seq == seq).ok_or(OfficeError::NotFound)?;
        let own = papers.get(at).ok_or(OfficeError::NotFound)?;
        self.note_access(person, file.id, "application", &own.line.name().ja).await?;
        let dossier = self.dossier_handed(file.id, own).await?;
        let changes = match (papers.get(at + 1), at.checked_sub(1).and_then(|i| papers.get(i))) {
            (Some(next), _) => Some(changes(own, &dossier, next, &self.dossier_handed(file.id, next).await?)),
            (None, Some(before)) => Some(changes(before, &self.dossier_handed(file.id, before).await?, own, &dossier)),
            (None, None) => None,
        };
        Ok(VersionPage {
            line: own.line.clone(),
            edition: self.edition(own.edition)?,
            dossier,
            changes,
            all: papers.into_iter().map(|h| h.line).collect(),
        })
    }

    async fn dossier_handed(&self, case: CaseId, handed: &Handed) -> Result<Dossier, OfficeError> {
        self.dossier_of(case, &handed.paper, handed.line.recorded_at, &self.edition(handed.edition)?).await
    }
}

/// A place of an application and what stands there.
struct Entry {
    key: String,
    place: LocalText,
    text: String,
}

fn changes(old: &Handed, before: &Dossier, new: &Handed, after: &Dossier) -> Changes {
    let rows = entries(before).zip(entries(after)).map(|(old, new)| compared(&old, &new));
    Changes { old: old.line.clone(), new: new.line.clone(), rows }
}

/// The places that differ: in the order of the newer paper, then those that only the older one has.
fn compared(old: &[Entry], new: &[Entry]) -> Vec<PaperChange> {
    let text = |of: &[Entry], key: &str| of.iter().find(|e| e.key == key).map(|e| e.text.clone()).unwrap_or_default();
    let gone = old.iter().filter(|o| !new.iter().any(|n| n.key == o.key));
    let change = |entry: &Entry| {
        let (before, after) = (text(old, &entry.key), text(new, &entry.key));
        let (a, b) = difference(&before, &after);
        (before != after).then(|| PaperChange { place: entry.place.clone(), old: a, new: b })
    };
    new.iter().chain(gone).filter_map(change).collect()
}

/// Every place of a paper, in reading order; none where its answers were erased.
fn entries(dossier: &Dossier) -> Option<Vec<Entry>> {
    let Reading::Kept(pages) = &dossier.reading else { return None };
    let whole = |key: &str, ja: &str, en: &str, text: String| Entry { key: key.to_owned(), place: LocalText::new(ja, en), text };
    let mut found = vec![
        whole("title", "計画の名称", "Title", dossier.title.clone()),
        whole("track", "申請枠", "Track", dossier.track.ja.clone()),
        whole("requested", "申請額", "Requested", dossier.requested.to_string()),
    ];
    found.extend(pages.sections.iter().flat_map(of_section));
    Some(found)
}

fn of_section(section: &DossierSection) -> Vec<Entry> {
    let (member, title) = (section.member, &section.title);
    let side = if section.side.is_empty() { String::new() } else { format!("（{}）", section.side) };
    let entry = |key: &str, label: &LocalText, text: String| Entry {
        key: format!("{}/{member}/{key}", section.id),
        place: LocalText::new(
            format!("{}{side} ／ {}", title.ja, label.ja),
            format!("{}{side} / {}", title.get(Lang::En), label.get(Lang::En)),
        ),
        text,
    };
    match &section.content {
        DossierContent::Answers(rows) => rows.iter().map(|r| entry(&r.key, &r.label, r.text.ja.clone())).collect(),
        DossierContent::Members(table) => table
            .rows
            .iter()
            .flat_map(|(number, cells)| table.header.iter().zip(cells).map(move |(label, cell)| (number, label, cell)))
            .map(|(number, label, cell)| {
                let numbered = LocalText::new(format!("{number}. {}", label.ja), format!("{number}. {}", label.get(Lang::En)));
                entry(&format!("{number}.{}", label.ja), &numbered, cell.ja.clone())
            })
            .collect(),
        DossierContent::Budget(table) => table
            .members
            .iter()
            .flat_map(|m| m.lines.iter().map(move |l| (m, l)))
            .flat_map(|(m, l)| l.years.iter().zip(&table.years).map(move |(cost, year)| (m, l, cost, year)))
            .filter(|(_, _, cost, _)| **cost != Yen::ZERO)
            .map(|(m, l, cost, year)| {
                let label = LocalText::new(
                    format!("{} {} {year}年目", m.name, l.title.ja),
                    format!("{}, {}, year {year}", m.name, l.title.get(Lang::En)),
                );
                entry(&format!("{}.{}.{year}", m.member, l.title.ja), &label, cost.to_string())
            })
            .collect(),
        DossierContent::Documents(slots) => slots
            .iter()
            .map(|slot| {
                let file = |f: &crate::apply::PaperAttachment| format!("{}（SHA-256 {}…）", f.file_name, f.digest.short());
                entry(&slot.id, &slot.title, slot.files.iter().map(file).collect::<Vec<_>>().join("\n"))
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, text: &str) -> Entry {
        Entry { key: key.to_owned(), place: LocalText::ja(key), text: text.to_owned() }
    }

    #[test]
    fn what_differs_is_told_place_by_place() {
        let check = |old: &[(&str, &str)], new: &[(&str, &str)], expect: &[(&str, &str, &str)]| {
            let all = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, t)| entry(k, t)).collect::<Vec<_>>();
            let marked = |s: &[Segment]| s.iter().map(|s| if s.changed { format!("[{}]", s.text) } else { s.text.clone() }).collect();
            let found: Vec<(String, String, String)> =
                compared(&all(old), &all(new)).iter().map(|c| (c.place.ja.clone(), marked(&c.old), marked(&c.new))).collect();
            let expect: Vec<_> = expect.iter().map(|(p, a, b)| ((*p).to_owned(), (*a).to_owned(), (*b).to_owned())).collect();
            assert_eq!(found, expect);
        };
        check(&[("a", "同じ")], &[("a", "同じ")], &[]);
        check(&[("a", "2年で50%")], &[("a", "3年で50%")], &[("a", "[2]年で50%", "[3]年で50%")]);
        check(&[("a", ""), ("gone", "旅費")], &[("new", "外注費"), ("a", "")], &[("new", "", "[外注費]"), ("gone", "[旅費]", "")]);
    }
}
