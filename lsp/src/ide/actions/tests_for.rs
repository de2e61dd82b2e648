//! A test that shows a gate at work: drafts of it from what the policy's own tests and fixtures give, and the choice among
//! them by what came of each. Knows how a test is written; how one is run is the business of whoever asks.

use std::collections::BTreeSet;

use rolloutc_compiler::fmt;
use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::{CompareOp, Decl, DeclKind, Expr, ExprKind};
use rolloutc_runtime::decision::{Cause, Decision, Outcome, Reason, Verdict};
use rolloutc_runtime::ir::Program;
use rolloutc_runtime::ir::trial::Act;
use rolloutc_runtime::time::Instant;
use rolloutc_runtime::trial::{Case, Found};

use super::{Action, Kind};
use crate::ide::walk::{Part, walk_decl};
use crate::ide::{HERE, View, names};

/// What the titles of drafts begin with; no title of a person does.
const DRAFT: &str = "\u{1}";
/// How many ways to begin, places and items are tried at most.
const MOST: (usize, usize, usize) = (3, 8, 4);

/// What rank is as good as can be: the gate itself blocks.
const GOOD: u8 = 1;

/// Whoever tries tests.
pub trait Tries {
    /// When the newest of what a fixture holds was observed.
    fn newest(&mut self, folder: &str) -> Option<Instant>;
    /// Runs the tests whose titles are asked for, of the policy with another text; nothing where that has errors.
    fn run(&mut self, text: &str, asked: &dyn Fn(&str) -> bool) -> Option<Vec<Case>>;
}

/// One way to ask: when, of which instance, where, with what.
#[derive(Clone, Debug, Default)]
struct Draft {
    at: String,
    key: Option<String>,
    place: Option<String>,
    given: Vec<String>,
    /// What is changed, of which of the given.
    change: Option<(usize, Change)>,
}

/// One change of what is given.
#[derive(Clone, Debug)]
enum Change {
    /// `with { slo.p95 = 301ms }`
    With(String),
    /// `without slo`
    Without(String),
}

impl Draft {
    /// The text of a test that expects something.
    fn text(&self, title: &str, expect: &str) -> String {
        let mut out = format!("test \"{title}\" {{\n  at {}\n", self.at);
        for (word, said) in [("for", &self.key), ("in", &self.place)] {
            if let Some(said) = said {
                out.push_str(&format!("  {word} {said}\n"));
            }
        }
        for (at, given) in self.given.iter().enumerate() {
            let change = match &self.change {
                Some((of, Change::With(set))) if *of == at => format!(" with {{ {set} }}"),
                Some((of, Change::Without(item))) if *of == at => format!(" without {item}"),
                Some(_) | None => String::new(),
            };
            out.push_str(&format!("  given {given}{change}\n"));
        }
        out + &format!("  expect {expect}\n}}\n")
    }

    /// Every way to ask so that is worth trying, the likeliest first.
    fn drafts(&self, places: &[Option<String>], changes: &[Change]) -> Vec<Draft> {
        let mut out = Vec::new();
        for place in places {
            let plain = Draft {
                place: place.clone(),
                ..self.clone()
            };
            let changed = changes.iter().flat_map(|change| {
                (0..plain.given.len()).map(|of| Draft {
                    change: Some((of, change.clone())),
                    ..plain.clone()
                })
            });
            out.extend(changed);
            out.push(plain);
        }
        out
    }
}

/// What the menu shows for a gate of a policy, which may be asked for a test; what becomes of it only a trial tells.
pub fn title(view: &View<'_>, range: Span) -> Option<String> {
    let DeclKind::Gate(gate) = &view.decl_at(range.start)?.kind else {
        return None;
    };
    view.analysis.program.as_ref()?;
    Some(format!("Add a test for `{}`", gate.name.text))
}

/// A test at the end of the file that passes, where one can be found.
pub fn gate(view: &View<'_>, range: Span, tries: &mut dyn Tries) -> Option<Action> {
    let menu = title(view, range)?;
    let decl = view.decl_at(range.start)?;
    let DeclKind::Gate(gate) = &decl.kind else {
        return None;
    };
    let program = view.analysis.program.as_ref()?;
    let text = view.text();
    let gap = match text.ends_with('\n') {
        true => "\n",
        false => "\n\n",
    };
    let taken: BTreeSet<&str> = (program.tests.tests.iter())
        .map(|test| test.title.as_str())
        .collect();
    let name = &gate.name.text;
    let places = places(view, name, program);
    let lacks: Vec<Change> = items(view, decl.span, program)
        .into_iter()
        .map(Change::Without)
        .collect();
    let mut changes: Vec<Change> = values(decl, program)
        .into_iter()
        .map(Change::With)
        .collect();
    changes.extend(lacks.iter().cloned());
    let mut all: Vec<(u8, Draft, Decision)> = Vec::new();
    for base in bases(view, program, tries) {
        // A value that does not fit its place would break all of them.
        let tried = [&changes, &lacks].into_iter().find_map(|changes| {
            let drafts = base.drafts(&places, changes);
            let drafted = drafts
                .iter()
                .enumerate()
                .map(|(at, draft)| draft.text(&format!("{DRAFT}{at}"), "complete"));
            let text = format!("{text}{gap}{}", drafted.collect::<String>());
            let cases = tries.run(&text, &|title| title.starts_with(DRAFT))?;
            Some((drafts, cases))
        });
        let Some((drafts, cases)) = tried else {
            continue;
        };
        for case in cases {
            let at = case
                .title
                .strip_prefix(DRAFT)
                .and_then(|at| at.parse().ok());
            let draft = at.and_then(|at: usize| drafts.get(at));
            let decision = case.decisions.into_iter().next();
            if let (Some(draft), Some(decision)) = (draft, decision)
                && let Some(rank) = rank(name, &decision)
            {
                all.push((rank, draft.clone(), decision));
            }
        }
        // What is as good as can be need not be looked for further.
        if all.iter().any(|(rank, ..)| *rank <= GOOD) {
            break;
        }
    }
    all.sort_by_key(|(rank, ..)| *rank);
    for (_, draft, decision) in all.into_iter().take(4) {
        for (title, expect) in expectations(name, &draft, &decision) {
            let title = free(&title, &taken);
            let Some(test) = formatted(&draft.text(&title, &expect)) else {
                continue;
            };
            let put = format!("{gap}{test}");
            let cases = tries.run(&format!("{text}{put}"), &|one| one == title);
            let passed = |case: &Case| case.found == Found::Passed;
            if cases.is_some_and(|cases| !cases.is_empty() && cases.iter().all(passed)) {
                return Some(Action {
                    title: menu,
                    kind: Kind::Write,
                    edits: vec![(Span::at(text.len() as u32), put)],
                    mends: None,
                    best: false,
                });
            }
        }
    }
    None
}

/// A declaration as `fmt` prints it.
fn formatted(test: &str) -> Option<String> {
    const HEAD: &str = "edition 2026\n\n";
    let done = fmt::format(&format!("{HEAD}{test}")).ok()?;
    done.text.strip_prefix(HEAD).map(str::to_owned)
}

/// A title that no test has.
fn free(title: &str, taken: &BTreeSet<&str>) -> String {
    let numbered = (2..).map(|number| format!("{title} ({number})"));
    std::iter::once(title.to_owned())
        .chain(numbered)
        .find(|title| !taken.contains(title.as_str()))
        .unwrap_or_else(|| title.to_owned())
}

/// Whether a decision speaks of a gate by this subject: as a whole, with arguments, or of one row.
fn speaks(gate: &str, subject: &str) -> bool {
    subject
        .strip_prefix(gate)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['(', '[']))
}

/// The reason by which a gate decides.
fn decides<'d>(gate: &str, decision: &'d Decision) -> Option<&'d Reason> {
    let all = decision.reasons.iter();
    let mut own = all.filter(|reason| reason.decides && speaks(gate, &reason.subject));
    own.next()
}

/// How well a decision shows a gate at work, the best first; nothing where it does not show it.
fn rank(gate: &str, decision: &Decision) -> Option<u8> {
    let Some(reason) = decides(gate, decision) else {
        let asked = decision.gates.iter().any(|line| speaks(gate, &line.gate));
        return asked.then_some(match decision.outcome {
            Outcome::Advance | Outcome::Complete => 4,
            Outcome::Hold | Outcome::Blocked => 5,
            Outcome::Frozen | Outcome::Halted | Outcome::Rollback => 6,
        });
    };
    Some(match (decision.outcome, reason.verdict) {
        (Outcome::Blocked, Some(Verdict::Fail)) => 0,
        (Outcome::Blocked, _) => 1,
        (Outcome::Complete | Outcome::Advance | Outcome::Hold, _) => 2,
        (Outcome::Frozen | Outcome::Halted | Outcome::Rollback, _) => 3,
    })
}

/// Titles, and what to expect of a decision that came, the most telling first.
fn expectations(gate: &str, draft: &Draft, decision: &Decision) -> Vec<(String, String)> {
    let came = match (decision.outcome, &decision.to) {
        (Outcome::Advance, Some(to)) => format!("advance to {to}"),
        (outcome, _) => outcome.to_string(),
    };
    let lacks = match &draft.change {
        Some((_, Change::With(set))) => format!("with {set}, "),
        Some((_, Change::Without(item))) => format!("without {item}, "),
        None => String::new(),
    }
    .replace('"', "'");
    let Some(reason) = decides(gate, decision) else {
        return vec![(format!("{lacks}{gate}: {}", decision.outcome), came)];
    };
    let verb = match decision.outcome {
        Outcome::Blocked => "blocks",
        Outcome::Hold => "holds",
        Outcome::Halted => "halts",
        Outcome::Complete | Outcome::Advance | Outcome::Frozen | Outcome::Rollback => "decides",
    };
    let title = format!("{lacks}{gate} {verb}");
    let cause = reason.cause.and_then(|cause| match cause {
        Cause::Missing => Some("missing"),
        Cause::Stale => Some("stale"),
        Cause::Malformed => Some("malformed"),
        Cause::Empty => Some("empty"),
        Cause::Awaited
        | Cause::Future
        | Cause::Mismatched
        | Cause::Superseded
        | Cause::Inconclusive
        | Cause::MissingField => None,
    });
    let subject = &reason.subject;
    let mut ways = Vec::new();
    if let Some(cause) = cause {
        ways.push(format!("{came} because {subject} {cause}"));
    }
    ways.push(format!("{came} because {subject}"));
    if subject != gate {
        ways.push(format!("{came} because {gate}"));
    }
    ways.into_iter().map(|way| (title.clone(), way)).collect()
}

/// When, of which instance and with what: as the policy's own tests ask, else with its fixtures, else with nothing.
fn bases(view: &View<'_>, program: &Program, tries: &mut dyn Tries) -> Vec<Draft> {
    let called = |folder: &str| {
        let own = program.tests.fixtures.iter();
        let named = own.clone().find(|one| one.folder == folder);
        named.map_or_else(|| format!("evidence {folder:?}"), |one| one.name.clone())
    };
    let mut seen: Vec<(usize, Draft)> = Vec::new();
    for test in &program.tests.tests {
        let acts = test.acts.iter();
        let given = acts.map_while(|act| match act {
            Act::Given(given) => Some(called(&given.folder)),
            Act::After { .. } | Act::Expect(_) => None,
        });
        let draft = Draft {
            at: instant(test.instant),
            key: test.key.as_ref().map(|key| key_word(key)),
            given: given.collect(),
            ..Draft::default()
        };
        let same = |one: &&mut (usize, Draft)| one.1.given == draft.given && one.1.key == draft.key;
        match seen.iter_mut().find(same) {
            Some((times, _)) => *times += 1,
            None => seen.push((1, draft)),
        }
    }
    seen.sort_by_key(|(times, _)| usize::MAX - times);
    let mut out: Vec<Draft> = seen.into_iter().map(|(_, draft)| draft).collect();
    if out.is_empty() {
        for fixture in &program.tests.fixtures {
            let at = tries.newest(&fixture.folder).unwrap_or(view.now);
            out.push(Draft {
                at: instant(at),
                given: vec![fixture.name.clone()],
                ..Draft::default()
            });
        }
    }
    if out.is_empty() {
        out.push(Draft {
            at: format!("{}T12:00Z", view.now.date()),
            ..Draft::default()
        });
    }
    out.truncate(MOST.0);
    out
}

/// An instant as a test writes it.
fn instant(at: Instant) -> String {
    let text = at.to_string();
    match text.strip_suffix(":00Z") {
        Some(minute) => format!("{minute}Z"),
        None => text,
    }
}

/// A key as a test writes it.
fn key_word(key: &str) -> String {
    let mut letters = key.chars();
    let name = letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_');
    match name {
        true => key.to_owned(),
        false => format!("{key:?}"),
    }
}

/// Where to stand: in the phases that ask the gate, at the start, in the others; of a policy without phases nowhere.
fn places(view: &View<'_>, gate: &str, program: &Program) -> Vec<Option<String>> {
    if program.phases.is_empty() {
        return vec![None];
    }
    let uses: Vec<Span> = names::all(view)
        .into_iter()
        .filter(|one| !one.declares && one.span.text(view.text()) == gate)
        .filter_map(|one| Some(view.decl_of((HERE, one.span))?.span))
        .collect();
    let asks = |name: &str| {
        let own = |decl: &&Decl| match &decl.kind {
            DeclKind::Phase(phase) => &*phase.name.text == name,
            _ => false,
        };
        let decl = view.tree().decls.iter().find(own);
        decl.is_some_and(|decl| uses.contains(&decl.span))
    };
    let mut phases: Vec<&str> = program.phases.iter().map(|one| one.name.as_str()).collect();
    // What a phase asks on entering is asked in the one before it.
    let first = phases.first().copied();
    phases.sort_by_key(|name| !asks(name));
    let mut out = vec![Some("start".to_owned())];
    out.extend(phases.into_iter().map(|name| Some(name.to_owned())));
    if !first.is_some_and(asks) {
        out.swap(0, 1);
    }
    out.truncate(MOST.1);
    out
}

/// What may be taken away: what the gate itself reads, else what the policy reads.
fn items(view: &View<'_>, decl: Span, program: &Program) -> Vec<String> {
    let all: Vec<&str> = program
        .evidence
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    let own: BTreeSet<&str> = names::all(view)
        .into_iter()
        .filter(|one| one.kind == names::Kind::Evidence && decl.holds(one.span))
        .map(|one| one.span.text(view.text()))
        .collect();
    let mut out: Vec<String> = (all.iter())
        .filter(|name| own.contains(*name))
        .map(|name| (*name).to_owned())
        .collect();
    if out.is_empty() {
        out.extend(all.into_iter().map(str::to_owned));
    }
    out.truncate(MOST.2);
    out
}

/// Values that a rule of a gate does not take, each as a change of what is given: one beyond a limit, another word.
fn values(decl: &Decl, program: &Program) -> Vec<String> {
    let item = |name: &str| program.evidence.iter().any(|one| one.name == name);
    let mut out: Vec<String> = Vec::new();
    walk_decl(decl, &mut |part, _| {
        let Part::Expr(expr) = part else { return };
        let (of, others) = match &expr.kind {
            ExprKind::Compare { op, left, right } => (&**left, beyond(op.node, right, program)),
            ExprKind::Field { .. } => (expr, vec!["false".to_owned(), "true".to_owned()]),
            _ => return,
        };
        if let Some(dotted) = of.as_dotted()
            && dotted.names.len() > 1
            && dotted.names.first().is_some_and(|name| item(&name.text))
        {
            let path: Vec<&str> = dotted.names.iter().map(|name| &*name.text).collect();
            let path = path.join(".");
            out.extend(others.into_iter().map(|to| format!("{path} = {to}")));
        }
    });
    // A path that is compared is no condition itself.
    let compared: BTreeSet<String> = (out.iter())
        .filter(|set| !set.ends_with("= true") && !set.ends_with("= false"))
        .filter_map(|set| Some(set.split_once(" = ")?.0.to_owned()))
        .collect();
    out.retain(|set| {
        let (path, to) = set.split_once(" = ").unwrap_or_default();
        !compared.contains(path) || !matches!(to, "true" | "false")
    });
    out.truncate(MOST.2);
    out
}

/// What stands just on the other side of a comparison.
fn beyond(op: CompareOp, right: &Expr, program: &Program) -> Vec<String> {
    let right = right.bare();
    match (&right.kind, op) {
        (ExprKind::Number(number), op) => {
            let text = &*number.text;
            let digits = text
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(text.len());
            let (whole, rest) = text.split_at(digits);
            let Ok(whole) = whole.parse::<u64>() else {
                return Vec::new();
            };
            // What is no plain number with a unit is left alone: an instant, a number with a point.
            if !rest.chars().all(|c| c.is_ascii_alphabetic() || c == '%') {
                return Vec::new();
            }
            let other = match op {
                CompareOp::AtMost | CompareOp::Equal => whole.checked_add(1),
                CompareOp::AtLeast => whole.checked_sub(1),
                CompareOp::Less | CompareOp::Greater | CompareOp::Unequal => Some(whole),
                _ => None,
            };
            other
                .map(|other| format!("{other}{rest}"))
                .into_iter()
                .collect()
        }
        (ExprKind::Name(word), CompareOp::Equal) => {
            let of = |one: &&rolloutc_runtime::ir::Enum| {
                one.members.iter().any(|member| member.name == **word)
            };
            let members = program
                .enums
                .iter()
                .find(of)
                .into_iter()
                .flat_map(|one| &one.members);
            let others = members.filter(|member| member.name != **word);
            others.take(1).map(|member| member.name.clone()).collect()
        }
        _ => Vec::new(),
    }
}
