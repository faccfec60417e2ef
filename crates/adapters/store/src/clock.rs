//! What time it is: the one place where the house reads a clock. The ledger's writer stamps acts by it.

use std::sync::atomic::{AtomicI64, Ordering};

use banso_kernel::Instant;

/// Says what time it is. The world's clock varies: real, or moved by hand in tests and demonstrations.
pub trait Clock: Send + Sync + 'static {
    /// This moment.
    fn now(&self) -> Instant;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
    fn now(&self) -> Instant {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_micros()).ok().and_then(|micros| Instant::from_micros(micros).ok()).unwrap_or_else(epoch)
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct HandClock(AtomicI64);

impl HandClock {
    #[must_use]
    pub fn at(instant: Instant) -> Self {
        HandClock(AtomicI64::new(instant.micros()))
    }

    pub fn set(&self, instant: Instant) {
        self.0.store(instant.micros(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::SeqCst)).unwrap_or_else(|_| epoch())
    }
}

fn epoch() -> Instant {
    Instant::new(jiff::Timestamp::UNIX_EPOCH)
}
