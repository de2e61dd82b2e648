//! What an earlier reading of a file still knows of its new text: the declarations that no edit touched. Knows texts and
//! places; reads nothing itself.

use std::iter::Peekable;
use std::sync::Arc;

use super::ast::{Decl, File, Shift};
use super::scan::{NESTING, Scan, Slice, scan_again};
use crate::source::{Span, offset};

/// A file as it was read before.
#[derive(Debug, Clone)]
pub struct Earlier {
    /// Its text then.
    pub text: Arc<str>,
    /// Its tree.
    pub file: File,
}

/// The declarations of an earlier reading that are still to be asked for, in order.
pub(super) struct Kept {
    decls: Peekable<Box<dyn Iterator<Item = Arc<Decl>>>>,
    scan: Scan,
    edit: Edit,
}

/// Where two texts differ: in one stretch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edit {
    /// How far both texts begin alike.
    pub(super) alike: u32,
    /// From where on the new text ends as the old one did.
    pub(super) again: u32,
    /// How much longer the new text is.
    pub(super) longer: i64,
}

impl Kept {
    /// What an earlier reading offers for a text.
    pub(super) fn new(earlier: Earlier, text: &str) -> Kept {
        let (old, new) = (earlier.text.as_bytes(), text.as_bytes());
        let alike = common(old.chunks(WIDE), new.chunks(WIDE), old.iter(), new.iter());
        let left = old.len().min(new.len()) - alike;
        let (a, b) = (&old[old.len() - left..], &new[new.len() - left..]);
        let behind = common(
            a.rchunks(WIDE),
            b.rchunks(WIDE),
            a.iter().rev(),
            b.iter().rev(),
        );
        let decls: Box<dyn Iterator<Item = Arc<Decl>>> = Box::new(earlier.file.decls.take());
        Kept {
            decls: decls.peekable(),
            scan: earlier.file.scan,
            edit: Edit {
                alike: offset(alike),
                again: offset(new.len() - behind),
                longer: new.len() as i64 - old.len() as i64,
            },
        }
    }

    /// Where declarations begin in the new text, where only what was edited need be looked at.
    pub(super) fn scan(&mut self, text: &str) -> Option<Scan> {
        scan_again(text, std::mem::take(&mut self.scan), self.edit)
    }

    /// The declaration of a slice, where it was read before without a word and stands as it stood, its docs too.
    pub(super) fn take(&mut self, slice: &Slice, docs: Option<Span>) -> Option<Arc<Decl>> {
        let whole = docs.map_or(slice.span, |docs| docs.to(slice.span));
        let by = match self.edit {
            edit if whole.end <= edit.alike => 0,
            edit if whole.start >= edit.again => edit.longer,
            _ => return None,
        };
        let mut then = slice.span;
        then.shift(-by);
        while self
            .decls
            .next_if(|decl| decl.span.start < then.start)
            .is_some()
        {}
        let docs = docs.map(|mut docs| {
            docs.shift(-by);
            docs
        });
        let whole = slice.depth <= NESTING && slice.open_text.is_none() && slice.column.is_none();
        let same = |decl: &Arc<Decl>| {
            let said = decl.docs.as_ref().map(|docs| docs.span);
            whole && decl.sound && decl.span == then && said == docs
        };
        let mut decl = self.decls.next_if(same)?;
        if by != 0 {
            Arc::make_mut(&mut decl).shift(by);
        }
        Some(decl)
    }
}

/// How many bytes are compared at once.
const WIDE: usize = 256;

/// How many bytes two texts have in common from where they are walked.
fn common<'a>(
    old: impl Iterator<Item = &'a [u8]>,
    new: impl Iterator<Item = &'a [u8]>,
    old_bytes: impl Iterator<Item = &'a u8>,
    new_bytes: impl Iterator<Item = &'a u8>,
) -> usize {
    let wide = old.zip(new).take_while(|(a, b)| a.len() == WIDE && a == b);
    let wide = wide.count() * WIDE;
    let rest = old_bytes.skip(wide).zip(new_bytes.skip(wide));
    wide + rest.take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::super::{parse, parse_again};
    use super::*;
    use crate::source::FileId;

    /// Policies and modules at hand, and the examples of all pages: together they hold every construct.
    fn corpus() -> Vec<String> {
        let mut all: Vec<String> = (crate::stdlib::MODULES.iter())
            .map(|module| module.text.to_string())
            .collect();
        let pages = crate::codes::CODES.iter().map(|code| code.page);
        let blocks = pages.flat_map(|page| page.split("```rollout\n").skip(1));
        all.extend(blocks.filter_map(|block| block.split("```").next().map(str::to_owned)));
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
        let mut folders = vec![std::path::PathBuf::from(root)];
        while let Some(folder) = folders.pop() {
            let entries = std::fs::read_dir(folder).expect("a folder of examples");
            for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|end| end == "rollout") {
                    all.push(std::fs::read_to_string(path).expect("a policy"));
                }
            }
        }
        all.sort();
        all
    }

    /// Reads a text after another one, and says how many declarations were not read anew.
    fn check(then: &str, now: &str) -> usize {
        let earlier = Earlier {
            text: then.into(),
            file: parse(FileId(0), then).file,
        };
        let old: Vec<Arc<Decl>> = earlier.file.decls.clone().take().collect();
        let again = parse_again(FileId(0), now, Some(earlier));
        assert_eq!(again, parse(FileId(0), now), "{then}\n-----\n{now}");
        let kept = |decl: &Arc<Decl>| old.iter().any(|one| Arc::ptr_eq(one, decl));
        again.file.decls.take().filter(kept).count()
    }

    #[test]
    fn a_text_moved_as_a_whole_is_the_same_tree_elsewhere() {
        for text in corpus() {
            let moved = text.replacen("edition 2026\n", "edition 2026\n// A line more.\n\n", 1);
            check(&text, &moved);
            check(&moved, &text);
            let all = parse(FileId(0), &text).file;
            let sound = all.decls.iter().filter(|decl| decl.sound).count();
            assert_eq!(check(&text, &format!("{text}\n// At the end.\n")), sound);
        }
    }

    #[test]
    fn reading_after_an_edit_is_reading_anew() {
        let mut seed: u64 = 11;
        let mut next = |most: usize| {
            seed = seed
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (seed >> 33) as usize % most.max(1)
        };
        let put = [
            "",
            "\n",
            "}",
            "{",
            "\"",
            "\"\"\"",
            "gate x { require",
            " ",
            "//",
            "ü",
            "\n/// Docs.\n",
        ];
        for text in corpus() {
            let mut then = text;
            for _ in 0..4 {
                let at = then.floor_char_boundary(next(then.len() + 1));
                let end = then.floor_char_boundary((at + next(4) * next(9)).min(then.len()));
                let mut now = then.clone();
                now.replace_range(at..end.max(at), put[next(put.len())]);
                check(&then, &now);
                then = now;
            }
        }
    }
}
