//! The papers behind a claim line: one file may show several of them. Taken in like every other file, under its SHA-256.

use banso_execution::claim::ClaimLine;
use banso_kernel::{CaseId, Digest, DocumentRef, LocalText};
use banso_permits::{Action, Person};
use banso_store::{Attachment, Batch, Change};

use super::intake::IncomingPaper;
use crate::dossier::listed;
use crate::{Office, OfficeError};

banso_kernel::coded! {
    /// What a file shows.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum PaperKind {
        Quote = "quote", "見積書", "quote";
        Rival = "rival", "相見積書", "competing quote";
        Reasons = "reasons", "業者選定理由書", "statement of reasons";
        Order = "order", "発注書・契約書", "order";
        Delivery = "delivery", "納品書", "delivery note";
        Acceptance = "acceptance", "検収書・写真", "record of acceptance, photos";
        Invoice = "invoice", "請求書", "invoice";
        Payment = "payment", "支払の証拠", "proof of payment";
    }
}

/// A file behind a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceFile {
    pub line: String,
    pub kinds: Vec<PaperKind>,
    pub digest: Digest,
    pub name: String,
    pub bytes: u64,
}

/// The place of a paper among the case's documents.
fn slot(line: &str, kind: PaperKind) -> String {
    format!("_claim/{}/{line}", kind.code())
}

fn read_slot(slot: &str) -> Option<(PaperKind, &str)> {
    let (kind, line) = slot.strip_prefix("_claim/")?.split_once('/')?;
    Some((PaperKind::parse(kind)?, line))
}

/// The place of a paper in words: what it shows, of which line.
pub(crate) fn slot_words(slot: &str) -> Option<LocalText> {
    let (kind, line) = read_slot(slot)?;
    let kind = kind.label();
    let en = kind.en.unwrap_or_default();
    Some(LocalText::new(format!("{}（明細{line}）", kind.ja), format!("{en} (line {line})")))
}

/// The files that a line's evidence names, each once, with what it shows.
pub(crate) fn papers_of(line: &ClaimLine) -> Vec<(LocalText, Digest)> {
    let evidence = &line.evidence;
    let quotes = evidence.quotes.iter().map(|q| &q.document);
    let one = [
        evidence.sole_source.as_ref().map(|e| &e.document),
        evidence.order.as_ref().map(|e| &e.document),
        evidence.delivery.as_ref().map(|e| &e.document),
        evidence.acceptance.as_ref().map(|e| &e.document),
        evidence.invoice.as_ref().map(|e| &e.document),
    ];
    let named = quotes.chain(one.into_iter().flatten()).chain(evidence.payments.iter().map(|p| &p.document)).flatten();
    let mut out: Vec<(LocalText, Digest)> = Vec::new();
    for document in named {
        let Some((kind, _)) = read_slot(&document.slot) else { continue };
        match out.iter_mut().find(|(_, digest)| *digest == document.digest) {
            Some((words, _)) => *words = listed([words.clone(), kind.label()]),
            None => out.push((kind.label(), document.digest)),
        }
    }
    out
}

/// The files behind the lines, those that show several papers once.
pub(crate) fn files(attachments: &[Attachment]) -> Vec<EvidenceFile> {
    let mut out: Vec<EvidenceFile> = Vec::new();
    for a in attachments {
        let Some((kind, line)) = read_slot(&a.slot) else { continue };
        match out.iter_mut().find(|f| f.line == line && f.digest == a.digest) {
            Some(file) => file.kinds.push(kind),
            None => out.push(EvidenceFile {
                line: line.to_owned(),
                kinds: vec![kind],
                digest: a.digest,
                name: a.file_name.clone(),
                bytes: a.bytes,
            }),
        }
    }
    out.iter_mut().for_each(|f| f.kinds.sort_unstable());
    out
}

/// The lines with their papers.
pub(crate) fn with_papers(lines: &[ClaimLine], files: &[EvidenceFile]) -> Vec<ClaimLine> {
    lines.iter().map(|line| with_paper(line.clone(), files)).collect()
}

fn with_paper(mut line: ClaimLine, files: &[EvidenceFile]) -> ClaimLine {
    let id = line.id.clone();
    let paper = |kind: PaperKind| {
        let file = files.iter().find(|f| f.line == id && f.kinds.contains(&kind))?;
        Some(DocumentRef { digest: file.digest, bytes: file.bytes, slot: slot(&id, kind) })
    };
    let evidence = &mut line.evidence;
    for (n, quote) in evidence.quotes.iter_mut().enumerate() {
        quote.document = paper(if n == 0 { PaperKind::Quote } else { PaperKind::Rival });
    }
    if let Some(reasons) = &mut evidence.sole_source {
        reasons.document = paper(PaperKind::Reasons);
    }
    if let Some(order) = &mut evidence.order {
        order.document = paper(PaperKind::Order);
    }
    if let Some(delivery) = &mut evidence.delivery {
        delivery.document = paper(PaperKind::Delivery);
    }
    if let Some(acceptance) = &mut evidence.acceptance {
        acceptance.document = paper(PaperKind::Acceptance);
    }
    if let Some(invoice) = &mut evidence.invoice {
        invoice.document = paper(PaperKind::Invoice);
    }
    for payment in &mut evidence.payments {
        payment.document = paper(PaperKind::Payment);
    }
    line
}

/// What an act names: each file once, under the first paper that it shows.
pub(crate) fn documents(lines: &[ClaimLine], files: &[EvidenceFile]) -> Vec<DocumentRef> {
    let mut out: Vec<DocumentRef> = Vec::new();
    for file in files.iter().filter(|f| lines.iter().any(|l| l.id == f.line)) {
        if !out.iter().any(|d| d.digest == file.digest) {
            let kind = file.kinds.first().copied().unwrap_or(PaperKind::Invoice);
            out.push(DocumentRef { digest: file.digest, bytes: file.bytes, slot: slot(&file.line, kind) });
        }
    }
    out
}

impl Office {
    /// The files behind the claim lines of a case.
    pub(crate) async fn evidence_files(&self, case: CaseId) -> Result<Vec<EvidenceFile>, OfficeError> {
        Ok(files(&self.store().attachments(case).await?))
    }

    /// Begins to take in a paper of a line.
    ///
    /// # Errors
    /// Not the holder's to do now, a line that is not in the draft, nothing chosen that the file shows, no room.
    pub async fn begin_paper(
        &self,
        person: &Person,
        case: CaseId,
        line: &str,
        kinds: &[PaperKind],
        name: &str,
    ) -> Result<IncomingPaper, OfficeError> {
        let project = self.project(person, Action::SpeakForCase, case).await?;
        super::reporting::writable(&project)?;
        let (draft, _) = self.report_draft(case).await?;
        if !draft.lines.iter().any(|l| l.id == line) {
            return Err(OfficeError::field("line", "明細を選んでください。", "Choose a line."));
        }
        if kinds.is_empty() {
            return Err(OfficeError::field("paper", "このファイルが示す書類を選んでください。", "Choose what the file shows."));
        }
        self.begin_in(case, kinds.iter().map(|kind| slot(line, *kind)).collect(), name).await
    }

    /// Takes a file away from a line. It stays on the disk: an act may name it.
    ///
    /// # Errors
    /// Not the holder's to do now, or not there.
    pub async fn drop_paper(&self, person: &Person, case: CaseId, line: &str, digest: Digest) -> Result<(), OfficeError> {
        let project = self.project(person, Action::SpeakForCase, case).await?;
        super::reporting::writable(&project)?;
        let files = self.evidence_files(case).await?;
        let file = files.iter().find(|f| f.line == line && f.digest == digest).ok_or(OfficeError::NotFound)?;
        let mut batch = Batch::default();
        for kind in &file.kinds {
            batch = batch.and_change(Change::detach(case, &slot(line, *kind), 0, digest));
        }
        self.append(batch).await?;
        Ok(())
    }
}
