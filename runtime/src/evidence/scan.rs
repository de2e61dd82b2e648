//! The tokens of JSON, straight from bytes. Knows JSON's grammar and its traps (depth, doubled members,
//! lone surrogates, NUL); knows no schema.

use super::fields::print;
use crate::canon::DEPTH;

/// Why a document cannot be read on, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// What is wrong, in one line.
    pub message: String,
    /// First byte.
    pub start: usize,
    /// Behind the last byte.
    pub end: usize,
}

/// A member stands twice in one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Twice {
    /// Its name.
    pub name: String,
    /// The second one.
    pub start: usize,
    /// Behind it.
    pub end: usize,
}

/// A text as it stands between its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quoted {
    /// Behind the opening quote.
    pub start: usize,
    /// The closing quote.
    pub end: usize,
    /// Whether it holds escapes.
    pub escaped: bool,
}

/// A number as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digits {
    /// First byte.
    pub start: usize,
    /// Behind the last byte.
    pub end: usize,
    /// Its digits, if it has at most 18 and no exponent.
    pub mantissa: i64,
    /// Digits after the point.
    pub scale: u8,
    /// Whether `mantissa` and `scale` say all.
    pub short: bool,
}

/// A member's name, kept until its object ends.
#[derive(Clone, Copy, Debug)]
struct Key {
    print: u64,
    start: u32,
    end: u32,
    escaped: bool,
}

/// A name as it was just read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name {
    /// Its print.
    pub print: u64,
    /// Where it stands.
    pub quoted: Quoted,
}

/// Buffers of a scan, used again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffers {
    keys: Vec<Key>,
    name: String,
}

/// A walk over one document or a row of them.
pub(crate) struct Scan<'a> {
    /// The document, UTF-8.
    pub text: &'a str,
    /// Where the walk stands.
    pub at: usize,
    bytes: &'a [u8],
    depth: usize,
    buffers: Buffers,
    /// Found since it was last taken, in objects that were passed over.
    pub twice: Option<Twice>,
}

/// A step of a walk that may find its document broken.
pub(crate) type Step<T> = Result<T, Box<Broken>>;

impl<'a> Scan<'a> {
    /// A walk that begins at `at`.
    pub fn new(text: &'a str, at: usize, mut buffers: Buffers) -> Scan<'a> {
        buffers.keys.clear();
        Scan {
            text,
            at,
            bytes: text.as_bytes(),
            depth: 0,
            buffers,
            twice: None,
        }
    }

    /// The buffers, for the next walk.
    pub fn done(self) -> Buffers {
        self.buffers
    }

    /// Goes back to the outermost level, after a document that broke.
    pub fn restart(&mut self, at: usize) {
        self.at = at;
        self.depth = 0;
        self.twice = None;
        self.buffers.keys.clear();
    }

    /// The next byte that is no white space, not taken; 0 at the end.
    #[inline]
    pub fn peek(&mut self) -> u8 {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(&byte) => return byte,
                None => return 0,
            }
        }
    }

    /// Takes `byte` if it comes next.
    #[inline]
    pub fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte && self.at < self.bytes.len();
        self.at += found as usize;
        found
    }

    /// Whether only white space is left.
    pub fn at_end(&mut self) -> bool {
        self.peek() == 0 && self.at >= self.bytes.len()
    }

    /// Broken here: `expected` says what should stand here.
    #[cold]
    pub fn expected<T>(&self, expected: &str) -> Step<T> {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        let found = match rest.first() {
            None => "the end of the document".to_owned(),
            Some(0) => "a NUL character".to_owned(),
            Some(_) => match self.text[self.char_start(self.at)..].chars().next() {
                Some(found) if !found.is_control() => format!("`{found}`"),
                Some(found) => format!("the control character U+{:04X}", found as u32),
                None => "the end of the document".to_owned(),
            },
        };
        let end = self.at + rest.len().min(1);
        self.broken(format!("{found}; {expected} is wanted"), self.at, end)
    }

    fn char_start(&self, mut at: usize) -> usize {
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// Broken between those bytes.
    #[cold]
    pub fn broken<T>(&self, message: impl Into<String>, start: usize, end: usize) -> Step<T> {
        Err(Box::new(Broken {
            message: message.into(),
            start,
            end,
        }))
    }

    /// Opens an object or array whose bracket comes next. Gives what [`Scan::member`] and
    /// [`Scan::close_object`] want.
    #[inline]
    pub fn open(&mut self) -> Step<usize> {
        if self.depth >= DEPTH {
            let message = format!("nested more than {DEPTH} deep");
            return self.broken(message, self.at, self.at + 1);
        }
        self.depth += 1;
        self.at += 1;
        Ok(self.buffers.keys.len())
    }

    /// The next member's name, its colon taken; `None` at the object's end, which is taken too.
    #[inline]
    pub fn member(&mut self, first: &mut bool) -> Step<Option<Name>> {
        match self.peek() {
            b'}' => {
                self.at += 1;
                self.depth -= 1;
                return Ok(None);
            }
            b',' if !*first => self.at += 1,
            _ if *first => {}
            _ => return self.expected("`,` or `}`"),
        }
        *first = false;
        if self.peek() != b'"' {
            return self.expected("a member's name in quotes");
        }
        let quoted = self.quoted()?;
        let print = if quoted.escaped {
            self.buffers.name.clear();
            let mut name = std::mem::take(&mut self.buffers.name);
            let outcome = self.unescape(quoted, &mut name);
            let mark = print(name.as_bytes());
            self.buffers.name = name;
            outcome?;
            mark
        } else {
            print(&self.bytes[quoted.start..quoted.end])
        };
        self.buffers.keys.push(Key {
            print,
            start: quoted.start as u32,
            end: quoted.end as u32,
            escaped: quoted.escaped,
        });
        if !self.take(b':') {
            return self.expected("`:`");
        }
        Ok(Some(Name { print, quoted }))
    }

    /// Takes the member of which `quoted` is the name with its quotes, if that is what comes next. Its
    /// name is not kept: whoever asks knows what it has seen.
    #[inline]
    pub fn take_member(&mut self, first: &mut bool, quoted: &[u8]) -> Option<usize> {
        let mut at = self.at;
        if !*first {
            at = self.after_space(at);
            if self.bytes.get(at) != Some(&b',') {
                return None;
            }
            at += 1;
        }
        at = self.after_space(at);
        let end = at + quoted.len();
        if self.bytes.get(at..end) != Some(quoted) {
            return None;
        }
        let colon = self.after_space(end);
        if self.bytes.get(colon) != Some(&b':') {
            return None;
        }
        *first = false;
        self.at = colon + 1;
        Some(at)
    }

    #[inline]
    fn after_space(&self, mut at: usize) -> usize {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(at) {
            at += 1;
        }
        at
    }

    /// Forgets the name that [`Scan::member`] gave last.
    #[inline]
    pub fn forget(&mut self) {
        self.buffers.keys.pop();
    }

    /// The name that [`Scan::member`] gave last.
    #[inline]
    pub fn name(&self, name: Name) -> &[u8] {
        if name.quoted.escaped {
            self.buffers.name.as_bytes()
        } else {
            &self.bytes[name.quoted.start..name.quoted.end]
        }
    }

    /// Forgets the names of an object that was left and says which of them stood twice.
    #[inline]
    pub fn close_object(&mut self, opened: usize) -> Option<Twice> {
        let keys = &self.buffers.keys[opened..];
        let mut second = None;
        if keys.len() <= 24 {
            'all: for (at, key) in keys.iter().enumerate().skip(1) {
                for other in &keys[..at] {
                    if other.print == key.print && self.same(other, key) {
                        second = Some(*key);
                        break 'all;
                    }
                }
            }
        } else {
            second = self.doubled_of_many(opened);
        }
        let twice = second.map(|key| self.twice_at(key));
        self.buffers.keys.truncate(opened);
        twice
    }

    #[cold]
    fn twice_at(&self, key: Key) -> Twice {
        Twice {
            name: self.key_text(&key),
            start: key.start as usize - 1,
            end: key.end as usize + 1,
        }
    }

    fn doubled_of_many(&mut self, opened: usize) -> Option<Key> {
        let mut keys = self.buffers.keys.split_off(opened);
        keys.sort_unstable_by_key(|key| (key.print, key.start));
        let mut found: Option<Key> = None;
        let mut at = 0;
        while at + 1 < keys.len() {
            let mut end = at + 1;
            while end < keys.len() && keys[end].print == keys[at].print {
                end += 1;
            }
            if end - at > 1 {
                // Equal prints are equal names, or somebody's doing: compare by text, never pair by pair.
                let mut group: Vec<(String, Key)> = keys[at..end]
                    .iter()
                    .map(|key| (self.key_text(key), *key))
                    .collect();
                group.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.start.cmp(&b.1.start)));
                for pair in group.windows(2) {
                    let earlier = found.is_none_or(|found| pair[1].1.start < found.start);
                    if pair[0].0 == pair[1].0 && earlier {
                        found = Some(pair[1].1);
                    }
                }
            }
            at = end;
        }
        found
    }

    fn same(&self, a: &Key, b: &Key) -> bool {
        if a.escaped || b.escaped {
            return self.key_text(a) == self.key_text(b);
        }
        self.bytes[a.start as usize..a.end as usize] == self.bytes[b.start as usize..b.end as usize]
    }

    fn key_text(&self, key: &Key) -> String {
        let quoted = Quoted {
            start: key.start as usize,
            end: key.end as usize,
            escaped: key.escaped,
        };
        let mut text = String::new();
        match self.unescape(quoted, &mut text) {
            Ok(()) => text,
            Err(_) => self.text[quoted.start..quoted.end].to_owned(),
        }
    }

    /// Whether another element of an array comes; its end is taken.
    #[inline]
    pub fn element(&mut self, first: &mut bool) -> Step<bool> {
        match self.peek() {
            b']' => {
                self.at += 1;
                self.depth -= 1;
                return Ok(false);
            }
            b',' if !*first => {
                self.at += 1;
                return Ok(true);
            }
            _ if *first => {
                *first = false;
                return Ok(true);
            }
            _ => {}
        }
        self.expected("`,` or `]`")
    }

    /// A text whose opening quote comes next. Escapes are checked for form only.
    #[inline]
    pub fn quoted(&mut self) -> Step<Quoted> {
        const ONES: u64 = 0x0101_0101_0101_0101;
        const HIGH: u64 = 0x8080_8080_8080_8080;
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            while let Some(chunk) = self.bytes.get(self.at..self.at + 8) {
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
                    self.at += found.trailing_zeros() as usize / 8;
                    break;
                }
                self.at += 8;
            }
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    let end = self.at;
                    self.at += 1;
                    return Ok(Quoted {
                        start,
                        end,
                        escaped,
                    });
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(0) => return self.broken("a NUL character", self.at, self.at + 1),
                Some(0x01..0x20) => {
                    return self.broken("a control character in a text", self.at, self.at + 1);
                }
                Some(_) => self.at += 1,
                None => {
                    return self.broken("a text that is never closed", start - 1, self.bytes.len());
                }
            }
        }
    }

    fn escape(&mut self) -> Step<()> {
        let from = self.at;
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let digits = self.bytes.get(self.at + 2..self.at + 6);
                if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                    let end = (from + 6).min(self.bytes.len());
                    return self.broken("`\\u` without four hex digits", from, end);
                }
                self.at += 6;
            }
            _ => {
                let end = (from + 2).min(self.bytes.len());
                return self.broken("an escape that JSON does not have", from, end);
            }
        }
        Ok(())
    }

    /// Appends the text; a lone surrogate and a NUL are refused.
    pub fn unescape(&self, quoted: Quoted, out: &mut String) -> Step<()> {
        let mut at = quoted.start;
        while at < quoted.end {
            let rest = &self.bytes[at..quoted.end];
            let plain = memchr::memchr(b'\\', rest).unwrap_or(rest.len());
            out.push_str(&self.text[at..at + plain]);
            at += plain;
            if at >= quoted.end {
                break;
            }
            let (found, len) = match self.bytes[at + 1] {
                b'b' => ('\u{8}', 2),
                b'f' => ('\u{c}', 2),
                b'n' => ('\n', 2),
                b'r' => ('\r', 2),
                b't' => ('\t', 2),
                b'u' => {
                    let high = self.unit(at, quoted.end);
                    let low = self.unit(at + 6, quoted.end);
                    match (high, low) {
                        (Some(0), _) => return self.broken("a NUL character", at, at + 6),
                        (Some(high @ 0xD800..0xDC00), Some(low @ 0xDC00..0xE000)) => {
                            let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                            (char::from_u32(code).unwrap_or('\u{FFFD}'), 12)
                        }
                        (Some(high), _) => match char::from_u32(high) {
                            Some(found) => (found, 6),
                            None => {
                                return self.broken("half of a surrogate pair", at, at + 6);
                            }
                        },
                        (None, _) => unreachable!("the form of escapes was checked"),
                    }
                }
                other => (other as char, 2),
            };
            out.push(found);
            at += len;
        }
        Ok(())
    }

    /// The code unit of a `\uXXXX` at that place.
    fn unit(&self, at: usize, end: usize) -> Option<u32> {
        if at + 6 > end || &self.bytes[at..at + 2] != b"\\u" {
            return None;
        }
        u32::from_str_radix(&self.text[at + 2..at + 6], 16).ok()
    }

    /// A number that comes next.
    #[inline]
    pub fn digits(&mut self) -> Step<Digits> {
        let start = self.at;
        let negative = self.bytes[start] == b'-';
        let mut at = start + negative as usize;
        let first = at;
        let mut mantissa: u64 = 0;
        while let Some(digit) = self.digit(at) {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
            at += 1;
        }
        let whole = at - first;
        if whole == 0 || whole > 1 && self.bytes[first] == b'0' {
            self.at = if whole == 0 { at } else { first };
            return self.expected(if whole == 0 {
                "a digit"
            } else {
                "a number without leading `0`"
            });
        }
        let mut scale = 0;
        if self.bytes.get(at) == Some(&b'.') {
            at += 1;
            let point = at;
            while let Some(digit) = self.digit(at) {
                mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
                at += 1;
            }
            scale = at - point;
            if scale == 0 {
                self.at = at;
                return self.expected("a digit");
            }
        }
        let mut short = whole + scale <= 18;
        if matches!(self.bytes.get(at), Some(b'e' | b'E')) {
            short = false;
            at += 1;
            at += matches!(self.bytes.get(at), Some(b'+' | b'-')) as usize;
            let from = at;
            while self.digit(at).is_some() {
                at += 1;
            }
            if at == from {
                self.at = at;
                return self.expected("a digit");
            }
        }
        self.at = at;
        let mantissa = mantissa as i64;
        Ok(Digits {
            start,
            end: at,
            mantissa: if negative {
                mantissa.wrapping_neg()
            } else {
                mantissa
            },
            scale: scale.min(255) as u8,
            short,
        })
    }

    #[inline]
    fn digit(&self, at: usize) -> Option<u64> {
        let digit = self.bytes.get(at)?.wrapping_sub(b'0');
        (digit <= 9).then_some(digit as u64)
    }

    /// `true`, `false` or `null`, of which the first letter comes next.
    #[inline]
    pub fn word(&mut self, word: &'static str) -> Step<()> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            self.expected("a value")
        }
    }

    /// Passes over a whole value, checking its form. Doubled members stand in [`Scan::twice`].
    pub fn skip(&mut self) -> Step<()> {
        match self.peek() {
            b'"' => {
                self.quoted()?;
            }
            b'-' | b'0'..=b'9' => {
                self.digits()?;
            }
            b't' => self.word("true")?,
            b'f' => self.word("false")?,
            b'n' => self.word("null")?,
            b'{' => {
                let opened = self.open()?;
                let mut first = true;
                while self.member(&mut first)?.is_some() {
                    self.skip()?;
                }
                if let Some(twice) = self.close_object(opened) {
                    self.twice.get_or_insert(twice);
                }
            }
            b'[' => {
                self.open()?;
                let mut first = true;
                while self.element(&mut first)? {
                    self.skip()?;
                }
            }
            _ => return self.expected("a value"),
        }
        Ok(())
    }

    /// What kind of value comes next, as people say it.
    pub fn kind(&mut self) -> &'static str {
        match self.peek() {
            b'"' => "a text",
            b'-' | b'0'..=b'9' => "a number",
            b't' | b'f' => "a bool",
            b'n' => "null",
            b'{' => "an object",
            b'[' => "an array",
            _ => "no value",
        }
    }
}
