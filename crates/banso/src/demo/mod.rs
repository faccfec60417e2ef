//! The synthetic demonstration: an open call, one in review and one decided, played by the use cases themselves, in their roles, at
//! moments of the past. Nothing in it is real, and everything says so.

mod after;
mod calls;
mod cast;
mod clock;
mod dice;
mod form;
mod grant_scenes;
mod greeting;
mod marks;
mod office_scenes;
mod paper;
mod past;
mod people;
mod plans;
mod play;
mod progress;
mod review_scenes;
mod scores;
mod script;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use banso_kernel::{Day, Lang};
use banso_office::{Office, OfficeError, Words};
use banso_store::{CommitError, Fault, Store};

pub(crate) use clock::StageClock;
pub(crate) use greeting::accounts;
pub(crate) use marks::{Holds, look};
pub(crate) use progress::Voice;

use self::people::Troupe;
use self::play::{Play, said};
use self::progress::Progress;
use self::script::{Beat, Scene};

/// Why the demonstration could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoTrouble {
    #[error(
        "デモの公募要領 {path} を使えません。公募要領のフォルダーの隣に demo フォルダーが必要です。デモなしで始めるには banso serve を使ってください。\n\
         A guideline of the demonstration cannot be used: {path}. The folder `demo` has to stand beside the guidelines; without the \
         demonstration, use `banso serve`.\n{why}",
        path = path.display()
    )]
    Text { path: PathBuf, why: String },
    #[error("デモの場面 {scene:?} を演じられません。\nA scene of the demonstration failed: {scene:?}\n{cause}")]
    Scene { scene: Scene, cause: Box<DemoTrouble> },
    #[error("交付決定後の手続を演じられません（{kind}）。/ A step after the decision failed ({kind}).\n{said}")]
    Step { kind: String, said: String },
    #[error("{}", said(.0))]
    Office(OfficeError),
    #[error("デモの台本に誤りがあります（{0}）。/ The script of the demonstration is wrong ({0}).")]
    Script(&'static str),
    #[error(
        "この計算機の日付（{0}）が古すぎます。時計を合わせてから、もう一度始めてください。\n\
         The date of this machine ({0}) is too early. Set its clock and start again."
    )]
    Clock(Day),
}

impl From<OfficeError> for DemoTrouble {
    fn from(error: OfficeError) -> Self {
        DemoTrouble::Office(error)
    }
}

impl From<Fault> for DemoTrouble {
    fn from(fault: Fault) -> Self {
        DemoTrouble::Office(fault.into())
    }
}

impl From<CommitError> for DemoTrouble {
    fn from(error: CommitError) -> Self {
        DemoTrouble::Office(error.into())
    }
}

/// What the demonstration is made in.
pub(crate) struct Stage<'a> {
    pub(crate) office: &'a Office,
    pub(crate) store: &'a Store,
    pub(crate) clock: Arc<StageClock>,
    pub(crate) words: &'a Words,
    /// The folder that holds `programmes` and `demo`.
    pub(crate) root: PathBuf,
    /// Where the pages will be.
    pub(crate) address: String,
}

/// Loads the demonstration into an empty store, and lets the clock go.
pub(crate) async fn load(stage: &Stage<'_>, lang: Lang, voice: Voice) -> Result<(), DemoTrouble> {
    stage.clock.follow();
    let today = stage.office.now().day();
    let texts = calls::read(&stage.root, today)?;
    let proposals = script::proposals();
    let following = after::after(&texts, today);
    let beats = script::beats(&texts, &following, today);
    in_the_past(&beats, today)?;
    let troupe = Troupe::new();
    let mut progress = Progress::new(beats.len(), lang, voice);
    if let Some(first) = beats.first() {
        stage.clock.put(first.at.plus_seconds(-3600));
    }
    marks::begin(stage.store).await?;
    people::enter(stage.office, stage.store, &troupe, &proposals, texts.first().map_or(today, |t| t.dates.published)).await?;
    let mut play = Play {
        office: stage.office,
        store: stage.store,
        clock: Arc::clone(&stage.clock),
        words: stage.words,
        troupe: &troupe,
        texts: &texts,
        proposals: &proposals,
        cases: std::collections::BTreeMap::new(),
        after: &following,
        past: past::firms(),
        past_cases: Vec::new(),
        past_round: Vec::new(),
        address: &stage.address,
    };
    play.perform(&beats, &mut progress).await?;
    stage.clock.follow();
    marks::done(stage.store).await?;
    Ok(())
}

/// A ledger cannot be written ahead of its time.
fn in_the_past(beats: &[Beat], today: Day) -> Result<(), DemoTrouble> {
    if beats.iter().all(|beat| beat.at < today.start()) { Ok(()) } else { Err(DemoTrouble::Clock(today)) }
}
