//! Room for values that are computed: lists, records and texts that live as long as one step.
//! Knows nothing of what they mean; allocates nothing until something is kept.

use std::cell::{Cell, OnceCell};

use crate::value::Val;

/// Keeps computed values for a step. Declare it before the [`super::Context`] that borrows it.
#[derive(Default)]
pub struct Scratch<'a> {
    lists: Shelf<Box<[Val<'a>]>>,
    texts: Shelf<Box<str>>,
    samples: Shelf<Box<[crate::view::Sample]>>,
}

impl<'a> Scratch<'a> {
    /// Room without anything in it.
    pub fn new() -> Scratch<'a> {
        Scratch::default()
    }

    /// Keeps a list.
    pub fn list(&'a self, list: Vec<Val<'a>>) -> &'a [Val<'a>] {
        if list.is_empty() {
            return &[];
        }
        self.lists.keep(list.into_boxed_slice())
    }

    /// Keeps a text.
    pub fn text(&'a self, text: String) -> &'a str {
        if text.is_empty() {
            return "";
        }
        self.texts.keep(text.into_boxed_str())
    }

    /// Keeps the samples of a filtered series.
    pub fn samples(&'a self, samples: Vec<crate::view::Sample>) -> &'a [crate::view::Sample] {
        if samples.is_empty() {
            return &[];
        }
        self.samples.keep(samples.into_boxed_slice())
    }
}

/// Chunks of cells, each chunk twice as long as the one before, so that dropping them never goes deep.
struct Shelf<T> {
    chunks: [OnceCell<Box<[OnceCell<T>]>>; CHUNKS],
    used: Cell<usize>,
}

/// Chunks of 16, 32, 64 … cells: room for 2^36 values.
const CHUNKS: usize = 32;

impl<T> Default for Shelf<T> {
    fn default() -> Shelf<T> {
        Shelf {
            chunks: [const { OnceCell::new() }; CHUNKS],
            used: Cell::new(0),
        }
    }
}

impl<T> Shelf<T> {
    fn keep(&self, value: T) -> &T {
        let at = self.used.get();
        self.used.set(at + 1);
        // The n-th chunk holds 16 << n cells and begins at 16 * (2^n - 1).
        let chunk = (at / 16 + 1).ilog2() as usize;
        let cells = self.chunks[chunk.min(CHUNKS - 1)].get_or_init(|| {
            std::iter::repeat_with(OnceCell::new)
                .take(16 << chunk)
                .collect()
        });
        cells[at - 16 * ((1 << chunk) - 1)].get_or_init(|| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_stays() {
        let scratch = Scratch::new();
        let texts: Vec<&str> = (0..1000).map(|n| scratch.text(n.to_string())).collect();
        for (n, text) in texts.iter().enumerate() {
            assert_eq!(*text, n.to_string());
        }
        let list = scratch.list(vec![Val::Bool(true), Val::Text(texts[7])]);
        assert!(matches!(list[1], Val::Text("7")));
    }
}
