//! Guideline editions: read from texts, published as acts of their call, kept in the store, and held parsed while the server runs.
//!
//! A text that cannot be read changes nothing: its call stays on the last good edition, and the office sees why. A published edition is
//! never edited; a changed text under the same number is refused with the way forward.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use banso_grant::Actor;
use banso_grant::decide::{self, By};
use banso_guideline::{Dictionary, Edition, Library, Problem, Severity};
use banso_kernel::{CallId, Digest, Instant, Lang, LocalText};
use banso_store::{Batch, Change, EditionProblems, EditionText};

use crate::{Office, OfficeError};

/// A guideline file: `programmes/go-tech/r8-1.md` is the first edition of its call, `r8-1.2.md` the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgrammeFile {
    pub path: String,
    pub text: String,
}

/// What all guidelines are read with.
#[derive(Debug, Clone)]
pub struct Words {
    pub dictionary: Dictionary,
    pub library: Library,
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

/// Why a guideline file is not in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenFile {
    pub path: String,
    pub call: Option<CallId>,
    /// Lines for people: `12:5 …`.
    pub problems: String,
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
}

impl Registry {
    fn all(&self) -> Arc<BTreeMap<CallId, PublishedCall>> {
        Arc::clone(&self.calls.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, call: &CallId, number: u32, edition: Edition) {
        let mut held = self.calls.write().unwrap_or_else(PoisonError::into_inner);
        let mut calls = BTreeMap::clone(&held);
        let entry = calls.entry(call.clone()).or_insert_with(|| PublishedCall { call: call.clone(), editions: Vec::new() });
        entry.editions.retain(|e| e.number != number);
        entry.editions.push(PublishedEdition { number, edition });
        entry.editions.sort_by_key(|e| e.number);
        *held = Arc::new(calls);
    }
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

    /// Reads all that was published before. For the start of the program.
    ///
    /// # Errors
    /// Storage; a kept edition that can no longer be read is a fault, since cases hang on it.
    pub async fn restore_editions(&self, words: &Words) -> Result<(), OfficeError> {
        for kept in self.store().editions().await? {
            let reading = Edition::read(&kept.source, &words.dictionary, &words.library);
            let edition = reading.edition.ok_or_else(|| {
                let first = reading.problems.first().map(|p| p.message.get(Lang::En).to_owned()).unwrap_or_default();
                OfficeError::fault(format!("edition {} of `{}` can no longer be read: {first}", kept.number, kept.call))
            })?;
            self.registry().add(&kept.call, kept.number, edition);
        }
        Ok(())
    }

    /// Publishes what is new among these files, in the order given, and notes what is wrong with the others.
    ///
    /// # Errors
    /// Storage. What is wrong with a file is an answer, not an error.
    pub async fn load_programmes(&self, files: &[ProgrammeFile], words: &Words) -> Result<Vec<Loaded>, OfficeError> {
        let mut done = Vec::with_capacity(files.len());
        for file in files {
            let loaded = self.load_programme(file, words).await?;
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
    /// Storage.
    pub async fn broken_files(&self) -> Result<Vec<BrokenFile>, OfficeError> {
        let found = self.store().edition_problems().await?;
        Ok(found.into_iter().map(|p| BrokenFile { path: p.path, call: p.call, problems: p.problems }).collect())
    }

    async fn load_programme(&self, file: &ProgrammeFile, words: &Words) -> Result<Loaded, OfficeError> {
        let (call, number) = match named(&file.path) {
            Ok(found) => found,
            Err(problems) => return Ok(Loaded::Broken(BrokenFile { path: file.path.clone(), call: None, problems })),
        };
        let broken = |problems: String| Loaded::Broken(BrokenFile { path: file.path.clone(), call: Some(call.clone()), problems });
        let known = self.published_call(&call).ok().and_then(|c| c.editions.into_iter().find(|e| e.number == number));
        if let Some(known) = known {
            return Ok(match known.edition.source() == file.text {
                true => Loaded::Unchanged { call },
                false => broken(changed_after_publication(&file.path, &call, number)),
            });
        }
        let reading = Edition::read(&file.text, &words.dictionary, &words.library);
        let Some(edition) = reading.edition else { return Ok(broken(lines(&reading.problems, &file.text))) };
        if edition.meta().call != call {
            return Ok(broken(wrong_place(&edition.meta().call, &call)));
        }
        self.publish(&call, number, &edition).await?;
        self.registry().add(&call, number, edition);
        Ok(Loaded::Published { call, number })
    }

    async fn publish(&self, call: &CallId, number: u32, edition: &Edition) -> Result<(), OfficeError> {
        let by = By { actor: Actor::System, edition: edition.digest(), now: self.now(), clause: "front matter".to_owned() };
        let act = decide::publish_edition(&edition.meta().edition, &by)?;
        let after = self.store().call(call).await?.map_or(0, |file| file.acts.len() as u64);
        let text = EditionText {
            digest: edition.digest(),
            call: call.clone(),
            number,
            name: edition.meta().edition.clone(),
            source: edition.source().to_owned(),
        };
        self.append(Batch::call(call.clone(), after, vec![act]).and_change(Change::keep_edition(&text))).await?;
        Ok(())
    }

    async fn note_broken(&self, broken: &BrokenFile) -> Result<(), OfficeError> {
        tracing::warn!(path = %broken.path, "a guideline is not in force: {}", broken.problems.lines().next().unwrap_or_default());
        let problems = EditionProblems { path: broken.path.clone(), call: broken.call.clone(), problems: broken.problems.clone() };
        self.append(Batch::changes(vec![Change::note_edition_problems(&problems)])).await?;
        Ok(())
    }
}

/// The call and the edition's number in a path that ends in `programme/round.md` or `programme/round.2.md`.
fn named(path: &str) -> Result<(CallId, u32), String> {
    let wrong = || {
        let text = LocalText::new(
            format!("ファイルの場所「{path}」が正しくありません。programmes/制度/回.md（第2版は 回.2.md）に置いてください。"),
            format!("`{path}` is not where a guideline goes: put it at programmes/PROGRAMME/ROUND.md (a second edition: ROUND.2.md)."),
        );
        format!("{}\n{}", text.ja, text.get(Lang::En))
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

/// Problems as lines, errors first.
fn lines(problems: &[Problem], source: &str) -> String {
    let errors = problems.iter().filter(|p| p.severity == Severity::Error);
    let line = |p: &Problem| {
        let (line, column) = p.span.line_and_column(source);
        let remedy = p.remedy.as_ref().map(|r| format!(" {}", r.ja)).unwrap_or_default();
        format!("{line}行{column}字 [{}] {}{remedy}", p.code, p.message.ja)
    };
    errors.map(line).collect::<Vec<_>>().join("\n")
}

fn changed_after_publication(path: &str, call: &CallId, number: u32) -> String {
    let next = number + 1;
    format!(
        "公表済みの第{number}版の本文が変わっています。公表した版は書き換えられません。元に戻し、改正は第{next}版（{}.{next}.md）として置いてください。\n\
         The published edition {number} has been edited ({path}). Put it back, and publish the change as edition {next} ({}.{next}.md).",
        call.round(),
        call.round(),
    )
}

fn wrong_place(says: &CallId, stands: &CallId) -> String {
    format!("本文は「{says}」の要領ですが、「{stands}」の場所にあります。\nThe text is of `{says}` but stands at `{stands}`.")
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
