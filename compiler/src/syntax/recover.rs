//! What is left of a declaration that does not fit the grammar, and the message about each broken piece of it.
//! The head and every clause are read alone by their own rule, so that one broken clause hides no other.

mod cut;
mod explain;
mod foreign;
mod near;
mod slip;
mod token;

use pest::Parser;
use pest::iterators::Pairs;
use rolloutc_grammar::{DECLARATIONS, Keyword, RolloutParser, Rule};

use super::ast::{Broken, DeclKind, Name, ReportBody};
use super::lower::{Kids, Lower, Words};
use super::scan::{NESTING, Slice};
use super::words;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span, offset};
use cut::{Items, Place};
use explain::{Finding, Piece, explain};
use token::{Kind, Token, tokens};

/// Reads what can be read of a broken declaration. `quiet` where the text above was no declaration either.
pub(super) fn recover(
    (file, slice, text): (FileId, &Slice, &str),
    quiet: bool,
    problems: &mut Vec<Diagnostic>,
    words: &mut Words,
) -> DeclKind {
    let known = words::declaration(words::leading_word(text));
    let tokens = tokens(text);
    let declaration = known.and_then(|(word, _)| {
        DECLARATIONS
            .iter()
            .find(|declaration| declaration.word == word)
    });
    let mut broken = Recovery {
        file,
        slice,
        text,
        tokens: &tokens,
        declaration,
        problems,
        words,
        said: 0,
    };
    match known {
        None => broken.unknown(quiet),
        Some((word, _)) if slice.depth > NESTING => broken.too_deep(word),
        Some((word, rule)) => broken.read(word, rule),
    }
}

struct Recovery<'a> {
    file: FileId,
    slice: &'a Slice,
    text: &'a str,
    tokens: &'a [Token<'a>],
    declaration: Option<&'static Keyword>,
    problems: &'a mut Vec<Diagnostic>,
    words: &'a mut Words,
    /// How many messages were given.
    said: usize,
}

impl<'a> Recovery<'a> {
    fn unknown(&mut self, quiet: bool) -> DeclKind {
        let (mut found, near) = explain::unknown_declaration(self.tokens);
        let indented = self.slice.column.is_some() && found.code == "unknown-declaration";
        let mark = |first: &&Token| matches!(first.kind, Kind::Mark | Kind::Open);
        if let Some(first) = self.tokens.first().filter(mark).filter(|_| indented) {
            let message = format!("a line cannot begin with `{}`", first.text);
            found = Finding::at("syntax", (first.start, first.end()), message);
            found = found.help("put it at the end of the line above");
        }
        if !quiet || near.is_some() {
            self.say(found);
        }
        let name = near.and_then(|word| self.name(word));
        DeclKind::Broken(Broken { word: near, name })
    }

    fn too_deep(&mut self, word: &'static str) -> DeclKind {
        let start = self.slice.span.start;
        let at = (self.slice.deep_at.unwrap_or(start) - start) as usize;
        let message = format!("this nests more than {NESTING} levels deep");
        self.say(
            Finding::at("too-deep", (at, at + 1), message)
                .help("give a part of it a name with `let`"),
        );
        self.left(word)
    }

    /// Nothing but the name.
    fn left(&mut self, word: &'static str) -> DeclKind {
        DeclKind::Broken(Broken {
            word: Some(word),
            name: self.name(word),
        })
    }

    /// The name that the declaration seems to give.
    fn name(&mut self, word: &str) -> Option<Name> {
        let token = match word {
            "owners" | "invariant" | "test" | "tests" | "edition" => return None,
            "use" => self
                .tokens
                .iter()
                .rev()
                .find(|token| token.kind == Kind::Word),
            _ => self.tokens.get(1),
        };
        let token = token.filter(|token| token.kind == Kind::Word && token.start > 0)?;
        let span = self.span(token.start, token.end());
        Some(Name {
            text: self.words.word(token.text),
            span,
        })
    }

    fn span(&self, from: usize, to: usize) -> Span {
        let start = self.slice.span.start;
        Span::new(
            start + offset(from),
            start + offset(to.min(self.text.len())),
        )
    }

    fn say(&mut self, found: Finding) {
        self.said += 1;
        let span = self.span(found.span.0, found.span.1);
        let mut problem = Diagnostic::error(found.code, (self.file, span), found.message);
        problem.notes = found.help;
        if let Some((title, text)) = found.fix {
            problem = problem.fix(title, found.safe, vec![(span, text)]);
        }
        self.problems.push(problem);
    }

    fn lower(&mut self, base: usize) -> Lower<'_> {
        Lower::new(
            self.file,
            self.slice.span.start + offset(base),
            self.problems,
            self.words,
        )
    }

    fn read(&mut self, word: &'static str, rule: Rule) -> DeclKind {
        if word == "table" {
            return self.table(word, rule);
        }
        let Some(place) = Place::of(word) else {
            self.leaf(rule);
            return self.left(word);
        };
        let Some((open, end)) = cut::body(self.tokens) else {
            return self.bodiless(word, rule);
        };
        let mut kind = self.head(word, rule, open);
        let balanced = token::misfit(self.tokens).is_none();
        let inner = self.tokens.get(open + 1..end).unwrap_or(&[]);
        let pieces = cut::pieces(&place, inner, balanced);
        let (mut skip, mut last_broken) = (false, false);
        for (from, to) in pieces {
            let piece = &inner[from..to];
            if std::mem::take(&mut skip) && !place.begins(piece) {
                continue;
            }
            let before = self.said;
            skip = self.piece(&place, piece, &mut kind);
            last_broken = self.said > before;
            // A word alone is the beginning of something that was torn apart.
            skip |= last_broken && piece.len() == 1;
        }
        if end == self.tokens.len() && !last_broken && explain::open_text(self.tokens).is_none() {
            self.unclosed(open);
        }
        if self.said == 0 {
            self.leaf(rule);
        }
        kind
    }

    /// Says what is wrong with the whole declaration.
    fn leaf(&mut self, rule: Rule) {
        if let Err(error) = RolloutParser::parse(rule, self.text) {
            let piece = Piece {
                tokens: self.tokens,
                place: None,
                declaration: self.declaration,
                base: 0,
            };
            let found = explain(&piece, &error);
            self.say(found);
        }
    }

    /// Reads a declaration that lacks its braces.
    fn bodiless(&mut self, word: &'static str, rule: Rule) -> DeclKind {
        if explain::open_text(self.tokens).is_none() {
            let closed = self.text.to_owned() + " {}";
            if let Ok(pairs) = RolloutParser::parse(rule, &closed) {
                let (end, last) = (
                    self.text.len(),
                    self.tokens.last().map_or("", |last| last.text),
                );
                let message = format!("expected `{{` after `{}`", explain::short(last));
                let found = Finding::at("syntax", (end, end), message);
                let shown = explain::short(self.text.trim_end());
                self.say(found.help(format!(
                    "say what belongs to it between braces: `{shown} {{ … }}`"
                )));
                return self.whole(pairs);
            }
        }
        self.leaf(rule);
        self.left(word)
    }

    fn unclosed(&mut self, open: usize) {
        let token = self.tokens[open];
        let end = self.text.len();
        let message = "this `{` is never closed".to_owned();
        let mut found = Finding::at("unclosed-bracket", (token.start, token.end()), message);
        found = found.help("close it with `}` in column one before the next declaration");
        self.say(found);
        let close = vec![(self.span(end, end), "\n}".to_owned())];
        if let Some(problem) = self.problems.last_mut() {
            *problem = problem
                .clone()
                .fix("close it at the end of the declaration", false, close);
        }
    }

    /// Reads what stands before the braces; where that is broken, as much as its name.
    fn head(&mut self, word: &'static str, rule: Rule, open: usize) -> DeclKind {
        let head = self.text[..self.tokens[open].start].to_owned() + "{}";
        let error = match RolloutParser::parse(rule, &head) {
            Ok(pairs) => return self.whole(pairs),
            Err(error) => error,
        };
        let piece = Piece {
            tokens: &self.tokens[..open],
            place: None,
            declaration: self.declaration,
            base: 0,
        };
        let found = explain(&piece, &error);
        self.say(found);
        let name = self.tokens.get(1).filter(|name| name.kind == Kind::Word);
        let least = name.map(|name| self.text[..name.end()].to_owned() + " {}");
        match least
            .as_deref()
            .map(|least| RolloutParser::parse(rule, least))
        {
            Some(Ok(pairs)) => self.whole(pairs),
            Some(Err(_)) | None => self.left(word),
        }
    }

    fn whole(&mut self, mut pairs: Pairs<Rule>) -> DeclKind {
        let Some(node) = pairs.next() else {
            unreachable!("a declaration rule makes one pair")
        };
        self.lower(0).decl(node)
    }

    /// Reads one clause, or the few of one line; says whether it ends too early.
    fn piece(&mut self, place: &Place, tokens: &[Token], kind: &mut DeclKind) -> bool {
        if self.fits(place, tokens, kind).is_ok() {
            return false;
        }
        let mut early = false;
        for (from, to) in cut::parts(place, tokens) {
            let part = &tokens[from..to];
            if let Err(error) = self.fits(place, part, kind) {
                let base = part.first().map_or(0, |first| first.start);
                let piece = Piece {
                    tokens: part,
                    place: Some(place),
                    declaration: self.declaration,
                    base,
                };
                let found = explain(&piece, &error);
                early = found.early;
                self.say(found);
            }
        }
        early
    }

    /// Adds the clauses of some tokens, if they fit.
    fn fits(
        &mut self,
        place: &Place,
        tokens: &[Token],
        kind: &mut DeclKind,
    ) -> Result<(), Box<pest::error::Error<Rule>>> {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
            return Ok(());
        };
        let mut end = last.end();
        if last.text == ","
            && matches!(place.items, Items::Fields | Items::Entries | Items::Members)
        {
            end = last.start;
        }
        let text = &self.text[first.start..end.max(first.start)];
        let nodes = RolloutParser::parse(place.rule, text).map_err(Box::new)?;
        let mut lower = self.lower(first.start);
        for node in Kids::from(nodes).filter(|node| node.as_rule() != Rule::EOI) {
            lower.add(kind, node);
        }
        Ok(())
    }

    /// Reads the lines of a table that fit.
    fn table(&mut self, word: &'static str, rule: Rule) -> DeclKind {
        let Some((open, end)) = cut::body(self.tokens) else {
            self.leaf(rule);
            return self.left(word);
        };
        if end == self.tokens.len() {
            self.unclosed(open);
            return self.left(word);
        }
        let inner = &self.tokens[open + 1..end];
        let starts: Vec<usize> = (0..inner.len())
            .filter(|i| *i == 0 || inner[*i].indent.is_some())
            .collect();
        for (n, from) in starts.iter().enumerate() {
            let line = &inner[*from..starts.get(n + 1).copied().unwrap_or(inner.len())];
            let (Some(first), Some(last)) = (line.first(), line.last()) else {
                continue;
            };
            let rule = if n == 0 {
                Rule::only_columns
            } else {
                Rule::only_row
            };
            if let Err(error) = RolloutParser::parse(rule, &self.text[first.start..last.end()]) {
                let piece = Piece {
                    tokens: line,
                    place: None,
                    declaration: None,
                    base: first.start,
                };
                let found = explain(&piece, &error)
                    .help("cells are single values, separated by blanks, on one line");
                self.say(found);
            }
        }
        if self.said == 0 {
            self.leaf(rule);
        }
        self.left(word)
    }
}

impl Lower<'_> {
    /// Adds a clause that was read alone to its declaration.
    fn add(&mut self, kind: &mut DeclKind, node: super::lower::Node) {
        match kind {
            DeclKind::Rollout(decl) => decl.clauses.push(self.rollout_clause(node)),
            DeclKind::Enum(decl) => decl.members.list.push(self.member(node)),
            DeclKind::Record(decl) => {
                let item = self.item(node);
                if self.fits_record(&item) {
                    decl.items.push(item);
                }
            }
            DeclKind::Evidence(decl) => decl.items.push(self.item(node)),
            DeclKind::Gate(decl) => decl.clauses.push(self.gate_clause(node)),
            DeclKind::Approval(decl) => decl.clauses.push(self.approval_clause(node)),
            DeclKind::Waivers(decl) => decl.clauses.push(self.waiver_clause(node)),
            DeclKind::Freeze(decl) => decl.clauses.push(self.calendar_clause(node)),
            DeclKind::Window(decl) => {
                if self.fits_window(&node) {
                    decl.clauses.push(self.calendar_clause(node));
                }
            }
            DeclKind::Phase(decl) => decl.clauses.push(self.phase_clause(node)),
            DeclKind::Trigger(decl) => decl.clauses.push(self.trigger_clause(node)),
            DeclKind::Rollback(decl) | DeclKind::Switch(decl) => {
                decl.clauses.push(self.procedure_clause(node))
            }
            DeclKind::Message(decl) => decl.clauses.push(self.message_clause(node)),
            DeclKind::Report(decl) => {
                let entry = self.entry(node);
                if let ReportBody::Entries(entries) = &mut decl.body {
                    entries.push(entry);
                }
            }
            DeclKind::Invariant(decl) => decl.clauses.push(self.never(node)),
            DeclKind::Test(decl) => decl.clauses.push(self.test_clause(node)),
            DeclKind::Tests(decl) => decl.rows.push(self.test_row(node)),
            // The head was no use; the clause is read for its own mistakes only.
            DeclKind::Broken(_) => {}
            DeclKind::Use(_)
            | DeclKind::Owners(_)
            | DeclKind::Table(_)
            | DeclKind::Let(_)
            | DeclKind::Fn(_)
            | DeclKind::Param(_)
            | DeclKind::Folder(_)
            | DeclKind::Threshold(_)
            | DeclKind::Group(_)
            | DeclKind::Fixture(_) => unreachable!("a declaration without braces has no clauses"),
        }
    }
}
