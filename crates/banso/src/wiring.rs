//! How an office is put together from the settings: store, policies, letters, mail, clock.

use std::sync::Arc;

use banso_letters::Letters;
use banso_office::{Office, Outbox, Parts, People, Place, SystemClock};
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

/// An office on the data folder.
pub(crate) async fn office(settings: &cli::Place, people: People) -> Result<Office, Trouble> {
    let clock = Arc::new(SystemClock);
    let store = Store::open(&place(settings), clock.clone()).await?;
    let mailer = Outbox::new(settings.data.join("outbox"), SENDER)?;
    let policies = Policies::built_in()?;
    Ok(Office::new(Parts { store, policies, letters: Letters::new(), mailer: Arc::new(mailer), clock, people }))
}
