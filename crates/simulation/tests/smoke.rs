//! A small programme over seven years on both databases; seeds that once found something; and the same ledger whatever happens to the house.
#![cfg(test)]

use std::path::Path;

use banso_execution::ExecutionAct;
use banso_guideline::{Dictionary, Library};
use banso_letters::Letters;
use banso_office::{ProgrammeFile, Words};
use banso_permits::Policies;
use banso_simulation::{Blueprint, Deaths, Fate, KEPT_SEEDS, Settings, Summary, simulate};
use banso_store::Place;
use banso_test_database::TestDatabase;

fn repository(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

fn blueprint(place: Place) -> Blueprint {
    let dictionary = Dictionary::parse(&repository("facts/dictionary.md")).unwrap();
    let library = Library::parse(&repository("facts/definitions.md"), &dictionary).unwrap();
    Blueprint {
        place,
        policies: Policies::built_in().unwrap(),
        letters: Letters::new(),
        file: ProgrammeFile { path: "demo/mihon-sim/s1.md".to_owned(), text: repository("demo/mihon-sim/s1.md") },
        words: Words { dictionary, library },
    }
}

async fn play(place: Place, settings: Settings) -> Summary {
    // What a fault was about stands in the log; it is shown when a test fails.
    let _another_test_was_first = tracing_subscriber::fmt().with_test_writer().with_env_filter("error").try_init();
    match simulate(blueprint(place), settings, &mut |_, _| {}).await {
        Ok(summary) => summary,
        Err(failure) => panic!("{failure}"),
    }
}

fn settings(seed: u64, cases: u32) -> Settings {
    Settings { seed, years: 7, cases, deaths: Deaths::Often, verify_every: 8 }
}

/// What needs two grants of one firm: a firm has one here, and a debt is set off against nothing else.
const OF_TWO_GRANTS: [&str; 2] = ["offset_made", "claim_set_off"];

/// Every other kind of act happens in a dozen cases, every fate is met, and the house has died and risen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seven_years_of_a_dozen_cases() {
    let folder = tempfile::tempdir().unwrap();
    let asked = settings(1, 12);
    let summary = play(Place::folder(folder.path()), asked).await;
    assert_eq!(u32::try_from(Fate::ALL.len()).unwrap(), summary.granted);
    assert_eq!(summary.missing(), OF_TWO_GRANTS, "of {} kinds", ExecutionAct::KINDS.len());
    assert!(summary.refused.contains_key("offset-what"), "{:?}", summary.refused);
    assert!(summary.deaths > 10 && summary.repeated > 3 && summary.jumps > 5, "{summary:?}");
    assert!(summary.closed >= 9, "{} of {} were closed", summary.closed, summary.granted);
    assert_eq!(summary.days / asked.verify_every, summary.verified - 1, "the ledger was looked through, and once more in the end");
    assert!(summary.refused.len() > 12 && summary.held > 0, "{:?}", summary.refused);
    if let Some(database) = TestDatabase::new().await {
        let folder = tempfile::tempdir().unwrap();
        let same = play(Place::folder(folder.path()).with_database(database.url()), Settings { verify_every: 60, ..asked }).await;
        assert_eq!((same.position, same.running), (summary.position, summary.running), "another ledger on PostgreSQL");
    }
}

/// Neither deaths nor repeated presses leave a trace in the ledger.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ledger_does_not_know_that_the_house_died() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let often = Settings { years: 2, verify_every: 40, ..settings(7, 6) };
    let never = Settings { deaths: Deaths::Never, ..often };
    let (died, lived) = (play(Place::folder(folders[0].path()), often).await, play(Place::folder(folders[1].path()), never).await);
    assert!(died.deaths > 3 && lived.deaths == 0);
    assert_eq!((died.position, died.running), (lived.position, lived.running));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seeds_that_found_something_find_it_no_more() {
    for line in KEPT_SEEDS.lines().map(|l| l.split('#').next().unwrap_or_default().trim()).filter(|l| !l.is_empty()) {
        let numbers: Vec<u64> = line.split_whitespace().map(|n| n.parse().unwrap()).collect();
        let [seed, years, cases] = numbers[..] else { panic!("`{line}` is not a seed, years and cases") };
        let (years, cases) = (years.try_into().unwrap(), cases.try_into().unwrap());
        let folder = tempfile::tempdir().unwrap();
        play(Place::folder(folder.path()), Settings { years, verify_every: 30, ..settings(seed, cases) }).await;
    }
}
