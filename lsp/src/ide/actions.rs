//! What can be done with a place: mend what was found, silence it with a reason, rewrite what stands there.

mod arms;
mod extract;
pub mod tests_for;

use rolloutc_compiler::diagnostic::{Diagnostic, Severity};
use rolloutc_compiler::lints;
use rolloutc_compiler::source::Span;

use super::{HERE, View};

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What the menu shows.
    pub title: String,
    /// What kind of action it is.
    pub kind: Kind,
    /// The edits of the file; they do not overlap.
    pub edits: Vec<(Span, String)>,
    /// Which finding of the list it mends or silences.
    pub mends: Option<usize>,
    /// Whether it is what one most likely wants.
    pub best: bool,
}

/// The kinds of actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It mends a finding.
    Fix,
    /// It takes something out into a declaration of its own.
    Extract,
    /// It writes something that is missing.
    Write,
    /// It mends all that can be mended safely.
    All,
}

/// Everything that can be done in a stretch, given what was found in the file.
pub fn actions(view: &View<'_>, range: Span, found: &[Diagnostic]) -> Vec<Action> {
    let mut out = Vec::new();
    let near = |span: Span| span.start <= range.end && range.start <= span.end;
    for (at, one) in found.iter().enumerate() {
        if one.primary.file != HERE || !near(one.primary.span) {
            continue;
        }
        if let Some(fix) = &one.fix {
            out.push(Action {
                title: sentence(&fix.title),
                kind: Kind::Fix,
                edits: fix.edits.clone(),
                mends: Some(at),
                best: fix.safe,
            });
        }
        out.extend(silence(view, at, one));
    }
    out.extend(arms::missing(view, range));
    out.extend(extract::threshold(view, range));
    out.extend(extract::gate(view, range));
    out.extend(all(found));
    out
}

/// Every safe fix at once, leaving out those that touch another; nothing where there is none.
pub fn all(found: &[Diagnostic]) -> Option<Action> {
    let mut edits: Vec<(Span, String)> = Vec::new();
    let own = found.iter().filter(|one| one.primary.file == HERE);
    for fix in own
        .filter_map(|one| one.fix.as_ref())
        .filter(|fix| fix.safe)
    {
        let apart = |(span, _): &(Span, String)| {
            edits
                .iter()
                .all(|(other, _)| span.end < other.start || other.end < span.start)
        };
        if fix.edits.iter().all(apart) {
            edits.extend(fix.edits.iter().cloned());
        }
    }
    edits.sort();
    (!edits.is_empty()).then(|| Action {
        title: "Fix everything that can be fixed safely".to_owned(),
        kind: Kind::All,
        edits,
        mends: None,
        best: false,
    })
}

/// A comment above a finding that silences it, where it may be silenced.
fn silence(view: &View<'_>, at: usize, found: &Diagnostic) -> Option<Action> {
    lints::lint(found.code).filter(|_| found.severity != Severity::Error || is_lint(found.code))?;
    let file = view.analysis.files.first()?;
    let line = file.line_span(file.line(found.primary.span.start));
    let said = line.text(&file.text);
    let indent = &said[..said.len() - said.trim_start().len()];
    Some(Action {
        title: format!("Allow `{}` here, with a reason", found.code),
        kind: Kind::Fix,
        edits: vec![(
            Span::at(line.start),
            format!("{indent}// allow {}: say why\n", found.code),
        )],
        mends: Some(at),
        best: false,
    })
}

fn is_lint(code: &str) -> bool {
    lints::lint(code).is_some()
}

fn sentence(title: &str) -> String {
    let mut letters = title.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().collect::<String>() + letters.as_str(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::tests::{SHOP, cursor, now, read};

    /// What comes of the action whose title begins so, at the cursor or from the first to the second.
    pub fn done(text: &str, title: &str) -> Option<String> {
        let (text, start) = cursor(text);
        let (text, end) = match text.contains("$0") {
            true => cursor(&text),
            false => (text, start),
        };
        let analysis = read(&text);
        let view = View::new(&analysis, now());
        let mut found = analysis.diagnostics.clone();
        found.extend(lints::run(&analysis, &lints::Options::default()));
        let actions = actions(&view, Span::new(start, end), &found);
        let action = actions.iter().find(|one| one.title.starts_with(title))?;
        let mut edits = action.edits.clone();
        edits.sort();
        let mut text = text;
        for (span, with) in edits.iter().rev() {
            text.replace_range(span.start as usize..span.end as usize, with);
        }
        Some(text)
    }

    fn check(text: &str, title: &str, want: &[&str]) {
        let done = done(text, title).unwrap_or_else(|| panic!("no `{title}`\n{text}"));
        for part in want {
            assert!(done.contains(part), "{part}\n--- not in\n{done}");
        }
        assert_eq!(read(&done).diagnostics, [], "{done}");
    }

    fn shop(from: &str, to: &str) -> String {
        assert!(SHOP.contains(from), "{from}");
        SHOP.replacen(from, to, 1)
    }

    #[test]
    fn fixes_and_reasons() {
        let wrong = shop("slo.p95 <= 300ms", "slo.p9$0 <= 300ms");
        check(&wrong, "Write `p95`", &["slo.p95 <= 300ms"]);
        let idle = format!("{SHOP}\nlet one$0 = 1\n");
        check(
            &idle,
            "Allow `unused-declaration`",
            &["// allow unused-declaration: say why\nlet one = 1"],
        );
        assert_eq!(
            done(&shop("gate quick", "gate qu$0ick"), "Fix everything"),
            None
        );
        let text = "edition 2026\n let x$0 = 1\n";
        check(text, "Fix everything", &["\nlet x = 1"]);
    }

    #[test]
    fn what_is_missing_is_written() {
        let text = "edition 2026\n\nenum Word { good, bad, odd }\n\nfn fine(w: Word) = mat$0ch w {\n  good => true\n}\n";
        check(
            text,
            "Add the missing arms",
            &["bad => false", "odd => false"],
        );
        let whole = text.replacen("good => true", "good => true  else => false", 1);
        assert_eq!(done(&whole, "Add the missing arms"), None);
    }

    #[test]
    fn parts_become_declarations() {
        check(
            &shop("require slo.p95 <= 300ms", "require slo.p9$05 <= 300ms"),
            "Extract a threshold",
            &[
                "threshold p95_limit = slo.p95 <= 300ms\n\ngate quick",
                "{ require p95_limit }",
            ],
        );
        check(
            &shop(
                "reenter when tested",
                "reenter when $0slo.errors <= 1% and smoke.passed$0",
            ),
            "Extract a gate",
            &[
                "gate extracted \"",
                "require slo.errors <= 1% and smoke.passed\n",
                "reenter when extracted",
            ],
        );
    }
}
