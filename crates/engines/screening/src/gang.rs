//! Blocks on all cores. Threads take the next block; what each gathers is joined by the caller.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::answers::{Answer, Screener};
use crate::block::Block;
use crate::screen::{Programme, Screen};

/// Screens blocks on some threads. Every thread gathers into a value of its own; they come back in no order.
pub fn screen_blocks<T: Send>(
    screen: &Screen,
    blocks: &[Block],
    threads: usize,
    start: impl Fn() -> T + Sync,
    each: impl Fn(&mut T, &Block, usize, &Programme, &Answer) + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut gathered = start();
        let mut screener = Screener::new(screen);
        while let Some(block) = blocks.get(next.fetch_add(1, Ordering::Relaxed)) {
            screener.block(block, |index, programme, answer| each(&mut gathered, block, index, programme, answer));
        }
        gathered
    };
    let threads = threads.clamp(1, blocks.len().max(1));
    if threads == 1 {
        return vec![work()];
    }
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        // A thread that panicked takes the caller with it: its part would be missing.
        all.into_iter().map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}
