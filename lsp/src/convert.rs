//! Between offsets of ours and positions of the protocol. The one place that counts UTF-16.

use tower_lsp::lsp_types::{Position, Range};

use rolloutc_compiler::source::Span;

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
    fn width(self, letter: char) -> usize {
        match self {
            Encoding::Utf8 => letter.len_utf8(),
            Encoding::Utf16 => letter.len_utf16(),
            Encoding::Utf32 => 1,
        }
    }
}

/// The position of a byte offset; one behind the end of the text is its end.
pub fn position(text: &str, offset: u32, encoding: Encoding) -> Position {
    let mut offset = (offset as usize).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count();
    let character: usize = before[start..]
        .chars()
        .map(|letter| encoding.width(letter))
        .sum();
    Position::new(line as u32, character as u32)
}

/// The byte offset of a position; one behind the end of its line is that line's end.
pub fn offset(text: &str, position: Position, encoding: Encoding) -> u32 {
    let mut start = 0;
    for _ in 0..position.line {
        match text[start..].find('\n') {
            Some(at) => start += at + 1,
            None => return text.len() as u32,
        }
    }
    let line = text[start..].split('\n').next().unwrap_or("");
    let line = line.strip_suffix('\r').unwrap_or(line);
    let mut left = position.character as usize;
    let mut at = start;
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
pub fn range(text: &str, span: Span, encoding: Encoding) -> Range {
    Range::new(
        position(text, span.start, encoding),
        position(text, span.end, encoding),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_offsets_are_each_others_inverse_in_every_encoding() {
        let text = "a\nsoak \"dé𝄞x\"\r\n\nend";
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (at, _) in text.char_indices().filter(|(_, c)| *c != '\n') {
                let there = position(text, at as u32, encoding);
                let back = offset(text, there, encoding);
                assert_eq!(back as usize, at, "{encoding:?} {there:?}");
            }
        }
        // Inside the four bytes of 𝄞: where it begins.
        assert_eq!(position(text, 13, Encoding::Utf16), Position::new(1, 8));
        assert_eq!(position(text, 15, Encoding::Utf16), Position::new(1, 10));
        let before_the_line_break = text.find('\r').expect("a carriage return") as u32;
        assert_eq!(
            offset(text, Position::new(1, 99), Encoding::Utf16),
            before_the_line_break
        );
        assert_eq!(
            offset(text, Position::new(99, 0), Encoding::Utf16),
            text.len() as u32
        );
    }
}
