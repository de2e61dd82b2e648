//! Files and places in them. Knows bytes, lines and offsets; knows nothing of the language and reads no disk.

use std::fmt;
use std::sync::Arc;

/// A file of one workspace, by its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(pub u32);

/// A stretch of one file, in bytes, `end` not included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The offset of the first byte.
    pub start: u32,
    /// The offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` up to, not including, `end`.
    pub const fn new(start: u32, end: u32) -> Span {
        Span { start, end }
    }

    /// The empty span at an offset.
    pub const fn at(offset: u32) -> Span {
        Span {
            start: offset,
            end: offset,
        }
    }

    /// The smallest span that holds both.
    pub fn to(self, other: Span) -> Span {
        Span {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The number of bytes.
    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether the span holds no byte.
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether an offset lies inside, both ends counted (a cursor behind the last letter is still on the word).
    pub const fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// Whether the other span lies inside this one.
    pub const fn holds(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The text of the span; empty where the span does not fit the text.
    pub fn text(self, source: &str) -> &str {
        source
            .get(self.start as usize..self.end as usize)
            .unwrap_or("")
    }
}

/// Shown as `@start..end`, so that a structure can be compared with its places left out.
impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}..{}", self.start, self.end)
    }
}

/// A place for people: line and column count from one, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// The line, from one.
    pub line: u32,
    /// The column in characters, from one.
    pub column: u32,
}

/// A file's name, text and line starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The name as the caller knows it, with forward slashes.
    pub name: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
    lines: Vec<u32>,
}

impl SourceFile {
    /// A file from its name and text.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> SourceFile {
        let text = text.into();
        let mut lines = vec![0];
        lines.extend(
            text.bytes()
                .enumerate()
                .filter(|(_, b)| *b == b'\n')
                .map(|(i, _)| offset(i + 1)),
        );
        SourceFile {
            name: name.into(),
            text,
            lines,
        }
    }

    /// The number of lines; an empty file has one.
    pub fn line_count(&self) -> u32 {
        offset(self.lines.len())
    }

    /// The line, counted from zero, that an offset lies in.
    pub fn line(&self, at: u32) -> u32 {
        offset(
            self.lines
                .partition_point(|start| *start <= at)
                .saturating_sub(1),
        )
    }

    /// The span of a line counted from zero, its line end not included.
    pub fn line_span(&self, line: u32) -> Span {
        let end = offset(self.text.len());
        let start = self.lines.get(line as usize).copied().unwrap_or(end);
        let next = self.lines.get(line as usize + 1).copied().unwrap_or(end);
        let text = Span::new(start, next).text(&self.text);
        Span::new(
            start,
            start + offset(text.trim_end_matches(['\r', '\n']).len()),
        )
    }

    /// The line and column of an offset; an offset inside a character counts as its start.
    pub fn place(&self, at: u32) -> LineColumn {
        let line = self.line(at);
        let start = self.lines.get(line as usize).copied().unwrap_or(0);
        let before = self.text[start as usize..].char_indices();
        let column = before
            .take_while(|(i, c)| start as usize + i + c.len_utf8() <= at as usize)
            .count();
        LineColumn {
            line: line + 1,
            column: offset(column) + 1,
        }
    }

    /// The text of a span.
    pub fn slice(&self, span: Span) -> &str {
        span.text(&self.text)
    }
}

/// An offset or count as `u32`; files past the limit are refused long before it matters.
pub fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_from_one() {
        let file = SourceFile::new("a", "ab\nçd\r\n\nx");
        let at = |offset| (file.place(offset).line, file.place(offset).column);
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(2), (1, 3));
        assert_eq!(at(3), (2, 1));
        assert_eq!(at(4), (2, 1));
        assert_eq!(at(5), (2, 2));
        assert_eq!(at(9), (4, 1));
        assert_eq!(at(10), (4, 2));
        assert_eq!(at(400), (4, 2));
        assert_eq!(file.line_span(1), Span::new(3, 6));
        assert_eq!(file.line_count(), 4);
    }
}
