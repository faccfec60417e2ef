//! A server that is killed at random moments while people work, and started again at the same address.

use std::ops::Range;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::patience::eventually;
use crate::server::{Server, Setup};

/// How often, and how long the server lives each time.
#[derive(Debug, Clone)]
pub struct Deaths {
    /// Printed, so that a failure can be played again.
    pub seed: u64,
    pub count: u32,
    pub life: Range<Duration>,
}

/// Runs `work` against a server that dies `deaths.count` times by SIGKILL; answers with the last server, alive, and the work's result.
/// The work gets the address, which stays the same, and must be as patient as people are: see [`persist`].
///
/// # Panics
/// When the work ends before the last death: then it was too short to show anything.
pub async fn under_fire<T>(setup: &Setup, deaths: &Deaths, work: impl AsyncFnOnce(String) -> T) -> (Server, T) {
    println!("seed {}: {} deaths, each after {:?}", deaths.seed, deaths.count, deaths.life);
    let server = Server::start(setup);
    let address = server.address.clone();
    let port = address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let again = Setup { port, ..setup.clone() };
    let (server, (done, died)) = {
        let (sender, mut ended) = tokio::sync::oneshot::channel::<()>();
        let working = async move {
            let done = work(address).await;
            let _killer_has_stopped = sender.send(());
            done
        };
        let killing = async {
            let mut dice = StdRng::seed_from_u64(deaths.seed);
            let (mut server, mut died) = (server, 0);
            while died < deaths.count {
                let life = dice.random_range(deaths.life.clone());
                if tokio::time::timeout(life, &mut ended).await.is_ok() {
                    break;
                }
                server = tokio::task::block_in_place(|| rise(server, &again));
                died += 1;
            }
            (server, died)
        };
        let (done, (server, died)) = tokio::join!(working, killing);
        (server, (done, died))
    };
    assert_eq!(died, deaths.count, "the work ended before the server had died often enough: give it more to do");
    (server, done)
}

fn rise(server: Server, setup: &Setup) -> Server {
    server.kill();
    Server::start(setup)
}

/// Does the same thing again until the server answers, as a person reloads a page. The same form twice must be the same request.
pub async fn persist<T>(what: &str, mut attempt: impl AsyncFnMut() -> Result<T, String>) -> T {
    eventually(what, async || attempt().await.ok()).await
}
