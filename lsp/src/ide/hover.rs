//! What the word under the cursor means at its place.

use rolloutc_compiler::keywords::{DECLARATIONS, EXPRESSIONS, Keyword, clauses};
use rolloutc_compiler::source::{FileId, Span};
use rolloutc_compiler::syntax;

/// What to show, and over which word.
#[derive(Debug, PartialEq, Eq)]
pub struct Hover {
    /// The word.
    pub span: Span,
    /// Markdown.
    pub markdown: String,
}

/// The keyword at an offset and what it does there; nothing over other text.
pub fn hover(text: &str, offset: u32) -> Option<Hover> {
    let span = word(text, offset)?;
    let keyword = keyword(text, span)?;
    let markdown = format!(
        "**{}**: {}\n\n```rollout\n{}\n```",
        keyword.word, keyword.doc, keyword.example
    );
    Some(Hover { span, markdown })
}

/// The keyword that a word is: a declaration's at the start of a line, else a clause of the declaration around it, else
/// a word of expressions. Comments, texts and names have none.
fn keyword(text: &str, span: Span) -> Option<&'static Keyword> {
    let spelled = span.text(text);
    let is = |keyword: &&Keyword| {
        keyword.word == spelled || keyword.word.split(' ').next() == Some(spelled)
    };
    let file = syntax::parse(FileId(0), text).file;
    if file.comments.iter().any(|comment| comment.span.holds(span)) {
        return None;
    }
    let around = file.decls.iter().find(|decl| decl.span.holds(span))?;
    if around.span.start == span.start {
        return DECLARATIONS.iter().find(is);
    }
    let before = text[..span.start as usize].trim_end_matches([' ', '\t']);
    let named =
        before.ends_with(['.', '"']) || text[span.end as usize..].starts_with([':', '.', '(']);
    if named {
        return None;
    }
    let opener = around
        .span
        .text(text)
        .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .next()?;
    clauses(opener)
        .iter()
        .find(is)
        .or_else(|| EXPRESSIONS.iter().find(is))
}

/// The word that an offset touches.
fn word(text: &str, offset: u32) -> Option<Span> {
    let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let bytes = text.as_bytes();
    let offset = (offset as usize).min(bytes.len());
    let before = bytes[..offset].iter().rev().take_while(is_word).count();
    let after = bytes[offset..].iter().take_while(is_word).count();
    (before + after > 0).then(|| Span::new((offset - before) as u32, (offset + after) as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyword_explains_itself_and_a_name_does_not() {
        let text = "edition 2026\n\nphase canary {\n  soak 30m // soak\n  keep x.soak\n}\n";
        let at = |needle: &str, skip: usize| {
            let offset = text
                .match_indices(needle)
                .nth(skip)
                .map_or(0, |(at, _)| at as u32);
            hover(text, offset + 1).map(|shown| shown.markdown)
        };
        assert!(at("soak", 0).is_some_and(|shown| shown.starts_with("**soak**")));
        assert!(at("phase", 0).is_some_and(|shown| shown.starts_with("**phase**")));
        assert_eq!(at("soak", 1), None, "a comment");
        assert_eq!(at("soak", 2), None, "a field");
        assert_eq!(at("canary", 0), None, "a name");
        assert_eq!(hover("", 0), None);
        assert_eq!(hover("é", 1), None);
    }
}
