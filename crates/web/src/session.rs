//! Sessions: a random id in a cookie, the rest in the office's own table under the id's digest.

use std::cell::RefCell;
use std::fmt::Debug;

use async_trait::async_trait;
use axum::http::StatusCode;
use banso_kernel::{Digest, Instant, LocalText, PersonId};
use banso_office::{Office, OfficeError};
use rand::Rng as _;
use serde::{Deserialize, Serialize};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result as StoreResult};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};

use crate::failure::Failure;
use crate::{Scheme, Settings};

/// A session ends after twelve hours without a request.
const SECONDS: i64 = 12 * 60 * 60;
/// How often a session in use is written again to move its end.
const TOUCH_SECONDS: i64 = 5 * 60;
/// The key of everything we keep in a session.
const VISIT: &str = "visit";

/// What a session knows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Visit {
    /// The token of this session's forms.
    pub(crate) csrf: String,
    pub(crate) person: Option<PersonId>,
    /// A message for the next page.
    pub(crate) flash: Option<LocalText>,
    /// When the row was last written, in seconds since 1970.
    touched: i64,
}

tokio::task_local! {
    /// Why the sessions of this request could not be read or written: their library passes no words on.
    static CAUSE: RefCell<Option<OfficeError>>;
}

/// Runs a request; beside its answer, why its sessions failed if they did.
pub(crate) async fn with_cause<T>(request: impl Future<Output = T>) -> (T, Option<Failure>) {
    CAUSE.scope(RefCell::new(None), async { (request.await, cause()) }).await
}

/// Why the sessions of this request failed.
fn cause() -> Option<Failure> {
    CAUSE.try_with(|cause| cause.borrow_mut().take()).ok().flatten().map(Failure::from)
}

/// Remembers why for the page that says so.
fn failed(error: OfficeError) -> Error {
    let said = error.to_string();
    let _ = CAUSE.try_with(|cause| cause.replace(Some(error)));
    Error::Backend(said)
}

/// Sessions as the office keeps them.
#[derive(Clone)]
pub(crate) struct OfficeSessions(Office);

impl Debug for OfficeSessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OfficeSessions")
    }
}

/// The table holds digests: who reads it cannot enter with what he finds.
fn key(id: Id) -> String {
    Digest::of(&id.0.to_be_bytes()).to_string()
}

impl OfficeSessions {
    /// What is kept of a session, and until when.
    fn row(&self, record: &Record) -> StoreResult<(String, Instant)> {
        let body = serde_json::to_string(&record.data).map_err(|e| Error::Encode(e.to_string()))?;
        Ok((body, self.0.now().plus_seconds(SECONDS)))
    }
}

#[async_trait]
impl SessionStore for OfficeSessions {
    /// Ids are 128 random bits; one that is taken all the same is not shared.
    async fn create(&self, record: &mut Record) -> StoreResult<()> {
        while self.load(&record.id).await?.is_some() {
            record.id = Id::default();
        }
        let (body, ends) = self.row(record)?;
        self.0.keep_session(&key(record.id), &body, ends).await.map_err(failed)
    }

    /// Who is signed in stands in a session from its making on; what is written later is its end and a message. Where that cannot be
    /// written, on a full disk, the page is shown all the same.
    async fn save(&self, record: &Record) -> StoreResult<()> {
        let (body, ends) = self.row(record)?;
        if let Err(error) = self.0.renew_session(&key(record.id), &body, ends).await {
            tracing::warn!(%error, "a session was not renewed");
        }
        Ok(())
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<Record>> {
        let Some(body) = self.0.session(&key(*id)).await.map_err(failed)? else { return Ok(None) };
        let data = serde_json::from_str(&body).map_err(|e| Error::Decode(e.to_string()))?;
        // The office has checked the end by its own clock; this one only dates the cookie.
        Ok(Some(Record { id: *id, data, expiry_date: OffsetDateTime::now_utc() + Duration::seconds(SECONDS) }))
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        self.0.drop_session(&key(*id)).await.map_err(failed)
    }
}

pub(crate) fn layer(office: Office, settings: &Settings) -> SessionManagerLayer<OfficeSessions> {
    SessionManagerLayer::new(OfficeSessions(office))
        .with_name("banso")
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(matches!(settings.scheme, Scheme::Https))
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(Duration::seconds(SECONDS)))
}

/// The visit of this session, if there is one; its end is moved while it is in use.
pub(crate) async fn visit(session: &Session, office: &Office) -> Result<Option<Visit>, Failure> {
    let Some(mut visit) = session.get::<Visit>(VISIT).await? else { return Ok(None) };
    let now = office.now().timestamp().as_second();
    if now - visit.touched > TOUCH_SECONDS {
        visit.touched = now;
        session.insert(VISIT, &visit).await?;
    }
    Ok(Some(visit))
}

/// The token of this session's forms, in a new session if there is none.
pub(crate) async fn token(session: &Session, office: &Office) -> Result<String, Failure> {
    if let Some(visit) = visit(session, office).await? {
        return Ok(visit.csrf);
    }
    let visit = Visit { csrf: new_token(), touched: office.now().timestamp().as_second(), ..Visit::default() };
    session.insert(VISIT, &visit).await?;
    Ok(visit.csrf)
}

/// Somebody has signed in: a new id and a new token, so that nothing known before is worth anything after.
pub(crate) async fn signed_in(session: &Session, office: &Office, person: PersonId) -> Result<(), Failure> {
    session.cycle_id().await?;
    let visit = Visit { csrf: new_token(), person: Some(person), flash: None, touched: office.now().timestamp().as_second() };
    session.insert(VISIT, &visit).await?;
    Ok(())
}

pub(crate) async fn signed_out(session: &Session) -> Result<(), Failure> {
    Ok(session.flush().await?)
}

/// Leaves a message for the next page.
pub(crate) async fn leave_message(session: &Session, message: LocalText) -> Result<(), Failure> {
    if let Some(mut visit) = session.get::<Visit>(VISIT).await? {
        visit.flash = Some(message);
        session.insert(VISIT, &visit).await?;
    }
    Ok(())
}

/// Takes the message that the page before left.
pub(crate) async fn take_message(session: &Session, visit: &mut Visit) -> Result<Option<LocalText>, Failure> {
    let message = visit.flash.take();
    if message.is_some() {
        session.insert(VISIT, &*visit).await?;
    }
    Ok(message)
}

/// 256 random bits, in hexadecimal.
fn new_token() -> String {
    let bits: [u8; 32] = rand::rng().random();
    Digest::from_bytes(bits).to_string()
}

impl From<tower_sessions::session::Error> for Failure {
    fn from(error: tower_sessions::session::Error) -> Self {
        tracing::error!(%error, "a session could not be read or written");
        cause().unwrap_or(Failure::Status(StatusCode::SERVICE_UNAVAILABLE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use banso_office::testing::TestOffice;

    #[tokio::test]
    async fn a_session_that_was_dropped_does_not_come_back() {
        let office = TestOffice::new().await;
        let sessions = OfficeSessions((*office).clone());
        let mut record = Record { id: Id::default(), data: Default::default(), expiry_date: OffsetDateTime::UNIX_EPOCH };
        sessions.create(&mut record).await.unwrap();
        record.data.insert(VISIT.to_owned(), serde_json::json!({}));
        sessions.save(&record).await.unwrap();
        assert_eq!(sessions.load(&record.id).await.unwrap().map(|r| r.data), Some(record.data.clone()));
        sessions.delete(&record.id).await.unwrap();
        // A page of another window is written a moment later.
        sessions.save(&record).await.unwrap();
        assert_eq!(sessions.load(&record.id).await.unwrap(), None);
    }
}
