//! Between offsets of ours and positions of the protocol. The one place that counts UTF-16.

use tower_lsp::lsp_types::{Position, Range};

use rolloutc_compiler::source::{SourceFile, Span};

/// How an editor counts characters in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units.
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// How many of its units a text has.
    pub fn count(self, text: &str) -> u32 {
        let units = match self {
            _ if text.is_ascii() => text.len(),
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 => text.chars().map(char::len_utf16).sum(),
            Encoding::Utf32 => text.chars().count(),
        };
        units as u32
    }

    fn width(self, letter: char) -> usize {
        match self {
            Encoding::Utf8 => letter.len_utf8(),
            Encoding::Utf16 => letter.len_utf16(),
            Encoding::Utf32 => 1,
        }
    }
}

/// The position of a byte offset; one behind the end of the text is its end.
pub fn position(file: &SourceFile, offset: u32, encoding: Encoding) -> Position {
    let text = &file.text;
    let mut offset = (offset as usize).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let line = file.line(offset as u32);
    let start = file.line_span(line).start as usize;
    let before = text.get(start..offset).unwrap_or_default();
    Position::new(line, encoding.count(before))
}

/// The byte offset of a position; one behind the end of its line is that line's end.
pub fn offset(file: &SourceFile, position: Position, encoding: Encoding) -> u32 {
    if position.line >= file.line_count() {
        return file.text.len() as u32;
    }
    let span = file.line_span(position.line);
    span.start + inside(span.text(&file.text), position.character, encoding)
}

/// The byte offset in a text that no file holds yet: between two edits of one message.
pub fn offset_in(text: &str, position: Position, encoding: Encoding) -> u32 {
    let mut start = 0;
    for _ in 0..position.line {
        match text[start..].find('\n') {
            Some(at) => start += at + 1,
            None => return text.len() as u32,
        }
    }
    let line = text[start..].split('\n').next().unwrap_or("");
    let line = line.strip_suffix('\r').unwrap_or(line);
    start as u32 + inside(line, position.character, encoding)
}

/// The bytes before a character of a line.
fn inside(line: &str, character: u32, encoding: Encoding) -> u32 {
    let mut left = character as usize;
    let mut at = 0;
    for letter in line.chars() {
        let width = encoding.width(letter);
        if left < width {
            break;
        }
        left -= width;
        at += letter.len_utf8();
    }
    at as u32
}

/// The range of a span.
pub fn range(file: &SourceFile, span: Span, encoding: Encoding) -> Range {
    Range::new(
        position(file, span.start, encoding),
        position(file, span.end, encoding),
    )
}

/// The span of a range; one that runs backwards is empty.
pub fn span(file: &SourceFile, range: Range, encoding: Encoding) -> Span {
    let start = offset(file, range.start, encoding);
    Span::new(start, offset(file, range.end, encoding).max(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_offsets_are_each_others_inverse_in_every_encoding() {
        let text = "a\nsoak \"dé𝄞x\"\r\n\nend";
        let file = SourceFile::new("a", text);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (at, _) in text.char_indices().filter(|(_, c)| *c != '\n') {
                let there = position(&file, at as u32, encoding);
                assert_eq!(
                    offset(&file, there, encoding) as usize,
                    at,
                    "{encoding:?} {there:?}"
                );
                assert_eq!(offset_in(text, there, encoding) as usize, at);
            }
        }
        // Inside the four bytes of 𝄞: where it begins.
        assert_eq!(position(&file, 13, Encoding::Utf16), Position::new(1, 8));
        assert_eq!(position(&file, 15, Encoding::Utf16), Position::new(1, 10));
        let before_the_line_break = text.find('\r').expect("a carriage return") as u32;
        for (there, want) in [
            (Position::new(1, 99), before_the_line_break),
            (Position::new(99, 0), text.len() as u32),
            (Position::new(3, 99), text.len() as u32),
        ] {
            assert_eq!(offset(&file, there, Encoding::Utf16), want);
            assert_eq!(offset_in(text, there, Encoding::Utf16), want);
        }
        let backwards = Range::new(Position::new(1, 4), Position::new(0, 0));
        assert_eq!(span(&file, backwards, Encoding::Utf8), Span::new(6, 6));
    }
}
