//! Writes canonical text straight from what is serialised: the members of an object are written as they
//! come and put in order once it ends. Knows nothing of documents but which members to leave out.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Display;
use std::io::Write as _;
use std::ops::Range;

use serde::Serialize;
use serde::ser::{self, Error as _};
use serde_json::{Error, Value};

/// Members that are left out: those of the document under `""`, and those of the objects right below one
/// of its members, or of the rows in it, under that member's name.
pub type Without<'a> = [(&'a str, &'a [&'a str])];

/// A document in canonical form, and where its members lie in it.
pub struct Written {
    /// The canonical text.
    pub text: Vec<u8>,
    members: Vec<(Key, Range<usize>)>,
}

impl Written {
    /// The members in order: name and text, the name in it.
    pub fn members(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.members
            .iter()
            .map(|(key, range)| (key.as_str(), &self.text[range.clone()]))
    }
}

/// Writes a document without some of its members.
pub fn write<T: Serialize + ?Sized>(document: &T, without: &Without<'_>) -> Written {
    let mut writer = Writer {
        out: Vec::with_capacity(4 << 10),
        spare: Vec::with_capacity(4 << 10),
        entries: Vec::with_capacity(64),
        depth: 0,
        top: Key::new(""),
        without,
        members: Vec::new(),
    };
    if let Err(error) = document.serialize(&mut writer) {
        unreachable!("a document has text keys only: {error}");
    }
    Written {
        text: writer.out,
        members: writer.members,
    }
}

/// A member's name, with its first bytes in front: most names differ in those.
#[derive(Clone, PartialEq, Eq)]
struct Key {
    front: u64,
    text: Cow<'static, str>,
}

impl Ord for Key {
    fn cmp(&self, other: &Key) -> Ordering {
        let front = self.front.cmp(&other.front);
        front.then_with(|| self.text.cmp(&other.text))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Key {
    fn new(text: impl Into<Cow<'static, str>>) -> Key {
        let text = text.into();
        let mut front = [0; 8];
        let long = text.len().min(front.len());
        front[..long].copy_from_slice(&text.as_bytes()[..long]);
        Key {
            front: u64::from_be_bytes(front),
            text,
        }
    }

    fn as_str(&self) -> &str {
        &self.text
    }
}

struct Writer<'w> {
    out: Vec<u8>,
    /// Where an object is put in order.
    spare: Vec<u8>,
    /// Members of the objects that are open, the innermost last.
    entries: Vec<(Key, Range<usize>)>,
    /// How many objects are open.
    depth: u32,
    /// The document's member that is under way.
    top: Key,
    without: &'w Without<'w>,
    members: Vec<(Key, Range<usize>)>,
}

impl Writer<'_> {
    fn leaves_out(&self, key: &str) -> bool {
        if self.without.is_empty() || self.depth > 2 {
            return false;
        }
        let of = if self.depth == 1 {
            ""
        } else {
            self.top.as_str()
        };
        let mut rules = self.without.iter();
        rules.any(|(member, names)| *member == of && names.contains(&key))
    }

    fn member<T: Serialize + ?Sized>(&mut self, key: Key, value: &T) -> Result<(), Error> {
        if self.leaves_out(key.as_str()) {
            return Ok(());
        }
        let from = self.out.len();
        write_text(key.as_str(), &mut self.out);
        self.out.push(b':');
        if self.depth == 1 && !self.without.is_empty() {
            self.top = key.clone();
        }
        value.serialize(&mut *self)?;
        self.entries.push((key, from..self.out.len()));
        Ok(())
    }

    fn plain(&mut self, value: impl Display) -> Result<(), Error> {
        write!(self.out, "{value}").map_err(Error::custom)
    }

    /// Opens an object that is the value of a variant's name.
    fn variant(&mut self, name: &str) {
        self.out.push(b'{');
        write_text(name, &mut self.out);
        self.out.push(b':');
        self.depth += 1;
    }

    fn end_variant(&mut self) {
        self.out.push(b'}');
        self.depth -= 1;
    }
}

/// A list under way.
struct List<'a, 'w> {
    writer: &'a mut Writer<'w>,
    first: bool,
    /// Whether it is the value of a variant's name.
    variant: bool,
}

impl<'a, 'w> List<'a, 'w> {
    fn open(writer: &'a mut Writer<'w>, variant: Option<&str>) -> List<'a, 'w> {
        if let Some(name) = variant {
            writer.variant(name);
        }
        writer.out.push(b'[');
        List {
            writer,
            first: true,
            variant: variant.is_some(),
        }
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        if !std::mem::take(&mut self.first) {
            self.writer.out.push(b',');
        }
        value.serialize(&mut *self.writer)
    }

    fn close(self) -> Result<(), Error> {
        self.writer.out.push(b']');
        if self.variant {
            self.writer.end_variant();
        }
        Ok(())
    }
}

/// An object under way.
struct Object<'a, 'w> {
    writer: &'a mut Writer<'w>,
    /// Where its text begins.
    from: usize,
    /// Its first entry.
    base: usize,
    key: Option<Key>,
    variant: bool,
}

impl<'a, 'w> Object<'a, 'w> {
    fn open(writer: &'a mut Writer<'w>, variant: Option<&str>) -> Object<'a, 'w> {
        if let Some(name) = variant {
            writer.variant(name);
        }
        writer.depth += 1;
        Object {
            from: writer.out.len(),
            base: writer.entries.len(),
            writer,
            key: None,
            variant: variant.is_some(),
        }
    }

    /// The members stand one behind the other, in the order in which they came and without commas.
    fn close(self) -> Result<(), Error> {
        let Writer {
            out,
            spare,
            entries,
            depth,
            members,
            ..
        } = self.writer;
        let own = &mut entries[self.base..];
        // UTF-8 sorts as its code points do, so sorting by bytes is enough.
        if !own.is_sorted_by(|a, b| a.0 <= b.0) {
            own.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.start.cmp(&b.1.start)));
        }
        spare.clear();
        spare.extend_from_slice(&out[self.from..]);
        out.truncate(self.from);
        out.push(b'{');
        for (at, (_, range)) in own.iter_mut().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            let from = out.len();
            out.extend_from_slice(&spare[range.start - self.from..range.end - self.from]);
            *range = from..out.len();
        }
        out.push(b'}');
        *depth -= 1;
        match *depth {
            0 => *members = std::mem::take(entries),
            _ => entries.truncate(self.base),
        }
        if self.variant {
            self.writer.end_variant();
        }
        Ok(())
    }
}

impl<'a, 'w> ser::Serializer for &'a mut Writer<'w> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = List<'a, 'w>;
    type SerializeTuple = List<'a, 'w>;
    type SerializeTupleStruct = List<'a, 'w>;
    type SerializeTupleVariant = List<'a, 'w>;
    type SerializeMap = Object<'a, 'w>;
    type SerializeStruct = Object<'a, 'w>;
    type SerializeStructVariant = Object<'a, 'w>;

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        let word: &[u8] = if value { b"true" } else { b"false" };
        self.out.extend_from_slice(word);
        Ok(())
    }
    fn serialize_i8(self, value: i8) -> Result<(), Error> {
        self.plain(value)
    }
    fn serialize_i16(self, value: i16) -> Result<(), Error> {
        self.plain(value)
    }
    fn serialize_i32(self, value: i32) -> Result<(), Error> {
        self.plain(value)
    }
    fn serialize_i64(self, value: i64) -> Result<(), Error> {
        self.plain(value)
    }
    fn serialize_i128(self, value: i128) -> Result<(), Error> {
        self.plain(value)
    }
    fn serialize_u8(self, value: u8) -> Result<(), Error> {
        self.serialize_u64(value.into())
    }
    fn serialize_u16(self, value: u16) -> Result<(), Error> {
        self.serialize_u64(value.into())
    }
    fn serialize_u32(self, value: u32) -> Result<(), Error> {
        self.serialize_u64(value.into())
    }
    fn serialize_u64(self, value: u64) -> Result<(), Error> {
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut rest = value;
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.out.extend_from_slice(&digits[at..]);
        Ok(())
    }
    fn serialize_u128(self, value: u128) -> Result<(), Error> {
        self.plain(value)
    }
    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.serialize_f64(value.into())
    }
    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        match serde_json::Number::from_f64(value) {
            Some(number) => self.plain(number),
            None => self.serialize_unit(),
        }
    }
    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(self, value: &str) -> Result<(), Error> {
        write_text(value, &mut self.out);
        Ok(())
    }
    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.collect_seq(value)
    }
    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Error> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
    ) -> Result<(), Error> {
        self.serialize_str(name)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.variant(name);
        value.serialize(&mut *self)?;
        self.end_variant();
        Ok(())
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a, 'w>, Error> {
        Ok(List::open(self, None))
    }
    fn serialize_tuple(self, _: usize) -> Result<List<'a, 'w>, Error> {
        Ok(List::open(self, None))
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List<'a, 'w>, Error> {
        Ok(List::open(self, None))
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<List<'a, 'w>, Error> {
        Ok(List::open(self, Some(name)))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Object<'a, 'w>, Error> {
        Ok(Object::open(self, None))
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'a, 'w>, Error> {
        Ok(Object::open(self, None))
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Object<'a, 'w>, Error> {
        Ok(Object::open(self, Some(name)))
    }
}

macro_rules! list {
    ($kind:ident, $method:ident) => {
        impl ser::$kind for List<'_, '_> {
            type Ok = ();
            type Error = Error;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.item(value)
            }
            fn end(self) -> Result<(), Error> {
                self.close()
            }
        }
    };
}
list!(SerializeSeq, serialize_element);
list!(SerializeTuple, serialize_element);
list!(SerializeTupleStruct, serialize_field);
list!(SerializeTupleVariant, serialize_field);

macro_rules! object {
    ($kind:ident) => {
        impl ser::$kind for Object<'_, '_> {
            type Ok = ();
            type Error = Error;
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), Error> {
                self.writer.member(Key::new(key), value)
            }
            fn end(self) -> Result<(), Error> {
                self.close()
            }
        }
    };
}
object!(SerializeStruct);
object!(SerializeStructVariant);

impl ser::SerializeMap for Object<'_, '_> {
    type Ok = ();
    type Error = Error;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = Some(Key::new(key_text(key)?));
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let Some(key) = self.key.take() else {
            return Err(Error::custom("a value without a key"));
        };
        self.writer.member(key, value)
    }
    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

/// The text of a map's key.
fn key_text<T: Serialize + ?Sized>(key: &T) -> Result<String, Error> {
    match key.serialize(serde_json::value::Serializer)? {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            Err(Error::custom("a key must be a text"))
        }
    }
}

/// How many bytes at the front stand as they are: eight at a time, then one by one.
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let mut at = 0;
    while let Some(chunk) = bytes.get(at..at + 8) {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        let word = u64::from_le_bytes(word);
        let quote = word ^ (ONES * b'"' as u64);
        let slash = word ^ (ONES * b'\\' as u64);
        let found = (quote.wrapping_sub(ONES) & !quote
            | slash.wrapping_sub(ONES) & !slash
            | word.wrapping_sub(ONES * 0x20) & !word)
            & HIGH;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = &bytes[at..];
    let stop = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..32);
    at + rest.iter().position(stop).unwrap_or(rest.len())
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    out.push(b'"');
    loop {
        let at = plain(rest);
        out.extend_from_slice(&rest[..at]);
        let Some(&byte) = rest.get(at) else {
            break;
        };
        let escape: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            8 => b"\\b",
            12 => b"\\f",
            _ => b"",
        };
        if escape.is_empty() {
            let digit = |nibble: u8| b"0123456789abcdef"[nibble as usize];
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
        } else {
            out.extend_from_slice(escape);
        }
        rest = &rest[at + 1..];
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The canonical text by way of a tree of values.
    fn by_value(value: &Value, out: &mut String) {
        match value {
            Value::Array(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    by_value(item, out);
                }
                out.push(']');
            }
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                members.sort_by_key(|&(key, _)| key.chars().collect::<Vec<_>>());
                out.push('{');
                for (at, (key, value)) in members.into_iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    out.push_str(&Value::from(key.as_str()).to_string());
                    out.push(':');
                    by_value(value, out);
                }
                out.push('}');
            }
            plain => out.push_str(&plain.to_string()),
        }
    }

    fn check<T: Serialize + ?Sized>(document: &T) {
        let mut want = String::new();
        by_value(&serde_json::to_value(document).unwrap(), &mut want);
        assert_eq!(String::from_utf8(write(document, &[]).text).unwrap(), want);
    }

    #[derive(Serialize)]
    enum Kind {
        Bare,
        One(u8),
        Two(i64, Option<char>),
        Named { z: &'static str, a: Vec<Kind> },
    }

    #[derive(Serialize)]
    struct Whole<'a> {
        zone: Kind,
        #[serde(rename = "a.b")]
        nested: std::collections::BTreeMap<u32, Kind>,
        text: &'a str,
        unit: (),
        pair: (bool, i16),
    }

    #[test]
    fn what_is_written_is_what_a_tree_of_values_says() {
        // A small generator of our own: the same numbers every time.
        let mut seed = 7u64;
        let mut next = move |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % below
        };
        fn text(next: &mut impl FnMut(u64) -> u64) -> String {
            let from = [
                'a',
                'B',
                '"',
                '\\',
                '\n',
                '\u{1}',
                '\u{7f}',
                'é',
                '\u{ffff}',
                '\u{10000}',
            ];
            (0..next(5)).map(|_| from[next(10) as usize]).collect()
        }
        fn value(depth: u64, next: &mut impl FnMut(u64) -> u64) -> Value {
            match next(if depth == 0 { 5 } else { 8 }) {
                0 => Value::Null,
                1 => json!(next(2) == 0),
                2 => json!(next(1 << 31) * next(1 << 31)),
                3 => json!(-(next(1000) as i64)),
                4 => json!(text(next)),
                5 => (0..next(4)).map(|_| value(depth - 1, next)).collect(),
                _ => (0..next(6))
                    .map(|_| (text(next), value(depth - 1, next)))
                    .collect(),
            }
        }
        for _ in 0..2_000 {
            let random = value(5, &mut next);
            check(&random);
            let text = text(&mut next);
            check(&Whole {
                zone: Kind::Named {
                    z: "é",
                    a: vec![Kind::Bare, Kind::One(next(256) as u8)],
                },
                nested: [
                    (10, Kind::Two(i64::MIN, Some('"'))),
                    (9, Kind::Two(4, None)),
                ]
                .into(),
                text: &text,
                unit: (),
                pair: (true, -1),
            });
        }
    }

    #[test]
    fn members_are_left_out_at_their_place_only() {
        let document = json!({ "x": 1, "rows": [{ "x": 1, "y": 2 }, 3], "one": { "x": 1, "in": { "x": 1 } }, "other": { "x": 1 } });
        let written = write(
            &document,
            &[("", &["x"]), ("rows", &["x"]), ("one", &["x"])],
        );
        assert_eq!(
            String::from_utf8(written.text.clone()).unwrap(),
            r#"{"one":{"in":{"x":1}},"other":{"x":1},"rows":[{"y":2},3]}"#
        );
        let members: Vec<_> = written.members().collect();
        assert_eq!(members[0], ("one", &br#""one":{"in":{"x":1}}"#[..]));
        assert_eq!(members.len(), 3);
    }
}
