//! The typed syntax tree: what was written, with a place on every node. Knows no names, no types, no grammar rules.
//!
//! A clause list keeps the order of the source, because a clause sees the `each` and `let` above it.
//! Whatever could not be read is left out and its declaration marked `tainted`; nothing half-read stands in the tree.

mod decl;
mod expr;
mod flow;
mod literal;
mod shift;
mod trial;

use std::fmt::{self, Write};
use std::ops::Deref;
use std::sync::Arc;

use super::scan::Scan;
use crate::source::Span;

pub use decl::*;
pub use expr::*;
pub use flow::*;
pub use literal::*;
pub use shift::Shift;
pub use trial::*;

/// Anything with its place; a clause list is a `Vec<Spanned<…Clause>>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What stands there.
    pub node: T,
    /// From its first to behind its last character.
    pub span: Span,
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.node
    }
}

/// One name as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Its letters.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

impl Name {
    /// Its letters.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// `a.b.c`; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dotted {
    /// Its names, at least one.
    pub names: Vec<Name>,
    /// From the first name to the last.
    pub span: Span,
}

impl Dotted {
    /// The only name, where there is no dot.
    pub fn single(&self) -> Option<&Name> {
        match self.names.as_slice() {
            [name] => Some(name),
            _ => None,
        }
    }

    /// The last name.
    pub fn last(&self) -> Option<&Name> {
        self.names.last()
    }
}

impl fmt::Display for Dotted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.names.iter().enumerate() {
            if i > 0 {
                f.write_char('.')?;
            }
            f.write_str(&name.text)?;
        }
        Ok(())
    }
}

/// A text where braces are braces: titles, patterns, spellings, keys, file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Str {
    /// What it says, escapes decoded and, in `"""`, common indentation dropped.
    pub value: Arc<str>,
    /// With its quotes.
    pub span: Span,
}

impl Str {
    /// What it says.
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

/// A text that may have holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Its parts in order; two literals never stand side by side; an empty text has none.
    pub parts: Vec<Part>,
    /// Whether it was written between `"""`.
    pub block: bool,
    /// With its quotes.
    pub span: Span,
}

impl Text {
    /// What it says, where it has no hole.
    pub fn plain(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// What stands there, decoded.
    Literal(Arc<str>),
    /// `{path}` or `{path in unit}`: the expression is a path, or [`ExprKind::Convert`] over one.
    Hole(Box<Expr>),
    /// `{for x in xs} … {end}`, in `"""` only.
    For(Box<TextFor>),
}

/// `{for x in xs where c} … {end}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFor {
    /// What it walks over.
    pub bind: Bind,
    /// What it repeats.
    pub body: Vec<Part>,
    /// From `{for` to behind `{end}`.
    pub span: Span,
}

/// One `.rollout` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// `edition 2026`; none where it is missing or broken, with a problem.
    pub edition: Option<Edition>,
    /// All declarations in source order, the edition aside.
    pub decls: Decls,
    /// All comments in source order, without those that became [`Docs`].
    pub comments: Vec<Comment>,
    /// The whole file.
    pub span: Span,
    /// Whether nothing at all was reported of its text.
    pub sound: bool,
    /// Where its declarations begin and its comments stand.
    pub(super) scan: Scan,
}

/// Declarations in source order; each can be shared with another reading of the same file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decls(Vec<Arc<Decl>>);

impl Decls {
    /// Each of them.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Decl> + ExactSizeIterator + Clone {
        self.0.iter().map(|decl| &**decl)
    }

    /// One by its index.
    pub fn get(&self, index: usize) -> Option<&Decl> {
        self.0.get(index).map(|decl| &**decl)
    }

    /// The first.
    pub fn first(&self) -> Option<&Decl> {
        self.get(0)
    }

    /// The last.
    pub fn last(&self) -> Option<&Decl> {
        self.0.last().map(|decl| &**decl)
    }

    /// How many there are before the first that does not fit; those that fit come first.
    pub fn partition_point(&self, fits: impl std::ops::Fn(&Decl) -> bool) -> usize {
        self.0.partition_point(|decl| fits(decl))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One more behind all.
    pub(super) fn push(&mut self, decl: Arc<Decl>) {
        self.0.push(decl);
    }

    /// Each of them, taken out.
    pub(super) fn take(self) -> impl Iterator<Item = Arc<Decl>> {
        self.0.into_iter()
    }
}

impl std::ops::Index<usize> for Decls {
    type Output = Decl;

    fn index(&self, index: usize) -> &Decl {
        &self.0[index]
    }
}

impl<'a> IntoIterator for &'a Decls {
    type Item = &'a Decl;
    type IntoIter = std::iter::Map<std::slice::Iter<'a, Arc<Decl>>, fn(&'a Arc<Decl>) -> &'a Decl>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|decl| &**decl)
    }
}

/// `edition 2026`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// The year.
    pub year: u32,
    /// The whole line, without a comment.
    pub span: Span,
}

/// `// …` up to the line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// With its slashes, without blanks at the end.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
    /// Whether nothing but blanks stands before it on its line.
    pub own_line: bool,
}

/// The `///` lines above a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Docs {
    /// The lines without slashes and the one blank behind them, joined by `\n`.
    pub text: Arc<str>,
    /// From the first slash to the end of the last line.
    pub span: Span,
}

/// One declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decl {
    /// What it declares.
    pub kind: DeclKind,
    /// From its first word to its last character, without docs and comments around it.
    pub span: Span,
    /// What is said about it.
    pub docs: Option<Docs>,
    /// Whether a part of it could not be read; then its type errors and lints stay quiet.
    pub tainted: bool,
    /// Whether all of it could be read and nothing at all was reported of its text.
    pub sound: bool,
}

/// The structure of a node as text, its places left out: equal for equal meaning, whatever the layout.
pub fn shape(node: &impl fmt::Debug) -> String {
    let mut out = Shape {
        text: String::new(),
    };
    // Writing to a string cannot fail.
    let _ = write!(out, "{node:?}");
    out.text
}

/// Drops what [`Span`] writes, which comes in one `@1..2` piece.
struct Shape {
    text: String,
}

impl Write for Shape {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        // `Span` writes "@", its numbers and ".." in pieces of their own.
        let place = piece == ".." || piece.bytes().all(|b| b.is_ascii_digit());
        if !(place && self.text.ends_with('@')) {
            self.text.push_str(piece);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_leaves_places_out_and_nothing_else() {
        let name = |at: u32| Name {
            text: "a@1..2".into(),
            span: Span::new(at, at + 6),
        };
        assert_eq!(shape(&name(3)), shape(&name(70)));
        assert_eq!(shape(&name(3)), "Name { text: \"a@1..2\", span: @ }");
    }
}
