//! Waiting for something to become true, with an end. The only place that pauses.

use std::time::{Duration, Instant};

/// How long a thing may take on a slow machine under load before it counts as never.
const PATIENCE: Duration = Duration::from_secs(60);

const PAUSE: Duration = Duration::from_millis(40);

/// Asks again and again until there is an answer.
///
/// # Panics
/// When there is none within a minute; the message names `what`.
pub async fn eventually<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    eventually_within(PATIENCE, what, ask).await
}

/// The same with a patience of its own.
///
/// # Panics
/// When there is no answer within `limit`.
pub async fn eventually_within<T>(limit: Duration, what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(started.elapsed() < limit, "waited {limit:?} in vain for {what}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// The same without async.
///
/// # Panics
/// When there is no answer within `limit`.
pub fn within<T>(limit: Duration, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < limit, "waited {limit:?} in vain for {what}");
        std::thread::sleep(PAUSE);
    }
}

/// Lets time pass, where time itself is what is wanted.
pub(crate) async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}
