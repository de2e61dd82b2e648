//! What each piece of text is, for colouring: names by what they mean, words of the language, numbers, texts, comments.

use std::collections::BTreeMap;

use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::{
    DeclKind, FieldItem, FieldPlace, JsonPath, ObservedPlace, TypeKind,
};

use super::names::{self, Kind, Target};
use super::walk::{Part, walk};
use super::{HERE, View, hover};

/// The types of tokens, by their number.
pub const TYPES: [&str; 16] = [
    "namespace",
    "type",
    "enum",
    "enumMember",
    "struct",
    "property",
    "variable",
    "parameter",
    "function",
    "class",
    "event",
    "keyword",
    "comment",
    "string",
    "number",
    "operator",
];

/// The modifiers of tokens, by their bit.
pub const MODIFIERS: [&str; 3] = ["declaration", "defaultLibrary", "documentation"];

/// Words that go on with others, and words of closed lists.
const WORDS: [&str; 155] = [
    "add",
    "advance",
    "advisory",
    "after",
    "all",
    "also",
    "and",
    "any",
    "apr",
    "as",
    "assume",
    "at",
    "aug",
    "awaited",
    "because",
    "before",
    "blank",
    "blocked",
    "bool",
    "by",
    "camel",
    "case",
    "changes",
    "closed",
    "cohort",
    "cohorts",
    "complete",
    "csv",
    "day",
    "days",
    "dec",
    "distinct",
    "else",
    "empty",
    "end",
    "entering",
    "enum",
    "env",
    "escalate",
    "exact",
    "exactly",
    "exit",
    "expired",
    "fail",
    "false",
    "feb",
    "final",
    "finish",
    "fire",
    "first",
    "flight",
    "for",
    "fri",
    "from",
    "frozen",
    "future",
    "given",
    "halt",
    "halted",
    "hard",
    "hold",
    "ignore",
    "in",
    "inconclusive",
    "int",
    "is",
    "jan",
    "json",
    "jsonl",
    "jul",
    "jun",
    "junit",
    "kebab",
    "keys",
    "last",
    "least",
    "left",
    "line",
    "list",
    "malformed",
    "map",
    "mar",
    "max",
    "may",
    "min",
    "mismatched",
    "missing",
    "mon",
    "months",
    "most",
    "named",
    "new",
    "not",
    "nov",
    "null",
    "number",
    "oct",
    "of",
    "on",
    "once",
    "only",
    "open",
    "or",
    "order",
    "pass",
    "pause",
    "pending",
    "per",
    "present",
    "prometheus",
    "red",
    "restart",
    "rollback",
    "row",
    "run",
    "samples",
    "sarif",
    "sat",
    "sep",
    "series",
    "signed",
    "silent",
    "since",
    "stale",
    "stay",
    "std",
    "subject",
    "sun",
    "table",
    "text",
    "through",
    "throw",
    "thu",
    "timeless",
    "times",
    "to",
    "toml",
    "true",
    "tue",
    "unknown",
    "unless",
    "until",
    "utc",
    "waived",
    "warn",
    "warning",
    "wed",
    "when",
    "where",
    "while",
    "with",
    "within",
    "without",
    "yaml",
    "years",
];

/// A piece of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where.
    pub span: Span,
    /// The number of its type.
    pub ty: u32,
    /// The bits of its modifiers.
    pub modifiers: u32,
}

fn ty(name: &str) -> u32 {
    TYPES.iter().position(|known| *known == name).unwrap_or(0) as u32
}

/// How a kind of name is coloured.
fn of(kind: Kind) -> &'static str {
    match kind {
        Kind::Module => "namespace",
        Kind::Enum => "enum",
        Kind::Record => "struct",
        Kind::Member | Kind::Phase => "enumMember",
        Kind::Field | Kind::Label => "property",
        Kind::Local => "parameter",
        Kind::Gate | Kind::Threshold | Kind::Group | Kind::Function | Kind::Approval => "function",
        Kind::Evidence | Kind::Rollout | Kind::Message | Kind::Report => "class",
        Kind::Trigger | Kind::Calendar | Kind::Procedure => "event",
        Kind::Owner | Kind::Value | Kind::Param | Kind::Folder | Kind::Fixture | Kind::Tool => {
            "variable"
        }
    }
}

/// The tokens of the file, in order; none overlaps another, none passes a line end.
pub fn tokens(view: &View<'_>) -> Vec<Token> {
    let text = view.text();
    let mut named: BTreeMap<u32, Token> = BTreeMap::new();
    for one in names::all(view) {
        let tool = match &one.target {
            Target::Tool(_) => true,
            Target::Place((file, _)) => {
                *file != HERE
                    && (view.analysis.modules.iter())
                        .any(|module| module.file == *file && module.std)
            }
        };
        let token = Token {
            span: one.span,
            ty: ty(of(one.kind)),
            modifiers: u32::from(one.declares) | u32::from(tool) << 1,
        };
        named.insert(one.span.start, token);
    }
    walk(view.tree(), &mut |part, _| {
        if let Part::Type(written) = part
            && let TypeKind::Named(dotted) = &written.kind
            && let Some(name) = dotted.single()
        {
            let token = Token {
                span: name.span,
                ty: ty("type"),
                modifiers: 2,
            };
            named.entry(name.span.start).or_insert(token);
        }
    });
    for span in keys(view) {
        let token = Token {
            span,
            ty: ty("property"),
            modifiers: 0,
        };
        named.entry(span.start).or_insert(token);
    }
    let mut lexer = Lexer {
        view,
        text,
        named,
        out: Vec::new(),
    };
    lexer.run();
    lexer.out
}

/// The keys of paths in the data, those in quotes aside, and the modules of the tool.
fn keys(view: &View<'_>) -> Vec<Span> {
    let mut out = Vec::new();
    let mut add = |path: &JsonPath| {
        let keys = path.choices.iter().flatten();
        out.extend(keys.filter(|key| !key.quoted).map(|key| key.span));
    };
    walk(view.tree(), &mut |part, _| match part {
        Part::Field(FieldItem::Field(field)) => {
            if let Some(FieldPlace::Path(path)) = &field.at {
                add(path);
            }
        }
        Part::Field(FieldItem::Observed(observed)) => {
            if let ObservedPlace::At(path) = &observed.place {
                add(path);
            }
        }
        Part::Field(FieldItem::About(about)) => about.at.iter().for_each(&mut add),
        Part::Decl(decl) => {
            if let DeclKind::Evidence(evidence) = &decl.kind {
                evidence.at.iter().for_each(&mut add);
            }
        }
        Part::Piece
        | Part::Field(_)
        | Part::Expr(_)
        | Part::Type(_)
        | Part::Text(_)
        | Part::Str(_)
        | Part::Name(..) => {}
    });
    out
}

struct Lexer<'v, 'a> {
    view: &'v View<'a>,
    text: &'a str,
    named: BTreeMap<u32, Token>,
    out: Vec<Token>,
}

impl Lexer<'_, '_> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            at = match byte {
                b'/' if bytes.get(at + 1) == Some(&b'/') => {
                    let end = at + line_end(&self.text[at..]);
                    let docs = self.text[at..end].starts_with("///");
                    self.push(at, end, "comment", if docs { 4 } else { 0 });
                    end
                }
                b'"' => {
                    let end = at + text_end(&self.text[at..]);
                    self.string(at, end);
                    end
                }
                byte if byte.is_ascii_digit() => {
                    let end = at + number_end(&bytes[at..]);
                    self.push(at, end, "number", 0);
                    end
                }
                byte if is_word(*byte) => {
                    let end = at + bytes[at..].iter().take_while(|b| is_word(**b)).count();
                    self.word(at, end);
                    end
                }
                byte if b"=<>!+-*/?".contains(byte) => {
                    let end = at
                        + bytes[at..]
                            .iter()
                            .take_while(|b| b"=<>!+-*/?".contains(b))
                            .count()
                            .min(2);
                    self.push(at, end, "operator", 0);
                    end
                }
                _ => at + 1,
            };
        }
    }

    fn push(&mut self, start: usize, end: usize, name: &str, modifiers: u32) {
        if start < end {
            self.out.push(Token {
                span: Span::new(start as u32, end as u32),
                ty: ty(name),
                modifiers,
            });
        }
    }

    fn word(&mut self, start: usize, end: usize) {
        let span = Span::new(start as u32, end as u32);
        if let Some(token) = self.named.get(&span.start) {
            self.out.push(*token);
        } else if matches!(span.text(self.text), "command" | "http" | "policy")
            && self.text[end..].starts_with('(')
        {
            self.push(start, end, "function", 2);
        } else if hover::words::find(self.view, span).is_some() || self.continues(span) {
            self.push(start, end, "keyword", 0);
        }
    }

    /// Whether a word belongs to one of the language that began before it, or stands in a closed list of its place.
    fn continues(&self, span: Span) -> bool {
        let said = span.text(self.text);
        let before = self.text[..span.start as usize].trim_end_matches([' ', '\t']);
        let behind = &self.text[span.end as usize..];
        let free = !before.ends_with(['.', '"']) && !behind.starts_with([':', '.']);
        let unit = rolloutc_compiler::syntax::ast::Unit::of(said).is_some();
        free && (WORDS.contains(&said) || unit) && self.view.decl_at(span.start).is_some()
    }

    /// A text, line by line, without the names in its holes.
    fn string(&mut self, start: usize, end: usize) {
        let inside: Vec<Token> = (self.named.range(start as u32..end as u32))
            .map(|(_, token)| *token)
            .collect();
        let mut at = start;
        for token in inside {
            self.lines(at, token.span.start as usize);
            self.out.push(token);
            at = token.span.end as usize;
        }
        self.lines(at, end);
    }

    fn lines(&mut self, start: usize, end: usize) {
        let mut at = start;
        for line in self.text[start..end].split_inclusive('\n') {
            let long = line.trim_end_matches(['\r', '\n']).len();
            self.push(at, at + long, "string", 0);
            at += line.len();
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn line_end(text: &str) -> usize {
    text.find('\n')
        .map_or(text.len(), |at| text[..at].trim_end_matches('\r').len())
}

/// Behind the closing quotes, or the end of the line where there are none.
fn text_end(text: &str) -> usize {
    if let Some(rest) = text.strip_prefix("\"\"\"") {
        return rest.find("\"\"\"").map_or(text.len(), |at| at + 6);
    }
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            '\n' => return at,
            '"' if !escaped => return at + 1,
            _ => escaped = letter == '\\' && !escaped,
        }
    }
    text.len()
}

fn number_end(bytes: &[u8]) -> usize {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let more = is_word(*byte)
            || matches!(byte, b'.' | b':') && digit(at + 1)
            || *byte == b'-' && at >= 4 && digit(at + 1)
            || *byte == b'+' && at >= 16 && digit(at + 1);
        if !more {
            break;
        }
        at += 1;
    }
    at + usize::from(bytes.get(at) == Some(&b'%'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::tests::{SHOP, now, read};

    fn check(text: &str, want: &[(&str, &str)]) {
        let analysis = read(text);
        let found = tokens(&View::new(&analysis, now()));
        for two in found.windows(2) {
            assert!(two[0].span.end <= two[1].span.start, "{two:?}");
        }
        assert!(
            found
                .iter()
                .all(|token| !token.span.text(text).contains('\n'))
        );
        for (word, ty) in want {
            let token = found.iter().find(|token| token.span.text(text) == *word);
            let name = token.map(|token| TYPES[token.ty as usize]);
            assert_eq!(name, Some(*ty), "{word}");
        }
    }

    #[test]
    fn every_word_is_what_it_is() {
        check(
            SHOP,
            &[
                ("phase", "keyword"),
                ("canary", "enumMember"),
                ("slo", "class"),
                ("p95", "property"),
                ("300ms", "number"),
                ("16:00", "number"),
                ("1%", "number"),
                ("<=", "operator"),
                ("\"The shop\"", "string"),
                ("quick", "function"),
                ("duration", "type"),
                ("soak", "keyword"),
                ("final", "keyword"),
                ("ms", "keyword"),
                ("p95_ms", "property"),
                ("every", "keyword"),
                ("fri", "keyword"),
                ("command", "function"),
            ],
        );
        check(
            "edition 2026\n// note\nlet at = 2026-03-01T09:00+08:00\nmessage m { a: text  text \"\"\"x\n {a} y\"\"\" }\n",
            &[
                ("// note", "comment"),
                ("2026-03-01T09:00+08:00", "number"),
                ("} y\"\"\"", "string"),
            ],
        );
        check("gate é \"x", &[("gate", "keyword")]);
    }
}
