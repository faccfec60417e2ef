//! The clock of the demonstration: it stands where the play puts it, and is the machine's as soon as the play is over.

use std::sync::atomic::{AtomicI64, Ordering};

use banso_kernel::Instant;
use banso_office::{Clock, SystemClock};

/// No instant that a play would set.
const THE_MACHINES: i64 = i64::MIN;

/// A clock that can be put back once, before anybody else looks at it.
#[derive(Debug)]
pub(crate) struct StageClock(AtomicI64);

impl StageClock {
    /// The machine's clock, until it is put somewhere.
    pub(crate) fn new() -> Self {
        StageClock(AtomicI64::new(THE_MACHINES))
    }

    /// Stands at this instant from now on.
    pub(crate) fn put(&self, instant: Instant) {
        self.0.store(instant.micros(), Ordering::SeqCst);
    }

    /// Goes on with the machine's time.
    pub(crate) fn follow(&self) {
        self.0.store(THE_MACHINES, Ordering::SeqCst);
    }
}

impl Clock for StageClock {
    fn now(&self) -> Instant {
        let machine = || SystemClock.now();
        match self.0.load(Ordering::SeqCst) {
            THE_MACHINES => machine(),
            micros => Instant::from_micros(micros).unwrap_or_else(|_| machine()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_where_it_is_put_and_then_goes_on() {
        let clock = StageClock::new();
        let then = Instant::parse("2025-04-01T09:00:00+09:00").unwrap();
        assert!(clock.now() > then);
        clock.put(then);
        assert_eq!(clock.now(), then);
        clock.follow();
        assert!(clock.now() > then);
    }
}
