//! Digests and the canonical text of a document; below it the strict reader of our own documents.
//! Knows JSON; knows nothing of what the documents mean.

mod document;
mod write;

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

pub use document::{DEPTH, DocumentError, Fault, check_json, read_document};
pub use write::{Without, Written, write};

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
    pub fn of_document<T: Serialize + ?Sized>(document: &T, without: &[&str]) -> Digest {
        Digest::of(&write(document, &[("", without)]).text)
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
        self.text()[7..].iter().copied().map(char::from).collect()
    }

    /// Its text, ASCII.
    fn text(self) -> [u8; 71] {
        let mut text = *b"sha256:0000000000000000000000000000000000000000000000000000000000000000";
        for (pair, byte) in text[7..].chunks_exact_mut(2).zip(self.0) {
            pair[0] = b"0123456789abcdef"[usize::from(byte >> 4)];
            pair[1] = b"0123456789abcdef"[usize::from(byte & 15)];
        }
        text
    }

    /// Its bytes.
    pub fn bytes(self) -> [u8; 32] {
        self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.text()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match str::from_utf8(&self.text()) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => unreachable!("hex digits are ASCII"),
        }
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
pub fn canonical<T: Serialize + ?Sized>(document: &T) -> String {
    String::from_utf8(write(document, &[]).text)
        .unwrap_or_else(|_| unreachable!("texts are written whole"))
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
}
