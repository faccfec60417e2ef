//! How an office is put together from the settings: store, policies, letters, mail, clock.

use std::sync::Arc;

use banso_letters::Letters;
use banso_office::{Clock, Office, Outbox, Parts, People, Place, SystemClock};
use banso_permits::Policies;
use banso_store::Store;

use crate::cli;
use crate::trouble::Trouble;

/// The sender of mails until a mail server is configured: a name that can never be delivered to.
const SENDER: &str = "office@banso.invalid";

/// Where everything is kept.
pub(crate) fn place(settings: &cli::Place) -> Place {
    let place = Place::folder(&settings.data);
    match &settings.database {
        Some(url) => place.with_database(url),
        None => place,
    }
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
    if settings.data.join("documents").is_dir() {
        return office_beside(settings).await;
    }
    let clock = Arc::new(SystemClock);
    on(Store::open(&place(settings), clock.clone()).await?, settings, People::Real, clock)
}

/// The store beside the server that may be running.
pub(crate) async fn store_beside(settings: &cli::Place) -> Result<Store, Trouble> {
    Ok(Store::open_beside(&place(settings), Arc::new(SystemClock)).await?)
}

/// An office on a store. Both go by the same clock.
pub(crate) fn on(store: Store, settings: &cli::Place, people: People, clock: Arc<dyn Clock>) -> Result<Office, Trouble> {
    let mailer = Outbox::new(settings.data.join("outbox"), SENDER)?;
    let policies = Policies::built_in()?;
    Ok(Office::new(Parts { store, policies, letters: Letters::new(), mailer: Arc::new(mailer), clock, people }))
}
