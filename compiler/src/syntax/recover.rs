//! What is left of a declaration that does not fit the grammar, and the one message about it.

use super::ast::{Broken, DeclKind};
use super::lower::Words;
use super::scan::Slice;
use super::words;
use crate::diagnostic::Diagnostic;
use crate::source::FileId;

/// Reads what can be read of a broken declaration.
pub(super) fn broken(
    file: FileId,
    slice: &Slice,
    text: &str,
    problems: &mut Vec<Diagnostic>,
    _words: &mut Words,
) -> DeclKind {
    use pest::Parser;
    let word = words::declaration(words::leading_word(text));
    if let Some((_, rule)) = word {
        if let Err(e) = rolloutc_grammar::RolloutParser::parse(rule, text) {
            problems.push(Diagnostic::error(
                "syntax",
                (file, slice.span),
                format!("{e}"),
            ));
        }
    }
    DeclKind::Broken(Broken {
        word: word.map(|(word, _)| word),
        name: None,
    })
}
