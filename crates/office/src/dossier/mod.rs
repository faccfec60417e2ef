//! An application as it was handed in, for whoever reads it at a desk: answers by section, members, costs, documents, and what the
//! clauses say of it. Reviewers, the office and auditors read the same view; who may read is asked before, by the use case.

mod form;
mod versions;

use banso_grant::{CaseAct, Papers, Submitted, TextKind};
use banso_guideline::{Edition, Facts, Finding, Standing, Truth};
use banso_kernel::{CallId, CaseId, CorporateNumber, Digest, Instant, Lang, LocalText, Yen};
use banso_permits::{Action, Person};
use banso_store::{Attachment, CaseFile, Content, DocumentReader};

use self::form::Reader;
use crate::apply::{Known, Paper, PaperAttachment, Subsidy, facts_of, missing_words};
use crate::{Office, OfficeError};

pub(crate) use versions::handed_in;
pub use versions::{Changes, HandedIn, PaperChange, VersionPage};

/// Several words as one, in both languages.
pub(crate) fn listed(words: impl IntoIterator<Item = LocalText>) -> LocalText {
    let (mut ja, mut en) = (Vec::new(), Vec::new());
    for word in words {
        en.push(word.get(Lang::En).to_owned());
        ja.push(word.ja);
    }
    LocalText::new(ja.join("、"), en.join(", "))
}

/// A case as its readers see it.
#[derive(Debug, Clone)]
pub struct Dossier {
    pub case: CaseId,
    pub call: CallId,
    pub receipt_number: String,
    /// Of the submission: 1 for the first.
    pub version: u32,
    pub received_at: Instant,
    pub title: String,
    pub track: LocalText,
    pub requested: Yen,
    /// Digest of the answers, and of answers and documents together.
    pub content: Digest,
    pub whole: Digest,
    pub parties: Vec<Party>,
    pub reading: Reading,
}

/// An organisation of the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    pub name: String,
    pub number: CorporateNumber,
    pub lead: bool,
}

/// What there is to read.
#[derive(Debug, Clone)]
pub enum Reading {
    Kept(Box<Pages>),
    /// The answers were erased by right; that they were handed in stays on record.
    Erased {
        reason: String,
        at: Instant,
    },
}

/// The application in full.
#[derive(Debug, Clone)]
pub struct Pages {
    pub sections: Vec<DossierSection>,
    pub findings: Vec<Finding>,
    pub subsidy: Subsidy,
    pub cost: Yen,
    /// The edition whose form was filled in: its call's page shows the clauses.
    pub edition: Edition,
}

/// One section as one side filled it.
#[derive(Debug, Clone)]
pub struct DossierSection {
    /// The id on the page, unique there.
    pub anchor: String,
    pub id: String,
    pub title: LocalText,
    pub clause: String,
    /// The number of the member that filled it, 0 for the application as a whole.
    pub member: u32,
    /// The name of that member; empty for the application as a whole.
    pub side: String,
    pub content: DossierContent,
}

#[derive(Debug, Clone)]
pub enum DossierContent {
    Answers(Vec<DossierAnswer>),
    Members(MemberTable),
    Budget(BudgetTable),
    Documents(Vec<DossierSlot>),
}

/// One question and what was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierAnswer {
    pub anchor: String,
    pub key: String,
    pub label: LocalText,
    /// With its unit; empty when nothing was answered.
    pub text: LocalText,
    /// The programme's own target, beside the applicant's.
    pub target: Option<DossierTarget>,
}

/// A target as the guideline writes it, and where the answer stands against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierTarget {
    pub target: LocalText,
    pub standing: Standing,
}

/// The consortium, one row a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberTable {
    pub header: Vec<LocalText>,
    pub rows: Vec<(u32, Vec<LocalText>)>,
}

/// Costs by member, line and year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetTable {
    pub years: Vec<u32>,
    pub members: Vec<MemberBudget>,
    pub sums: Vec<Yen>,
    pub sum: Yen,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberBudget {
    pub member: u32,
    pub name: String,
    pub lines: Vec<BudgetCosts>,
    pub sums: Vec<Yen>,
    pub sum: Yen,
}

/// The costs of one line, lines without any left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetCosts {
    pub title: LocalText,
    pub years: Vec<Yen>,
    pub sum: Yen,
}

/// A document that was asked for, and what was handed in for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierSlot {
    pub anchor: String,
    pub id: String,
    pub title: LocalText,
    pub files: Vec<PaperAttachment>,
}

/// A place of the dossier that a criterion tells a reviewer to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookAt {
    pub anchor: String,
    pub label: LocalText,
}

/// A file of a case on its way out.
#[derive(Debug)]
pub struct CaseDocument {
    pub name: String,
    pub bytes: u64,
    pub reader: DocumentReader,
}

impl Pages {
    /// Where a section, a field or a document stands on the page.
    #[must_use]
    pub fn look_at(&self, name: &str) -> Option<LookAt> {
        let own = |s: &DossierSection| LookAt { anchor: s.anchor.clone(), label: s.title.clone() };
        self.sections.iter().find(|s| s.id == name).map(own).or_else(|| self.sections.iter().find_map(|s| s.content.look_at(name)))
    }

    /// The clauses that are not plainly met: broken, not known, or for a person to check.
    #[must_use]
    pub fn open_findings(&self) -> Vec<&Finding> {
        self.findings.iter().filter(|f| f.truth != Truth::Yes).collect()
    }

    #[must_use]
    pub fn met_findings(&self) -> Vec<&Finding> {
        self.findings.iter().filter(|f| f.truth == Truth::Yes).collect()
    }

    /// What a clause's answer waits for, in words.
    #[must_use]
    pub fn missing(&self, finding: &Finding) -> Vec<LocalText> {
        finding.missing.iter().map(|m| missing_words(m, |item| item_label(&self.edition, item))).collect()
    }
}

fn item_label(edition: &Edition, item: &str) -> LocalText {
    edition.dictionary().get(item).map_or_else(|| LocalText::ja(item), |i| i.label.clone())
}

impl DossierContent {
    fn look_at(&self, name: &str) -> Option<LookAt> {
        match self {
            DossierContent::Answers(rows) => {
                rows.iter().find(|r| r.key == name).map(|r| LookAt { anchor: r.anchor.clone(), label: r.label.clone() })
            }
            DossierContent::Documents(slots) => {
                slots.iter().find(|s| s.id == name).map(|s| LookAt { anchor: s.anchor.clone(), label: s.title.clone() })
            }
            DossierContent::Members(_) | DossierContent::Budget(_) => None,
        }
    }
}

impl Office {
    /// The application of a case as it was last handed in. The file was opened by a permit.
    ///
    /// # Errors
    /// Storage; an application whose text is neither kept nor erased is a fault.
    pub(crate) async fn dossier(&self, file: &CaseFile) -> Result<Dossier, OfficeError> {
        let submission = &file.case.submission;
        self.dossier_of(file.id, &submission.paper, submission.received_at, &self.edition_of_case(file)?).await
    }

    /// What was handed in by one act, as it stood then. The file was opened by a permit.
    async fn dossier_of(&self, case: CaseId, submitted: &Submitted, at: Instant, edition: &Edition) -> Result<Dossier, OfficeError> {
        let reading = match self.paper(submitted.content).await? {
            Ok(paper) => Reading::Kept(Box::new(self.pages(&paper, submitted.lead).await?)),
            Err((reason, at)) => Reading::Erased { reason, at },
        };
        let track = edition.tracks().iter().find(|t| t.name == submitted.track).map(|t| t.title.clone());
        Ok(Dossier {
            case,
            call: submitted.call.clone(),
            receipt_number: submitted.receipt_number.clone(),
            version: submitted.version,
            received_at: at,
            title: submitted.title.clone(),
            track: track.unwrap_or_else(|| LocalText::ja(submitted.track.clone())),
            requested: submitted.requested,
            content: submitted.content,
            whole: submitted.whole,
            parties: self.parties_of(submitted).await?,
            reading,
        })
    }

    /// The paper under a digest, or why and when it was erased.
    pub(crate) async fn paper(&self, digest: Digest) -> Result<Result<Paper, (String, Instant)>, OfficeError> {
        match self.store().content(digest).await? {
            Some(Content::Kept(text)) => Ok(Ok(Paper::read(&text).map_err(OfficeError::fault)?)),
            Some(Content::Erased { reason, at }) => Ok(Err((reason, at))),
            None => Err(OfficeError::fault(format!("the application {digest} is neither kept nor erased"))),
        }
    }

    /// What the documents of answers are called; nothing where none came with them or they were erased.
    pub(crate) async fn attachments(&self, answers: Option<Digest>) -> Result<Vec<PaperAttachment>, OfficeError> {
        let Some(digest) = answers else { return Ok(Vec::new()) };
        Ok(self.paper(digest).await?.map(|p| p.attachments).unwrap_or_default())
    }

    /// The files that came with an act, under the names that they had. What is reported after the decision keeps them beside the case.
    pub(crate) async fn named_files(&self, case: CaseId, papers: &Papers<'_>) -> Result<Vec<PaperAttachment>, OfficeError> {
        if papers.kind == TextKind::Answers || papers.documents.is_empty() {
            return self.attachments(papers.answers()).await;
        }
        let named = |a: Attachment| PaperAttachment {
            slot: a.slot,
            member: a.member,
            digest: a.digest,
            file_name: a.file_name,
            media_type: a.media_type,
            bytes: a.bytes,
        };
        Ok(self.store().attachments(case).await?.into_iter().map(named).collect())
    }

    /// The edition in force for a case: of its call, or the one that its last act names.
    pub(crate) fn edition_of_case(&self, file: &CaseFile) -> Result<Edition, OfficeError> {
        self.edition_in_force(&file.case.submission.paper.call).or_else(|_| self.edition(file.case.last.edition))
    }

    async fn pages(&self, paper: &Paper, lead: CorporateNumber) -> Result<Pages, OfficeError> {
        let edition = self.edition(paper.edition)?;
        let known = self.known_of(lead).await?;
        let reader = Reader { edition: &edition, paper };
        let facts = facts_of(&edition, &paper.answers, known, &paper.track);
        let sections = reader.sections();
        let cost = reader.form_facts().total_cost().unwrap_or(Yen::new(i64::MAX));
        let subsidy = Subsidy::of(edition.amount(&facts), |item| item_label(&edition, item));
        Ok(Pages { findings: edition.examine(&facts).findings, sections, subsidy, cost, edition: edition.clone() })
    }

    /// What is known of the lead beside its answers.
    async fn known_of(&self, lead: CorporateNumber) -> Result<Facts, OfficeError> {
        let Some(organisation) = self.store().organisation_by_number(lead).await? else { return Ok(Facts::default()) };
        Ok(Known::of(&self.store().facts(organisation.id).await?).facts())
    }

    /// Who takes part, the lead first: what may be told before a conflict of interest is declared.
    pub(crate) async fn parties(&self, file: &CaseFile) -> Result<Vec<Party>, OfficeError> {
        self.parties_of(&file.case.submission.paper).await
    }

    async fn parties_of(&self, paper: &Submitted) -> Result<Vec<Party>, OfficeError> {
        let written = self.paper(paper.content).await?.map(|p| p.members).unwrap_or_default();
        let mut parties = Vec::with_capacity(paper.parties.len());
        for number in &paper.parties {
            let own = self.store().organisation_by_number(*number).await?.map(|o| o.name);
            let typed = || written.iter().find(|m| m.corporate_number == Some(*number)).map(|m| m.name.clone());
            let name = own.or_else(typed).unwrap_or_else(|| number.to_string());
            parties.push(Party { name, number: *number, lead: *number == paper.lead });
        }
        parties.sort_by_key(|p| !p.lead);
        Ok(parties)
    }

    /// A file that an act of the case names. The case was opened by a permit.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] when no act names it, or its bytes were erased.
    pub(crate) async fn document_of(&self, file: &CaseFile, digest: Digest) -> Result<CaseDocument, OfficeError> {
        let acts = file.recorded::<CaseAct>().map_err(OfficeError::fault)?;
        let (papers, named) = acts
            .iter()
            .rev()
            .filter_map(|r| r.act.handed_in())
            .find_map(|papers| papers.documents.iter().find(|d| d.digest == digest).map(|d| (papers, d)))
            .ok_or(OfficeError::NotFound)?;
        let attachments = self.named_files(file.id, &papers).await?;
        let name = attachments.into_iter().find(|a| a.digest == digest).map_or_else(|| named.slot.clone(), |a| a.file_name);
        let reader = self.store().documents().open(digest).await?.ok_or(OfficeError::NotFound)?;
        Ok(CaseDocument { name, bytes: named.bytes, reader })
    }

    /// A file of a case, for the office and for auditors. Who took it is written down.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`]
    pub async fn case_document(&self, person: &Person, case: CaseId, digest: Digest) -> Result<CaseDocument, OfficeError> {
        let permit = self.may_case(person, Action::ReadCase, case).await?;
        let file = self.case(&permit).await?;
        let document = self.document_of(&file, digest).await?;
        self.note_access(person, case, "document", &format!("{} {digest}", document.name)).await?;
        Ok(document)
    }
}
