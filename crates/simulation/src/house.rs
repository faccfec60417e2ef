//! The house: a store and an office on it, opened again after each death. What was only in memory is gone then.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use banso_kernel::{CallId, Day, LocalText};
use banso_letters::Letters;
use banso_office::{Loaded, MailError, Mailer, Office, Outgoing, Parts, People, ProgrammeFile, ProgrammeTexts, Programmes, Words};
use banso_permits::Policies;
use banso_store::{Clock as _, Place, Store};

use crate::clock::WorldClock;
use crate::failure::Why;

/// What a house is built of.
pub struct Blueprint {
    pub place: Place,
    pub policies: Policies,
    pub letters: Letters,
    /// The guideline, and what it is read with.
    pub file: ProgrammeFile,
    pub words: Words,
}

/// The mails that went out: how often each effect was handed over.
#[derive(Debug, Default)]
pub struct Post(Mutex<BTreeMap<String, u32>>);

impl Post {
    /// Different mails, and how many were handed over again because the house died before it was written down.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        let sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let again = sent.values().map(|n| u64::from(n.saturating_sub(1))).sum();
        (sent.len() as u64, again)
    }
}

/// Keeps nothing but the count.
#[derive(Debug, Clone)]
struct Counting(Arc<Post>);

impl Mailer for Counting {
    fn send(&self, mail: &Outgoing) -> Result<(), MailError> {
        let mut sent = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = sent.entry(mail.effect.clone()).or_default();
        *times = times.saturating_add(1);
        Ok(())
    }
}

/// The one guideline.
#[derive(Debug)]
struct Shelf {
    file: ProgrammeFile,
    words: Words,
}

impl Programmes for Shelf {
    fn read(&self) -> Result<ProgrammeTexts, LocalText> {
        Ok(ProgrammeTexts { words: self.words.clone(), files: vec![self.file.clone()], unreadable: Vec::new() })
    }
}

/// A house with its lights on.
pub(crate) struct Open {
    pub(crate) office: Office,
    pub(crate) store: Store,
}

/// The house.
pub(crate) struct House {
    blueprint: Blueprint,
    pub(crate) clock: Arc<WorldClock>,
    pub(crate) post: Arc<Post>,
    open: Option<Open>,
}

impl House {
    pub(crate) fn new(blueprint: Blueprint, clock: Arc<WorldClock>) -> Self {
        House { blueprint, clock, post: Arc::default(), open: None }
    }

    pub(crate) fn open(&self) -> Result<&Open, Why> {
        self.open.as_ref().ok_or_else(|| Why::Broken("the house is closed".to_owned()))
    }

    /// The day on which the clock stands.
    pub(crate) fn clock_day(&self) -> Day {
        self.clock.now().day()
    }

    /// Puts the lights out: everything that is only in memory is dropped.
    pub(crate) async fn close(&mut self) {
        if let Some(Open { office, store }) = self.open.take() {
            office.close().await;
            store.close().await;
        }
    }

    /// Opens the house, after a death or for the first time, with its guideline in force; answers with the call.
    pub(crate) async fn start(&mut self) -> Result<CallId, Why> {
        self.close().await;
        let (built, clock) = (&self.blueprint, Arc::clone(&self.clock));
        let store = Store::open(&built.place, clock.clone()).await?;
        let parts = Parts {
            store: store.clone(),
            policies: built.policies.clone(),
            letters: built.letters.clone(),
            mailer: Arc::new(Counting(Arc::clone(&self.post))),
            programmes: Arc::new(Shelf { file: built.file.clone(), words: built.words.clone() }),
            clock,
            people: People::Synthetic,
        };
        let office = Office::new(parts);
        let loaded = office.read_programmes().await?;
        self.open = Some(Open { office, store });
        match loaded.into_iter().next() {
            Some(Loaded::Published { call, .. } | Loaded::Unchanged { call }) => Ok(call),
            Some(Loaded::Broken(broken)) => Err(Why::Guideline(broken.problems.ja)),
            None => Err(Why::Guideline("no text".to_owned())),
        }
    }
}
