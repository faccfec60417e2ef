//! Documents: whole or not at all, under their hash.

use std::path::Path;

use banso_grant::{CaseAct, DocumentRef, NewAct};
use banso_kernel::{Digest, NoticeId};
use banso_store::{Attachment, Batch, Change, Desk, NewNotice, Soundness, UploadError};
use uuid::Uuid;

use crate::fixture::*;

on_both!(
    a_document_comes_back,
    an_upload_that_dies_leaves_nothing,
    too_large_is_refused_on_the_way,
    what_a_crash_left_is_swept_away,
    a_changed_document_is_found_out,
    what_no_row_names_is_swept_away,
);

/// Every file under a folder.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path().is_dir() {
            true => found.extend(files(&entry.path())),
            false => found.push(entry.file_name().to_string_lossy().into_owned()),
        }
    }
    found
}

async fn a_document_comes_back(f: Fixture) {
    let bytes: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    let mut upload = f.store.documents().begin(1 << 20).await.unwrap();
    for chunk in bytes.chunks(10_007) {
        upload.write(chunk).await.unwrap();
    }
    let stored = upload.finish().await.unwrap();
    assert_eq!((stored.digest, stored.bytes), (Digest::of(&bytes), 800_000));
    assert_eq!(stored.head, bytes[..8192]);
    assert_eq!(f.store.documents().store(&bytes).await.unwrap(), stored);
    assert_eq!(f.store.documents().read(stored.digest).await.unwrap(), Some(bytes));
    assert_eq!(f.store.documents().verify(stored.digest).await.unwrap(), Soundness::Sound { bytes: 800_000 });
    assert_eq!(files(&f.place.folder.join("documents")), [stored.digest.to_string()]);
    assert_eq!(f.store.documents().read(Digest::ZERO).await.unwrap(), None);
}

async fn an_upload_that_dies_leaves_nothing(f: Fixture) {
    let mut upload = f.store.documents().begin(1 << 20).await.unwrap();
    upload.write(&[7; 50_000]).await.unwrap();
    assert_eq!(files(&f.place.folder.join("incoming")).len(), 1);
    drop(upload);
    assert!(files(&f.place.folder.join("incoming")).is_empty());
    assert!(files(&f.place.folder.join("documents")).is_empty());
}

async fn too_large_is_refused_on_the_way(f: Fixture) {
    let mut upload = f.store.documents().begin(100_000).await.unwrap();
    upload.write(&[1; 100_000]).await.unwrap();
    assert_eq!(upload.write(&[1]).await, Err(UploadError::TooLarge { limit: 100_000 }));
    drop(upload);
    assert!(files(&f.place.folder.join("incoming")).is_empty());
}

async fn what_a_crash_left_is_swept_away(mut f: Fixture) {
    let kept = f.store.documents().store(b"kept").await.unwrap();
    std::fs::write(f.place.folder.join("incoming/.tmpHalf"), b"half").unwrap();
    f.reopen().await;
    assert!(files(&f.place.folder.join("incoming")).is_empty());
    assert_eq!(f.store.documents().verify(kept.digest).await.unwrap(), Soundness::Sound { bytes: 4 });
}

async fn a_changed_document_is_found_out(f: Fixture) {
    let stored = f.store.documents().store(b"the plan").await.unwrap();
    let name = stored.digest.to_string();
    std::fs::write(f.place.folder.join("documents").join(&name[..2]).join(&name), b"a plan").unwrap();
    assert_eq!(f.store.documents().verify(stored.digest).await.unwrap(), Soundness::Changed);
    assert!(f.store.documents().read(stored.digest).await.is_err());
}

/// Lets a document have come in two days ago.
fn age(f: &Fixture, digest: Digest) {
    let name = digest.to_string();
    let file = std::fs::File::options().write(true).open(f.place.folder.join("documents").join(&name[..2]).join(&name)).unwrap();
    let now = file.metadata().unwrap().modified().unwrap();
    file.set_modified(now - std::time::Duration::from_secs(2 * 86_400)).unwrap();
}

async fn what_no_row_names_is_swept_away(f: Fixture) {
    let mut digests = Vec::new();
    for text in ["attached", "with a notice", "of an act", "in a text", "given up", "given up and sent again"] {
        let stored = f.store.documents().store(text.as_bytes()).await.unwrap();
        age(&f, stored.digest);
        digests.push(stored.digest);
    }
    let [attached, noticed, of_act, in_text, given_up, again] = digests[..] else { unreachable!() };
    let fresh = f.store.documents().store(b"a moment ago").await.unwrap().digest;
    f.store.documents().store(b"given up and sent again").await.unwrap();
    f.draft(1).await;
    let attachment = Attachment {
        slot: "plan-pdf".into(),
        member: 0,
        digest: attached,
        file_name: "計画.pdf".into(),
        media_type: "application/pdf".into(),
        bytes: 8,
        uploaded_by: person(1),
        uploaded_at: start(),
    };
    let id = NoticeId::new(Uuid::from_u128(1));
    let (desk, subject, body) = (Desk::Person(person(1)), "件名".into(), "本文".into());
    let notice = NewNotice { id, case: case(1), desk, subject, body, document: Some(noticed) };
    let mut act = submitted(1);
    if let NewAct { act: CaseAct::Submitted(s), .. } = &mut act {
        s.documents.push(DocumentRef { digest: of_act, bytes: 9, slot: "plan-pdf".into() });
    }
    let batch = Batch::case(case(1), 0, vec![act])
        .and_change(Change::attach(case(1), &attachment))
        .and_change(Change::notify(&notice))
        .and_change(Change::keep_content(&format!("{{\"file\":\"{in_text}\"}}")));
    f.store.commit(batch).await.unwrap();
    assert_eq!(f.store.sweep_documents().await, Ok(1));
    let mut left = [attached, noticed, of_act, in_text, again, fresh].map(|digest| digest.to_string());
    let mut found = files(&f.place.folder.join("documents"));
    left.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, left);
    assert_eq!(f.store.documents().read(given_up).await, Ok(None));
    assert_eq!(f.store.sweep_documents().await, Ok(0));
}
