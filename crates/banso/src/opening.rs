//! What stands in the data folder when a server starts, and what has to be made there first: nothing, or the demonstration.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use banso_kernel::Lang;
use banso_office::{Loaded, Office, People, SystemClock};
use banso_store::Store;

use crate::cli::{self, Post};
use crate::demo::{self, Holds, StageClock, Voice};
use crate::diagnostics::Ink;
use crate::texts;
use crate::trouble::Trouble;
use crate::wiring;

/// An office that can be served.
pub(crate) struct Opened {
    pub(crate) office: Office,
    /// Whether it holds the demonstration.
    pub(crate) demo: bool,
}

/// Opens the data folder for real use or for the demonstration, and loads what is new.
pub(crate) async fn open(place: &cli::Place, post: &Post, wanted: People, address: &str, lang: Lang) -> Result<Opened, Trouble> {
    let programmes = texts::programmes(place.programmes.as_deref())?;
    let words = texts::words(&texts::facts_beside(&programmes)?, lang, Ink::Plain)?;
    let clock = Arc::new(StageClock::new());
    let store = Store::open(&wiring::place(place), clock.clone()).await?;
    let holds = demo::look(&store).await?;
    let (store, people) = match (wanted, holds) {
        (People::Synthetic, Holds::Other) => return Err(Trouble::NotTheDemo(place.data.clone())),
        (_, Holds::Half) if wanted == People::Real || place.database.is_some() => return Err(Trouble::HalfADemo(wiring::described(place))),
        (_, Holds::Half) => {
            store.close().await;
            put_aside(&place.data)?;
            (Store::open(&wiring::place(place), clock.clone()).await?, People::Synthetic)
        }
        // Made-up data stay labelled, whatever they are served as.
        (People::Real | People::Synthetic, Holds::Demo) | (People::Synthetic, Holds::Nothing) => (store, People::Synthetic),
        (People::Real, Holds::Nothing | Holds::Other) => (store, People::Real),
    };
    let demo = people == People::Synthetic;
    let office = if demo {
        wiring::on(store.clone(), place, people, clock.clone())?
    } else {
        wiring::posting(store.clone(), place, post, people, Arc::new(SystemClock))?
    };
    if demo && holds != Holds::Demo {
        let root = programmes.canonicalize().ok().and_then(|p| p.parent().map(Path::to_owned)).unwrap_or_default();
        let stage = demo::Stage { office: &office, store: &store, clock, words: &words, root, address: address.to_owned() };
        demo::load(&stage, lang, Voice::Aloud).await?;
    }
    publish(&office, lang).await?;
    Ok(Opened { office, demo })
}

/// Brings the guidelines in force, and says what is wrong with those that are not.
async fn publish(office: &Office, lang: Lang) -> Result<(), Trouble> {
    for loaded in office.read_programmes().await? {
        match loaded {
            Loaded::Published { call, number } => complain!("公表しました / Published: {call} ({number})"),
            Loaded::Unchanged { .. } => {}
            Loaded::Broken(file) => complain!("公表していません / Not in force: {}\n{}", file.path, file.problems.get(lang)),
        }
    }
    Ok(())
}

/// Moves a half-made demonstration out of the way. It is not deleted: nobody knows what else lies in the folder.
fn put_aside(data: &Path) -> Result<(), Trouble> {
    let named = |n: u32| PathBuf::from(format!("{}.half-{n}", data.display()));
    let free = (1..).map(named).find(|path| !path.exists()).unwrap_or_else(|| named(0));
    std::fs::rename(data, &free).map_err(|_| Trouble::HalfADemo(data.display().to_string()))?;
    complain!("前回のデモの読み込みが途中で止まっていたため、{} に移し、作り直します（消してかまいません）。", free.display());
    complain!(
        "The demonstration was only half loaded last time. It was moved to {} (delete it if you like); starting anew.",
        free.display()
    );
    Ok(())
}
