//! Guideline editions: read from texts, published as acts of their call, kept in the store, and held parsed while the server runs.
//!
//! A text that cannot be read changes nothing: its call stays on the last good edition, and the office sees why. A published edition is
//! never edited; a changed text under the same number is refused with the way forward.

mod kept;
mod turned_away;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use banso_grant::decide::{self, By};
use banso_grant::{Actor, CallPhase, ReadWith};
use banso_guideline::{Dictionary, Edition, Library, Problem, Severity};
use banso_kernel::{CallId, Digest, Instant, Lang, LocalText};
use banso_permits::{Action, Person, Resource};
use banso_store::{Batch, Change, EditionProblems, EditionText};

pub use kept::{Standing, UnacceptedEdition};
use turned_away::{changed_after_publication, judged_otherwise, out_of_turn, same_text, wrong_place};

use crate::timeline::FRONT_MATTER;
use crate::{FieldProblem, Office, OfficeError};

/// A guideline file: `programmes/go-tech/r8-1.md` is the first edition of its call, `r8-1.2.md` the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgrammeFile {
    pub path: String,
    pub text: String,
}

/// Where guidelines stand. The world's place varies: a folder beside the server, texts in a test.
pub trait Programmes: Send + Sync + 'static {
    /// Everything as it stands now. Blocking.
    ///
    /// # Errors
    /// Why nothing can be read, in words: a folder that is gone, a dictionary that is broken.
    fn read(&self) -> Result<ProgrammeTexts, LocalText>;

    /// The errors of a text as people read them, first line first: where, what, the remedy.
    fn shown(&self, file: &ProgrammeFile, problems: &[Problem]) -> LocalText {
        let said = |lang| lines(problems, &file.text, lang);
        LocalText::new(said(Lang::Ja), said(Lang::En))
    }
}

/// All guidelines with what they are read with, first editions before later ones.
#[derive(Debug, Clone)]
pub struct ProgrammeTexts {
    pub words: Words,
    pub files: Vec<ProgrammeFile>,
    /// Files that are no text, with why: the others are read all the same.
    pub unreadable: Vec<(String, LocalText)>,
}

/// What all guidelines are read with.
#[derive(Debug, Clone)]
pub struct Words {
    pub dictionary: Dictionary,
    pub library: Library,
}

impl Words {
    /// The digests that an edition pins which is read with them.
    #[must_use]
    pub fn pinned(&self) -> ReadWith {
        ReadWith { dictionary: self.dictionary.digest(), definitions: self.library.digest() }
    }
}

/// A call with its editions, oldest first.
#[derive(Debug, Clone)]
pub struct PublishedCall {
    pub call: CallId,
    pub editions: Vec<PublishedEdition>,
}

#[derive(Debug, Clone)]
pub struct PublishedEdition {
    pub number: u32,
    pub edition: Edition,
    /// What it was read with when it was published; nothing on record where that was before it was noted.
    pub read_with: Option<ReadWith>,
    pub standing: Standing,
}

/// Where a call stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallTime {
    Open,
    Upcoming,
    Closed,
}

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loaded {
    /// In force from now on.
    Published { call: CallId, number: u32 },
    /// The same text as before.
    Unchanged { call: CallId },
    /// Not in force; the call stays on its last good edition, if it has one.
    Broken(BrokenFile),
}

impl Loaded {
    fn broken_path(&self) -> Option<&str> {
        match self {
            Loaded::Broken(file) => Some(&file.path),
            Loaded::Published { .. } | Loaded::Unchanged { .. } => None,
        }
    }
}

/// Why a guideline file is not in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenFile {
    pub path: String,
    pub call: Option<CallId>,
    /// Lines for people: where, what, the remedy.
    pub problems: LocalText,
}

impl PublishedCall {
    /// The edition in force: the newest.
    #[must_use]
    pub fn current(&self) -> Option<&Edition> {
        self.editions.last().map(|e| &e.edition)
    }
}

/// Whether a call takes applications at this instant.
#[must_use]
pub fn call_time(edition: &Edition, now: Instant) -> CallTime {
    let meta = edition.meta();
    if now < meta.opens {
        CallTime::Upcoming
    } else if now <= meta.closes {
        CallTime::Open
    } else {
        CallTime::Closed
    }
}

/// The parsed editions, shared by all clones of an office.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    calls: RwLock<Arc<BTreeMap<CallId, PublishedCall>>>,
    /// Held while guidelines are read: two readings at once would publish the same edition twice.
    pub(crate) reading: tokio::sync::Mutex<()>,
}

impl Registry {
    fn all(&self) -> Arc<BTreeMap<CallId, PublishedCall>> {
        Arc::clone(&self.calls.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, call: &CallId, edition: PublishedEdition) {
        let mut held = self.calls.write().unwrap_or_else(PoisonError::into_inner);
        let mut calls = BTreeMap::clone(&held);
        put(&mut calls, call, edition);
        *held = Arc::new(calls);
    }

    fn replace(&self, calls: BTreeMap<CallId, PublishedCall>) {
        *self.calls.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(calls);
    }
}

fn put(calls: &mut BTreeMap<CallId, PublishedCall>, call: &CallId, edition: PublishedEdition) {
    let entry = calls.entry(call.clone()).or_insert_with(|| PublishedCall { call: call.clone(), editions: Vec::new() });
    entry.editions.retain(|e| e.number != edition.number);
    entry.editions.push(edition);
    entry.editions.sort_by_key(|e| e.number);
}

impl Office {
    /// All calls that have an edition, those that close first before the others.
    #[must_use]
    pub fn calls(&self) -> Vec<PublishedCall> {
        let mut calls: Vec<PublishedCall> = self.registry().all().values().cloned().collect();
        calls.sort_by_key(|c| c.current().map(|e| (call_time(e, self.now()), e.meta().closes)));
        calls
    }

    /// A call with its editions.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`]
    pub fn published_call(&self, call: &CallId) -> Result<PublishedCall, OfficeError> {
        self.registry().all().get(call).cloned().ok_or(OfficeError::NotFound)
    }

    /// The edition of a call that governs now.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`]
    pub fn edition_in_force(&self, call: &CallId) -> Result<Edition, OfficeError> {
        self.published_call(call)?.current().cloned().ok_or(OfficeError::NotFound)
    }

    /// The edition that an act names.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`]
    pub fn edition(&self, digest: Digest) -> Result<Edition, OfficeError> {
        let calls = self.registry().all();
        let mut editions = calls.values().flat_map(|c| &c.editions);
        editions.find(|e| e.edition.digest() == digest).map(|e| e.edition.clone()).ok_or(OfficeError::NotFound)
    }

    /// Publishes what is new among these files, in the order given, and notes what is wrong with the others.
    ///
    /// # Errors
    /// Storage. What is wrong with a file is an answer, not an error.
    pub async fn load_programmes(&self, files: &[ProgrammeFile], words: &Words) -> Result<Vec<Loaded>, OfficeError> {
        self.load_as(Actor::System, files, words).await
    }

    /// Brings in force what stands among the guidelines now. For the start of the program.
    ///
    /// # Errors
    /// Storage; guidelines of which none can be read, in words.
    pub async fn read_programmes(&self) -> Result<Vec<Loaded>, OfficeError> {
        self.take_in(Actor::System).await
    }

    /// Reads everything and brings it in force on behalf of somebody.
    pub(crate) async fn take_in(&self, actor: Actor) -> Result<Vec<Loaded>, OfficeError> {
        let _alone = self.registry().reading.lock().await;
        let programmes = self.programmes();
        let read = tokio::task::spawn_blocking(move || programmes.read()).await.map_err(OfficeError::fault)?;
        let unreadable = |text| OfficeError::Invalid(vec![FieldProblem { field: String::new(), text }]);
        let ProgrammeTexts { words, files, unreadable } = read.map_err(unreadable)?;
        self.restore_editions(&words).await?;
        let mut loaded = self.load_as(actor, &files, &words).await?;
        for (path, problems) in unreadable {
            let broken = BrokenFile { call: named(&path).ok().map(|(call, _)| call), path, problems };
            self.note_broken(&broken).await?;
            loaded.push(Loaded::Broken(broken));
        }
        let standing: Vec<&str> = loaded.iter().filter_map(Loaded::broken_path).chain(files.iter().map(|f| f.path.as_str())).collect();
        // What was wrong with a file that is gone concerns nobody any more.
        for noted in self.store().edition_problems().await?.iter().filter(|noted| !standing.contains(&noted.path.as_str())) {
            self.append(Batch::changes(vec![Change::clear_edition_problems(&noted.path)])).await?;
        }
        Ok(loaded)
    }

    async fn load_as(&self, actor: Actor, files: &[ProgrammeFile], words: &Words) -> Result<Vec<Loaded>, OfficeError> {
        let mut done = Vec::with_capacity(files.len());
        for file in files {
            let loaded = self.load_programme(actor, file, words).await?;
            match &loaded {
                Loaded::Broken(broken) => self.note_broken(broken).await?,
                Loaded::Published { .. } | Loaded::Unchanged { .. } => {
                    self.append(Batch::changes(vec![Change::clear_edition_problems(&file.path)])).await?;
                }
            }
            done.push(loaded);
        }
        Ok(done)
    }

    /// What the office has to know about files that are not in force.
    ///
    /// # Errors
    /// Forbidden to whoever has no desk in the office.
    pub async fn broken_files(&self, person: &Person) -> Result<Vec<BrokenFile>, OfficeError> {
        self.may(person, Action::ReadCall, &Resource::Office)?;
        let found = self.store().edition_problems().await?;
        let words = |text: String| serde_json::from_str(&text).unwrap_or_else(|_| LocalText::ja(text));
        Ok(found.into_iter().map(|p| BrokenFile { path: p.path, call: p.call, problems: words(p.problems) }).collect())
    }

    async fn load_programme(&self, actor: Actor, file: &ProgrammeFile, words: &Words) -> Result<Loaded, OfficeError> {
        let (call, number) = match named(&file.path) {
            Ok(found) => found,
            Err(problems) => return Ok(Loaded::Broken(BrokenFile { path: file.path.clone(), call: None, problems })),
        };
        let broken = |problems| Loaded::Broken(BrokenFile { path: file.path.clone(), call: Some(call.clone()), problems });
        let published = self.published_call(&call).map(|c| c.editions).unwrap_or_default();
        if let Some(known) = published.iter().find(|e| e.number == number) {
            return Ok(match known.edition.source() == file.text {
                true => Loaded::Unchanged { call },
                false => broken(changed_after_publication(&file.path, &call, number)),
            });
        }
        if let Some(last) = published.last().filter(|last| number < last.number) {
            return Ok(broken(out_of_turn(&call, number, last.number)));
        }
        let reading = Edition::read(&file.text, &words.dictionary, &words.library);
        let Some(edition) = reading.edition else { return Ok(broken(self.programmes().shown(file, &reading.problems))) };
        if edition.meta().call != call {
            return Ok(broken(wrong_place(&edition.meta().call, &call)));
        }
        if let Some(same) = published.iter().find(|e| e.edition.digest() == edition.digest()) {
            return Ok(broken(same_text(same.number)));
        }
        // An edition that is not accepted any more must not keep the one that puts it right from being published.
        let taken_back: Vec<Problem> = published.last().map(|before| edition.amends(&before.edition)).unwrap_or_default();
        if !taken_back.is_empty() {
            return Ok(broken(self.programmes().shown(file, &taken_back)));
        }
        let accepted = published.last().filter(|before| before.standing == Standing::InOrder);
        if let Some(before) = accepted.filter(|before| !edition.judges_as(&before.edition))
            && self.review_has_begun(&call).await?
        {
            return Ok(broken(judged_otherwise(&before.edition.meta().edition)));
        }
        let published = PublishedEdition { number, edition, read_with: Some(words.pinned()), standing: Standing::InOrder };
        self.publish(actor, &call, &published, words).await?;
        self.registry().add(&call, published);
        Ok(Loaded::Published { call, number })
    }

    /// Whether somebody scores, or has scored, by the edition in force.
    async fn review_has_begun(&self, call: &CallId) -> Result<bool, OfficeError> {
        let phase = self.store().call(call).await?.map(|file| file.call.phase);
        Ok(phase.is_some_and(|phase| !matches!(phase, CallPhase::Receiving)))
    }

    async fn publish(&self, actor: Actor, call: &CallId, published: &PublishedEdition, words: &Words) -> Result<(), OfficeError> {
        let PublishedEdition { number, edition, .. } = published;
        let by = By { actor, edition: edition.digest(), now: self.now(), clause: FRONT_MATTER.to_owned() };
        let act = decide::publish_edition(&edition.meta().edition, words.pinned(), &by)?;
        let after = self.store().call(call).await?.map_or(0, |file| file.acts.len() as u64);
        let text = EditionText {
            digest: edition.digest(),
            call: call.clone(),
            number: *number,
            name: edition.meta().edition.clone(),
            source: edition.source().to_owned(),
            read_with: Some(words.pinned()),
        };
        let kept =
            [Change::keep_content(words.dictionary.source()), Change::keep_content(words.library.source()), Change::keep_edition(&text)];
        let batch = kept.into_iter().fold(Batch::call(call.clone(), after, vec![act]), Batch::and_change);
        self.append(batch).await?;
        Ok(())
    }

    async fn note_broken(&self, broken: &BrokenFile) -> Result<(), OfficeError> {
        let first = broken.problems.get(Lang::En).lines().next().unwrap_or_default();
        tracing::warn!(path = %broken.path, "a guideline is not in force: {first}");
        let problems = serde_json::to_string(&broken.problems).map_err(OfficeError::fault)?;
        let problems = EditionProblems { path: broken.path.clone(), call: broken.call.clone(), problems };
        self.append(Batch::changes(vec![Change::note_edition_problems(&problems)])).await?;
        Ok(())
    }
}

/// The call and the edition's number in a path that ends in `programme/round.md` or `programme/round.2.md`.
fn named(path: &str) -> Result<(CallId, u32), LocalText> {
    let wrong = || {
        LocalText::new(
            format!("ファイルの場所「{path}」が正しくありません。programmes/制度/回.md（第2版は 回.2.md）に置いてください。"),
            format!("`{path}` is not where a guideline goes: put it at programmes/PROGRAMME/ROUND.md (a second edition: ROUND.2.md)."),
        )
    };
    let mut parts = path.rsplit(['/', '\\']);
    let (file, programme) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let stem = file.strip_suffix(".md").ok_or_else(wrong)?;
    let (round, number) = match stem.rsplit_once('.') {
        Some((round, number)) => (round, number.parse().ok().filter(|n| *n >= 2).ok_or_else(wrong)?),
        None => (stem, 1),
    };
    let call = CallId::parse(&format!("{programme}/{round}")).map_err(|_| wrong())?;
    Ok((call, number))
}

/// The errors as lines.
fn lines(problems: &[Problem], source: &str, lang: Lang) -> String {
    let errors = problems.iter().filter(|p| p.severity == Severity::Error);
    let line = |p: &Problem| {
        let (line, column) = p.span.line_and_column(source);
        let remedy = p.remedy.as_ref().map(|r| format!(" {}", r.get(lang))).unwrap_or_default();
        format!("{line}:{column} [{}] {}{remedy}", p.code, p.message.get(lang))
    };
    errors.map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_the_call_and_the_edition() {
        let call = |t: &str| CallId::parse(t).unwrap();
        for (path, expect) in [
            ("programmes/go-tech/r7-1.md", Some((call("go-tech/r7-1"), 1))),
            ("/x/programmes/go-tech/r7-1.2.md", Some((call("go-tech/r7-1"), 2))),
            ("go-tech/r7-1.1.md", None),
            ("go-tech/r7-1.txt", None),
            ("r7-1.md", None),
            ("programmes/Go/r7.md", None),
        ] {
            assert_eq!(named(path).ok(), expect, "{path}");
        }
    }
}
