//! The words that open declarations, and the grammar rule of each.

use rolloutc_grammar::Rule;

/// Every declaration word with its rule, the edition first.
pub(super) const DECLARATIONS: [(&str, Rule); 29] = [
    ("edition", Rule::edition),
    ("use", Rule::use_decl),
    ("rollout", Rule::rollout),
    ("owners", Rule::owners),
    ("enum", Rule::enum_decl),
    ("record", Rule::record),
    ("table", Rule::table),
    ("let", Rule::let_decl),
    ("fn", Rule::fn_decl),
    ("param", Rule::param),
    ("folder", Rule::folder),
    ("evidence", Rule::evidence),
    ("threshold", Rule::threshold),
    ("gate", Rule::gate),
    ("group", Rule::group),
    ("approval", Rule::approval),
    ("waivers", Rule::waivers),
    ("freeze", Rule::freeze),
    ("window", Rule::window),
    ("phase", Rule::phase),
    ("trigger", Rule::trigger),
    ("rollback", Rule::rollback),
    ("switch", Rule::switch),
    ("message", Rule::message),
    ("report", Rule::report),
    ("invariant", Rule::invariant),
    ("fixture", Rule::fixture),
    ("test", Rule::test),
    ("tests", Rule::tests),
];

/// The name-like letters at the start of a text.
pub(super) fn leading_word(text: &str) -> &str {
    let end = text
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
        .count();
    &text[..end]
}

/// The declaration that a word opens.
pub(super) fn declaration(word: &str) -> Option<(&'static str, Rule)> {
    DECLARATIONS
        .iter()
        .find(|(known, _)| *known == word)
        .copied()
}

/// Whether the declaration that a word opens is whole without braces.
pub(super) fn has_no_braces(word: &str) -> bool {
    matches!(
        word,
        "edition"
            | "rollout"
            | "fn"
            | "use"
            | "owners"
            | "let"
            | "param"
            | "folder"
            | "threshold"
            | "group"
            | "fixture"
    )
}

/// Whether a line reads like the first line of a declaration, and not like a line of prose.
pub(super) fn opens_declaration(text: &str) -> bool {
    let word = leading_word(text);
    if declaration(word).is_none() {
        return false;
    }
    let line = text.lines().next().unwrap_or("");
    let rest = line[word.len()..].trim_start();
    let name = leading_word(rest);
    let behind = rest[name.len()..].trim_start();
    match word {
        "edition" => name.starts_with(|c: char| c.is_ascii_digit()),
        "test" | "invariant" => rest.starts_with('"'),
        "tests" => rest.starts_with('{') || name == "at",
        "use" => rest.starts_with('"') || rest[name.len()..].starts_with('.'),
        _ if name.is_empty() => false,
        "owners" => behind.is_empty() || behind.starts_with([',', '=']),
        _ => {
            behind.starts_with(['{', ':', '(', '=', '"'])
                || behind.is_empty() && matches!(word, "rollout" | "phase" | "gate")
                || matches!(
                    leading_word(behind),
                    "from"
                        | "of"
                        | "per"
                        | "by"
                        | "in"
                        | "hard"
                        | "advisory"
                        | "final"
                        | "to"
                        | "keys"
                        | "any"
                )
        }
    }
}
