//! A document of another format told as JSON, so that one reader fills all slots. Knows how to write JSON
//! and where its parts came from; knows no format and no schema.

use super::scan::Broken;
use crate::data::Fault;

/// The most bytes that a document may be told in.
const SIZE: usize = 512 << 20;

/// A step that may find its document broken.
pub(crate) type Step<T> = Result<T, Box<Broken>>;

/// Broken between those bytes.
pub(crate) fn broken<T>(message: impl Into<String>, start: usize, end: usize) -> Step<T> {
    Err(Box::new(Broken {
        message: message.into(),
        start,
        end,
    }))
}

/// A document as JSON, and where its parts came from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    /// The JSON text.
    pub json: String,
    /// Its texts may stand for numbers and bools, as cells do that have no types of their own.
    pub bare: bool,
    /// It is more than one document, one behind the other.
    pub many: bool,
    /// How messages begin in JSON, and in the words of this format.
    pub words: &'static [(&'static str, &'static str)],
    /// By ascending place in `json`: the bytes of the document that it comes from.
    pub marks: Vec<Mark>,
    /// By ascending place in `json`: what to say of a value that stands for what could not be told.
    pub says: Vec<(u32, String)>,
}

/// What stands in the JSON from `at` on comes from these bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub at: u32,
    pub start: u32,
    pub end: u32,
}

impl Told {
    /// What follows comes from these bytes of the document.
    pub fn mark(&mut self, start: usize, end: usize) {
        self.marks.push(Mark {
            at: self.json.len() as u32,
            start: start as u32,
            end: end as u32,
        });
    }

    /// The bytes of the document behind a place in the JSON.
    pub fn origin(&self, at: u32) -> (u32, u32) {
        let found = self.marks.partition_point(|mark| mark.at <= at);
        let mark = found.checked_sub(1).and_then(|found| self.marks.get(found));
        mark.map_or((0, 0), |mark| (mark.start, mark.end))
    }

    /// A fault of the JSON as one of the document.
    pub fn restore(&self, fault: &mut Fault) {
        if let Ok(said) = self.says.binary_search_by_key(&fault.start, |said| said.0) {
            fault.message.clone_from(&self.says[said].1);
        }
        for (json, ours) in self.words {
            if let Some(rest) = fault.message.strip_prefix(json) {
                fault.message = format!("{ours}{rest}");
                break;
            }
        }
        (fault.start, fault.end) = self.origin(fault.start);
    }

    /// Refuses to grow without end.
    pub fn bounded(&self, start: usize, end: usize) -> Step<()> {
        if self.json.len() > SIZE {
            return broken("too large, with all of its names written out", start, end);
        }
        Ok(())
    }

    /// Opens an object or array that comes from these bytes.
    pub fn open(&mut self, bracket: char, start: usize, end: usize) {
        self.comma();
        self.mark(start, end);
        self.json.push(bracket);
    }

    /// Closes it.
    pub fn close(&mut self, bracket: char) {
        self.json.push(bracket);
    }

    /// The name of the next member.
    pub fn name(&mut self, name: &str) {
        self.comma();
        quote(name, &mut self.json);
        self.json.push(':');
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.comma();
        quote(text, &mut self.json);
    }

    /// A number, `true`, `false` or `null`, as JSON writes it.
    pub fn plain(&mut self, plain: &str) {
        self.comma();
        self.json.push_str(plain);
    }

    /// A number where it is one; else the text as it stands, which no field that wants a number takes.
    pub fn number(&mut self, text: &str) {
        let number = text.trim();
        if crate::number::parse_decimal(number.as_bytes()).is_ok() {
            self.plain(number);
        } else {
            self.text(text);
        }
    }

    /// Something in the place of a row that could not be told, and why it could not.
    pub fn spoilt(&mut self, message: impl Into<String>) {
        self.comma();
        self.says.push((self.json.len() as u32, message.into()));
        self.json.push_str("\"\"");
    }

    fn comma(&mut self) {
        if !matches!(
            self.json.as_bytes().last(),
            None | Some(b'{' | b'[' | b':' | b'\n')
        ) {
            self.json.push(',');
        }
    }
}

/// A text between quotes.
pub(crate) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Refuses a NUL character, which no format of text has.
pub(crate) fn no_nul(text: &str, from: usize) -> Step<()> {
    match memchr::memchr(0, &text.as_bytes()[from..]) {
        Some(nul) => broken("a NUL character", from + nul, from + nul + 1),
        None => Ok(()),
    }
}
