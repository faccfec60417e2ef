//! Documents in a bucket of a real S3-compatible server: the same contract as in a folder. `BANSO_TEST_S3` names the server, such as
//! `http://127.0.0.1:5000`; `./test` starts one.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use banso_kernel::Digest;
use banso_store::{Attachment, BucketPlace, Change, Clock, HandClock, Place, Soundness, Store, UploadError};
use object_store::aws::AmazonS3Builder;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt as _};
use tempfile::TempDir;
use uuid::Uuid;

use crate::fixture::{case, day, person, start};

#[expect(clippy::disallowed_methods, reason = "says where the tests' S3 server is, if there is one")]
fn server() -> Option<String> {
    let found = std::env::var("BANSO_TEST_S3").ok().filter(|url| !url.is_empty());
    if found.is_none() {
        eprintln!("\n*** LEFT OUT: no S3 server (BANSO_TEST_S3 is not set). ./test starts one where moto is installed. ***\n");
    }
    found
}

struct Bucket {
    store: Store,
    place: Place,
    clock: Arc<HandClock>,
    /// Around the store, for those who would tamper.
    raw: Arc<dyn ObjectStore>,
    _dir: TempDir,
}

impl Bucket {
    /// A store with a bucket of its own.
    async fn new() -> Option<Self> {
        let endpoint = server()?;
        let bucket = format!("banso-{}", Uuid::now_v7().simple());
        make(&endpoint, &bucket);
        let (access_key, secret_key) = ("test".to_owned(), "test".to_owned());
        let named = BucketPlace { endpoint, region: "ap-northeast-1".to_owned(), bucket, access_key, secret_key };
        let dir = tempfile::tempdir().unwrap();
        let place = Place::folder(dir.path().join("data")).with_bucket(named.clone());
        let clock = Arc::new(HandClock::at(start()));
        let store = Store::open(&place, Arc::clone(&clock) as Arc<dyn Clock>).await.unwrap();
        let raw = AmazonS3Builder::new()
            .with_endpoint(&named.endpoint)
            .with_allow_http(true)
            .with_region(&named.region)
            .with_bucket_name(&named.bucket)
            .with_access_key_id(&named.access_key)
            .with_secret_access_key(&named.secret_key)
            .build()
            .unwrap();
        Some(Bucket { store, place, clock, raw: Arc::new(raw), _dir: dir })
    }

    /// The digests of all documents, as the bucket lists them.
    async fn names(&self) -> Vec<String> {
        let listed = self.raw.list_with_delimiter(Some(&Key::from("documents"))).await.unwrap();
        let mut names = Vec::new();
        for shelf in listed.common_prefixes {
            let objects = self.raw.list_with_delimiter(Some(&shelf)).await.unwrap().objects;
            names.extend(objects.iter().filter_map(|o| o.location.filename().map(str::to_owned)));
        }
        names
    }
}

/// Makes a bucket. What this suite starts asks for no signature.
fn make(endpoint: &str, bucket: &str) {
    let host = endpoint.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(host).expect("BANSO_TEST_S3 names a server that can be reached");
    write!(stream, "PUT /{bucket} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(" 200 "), "the bucket cannot be made: {answer}");
}

fn key(digest: Digest) -> Key {
    let name = digest.to_string();
    Key::from(format!("documents/{}/{name}", &name[..2]))
}

#[tokio::test]
async fn a_document_comes_back() {
    let Some(b) = Bucket::new().await else { return };
    // Nothing, something, exactly one part, more than one part.
    for length in [0, 5, 8 << 20, (17 << 20) + 3] {
        let bytes: Vec<u8> = (0..length).map(|n: usize| u8::try_from(n * 31 % 251).unwrap()).collect();
        let mut upload = b.store.documents().begin(32 << 20).await.unwrap();
        for chunk in bytes.chunks(100_003) {
            upload.write(chunk).await.unwrap();
        }
        let stored = upload.finish().await.unwrap();
        assert_eq!((stored.digest, stored.bytes), (Digest::of(&bytes), length as u64));
        assert_eq!(b.store.documents().store(&bytes).await.unwrap().digest, stored.digest, "twice is once");
        assert_eq!(b.store.documents().verify(stored.digest).await.unwrap(), Soundness::Sound { bytes: length as u64 });
        assert_eq!(b.store.documents().read(stored.digest).await.unwrap().map(|read| read == bytes), Some(true));
    }
    assert_eq!(b.names().await.len(), 4);
    assert_eq!(b.store.documents().read(Digest::ZERO).await.unwrap(), None);
    assert_eq!(b.store.documents().verify(Digest::ZERO).await.unwrap(), Soundness::Missing);
}

#[tokio::test]
async fn an_upload_that_dies_or_is_too_large_leaves_nothing() {
    let Some(b) = Bucket::new().await else { return };
    let incoming = || std::fs::read_dir(b.place.folder.join("incoming")).unwrap().count();
    let mut upload = b.store.documents().begin(100_000).await.unwrap();
    upload.write(&[7; 100_000]).await.unwrap();
    assert_eq!((upload.write(&[1]).await, incoming()), (Err(UploadError::TooLarge { limit: 100_000 }), 1));
    drop(upload);
    assert_eq!((b.names().await.len(), incoming()), (0, 0));
}

#[tokio::test]
async fn a_changed_document_is_found_out() {
    let Some(b) = Bucket::new().await else { return };
    let stored = b.store.documents().store(b"the plan").await.unwrap();
    b.raw.put(&key(stored.digest), b"a plan".to_vec().into()).await.unwrap();
    assert_eq!(b.store.documents().verify(stored.digest).await.unwrap(), Soundness::Changed);
    assert!(b.store.documents().read(stored.digest).await.is_err());
}

#[tokio::test]
async fn what_no_row_names_is_swept_away_when_it_is_old() {
    let Some(b) = Bucket::new().await else { return };
    let attached = b.store.documents().store(b"attached").await.unwrap().digest;
    let given_up = b.store.documents().store(b"given up").await.unwrap().digest;
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
    let organisation = crate::fixture::organisation(1);
    let application = banso_store::Application {
        case: case(1),
        call: crate::fixture::call(),
        lead: organisation.id,
        title: "試作".into(),
        track: "通常枠".into(),
        created_by: person(1),
    };
    let changes =
        vec![Change::put_organisation(&organisation), Change::start_application(&application), Change::attach(case(1), &attachment)];
    b.store.commit(banso_store::Batch::changes(changes)).await.unwrap();
    // A bucket says when an object came in, and nobody can put that back: what is old is said here.
    assert_eq!(b.store.sweep_documents().await, Ok(0), "everything came in a moment ago");
    assert_eq!(b.store.sweep_documents_older_than(Duration::ZERO).await, Ok(1));
    assert_eq!(b.names().await, [attached.to_string()]);
    assert_eq!(b.store.documents().read(given_up).await, Ok(None));
    assert_eq!(b.store.sweep_documents_older_than(Duration::ZERO).await, Ok(0));
}

#[tokio::test]
async fn a_store_beside_the_server_and_a_backup_see_the_bucket() {
    let Some(b) = Bucket::new().await else { return };
    let stored = b.store.documents().store(b"the plan").await.unwrap();
    let beside = Store::open_beside(&b.place, Arc::clone(&b.clock) as Arc<dyn Clock>).await.unwrap();
    assert_eq!(beside.documents().read(stored.digest).await, Ok(Some(b"the plan".to_vec())));
    let file = b.place.folder.join("backup.zip");
    assert_eq!(beside.backup(&file).await.unwrap().documents, 1);
    let again = Place::folder(b.place.folder.join("again"));
    let (restored, report) = Store::restore(&again, Arc::clone(&b.clock) as Arc<dyn Clock>, &file).await.unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
    assert_eq!(restored.documents().read(stored.digest).await, Ok(Some(b"the plan".to_vec())));
    assert_eq!(day(), start().day());
}

#[tokio::test]
async fn a_server_that_is_gone_is_said() {
    let Some(b) = Bucket::new().await else { return };
    let nowhere = BucketPlace {
        endpoint: "http://127.0.0.1:9".to_owned(),
        region: "x".to_owned(),
        bucket: "x".to_owned(),
        access_key: "x".to_owned(),
        secret_key: "x".to_owned(),
    };
    let place = Place::folder(b.place.folder.join("elsewhere")).with_bucket(nowhere);
    let store = Store::open(&place, Arc::clone(&b.clock) as Arc<dyn Clock>).await.unwrap();
    let refused = store.documents().store(b"the plan").await;
    assert!(matches!(refused, Err(UploadError::Fault(banso_store::Fault::Unreachable(_)))), "{refused:?}");
}
