//! Parses small files on other cores while earlier ones are taken into the cluster, in their order.

use super::inputs::File;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Files that may lie parsed before they are taken: with [`SMALL`], this bounds the memory.
const AHEAD: usize = 32;
/// Larger files are left to whoever takes them, in bytes.
const SMALL: u64 = 1 << 20;
/// Fewer files are not worth a thread.
const WORTHWHILE: usize = 16;

/// Calls `take` for each file in order with what `parse` made of it, until it breaks with an error.
///
/// Where there are cores to spare, `parse` runs ahead of `take`; both see the same values in the same order otherwise.
pub(super) fn in_order<'f, 'i, T: Send, E>(
    files: &'f [File<'i>],
    parse: impl Fn(&'f File<'i>) -> T + Sync,
    mut take: impl FnMut(usize, &File<'_>, T) -> Result<(), E>,
) -> Result<(), E> {
    let helpers = thread::available_parallelism().map_or(1, NonZero::get) - 1;
    if helpers == 0 || files.len() < WORTHWHILE {
        return files.iter().enumerate().try_for_each(|(index, file)| take(index, file, parse(file)));
    }
    let desk = Desk { state: Mutex::new(State::default()), changed: Condvar::new() };
    thread::scope(|scope| {
        // Helpers leave when this is dropped, by an error or a panic too.
        let _closing = Closing(&desk);
        for _ in 0..helpers.min(AHEAD) {
            scope.spawn(|| {
                while let Some(index) = desk.claim(files.len()) {
                    let file = &files[index];
                    let parsed = (file.size() <= SMALL).then(|| parse(file));
                    desk.put(index, parsed);
                }
            });
        }
        files.iter().enumerate().try_for_each(|(index, file)| {
            // Rather than wait for a helper, this thread parses what comes later.
            let parsed = loop {
                match desk.next_for(index, files.len()) {
                    Next::Ready(parsed) => break parsed,
                    Next::Parse(other) => {
                        let file = &files[other];
                        let here = other == index || file.size() <= SMALL;
                        desk.put(other, here.then(|| parse(file)));
                    }
                }
            };
            take(index, file, parsed.unwrap_or_else(|| parse(file)))
        })
    })
}

struct Desk<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    /// The first file that nobody has claimed.
    unclaimed: usize,
    /// The file that is taken next.
    wanted: usize,
    /// What is parsed and waits; nothing for a file that was left.
    parsed: BTreeMap<usize, Option<T>>,
    closed: bool,
}

impl<T> Default for State<T> {
    fn default() -> Self {
        Self { unclaimed: 0, wanted: 0, parsed: BTreeMap::new(), closed: false }
    }
}

impl<T> Desk<T> {
    /// A panic elsewhere leaves the state whole: nothing that panics runs under the lock.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next file to parse; `None` when there is none.
    fn claim(&self, files: usize) -> Option<usize> {
        let state = self.lock();
        let mut state = self
            .changed
            .wait_while(state, |state| !state.closed && state.unclaimed >= state.wanted + AHEAD)
            .unwrap_or_else(PoisonError::into_inner);
        if state.closed || state.unclaimed >= files {
            return None;
        }
        state.unclaimed += 1;
        Some(state.unclaimed - 1)
    }

    fn put(&self, index: usize, parsed: Option<T>) {
        let mut state = self.lock();
        state.parsed.insert(index, parsed);
        // Nobody waits for another one.
        if index == state.wanted {
            self.changed.notify_all();
        }
    }

    /// What was made of the wanted file, or another one to parse until that is ready.
    fn next_for(&self, wanted: usize, files: usize) -> Next<T> {
        let mut state = self.lock();
        if state.wanted != wanted {
            // Only then a helper may wait for this one to come along.
            let full = state.unclaimed >= state.wanted + AHEAD;
            state.wanted = wanted;
            if full {
                self.changed.notify_all();
            }
        }
        if !state.parsed.contains_key(&wanted) && state.unclaimed < files.min(wanted + AHEAD) {
            state.unclaimed += 1;
            return Next::Parse(state.unclaimed - 1);
        }
        let mut state = self
            .changed
            .wait_while(state, |state| !state.parsed.contains_key(&wanted))
            .unwrap_or_else(PoisonError::into_inner);
        Next::Ready(state.parsed.remove(&wanted).flatten())
    }
}

enum Next<T> {
    /// Parsed, or nothing for a file that was left to the one who takes it.
    Ready(Option<T>),
    Parse(usize),
}

struct Closing<'d, T>(&'d Desk<T>);

impl<T> Drop for Closing<'_, T> {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::inputs::{Input, expand};

    fn inputs(count: usize) -> Vec<Input> {
        (0..count)
            .map(|n| Input::Document { name: n.to_string(), bytes: n.to_string().into_bytes() })
            .collect()
    }

    #[test]
    fn takes_every_file_in_order() {
        for count in [0, 1, WORTHWHILE - 1, WORTHWHILE, 1000] {
            let inputs = inputs(count);
            let (files, ..) = expand(&inputs);
            let mut taken = Vec::new();
            let done: Result<(), ()> = in_order(
                &files,
                |file| file.name.clone(),
                |index, file, name| {
                    assert_eq!(name, file.name);
                    taken.push(index);
                    Ok(())
                },
            );
            assert_eq!(done, Ok(()));
            assert_eq!(taken, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_error_ends_it_at_once() {
        let inputs = inputs(1000);
        let (files, ..) = expand(&inputs);
        let mut taken = 0;
        let ended = in_order(
            &files,
            |_| (),
            |index, _, ()| {
                taken += 1;
                if index == 40 { Err("stop") } else { Ok(()) }
            },
        );
        assert_eq!((ended, taken), (Err("stop"), 41));
    }

    #[test]
    fn runs_ahead_no_further_than_it_may() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let inputs = inputs(500);
        let (files, ..) = expand(&inputs);
        let parsed = AtomicUsize::new(0);
        let done: Result<(), ()> = in_order(
            &files,
            |_| parsed.fetch_add(1, Ordering::SeqCst),
            |index, _, _| {
                assert!(parsed.load(Ordering::SeqCst) <= index + AHEAD + 1);
                Ok(())
            },
        );
        assert_eq!(done, Ok(()));
    }
}
