//! Blocks of work done on all cores and handed on in their order. No more blocks are under way than there are threads, so
//! that memory stays as small as theirs.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Does the work of each block of a source, and hands what comes of it to `take` in the order of the source. The calling
/// thread works too; with one thread nothing is started.
///
/// # Errors
/// The first one of the source or of `take`; nothing more is taken after it.
pub(super) fn in_order<I, T, E: Send>(
    threads: usize,
    source: impl Iterator<Item = Result<I, E>> + Send,
    work: impl Fn(I) -> T + Sync,
    take: impl FnMut(T) -> Result<(), E> + Send,
) -> Result<(), E> {
    let turn = Turn { next: 0, stopped: false, failed: None, take };
    let lanes = Lanes { source: Mutex::new((0, source)), turn: Mutex::new(turn), moved: Condvar::new() };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // Where the system gives no further thread, those at hand do the work.
            let _ = std::thread::Builder::new().spawn_scoped(scope, || lanes.run(&work));
        }
        lanes.run(&work);
    });
    let turn = lanes.turn.into_inner().unwrap_or_else(PoisonError::into_inner);
    turn.failed.map_or(Ok(()), Err)
}

struct Lanes<S, K, E> {
    /// With the number of the next block.
    source: Mutex<(usize, S)>,
    turn: Mutex<Turn<K, E>>,
    moved: Condvar,
}

struct Turn<K, E> {
    /// Number of the block that is taken next.
    next: usize,
    stopped: bool,
    failed: Option<E>,
    take: K,
}

impl<I, E, S, K> Lanes<S, K, E>
where
    S: Iterator<Item = Result<I, E>>,
{
    fn run<T>(&self, work: &impl Fn(I) -> T)
    where
        K: FnMut(T) -> Result<(), E>,
    {
        let _guard = StopOnPanic(self);
        while let Some((at, block)) = self.next_block() {
            match block {
                Ok(block) => {
                    let done = work(block);
                    self.hand_on(at, done);
                }
                Err(e) => self.stop(Some(e)),
            }
        }
    }

    fn next_block(&self) -> Option<(usize, Result<I, E>)> {
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        if self.turn().stopped {
            return None;
        }
        let block = source.1.next()?;
        source.0 += 1;
        Some((source.0 - 1, block))
    }

    fn hand_on<T>(&self, at: usize, done: T)
    where
        K: FnMut(T) -> Result<(), E>,
    {
        let mut turn = self.turn();
        while turn.next != at && !turn.stopped {
            turn = self.moved.wait(turn).unwrap_or_else(PoisonError::into_inner);
        }
        if turn.stopped {
            return;
        }
        match (turn.take)(done) {
            Ok(()) => {
                turn.next += 1;
                drop(turn);
                self.moved.notify_all();
            }
            Err(e) => {
                drop(turn);
                self.stop(Some(e));
            }
        }
    }
}

impl<S, K, E> Lanes<S, K, E> {
    fn turn(&self) -> MutexGuard<'_, Turn<K, E>> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self, why: Option<E>) {
        let mut turn = self.turn();
        turn.stopped = true;
        turn.failed = turn.failed.take().or(why);
        drop(turn);
        self.moved.notify_all();
    }
}

/// A thread that panics must not leave the others waiting for its block.
struct StopOnPanic<'l, S, K, E>(&'l Lanes<S, K, E>);

impl<S, K, E> Drop for StopOnPanic<'_, S, K, E> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_of_the_blocks_has_their_order() {
        for threads in [1, 2, 7] {
            let mut taken = Vec::new();
            let work = |n: u64| (0..n * 7_919 % 1_000).fold(n, |a, b| std::hint::black_box(a ^ b ^ b));
            let done = in_order(threads, (0..500).map(Ok::<u64, ()>), work, |n| {
                taken.push(n);
                Ok(())
            });
            assert_eq!((done, taken), (Ok(()), (0..500).collect::<Vec<u64>>()), "{threads}");
        }
    }

    #[test]
    fn an_error_ends_the_work() {
        for threads in [1, 3] {
            let mut taken = 0;
            let source = (0..).map(|n| if n == 100 { Err("read") } else { Ok(n) });
            let done = in_order(
                threads,
                source,
                |n| n,
                |_| {
                    taken += 1;
                    Ok(())
                },
            );
            assert!(done == Err("read") && taken <= 100);
            let full = in_order(threads, (0..).map(Ok), |n| n, |n| if n == 9 { Err("full") } else { Ok(()) });
            assert_eq!(full, Err("full"));
        }
    }

    #[test]
    fn a_panic_reaches_the_caller_and_stops_the_others() {
        let work = |n: u32| assert!(n != 50, "block 50");
        let run = || in_order(3, (0..1_000).map(Ok::<u32, ()>), work, |()| Ok(()));
        assert!(std::panic::catch_unwind(run).is_err());
    }
}
