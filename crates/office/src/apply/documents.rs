//! Files of an application: streamed in within limits, looked at, kept under their SHA-256, taken out again, handed back.

use banso_exchange::{Expected, inspect};
use banso_guideline::answers::{AnswerProblem, MAY_BE_MISSING, Place};
use banso_guideline::{DocumentSpec, Needed, Needs, Required, Section as FormSection, SectionContent, Truth};
use banso_kernel::{CaseId, Digest, Instant, Lang, LocalText};
use banso_permits::{Action, Person};
use banso_store::{Attachment, Batch, Change, CommitError, DocumentReader, Upload, UploadError};

use super::draft::Draft;
use super::section::TRIES;
use crate::limits::CASE_BYTES_MAX;
use crate::{FieldProblem, Office, OfficeError};

/// A document that the form asks for, and what was handed in for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    pub spec: DocumentSpec,
    pub files: Vec<AttachedFile>,
    /// Whether there is room for another file.
    pub room: bool,
}

/// A file as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedFile {
    pub slot: String,
    pub member: u32,
    pub digest: Digest,
    pub file_name: String,
    pub media_type: String,
    pub bytes: u64,
    pub uploaded_at: Instant,
}

impl From<&Attachment> for AttachedFile {
    fn from(a: &Attachment) -> Self {
        AttachedFile {
            slot: a.slot.clone(),
            member: a.member,
            digest: a.digest,
            file_name: a.file_name.clone(),
            media_type: a.media_type.clone(),
            bytes: a.bytes,
            uploaded_at: a.uploaded_at,
        }
    }
}

/// A file on its way into a slot. Dropped before [`Office::attach`], it leaves nothing.
#[derive(Debug)]
pub struct Incoming {
    case: CaseId,
    section: String,
    member: u32,
    spec: DocumentSpec,
    file_name: String,
    /// The file that this one takes the place of.
    replaces: Option<Digest>,
    upload: Upload,
}

/// A file that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub file: AttachedFile,
    /// The same content stood in the slot before.
    pub was_there: bool,
    /// Another place of the form in which the same content stands.
    pub elsewhere: Option<LocalText>,
}

/// A file on its way out.
#[derive(Debug)]
pub struct Outgoing {
    pub file: AttachedFile,
    pub reader: DocumentReader,
}

impl Draft {
    pub(crate) fn slots(&self, specs: &[DocumentSpec], member: u32) -> Vec<Slot> {
        let slot = |spec: &DocumentSpec| {
            let files: Vec<AttachedFile> =
                self.attachments.iter().filter(|a| a.slot == spec.id && a.member == member).map(AttachedFile::from).collect();
            Slot { room: files.len() < spec.count_max, files, spec: spec.clone() }
        };
        specs.iter().map(slot).collect()
    }

    /// Documents that are asked for and not there.
    pub(crate) fn document_problems(
        &self,
        section: &FormSection,
        specs: &[DocumentSpec],
        member: u32,
        needs: &Needs,
    ) -> Vec<AnswerProblem> {
        let has = |spec: &DocumentSpec| self.attachments.iter().any(|a| a.slot == spec.id && a.member == member);
        let missing = |spec: &DocumentSpec| {
            let (code, message) = document_missing(spec, needs.get(&spec.id))?;
            let place = Place { section: section.id.clone(), member, key: spec.id.clone() };
            Some(AnswerProblem { place, code, label: spec.title.clone(), message, clause: spec.clause.clone() })
        };
        specs.iter().filter(|s| !has(s)).filter_map(missing).collect()
    }
}

/// What is wrong with an empty slot, where it is asked for or may be.
fn document_missing(spec: &DocumentSpec, needed: Option<&Needed>) -> Option<(&'static str, LocalText)> {
    let (ja, en) = (&spec.title.ja, spec.title.get(Lang::En));
    let attach = || ("missing", LocalText::new(format!("{ja}を添付してください。"), format!("Attach `{en}`.")));
    match (&spec.required, needed) {
        (Required::Always, _) => Some(attach()),
        (Required::Never, _) | (Required::When(_), None) => None,
        (Required::When(_), Some(Needed { truth, when })) => match truth {
            Truth::No => None,
            Truth::Yes => Some((
                "missing",
                LocalText::new(
                    format!("{ja}を添付してください（{}は必須）。", when.ja),
                    format!("Attach `{en}` (required {}).", when.get(Lang::En)),
                ),
            )),
            Truth::Unknown => Some((
                MAY_BE_MISSING,
                LocalText::new(
                    format!("{ja}は、{}は必須です。条件に当たるかどうかは、ほかの欄の答えがそろうと決まります。", when.ja),
                    format!("`{en}` is required {}; whether that is so is settled by answers that are still open.", when.get(Lang::En)),
                ),
            )),
        },
    }
}

/// The section and the document of a slot.
fn slot_of(draft: &Draft, slot: &str, member: u32) -> Result<(FormSection, DocumentSpec), OfficeError> {
    for section in draft.form().sections {
        let SectionContent::Documents(specs) = &section.content else { continue };
        if let Some(spec) = specs.iter().find(|s| s.id == slot).cloned() {
            return draft.open_section(&section.id, member).map(|section| (section, spec));
        }
    }
    Err(OfficeError::NotFound)
}

/// Whether the file that another is to take the place of is there. With the new one in its place the form was sent twice.
fn replaced_is_there(draft: &Draft, spec: &DocumentSpec, member: u32, replaces: Option<Digest>, new: Digest) -> Result<(), OfficeError> {
    let there = |digest: Digest| draft.attachments.iter().any(|a| a.slot == spec.id && a.member == member && a.digest == digest);
    if replaces.is_none_or(there) || there(new) {
        return Ok(());
    }
    Err(OfficeError::Stale(LocalText::new(
        format!(
            "差し替えようとした「{}」のファイルは、別の画面ですでに差し替えられたか、外されています。いま送信したファイルは保存していません。画面を開き直して、いまのファイルを確かめてください。",
            spec.title.ja
        ),
        format!(
            "The file of `{}` that was to be replaced has been replaced or taken out elsewhere. The file just sent is not kept: open the page again and look at what is there now.",
            spec.title.en.as_deref().unwrap_or(&spec.title.ja)
        ),
    )))
}

/// Whether one more file fits, beside the one that it replaces and the same one already there.
fn room_for_one(
    draft: &Draft,
    spec: &DocumentSpec,
    member: u32,
    replaces: Option<Digest>,
    same: Option<Digest>,
) -> Result<(), OfficeError> {
    let other = |digest: Digest| Some(digest) != replaces && Some(digest) != same;
    let there = draft.attachments.iter().filter(|a| a.slot == spec.id && a.member == member && other(a.digest)).count();
    if there < spec.count_max {
        return Ok(());
    }
    Err(OfficeError::field(
        &spec.id,
        format!(
            "「{}」は{}点までです。差し替えるときは、先に添付したファイルの「差し替え」を使ってください。",
            spec.title.ja, spec.count_max
        ),
        format!("At most {} files here. Use `Replace` on one that is there.", spec.count_max),
    ))
}

impl Draft {
    /// Another place of the form in which the same content stands: it may be right, and may be the wrong file.
    fn elsewhere(&self, new: &Attachment) -> Option<LocalText> {
        let same = |a: &&Attachment| a.digest == new.digest && (a.slot != new.slot || a.member != new.member);
        let other = self.attachments.iter().find(same)?;
        let form = self.form();
        let specs = form.sections.iter().filter_map(|s| match &s.content {
            SectionContent::Documents(specs) => Some(specs),
            SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Budget { .. } | SectionContent::Kpis => None,
        });
        specs.flatten().find(|s| s.id == other.slot).map(|s| s.title.clone())
    }
}

impl Office {
    /// Begins to take in a file for a slot.
    ///
    /// # Errors
    /// Not this person's to fill in, not now, or no room.
    pub async fn begin_attachment(
        &self,
        person: &Person,
        case: CaseId,
        member: u32,
        slot: &str,
        file_name: &str,
        replaces: Option<Digest>,
    ) -> Result<Incoming, OfficeError> {
        let draft = self.draft(person, case, Action::EditDraft).await?;
        let (section, spec) = slot_of(&draft, slot, member)?;
        // Whether it fits its place is found out when it is known which file it is: the same one once more takes no place.
        self.room_on_the_disk(case, &spec, 1).await?;
        let upload = self.store().documents().begin(spec.bytes_max).await.map_err(|e| upload_failed(&spec, e))?;
        Ok(Incoming { case, section: section.id, member, spec, file_name: file_name.to_owned(), replaces, upload })
    }

    /// Looks at the whole file; keeps it and puts it into the form only if it is what the form asks for.
    ///
    /// # Errors
    /// An empty or damaged file, a kind that the form does not take, an archive that unpacks to far too much.
    pub async fn attach(&self, person: &Person, incoming: Incoming) -> Result<Kept, OfficeError> {
        let Incoming { case, section, member, spec, file_name, replaces, mut upload } = incoming;
        let (asked, name) = (spec.clone(), file_name);
        let looked = upload
            .look(move |file| inspect(file, &name, Expected { media_types: &asked.media_types, bytes_max: asked.bytes_max }))
            .await
            .map_err(|e| upload_failed(&spec, e))?;
        let found = looked.map_err(|refusal| OfficeError::Invalid(vec![FieldProblem { field: spec.id.clone(), text: refusal.told() }]))?;
        // What does not fit is kept under its digest and named by no row: it goes with the next sweep.
        let stored = upload.finish().await.map_err(|e| upload_failed(&spec, e))?;
        self.room_on_the_disk(case, &spec, stored.bytes).await?;
        for _ in 0..TRIES {
            // Asked again: it may have taken minutes, the call may have closed, and another page may have filled the place.
            let draft = self.draft(person, case, Action::EditDraft).await?;
            draft.open_section(&section, member)?;
            replaced_is_there(&draft, &spec, member, replaces, stored.digest)?;
            room_for_one(&draft, &spec, member, replaces, Some(stored.digest))?;
            let attachment = Attachment {
                slot: spec.id.clone(),
                member,
                digest: stored.digest,
                file_name: found.name.clone(),
                media_type: found.media_type.to_owned(),
                bytes: stored.bytes,
                uploaded_by: person.id,
                uploaded_at: draft.now,
            };
            let stands = Change::draft_stands(case, draft.row.revision);
            let mut batch = Batch::changes(vec![stands, Change::attach(case, &attachment)]);
            let there = |old: &Digest| draft.attachments.iter().any(|a| a.slot == spec.id && a.member == member && a.digest == *old);
            if let Some(old) = replaces.filter(|old| *old != attachment.digest && there(old)) {
                batch = batch.and_change(Change::detach(case, &spec.id, member, old));
            }
            match self.store().commit(batch).await {
                Ok(_) => {
                    let file = AttachedFile::from(&attachment);
                    return Ok(Kept { was_there: there(&file.digest), elsewhere: draft.elsewhere(&attachment), file });
                }
                Err(CommitError::DraftMoved) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(OfficeError::Busy(LocalText::new("同じ申請への保存が重なっています。", "Many people are saving this application at once.")))
    }

    /// Whether an application may take in so many bytes more. The same file again takes no room, but is counted as if it did.
    async fn room_on_the_disk(&self, case: CaseId, spec: &DocumentSpec, more: u64) -> Result<(), OfficeError> {
        let taken = self.store().attached_bytes(case).await?;
        if taken.saturating_add(more) <= CASE_BYTES_MAX {
            return Ok(());
        }
        let (most, taken) = (CASE_BYTES_MAX >> 20, taken >> 20);
        Err(OfficeError::field(
            &spec.id,
            format!(
                "一つの申請に添付できるファイルは、外したものや差し替える前のものを含めて{most} MBまでです（いま{taken} MB）。ファイルを小さくするか、事務局に連絡してください。"
            ),
            format!(
                "An application takes in {most} MB at most, files taken out or replaced included ({taken} MB now). Make the file smaller, or ask the office."
            ),
        ))
    }

    /// Takes a file out of the form. It stays on the disk: a receipt may name it. One that was taken out before is out.
    ///
    /// # Errors
    /// Not this person's to fill in, not now, or never there.
    pub async fn detach(&self, person: &Person, case: CaseId, member: u32, slot: &str, digest: Digest) -> Result<(), OfficeError> {
        let draft = self.draft(person, case, Action::EditDraft).await?;
        slot_of(&draft, slot, member)?;
        if !draft.attachments.iter().any(|a| a.slot == slot && a.member == member && a.digest == digest) {
            return self.store().attachment(case, digest).await?.map(|_| ()).ok_or(OfficeError::NotFound);
        }
        self.store().change(Change::detach(case, slot, member, digest)).await?;
        Ok(())
    }

    /// The section that a slot stands in, at the present stage.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`]
    pub async fn section_of_slot(&self, person: &Person, case: CaseId, slot: &str) -> Result<String, OfficeError> {
        let draft = self.draft(person, case, Action::ReadCase).await?;
        let holds = |s: &FormSection| match &s.content {
            SectionContent::Documents(specs) => specs.iter().any(|d| d.id == slot),
            SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Budget { .. } | SectionContent::Kpis => false,
        };
        draft.form().sections.into_iter().find(holds).map(|s| s.id).ok_or(OfficeError::NotFound)
    }

    /// A file of an application, for anybody who takes part in it.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`]
    pub async fn attachment(&self, person: &Person, case: CaseId, digest: Digest) -> Result<Outgoing, OfficeError> {
        self.may_case(person, Action::ReadCase, case).await?;
        let attachment = self.store().attachment(case, digest).await?.ok_or(OfficeError::NotFound)?;
        let reader = self.store().documents().open(digest).await?.ok_or(OfficeError::NotFound)?;
        Ok(Outgoing { file: AttachedFile::from(&attachment), reader })
    }
}

impl Incoming {
    /// Takes in the next bytes.
    ///
    /// # Errors
    /// As soon as the file is larger than the form allows.
    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), OfficeError> {
        self.upload.write(chunk).await.map_err(|e| upload_failed(&self.spec, e))
    }

    /// The section that the slot stands in.
    #[must_use]
    pub fn section(&self) -> &str {
        &self.section
    }
}

fn upload_failed(spec: &DocumentSpec, error: UploadError) -> OfficeError {
    match error {
        UploadError::TooLarge { limit } => {
            let most = limit / (1 << 20);
            OfficeError::field(
                &spec.id,
                format!("ファイルが大きすぎます（「{}」は{most} MBまで）。画像の解像度を下げるか、PDFを圧縮してください。", spec.title.ja),
                format!(
                    "The file is too large (`{}`: {most} MB at most). Lower its resolution, or compress the PDF.",
                    spec.title.get(Lang::En)
                ),
            )
        }
        UploadError::Fault(fault) => fault.into(),
    }
}
