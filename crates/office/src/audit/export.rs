//! The whole of a case as one ZIP that proves itself without this server: acts with their chain, texts, editions, documents, letters,
//! and an index. Written to a file without a name, then sent from there.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek as _, SeekFrom};

use banso_exchange::{
    CasePackage, ErasedNote, ExportedAct, ExportedContent, ExportedDocument, ExportedEdition, ExportedLetter, ExportedWords, FileName,
    INDEX_LETTER, write_package,
};
use banso_grant::{ActRecord, CallAct, CaseAct, LetterAct, ReadWith, TextKind};
use banso_kernel::{CaseId, Digest, LocalText};
use banso_letters::{Act, CaseIndex, IndexedDocument, Letter};
use banso_permits::Person;
use banso_store::{CaseFile, Content, DocumentReader, Documents, EditionText};

use super::case::AuditCase;
use crate::dossier::{CaseDocument, listed};
use crate::letters::slot_title;
use crate::timeline::{ActLine, Who};
use crate::{Office, OfficeError};

/// A case file to be sent.
pub type Exported = CaseDocument;

impl Office {
    /// The whole case as a ZIP.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`], also for a case that this person may not audit; a document or text that is not what its digest says.
    pub async fn export_case(&self, person: &Person, case: CaseId) -> Result<Exported, OfficeError> {
        let file = self.audited(person, case).await?;
        let view = self.audit_case(person, case).await?;
        let package = self.package(person, &file, &view).await?;
        self.note_access(person, case, "export", &view.head.to_string()).await?;
        let documents = self.store().documents().clone();
        let runtime = tokio::runtime::Handle::current();
        let written = tokio::task::spawn_blocking(move || {
            let out = tempfile::tempfile()?;
            let mut open = |digest| Blocking::open(&runtime, &documents, digest);
            let mut out = write_package(out, &package, &mut open).map_err(io::Error::other)?;
            let bytes = out.seek(SeekFrom::End(0))?;
            out.rewind()?;
            Ok::<_, io::Error>((out, bytes))
        });
        let (out, bytes) = written.await.map_err(OfficeError::fault)?.map_err(OfficeError::fault)?;
        let name = format!("{}.zip", view.receipt_number);
        Ok(Exported { name, bytes, reader: DocumentReader::File(tokio::fs::File::from_std(out)) })
    }

    async fn package(&self, person: &Person, file: &CaseFile, view: &AuditCase) -> Result<CasePackage, OfficeError> {
        let exported_at = self.now();
        let exported_by = self.names([person.id]).await?.of(person.id);
        let documents = self.exported_documents(file).await?;
        let applicant = view.parties.iter().find(|p| p.lead).map(|p| p.name.clone()).unwrap_or_default();
        let mut package = CasePackage {
            case: file.id,
            receipt_number: view.receipt_number.clone(),
            programme: view.programme.clone(),
            call: view.call_name.clone(),
            title: view.title.clone(),
            applicant,
            corporate_number: view.lead,
            state: view.state.label(),
            exported_at,
            exported_by,
            synthetic: self.synthetic(),
            acts: file.acts.iter().zip(&view.acts).map(|(record, line)| exported_act(record, line)).collect(),
            contents: self.exported_contents(file).await?,
            editions: self.exported_editions(file).await?,
            documents,
            letters: Vec::new(),
            letter_acts: self.store().letters_of_case(file.id).await?,
        };
        package.letters = self.exported_letters(file, view, &package).await?;
        Ok(package)
    }

    async fn exported_contents(&self, file: &CaseFile) -> Result<Vec<ExportedContent>, OfficeError> {
        let mut out: Vec<ExportedContent> = Vec::new();
        for recorded in file.recorded::<CaseAct>().map_err(OfficeError::fault)? {
            let Some(papers) = recorded.act.papers() else { continue };
            let Some(digest) = papers.text else { continue };
            if out.iter().any(|c| c.digest == digest) {
                continue;
            }
            let what = match papers.kind {
                TextKind::Answers => LocalText::new("申請の内容", "Answers as handed in"),
                TextKind::Comments => LocalText::new("審査のコメント", "Comments of a review"),
                TextKind::Report => LocalText::new("報告の内容", "Report as handed in"),
            };
            let body = match self.store().content(digest).await? {
                Some(Content::Kept(text)) => Ok(text),
                Some(Content::Erased { reason, at }) => Err(ErasedNote { reason, at }),
                None => return Err(OfficeError::fault(format!("the text {digest} of act {} is missing", recorded.seq))),
            };
            out.push(ExportedContent { digest, what, body });
        }
        Ok(out)
    }

    async fn exported_editions(&self, file: &CaseFile) -> Result<Vec<ExportedEdition>, OfficeError> {
        let mut out: Vec<ExportedEdition> = Vec::new();
        for record in &file.acts {
            if out.iter().any(|e| e.digest == record.edition) {
                continue;
            }
            let missing = || OfficeError::fault(format!("the edition {} of act {} is missing", record.edition, record.seq));
            let text = self.store().edition(record.edition).await?.ok_or_else(missing)?;
            let words = self.exported_words(&text).await?;
            out.push(ExportedEdition { digest: text.digest, name: text.name, source: text.source, words });
        }
        Ok(out)
    }

    /// What an edition was read with, and the act that says so; nothing where it was published before that was noted.
    async fn exported_words(&self, edition: &EditionText) -> Result<Option<ExportedWords>, OfficeError> {
        let Some(ReadWith { dictionary, definitions }) = edition.read_with else { return Ok(None) };
        let missing = |what: &str| OfficeError::fault(format!("the {what} of the edition {} is missing", edition.digest));
        let call = self.store().call(&edition.call).await?.ok_or_else(|| missing("call"))?;
        let published = call.acts.into_iter().find(|record| {
            let act = record.decode::<CallAct>().map(|r| r.act);
            matches!(act, Ok(CallAct::EditionPublished { edition: of, .. }) if of == edition.digest)
        });
        let published = published.ok_or_else(|| missing("publication"))?;
        let text = async |digest: Digest| match self.store().content(digest).await? {
            Some(Content::Kept(text)) => Ok(text),
            Some(Content::Erased { .. }) | None => Err(missing(&digest.to_string())),
        };
        Ok(Some(ExportedWords { dictionary: text(dictionary).await?, definitions: text(definitions).await?, published }))
    }

    async fn exported_documents(&self, file: &CaseFile) -> Result<Vec<ExportedDocument>, OfficeError> {
        let mut out: BTreeMap<Digest, ExportedDocument> = BTreeMap::new();
        for recorded in file.recorded::<CaseAct>().map_err(OfficeError::fault)? {
            let Some(papers) = recorded.act.handed_in() else { continue };
            let attachments = self.named_files(file.id, &papers).await?;
            for document in papers.documents {
                let named = attachments.iter().find(|a| a.digest == document.digest && a.slot == document.slot);
                let media_type = named.map_or("application/octet-stream", |a| &a.media_type).to_owned();
                let name = named.map_or_else(|| document.slot.clone(), |a| a.file_name.clone());
                let erased = match self.store().documents().open(document.digest).await? {
                    Some(_) => None,
                    None => Some(self.erased_note(document.digest).await?),
                };
                let entry = out.entry(document.digest).or_insert_with(|| ExportedDocument {
                    digest: document.digest,
                    bytes: document.bytes,
                    media_type,
                    names: Vec::new(),
                    erased,
                });
                entry.names.push(FileName { name, slot: document.slot.clone(), seq: recorded.seq });
            }
        }
        Ok(out.into_values().collect())
    }

    async fn erased_note(&self, digest: Digest) -> Result<ErasedNote, OfficeError> {
        match self.store().content(digest).await? {
            Some(Content::Erased { reason, at }) => Ok(ErasedNote { reason, at }),
            Some(Content::Kept(_)) | None => Err(OfficeError::fault(format!("the document {digest} is missing"))),
        }
    }

    /// The letters that were sent, and the table of contents as one more.
    async fn exported_letters(&self, file: &CaseFile, view: &AuditCase, package: &CasePackage) -> Result<Vec<ExportedLetter>, OfficeError> {
        let index = self.index_letter(file, view, package)?;
        let letters = self.letters().clone();
        let pdf =
            tokio::task::spawn_blocking(move || letters.render(&index)).await.map_err(OfficeError::fault)?.map_err(OfficeError::fault)?;
        let mut out = vec![ExportedLetter {
            file: INDEX_LETTER.to_owned(),
            title: LocalText::new("案件ファイルの目次", "Table of contents"),
            digest: Digest::of(&pdf),
            pdf: Ok(pdf),
            issued: None,
        }];
        let notices = self.store().notices_of_case(file.id).await?;
        for record in &package.letter_acts {
            let LetterAct::LetterIssued(letter) = record.decode().map_err(OfficeError::fault)?.act;
            let pdf = match self.store().documents().read(letter.document).await? {
                Some(pdf) => Ok(pdf),
                None => Err(self.erased_note(letter.document).await?),
            };
            let notice = notices.iter().find(|n| letter.notices.contains(&n.notice.id));
            let title = LocalText::ja(notice.map_or_else(String::new, |n| n.notice.subject.clone()));
            let file = format!("{:04}-letter", record.seq);
            out.push(ExportedLetter { file, title, digest: letter.document, pdf, issued: Some(record.seq) });
        }
        Ok(out)
    }

    fn index_letter(&self, file: &CaseFile, view: &AuditCase, package: &CasePackage) -> Result<Letter, OfficeError> {
        let edition = self.edition_of_case(file)?;
        let act = |line: &ActLine| Act {
            seq: line.seq,
            recorded_at: line.recorded_at,
            effective_on: line.effective_on,
            name: line.name.clone(),
            actor: line.who.words().ja,
            authority: line.authority.ja.clone(),
            clause: line.clause.clone(),
            hash: line.hash,
        };
        let document = |d: &ExportedDocument| {
            let first = d.names.first();
            let mut slots: Vec<&str> = d.names.iter().map(|n| n.slot.as_str()).collect();
            slots.dedup();
            let slot = listed(slots.into_iter().map(|slot| slot_title(&edition, slot)));
            IndexedDocument {
                name: first.map_or_else(String::new, |n| n.name.clone()),
                slot,
                bytes: d.bytes,
                sha256: d.digest,
                seq: first.map_or(0, |n| n.seq),
                erased: d.erased.is_some(),
            }
        };
        Ok(Letter::CaseIndex(CaseIndex {
            case: file.id,
            receipt_number: package.receipt_number.clone(),
            programme: package.programme.clone(),
            call: package.call.clone(),
            title: package.title.clone(),
            applicant: package.applicant.clone(),
            corporate_number: package.corporate_number,
            state: package.state.clone(),
            exported_at: package.exported_at,
            exported_by: package.exported_by.clone(),
            office: edition.meta().office.clone(),
            acts: view.acts.iter().map(act).collect(),
            documents: package.documents.iter().map(document).collect(),
            chain_head: view.head,
            synthetic: package.synthetic,
        }))
    }
}

fn exported_act(record: &ActRecord, line: &ActLine) -> ExportedAct {
    let (ja, en): (Vec<String>, Vec<String>) = line
        .details
        .iter()
        .filter(|d| !d.digest)
        .map(|d| {
            let en = banso_kernel::Lang::En;
            (format!("{}：{}", d.label.ja, d.value.ja), format!("{}: {}", d.label.get(en), d.value.get(en)))
        })
        .unzip();
    let summary = (!ja.is_empty()).then(|| LocalText::new(ja.join("、"), en.join("; ")));
    let who = match &line.who {
        Who::System => None,
        Who::Person { name, .. } => name.clone(),
    };
    ExportedAct { record: record.clone(), name: line.name.clone(), who, summary }
}

/// A stored document read from a thread that may wait.
struct Blocking {
    runtime: tokio::runtime::Handle,
    reader: DocumentReader,
    rest: io::Cursor<Vec<u8>>,
}

impl Blocking {
    fn open(runtime: &tokio::runtime::Handle, documents: &Documents, digest: Digest) -> io::Result<Box<dyn Read>> {
        let found = runtime.block_on(documents.open(digest)).map_err(io::Error::other)?;
        let reader = found.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        Ok(Box::new(Blocking { runtime: runtime.clone(), reader, rest: io::Cursor::default() }))
    }
}

impl Read for Blocking {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.rest.read(out)?;
        if n > 0 || out.is_empty() {
            return Ok(n);
        }
        match self.runtime.block_on(self.reader.next()).map_err(io::Error::other)? {
            Some(chunk) => {
                self.rest = io::Cursor::new(chunk);
                self.rest.read(out)
            }
            None => Ok(0),
        }
    }
}
