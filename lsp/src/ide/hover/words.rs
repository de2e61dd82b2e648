//! The words of the language where they stand, and what unknown does in each clause. Knows the words; asks no checker.

use rolloutc_compiler::keywords::{DECLARATIONS, EXPRESSIONS, Keyword, clauses};
use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::Decl;

use super::{Hover, View, word};

/// The keyword at an offset and what it does there; nothing over other text.
pub fn keyword(view: &View<'_>, offset: u32) -> Option<Hover> {
    let text = view.text();
    let span = word(text, offset)?;
    let found = find(view, span)?;
    let markdown = format!(
        "**{}**: {}\n\n```rollout\n{}\n```",
        found.word, found.doc, found.example
    );
    let unknown = self::unknown(view, span.start);
    let clause = view
        .decl_at(span.start)
        .and_then(|decl| decl.kind.word())
        .is_some_and(|opener| clauses(opener).contains(found));
    let markdown = match unknown.filter(|_| clause) {
        Some(said) => format!("{markdown}\n\nUnknown here: {said}"),
        None => markdown,
    };
    Some(Hover { span, markdown })
}

/// The keyword that a word is: a declaration's at the start of a line, else a clause of the declaration around it, else
/// a word of expressions. Texts and names have none.
pub fn find(view: &View<'_>, span: Span) -> Option<&'static Keyword> {
    let text = view.text();
    let spelled = span.text(text);
    let is = |keyword: &&Keyword| {
        keyword.word == spelled || keyword.word.split(' ').next() == Some(spelled)
    };
    if text[..span.start as usize]
        .trim_end_matches(is_word)
        .is_empty()
        && spelled == "edition"
    {
        return DECLARATIONS.iter().find(is);
    }
    let around = view.decl_at(span.start)?;
    if around.span.start == span.start {
        return DECLARATIONS.iter().find(is);
    }
    let before = text[..span.start as usize].trim_end_matches([' ', '\t']);
    let named =
        before.ends_with(['.', '"']) || text[span.end as usize..].starts_with([':', '.', '(']);
    if named || in_text(around, span, text) {
        return None;
    }
    let opener = around.kind.word()?;
    clauses(opener)
        .iter()
        .find(is)
        .or_else(|| EXPRESSIONS.iter().find(is))
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// Whether a word stands between quotes on its line.
fn in_text(decl: &Decl, span: Span, text: &str) -> bool {
    let from = text[..span.start as usize]
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let from = from.max(decl.span.start as usize);
    let quotes = text[from..span.start as usize]
        .bytes()
        .filter(|byte| *byte == b'"')
        .count();
    quotes % 2 == 1
}

/// What unknown does in the clause that an offset stands in.
pub fn unknown(view: &View<'_>, offset: u32) -> Option<&'static str> {
    let decl = view.decl_at(offset)?;
    let opener = decl.kind.word()?;
    let clause = clause_word(view.text(), decl, opener, offset)?;
    let said = match (opener, clause) {
        ("gate", "require" | "forbid" | "need") => {
            "the gate is unknown, and what asks for it is blocked"
        }
        ("gate", "pending while") => "it is not pending",
        ("gate", "applies when") => "it applies",
        ("gate", "advisory unless" | "advisory until") => "it counts in full",
        ("phase", "keep") => "blocked, and the soak restarts",
        ("phase", "enter" | "leave") => "blocked",
        ("phase", "watch") => "a warning, and nothing else",
        ("freeze", "while" | "during") => "it is closed",
        ("window", "while" | "during") => "it is not open",
        ("freeze", "except when" | "except by") => "it is not exempt",
        ("freeze" | "window" | "trigger", "scope") => "it is in scope",
        ("trigger", "when") => match decl.span.text(view.text()) {
            said if said.contains("on unknown fire") => "it counts as true: the trigger fires",
            said if said.contains("on unknown ignore") => "it counts as false",
            _ => "the trigger cannot see: halted",
        },
        ("waivers", _) => "the waiver does not count",
        ("approval", _) => "the word does not count",
        ("rollback" | "switch", "verify" | "reenter when") => "it does not hold yet",
        ("invariant" | "test" | "tests", _) => "an error of the test",
        ("threshold", _) => "the threshold is unknown, and so is the gate that asks for it",
        _ => return None,
    };
    Some(said)
}

/// The clause word that governs an offset: the last one of the declaration that begins a line or a clause before it.
pub fn clause_word(text: &str, decl: &Decl, opener: &str, offset: u32) -> Option<&'static str> {
    let known = clauses(opener);
    if known.is_empty() {
        return (opener == "threshold").then_some("threshold");
    }
    let from = decl.span.start as usize;
    let to = (offset as usize).max(from).min(text.len());
    let body = text.get(from..to)?;
    let open = body.find('{')? + 1;
    let mut best: Option<(usize, &'static str)> = None;
    for keyword in known {
        let said = text.get(from..decl.span.end as usize)?;
        for (at, _) in said.match_indices(keyword.word) {
            let ends = at + keyword.word.len();
            let alone = !said[..at].ends_with(is_word)
                && !said[ends..].starts_with(is_word)
                && !said[ends..].starts_with([':', '.', '=']);
            let begins = matches!(
                said[..at].trim_end_matches([' ', '\t']).chars().next_back(),
                Some('{' | '\n')
            ) || said[..at].ends_with("  ");
            let near = at >= open && at <= to - from;
            if alone && begins && near && best.is_none_or(|(known, _)| known < at) {
                best = Some((at, keyword.word));
            }
        }
    }
    best.map(|(_, word)| word)
}

/// The names that the tool knows besides functions, each with what it is.
pub const KNOWN: [(&str, &str); 10] = [
    ("as_of", "The instant that is decided for"),
    ("subject", "What is rolled out"),
    ("phase", "The phase the rollout is in"),
    ("cohort", "The share that is exposed"),
    ("entered_at", "When the present place was entered"),
    ("owners", "The names of all roles"),
    ("rollback", "The last rollback: `rollback.at`"),
    (
        "waivers",
        "Waivers that do not count: `waivers.expired`, `waivers.invalid`",
    ),
    ("decision", "The decision at hand; in reports only"),
    ("reason", "The reason at hand; in reports only"),
];

/// What a name that the tool knows is.
pub fn known(name: &str) -> Option<&'static str> {
    KNOWN
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, doc)| *doc)
}
