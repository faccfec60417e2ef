//! The run: stretch by stretch on all cores, with progress, and a note after each stretch from which a stopped run goes on.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::time::Instant;

use banso_kernel::{CorporateNumber, Digest, Lang};
use banso_screening::{BLOCK, Block, Counter, Tally, screen_blocks};
use serde::{Deserialize, Serialize};

use super::input::{Firms, Prepared};
use super::list::{Lists, rows_of};
use super::{Asked, ScreenTrouble, report};

/// Blocks of a stretch: what is in memory at a time.
const STRETCH: usize = 32;

/// How far a run has come.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Note {
    /// Of the editions, the firms and the options.
    run: String,
    firms: u64,
    /// The last of them, where they are read by number.
    #[serde(default)]
    last: Option<CorporateNumber>,
    tally: Tally,
    /// Bytes of each list that belong to the firms screened so far.
    lists: Vec<u64>,
    done: bool,
}

const NOTE: &str = "progress.json";

/// Screens everything and says what came out.
pub(super) fn run(asked: &Asked, prepared: &Prepared, lang: Lang) -> Result<bool, ScreenTrouble> {
    let mut firms = Firms::open(asked, prepared)?;
    let run = fingerprint(asked, prepared, &firms.state()?);
    let mut note = Note { run: run.clone(), ..Note::default() };
    if let Some(folder) = &asked.to {
        std::fs::create_dir_all(folder).map_err(|cause| ScreenTrouble::Unwritable { path: folder.clone(), cause })?;
        if let Some(held) = noted(&folder.join(NOTE)) {
            if held.run != run {
                return Err(ScreenTrouble::OtherRun { path: folder.clone() });
            }
            note = held;
        }
    }
    let mut lists = asked.to.as_deref().map(|folder| Lists::open(folder, prepared, &note.lists)).transpose()?;
    if note.firms > 0 && !note.done {
        complain!("{}件目から続けます。/ Going on from firm {}.", note.firms + 1, note.firms + 1);
        firms.skip(note.firms, note.last)?;
    }
    let began = Instant::now();
    while !note.done {
        let blocks = stretch(&mut firms)?;
        note.done = blocks.len() < STRETCH;
        note.last = firms.last();
        screened(asked, prepared, &blocks, &mut note, lists.as_mut())?;
        if let (Some(folder), Some(lists)) = (&asked.to, lists.as_mut()) {
            note.lists = lists.flush()?;
            keep(&folder.join(NOTE), &note)?;
        }
        progress(&note, firms.all(), began);
    }
    let text = report::text(prepared, &note.tally, firms.unsettled(), lang);
    crate::say::text(&text);
    if let Some(folder) = &asked.to {
        report::files(folder, prepared, &note.tally)?;
    }
    let misfits = firms.misfits();
    if let Some(misfits) = &misfits {
        complain!("{}", misfits.to_string().trim_end());
    }
    Ok(misfits.is_none())
}

fn stretch(firms: &mut Firms) -> Result<Vec<Block>, ScreenTrouble> {
    let mut blocks = Vec::with_capacity(STRETCH);
    while blocks.len() < STRETCH {
        match firms.block()? {
            Some(block) => blocks.push(block),
            None => break,
        }
    }
    Ok(blocks)
}

fn screened(asked: &Asked, prepared: &Prepared, blocks: &[Block], note: &mut Note, lists: Option<&mut Lists>) -> Result<(), ScreenTrouble> {
    let listing = lists.is_some();
    let start = || (Counter::new(&prepared.screen, &prepared.divisions), Vec::new());
    let gathered = screen_blocks(&prepared.screen, blocks, asked.threads(), start, |(counter, rows), block, index, _, answer| {
        counter.add(block, index, answer);
        if listing {
            rows.extend(rows_of(prepared, block, index, answer));
        }
    });
    let mut rows = Vec::new();
    for (counter, more) in gathered {
        note.tally = std::mem::take(&mut note.tally).plus(counter.tally);
        rows.extend(more);
    }
    note.firms += blocks.iter().map(|b| b.rows() as u64).sum::<u64>();
    match lists {
        Some(lists) => lists.add(rows),
        None => Ok(()),
    }
}

fn progress(note: &Note, all: Option<u64>, began: Instant) {
    let seconds = began.elapsed().as_secs().max(1);
    let of = all.map(|all| format!(" / {all}")).unwrap_or_default();
    let line = format!("{}{of} 件 firms, {seconds} s", note.firms);
    let mut out = std::io::stderr();
    // A line that is written over and over is for people; a log gets the last one only.
    let said = if out.is_terminal() {
        write!(out, "\r{line}{}", if note.done { "\n" } else { "" })
    } else if note.done {
        writeln!(out, "{line}")
    } else {
        Ok(())
    };
    // Progress that cannot be shown stops nothing.
    let _ = said.and_then(|()| out.flush());
}

/// What makes a run the same run: editions, firms, options.
fn fingerprint(asked: &Asked, prepared: &Prepared, state: &str) -> String {
    let mut text = String::new();
    for programme in prepared.screen.programmes() {
        text.push_str(&programme.edition.digest().to_string());
    }
    let size = |path: &std::path::PathBuf| std::fs::metadata(path).map_or(0, |m| m.len());
    text.push_str(&format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {}",
        asked.firms,
        asked.firms.as_ref().map(size),
        asked.synthetic,
        asked.seed,
        asked.suppose,
        asked.by,
        asked.only,
        asked.key
    ));
    text.push_str(&BLOCK.to_string());
    if asked.register {
        text.push_str(&format!(" {:?} {state}", asked.on));
    }
    Digest::of(text.as_bytes()).to_string()
}

fn noted(path: &Path) -> Option<Note> {
    serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
}

/// The note appears whole or not at all.
fn keep(path: &Path, note: &Note) -> Result<(), ScreenTrouble> {
    let unwritable = |cause| ScreenTrouble::Unwritable { path: path.to_owned(), cause };
    let text = serde_json::to_string(note).map_err(|e| unwritable(std::io::Error::other(e)))?;
    let beside = path.with_extension("new");
    std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path)).map_err(unwritable)
}
