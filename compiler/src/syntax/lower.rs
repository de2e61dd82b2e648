//! Grammar pairs to tree, for slices that fit the grammar. Knows the rules and what they hold; recovers from nothing.
//!
//! What is wrong inside a token (a number, a hole, an escape) is a problem and taints; the node stays.

mod calendar;
mod clause;
mod decl;
mod expr;
mod number;
mod operand;
mod text;
mod trial;
mod types;

use std::sync::Arc;

use pest::iterators::{Pair, Pairs};
use rolloutc_grammar::Rule;

use super::ast::{Dotted, Name, Spanned};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span, offset};

pub(super) type Node<'a> = Pair<'a, Rule>;

/// The greatest height of an expression or type.
pub(super) const HEIGHT: u32 = 200;

/// Lowers the pairs of one slice of a file.
pub(super) struct Lower<'a> {
    file: FileId,
    /// Where the slice begins in the file.
    base: u32,
    /// The height of the expression or type lowered last.
    height: u32,
    /// How many expressions are being lowered, one inside the other.
    levels: u32,
    /// Whether it was said already that something is too high.
    deep: bool,
    /// Whether braces in texts are braces.
    plain: bool,
    /// Whether something in the slice could not be understood.
    pub(super) tainted: bool,
    problems: &'a mut Vec<Diagnostic>,
    words: &'a mut Words,
}

impl<'a> Lower<'a> {
    pub(super) fn new(
        file: FileId,
        base: u32,
        problems: &'a mut Vec<Diagnostic>,
        words: &'a mut Words,
    ) -> Lower<'a> {
        Lower {
            file,
            base,
            height: 0,
            levels: 0,
            deep: false,
            plain: false,
            tainted: false,
            problems,
            words,
        }
    }

    /// The place of a node in the file.
    fn span(&self, node: &Node) -> Span {
        let span = node.as_span();
        Span::new(
            self.base + offset(span.start()),
            self.base + offset(span.end()),
        )
    }

    fn at<T>(&self, node: &Node, value: T) -> Spanned<T> {
        Spanned {
            node: value,
            span: self.span(node),
        }
    }

    fn name(&mut self, node: &Node) -> Name {
        Name {
            text: self.words.word(node.as_str()),
            span: self.span(node),
        }
    }

    fn dotted(&mut self, node: &Node) -> Dotted {
        let span = self.span(node);
        let mut start = span.start;
        let mut names = Vec::new();
        for part in node.as_str().split('.') {
            let end = start + offset(part.len());
            names.push(Name {
                text: self.words.word(part),
                span: Span::new(start, end),
            });
            start = end + 1;
        }
        Dotted { names, span }
    }

    /// Reports an error inside the slice.
    fn problem(&mut self, code: &'static str, span: Span, message: impl Into<String>, help: &str) {
        self.tainted = true;
        let mut found = Diagnostic::error(code, (self.file, span), message);
        if !help.is_empty() {
            found = found.help(help);
        }
        self.problems.push(found);
    }

    /// Keeps the first of what may stand once.
    fn once<T>(&mut self, slot: &mut Option<T>, span: Span, word: &str, value: T) {
        if slot.is_some() {
            self.problem(
                "duplicate-clause",
                span,
                format!("`{word}` is written twice"),
                "keep one of the two",
            );
        } else {
            *slot = Some(value);
        }
    }
}

/// The children of a node, with a look ahead.
pub(super) struct Kids<'a> {
    next: Option<Node<'a>>,
    rest: Pairs<'a, Rule>,
}

impl<'a> Kids<'a> {
    pub(super) fn of(node: Node<'a>) -> Kids<'a> {
        Kids::from(node.into_inner())
    }

    pub(super) fn from(mut rest: Pairs<'a, Rule>) -> Kids<'a> {
        Kids {
            next: rest.next(),
            rest,
        }
    }

    fn peek(&self) -> Option<Rule> {
        self.next.as_ref().map(Pair::as_rule)
    }

    /// The next child, if it is of that rule.
    fn opt(&mut self, rule: Rule) -> Option<Node<'a>> {
        if self.peek() == Some(rule) {
            self.next()
        } else {
            None
        }
    }

    /// The next child, which the grammar promises.
    fn need(&mut self) -> Node<'a> {
        self.next()
            .unwrap_or_else(|| unreachable!("the grammar promises another child here"))
    }
}

impl<'a> Iterator for Kids<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        std::mem::replace(&mut self.next, self.rest.next())
    }
}

/// Names seen lately, so that equal names mostly share their letters.
pub(super) struct Words {
    slots: Vec<Option<Arc<str>>>,
}

impl Words {
    pub(super) fn new() -> Words {
        Words {
            slots: vec![None; 1024],
        }
    }

    pub(super) fn word(&mut self, text: &str) -> Arc<str> {
        let bytes = text.as_bytes();
        let at = |i: usize| bytes.get(i).copied().map_or(0, usize::from);
        let key = at(0)
            + 7 * at(bytes.len() / 2)
            + 31 * at(bytes.len().wrapping_sub(1))
            + 131 * bytes.len();
        let slot = &mut self.slots[key % 1024];
        match slot {
            Some(word) if **word == *text => word.clone(),
            Some(_) | None => slot.insert(text.into()).clone(),
        }
    }
}

/// A node that the grammar never puts here.
fn stray(node: &Node) -> ! {
    unreachable!("the grammar puts no {:?} here", node.as_rule())
}
