//! Documents in an S3-compatible bucket, each under its digest. Only with the feature `s3`. The bucket is this office's alone: what no
//! row of it names is swept away.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use banso_kernel::Digest;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::aws::AmazonS3Builder;
use object_store::path::Path as Key;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _, WriteMultipart};
use tokio::io::AsyncReadExt as _;
use tokio::sync::RwLock;

use crate::fault::Fault;

/// Bytes sent in one part; a smaller file is sent in one piece.
const PART: usize = 8 << 20;
/// Parts on their way at once.
const PARTS: usize = 4;

/// How a bucket is reached.
#[derive(Clone, PartialEq, Eq)]
pub struct BucketPlace {
    /// `https://…`; `http://…` is taken on a loopback address only.
    pub endpoint: String,
    pub region: String,
    pub bucket: String,
    pub access_key: String,
    pub secret_key: String,
}

/// Without the keys.
impl std::fmt::Debug for BucketPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BucketPlace").field("endpoint", &self.endpoint).field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    store: Arc<dyn ObjectStore>,
    /// Held for reading while a document is sent, for writing while one is swept away: so what came in again a moment ago stays.
    naming: Arc<RwLock<()>>,
}

fn fault(error: object_store::Error) -> Fault {
    Fault::Unreachable(format!("the documents' bucket: {error}"))
}

/// `documents/ab/ab12…`, as in a folder.
fn key(digest: Digest) -> Key {
    let name = digest.to_string();
    let shelf: String = name.chars().take(2).collect();
    Key::from_iter(["documents", &shelf, &name])
}

fn modified(object: &ObjectMeta) -> SystemTime {
    object.last_modified.into()
}

impl Bucket {
    pub(crate) fn new(place: &BucketPlace) -> Result<Self, Fault> {
        let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|l| place.endpoint.starts_with(l));
        let store = AmazonS3Builder::new()
            .with_endpoint(&place.endpoint)
            .with_allow_http(loopback)
            .with_region(&place.region)
            .with_bucket_name(&place.bucket)
            .with_access_key_id(&place.access_key)
            .with_secret_access_key(&place.secret_key)
            .build()
            .map_err(fault)?;
        Ok(Bucket { store: Arc::new(store), naming: Arc::default() })
    }

    /// Sends a whole file. An object appears only when its last byte has been taken in.
    pub(crate) async fn put(&self, digest: Digest, file: &Path) -> Result<(), Fault> {
        let _naming = self.naming.read().await;
        let mut file = tokio::fs::File::open(file).await?;
        let mut first = Vec::new();
        (&mut file).take(PART as u64).read_to_end(&mut first).await?;
        if first.len() < PART {
            self.store.put(&key(digest), first.into()).await.map_err(fault)?;
            return Ok(());
        }
        let upload = self.store.put_multipart(&key(digest)).await.map_err(fault)?;
        let mut parts = WriteMultipart::new_with_chunk_size(upload, PART);
        parts.put(first.into());
        let mut chunk = vec![0; 64 * 1024];
        loop {
            let n = file.read(&mut chunk).await?;
            let Some(bytes) = chunk.get(..n).filter(|b| !b.is_empty()) else { break };
            parts.wait_for_capacity(PARTS).await.map_err(fault)?;
            parts.write(bytes);
        }
        parts.finish().await.map_err(fault)?;
        Ok(())
    }

    pub(crate) async fn open(&self, digest: Digest) -> Result<Option<BucketReader>, Fault> {
        match self.store.get(&key(digest)).await {
            Ok(found) => Ok(Some(BucketReader(found.into_stream().map_ok(|b| b.to_vec()).boxed()))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(fault(e)),
        }
    }

    pub(crate) async fn all(&self) -> Result<Vec<Digest>, Fault> {
        self.listed(|_| true).await
    }

    /// The documents that came in before this age, by the bucket's own clock.
    pub(crate) async fn older_than(&self, age: Duration) -> Result<Vec<Digest>, Fault> {
        let before = self.bucket_time().await? - age;
        self.listed(|object| modified(object) <= before).await
    }

    /// Removes a document unless it came in again in the meantime, or something is coming in right now. Whether it is gone.
    pub(crate) async fn remove_if_older_than(&self, age: Duration, digest: Digest) -> Result<bool, Fault> {
        let Ok(_named) = self.naming.try_write() else { return Ok(false) };
        let before = self.bucket_time().await? - age;
        match self.store.head(&key(digest)).await {
            Ok(object) if modified(&object) <= before => self.remove(digest).await.map(|()| true),
            Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(e) => Err(fault(e)),
        }
    }

    async fn listed(&self, wanted: impl Fn(&ObjectMeta) -> bool) -> Result<Vec<Digest>, Fault> {
        let mut listed = self.store.list(Some(&Key::from("documents")));
        let mut digests = Vec::new();
        while let Some(object) = listed.try_next().await.map_err(fault)? {
            let name = object.location.filename().filter(|_| wanted(&object));
            digests.extend(name.and_then(|name| name.parse::<Digest>().ok()));
        }
        digests.sort_unstable();
        Ok(digests)
    }

    /// What time it is where objects get their times.
    async fn bucket_time(&self) -> Result<SystemTime, Fault> {
        let clock = Key::from("clock");
        self.store.put(&clock, Vec::new().into()).await.map_err(fault)?;
        Ok(modified(&self.store.head(&clock).await.map_err(fault)?))
    }

    pub(crate) async fn remove(&self, digest: Digest) -> Result<(), Fault> {
        match self.store.delete(&key(digest)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(fault(e)),
        }
    }
}

/// A document on its way out of the bucket.
pub struct BucketReader(BoxStream<'static, object_store::Result<Vec<u8>>>);

impl std::fmt::Debug for BucketReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BucketReader")
    }
}

impl BucketReader {
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        self.0.try_next().await.map_err(fault)
    }
}
