//! What may stand at the cursor: words of the place, names that fit it, members of what stands before a dot. Half-typed
//! text is read with a made-up word at the cursor, so that what stands around it has its meaning.

pub mod fields;
pub mod names;
pub mod place;
pub mod words;

use rolloutc_compiler::analysis::Analysis;
use rolloutc_compiler::source::Span;

use super::names::Kind;
use super::{View, word};
use place::Place;

/// What stands at the cursor while it is looked around from there.
pub const MARK: &str = "zz_cursor";

/// Something that may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What the list shows.
    pub label: String,
    /// What it is.
    pub what: What,
    /// A few words beside it.
    pub detail: String,
    /// What is written; with stops like `${1:name}` where `snippet`.
    pub text: String,
    /// Whether the text has stops.
    pub snippet: bool,
    /// Smaller numbers come first.
    pub rank: u8,
    /// More, as Markdown; where it is found later, nothing.
    pub doc: Option<String>,
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A word of the language.
    Keyword,
    /// A name.
    Name(Kind),
    /// A type.
    Type,
    /// A unit.
    Unit,
    /// A zone, a format, a state: a word of a closed list.
    Value,
    /// A module.
    Module,
}

/// Everything that may stand at an offset, and the stretch that it replaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// The word that is there already.
    pub span: Span,
    /// What may stand there instead.
    pub items: Vec<Item>,
}

impl Item {
    /// A word with nothing behind it.
    pub fn word(label: &str, what: What, detail: &str) -> Item {
        Item {
            label: label.to_owned(),
            what,
            detail: detail.to_owned(),
            text: label.to_owned(),
            snippet: false,
            rank: 5,
            doc: None,
        }
    }

    /// The same with stops.
    pub fn with_stops(mut self, text: String) -> Item {
        self.snippet = text.contains('$');
        self.text = text;
        self
    }

    /// The same nearer to the top, or farther from it.
    pub fn rank(mut self, rank: u8) -> Item {
        self.rank = rank;
        self
    }
}

/// What may stand at an offset. `imagine` analyses the file with another text.
pub fn complete(
    view: &View<'_>,
    offset: u32,
    imagine: &mut dyn FnMut(&str) -> Option<Analysis>,
) -> List {
    let text = view.text();
    let offset = super::floor(text, offset);
    let span = match word(text, offset) {
        // A word that begins behind the cursor is none that is being written.
        Some(span) if span.start < offset => Span::new(span.start, offset),
        _ => Span::at(offset),
    };
    let place = place::find(view, span);
    let mut marked = None;
    if matches!(place, Place::Dot(_) | Place::Value(_) | Place::Hole) {
        let end = word(text, offset).map_or(span.end, |word| word.end.max(span.end));
        let (before, behind) = (&text[..span.start as usize], &text[end as usize..]);
        let arm = match place::opens_arm(before) && !behind.trim_start().starts_with("=>") {
            true => " => null",
            false => "",
        };
        let text = format!("{before}{MARK}{arm}{behind}");
        marked = imagine(&text);
    }
    let marked = marked
        .as_ref()
        .map(|analysis| View::new(analysis, view.now));
    let marked = marked.as_ref().unwrap_or(view);
    let mut items = match &place {
        Place::Nothing => Vec::new(),
        Place::Top => words::declarations(view),
        Place::Clause(opener) => words::clauses(view, opener, span),
        Place::Words(list) => list
            .iter()
            .map(|word| Item::word(word, What::Value, "").rank(1))
            .collect(),
        Place::Dot(base) => fields::behind(marked, *base),
        Place::Value(clause) => names::values(marked, span, clause),
        Place::Hole => names::holes(marked, span),
        Place::Names(kinds) => names::of(view, kinds),
        Place::Rollbacks(words) => {
            let mut items: Vec<Item> = (words.iter())
                .map(|word| Item::word(word, What::Keyword, "").rank(1))
                .collect();
            items.extend(names::of(view, &[Kind::Procedure]).into_iter().map(|item| {
                let word = match item.detail.starts_with("switch") {
                    true => "throw",
                    false => "rollback",
                };
                let text = format!("{word} {}", item.label);
                Item {
                    label: text.clone(),
                    text,
                    ..item
                }
            }));
            items
        }
        Place::Type => names::types(view),
        Place::Unit => words::units(),
        Place::Zone => words::zones(),
        Place::Module => words::modules(),
        Place::Format => words::formats(),
        Place::Fixture => names::fixtures(view),
        Place::Source => names::sources(view),
    };
    items.sort_by(|a, b| (a.rank, &a.label).cmp(&(b.rank, &b.label)));
    items.dedup_by(|a, b| a.label == b.label);
    List { span, items }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::tests::{SHOP, cursor, now, read};

    fn list(text: &str) -> Vec<Item> {
        let (text, offset) = cursor(text);
        let analysis = read(&text);
        let view = View::new(&analysis, now());
        complete(&view, offset, &mut |text| Some(read(text))).items
    }

    /// All of these are offered, and none of those.
    fn check(text: &str, want: &[&str], not: &[&str]) {
        let items = list(text);
        let labels: Vec<&str> = items.iter().map(|item| item.label.as_str()).collect();
        for label in want {
            assert!(labels.contains(label), "{label} not in {labels:?}\n{text}");
        }
        for label in not {
            assert!(!labels.contains(label), "{label} in {labels:?}\n{text}");
        }
    }

    fn shop(from: &str, to: &str) -> String {
        assert!(SHOP.contains(from), "{from}");
        SHOP.replacen(from, to, 1)
    }

    #[test]
    fn declarations_and_clauses_are_offered_where_they_may_stand() {
        check(
            &format!("{SHOP}\n$0"),
            &["gate", "phase", "test"],
            &["require", "edition", "rollout"],
        );
        check(&format!("{SHOP}\nga$0"), &["gate"], &["require"]);
        check("$0", &["edition"], &["gate"]);
        check(
            &shop("  soak    10m\n", "  so$0\n"),
            &["soak", "leave", "watch"],
            &["require", "cohorts", "gate"],
        );
        check(
            &shop("  for  5m\n", "  $0\n"),
            &["for", "times", "on unknown"],
            &["when", "soak"],
        );
        check(
            &shop("{ require slo.p95 <= 300ms }", "{ $0 }"),
            &["require", "forbid", "each"],
            &["soak"],
        );
    }

    #[test]
    fn fields_and_members_are_offered_behind_what_has_them() {
        check(
            &shop("slo.p95 <=", "slo.$0 <="),
            &["p95", "errors", "age", "observed_at"],
            &["slo", "passed"],
        );
        check(
            &shop("require slo.p95 <= 300ms }", "require slo.$0"),
            &["p95", "errors"],
            &["slo"],
        );
        check(
            &shop("slo.p95 <= 300ms", "smoke.pa$0"),
            &["passed"],
            &["p95"],
        );
        let text = "edition 2026\n\nenum Word { good, bad }\n\nevidence e { fresh 1h  w: Word }\n\ngate g { require e.w == $0 }\n";
        let top = list(text);
        assert_eq!(top[0].label, "bad");
        check(text, &["good", "bad", "e"], &[]);
        check(&text.replacen("== $0", "in [$0]", 1), &["good", "bad"], &[]);
        check(
            &text.replacen("e.w == $0", "Word.$0", 1),
            &["good", "bad"],
            &["e"],
        );
        check(
            &text.replacen("e.w == $0", "match e.w { $0 }", 1),
            &["good", "bad"],
            &[],
        );
    }

    #[test]
    fn names_fit_the_clause() {
        check(
            &shop("keep    quick, correct", "keep    qu$0"),
            &["quick", "correct", "tested"],
            &["slo", "canary"],
        );
        check(
            &shop("in   canary, everyone", "in   $0"),
            &["canary", "everyone"],
            &["quick"],
        );
        check(
            &shop("by ops\n  step", "by $0\n  step"),
            &["ops"],
            &["quick"],
        );
        check(
            &shop("then rollback to_old", "then $0"),
            &["halt", "rollback to_old"],
            &["quick"],
        );
        check(
            &shop("then rollback to_old", "then rollback $0"),
            &["to_old"],
            &["halt"],
        );
        check(
            &shop("\"Europe/Berlin\"", "\"Europe/Be$0\""),
            &["Europe/Berlin"],
            &["quick"],
        );
        check(
            &shop("when not correct", "when not $0"),
            &["correct", "slo", "max"],
            &["canary {"],
        );
        check(
            &shop("duration in ms", "dur$0"),
            &["duration", "text", "list"],
            &["ms"],
        );
        check(
            &shop("duration in ms", "duration in $0"),
            &["ms", "seconds"],
            &["duration"],
        );
        check(
            &shop("evidence smoke {", "evidence smoke from $0 {"),
            &["http", "command"],
            &["quick"],
        );
        check("edition 2026\n\nuse std.$0\n", &["drill", "slo"], &["gate"]);
        check(
            &shop("require smoke.passed ", "require smoke is $0 "),
            &["stale", "missing"],
            &["quick"],
        );
        check(
            &shop("evidence smoke {", "evidence smoke from \"x\" as $0 {"),
            &["json", "junit"],
            &["quick"],
        );
        check(
            &shop("\"a smoke test failed\"", "\"it says {smoke.$0}\""),
            &["passed"],
            &["quick"],
        );
        check(
            &shop("\"a smoke test failed\"", "\"it $0says\""),
            &[],
            &["passed", "quick"],
        );
        check(&shop("owners ops", "owners ops // $0"), &[], &["gate"]);
    }

    #[test]
    fn locals_are_offered_inside_what_binds_them() {
        let text = "edition 2026\n\nevidence l: list { id: text, ok: bool } { fresh 1h }\n\ngate g(limit: int) {\n  each row in l\n  let fine = row.ok\n  require $0\n}\n\nlet other = 1\n";
        check(text, &["row", "fine", "limit", "other", "l"], &["id"]);
        check(
            &text.replacen("require $0", "require row.$0", 1),
            &["id", "ok"],
            &["row"],
        );
        let elsewhere = text.replacen("$0", "fine", 1);
        let elsewhere = elsewhere.replacen("let other = 1", "let other = $0", 1);
        check(&elsewhere, &["l"], &["row", "limit"]);
    }
}
