//! Which findings are consequences of another: one cause draws one message. Knows places and codes; finds nothing itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::outline::Module;
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::ast;

/// The findings without those that another one explains; what is said of several places in the same words is said once,
/// with all places. Expects and keeps their order.
pub fn settle(
    findings: Vec<Diagnostic>,
    files: &[SourceFile],
    modules: &[Module],
) -> Vec<Diagnostic> {
    if !findings.iter().any(is_error) {
        return findings;
    }
    let torn: Vec<Torn> = (modules.iter())
        .map(|module| Torn::of(module, files, &findings))
        .collect();
    let of = |file: FileId| torn.iter().find(|torn| torn.file == file);
    let mut kept = Kept::default();
    for found in findings {
        let last = kept.list.last();
        let text = files.get(found.primary.file.0 as usize);
        let text = text.map_or("", |file| &*file.text);
        let follows = of(found.primary.file).is_some_and(|torn| torn.explains(&found, last));
        if is_error(&found) && follows || kept.joins(&found, text) {
            continue;
        }
        kept.add(found);
    }
    kept.list
}

/// Findings of which one place in the same words is enough.
const SAME: [&str; 5] = [
    "unknown-name",
    "unknown-member",
    "unknown-enum-word",
    "unknown-zone",
    "table-row",
];

/// The findings that stay.
#[derive(Default)]
struct Kept {
    list: Vec<Diagnostic>,
    /// Where those of [`SAME`] stand, by file, code and message.
    said: BTreeMap<(FileId, &'static str, String), usize>,
}

fn is_error(found: &Diagnostic) -> bool {
    found.severity == Severity::Error
}

impl Kept {
    fn add(&mut self, found: Diagnostic) {
        if is_error(&found) && SAME.contains(&found.code) {
            let key = (found.primary.file, found.code, found.message.clone());
            self.said.entry(key).or_insert(self.list.len());
        }
        self.list.push(found);
    }

    /// Whether an earlier finding says the same, or more, of this place; it then shows this place too.
    fn joins(&mut self, found: &Diagnostic, text: &str) -> bool {
        let (file, span) = (found.primary.file, found.primary.span);
        if is_error(found) && is_stray(found) {
            let half = (self.list.iter_mut()).find(|other| {
                is_error(other)
                    && other.primary.file == file
                    && is_open(other)
                    && other.secondary.is_empty()
            });
            let Some(other) = half else { return false };
            let text = match found.code {
                "unclosed-bracket" => "and this one closes nothing".to_owned(),
                _ => "and this stands outside".to_owned(),
            };
            other.secondary.push(Label {
                text,
                ..found.primary.clone()
            });
            return true;
        }
        // Findings come in the order of their places.
        let behind = |other: &&Diagnostic| {
            let between = text.get(other.primary.span.start as usize..span.start as usize);
            other.primary.file == file && between.is_some_and(|between| !between.contains('\n'))
        };
        let line = self.list.iter().rev().take_while(behind).count();
        let from = self.list.len() - line;
        let mut here = self.list[from..].iter().zip(from..);
        let beside = here.find(|(other, _)| is_error(other) && alike(other, found));
        let beside = beside.map(|(_, at)| at);
        let key = (file, found.code, found.message.clone());
        let repeats = self.said.get(&key).copied();
        if let Some(at) = repeats.into_iter().chain(beside).min() {
            let other = &mut self.list[at];
            if other.primary.span.start == span.start && !span.is_empty() {
                return true;
            }
            other.secondary.push(Label {
                text: match repeats == Some(at) {
                    true => "here too".to_owned(),
                    false => "and this".to_owned(),
                },
                ..found.primary.clone()
            });
            if let (Some(fix), Some(more)) = (&mut other.fix, &found.fix) {
                fix.edits.extend(more.edits.iter().cloned());
            }
            return true;
        }
        let same = |other: &Diagnostic| is_error(other) && other.primary.span.start == span.start;
        is_error(found) && !span.is_empty() && self.list[from..].iter().any(same)
    }
}

/// Whether two findings on one line say the same of several values side by side.
fn alike(one: &Diagnostic, other: &Diagnostic) -> bool {
    let member = |found: &Diagnostic| {
        let note = found.notes.first();
        found.code == "unknown-name"
            && note.is_some_and(|note| note.starts_with("as a member of an enum"))
    };
    let condition = |found: &Diagnostic| found.code == "not-a-condition";
    member(one) && member(other) || condition(one) && condition(other)
}

fn is_open(found: &Diagnostic) -> bool {
    found.code == "unclosed-bracket" && found.message.ends_with("is never closed")
}

fn is_stray(found: &Diagnostic) -> bool {
    let (code, ending) = match found.code {
        "unclosed-bracket" => ("unclosed-bracket", "closes nothing"),
        _ => ("unknown-declaration", "is a clause and cannot stand alone"),
    };
    found.code == code && found.message.ends_with(ending)
}

/// What could not be read of one file.
struct Torn<'a> {
    file: FileId,
    text: &'a str,
    /// Its declarations, and whether each was read whole.
    decls: Vec<(Span, Decl)>,
    /// Words that may name something in what could not be read.
    words: BTreeSet<&'a str>,
    /// Fields whose own line is wrong.
    fields: BTreeSet<&'a str>,
    /// Words beside a mistake in a record or in evidence: one of them may be a field.
    lines: BTreeSet<&'a str>,
    /// Whether some name is not known.
    strange: bool,
    /// Whether a phase is wrong: its cohorts are not known.
    cohorts: bool,
    /// Whether a `use` is wrong: what it would have brought is not known.
    uses: bool,
}

/// How a declaration was read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Decl {
    Whole,
    /// Some of it.
    Part,
    /// It is none.
    Stray,
}

impl<'a> Torn<'a> {
    fn of(module: &Module, files: &'a [SourceFile], findings: &[Diagnostic]) -> Torn<'a> {
        let text = (files.get(module.file.0 as usize)).map_or("", |file| &*file.text);
        let state = |decl: &ast::Decl| match &decl.kind {
            ast::DeclKind::Broken(broken) if broken.word.is_none() => Decl::Stray,
            ast::DeclKind::Broken(_) => Decl::Part,
            _ if decl.tainted => Decl::Part,
            _ => Decl::Whole,
        };
        let mut torn = Torn {
            file: module.file,
            text,
            decls: Vec::new(),
            words: BTreeSet::new(),
            fields: BTreeSet::new(),
            lines: BTreeSet::new(),
            strange: false,
            cohorts: false,
            uses: false,
        };
        let here = |found: &&Diagnostic| is_error(found) && found.primary.file == module.file;
        // In the order of their places.
        let here: Vec<&Diagnostic> = findings.iter().filter(here).collect();
        for decl in &module.ast.decls {
            let state = state(decl);
            torn.decls.push((decl.span, state));
            if state != Decl::Whole {
                let head = decl.span.text(text).split('{').next().unwrap_or_default();
                torn.words.extend(words(head.split('"').step_by(2)));
            }
            let rows = matches!(
                &decl.kind,
                ast::DeclKind::Broken(broken) if matches!(broken.word, Some("table" | "enum" | "record"))
            );
            if rows {
                torn.words.extend(words([decl.span.text(text)]));
            }
            let param = match &decl.kind {
                ast::DeclKind::Param(param) => Some(param.name.span.text(text)),
                _ => None,
            };
            let typed = matches!(
                decl.kind,
                ast::DeclKind::Record(_) | ast::DeclKind::Evidence(_)
            );
            let from = here.partition_point(|found| found.primary.span.start < decl.span.start);
            let inside = |found: &&&Diagnostic| decl.span.touches(found.primary.span.start);
            for found in here[from..].iter().take_while(inside) {
                let (before, line) = line(text, found.primary.span.start);
                torn.strange |= found.code == "unknown-name";
                torn.cohorts |= matches!(decl.kind, ast::DeclKind::Phase(_))
                    && matches!(
                        found.code,
                        "bare-number" | "bad-number" | "cohorts-not-increasing"
                    );
                torn.fields.extend(param);
                torn.uses |= matches!(decl.kind, ast::DeclKind::Use(_));
                if state != Decl::Whole {
                    torn.words.extend(words([line]));
                } else if typed {
                    torn.fields.extend(field(before));
                    torn.lines.extend(words([line]));
                }
            }
        }
        torn
    }

    /// The declaration at a place.
    fn at(&self, place: u32) -> Option<usize> {
        let behind = |(span, _): &(Span, Decl)| span.end < place;
        let at = self.decls.partition_point(behind);
        let touches = self.decls.get(at)?.0.touches(place);
        touches.then_some(at)
    }

    fn is_torn(&self, i: Option<usize>) -> bool {
        i.and_then(|i| self.decls.get(i))
            .is_some_and(|(_, decl)| *decl != Decl::Whole)
    }

    /// Whether the declaration is the one that declares the field: what is wrong there is no consequence.
    fn owns(&self, decl: Option<usize>, name: &str) -> bool {
        let text = decl.map_or("", |i| self.decls[i].0.text(self.text));
        let declares =
            text.starts_with("param") || text.starts_with("record") || text.starts_with("evidence");
        declares && words([text]).any(|word| word == name)
    }

    /// Whether something that could not be read is behind a finding; `last` is the one before it.
    fn explains(&self, found: &Diagnostic, last: Option<&Diagnostic>) -> bool {
        let at = found.primary.span;
        let decl = self.at(at.start);
        let said = words([at.text(self.text)]).next();
        match found.code {
            "unknown-name" if self.uses && found.message.ends_with("is not in use") => true,
            "unknown-member" if said.is_some_and(|word| self.lines.contains(word)) => true,
            "unknown-name" | "unknown-member" | "unknown-enum-word" | "not-a-value"
            | "wrong-arguments" => said.is_some_and(|word| self.words.contains(word)),
            "recursive-definition" if self.strange => true,
            "unknown-cohort" if self.cohorts => true,
            "recursive-definition" | "unknown-cohort" | "edition" => {
                self.decls.iter().any(|(_, decl)| *decl != Decl::Whole)
            }
            "duplicate-name" => {
                let labels = [&found.primary].into_iter().chain(&found.secondary);
                labels
                    .filter(|label| label.file == self.file)
                    .any(|label| self.is_torn(self.at(label.span.start)))
            }
            "column-one" => {
                let above = decl.and_then(|i| i.checked_sub(1));
                !self.is_torn(decl) && self.is_torn(above)
            }
            "missing-clause"
            | "phase-without-criteria"
            | "empty-gate"
            | "incomplete-rollback"
            | "no-freshness" => decl.is_some_and(|i| {
                let stray = |i: usize| matches!(self.decls.get(i), Some((_, Decl::Stray)));
                stray(i + 1) || i.checked_sub(1).is_some_and(stray)
            }),
            // The rest of a clause that was torn in two by something in the middle.
            "unclosed-text" => last.is_some_and(|last| {
                last.code == found.code && decl == self.at(last.primary.span.start)
            }),
            "unknown-clause" => last.is_some_and(|last| {
                let lines = |from: u32, to: u32| {
                    let between = self.text.get(from as usize..to as usize);
                    between.map(|between| between.matches('\n').count())
                };
                last.code == "syntax"
                    && last.primary.file == found.primary.file
                    && found.fix.is_none()
                    && decl == self.at(last.primary.span.start)
                    && lines(last.primary.span.start, at.start) == Some(1)
            }),
            "type-mismatch" | "unit-mismatch" | "bare-number" | "not-a-condition" => {
                let (before, _) = line(self.text, at.start);
                let changed = before.trim_end().strip_suffix('=').map(str::trim_end);
                let quoted = found.message.split('`').skip(1).step_by(2);
                let same = |last: &Diagnostic| {
                    last.code == found.code
                        && last.primary.file == found.primary.file
                        && decl == self.at(last.primary.span.start)
                };
                let declared =
                    decl.is_some_and(|i| self.decls[i].0.text(self.text).starts_with("param"));
                quoted
                    .chain(changed)
                    .filter_map(|path| words([path]).last())
                    .any(|name| self.fields.contains(name) && !self.owns(decl, name))
                    || declared && last.is_some_and(same)
            }
            _ => false,
        }
    }
}

/// The line of a place, up to it and whole.
fn line(text: &str, at: u32) -> (&str, &str) {
    let at = (at as usize).min(text.len());
    let (Some(before), Some(after)) = (text.get(..at), text.get(at..)) else {
        return ("", "");
    };
    let start = before.rfind('\n').map_or(0, |i| i + 1);
    let end = at + after.find('\n').unwrap_or(after.len());
    (&text[start..at], &text[start..end])
}

/// The field whose declaration the end of a line belongs to.
fn field(before: &str) -> Option<&str> {
    let head = &before[..before.rfind(':')?];
    words([head]).last()
}

fn words<'t>(texts: impl IntoIterator<Item = &'t str>) -> impl Iterator<Item = &'t str> {
    let apart = |letter: char| !letter.is_ascii_alphanumeric() && letter != '_';
    (texts.into_iter())
        .flat_map(move |text| text.split(apart))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use crate::analysis::{Workspace, analyse};

    #[test]
    fn one_cause_draws_one_message() {
        let check = |policy: &str, want: &[&str]| {
            let mut workspace = Workspace::new();
            let text = format!("edition 2026\nrollout r of build\nowners ops\n{policy}");
            workspace.insert("p.rollout", text);
            let analysis = analyse(&workspace, "p.rollout");
            let found = analysis.diagnostics.iter();
            let said: Vec<String> = found
                .map(|found| format!("{} +{}", found.message, found.secondary.len()))
                .collect();
            assert_eq!(said, want, "{policy}");
        };
        check(
            "evidence slo { fresh 5m  ok: bool }\ngate a { require sloo.ok }\ngate b { require sloo.ok }\n",
            &["nothing is called `sloo` here +1"],
        );
        check(
            "use is std.checklist\nevidence t: table checklist.Check by id { fresh 1d }\ngate a { require checklist.ticked(t) }\n",
            &["did not expect `std` after `is` +0"],
        );
        check(
            "evidence slo {\n  fresh 5m\n  p95: duration in\n  ok: bool\n}\ngate a { require slo.p95 <= 3s }\n",
            &["expected a unit after `in` +0"],
        );
        check(
            "evidence slo { fresh 5m  p95: instant in ms }\ngate a { require slo.p95 <= 3s }\n",
            &["`p95` is an instant, which has no `ms` +0"],
        );
        check(
            "evidence slo { fresh 5m  ok: bool }\ngate a {\n  require slo.ok\ngate b { require slo.ok }\n}\n",
            &["this `{` is never closed +1"],
        );
        check(
            "evidence slo { fresh 5m  ok: bool }\ngate a {\ngate a { require slo.ok }\n",
            &["this `{` is never closed +0"],
        );
        check(
            "evidence slo { fresh 5m  p95: duration in ms }\ngate a { require slo.p95 or 3ms }\n",
            &["`slo.p95` is a duration, not a condition +1"],
        );
        check(
            "table t by id {\n  id   of\n  \"a\"  1 2\n  \"b\"  3 4\n}\n",
            &["this row has 3 cells, the table has 2 columns +1"],
        );
        check(
            "evidence slo { fresh 5m  ok: bool }\nevidence pods: list { up: bool } { fresh 5m }\ngate a {\n  'each p in pods\n  require p.up == a\n}\n",
            &["a text is written in double quotes +0"],
        );
    }
}
