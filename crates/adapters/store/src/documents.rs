//! Documents by their hash, outside the database. A document appears whole or not at all: it is written beside, hashed on the way,
//! forced to the disk, and only then given its name.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use banso_kernel::Digest;
use sha2::{Digest as _, Sha256};
use tempfile::TempPath;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::fault::Fault;

/// How many bytes of the beginning an [`Upload`] keeps, for telling what kind of file it is.
const HEAD: usize = 8192;
/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// Where documents are kept.
#[derive(Debug, Clone)]
pub struct Documents {
    keeper: Keeper,
    /// Where uploads lie until they are whole.
    incoming: PathBuf,
}

#[derive(Debug, Clone)]
enum Keeper {
    Folder(Shelves),
    #[cfg(feature = "s3")]
    Bucket(crate::bucket::Bucket),
}

/// The folder of the documents.
#[derive(Debug, Clone)]
struct Shelves {
    folder: PathBuf,
    /// Held for reading while a document gets its name, for writing while one is swept away: so what came in again a moment ago stays.
    naming: Arc<RwLock<()>>,
}

impl Shelves {
    fn new(folder: PathBuf) -> Self {
        Shelves { folder, naming: Arc::default() }
    }
}

/// A document that has been stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDocument {
    pub digest: Digest,
    pub bytes: u64,
    /// The first bytes, at most 8 KiB.
    pub head: Vec<u8>,
}

/// Why an upload left nothing behind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    #[error("the file is larger than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<std::io::Error> for UploadError {
    fn from(error: std::io::Error) -> Self {
        UploadError::Fault(error.into())
    }
}

/// What a look at a stored document found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Soundness {
    Sound {
        bytes: u64,
    },
    Missing,
    /// Its bytes do not have its hash.
    Changed,
}

impl Documents {
    /// Documents in a folder. What an interrupted upload left there is swept away: the folder's lock says that nobody is uploading.
    pub(crate) async fn in_folder(folder: &Path) -> Result<Self, Fault> {
        let (documents, incoming) = (folder.join("documents"), folder.join("incoming"));
        tokio::fs::create_dir_all(&documents).await?;
        sweep(&incoming).await?;
        sync_folder(folder.to_owned()).await?;
        Ok(Documents { keeper: Keeper::Folder(Shelves::new(documents)), incoming })
    }

    /// Documents of a server that may be running: what is being uploaded there is left alone.
    pub(crate) fn beside(folder: &Path) -> Self {
        Documents { keeper: Keeper::Folder(Shelves::new(folder.join("documents"))), incoming: folder.join("incoming") }
    }

    /// Documents in a bucket; the folder only for uploads under way.
    #[cfg(feature = "s3")]
    pub(crate) async fn in_bucket(folder: &Path, place: &crate::bucket::BucketPlace) -> Result<Self, Fault> {
        let bucket = crate::bucket::Bucket::new(place)?;
        let incoming = folder.join("incoming");
        sweep(&incoming).await?;
        Ok(Documents { keeper: Keeper::Bucket(bucket), incoming })
    }

    /// Documents in the bucket of a server that may be running.
    #[cfg(feature = "s3")]
    pub(crate) fn beside_in_bucket(folder: &Path, place: &crate::bucket::BucketPlace) -> Result<Self, Fault> {
        Ok(Documents { keeper: Keeper::Bucket(crate::bucket::Bucket::new(place)?), incoming: folder.join("incoming") })
    }

    /// Begins an upload of at most `limit` bytes. Dropped before [`Upload::finish`], it leaves nothing.
    ///
    /// # Errors
    /// [`Fault`]s of the disk.
    pub async fn begin(&self, limit: u64) -> Result<Upload, UploadError> {
        let incoming = self.incoming.clone();
        let temp = blocking(move || tempfile::NamedTempFile::new_in(incoming)).await?;
        let (file, path) = temp.into_parts();
        let file = tokio::fs::File::from_std(file);
        Ok(Upload { file, path, hasher: Sha256::new(), bytes: 0, limit, head: Vec::new(), keeper: self.keeper.clone() })
    }

    /// Stores bytes that are at hand, such as a letter that was just made.
    ///
    /// # Errors
    /// [`Fault`]s of the disk.
    pub async fn store(&self, bytes: &[u8]) -> Result<StoredDocument, UploadError> {
        let mut upload = self.begin(u64::MAX).await?;
        upload.write(bytes).await?;
        upload.finish().await
    }

    /// Opens a document; `None` if there is none with this digest.
    ///
    /// # Errors
    /// [`Fault`]s of the disk.
    pub async fn open(&self, digest: Digest) -> Result<Option<DocumentReader>, Fault> {
        match &self.keeper {
            Keeper::Folder(shelves) => match tokio::fs::File::open(place(&shelves.folder, digest)).await {
                Ok(file) => Ok(Some(DocumentReader::File(file))),
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(e) => Err(e.into()),
            },
            #[cfg(feature = "s3")]
            Keeper::Bucket(bucket) => Ok(bucket.open(digest).await?.map(DocumentReader::Bucket)),
        }
    }

    /// The whole of a document.
    ///
    /// # Errors
    /// [`Fault`]s of the disk; bytes that no longer have the digest.
    pub async fn read(&self, digest: Digest) -> Result<Option<Vec<u8>>, Fault> {
        let Some(mut reader) = self.open(digest).await? else { return Ok(None) };
        let mut bytes = Vec::new();
        while let Some(chunk) = reader.next().await? {
            bytes.extend_from_slice(&chunk);
        }
        if Digest::of(&bytes) == digest { Ok(Some(bytes)) } else { Err(Fault::impossible("documents", digest)) }
    }

    /// Reads a document through and compares its hash.
    ///
    /// # Errors
    /// [`Fault`]s of the disk.
    pub async fn verify(&self, digest: Digest) -> Result<Soundness, Fault> {
        let Some(mut reader) = self.open(digest).await? else { return Ok(Soundness::Missing) };
        let (mut hasher, mut bytes) = (Sha256::new(), 0_u64);
        while let Some(chunk) = reader.next().await? {
            hasher.update(&chunk);
            bytes = bytes.saturating_add(chunk.len() as u64);
        }
        let sound = Digest::from_bytes(hasher.finalize().into()) == digest;
        Ok(if sound { Soundness::Sound { bytes } } else { Soundness::Changed })
    }

    /// The digest of every document that is kept.
    pub(crate) async fn all(&self) -> Result<Vec<Digest>, Fault> {
        match &self.keeper {
            Keeper::Folder(shelves) => {
                let folder = shelves.folder.clone();
                Ok(blocking(move || kept(&folder)).await?)
            }
            #[cfg(feature = "s3")]
            Keeper::Bucket(bucket) => bucket.all().await,
        }
    }

    /// The documents that came in longer ago than `age`, by the clock of the disk or the bucket: the house's own may be moved by hand.
    pub(crate) async fn older_than(&self, age: Duration) -> Result<Vec<Digest>, Fault> {
        match &self.keeper {
            Keeper::Folder(shelves) => {
                let (folder, incoming) = (shelves.folder.clone(), self.incoming.clone());
                Ok(blocking(move || {
                    let before = disk_time(&incoming)? - age;
                    let mut digests = kept(&folder)?;
                    digests.retain(|digest| came_before(&folder, *digest, before));
                    Ok(digests)
                })
                .await?)
            }
            #[cfg(feature = "s3")]
            Keeper::Bucket(bucket) => bucket.older_than(age).await,
        }
    }

    /// Removes a document unless it came in again in the meantime. Whether it is gone.
    pub(crate) async fn remove_if_older_than(&self, age: Duration, digest: Digest) -> Result<bool, Fault> {
        match &self.keeper {
            Keeper::Folder(shelves) => {
                let (shelves, incoming) = (shelves.clone(), self.incoming.clone());
                Ok(blocking(move || {
                    let _named = shelves.naming.write().unwrap_or_else(PoisonError::into_inner);
                    let old = came_before(&shelves.folder, digest, disk_time(&incoming)? - age);
                    if old { std::fs::remove_file(place(&shelves.folder, digest)).map(|()| true) } else { Ok(false) }
                })
                .await?)
            }
            #[cfg(feature = "s3")]
            Keeper::Bucket(bucket) => bucket.remove_if_older_than(age, digest).await,
        }
    }

    /// Removes a document. [`crate::Store::erase_document`] also writes down why.
    pub(crate) async fn remove(&self, digest: Digest) -> Result<(), Fault> {
        match &self.keeper {
            Keeper::Folder(shelves) => match tokio::fs::remove_file(place(&shelves.folder, digest)).await {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e.into()),
                Ok(()) | Err(_) => Ok(()),
            },
            #[cfg(feature = "s3")]
            Keeper::Bucket(bucket) => bucket.remove(digest).await,
        }
    }
}

/// A document on its way in.
#[derive(Debug)]
pub struct Upload {
    file: tokio::fs::File,
    /// Removes the file when dropped.
    path: TempPath,
    hasher: Sha256,
    bytes: u64,
    limit: u64,
    head: Vec<u8>,
    keeper: Keeper,
}

impl Upload {
    /// Takes in the next bytes.
    ///
    /// # Errors
    /// [`UploadError::TooLarge`] as soon as the limit is passed.
    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), UploadError> {
        self.bytes = self.bytes.saturating_add(chunk.len() as u64);
        if self.bytes > self.limit {
            return Err(UploadError::TooLarge { limit: self.limit });
        }
        let wanted = HEAD.saturating_sub(self.head.len());
        self.head.extend(chunk.iter().take(wanted));
        self.hasher.update(chunk);
        self.file.write_all(chunk).await?;
        Ok(())
    }

    /// Lets somebody look at all that has come in, before it is kept.
    ///
    /// # Errors
    /// [`Fault`]s of the disk.
    pub async fn look<T: Send + 'static>(&mut self, look: impl FnOnce(&mut std::fs::File) -> T + Send + 'static) -> Result<T, UploadError> {
        self.file.flush().await?;
        let path = self.path.to_path_buf();
        Ok(blocking(move || Ok(look(&mut std::fs::File::open(path)?))).await?)
    }

    /// Makes the document durable and gives it its name. When this returns, it is on the disk.
    ///
    /// # Errors
    /// [`Fault`]s of the disk; nothing is left then.
    pub async fn finish(mut self) -> Result<StoredDocument, UploadError> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        let digest = Digest::from_bytes(self.hasher.finalize().into());
        match self.keeper {
            Keeper::Folder(shelves) => {
                let path = self.path;
                blocking(move || settle(path, &shelves, digest)).await?;
            }
            #[cfg(feature = "s3")]
            Keeper::Bucket(bucket) => bucket.put(digest, &self.path).await?,
        }
        Ok(StoredDocument { digest, bytes: self.bytes, head: self.head })
    }
}

/// A document on its way out.
#[derive(Debug)]
pub enum DocumentReader {
    File(tokio::fs::File),
    #[cfg(feature = "s3")]
    Bucket(crate::bucket::BucketReader),
}

impl DocumentReader {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// [`Fault`]s of the disk.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        match self {
            DocumentReader::File(file) => {
                let mut chunk = vec![0; CHUNK];
                let n = file.read(&mut chunk).await?;
                chunk.truncate(n);
                Ok((n > 0).then_some(chunk))
            }
            #[cfg(feature = "s3")]
            DocumentReader::Bucket(reader) => reader.next().await,
        }
    }
}

/// `documents/ab/ab12…`: few files in one folder.
fn place(folder: &Path, digest: Digest) -> PathBuf {
    let name = digest.to_string();
    folder.join(name.chars().take(2).collect::<String>()).join(name)
}

/// Renames a whole file to its digest, and forces the name to the disk too.
fn settle(path: TempPath, shelves: &Shelves, digest: Digest) -> std::io::Result<()> {
    let folder = shelves.folder.as_path();
    let _named = shelves.naming.read().unwrap_or_else(PoisonError::into_inner);
    let target = place(folder, digest);
    let parent = target.parent().unwrap_or(folder);
    if !parent.exists() {
        std::fs::create_dir_all(parent)?;
        std::fs::File::open(folder)?.sync_all()?;
    }
    path.persist(&target).map_err(|e| e.error)?;
    std::fs::File::open(parent)?.sync_all()
}

/// What is in the folder, in order; files that are not named by a digest are not ours.
fn kept(folder: &Path) -> std::io::Result<Vec<Digest>> {
    let mut digests = Vec::new();
    for shelf in std::fs::read_dir(folder)? {
        let shelf = shelf?;
        if shelf.file_type()?.is_dir() {
            for file in std::fs::read_dir(shelf.path())? {
                digests.extend(file?.file_name().to_str().and_then(|name| name.parse::<Digest>().ok()));
            }
        }
    }
    digests.sort_unstable();
    Ok(digests)
}

/// What time it is where files get their times.
fn disk_time(folder: &Path) -> std::io::Result<SystemTime> {
    tempfile::tempfile_in(folder)?.metadata()?.modified()
}

/// Whether a document is there and came in before this time.
fn came_before(folder: &Path, digest: Digest, time: SystemTime) -> bool {
    std::fs::metadata(place(folder, digest)).and_then(|m| m.modified()).is_ok_and(|modified| modified < time)
}

/// Empties the folder of uploads under way.
async fn sweep(incoming: &Path) -> Result<(), Fault> {
    tokio::fs::create_dir_all(incoming).await?;
    let mut entries = tokio::fs::read_dir(incoming).await?;
    while let Some(entry) = entries.next_entry().await? {
        tokio::fs::remove_file(entry.path()).await?;
    }
    Ok(())
}

async fn sync_folder(folder: PathBuf) -> Result<(), Fault> {
    Ok(blocking(move || std::fs::File::open(folder)?.sync_all()).await?)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> std::io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other)?
}
