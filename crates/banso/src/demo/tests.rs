//! The whole demonstration on a real store.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use banso_kernel::{CallId, Lang};
use banso_letters::Letters;
use banso_office::{Office, Outbox, Parts, People, Place, Words};
use banso_permits::{Action, Policies, Resource};
use banso_store::Store;

use super::*;
use crate::diagnostics::Ink;
use crate::texts;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn words() -> Words {
    texts::words(&root().join("facts"), Lang::Ja, Ink::Plain).unwrap()
}

async fn house(place: &Place, folder: &Path) -> (Office, Store, Policies, Arc<StageClock>) {
    let clock = Arc::new(StageClock::new());
    let store = Store::open(place, clock.clone()).await.unwrap();
    let policies = Policies::built_in().unwrap();
    let mailer = Outbox::new(folder.join("outbox"), "office@demo.invalid").unwrap();
    let parts = Parts {
        store: store.clone(),
        policies: policies.clone(),
        letters: Letters::new(),
        mailer: Arc::new(mailer),
        programmes: Arc::new(texts::Folder { named: Some(root().join("programmes")) }),
        clock: clock.clone(),
        people: People::Synthetic,
    };
    (Office::new(parts), store, policies, clock)
}

async fn states(store: &Store, policies: &Policies, call: &str) -> BTreeMap<&'static str, u64> {
    let auditor = people::person(store, "auditor").await.unwrap();
    let call = CallId::parse(call).unwrap();
    let permit = policies.may(&auditor, Action::ReadCall, &Resource::Call(call)).unwrap();
    store.case_counts(&permit).await.unwrap().into_iter().map(|(state, n)| (state.code(), n)).collect()
}

async fn whole_demo(place: Place) {
    let folder = place.folder.clone();
    let words = words();
    let (office, store, policies, clock) = house(&place, &folder).await;
    assert_eq!(look(&store).await.unwrap(), Holds::Nothing);
    let stage = Stage { office: &office, store: &store, clock, words: &words, root: root(), address: "http://127.0.0.1:8080".to_owned() };
    if let Err(error) = load(&stage, Lang::Ja, Voice::Silent).await {
        panic!("{error}");
    }
    assert_eq!(look(&store).await.unwrap(), Holds::Demo);
    let past = states(&store, &policies, "go-tech/past-demo").await;
    assert_eq!(past.values().sum::<u64>(), 300);
    assert!(past["granted"] > 80 && past["rejected"] > 80 && past["withdrawn"] > 1, "{past:?}");
    let expected: [(&str, &[(&str, u64)]); 4] = [
        ("go-tech/paid-demo", &[("granted", 2)]),
        (
            "go-tech/r7-1",
            &[
                ("granted", 3),
                ("grant_refused", 1),
                ("grant_requested", 1),
                ("grant_request_returned", 1),
                ("rejected", 5),
                ("reserved", 2),
                ("selected", 1),
                ("withdrawn", 1),
            ],
        ),
        ("go-tech/r8-demo-0", &[("not_accepted", 1), ("returned", 1), ("under_review", 10)]),
        ("go-tech/r8-demo-1", &[("submitted", 3)]),
    ];
    for (call, counts) in expected {
        assert_eq!(states(&store, &policies, call).await, counts.iter().copied().collect(), "{call}");
    }
    what_followed(&office, &store, &policies).await;
    let jobs = store.job_counts().await.unwrap();
    assert_eq!((jobs.open, jobs.given_up), (0, 0));
    let report = store.verify(None).await.unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
}

/// One report has come in, one case is paid and reports every year, one was paid and is accused.
async fn what_followed(office: &Office, store: &Store, policies: &Policies) {
    let auditor = people::person(store, "auditor").await.unwrap();
    let mut kinds: Vec<Vec<&str>> = Vec::new();
    for call in ["go-tech/r7-1", "go-tech/paid-demo"] {
        let permit = policies.may(&auditor, Action::ReadCall, &Resource::Call(CallId::parse(call).unwrap())).unwrap();
        for id in store.cases_within(&permit).await.unwrap().into_keys() {
            let Ok(seen) = office.rehearsed(&auditor, id).await else { continue };
            kinds.push(seen.acts.iter().map(|(act, _)| act.kind()).collect());
        }
    }
    let having =
        |wanted: &[&str], last: &str| kinds.iter().filter(|k| wanted.iter().all(|w| k.contains(w)) && k.last() == Some(&last)).count();
    assert_eq!(having(&["budget_allocated"], "completion_reported"), 1, "{kinds:?}");
    assert_eq!(having(&["payment_made", "assets_registered", "commercialisation_reported"], "revocation_noticed"), 1, "{kinds:?}");
    let reports = |k: &&Vec<&str>| k.contains(&"payment_made") && k.iter().filter(|k| **k == "commercialisation_reported").count() >= 2;
    assert_eq!(kinds.iter().filter(reports).count(), 2, "{kinds:?}");
}

#[tokio::test]
async fn the_whole_demonstration_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    whole_demo(Place::folder(folder.path())).await;
}
