//! Digests, the canonical text of a document, and the strict reader of our own documents. Knows JSON;
//! knows nothing of what the documents mean.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest; its text is `sha256:` and 64 lower-case hex digits. The default, all noughts,
/// stands where none was computed yet.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes as they stand.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(Sha256::digest(bytes).into())
    }

    /// The digest of the canonical form of a document, without those of its members (`digest`).
    pub fn of_document(document: &Value, without: &[&str]) -> Digest {
        let mut out = String::new();
        match document {
            Value::Object(members) => {
                let members = members
                    .iter()
                    .filter(|(key, _)| !without.contains(&key.as_str()));
                write_members(members, &mut out);
            }
            other => write_canonical(other, &mut out),
        }
        Digest::of(out.as_bytes())
    }

    /// Reads `sha256:` and 64 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Digest> {
        Digest::from_hex(text.strip_prefix("sha256:")?)
    }

    /// Reads 64 lower-case hex digits.
    pub fn from_hex(hex: &str) -> Option<Digest> {
        let hex: &[u8; 64] = hex.as_bytes().try_into().ok()?;
        let nibble = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Some(Digest(bytes))
    }

    /// Its 64 hex digits.
    pub fn hex(self) -> String {
        let digit = |nibble: u8| char::from(b"0123456789abcdef"[nibble as usize]);
        self.0
            .iter()
            .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
            .collect()
    }

    /// Its bytes.
    pub fn bytes(self) -> [u8; 32] {
        self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        Digest::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("not `sha256:` and 64 lower-case hex digits"))
    }
}

/// A digest that is fed piece by piece.
#[derive(Clone, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all that was added.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

/// The canonical form: keys sorted by code point, no spaces, shortest escapes, no final newline.
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write_canonical(value, &mut out);
    out
}

fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => write_members(members.iter(), out),
    }
}

/// UTF-8 sorts as its code points do, so sorting by bytes is enough.
fn write_members<'a>(members: impl Iterator<Item = (&'a String, &'a Value)>, out: &mut String) {
    let mut members: Vec<_> = members.collect();
    members.sort_by_key(|&(key, _)| key);
    out.push('{');
    for (at, (key, value)) in members.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_text(key, out);
        out.push(':');
        write_canonical(value, out);
    }
    out.push('}');
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            8 => "\\b",
            12 => "\\f",
            0..32 => "",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        if escape.is_empty() {
            out.push_str(&format!("\\u{byte:04x}"));
        } else {
            out.push_str(escape);
        }
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

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
            Fault::Twice(key) => write!(f, "member `{key}` stands twice"),
            Fault::Deep => write!(f, "nested more than {DEPTH} deep"),
            Fault::Trailing => f.write_str("text behind the end of the document"),
            Fault::Shape(message) => f.write_str(message),
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
            Fault::Shape(message)
        };
        // serde_json counts bytes from one and stands behind what it read.
        let line = text
            .split_inclusive('\n')
            .take(error.line().saturating_sub(1));
        let start: usize = line.map(str::len).sum();
        place(bytes, start + error.column().saturating_sub(1), fault)
    })
}

/// Checks that these bytes are one strict JSON value and gives their text.
pub fn check_json(bytes: &[u8]) -> Result<&str, DocumentError> {
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        return Err(place(bytes, 0, Fault::Mark));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| place(bytes, error.valid_up_to(), Fault::Encoding))?;
    let mut scan = Scan {
        text,
        bytes,
        at: 0,
        depth: 0,
    };
    scan.document()
        .map_err(|fault| place(bytes, scan.at, fault))?;
    Ok(text)
}

fn place(bytes: &[u8], offset: usize, fault: Fault) -> DocumentError {
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
                Err(Fault::Syntax("escapes that pair up to characters"))
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
    use serde_json::json;

    #[test]
    fn the_canonical_form_is_sorted_and_bare() {
        let value = json!({ "b": [1, -2, true, null], "a": { "é": "\u{7f}", "z": "" }, "\u{10000}": 1, "\u{ffff}": 2 });
        assert_eq!(
            canonical(&value),
            "{\"a\":{\"z\":\"\",\"é\":\"\u{7f}\"},\"b\":[1,-2,true,null],\"\u{ffff}\":2,\"\u{10000}\":1}"
        );
        assert_eq!(
            canonical(&json!("a\"\\/\n\r\t\u{8}\u{c}\u{1}é")),
            "\"a\\\"\\\\/\\n\\r\\t\\b\\f\\u0001é\""
        );
        assert_eq!(canonical(&json!({})), "{}");
        assert_eq!(canonical(&json!([])), "[]");
    }

    #[test]
    fn digests_read_what_they_print() {
        let empty = Digest::of(b"");
        let text = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(empty.to_string(), text);
        assert_eq!(Digest::parse(text), Some(empty));
        assert_eq!(Digest::from_hex(&empty.hex()), Some(empty));
        for bad in [
            "",
            "sha256:",
            &text[1..],
            &text[..70],
            &text.to_uppercase(),
            &text.replace("e3", "g3"),
        ] {
            assert_eq!(Digest::parse(bad), None, "{bad}");
        }
        let mut pieces = Hasher::default();
        pieces.update(b"ab");
        pieces.update(b"c");
        assert_eq!(pieces.finish(), Digest::of(b"abc"));
    }

    #[test]
    fn a_document_is_digested_without_its_own_digest() {
        let plain = json!({ "a": 1, "inner": { "digest": 2 } });
        let sealed = json!({ "inner": { "digest": 2 }, "digest": "x", "a": 1 });
        assert_eq!(
            Digest::of_document(&sealed, &["digest"]),
            Digest::of_document(&plain, &[])
        );
        assert_eq!(
            Digest::of_document(&plain, &[]),
            Digest::of(canonical(&plain).as_bytes())
        );
        assert_ne!(
            Digest::of_document(&sealed, &[]),
            Digest::of_document(&plain, &[])
        );
    }

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
            "member `x` stands twice",
        );
        check(
            "{\"name\": \"é\", \"name\": 1}",
            1,
            15,
            "member `name` stands twice",
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
            "expected escapes that pair up to characters",
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
}
