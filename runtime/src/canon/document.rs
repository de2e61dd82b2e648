//! The strict reader of our own documents. Knows JSON and places in it; what a document means its type
//! knows.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::DeserializeOwned;

/// How deep a document may nest.
pub const DEPTH: usize = 128;

/// Why a document is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// The byte at which it shows.
    pub offset: usize,
    /// Its line, from one.
    pub line: usize,
    /// Its character in the line, from one.
    pub column: usize,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Not UTF-8.
    Encoding,
    /// A byte order mark at the start.
    Mark,
    /// A NUL, bare or as `\u0000`.
    Nul,
    /// Not JSON: what was expected.
    Syntax(&'static str),
    /// The same member twice in one object.
    Twice(String),
    /// More than [`DEPTH`] levels.
    Deep,
    /// Something behind the document's end.
    Trailing,
    /// JSON, but not of this document: an unknown or missing member, a wrong type.
    Shape(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Encoding => f.write_str("not UTF-8"),
            Fault::Mark => f.write_str("a byte order mark"),
            Fault::Nul => f.write_str("a NUL character"),
            Fault::Syntax(expected) => write!(f, "expected {expected}"),
            Fault::Twice(key) => write!(f, "member `{key}` is there twice"),
            Fault::Deep => write!(f, "nested more than {DEPTH} deep"),
            Fault::Trailing => f.write_str("text behind the end of the document"),
            Fault::Shape(message) => f.write_str(message),
        }
    }
}

impl DocumentError {
    /// A fault at that byte of a document.
    pub fn at(bytes: &[u8], offset: usize, fault: Fault) -> DocumentError {
        let offset = offset.min(bytes.len());
        let before = &bytes[..offset];
        let start = before
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |at| at + 1);
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
        DocumentError {
            offset,
            line,
            column,
            fault,
        }
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}, column {}: {}",
            self.line, self.column, self.fault
        )
    }
}

impl std::error::Error for DocumentError {}

/// Reads one of our own documents. Besides what its type refuses (unknown members need
/// `deny_unknown_fields` there), a key that stands twice at any depth, text behind the end, NUL, a byte
/// order mark, bytes that are not UTF-8 and nesting over [`DEPTH`] are refused.
pub fn read_document<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DocumentError> {
    let text = check_json(bytes)?;
    serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        let message = message
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned();
        let fault = if message.starts_with("recursion limit") {
            Fault::Deep
        } else {
            Fault::Shape(in_our_words(message))
        };
        // serde_json counts bytes from one and stands behind what it read.
        let line = text
            .split_inclusive('\n')
            .take(error.line().saturating_sub(1));
        let start: usize = line.map(str::len).sum();
        DocumentError::at(bytes, start + error.column().saturating_sub(1), fault)
    })
}

/// What serde says, without names of our types and without all that could have stood there.
fn in_our_words(message: String) -> String {
    if message.contains("expected struct ") {
        return "an object with members is wanted here".into();
    }
    match message.split_once(", expected one of ") {
        Some((what, _)) if what.starts_with("unknown field") => what.to_owned(),
        _ => message,
    }
}

/// Checks that these bytes are one strict JSON value and gives their text.
pub fn check_json(bytes: &[u8]) -> Result<&str, DocumentError> {
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        return Err(DocumentError::at(bytes, 0, Fault::Mark));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| DocumentError::at(bytes, error.valid_up_to(), Fault::Encoding))?;
    let mut scan = Scan {
        text,
        bytes,
        at: 0,
        depth: 0,
    };
    scan.document()
        .map_err(|fault| DocumentError::at(bytes, scan.at, fault))?;
    Ok(text)
}

/// A walk over JSON text that builds nothing but the keys of the open objects.
struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

impl<'a> Scan<'a> {
    fn document(&mut self) -> Result<(), Fault> {
        self.blank();
        self.value()?;
        self.blank();
        match self.peek() {
            None => Ok(()),
            Some(0) => Err(Fault::Nul),
            Some(_) => Err(Fault::Trailing),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<(), Fault> {
        match self.peek() {
            Some(b'{') => self.nested(Scan::object),
            Some(b'[') => self.nested(Scan::array),
            Some(b'"') => self.string().map(|_| ()),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            Some(0) => Err(Fault::Nul),
            _ => Err(Fault::Syntax("a value")),
        }
    }

    fn nested(&mut self, inside: fn(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        if self.depth == DEPTH {
            return Err(Fault::Deep);
        }
        self.depth += 1;
        self.at += 1;
        inside(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn object(&mut self) -> Result<(), Fault> {
        let mut keys = BTreeSet::new();
        self.blank();
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            self.blank();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a member in double quotes"));
            }
            let key = self.string()?;
            if !keys.insert(key.clone()) {
                self.at = start;
                return Err(Fault::Twice(key.into_owned()));
            }
            self.blank();
            if !self.take(b':') {
                return Err(self.unexpected("`:`"));
            }
            self.blank();
            self.value()?;
            self.blank();
            if self.take(b'}') {
                return Ok(());
            }
            if !self.take(b',') {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
    }

    fn array(&mut self) -> Result<(), Fault> {
        self.blank();
        if self.take(b']') {
            return Ok(());
        }
        loop {
            self.blank();
            self.value()?;
            self.blank();
            if self.take(b']') {
                return Ok(());
            }
            if !self.take(b',') {
                return Err(self.unexpected("`,` or `]`"));
            }
        }
    }

    /// A string; its text, decoded where it has escapes.
    fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
        let start = self.at;
        self.at += 1;
        let mut escaped = false;
        loop {
            match self.peek() {
                None => return Err(Fault::Syntax("a closing double quote")),
                Some(b'"') => break,
                Some(0) => return Err(Fault::Nul),
                Some(0..32) => {
                    return Err(Fault::Syntax("an escape instead of a control character"));
                }
                Some(b'\\') => {
                    escaped = true;
                    let width = match self.bytes.get(self.at + 1) {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
                        Some(b'u') => {
                            let hex = self.bytes.get(self.at + 2..self.at + 6).unwrap_or_default();
                            if hex.len() != 4 || !hex.iter().all(u8::is_ascii_hexdigit) {
                                return Err(Fault::Syntax("four hex digits behind `\\u`"));
                            }
                            if hex == b"0000" {
                                return Err(Fault::Nul);
                            }
                            6
                        }
                        _ => return Err(Fault::Syntax("an escape that JSON knows")),
                    };
                    self.at += width;
                }
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        if !escaped {
            return Ok(Cow::Borrowed(&self.text[start + 1..self.at - 1]));
        }
        match serde_json::from_str::<String>(&self.text[start..self.at]) {
            Ok(text) => Ok(Cow::Owned(text)),
            Err(_) => {
                self.at = start;
                Err(Fault::Shape(
                    "an escape that is half of a character (a surrogate without its other half)"
                        .into(),
                ))
            }
        }
    }

    fn number(&mut self) -> Result<(), Fault> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start {
            Ok(())
        } else {
            Err(Fault::Syntax("a digit"))
        }
    }

    fn word(&mut self, word: &str) -> Result<(), Fault> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(Fault::Syntax("a value"));
        }
        self.at += word.len();
        Ok(())
    }

    fn take(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += taken as usize;
        taken
    }

    fn unexpected(&self, expected: &'static str) -> Fault {
        if self.peek() == Some(0) {
            Fault::Nul
        } else {
            Fault::Syntax(expected)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Small {
        name: String,
        #[serde(default)]
        rows: std::collections::BTreeMap<String, u32>,
    }

    #[test]
    fn our_documents_are_read_strictly() {
        let check = |text: &str, line, column, fault: &str| {
            let error = read_document::<Small>(text.as_bytes()).unwrap_err();
            assert_eq!(
                (error.line, error.column, error.fault.to_string().as_str()),
                (line, column, fault),
                "{text}"
            );
        };
        assert!(
            read_document::<Small>(b" {\"name\": \"a\\u00e9\", \"rows\": {\"x\": 1}}\n").is_ok()
        );
        check("\u{feff}{}", 1, 1, "a byte order mark");
        check("", 1, 1, "expected a value");
        check(
            "{\"name\": \"a\"} x",
            1,
            15,
            "text behind the end of the document",
        );
        check(
            "{\"name\": \"a\"}{}",
            1,
            14,
            "text behind the end of the document",
        );
        check(
            "{\"name\": \"a\",}",
            1,
            14,
            "expected a member in double quotes",
        );
        check("{\"name\": \"a\"", 1, 13, "expected `,` or `}`");
        check(
            "{\"name\": \"a\",\n \"rows\": {\"x\": 1,\n  \"\\u0078\": 2}}",
            3,
            3,
            "member `x` is there twice",
        );
        check(
            "{\"name\": \"é\", \"name\": 1}",
            1,
            15,
            "member `name` is there twice",
        );
        check("{\"name\": \"a\0\"}", 1, 12, "a NUL character");
        check("{\"name\": \"a\\u0000\"}", 1, 12, "a NUL character");
        check("{\"name\": \"a\"}\0", 1, 14, "a NUL character");
        check(
            "{\"name\": \"a\nb\"}",
            1,
            12,
            "expected an escape instead of a control character",
        );
        check(
            "{\"name\": \"\\ud800\"}",
            1,
            10,
            "an escape that is half of a character (a surrogate without its other half)",
        );
        check("{\"name\": 01}", 1, 11, "expected `,` or `}`");
        check("{\"name\": 1.}", 1, 12, "expected a digit");
        check("{'name': 1}", 1, 2, "expected a member in double quotes");
        check("[NaN]", 1, 2, "expected a value");
        check("[nul]", 1, 2, "expected a value");
        check(
            "{\"name\": \"a\",\n\"extra\": 1}",
            2,
            7,
            "unknown field `extra`, expected `name` or `rows`",
        );
        check(
            "{\"name\": 1}",
            1,
            10,
            "invalid type: integer `1`, expected a string",
        );
        check(
            "{\"name\": \"a\", \"rows\": {\"x\": -1}}",
            1,
            30,
            "invalid value: integer `-1`, expected u32",
        );
        let error = read_document::<Small>(b"{\"name\": \"\xff\"}").unwrap_err();
        assert_eq!((error.offset, error.fault), (10, Fault::Encoding));
    }

    #[test]
    fn depth_is_limited_before_the_stack_is() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(check_json(nested(DEPTH).as_bytes()).is_ok());
        let error = check_json(nested(DEPTH + 1).as_bytes()).unwrap_err();
        assert_eq!((error.offset, error.fault), (DEPTH, Fault::Deep));
        assert!(check_json("[".repeat(1_000_000).as_bytes()).is_err());
    }

    /// Damaged documents are refused exactly where serde_json refuses them, and for our own reasons.
    #[test]
    fn agrees_with_serde_json_on_what_is_json() {
        let whole = "{\"a\": [1, -2.5e3, true], \"b\": {\"c\": \"x\\u00e9\\n\", \"d\": null}}";
        let mut seed = 11u64;
        let mut next = |below: usize| {
            seed = seed
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (seed >> 33) as usize % below
        };
        for _ in 0..40_000 {
            let mut bytes = whole.as_bytes().to_vec();
            for _ in 0..=next(3) {
                let at = next(bytes.len());
                match next(3) {
                    0 => bytes[at] = b"{}[]\",:\\0eEu.-+ \n\0t\xc3"[next(20)],
                    1 => drop(bytes.remove(at)),
                    _ => bytes.insert(at, bytes[next(bytes.len())]),
                }
            }
            let theirs = serde_json::from_slice::<serde_json::Value>(&bytes);
            match check_json(&bytes) {
                Ok(text) => assert!(theirs.is_ok(), "{text}"),
                Err(error) => {
                    let ours = matches!(error.fault, Fault::Twice(_) | Fault::Nul);
                    assert!(
                        ours || theirs.is_err(),
                        "{error} {:?}",
                        String::from_utf8_lossy(&bytes)
                    );
                }
            }
        }
    }
}
