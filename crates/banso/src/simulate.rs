//! `banso simulate`: a programme over simulated years, in a place of its own.

use std::path::PathBuf;

use banso_kernel::{Day, Lang};
use banso_letters::Letters;
use banso_office::{Place, ProgrammeFile};
use banso_permits::Policies;
use banso_simulation::{Blueprint, Deaths, Failure, Settings, Summary, simulate};
use clap::Args;

use crate::cli;
use crate::diagnostics::Ink;
use crate::texts;
use crate::trouble::Trouble;

/// The guideline that is played, beside the programmes.
const GUIDELINE: &str = "demo/mihon-sim/s1.md";

/// What to simulate.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Asked {
    /// 種。同じ種からは、末尾のハッシュまで同じ台帳ができます
    /// Seed; the same seed is the same ledger, to the last hash
    #[arg(long, default_value_t = 1, verbatim_doc_comment)]
    seed: u64,
    /// 演じる年数 / Years to simulate
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=30))]
    years: u32,
    /// 交付決定の件数（ほかに6分の1が不採択となります）
    /// Cases that are granted; a sixth as many again apply in vain
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=90_000), verbatim_doc_comment)]
    cases: u32,
    /// 途中で停止させません（台帳は同じになります）
    /// The house never dies; the ledger is the same
    #[arg(long, verbatim_doc_comment)]
    without_deaths: bool,
    /// 台帳の全検証の間隔（動きのあった日の数。既定は毎日）
    /// Days with events between two looks through the whole ledger; 1 is after every one
    #[arg(long, default_value_t = 1, value_name = "DAYS", verbatim_doc_comment)]
    verify_every: u32,
    /// できた台帳を残す、空のフォルダー。なければ残しません（--database のときは、空のデータベースに残ります）
    /// Empty folder in which the result is kept; without it nothing is (with --database, rows stay in that empty database)
    #[arg(long, value_name = "DIR", verbatim_doc_comment)]
    keep: Option<PathBuf>,
}

/// Simulates, and says what came of it.
pub(crate) async fn run(place: &cli::Place, asked: &Asked, lang: Lang) -> Result<bool, Trouble> {
    let folder = tempfile::tempdir().map_err(Trouble::Serving)?;
    let kept = asked.keep.clone().unwrap_or_else(|| folder.path().to_owned());
    let blueprint = blueprint(place, kept, lang)?;
    let deaths = if asked.without_deaths { Deaths::Never } else { Deaths::Often };
    let settings = Settings { seed: asked.seed, years: asked.years, cases: asked.cases, deaths, verify_every: asked.verify_every.max(1) };
    eprintln!(
        "{}",
        lang.pick(
            "架空の制度を演じています。人も企業も金額も合成です。",
            "Playing a made-up programme: people, firms and amounts are synthetic."
        )
    );
    match simulate(blueprint, settings, &mut |day, so_far| tell(day, so_far, lang)).await {
        Ok(summary) => {
            summary.told(lang).iter().for_each(|line| say!("{line}"));
            Ok(true)
        }
        Err(failure) => {
            found(&failure, lang);
            Ok(false)
        }
    }
}

fn blueprint(place: &cli::Place, kept: PathBuf, lang: Lang) -> Result<Blueprint, Trouble> {
    let programmes = texts::programmes(place.programmes.as_deref())?;
    let facts = texts::facts_beside(&programmes)?;
    let path = facts.with_file_name("").join(GUIDELINE);
    let store = Place::folder(kept);
    Ok(Blueprint {
        place: match &place.database {
            Some(url) => store.with_database(url),
            None => store,
        },
        policies: Policies::built_in()?,
        letters: Letters::new(),
        file: ProgrammeFile { text: texts::read(&path)?, path: path.display().to_string() },
        words: texts::words(&facts, lang, Ink::Plain)?,
    })
}

/// How far it is, once a simulated month.
fn tell(day: Day, so_far: &Summary, lang: Lang) {
    let Summary { days, deaths, jumps, refused, .. } = so_far;
    let refused: u64 = refused.values().sum();
    match lang {
        Lang::Ja => eprintln!("{day}  動きのあった日 {days}  断ったもの {refused}  停止と再開 {deaths}  時計の飛び {jumps}"),
        Lang::En => eprintln!("{day}  days with events {days}  refused {refused}  deaths survived {deaths}  clock jumps {jumps}"),
    }
}

fn found(failure: &Failure, lang: Lang) {
    let head = lang.pick("成り立たないものが見つかりました。", "Something does not hold.");
    let keep = lang.pick(
        "再現のため、種を crates/simulation/seeds.txt に書き加えてください。",
        "Add the seed to crates/simulation/seeds.txt, so that it is played again.",
    );
    say!("{head}\n{failure}\n{keep}\n  {} {} {}", failure.seed, failure.years, failure.cases);
}
