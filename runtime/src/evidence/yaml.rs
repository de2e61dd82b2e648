//! YAML, told as JSON so that one reader fills all slots. Knows YAML 1.2 and its core schema; knows no
//! evidence schema.
//!
//! Mappings are objects, sequences are arrays. Of plain scalars, `true`, `null`, `12` and `0.50` are what
//! they look like, with the digits that stand in the document; everything else is a text: `no`, `on`,
//! `12:30`, `2026-03-01`. What stands in quotes is a text. `.inf` and `.nan` are texts too, which no field
//! that wants a number takes.
//!
//! An alias repeats what its anchor named, within a limit, so that a few lines cannot stand for millions.
//! Merge keys (`<<`), tags of one's own and keys that are no scalars are refused. More than one document
//! in a file is read as lines of JSON are: each is a row.

use super::scalar::brief;
use super::scan::Broken;
use super::told::{Step, Told, broken, no_nul};
use crate::canon::DEPTH;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};
use std::collections::BTreeMap;

/// The most bytes of JSON that aliases may repeat.
const REPEATED: usize = 16 << 20;

/// Tells a stream of documents; `text` begins with it at `from`.
pub(crate) fn tell(text: &str, from: usize) -> Step<Told> {
    no_nul(text, from)?;
    let mut stream = Stream {
        text,
        lines: lines(text, from),
        told: Told {
            words: &[("no member ", "no key ")],
            ..Told::default()
        },
        stack: Vec::new(),
        anchors: BTreeMap::new(),
        repeated: 0,
        documents: 0,
        last: from,
    };
    let mut parser = Parser::new_from_str(&text[from..]);
    loop {
        match parser.next_event() {
            None | Some(Ok((Event::StreamEnd, _))) => break,
            Some(Ok((event, span))) => stream.event(event, span)?,
            Some(Err(error)) => {
                let at = stream.byte(error.marker());
                let end = at + text[at..].chars().next().map_or(0, char::len_utf8);
                return broken(format!("not YAML: {}", error.info()), at, end);
            }
        }
    }
    stream.told.many = stream.documents > 1;
    Ok(stream.told)
}

/// An open collection.
struct Open {
    /// A mapping of which a key comes next, a mapping of which a value comes next, or a sequence.
    wants: Wants,
    anchor: usize,
    /// Where it begins in the JSON, and its mark.
    json: usize,
    mark: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wants {
    Key,
    Value,
    Element,
}

struct Stream<'a> {
    text: &'a str,
    /// Where lines begin.
    lines: Vec<usize>,
    told: Told,
    stack: Vec<Open>,
    /// What anchors name, in the JSON; not yet when it is still open.
    anchors: BTreeMap<usize, (usize, usize)>,
    repeated: usize,
    documents: usize,
    /// Behind the last bytes that said something.
    last: usize,
}

impl Stream<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Step<()> {
        let (start, end) = (self.byte(&span.start), self.byte(&span.end));
        let end = end.max(start);
        self.told.bounded(start, end)?;
        if start < end {
            self.last = end;
        }
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd => {}
            Event::DocumentStart(_) => {
                self.documents += 1;
                self.anchors.clear();
                if self.documents > 1 {
                    self.told.json.push('\n');
                }
            }
            Event::DocumentEnd => {}
            Event::Scalar(value, style, anchor, tag) => {
                let tag = tag.as_deref();
                if self.wants() == Some(Wants::Key) {
                    if value == "<<" && style == ScalarStyle::Plain && tag.is_none() {
                        let message = "a merge key `<<`, which YAML 1.2 does not have";
                        return broken(message, start, end);
                    }
                    self.key(&value, start, end);
                    return Ok(());
                }
                let json = self.told.json.len();
                self.told.mark(start, end);
                self.scalar(&value, style, tag, start, end)?;
                self.named(anchor, json);
                self.took();
            }
            Event::Alias(anchor) => {
                if self.wants() == Some(Wants::Key) {
                    return broken("an alias as a key", start, end);
                }
                self.repeat(anchor, start, end)?;
                self.took();
            }
            Event::SequenceStart(anchor, tag) => {
                self.collection(anchor, tag.as_deref(), Wants::Element, start, end)?;
            }
            Event::MappingStart(anchor, tag) => {
                self.collection(anchor, tag.as_deref(), Wants::Key, start, end)?;
            }
            Event::SequenceEnd => self.close(']'),
            Event::MappingEnd => self.close('}'),
        }
        Ok(())
    }

    fn wants(&self) -> Option<Wants> {
        self.stack.last().map(|open| open.wants)
    }

    /// A key was read.
    fn key(&mut self, name: &str, start: usize, end: usize) {
        self.told.mark(start, end);
        self.told.name(name);
        if let Some(open) = self.stack.last_mut() {
            open.wants = Wants::Value;
        }
    }

    /// A value was read.
    fn took(&mut self) {
        if let Some(open) = self.stack.last_mut()
            && open.wants == Wants::Value
        {
            open.wants = Wants::Key;
        }
    }

    fn collection(
        &mut self,
        anchor: usize,
        tag: Option<&Tag>,
        wants: Wants,
        start: usize,
        end: usize,
    ) -> Step<()> {
        let (bracket, name) = match wants {
            Wants::Element => ('[', "seq"),
            Wants::Key | Wants::Value => ('{', "map"),
        };
        if let Some(tag) = tag
            && !(tag.is_yaml_core_schema() && tag.suffix == name)
        {
            return unknown(tag, start, end);
        }
        if self.wants() == Some(Wants::Key) {
            return broken("a key that is no scalar", start, end);
        }
        if self.stack.len() >= DEPTH {
            return broken(format!("nested more than {DEPTH} deep"), start, end);
        }
        let json = self.told.json.len();
        self.told.open(bracket, start, end);
        self.stack.push(Open {
            wants,
            anchor,
            json,
            mark: self.told.marks.len() - 1,
        });
        Ok(())
    }

    fn close(&mut self, bracket: char) {
        self.told.close(bracket);
        let Some(open) = self.stack.pop() else {
            unreachable!("the parser closes what it opened");
        };
        let mark = &mut self.told.marks[open.mark];
        // A block ends where the next begins; what it holds ends before.
        let end = self.last.max(mark.start as usize);
        mark.end = mark.start + self.text[mark.start as usize..end].trim_end().len() as u32;
        self.named(open.anchor, open.json);
        self.took();
    }

    /// What was told from `json` on is what the anchor names.
    fn named(&mut self, anchor: usize, json: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, (json, self.told.json.len()));
        }
    }

    fn repeat(&mut self, anchor: usize, start: usize, end: usize) -> Step<()> {
        let Some(&(from, to)) = self.anchors.get(&anchor) else {
            return broken("an alias inside of what it repeats", start, end);
        };
        let piece = &self.told.json[from..to];
        let piece = piece.strip_prefix(',').unwrap_or(piece).to_owned();
        self.repeated += piece.len();
        if self.repeated > REPEATED {
            return broken("aliases that repeat more than 16 MiB", start, end);
        }
        self.told.mark(start, end);
        self.told.plain(&piece);
        Ok(())
    }

    fn scalar(
        &mut self,
        value: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        start: usize,
        end: usize,
    ) -> Step<()> {
        let plain = match tag {
            None => match style {
                ScalarStyle::Plain => core(value),
                _ => Plain::Text,
            },
            Some(tag) if tag.handle == "!" && tag.suffix.is_empty() => Plain::Text,
            Some(tag) if tag.is_yaml_core_schema() => {
                let found = core(value);
                match (tag.suffix.as_str(), &found) {
                    ("str", _) => Plain::Text,
                    ("null", Plain::Word("null")) | ("bool", Plain::Word("true" | "false")) => {
                        found
                    }
                    ("float", Plain::Number(_)) => found,
                    ("int", Plain::Number(digits)) if !digits.contains(['.', 'e']) => found,
                    ("null" | "bool" | "int" | "float", _) => {
                        let message = format!("`{}` is no `!!{}`", brief(value), tag.suffix);
                        return broken(message, start, end);
                    }
                    _ => return unknown(tag, start, end),
                }
            }
            Some(tag) => return unknown(tag, start, end),
        };
        match plain {
            Plain::Text => self.told.text(value),
            Plain::Word(word) => self.told.plain(word),
            Plain::Number(digits) => self.told.plain(&digits),
        }
        Ok(())
    }

    /// The byte behind a line and a column, which the parser counts in characters.
    fn byte(&self, marker: &Marker) -> usize {
        let line = marker.line().saturating_sub(1);
        let Some(&start) = self.lines.get(line) else {
            return self.text.len();
        };
        let line = &self.text[start
            ..self
                .lines
                .get(line + 1)
                .map_or(self.text.len(), |&next| next)];
        let found = line.char_indices().nth(marker.col());
        start + found.map_or(line.len(), |(at, _)| at)
    }
}

fn unknown(tag: &Tag, start: usize, end: usize) -> Result<(), Box<Broken>> {
    broken(
        format!("the tag `{}` is not known", brief(&tag.to_string())),
        start,
        end,
    )
}

/// Where lines begin.
fn lines(text: &str, from: usize) -> Vec<usize> {
    let bytes = text.as_bytes();
    let breaks = memchr::memchr2_iter(b'\n', b'\r', &bytes[from..]).map(|at| from + at);
    let ends = breaks.filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'));
    std::iter::once(from).chain(ends.map(|at| at + 1)).collect()
}

/// A plain scalar by the core schema.
enum Plain {
    Text,
    Word(&'static str),
    /// As JSON writes it.
    Number(String),
}

fn core(value: &str) -> Plain {
    match value {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Word("null"),
        "true" | "True" | "TRUE" => return Plain::Word("true"),
        "false" | "False" | "FALSE" => return Plain::Word("false"),
        _ => {}
    }
    let based = |digits: &str, radix: u32| {
        let fits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let number = u128::from_str_radix(digits, radix).ok().filter(|_| fits);
        number.map_or(Plain::Text, |number| Plain::Number(number.to_string()))
    };
    if let Some(digits) = value.strip_prefix("0o") {
        return based(digits, 8);
    }
    if let Some(digits) = value.strip_prefix("0x") {
        return based(digits, 16);
    }
    decimal(value).map_or(Plain::Text, Plain::Number)
}

/// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`, as JSON writes it.
fn decimal(value: &str) -> Option<String> {
    let (minus, rest) = match value.as_bytes().first()? {
        b'-' => ("-", &value[1..]),
        b'+' => ("", &value[1..]),
        _ => ("", value),
    };
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if !all_digits(whole) || !all_digits(part) || whole.is_empty() && part.is_empty() {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let mut json = format!("{minus}{}", if whole.is_empty() { "0" } else { whole });
    if !part.is_empty() {
        json.push('.');
        json.push_str(part);
    }
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        if digits.is_empty() || !all_digits(digits) {
            return None;
        }
        json.push('e');
        json.push_str(exponent);
    }
    Some(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(yaml: &str) -> String {
        match tell(yaml, 0) {
            Ok(told) => told.json,
            Err(broken) => format!("!{} @{}", broken.message, &yaml[broken.start..broken.end]),
        }
    }

    #[test]
    fn a_document_is_told_value_by_value() {
        let check = |yaml: &str, expected: &str| assert_eq!(told(yaml), expected, "{yaml:?}");
        check(
            "a: no\nb: True\nc: ~\nd:\ne: 'true'\nf: 0.10\ng: 012\nh: 0o14\ni: 0xfF\nj: -.5e3\n",
            r#"{"a":"no","b":true,"c":null,"d":null,"e":"true","f":0.10,"g":12,"h":12,"i":255,"j":-0.5e3}"#,
        );
        check(
            "a: 12:30\nb: 2026-03-01\nc: .inf\nd: .nan\ne: 1_000\nf: 1.\ng: 0b1\nh:\n- 1\ni: 1e\n",
            r#"{"a":"12:30","b":"2026-03-01","c":".inf","d":".nan","e":"1_000","f":1,"g":"0b1","h":[1],"i":"1e"}"#,
        );
        check(
            "- x: [1, 2]\n  y: {z: é}\n- |\n  two\n  lines\n- !!str 5\n- !!float 5\n",
            r#"[{"x":[1,2],"y":{"z":"é"}},"two\nlines\n","5",5]"#,
        );
        check(
            "a: &x [1, {b: 2}]\nc: *x\nd: [*x, 3]\n1: k\n",
            r#"{"a":[1,{"b":2}],"c":[1,{"b":2}],"d":[[1,{"b":2}],3],"1":"k"}"#,
        );
        check("[&x 1, &y 2, *x, *y]", "[1,2,1,2]");
        check("--- 1\n--- 2\n...\n", "1\n2");
        check("# nothing\n", "");
    }

    #[test]
    fn what_is_not_read_is_refused_at_its_place() {
        let check = |yaml: &str, expected: &str| assert_eq!(told(yaml), expected, "{yaml:?}");
        check(
            "a: &x {b: 1}\nc:\n  <<: *x\n",
            "!a merge key `<<`, which YAML 1.2 does not have @<<",
        );
        check("a: &x [*x]\n", "!an alias inside of what it repeats @*x");
        check("a: !mine 5\n", "!the tag `!mine` is not known @!mine 5");
        check("a: !!int 5.5\n", "!`5.5` is no `!!int` @!!int 5.5");
        check("? [a]\n: 1\n", "!a key that is no scalar @[");
        check(
            "é: [1, 2\nb: }\n",
            "!not YAML: illegal placement of ':' indicator @:",
        );
        check(
            "a: *nobody\n",
            "!not YAML: while parsing node, found unknown anchor @*",
        );
        check("a: \"\0\"\n", "!a NUL character @\0");
    }

    #[test]
    fn a_few_lines_do_not_stand_for_millions() {
        let mut bomb = "a0: &a0 [xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx]\n".to_owned();
        for level in 1..40 {
            let before = format!("*a{}", level - 1);
            let nine = vec![before; 9].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{nine}]\n"));
        }
        assert!(told(&bomb).starts_with("!aliases that repeat more than 16 MiB"));
        assert!(told(&"[".repeat(200)).starts_with("!nested more than 128 deep"));
        assert!(told(&"- ".repeat(200)).starts_with("!nested more than 128 deep"));
    }

    #[test]
    fn places_lead_back_to_the_document() {
        let yaml = "é:\n  - k: ä\n    v: 1 # one\n  - k: b\n";
        let told = tell(yaml, 0).unwrap();
        let at = |piece: &str| {
            let (start, end) = told.origin(told.json.find(piece).unwrap() as u32);
            &yaml[start as usize..end as usize]
        };
        assert_eq!(at("{\"k\":\"ä\""), "k: ä\n    v: 1");
        assert_eq!(at("1"), "1");
        assert_eq!(at("\"b\""), "b");
    }
}
