//! The clock of a simulation: it stands where it is put, and now and then the house dies while it looks at it. Whoever writes looks at the
//! clock before the first statement and again as the last thing before COMMIT, so a death can fall between any two writes.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicI64, Ordering};

use banso_kernel::Instant;
use banso_store::Clock;

/// Nobody dies.
const CALM: i64 = 0;
/// It has happened.
const STRUCK: i64 = -1;

/// What unwinds when the house dies.
#[derive(Debug)]
pub(crate) struct Death;

/// A clock that is moved by hand and can be armed.
#[derive(Debug)]
pub struct WorldClock {
    micros: AtomicI64,
    looks_left: AtomicI64,
}

impl WorldClock {
    #[must_use]
    pub fn at(instant: Instant) -> Self {
        WorldClock { micros: AtomicI64::new(instant.micros()), looks_left: AtomicI64::new(CALM) }
    }

    /// Stands at this instant from now on.
    pub fn set(&self, instant: Instant) {
        self.micros.store(instant.micros(), Ordering::SeqCst);
    }

    /// The house dies at the `look`th look from now, counted from 1.
    pub(crate) fn arm(&self, look: u32) {
        self.looks_left.store(i64::from(look.max(1)), Ordering::SeqCst);
    }

    /// Nobody dies any more; answers whether somebody did.
    pub(crate) fn disarm(&self) -> bool {
        self.looks_left.swap(CALM, Ordering::SeqCst) == STRUCK
    }

    /// Whether somebody died; whoever is armed stays so until it happens.
    pub(crate) fn disarm_if_struck(&self) -> bool {
        self.looks_left.compare_exchange(STRUCK, CALM, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    fn count_down(&self) {
        let less = |left: i64| match left {
            STRUCK | CALM => None,
            1 => Some(STRUCK),
            more => Some(more - 1),
        };
        if self.looks_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less) == Ok(1) {
            // Unwinds without the panic's own message: this is no bug.
            resume_unwind(Box::new(Death));
        }
    }
}

impl Clock for WorldClock {
    fn now(&self) -> Instant {
        self.count_down();
        Instant::from_micros(self.micros.load(Ordering::SeqCst)).unwrap_or_else(|_| Instant::new(Default::default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_strikes_once_at_the_look_that_was_said() {
        let clock = WorldClock::at(Instant::from_micros(5).unwrap());
        clock.arm(3);
        assert_eq!((clock.now().micros(), clock.now().micros()), (5, 5));
        let died = std::panic::catch_unwind(|| clock.now()).unwrap_err();
        assert!(died.is::<Death>());
        assert_eq!(clock.now().micros(), 5);
        assert!(clock.disarm());
        clock.arm(9);
        assert!(!clock.disarm());
    }
}
