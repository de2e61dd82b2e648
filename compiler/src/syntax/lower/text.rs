//! Text tokens: escapes, the layout of `"""`, holes. Knows characters; knows expressions only inside holes.

use std::sync::Arc;

use pest::Parser;
use rolloutc_grammar::{RolloutParser, Rule};

use super::{Lower, Node};
use crate::source::{Span, offset};
use crate::syntax::ast::{
    Expr, ExprKind, Key, Name, Number, NumberValue, Part, Spanned, Str, Text, TextFor, Unit,
};

const HOLE_HELP: &str =
    "a hole holds a path, for example `{slo.p95}` or `{soak in seconds}`; write `{{` for a brace";

impl Lower<'_> {
    /// A text where braces are braces.
    pub(super) fn str(&mut self, node: &Node) -> Str {
        let span = self.span(node);
        let token = Token::of(node.as_str(), span.start);
        let mut value = String::new();
        for (line, at) in token.lines() {
            self.unescape(line, at, &mut value);
        }
        Str {
            value: value.into(),
            span,
        }
    }

    /// A text that may have holes.
    pub(super) fn text(&mut self, node: &Node) -> Text {
        let span = self.span(node);
        if self.plain {
            let value = self.str(node).value;
            let parts = if value.is_empty() {
                Vec::new()
            } else {
                vec![Part::Literal(value)]
            };
            return Text {
                parts,
                block: node.as_str().starts_with("\"\"\""),
                span,
            };
        }
        let token = Token::of(node.as_str(), span.start);
        let mut parts = Parts {
            open: Vec::new(),
            done: Vec::new(),
            literal: String::new(),
        };
        for (line, at) in token.lines() {
            self.line(line, at, token.block, &mut parts);
        }
        while let Some((_, open)) = parts.open.pop() {
            let message = "this `{for}` is never closed";
            self.problem("bad-hole", open.span, message, "close it with `{end}`");
        }
        parts.flush();
        Text {
            parts: parts.done,
            block: token.block,
            span,
        }
    }

    /// One key of a path in a document: a name or a text.
    pub(super) fn key(&mut self, text: &str, start: u32) -> Key {
        let span = Span::new(start, start + offset(text.len()));
        if !text.starts_with('"') {
            return Key {
                text: self.words.word(text),
                quoted: false,
                span,
            };
        }
        let mut value = String::new();
        for (line, at) in Token::of(text, start).lines() {
            self.unescape(line, at, &mut value);
        }
        Key {
            text: value.into(),
            quoted: true,
            span,
        }
    }

    /// Decodes the escapes of a piece.
    fn unescape(&mut self, text: &str, at: u32, out: &mut String) {
        let mut from = 0;
        while let Some(found) = text[from..].find(['\\', '\r']) {
            let i = from + found;
            out.push_str(&text[from..i]);
            from = i + self.escape(&text[i..], at + offset(i), out);
        }
        out.push_str(&text[from..]);
    }

    /// Decodes one escape, or drops the `\r` of a line end; says how long it is.
    fn escape(&mut self, text: &str, at: u32, out: &mut String) -> usize {
        let mut long = 1;
        let Some(letter) = text.strip_prefix('\\').and_then(|rest| rest.chars().next()) else {
            if !text.starts_with("\r\n") {
                out.push_str(&text[..1]);
            }
            return long;
        };
        long += letter.len_utf8();
        let plain = match letter {
            '"' | '\\' => Some(letter),
            'n' => Some('\n'),
            't' => Some('\t'),
            'u' => {
                let code = text[2..]
                    .strip_prefix('{')
                    .and_then(|hex| hex.split_once('}'))
                    .map(|(hex, _)| hex);
                long += code.map_or(0, |hex| hex.len() + 2);
                code.and_then(|hex| u32::from_str_radix(hex, 16).ok())
                    .and_then(char::from_u32)
            }
            _ => None,
        };
        match plain {
            Some(plain) => out.push(plain),
            None => {
                let span = Span::new(at, at + offset(long));
                let help = "known are \\\" \\\\ \\n \\t and \\u{…}; write `\\\\` for a backslash";
                self.problem(
                    "bad-text",
                    span,
                    format!("`{}` is not an escape", &text[..long]),
                    help,
                );
            }
        }
        long
    }

    /// One line of a text, its holes included.
    fn line(&mut self, text: &str, at: u32, block: bool, parts: &mut Parts) {
        let mut from = 0;
        while let Some(found) = text[from..].find(['{', '}', '\\', '\r']) {
            let i = from + found;
            parts.literal.push_str(&text[from..i]);
            let rest = &text[i..];
            let start = at + offset(i);
            if rest.starts_with(['\\', '\r']) {
                from = i + self.escape(rest, start, &mut parts.literal);
            } else if rest.starts_with("{{") || rest.starts_with("}}") {
                parts.literal.push_str(&rest[..1]);
                from = i + 2;
            } else if let Some(long) = hole_end(rest) {
                self.hole(&rest[1..long - 1], start + 1, block, parts);
                from = i + long;
            } else {
                let open = rest.starts_with('{');
                let message = if open {
                    "this hole is never closed"
                } else {
                    "a lone `}` in a text"
                };
                let help = if open {
                    HOLE_HELP
                } else {
                    "write `}}` for a brace"
                };
                self.problem("bad-hole", Span::new(start, start + 1), message, help);
                from = i + 1;
            }
        }
        parts.literal.push_str(&text[from..]);
    }

    /// What stands between the braces of a hole.
    fn hole(&mut self, text: &str, at: u32, block: bool, parts: &mut Parts) {
        let whole = Span::new(at - 1, at + offset(text.len()) + 1);
        let lead = text.len() - text.trim_start().len();
        let inner = text.trim();
        let start = at + offset(lead);
        if inner == "end" {
            self.close_for(whole, parts);
        } else if let Some(bind) = inner.strip_prefix("for ") {
            if block {
                self.open_for(bind, start + 4, whole, parts);
            } else {
                let help = "write the text between `\"\"\"`";
                self.problem(
                    "bad-hole",
                    whole,
                    "`{for}` stands only in a text over several lines",
                    help,
                );
            }
        } else if let Some(path) = self.hole_path(inner, start) {
            parts.flush();
            parts.done.push(Part::Hole(Box::new(path)));
        } else {
            let message = if inner.is_empty() {
                "an empty hole".to_owned()
            } else {
                format!("`{inner}` is not a path")
            };
            self.problem("bad-hole", whole, message, HOLE_HELP);
        }
    }

    fn open_for(&mut self, bind: &str, start: u32, whole: Span, parts: &mut Parts) {
        let (base, height) = (self.base, self.height);
        self.base = start;
        let bind = match RolloutParser::parse(Rule::hole_bind, bind) {
            Ok(mut pairs) => pairs
                .next()
                .and_then(|node| node.into_inner().next())
                .map(|node| self.bind(node)),
            Err(_) => None,
        };
        (self.base, self.height) = (base, height);
        let Some(bind) = bind else {
            let help = "it reads `{for row in rows} … {end}`";
            self.problem(
                "bad-hole",
                whole,
                "this `{for}` does not say what it walks over",
                help,
            );
            return;
        };
        parts.flush();
        if parts.open.len() >= 16 {
            self.problem(
                "too-deep",
                whole,
                "too many `{for}` inside each other",
                "use fewer levels",
            );
            return;
        }
        let open = TextFor {
            bind,
            body: Vec::new(),
            span: whole,
        };
        parts.open.push((std::mem::take(&mut parts.done), open));
    }

    fn close_for(&mut self, whole: Span, parts: &mut Parts) {
        parts.flush();
        match parts.open.pop() {
            Some((before, mut open)) => {
                open.body = std::mem::replace(&mut parts.done, before);
                open.span = open.span.to(whole);
                parts.done.push(Part::For(Box::new(open)));
            }
            None => {
                let help = "open it with `{for row in rows}`";
                self.problem("bad-hole", whole, "`{end}` closes nothing", help);
            }
        }
    }

    /// `a.b[c].d in ms`.
    fn hole_path(&mut self, text: &str, at: u32) -> Option<Expr> {
        let mut read = Reader {
            text,
            at: 0,
            base: at,
        };
        let first = read.name()?;
        let mut expr = Expr {
            kind: ExprKind::Name(self.words.word(first.0)),
            span: first.1,
        };
        let mut steps = 0;
        loop {
            steps += 1;
            if steps > 64 {
                return None;
            }
            if read.eat(".") {
                let (name, span) = read.name()?;
                let name = Name {
                    text: self.words.word(name),
                    span,
                };
                let whole = expr.span.to(span);
                expr = Expr {
                    kind: ExprKind::Field {
                        of: Box::new(expr),
                        name,
                    },
                    span: whole,
                };
            } else if read.eat("[") {
                let key = match read.name() {
                    Some((name, span)) => Expr {
                        kind: ExprKind::Name(self.words.word(name)),
                        span,
                    },
                    None => read
                        .digits()
                        .map(|(digits, span)| self.position(digits, span))?,
                };
                if !read.eat("]") {
                    return None;
                }
                let whole = Span::new(expr.span.start, read.base + offset(read.at));
                expr = Expr {
                    kind: ExprKind::Index {
                        of: Box::new(expr),
                        keys: vec![key],
                    },
                    span: whole,
                };
            } else {
                break;
            }
        }
        let rest = &text[read.at..];
        if rest.is_empty() {
            return Some(expr);
        }
        let word = rest.trim_start().strip_prefix("in ")?.trim_start();
        let start = at + offset(text.len() - word.len());
        let span = Span::new(start, start + offset(word.len()));
        let unit = Spanned {
            node: Unit::of(word)?,
            span,
        };
        let whole = expr.span.to(span);
        Some(Expr {
            kind: ExprKind::Convert {
                operand: Box::new(expr),
                unit,
            },
            span: whole,
        })
    }

    fn position(&mut self, digits: &str, span: Span) -> Expr {
        let value = NumberValue::Int(digits.parse().unwrap_or(i128::MAX));
        Expr {
            kind: ExprKind::Number(Number {
                value,
                text: digits.into(),
                span,
            }),
            span,
        }
    }
}

/// Parts as they are found, and those around every `{for}` that is still open.
struct Parts {
    open: Vec<(Vec<Part>, TextFor)>,
    done: Vec<Part>,
    literal: String,
}

impl Parts {
    fn flush(&mut self) {
        if !self.literal.is_empty() {
            let text: Arc<str> = std::mem::take(&mut self.literal).into();
            self.done.push(Part::Literal(text));
        }
    }
}

/// Reads a path inside a hole.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    base: u32,
}

impl<'a> Reader<'a> {
    fn run(&mut self, fits: impl Fn(u8) -> bool) -> Option<(&'a str, Span)> {
        let rest = &self.text[self.at..];
        let long = rest.bytes().take_while(|b| fits(*b)).count();
        let start = self.base + offset(self.at);
        self.at += long;
        (long > 0).then(|| (&rest[..long], Span::new(start, start + offset(long))))
    }

    fn name(&mut self) -> Option<(&'a str, Span)> {
        if self.text[self.at..].starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        self.run(|b| b.is_ascii_alphanumeric() || b == b'_')
    }

    fn digits(&mut self) -> Option<(&'a str, Span)> {
        self.run(|b| b.is_ascii_digit())
    }

    fn eat(&mut self, mark: &str) -> bool {
        let hit = self.text[self.at..].starts_with(mark);
        self.at += if hit { mark.len() } else { 0 };
        hit
    }
}

/// The length of a hole with its braces; quotes inside hide braces, a line end closes nothing.
fn hole_end(text: &str) -> Option<usize> {
    let mut quoted = false;
    if !text.starts_with('{') {
        return None;
    }
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'}' if !quoted => return Some(i + 1),
            b'{' if i > 0 && !quoted => return None,
            b'\n' => return None,
            _ => {}
        }
    }
    None
}

/// A text token without its quotes.
struct Token<'a> {
    inner: &'a str,
    start: u32,
    block: bool,
}

impl<'a> Token<'a> {
    fn of(text: &'a str, start: u32) -> Token<'a> {
        let block = text.len() >= 6 && text.starts_with("\"\"\"");
        let quotes = if block { 3 } else { 1 };
        let inner = text
            .get(quotes..text.len().saturating_sub(quotes))
            .unwrap_or("");
        Token {
            inner,
            start: start + offset(quotes),
            block,
        }
    }

    /// Its lines with their line ends and places: in `"""` without the first line end and the common indentation.
    fn lines(&self) -> impl Iterator<Item = (&'a str, u32)> {
        let skip = match (self.block, self.inner.as_bytes()) {
            (true, [b'\r', b'\n', ..]) => 2,
            (true, [b'\n', ..]) => 1,
            _ => 0,
        };
        let body = &self.inner[skip..];
        let indent = if self.block {
            indent(body, skip == 0)
        } else {
            0
        };
        let last = body.rfind('\n').map_or(0, |i| i + 1);
        let mut at = 0;
        let (block, start) = (self.block, self.start + offset(skip));
        body.split_inclusive('\n').map(move |line| {
            let from = at;
            at += line.len();
            let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
            let whole = block && from == last && from > 0 && blank == line.len();
            let first = from == 0 && skip == 0;
            let cut = if whole {
                blank
            } else if first {
                0
            } else {
                indent.min(blank)
            };
            (&line[cut..], start + offset(from + cut))
        })
    }
}

/// The blanks that all lines with something on them begin with.
fn indent(body: &str, open: bool) -> usize {
    let lines = body
        .split('\n')
        .skip(usize::from(open))
        .filter(|line| !line.trim().is_empty());
    lines
        .map(|line| line.len() - line.trim_start_matches([' ', '\t']).len())
        .min()
        .unwrap_or(0)
}
