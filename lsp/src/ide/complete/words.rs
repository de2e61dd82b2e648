//! Words of the language as they are offered: with stops for what must follow.

use rolloutc_compiler::formats::FORMATS;
use rolloutc_compiler::keywords::{self, DECLARATIONS, Keyword};
use rolloutc_compiler::source::Span;
use rolloutc_compiler::stdlib::MODULES;
use rolloutc_compiler::syntax::ast::{DeclKind, Unit};
use rolloutc_compiler::zones;

use super::{Item, What};
use crate::ide::View;

/// Whole declarations, for those whose example is not what one begins with.
const WHOLE: [(&str, &str); 15] = [
    (
        "rollout",
        "rollout ${1:production} of ${2:build} \"${3:Production}\"",
    ),
    (
        "evidence",
        "evidence ${1:slo} {\n  fresh ${2:5m}\n  ${3:p95}: ${4:duration in ms}\n}",
    ),
    (
        "threshold",
        "threshold ${1:latency} = ${2:slo.p95} <= ${3:600ms}",
    ),
    (
        "gate",
        "gate ${1:healthy} \"${2:What must hold}\" {\n  require $0\n}",
    ),
    (
        "phase",
        "phase ${1:canary} {\n  enter   ${2:built}\n  cohorts ${3:1%, 10%, 100%}\n  soak    ${4:30m}\n  keep    ${5:healthy}\n}",
    ),
    (
        "trigger",
        "trigger ${1:slow} {\n  in   ${2:canary}\n  when ${3:not healthy}\n  for  ${4:10m}\n  then ${5:halt}\n}",
    ),
    (
        "rollback",
        "rollback ${1:to_old} \"${2:Back to the old one}\" {\n  to      ${3:canary} at 0%\n  decide  within ${4:15m}\n  step    ${5:stop} \"${6:Stop promoting}\" by ${7:ops}\n  verify  ${8:healthy}\n  reenter when ${9:healthy}\n}",
    ),
    (
        "switch",
        "switch ${1:off} \"${2:Switch it off}\" {\n  by      ${3:ops}\n  run     command(\"${4:scripts/off.sh}\")\n  recover within ${5:15m}\n  verify  ${6:healthy}\n}",
    ),
    (
        "freeze",
        "freeze ${1:weekend} \"${2:Nobody ships on a weekend}\" {\n  every ${3:fri 16:00 to mon 08:00}\n  in    \"${4:Europe/Berlin}\"\n}",
    ),
    (
        "window",
        "window ${1:office} \"${2:Office hours}\" {\n  every ${3:mon, tue, wed, thu 08:00 to 16:00}\n  in    \"${4:Europe/Berlin}\"\n}",
    ),
    (
        "approval",
        "approval ${1:go} \"${2:Somebody says go}\" {\n  by     ${3:ops}\n  fresh  ${4:24h}\n  people distinct\n}",
    ),
    (
        "waivers",
        "waivers ${1:w} in ${2:rows} {\n  by      ${3:ops}\n  at most ${4:14d}\n  until   ${1:w}.${5:expires}\n  cover   ${6:healthy}\n}",
    ),
    (
        "test",
        "test \"${1:what it shows}\" {\n  at     ${2:2026-03-03T09:00Z}\n  given  ${3:green}\n  expect ${4:advance}\n}",
    ),
    ("enum", "enum ${1:Status} { ${2:passed, failed} }"),
    ("record", "record ${1:Lane} {\n  ${2:id}: ${3:text}\n}"),
];

/// Clauses of which there may be several.
const AGAIN: [&str; 25] = [
    "...",
    "let",
    "about",
    "each",
    "require",
    "forbid",
    "need",
    "valid",
    "cover",
    "from",
    "on",
    "while",
    "during",
    "every",
    "monthly",
    "yearly",
    "scope",
    "except when",
    "except by",
    "impact",
    "step",
    "check",
    "run",
    "never",
    "given",
];

/// The declarations that a file may still have.
pub fn declarations(view: &View<'_>) -> Vec<Item> {
    let tree = view.tree();
    let keyword = |word: &str| DECLARATIONS.iter().find(|keyword| keyword.word == word);
    if tree.edition.is_none() && tree.decls.iter().all(|decl| decl.tainted) {
        return (keyword("edition").into_iter())
            .map(|edition| item(edition).with_stops("edition 2026\n\n$0".to_owned()))
            .collect();
    }
    let policy = tree
        .decls
        .iter()
        .any(|decl| matches!(decl.kind, DeclKind::Rollout(_)));
    DECLARATIONS
        .iter()
        .filter(|keyword| keyword.word != "edition" && !(policy && keyword.word == "rollout"))
        .map(|keyword| {
            let whole = WHOLE.iter().find(|(word, _)| *word == keyword.word);
            let text = whole.map_or_else(|| stops(keyword), |(_, text)| (*text).to_owned());
            item(keyword).with_stops(text)
        })
        .collect()
}

/// The clauses that the declaration at a place may still have.
pub fn clauses(view: &View<'_>, opener: &str, span: Span) -> Vec<Item> {
    let decl = view
        .tree()
        .decls
        .iter()
        .rev()
        .find(|decl| decl.span.start <= span.start);
    let body = decl.map_or("", |decl| decl.span.text(view.text()));
    let from = decl.map_or(0, |decl| decl.span.start);
    let at = (span.start.saturating_sub(from)) as usize;
    let stands = |keyword: &Keyword| {
        body.match_indices(keyword.word).any(|(start, word)| {
            let alone = body[..start].ends_with([' ', '\n', '{'])
                && body[start + word.len()..].starts_with([' ', '\n']);
            let before = body[..start].trim_end_matches([' ', '\t']);
            let begins = before.ends_with(['{', '\n']) || body[..start].ends_with("  ");
            alone && begins && start != at
        })
    };
    let test = opener == "test";
    let clauses = keywords::clauses(opener).iter();
    (clauses.enumerate())
        .filter(|(_, keyword)| test || AGAIN.contains(&keyword.word) || !stands(keyword))
        .map(|(_, keyword)| item(keyword).with_stops(stops(keyword)).rank(1))
        .collect()
}

fn item(keyword: &Keyword) -> Item {
    Item {
        doc: Some(format!(
            "{}\n\n```rollout\n{}\n```",
            keyword.doc, keyword.example
        )),
        ..Item::word(keyword.word, What::Keyword, keyword.doc)
    }
}

/// The example of a word with what follows it as a stop.
fn stops(keyword: &Keyword) -> String {
    let rest = keyword
        .example
        .strip_prefix(keyword.word)
        .unwrap_or_default()
        .trim_start();
    match rest {
        "" => keyword.word.to_owned(),
        rest => format!("{} ${{1:{}}}", keyword.word, escape(rest)),
    }
}

/// A text inside a stop.
pub fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('$', "\\$")
        .replace('}', "\\}")
}

/// Units, in the order people list them.
pub fn units() -> Vec<Item> {
    let one = |(_, word): &(Unit, &'static str)| Item::word(word, What::Unit, "unit");
    Unit::ALL.iter().map(one).collect()
}

/// Every time zone.
pub fn zones() -> Vec<Item> {
    let one = |name: &'static str| Item::word(name, What::Value, "zone");
    zones::names().map(one).collect()
}

/// Every module of the tool.
pub fn modules() -> Vec<Item> {
    let one = |module: &rolloutc_compiler::stdlib::Module| {
        Item::word(module.name, What::Module, module.line())
    };
    MODULES.iter().map(one).collect()
}

/// Every format of evidence.
pub fn formats() -> Vec<Item> {
    let one = |page: &rolloutc_compiler::formats::Page| Item {
        doc: Some(page.page.to_owned()),
        ..Item::word(page.word, What::Value, page.line())
    };
    FORMATS.iter().map(one).collect()
}
