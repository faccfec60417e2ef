//! Documents: whole or not at all, under their hash.

use std::path::Path;

use banso_kernel::Digest;
use banso_store::{Soundness, UploadError};

use crate::fixture::*;

on_both!(
    a_document_comes_back,
    an_upload_that_dies_leaves_nothing,
    too_large_is_refused_on_the_way,
    what_a_crash_left_is_swept_away,
    a_changed_document_is_found_out,
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
