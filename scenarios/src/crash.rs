//! A server that is killed at random moments while people work, and started again at the same address.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::patience::{eventually, pass};
use crate::server::{Server, Setup};

/// How often, and how long the server lives each time.
#[derive(Debug, Clone)]
pub struct Deaths {
    /// Printed, so that a failure can be played again.
    pub seed: u64,
    pub count: u32,
    pub life: Range<Duration>,
    /// How long it goes on after the last death.
    pub calm: Duration,
}

/// What those who work know of it: where the server is, and whether it is time to go home.
#[derive(Debug, Clone)]
pub struct Fire {
    /// Stays the same.
    pub address: String,
    over: Arc<AtomicBool>,
}

impl Fire {
    /// Whether there is more to come.
    #[must_use]
    pub fn burns(&self) -> bool {
        !self.over.load(Ordering::SeqCst)
    }
}

/// Runs `work` against a server that dies `deaths.count` times by SIGKILL; answers with the last server, alive, and the work's result.
/// The work goes on while [`Fire::burns`], and must be as patient as people are: see [`persist`].
pub async fn under_fire<T>(setup: &Setup, deaths: &Deaths, work: impl AsyncFnOnce(Fire) -> T) -> (Server, T) {
    println!("seed {}: {} deaths, each after {:?}", deaths.seed, deaths.count, deaths.life);
    let server = Server::start(setup);
    let fire = Fire { address: server.address.clone(), over: Arc::default() };
    let again = Setup { port: port_of(&fire.address), ..setup.clone() };
    let killing = tokio::spawn(kill_often(server, again, deaths.clone(), fire.over.clone()));
    let done = work(fire).await;
    (killing.await.expect("the killer lives"), done)
}

async fn kill_often(mut server: Server, again: Setup, deaths: Deaths, over: Arc<AtomicBool>) -> Server {
    let mut dice = StdRng::seed_from_u64(deaths.seed);
    for _ in 0..deaths.count {
        pass(dice.random_range(deaths.life.clone())).await;
        server = tokio::task::block_in_place(|| rise(server, &again));
    }
    pass(deaths.calm).await;
    over.store(true, Ordering::SeqCst);
    server
}

fn port_of(address: &str) -> u16 {
    address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
}

fn rise(server: Server, setup: &Setup) -> Server {
    server.kill();
    Server::start(setup)
}

/// Does the same thing again until the server answers, as a person reloads a page. The same form twice must be the same request.
pub async fn persist<T>(what: &str, mut attempt: impl AsyncFnMut() -> Result<T, String>) -> T {
    eventually(what, async || attempt().await.ok()).await
}
