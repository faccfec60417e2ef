//! The store as a whole: opening, writing, closing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use banso_kernel::{Digest, Instant, RequestId};

use crate::batch::{Batch, CommitError, Committed};
use crate::change::Change;
use crate::clock::Clock;
use crate::contents::note_erasure;
use crate::db::{Conn, Db, args};
use crate::documents::Documents;
use crate::fault::Fault;
use crate::folder::{DataFolder, sqlite_url};
use crate::installation::{compare, refuse_half_restored, tie};
use crate::migrate::same_schema;
use crate::writer::{self, WriterHandle};

/// Where a store keeps its things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The folder of the documents, and of the database unless another is named.
    pub folder: PathBuf,
    /// `sqlite://path` or `postgres://…`; `None` is `banso.db` in the folder.
    pub database: Option<String>,
    /// A bucket for the documents instead of the folder.
    #[cfg(feature = "s3")]
    pub bucket: Option<crate::bucket::BucketPlace>,
}

impl Place {
    /// A folder that holds everything.
    #[must_use]
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Place {
            folder: path.into(),
            database: None,
            #[cfg(feature = "s3")]
            bucket: None,
        }
    }

    /// Documents in a folder, rows in a database elsewhere.
    #[must_use]
    pub fn with_database(self, url: impl Into<String>) -> Self {
        Place { database: Some(url.into()), ..self }
    }

    /// Documents in a bucket.
    #[cfg(feature = "s3")]
    #[must_use]
    pub fn with_bucket(self, bucket: crate::bucket::BucketPlace) -> Self {
        Place { bucket: Some(bucket), ..self }
    }

    async fn documents(&self, folder: &Path) -> Result<Documents, Fault> {
        #[cfg(feature = "s3")]
        if let Some(bucket) = &self.bucket {
            return Documents::in_bucket(folder, bucket).await;
        }
        Documents::in_folder(folder).await
    }

    /// A bucket may be named wrongly.
    fn documents_beside(&self) -> Result<Documents, Fault> {
        #[cfg(feature = "s3")]
        if let Some(bucket) = &self.bucket {
            return Documents::beside_in_bucket(&self.folder, bucket);
        }
        Ok(Documents::beside(&self.folder))
    }

    /// Whether a store was made here before.
    #[must_use]
    pub fn is_made(&self) -> bool {
        self.made().is_ok()
    }

    /// What is needed to open the store beside a server.
    fn made(&self) -> Result<(), Fault> {
        let nothing = || Fault::NothingHere(self.folder.display().to_string());
        let is_there = |path: &Path| match path.metadata() {
            Err(e) if e.kind() == std::io::ErrorKind::PermissionDenied => Err(Fault::Denied(path.display().to_string())),
            found => Ok(found.is_ok()),
        };
        let has_database = self.database_file().map_or(Ok(true), |file| is_there(&file))?;
        if is_there(&self.folder.join("incoming"))? && has_database { Ok(()) } else { Err(nothing()) }
    }

    /// Whether the documents lie in the folder, rather than in a bucket.
    #[cfg_attr(not(feature = "s3"), expect(clippy::unused_self, reason = "a bucket is named in the place"))]
    fn keeps_documents(&self) -> bool {
        #[cfg(feature = "s3")]
        return self.bucket.is_none();
        #[cfg(not(feature = "s3"))]
        true
    }

    /// The file of an SQLite database.
    fn database_file(&self) -> Option<PathBuf> {
        match &self.database {
            Some(url) if url.starts_with("sqlite:") => Some(PathBuf::from(url.trim_start_matches("sqlite:").trim_start_matches("//"))),
            Some(_) => None,
            None => Some(self.folder.join("banso.db")),
        }
    }

    fn url(&self) -> String {
        match (self.database_file(), &self.database) {
            (Some(file), _) => sqlite_url(&file),
            (None, other) => other.clone().unwrap_or_default(),
        }
    }
}

/// Everything that is kept. Cheap to clone; all clones are one store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    db: Arc<Db>,
    clock: Arc<dyn Clock>,
    writer: WriterHandle,
    documents: Documents,
    /// Held until the last clone is dropped.
    folder: DataFolder,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("folder", &self.inner.folder.path).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a store, makes what is missing, and brings an older database to the newest schema.
    ///
    /// # Errors
    /// The database cannot be reached, was written by a newer program, or the folder is in use by another server.
    pub async fn open(place: &Place, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        refuse_half_restored(&place.folder)?;
        Self::open_unfinished(place, clock).await
    }

    /// The same where a restore was begun.
    pub(crate) async fn open_unfinished(place: &Place, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        // An address that is none makes no folder.
        let db = Db::new(&place.url())?;
        let folder = DataFolder::lock(&place.folder)?;
        let documents = place.documents(&folder.path).await?;
        let mut conn = db.writer().await?;
        Self::prepare(&mut conn, &db, place, &*clock).await?;
        crate::migrate::put_guards_back(&mut conn, db.kind).await?;
        let _ = sqlx::Connection::close(conn).await;
        Ok(Self::on(folder, documents, db, clock))
    }

    /// Opens a store beside the server that may be running on it, to verify, to back up, to add an account. Both may write: the ledger's
    /// end is locked for each commit.
    ///
    /// # Errors
    /// There is no store in the folder; else as [`Store::open`].
    pub async fn open_beside(place: &Place, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        place.made()?;
        refuse_half_restored(&place.folder)?;
        let db = Db::new(&place.url())?;
        let mut conn = db.writer().await?;
        Self::prepare(&mut conn, &db, place, &*clock).await?;
        let _ = sqlx::Connection::close(conn).await;
        Ok(Self::on(DataFolder::beside(&place.folder), place.documents_beside()?, db, clock))
    }

    /// Opens a store only to look at it, as a user of the machine who may read and not write. Nothing is written, neither to the database nor
    /// to the folder; the server may be running.
    ///
    /// # Errors
    /// As [`Store::open_beside`]; [`Fault::Older`], since nothing is brought up to date; [`Fault::LogUnread`].
    pub async fn open_to_read(place: &Place, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        place.made()?;
        refuse_half_restored(&place.folder)?;
        let db = match place.database_file() {
            Some(file) => Db::read_only(&file).await?,
            None => Db::new(&place.url())?,
        };
        let mut conn = db.reader().await?;
        same_schema(&mut conn).await?;
        if place.keeps_documents() {
            compare(&mut conn, &place.folder).await?;
        }
        let _ = sqlx::Connection::close(conn).await;
        Ok(Self::on(DataFolder::beside(&place.folder), place.documents_beside()?, db, clock))
    }

    async fn prepare(conn: &mut Conn, db: &Db, place: &Place, clock: &dyn Clock) -> Result<(), Fault> {
        crate::migrate::migrate(conn, db.kind, clock.now().micros()).await?;
        if place.keeps_documents() { tie(conn, &place.folder).await } else { Ok(()) }
    }

    fn on(folder: DataFolder, documents: Documents, db: Db, clock: Arc<dyn Clock>) -> Self {
        let db = Arc::new(db);
        let (writer, _) = writer::start(Arc::clone(&db), Arc::clone(&clock));
        Store { inner: Arc::new(Inner { db, clock, writer, documents, folder }) }
    }

    /// Commits a batch: all of it or nothing. When this returns, it is on the disk.
    ///
    /// # Errors
    /// Says why nothing was written. After a [`CommitError::Fault`] of a database that went away in the middle it is not known
    /// whether the batch was recorded: ask again with the same request id.
    pub async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        self.inner.writer.commit(batch).await
    }

    /// What this request was answered when it was committed; `None` if it never was.
    ///
    /// # Errors
    /// [`Fault`]s of the database.
    pub async fn answered(&self, request: RequestId) -> Result<Option<Committed>, Fault> {
        let row = self.row("SELECT result FROM requests WHERE id = $1", args![request]).await?;
        row.map(|row| row.json("result").map(|first: Committed| Committed { repeated: true, ..first })).transpose()
    }

    /// Commits one change without an act.
    ///
    /// # Errors
    /// As [`Store::commit`].
    pub async fn change(&self, change: Change) -> Result<(), CommitError> {
        self.commit(Batch::changes(vec![change])).await.map(|_| ())
    }

    /// The documents.
    #[must_use]
    pub fn documents(&self) -> &Documents {
        &self.inner.documents
    }

    /// Erases a document by right: first it is written down that it was, then the file goes.
    ///
    /// # Errors
    /// As [`Store::commit`].
    pub async fn erase_document(&self, digest: Digest, reason: &str) -> Result<(), CommitError> {
        self.change(note_erasure(digest, reason)).await?;
        Ok(self.documents().remove(digest).await?)
    }

    /// What time it is by the clock that stamps the acts.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.inner.clock.now()
    }

    /// Closes the readers. The writer ends when the last clone is dropped.
    pub async fn close(self) {
        self.inner.db.close().await;
    }

    pub(crate) fn db(&self) -> &Db {
        &self.inner.db
    }
}
