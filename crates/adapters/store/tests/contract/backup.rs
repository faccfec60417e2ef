//! A backup holds everything, from either database into either.

use std::sync::Arc;

use banso_permits::Role;
use banso_store::{Batch, Change, Clock, Fault, Page, Place, Session, Store};

use crate::fixture::*;

on_both!(
    a_backup_comes_back,
    a_backup_moves_to_the_other_database,
    a_backup_is_whole_or_not_there,
    work_goes_on_during_a_backup,
    a_database_and_a_folder_belong_together,
);

async fn filled(f: &Fixture) {
    f.draft(1).await;
    let stored = f.store.documents().store(&[7; 300_000]).await.unwrap();
    let mut act = submitted(1);
    if let banso_grant::CaseAct::Submitted(s) = &mut act.act {
        s.documents.push(banso_grant::DocumentRef { digest: stored.digest, bytes: stored.bytes, slot: "plan-pdf".into() });
    }
    f.store.commit(Batch::case(case(1), 0, vec![act]).and_change(Change::keep_content(&content(1)))).await.unwrap();
    f.store.put_account(account(1, Role::Officer)).await.unwrap();
    f.store.put_session(Session { id: "s".into(), body: "{}".into(), expires_at: start().plus_seconds(60) }).await.unwrap();
}

async fn restored(f: &Fixture, place: &Place) -> Store {
    let file = f.dir.path().join("backup.zip");
    let made = f.store.backup(&file).await.unwrap();
    assert_eq!((made.documents, made.anchor), (1, f.store.anchor().await.unwrap()));
    let (store, report) = Store::restore(place, Arc::clone(&f.clock) as Arc<dyn Clock>, &file).await.unwrap();
    assert!(report.is_sound() && report.acts == 1 && report.documents == 1 && report.anchor == made.anchor, "{report:?}");
    assert_eq!(store.account(person(1)).await.unwrap(), Some(account(1, Role::Officer)));
    assert_eq!(store.application(case(1)).await.unwrap(), f.store.application(case(1)).await.unwrap());
    assert_eq!(store.session("s").await.unwrap(), None);
    store
}

async fn a_backup_comes_back(mut f: Fixture) {
    filled(&f).await;
    let place = f.another_place().await;
    let store = restored(&f, &place).await;
    // Work goes on where it stood.
    store.commit(Batch::case(case(1), 1, vec![taken_back()])).await.unwrap();
    assert!(store.verify(None).await.unwrap().is_sound());
    let again = f.dir.path().join("backup.zip");
    drop(store);
    let refused = Store::restore(&f.place_of_second(&place), Arc::clone(&f.clock) as Arc<dyn Clock>, &again).await;
    assert_eq!(refused.err(), Some(Fault::NotEmpty));
}

async fn a_backup_moves_to_the_other_database(f: Fixture) {
    filled(&f).await;
    let other = if f.is_sqlite() { Fixture::postgres().await } else { Some(Fixture::sqlite().await) };
    let Some(mut other) = other else { return };
    let place = other.another_place().await;
    restored(&f, &place).await;
}

async fn a_backup_is_whole_or_not_there(mut f: Fixture) {
    filled(&f).await;
    let file = f.dir.path().join("backup.zip");
    f.store.backup(&file).await.unwrap();
    let bytes = std::fs::read(&file).unwrap();
    let torn = f.dir.path().join("torn.zip");
    std::fs::write(&torn, &bytes[..bytes.len() / 2]).unwrap();
    let place = f.another_place().await;
    let clock = || Arc::clone(&f.clock) as Arc<dyn Clock>;
    assert!(matches!(Store::restore(&place, clock(), &torn).await, Err(Fault::BrokenBackup(_))));
    // One that breaks off in its middle leaves a place that only a restore opens.
    let mut flipped = bytes.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0xff;
    std::fs::write(&torn, &flipped).unwrap();
    assert!(Store::restore(&place, clock(), &torn).await.is_err());
    assert!(matches!(Store::open(&place, clock()).await, Err(Fault::HalfRestored(_))));
    assert!(matches!(Store::open_beside(&place, clock()).await, Err(Fault::HalfRestored(_))));
    // Nothing of it stayed: the whole one goes in.
    assert!(Store::restore(&f.place_of_second(&place), clock(), &file).await.unwrap().1.is_sound());
    assert!(f.store.backup(&f.dir.path().join("no such folder/backup.zip")).await.is_err());
    // Nor is one written over another.
    assert!(f.store.backup(&file).await.is_err());
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
}

async fn work_goes_on_during_a_backup(mut f: Fixture) {
    filled(&f).await;
    let file = f.dir.path().join("backup.zip");
    let (made, ()) = tokio::join!(async { f.store.backup(&file).await.unwrap() }, async {
        for n in 2..30 {
            f.submit(n).await;
        }
    });
    assert!(made.anchor.position >= 1);
    assert_eq!(f.store.applications_of(organisation(1).id, Page::first(1)).await.unwrap().total, 1);
    let place = f.another_place().await;
    let (_, report) = Store::restore(&place, Arc::clone(&f.clock) as Arc<dyn Clock>, &file).await.unwrap();
    assert_eq!((report.acts, report.anchor), (made.anchor.position, made.anchor));
}

async fn a_database_and_a_folder_belong_together(mut f: Fixture) {
    filled(&f).await;
    let another = f.another_place().await;
    let clock = || Arc::clone(&f.clock) as Arc<dyn Clock>;
    let other = Place::folder(f.dir.path().join("other")).with_database(f.url_for_place());
    assert!(matches!(Store::open(&other, clock()).await, Err(Fault::OtherFolder(_))));
    // A folder whose database is gone holds documents of something: nothing new is begun in it.
    let empty = Place { folder: f.folder_of(&f.place.folder, "left behind"), ..another };
    std::fs::create_dir_all(empty.folder.join("documents/ab")).unwrap();
    assert!(matches!(Store::open(&empty, clock()).await, Err(Fault::OtherFolder(_))));
    let nothing = Place::folder(f.dir.path().join("nothing"));
    assert!(matches!(Store::open_beside(&nothing, clock()).await, Err(Fault::NothingHere(_))));
}
