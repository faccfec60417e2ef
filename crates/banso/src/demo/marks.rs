//! Whether a store holds the demonstration, whole or half: two texts, kept at its beginning and at its end.

use banso_kernel::Digest;
use banso_store::{Change, CommitError, Content, Fault, Page, Store};

const BEGUN: &str = "合成デモの読み込みを始めました。 / The synthetic demonstration is being loaded. (1)";
const DONE: &str = "合成デモの読み込みが終わりました。 / The synthetic demonstration is loaded. (1)";

/// What a store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    Nothing,
    /// Somebody's own data.
    Other,
    /// A demonstration whose loading was interrupted.
    Half,
    Demo,
}

/// Looks.
pub(crate) async fn look(store: &Store) -> Result<Holds, Fault> {
    let kept = async |text: &str| Ok::<_, Fault>(matches!(store.content(Digest::of(text.as_bytes())).await?, Some(Content::Kept(_))));
    if kept(DONE).await? {
        return Ok(Holds::Demo);
    }
    if kept(BEGUN).await? {
        return Ok(Holds::Half);
    }
    let empty = store.accounts(Page::first(1)).await?.rows.is_empty() && store.calls().await?.is_empty();
    Ok(if empty { Holds::Nothing } else { Holds::Other })
}

/// Writes that loading begins.
pub(crate) async fn begin(store: &Store) -> Result<(), CommitError> {
    store.change(Change::keep_content(BEGUN)).await
}

/// Writes that all of it is there.
pub(crate) async fn done(store: &Store) -> Result<(), CommitError> {
    store.change(Change::keep_content(DONE)).await
}
