//! Sessions of browsers, opaque to the office: kept, found until their end, dropped.

use banso_kernel::Instant;
use banso_store::{Change, Session};

use crate::{Office, OfficeError};

/// Seconds.
const DAY: i64 = 86_400;

impl Office {
    /// What is kept under this key, if its end has not come.
    ///
    /// # Errors
    /// Storage.
    pub async fn session(&self, key: &str) -> Result<Option<String>, OfficeError> {
        let found = self.store().session(key).await?;
        Ok(found.filter(|s| s.expires_at > self.now()).map(|s| s.body))
    }

    /// # Errors
    /// Storage.
    pub async fn keep_session(&self, key: &str, body: &str, ends: Instant) -> Result<(), OfficeError> {
        Ok(self.store().put_session(Session { id: key.to_owned(), body: body.to_owned(), expires_at: ends }).await?)
    }

    /// Keeps what is there under this key for longer, with another body. What was dropped meanwhile, by signing out in another window, stays
    /// dropped.
    ///
    /// # Errors
    /// Storage.
    pub async fn renew_session(&self, key: &str, body: &str, ends: Instant) -> Result<(), OfficeError> {
        let session = Session { id: key.to_owned(), body: body.to_owned(), expires_at: ends };
        Ok(self.store().change(Change::renew_session(&session)).await?)
    }

    /// # Errors
    /// Storage.
    pub async fn drop_session(&self, key: &str) -> Result<(), OfficeError> {
        Ok(self.store().drop_session(key).await?)
    }

    /// Sweeps out what has ended: sessions, attempts to sign in older than a day, answers to requests older than thirty days, documents
    /// that were never attached. Work that was given up is tried once more.
    pub(crate) async fn sweep(&self) -> Result<(), OfficeError> {
        let now = self.now();
        let changes = vec![
            Change::drop_sessions_before(now),
            Change::forget_sign_ins_before(now.plus_seconds(-DAY)),
            Change::forget_requests_before(now.plus_seconds(-30 * DAY)),
            Change::retry_given_up(now),
        ];
        self.store().commit(banso_store::Batch::changes(changes)).await?;
        let documents = self.store().sweep_documents().await?;
        if documents > 0 {
            tracing::info!(documents, "documents that no row names were removed");
        }
        Ok(())
    }
}
