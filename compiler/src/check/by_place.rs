//! What is known of places of the text. Knows nothing of what it keeps.

use super::Place;

/// What is known by place: written down as it is found, looked up when all is known. Of two entries for a place the
/// later one holds.
#[derive(Clone, Debug)]
pub struct ByPlace<T> {
    // INVARIANT: after `sort` in ascending order, each place once.
    rows: Vec<(Place, T)>,
}

impl<T> Default for ByPlace<T> {
    fn default() -> ByPlace<T> {
        ByPlace { rows: Vec::new() }
    }
}

impl<T> ByPlace<T> {
    /// Nothing yet, with room for so many entries.
    pub(crate) fn with_capacity(many: usize) -> ByPlace<T> {
        ByPlace {
            rows: Vec::with_capacity(many),
        }
    }

    /// Writes down an entry.
    pub(crate) fn insert(&mut self, at: Place, entry: T) {
        self.rows.push((at, entry));
    }

    /// Makes ready to be looked up.
    pub(crate) fn sort(&mut self) {
        self.rows.sort_by_key(|(at, _)| *at);
        // `dedup_by` keeps the first of equals, and the last is wanted: each is handed to the one before it.
        self.rows.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                std::mem::swap(later, kept);
            }
            same
        });
    }

    /// The entry of a place.
    pub fn get(&self, at: &Place) -> Option<&T> {
        let found = self.rows.binary_search_by_key(at, |(at, _)| *at).ok()?;
        self.rows.get(found).map(|(_, entry)| entry)
    }

    /// Every entry with its place, in the order of places.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Place, &T)> {
        self.rows.iter().map(|(at, entry)| (at, entry))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    #[test]
    fn the_last_entry_of_a_place_holds() {
        let mut all = ByPlace::default();
        let at = |start| (FileId(0), Span::new(start, start + 1));
        for (start, entry) in [(5, 'a'), (1, 'b'), (5, 'c'), (3, 'd'), (5, 'e'), (1, 'f')] {
            all.insert(at(start), entry);
        }
        all.sort();
        let found: Vec<char> = all.iter().map(|(_, entry)| *entry).collect();
        assert_eq!(found, ['f', 'd', 'e']);
        assert_eq!(all.get(&at(3)), Some(&'d'));
        assert_eq!(all.get(&at(4)), None);
    }
}
