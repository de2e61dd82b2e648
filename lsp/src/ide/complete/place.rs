//! What kind of thing may stand at a place, told from the text before it. Knows words and brackets; asks no checker.

use rolloutc_compiler::keywords::clauses;
use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::DeclKind;

use crate::ide::View;
use crate::ide::hover::{comment, words::clause_word};
use crate::ide::names::Kind;

/// What may stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nothing that could be offered: a new name, a comment, a text.
    Nothing,
    /// A declaration.
    Top,
    /// A clause of the declaration that a word opens.
    Clause(&'static str),
    /// One of these words.
    Words(&'static [&'static str]),
    /// A member of what ends at an offset.
    Dot(u32),
    /// A value, in a clause.
    Value(&'static str),
    /// A path in the hole of a text.
    Hole,
    /// A name of one of these kinds.
    Names(&'static [Kind]),
    /// One of these words, or a way back with the word that starts it.
    Rollbacks(&'static [&'static str]),
    /// A type.
    Type,
    /// A unit.
    Unit,
    /// A time zone.
    Zone,
    /// A module of the tool.
    Module,
    /// A format.
    Format,
    /// A fixture.
    Fixture,
    /// Where evidence comes from, or what a step runs.
    Source,
}

const GATES: &[Kind] = &[Kind::Gate, Kind::Group, Kind::Approval, Kind::Threshold];
const OUTCOMES: &[&str] = &[
    "advance", "blocked", "complete", "exit", "frozen", "halted", "hold", "rollback",
];
const STATES: &[&str] = &[
    "present",
    "not present",
    "blank",
    "empty",
    "stale",
    "missing",
    "malformed",
    "mismatched",
    "future",
    "awaited",
    "unknown",
    "pass",
    "fail",
    "pending",
    "waived",
    "given",
];

/// The place of a word that is being written.
pub fn find(view: &View<'_>, span: Span) -> Place {
    let text = view.text();
    if comment(view, span.start) || line_comment(text, span.start) {
        return Place::Nothing;
    }
    let start = span.start as usize;
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let before_line = &text[line..start];
    let before = before_line.trim_end_matches([' ', '\t']);
    let attached = before.len() == before_line.len();
    if before_line.is_empty() {
        return Place::Top;
    }
    let decl = view
        .tree()
        .decls
        .iter()
        .rev()
        .find(|decl| decl.span.start <= span.start);
    let Some(decl) = decl else {
        return Place::Nothing;
    };
    let Some(opener) = decl.kind.word() else {
        return Place::Nothing;
    };
    let from = decl.span.start as usize;
    let inside = scan(&text[from..start]);
    if let Some(at) = inside.text {
        return in_text(view, from + at, start, opener);
    }
    if attached && before.ends_with('.') && !before.ends_with("...") {
        if opener == "use" {
            return Place::Module;
        }
        return Place::Dot(span.start - 1);
    }
    if start > from && inside.depth == 0 {
        return head(opener, &text[from..start]);
    }
    body(view, decl, opener, span, &text[from..start], inside.depth)
}

/// What may stand in the head of a declaration.
fn head(opener: &'static str, said: &str) -> Place {
    let last = said
        .trim_end()
        .rsplit(|c: char| c.is_whitespace())
        .next()
        .unwrap_or_default();
    let words = said.split_whitespace().count();
    let has = |mark: &str| said.contains(mark);
    match (opener, last) {
        ("edition", _) => Place::Words(&["2026"]),
        ("use", "use") => Place::Words(&["std."]),
        (_, "keys") => Place::Words(&["camel", "kebab", "exact"]),
        ("param" | "fn" | "evidence", last) if last.ends_with(':') => Place::Type,
        ("evidence", "as") => Place::Format,
        ("evidence", "from") => Place::Source,
        ("param" | "evidence", "in") => Place::Unit,
        ("param", "list") | ("evidence", "list" | "series" | "map" | "table") => Place::Type,
        ("folder", "=") => Place::Names(&[Kind::Param]),
        ("report", "on") => Place::Words(OUTCOMES),
        ("rollout", "in") => Place::Value("per"),
        ("evidence", _) if words > 1 && !said.trim_end().ends_with(':') => {
            Place::Words(&["from", "as", "at"])
        }
        ("gate", _) if words > 1 && !has("\"") => Place::Words(&["hard", "advisory"]),
        ("phase", _) if words > 1 && !has("\"") => Place::Words(&["final"]),
        ("rollout", _) if words > 1 && !has("\"") => Place::Words(&["of", "per"]),
        ("param", _) if words > 2 && !has("=") => Place::Words(&["env", "min", "max", "only"]),
        ("let" | "fn" | "group" | "threshold" | "param" | "waivers", _)
            if has("=") || has(" in ") =>
        {
            Place::Value(opener)
        }
        _ => Place::Nothing,
    }
}

/// What may stand in the body of a declaration.
fn body(
    view: &View<'_>,
    decl: &rolloutc_compiler::syntax::ast::Decl,
    opener: &'static str,
    span: Span,
    said: &str,
    depth: u32,
) -> Place {
    let text = view.text();
    let trimmed = said.trim_end_matches([' ', '\t']);
    let line = trimmed.rsplit('\n').next().unwrap_or_default();
    let last = line.split_whitespace().next_back().unwrap_or_default();
    // Two blanks part clauses, and line up what follows a clause's word.
    let lines_up = clauses(opener).iter().any(|keyword| {
        let ends = keyword.word.rsplit(' ').next() == Some(last);
        ends && line.trim_end().ends_with(keyword.word)
    });
    let parted = said.ends_with("  ") && !trimmed.ends_with([',', '=', '(', ':']) && !lines_up;
    let begins = trimmed.ends_with(['\n', '{']) || depth == 1 && parted;
    let fields = matches!(opener, "record" | "evidence");
    if depth == 1 && begins && !continues(trimmed) {
        return match opener {
            "enum" | "table" => Place::Nothing,
            "tests" => Place::Clause("test"),
            "report" => Place::Nothing,
            _ => Place::Clause(opener),
        };
    }
    if last.ends_with(':') && (fields || matches!(opener, "message" | "rollback" | "rollout")) {
        return Place::Type;
    }
    if fields && matches!(last, "list" | "series" | "map" | "table") {
        return Place::Type;
    }
    match last {
        "is" => return Place::Words(STATES),
        "as" if fields || opener == "approval" => return Place::Format,
        "as" => return Place::Words(&["number", "int", "text", "ratio"]),
        "else" if !matches!(opener, "gate" | "waivers") => {
            return Place::Rollbacks(&["blocked", "halted", "hold", "escalate"]);
        }
        "escalate" => return Place::Names(&[Kind::Owner]),
        "rollback" if opener != "test" || line.contains("expect") || line.contains("after") => {
            return Place::Names(&[Kind::Procedure]);
        }
        "throw" => return Place::Names(&[Kind::Procedure]),
        _ => {}
    }
    let field = fields
        && line
            .trim_start()
            .split_once(':')
            .is_some_and(|(name, _)| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
    if field || opener == "message" {
        return match last {
            "in" => Place::Unit,
            "min" | "max" | "=" => Place::Value("field"),
            "at" => Place::Nothing,
            _ => Place::Words(&["any case", "signed", "in", "assume utc", "min", "max", "at"]),
        };
    }
    let clause = clause_word(text, decl, opener, span.start).unwrap_or_default();
    if matches!(decl.kind, DeclKind::Tests(_)) || opener == "test" {
        return tests(line, last);
    }
    match (opener, clause) {
        (_, "keys") => Place::Words(&["camel", "kebab", "exact"]),
        (_, "...") => Place::Names(&[Kind::Record, Kind::Module]),
        (_, "since") => Place::Words(&["cohort", "phase", "rollback"]),
        (_, "about") if last == "about" => Place::Words(&["subject", "cohort", "phase"]),
        (_, "about") if last == "in" => Place::Unit,
        (_, "observed") if last == "observed" => Place::Words(&["at", "at line", "with"]),
        (_, "observed") if last == "with" => Place::Names(&[Kind::Evidence]),
        ("phase", "enter" | "keep" | "leave" | "watch" | "cohort") if gates(last) => {
            Place::Names(GATES)
        }
        ("rollback" | "switch", "verify") if gates(last) => Place::Names(GATES),
        ("freeze", "except by") => Place::Names(&[Kind::Approval]),
        ("waivers", "cover") if last == "cover" => Place::Names(&[Kind::Gate]),
        ("approval" | "waivers" | "switch", "by") => Place::Names(&[Kind::Owner]),
        ("rollback", "step") if last == "by" || last.ends_with(',') && line.contains(" by ") => {
            Place::Names(&[Kind::Owner])
        }
        ("rollback" | "switch", "step" | "run") if last == "run" => Place::Source,
        ("approval", "from") if last == "from" => Place::Source,
        ("rollback", "step" | "impact" | "check") => Place::Words(&["by", "run"]),
        ("approval", "people") => Place::Words(&["distinct", "not"]),
        ("trigger", "in") => Place::Names(&[Kind::Phase]),
        ("rollback", "to") if last == "to" => Place::Names(&[Kind::Phase]),
        (_, "log") if last == "log" => Place::Names(&[Kind::Evidence]),
        ("trigger", "then") if last == "then" => Place::Rollbacks(&["halt"]),
        ("trigger", "on unknown") => Place::Words(&["fire", "ignore"]),
        ("rollout", "on new subject") => Place::Rollbacks(&["restart", "finish"]),
        ("phase", "on red") => Place::Words(&["pause", "restart"]),
        ("phase", "clock open") => Place::Nothing,
        ("freeze", "in flight") => Place::Rollbacks(&["finish", "stay"]),
        ("freeze" | "window", "every") => {
            Place::Words(&["mon", "tue", "wed", "thu", "fri", "sat", "sun", "day", "to"])
        }
        ("freeze" | "window", "monthly") => Place::Words(&["first", "last", "days"]),
        ("freeze" | "window", "yearly") => Place::Words(&[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
            "through",
        ]),
        (_, "scope") if last == "scope" => {
            Place::Words(&["entering", "cohorts to", "cohorts from", "when"])
        }
        (_, "scope") if line.contains("entering") => Place::Names(&[Kind::Phase]),
        ("invariant", "never") if last == "never" => Place::Words(&[
            "enter",
            "advance",
            "rollback by",
            "blocked",
            "complete",
            "halted",
        ]),
        ("invariant", "never") if last == "enter" => Place::Names(&[Kind::Phase]),
        (_, "decide" | "finish" | "recover") if matches!(last, "decide" | "finish" | "recover") => {
            Place::Words(&["within"])
        }
        ("record" | "evidence", "") | ("enum" | "table", _) => Place::Nothing,
        _ if last == "in" && line.trim_end().ends_with(" in") && before_unit(line) => {
            Place::Value("in")
        }
        (_, clause) => Place::Value(clause),
    }
}

/// Whether a text ends where an arm of a `match` begins.
pub fn opens_arm(before: &str) -> bool {
    let mut depth = 0_u32;
    for (at, letter) in before.char_indices().rev() {
        match letter {
            '}' | ')' | ']' => depth += 1,
            '{' | '(' | '[' if depth > 0 => depth -= 1,
            '{' => {
                let head = before[..at].trim_end();
                let subject = head.rsplit_once("match ").map(|(_, subject)| subject);
                let arm = before[at + 1..]
                    .rsplit(['\n', ','])
                    .next()
                    .unwrap_or_default();
                return subject.is_some_and(|subject| !subject.contains(['{', '\n', '"']))
                    && arm.trim().is_empty();
            }
            '(' | '[' => return false,
            _ => {}
        }
    }
    false
}

/// Whether a gate may follow a word of a list of gates.
fn gates(last: &str) -> bool {
    last.ends_with(',')
        || matches!(
            last,
            "enter" | "keep" | "leave" | "watch" | "verify" | "after" | "of"
        )
}

fn before_unit(line: &str) -> bool {
    !line.trim_start().starts_with("in")
}

/// Whether a text ends so that the next line goes on with it.
fn continues(said: &str) -> bool {
    let said = said.trim_end();
    said.ends_with([',', '=', '(', '[', ':', '+', '-', '*', '/', '<', '>'])
        || [" and", " or", " else", " not", "??"]
            .iter()
            .any(|end| said.ends_with(end))
}

/// What may stand behind a word of a test.
fn tests(line: &str, last: &str) -> Place {
    let clause = [
        "expect", "given", "because", "with", "without", "in", "for", "at", "after",
    ]
    .into_iter()
    .filter_map(|word| {
        let at = line.rfind(&format!(" {word} ")).or_else(|| {
            line.trim_end()
                .ends_with(&format!(" {word}"))
                .then_some(line.len())
        })?;
        Some((at, word))
    })
    .max();
    match clause.map(|(_, word)| word) {
        Some("expect") if last == "expect" => Place::Words(OUTCOMES),
        Some("expect") if matches!(last, "to") => Place::Names(&[Kind::Phase]),
        Some("expect") if last == "by" => Place::Names(&[Kind::Procedure]),
        Some("expect") => Place::Words(&["because", "only because", "warning", "to", "by"]),
        Some("because") if last == "because" || last.ends_with(',') => Place::Names(&[
            Kind::Gate,
            Kind::Approval,
            Kind::Calendar,
            Kind::Trigger,
            Kind::Evidence,
        ]),
        Some("because") => Place::Words(&[
            "missing",
            "stale",
            "malformed",
            "future",
            "mismatched",
            "awaited",
            "inconclusive",
            "unknown",
            "pending",
            "waived",
            "empty",
            "expired",
            "left",
        ]),
        Some("given") if last == "given" => Place::Fixture,
        Some("given") => Place::Words(&["with", "without"]),
        Some("with" | "without") => Place::Value("test"),
        Some("in") if last == "in" => Place::Names(&[Kind::Phase]),
        Some("in") => Place::Words(&["at", "since"]),
        _ => Place::Nothing,
    }
}

/// What may stand inside a text: a zone, a path in a hole.
fn in_text(view: &View<'_>, from: usize, to: usize, opener: &str) -> Place {
    let text = view.text();
    let said = &text[from..to];
    let before = text[..from].trim_end_matches([' ', '\t', '"']);
    let clause = before
        .rsplit(|c: char| c.is_whitespace() || c == '{')
        .next()
        .unwrap_or_default();
    if clause == "in" {
        return Place::Zone;
    }
    if opener == "use" {
        return Place::Nothing;
    }
    let hole = said
        .rfind('{')
        .filter(|at| !said[*at..].contains('}') && !said[..*at].ends_with('{'));
    let Some(at) = hole else {
        return Place::Nothing;
    };
    match said[at + 1..].rfind('.') {
        Some(dot) if from + at + 1 + dot + 1 == to => Place::Dot((to - 1) as u32),
        Some(_) | None if said[at + 1..].trim_end().ends_with(" in") => Place::Unit,
        Some(_) | None => Place::Hole,
    }
}

fn line_comment(text: &str, offset: u32) -> bool {
    let start = text[..offset as usize].rfind('\n').map_or(0, |at| at + 1);
    let line = &text[start..offset as usize];
    let mut quotes = false;
    let bytes = line.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| {
        quotes ^= *byte == b'"';
        !quotes && *byte == b'/' && bytes.get(at + 1) == Some(&b'/')
    })
}

/// How deep brackets nest at the end of a text, and where the text that is open there begins.
struct Inside {
    depth: u32,
    text: Option<usize>,
}

fn scan(said: &str) -> Inside {
    let bytes = said.as_bytes();
    let mut depth = 0_u32;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at += said[at..].find('\n').unwrap_or(said.len() - at);
                continue;
            }
            b'"' => {
                let block = said[at..].starts_with("\"\"\"");
                let end = match block {
                    true => said[at + 3..].find("\"\"\"").map(|end| at + 3 + end + 3),
                    false => close(&said[at + 1..]).map(|end| at + 1 + end),
                };
                match end {
                    Some(end) => {
                        at = end;
                        continue;
                    }
                    None => {
                        let text = Some(at + if block { 3 } else { 1 });
                        return Inside { depth, text };
                    }
                }
            }
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    Inside { depth, text: None }
}

/// Behind the closing quote of a line's text; at the end of its line where it has none and a line follows.
fn close(said: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in said.char_indices() {
        match letter {
            '\n' => return Some(at),
            '"' if !escaped => return Some(at + 1),
            _ => escaped = letter == '\\' && !escaped,
        }
    }
    None
}
