//! How an office is put together from the settings: store, policies, letters, mail, clock.

use std::path::PathBuf;
use std::sync::Arc;

use banso_letters::Letters;
use banso_office::{Clock, MailCommand, Mailer, Office, Outbox, Parts, People, Place, SystemClock};
use banso_permits::Policies;
use banso_store::Store;

use crate::cli::{self, Post};
use crate::texts::Folder;
use crate::trouble::Trouble;

/// The sender of mails until a mail server is configured: a name that can never be delivered to.
const SENDER: &str = "office@banso.invalid";

/// Where everything is kept.
pub(crate) fn place(settings: &cli::Place) -> Place {
    let place = Place::folder(&settings.data);
    let place = match &settings.database {
        Some(url) => place.with_database(url),
        None => place,
    };
    #[cfg(feature = "s3")]
    if let Some(bucket) = settings.bucket.place() {
        return place.with_bucket(bucket);
    }
    place
}

/// For people: the folder, and which database.
pub(crate) fn described(settings: &cli::Place) -> String {
    let database = match &settings.database {
        Some(url) => url.rsplit_once('@').map_or(url.as_str(), |(_, host)| host).to_owned() + " (PostgreSQL)",
        None => "SQLite".to_owned(),
    };
    format!("{}  {database}", settings.data.display())
}

/// An office beside the server that may be running.
pub(crate) async fn office_beside(settings: &cli::Place) -> Result<Office, Trouble> {
    on(store_beside(settings).await?, settings, People::Real, Arc::new(SystemClock))
}

/// An office beside the server that may be running, or on a folder that is made now.
pub(crate) async fn office_beside_or_new(settings: &cli::Place) -> Result<Office, Trouble> {
    if place(settings).is_made() {
        return office_beside(settings).await;
    }
    let clock = Arc::new(SystemClock);
    on(Store::open(&place(settings), clock.clone()).await?, settings, People::Real, clock)
}

/// The store beside the server that may be running.
pub(crate) async fn store_beside(settings: &cli::Place) -> Result<Store, Trouble> {
    Ok(Store::open_beside(&place(settings), Arc::new(SystemClock)).await?)
}

/// The store, to look at it and write nothing.
pub(crate) async fn store_to_read(settings: &cli::Place) -> Result<Store, Trouble> {
    Ok(Store::open_to_read(&place(settings), Arc::new(SystemClock)).await?)
}

/// An office on a store, whose mails stay in the outbox. Both go by the same clock.
pub(crate) fn on(store: Store, settings: &cli::Place, people: People, clock: Arc<dyn Clock>) -> Result<Office, Trouble> {
    posting(store, settings, &Post::default(), people, clock)
}

/// An office whose mails leave the house as the settings say.
pub(crate) fn posting(store: Store, settings: &cli::Place, post: &Post, people: People, clock: Arc<dyn Clock>) -> Result<Office, Trouble> {
    let from = post.mail_from.as_deref().unwrap_or(SENDER);
    let mailer: Arc<dyn Mailer> = match &post.mail_command {
        Some(line) => Arc::new(MailCommand::new(line, from)?),
        None => Arc::new(Outbox::new(outbox(settings), from)?),
    };
    let programmes = Arc::new(Folder { named: settings.programmes.clone() });
    let policies = Policies::built_in()?;
    Ok(Office::new(Parts { store, policies, letters: Letters::new(), mailer, programmes, clock, people }))
}

/// Where mails stand that no command takes on.
pub(crate) fn outbox(settings: &cli::Place) -> PathBuf {
    settings.data.join("outbox")
}
