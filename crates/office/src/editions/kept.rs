//! Editions that were published before, read again: each with the fact dictionary and the shared definitions that it pinned when it was
//! published. One that is not accepted any more (a later program reads more strictly, a text is gone) closes its own call to new acts and
//! nothing else: what was done under it is shown as far as the text can be read, and the office is told what is wrong.

use std::collections::BTreeMap;

use banso_grant::ReadWith;
use banso_guideline::{Dictionary, Edition, Library, Problem};
use banso_kernel::{CallId, Digest, Lang, LocalText};
use banso_permits::{Action, Person, Resource};
use banso_store::{Append, Batch, Content, EditionText};

use super::{ProgrammeFile, PublishedCall, PublishedEdition, Words, put};
use crate::{Office, OfficeError};

/// Whether acts may rest on an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    InOrder,
    /// It was accepted once and is not any more. Why, in lines for people.
    NotAccepted(LocalText),
}

/// An edition on which no act can rest any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnacceptedEdition {
    pub call: CallId,
    pub number: u32,
    pub name: String,
    /// Whether its call stands still: it is the edition in force.
    pub in_force: bool,
    pub problems: LocalText,
}

/// Texts that editions pinned, by digest; `None` where the text is gone.
type Pinned = BTreeMap<Digest, Option<String>>;

/// A kept text as it is read now.
struct Reread {
    call: CallId,
    edition: PublishedEdition,
    /// What is wrong with the text itself.
    problems: Vec<Problem>,
}

impl PublishedCall {
    /// Why the call takes no acts, where the edition in force is not accepted any more.
    #[must_use]
    pub fn suspended(&self) -> Option<&LocalText> {
        match &self.editions.last()?.standing {
            Standing::InOrder => None,
            Standing::NotAccepted(problems) => Some(problems),
        }
    }
}

impl Office {
    /// Reads all that was published before, and holds it from now on. An edition that is not accepted any more is held as far as it can be
    /// read, and its call takes no acts.
    ///
    /// # Errors
    /// Storage.
    pub async fn restore_editions(&self, words: &Words) -> Result<(), OfficeError> {
        let kept = self.store().editions().await?;
        let mut pinned = Pinned::new();
        for digest in kept.iter().filter_map(|k| k.read_with).flat_map(|w| [w.dictionary, w.definitions]) {
            if let std::collections::btree_map::Entry::Vacant(unknown) = pinned.entry(digest) {
                unknown.insert(self.pinned_text(digest).await?);
            }
        }
        let words = words.clone();
        let read = tokio::task::spawn_blocking(move || reread(kept, &pinned, &words)).await.map_err(OfficeError::fault)?;
        let mut calls = BTreeMap::new();
        for Reread { call, mut edition, problems } in read {
            if !problems.is_empty() {
                let file = ProgrammeFile { path: format!("{call} ({})", edition.number), text: edition.edition.source().to_owned() };
                edition.standing = Standing::NotAccepted(self.programmes().shown(&file, &problems));
            }
            if edition.standing != Standing::InOrder {
                tracing::warn!(%call, number = edition.number, "a published edition is not accepted any more; its acts can still be read");
            }
            put(&mut calls, &call, edition);
        }
        self.registry().replace(calls);
        Ok(())
    }

    async fn pinned_text(&self, digest: Digest) -> Result<Option<String>, OfficeError> {
        Ok(match self.store().content(digest).await {
            Ok(Some(Content::Kept(text))) => Some(text),
            // A text that was changed is as good as gone; `verify` names it.
            Ok(Some(Content::Erased { .. }) | None) | Err(banso_store::Fault::Impossible { .. }) => None,
            Err(other) => return Err(other.into()),
        })
    }

    /// The editions on which no act can rest any more, for the office.
    ///
    /// # Errors
    /// Forbidden to whoever has no desk in the office.
    pub fn unaccepted_editions(&self, person: &Person) -> Result<Vec<UnacceptedEdition>, OfficeError> {
        self.may(person, Action::ReadCall, &Resource::Office)?;
        let mut out = Vec::new();
        for call in self.registry().all().values() {
            let newest = call.editions.last().map(|e| e.number);
            for edition in &call.editions {
                let Standing::NotAccepted(problems) = &edition.standing else { continue };
                out.push(UnacceptedEdition {
                    call: call.call.clone(),
                    number: edition.number,
                    name: edition.edition.meta().edition.clone(),
                    in_force: newest == Some(edition.number),
                    problems: problems.clone(),
                });
            }
        }
        Ok(out)
    }

    /// Whether a call takes acts.
    ///
    /// # Errors
    /// [`OfficeError::Suspended`] where its edition in force is not accepted any more.
    pub(crate) fn takes_acts(&self, call: &CallId) -> Result<(), OfficeError> {
        let suspended = self.registry().all().get(call).filter(|c| c.suspended().is_some()).cloned();
        suspended.map_or(Ok(()), |call| Err(OfficeError::Suspended(why(&call.call))))
    }

    /// No act rests on an edition that is not accepted any more.
    pub(crate) fn rests_on_accepted_editions(&self, batch: &Batch) -> Result<(), OfficeError> {
        let calls = self.registry().all();
        let unaccepted: BTreeMap<Digest, &CallId> = calls
            .values()
            .flat_map(|c| c.editions.iter().map(move |e| (e, &c.call)))
            .filter(|(e, _)| e.standing != Standing::InOrder)
            .map(|(e, call)| (e.edition.digest(), call))
            .collect();
        if unaccepted.is_empty() {
            return Ok(());
        }
        let editions = batch.appends.iter().flat_map(|append| match append {
            Append::Case { acts, .. } => acts.iter().map(|a| a.edition).collect::<Vec<_>>(),
            Append::Call { acts, .. } => acts.iter().map(|a| a.edition).collect(),
            // A letter tells of an act that was taken before.
            Append::Letters { .. } => Vec::new(),
        });
        match editions.into_iter().find_map(|e| unaccepted.get(&e)) {
            Some(call) => Err(OfficeError::Suspended(why(call))),
            None => Ok(()),
        }
    }
}

fn why(call: &CallId) -> LocalText {
    LocalText::new(
        format!(
            "公募「{call}」の要領の現行の版が、いまのプログラムでは誤りとなるため、新しい手続を止めています。これまでの記録は閲覧できます。\
             事務局が改正版を公表すると再開します。"
        ),
        format!(
            "The edition in force of `{call}` is not accepted by this program any more, so nothing new can be done in it. What was done can be \
             read. It goes on once the office publishes an amended edition."
        ),
    )
}

/// Reads every kept text anew.
fn reread(kept: Vec<EditionText>, pinned: &Pinned, current: &Words) -> Vec<Reread> {
    let mut known: BTreeMap<ReadWith, Result<Words, LocalText>> = BTreeMap::from([(current.pinned(), Ok(current.clone()))]);
    let mut one = |kept: EditionText| {
        // An edition that pinned nothing is read with what there is now, as it always was.
        let own = match kept.read_with {
            None => Ok(current.clone()),
            Some(pin) => known.entry(pin).or_insert_with(|| words_of(pin, pinned)).clone(),
        };
        let words = own.as_ref().unwrap_or(current);
        let reading = Edition::read(&kept.source, &words.dictionary, &words.library);
        let accepted = reading.edition.filter(|_| own.is_ok());
        let problems = if accepted.is_some() || own.is_err() { Vec::new() } else { reading.problems };
        let as_far = || Edition::as_far_as_it_reads(&kept.source, &words.dictionary, &words.library, &kept.call, &kept.name);
        let edition = accepted.unwrap_or_else(as_far);
        let standing = own.err().map_or(Standing::InOrder, Standing::NotAccepted);
        Reread {
            call: kept.call,
            edition: PublishedEdition { number: kept.number, edition, read_with: kept.read_with, standing },
            problems,
        }
    };
    kept.into_iter().map(&mut one).collect()
}

/// The words that an edition pinned.
fn words_of(pin: ReadWith, pinned: &Pinned) -> Result<Words, LocalText> {
    let text = |digest: Digest, ja: &str, en: &str| {
        let found = pinned.get(&digest).cloned().flatten();
        found.ok_or_else(|| {
            LocalText::new(
                format!("公表のときの{ja}（SHA-256 {digest}）の控えがありません。banso verify で記録を確かめてください。"),
                format!("The {en} that it was published with (SHA-256 {digest}) is gone. Check the record with `banso verify`."),
            )
        })
    };
    let (dictionary, definitions) =
        (text(pin.dictionary, "事実辞書", "fact dictionary")?, text(pin.definitions, "共通の定義", "shared definitions")?);
    let dictionary = Dictionary::parse(&dictionary).map_err(|p| not_read("事実辞書", "fact dictionary", &p))?;
    let library = Library::parse(&definitions, &dictionary).map_err(|p| not_read("共通の定義", "shared definitions", &p))?;
    Ok(Words { dictionary, library })
}

fn not_read(ja: &str, en: &str, problems: &[Problem]) -> LocalText {
    let first = |lang| problems.first().map(|p| p.message.get(lang).to_owned()).unwrap_or_default();
    LocalText::new(
        format!("公表のときの{ja}が、いまのプログラムでは読めません。{}", first(Lang::Ja)),
        format!("The {en} that it was published with cannot be read any more. {}", first(Lang::En)),
    )
}

#[cfg(test)]
#[path = "kept_tests.rs"]
mod tests;
