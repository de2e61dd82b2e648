//! What tests came to, for people: one line a policy, then what failed and why. Knows reports; runs nothing.

pub mod json;

use crate::args::Test;
use crate::junit::{Came, Case as Row, Suite};
use crate::terminal::{Ink, Look, tame};
use rolloutc_runtime::ir::{OriginId, Program};
use rolloutc_runtime::trial::{Case, Coverage, Failure, Found, GateCover, InvariantCover, Report};

/// The tests of one policy.
pub struct Tried {
    /// The file, as the reader would open it.
    pub file: String,
    /// Its program.
    pub program: Program,
    /// What its tests came to.
    pub report: Report,
    /// What its invariants came to in recorded states.
    pub recorded: Vec<Case>,
    /// How often they were put to the test there.
    pub invariants: Vec<InvariantCover>,
    /// How much its tests must show, in per cent.
    pub floor: Option<u8>,
}

/// What a run of tests came to.
#[derive(Default)]
pub struct Round {
    /// Policies with tests, in order.
    pub tried: Vec<Tried>,
    /// Policies without any.
    pub untested: Vec<String>,
}

/// How wide a title may be before its place goes on a line of its own.
const WIDE: usize = 72;
/// How many gaps of coverage are named on one line.
const SHOWN: usize = 4;

impl Tried {
    /// How many of its tests, and of its recorded states, came to what is asked for.
    pub fn count(&self, which: fn(&Found) -> bool) -> usize {
        let cases = self.report.cases.iter().chain(&self.recorded);
        cases.filter(|case| which(&case.found)).count()
    }

    /// How often each invariant was put to the test, by tests and in recorded states.
    pub fn invariants(&self) -> Vec<InvariantCover> {
        let mut all = self.report.invariants.clone();
        for (one, more) in all.iter_mut().zip(&self.invariants) {
            one.held += more.held;
            one.came += more.came;
        }
        all
    }

    /// Whether its tests show as much as they must.
    pub fn is_enough(&self) -> bool {
        let percent = self.report.coverage.percent();
        self.floor.is_none_or(|floor| percent >= floor)
    }

    /// Where something stands: a file, as the reader would open it, and a line from 1.
    pub fn place(&self, at: OriginId) -> (String, Option<u32>) {
        let line = self.program.origins.spans.get(at.ix());
        (self.file.clone(), line.map(|(_, line, ..)| *line))
    }
}

/// All of it.
pub fn text(round: &Round, args: &Test, look: Look) -> String {
    let mut out = String::new();
    for tried in &round.tried {
        let cases = tried.report.cases.iter().chain(&tried.recorded);
        let good = |cases: &[Case]| {
            cases
                .iter()
                .filter(|case| case.found == Found::Passed)
                .count()
        };
        let mut counts = format!("{} passed", good(&tried.report.cases));
        if !tried.recorded.is_empty() {
            let states = good(&tried.recorded);
            let (states_word, hold) = match states {
                1 => ("state", "holds"),
                _ => ("states", "hold"),
            };
            counts.push_str(&format!(", {states} {states_word} {hold}"));
        }
        let failed = tried.count(|found| *found != Found::Passed);
        let ink = match failed {
            0 => Ink::Good,
            _ => {
                counts.push_str(&format!(", {failed} failed"));
                Ink::Bad
            }
        };
        let counts = look.paint(ink, &counts);
        out.push_str(&format!("{}   {counts}\n", tame(&tried.file)));
        for case in cases {
            out.push_str(&told(tried, case, look));
        }
        if args.filter.is_none() || args.coverage {
            out.push_str(&covered(tried));
            if args.coverage {
                out.push_str(&listed(&tried.report.coverage));
            }
            out.push_str(&invariants(tried, args.coverage));
        }
    }
    if !round.untested.is_empty() && args.filter.is_none() {
        out.push_str(&format!("no tests  {}\n", few(&round.untested)));
    }
    out
}

/// One or two files, or the first of many.
fn few(files: &[String]) -> String {
    match files {
        [first, _, rest @ ..] if !rest.is_empty() => {
            format!("{} and {} more", tame(first), rest.len() + 1)
        }
        files => tame(&files.join(", ")).into_owned(),
    }
}

/// The first few of many gaps.
fn some(all: &[String]) -> String {
    let shown: Vec<&str> = all.iter().take(SHOWN).map(String::as_str).collect();
    match all.len().saturating_sub(SHOWN) {
        0 => shown.join("; "),
        more => format!("{}; and {more} more", shown.join("; ")),
    }
}

/// One test that did not pass.
fn told(tried: &Tried, case: &Case, look: Look) -> String {
    let head = |word: &str, at: OriginId| {
        let place = match tried.place(at) {
            (file, Some(line)) => format!("{file}:{line}"),
            (file, None) => file,
        };
        let title = tame(&case.title).into_owned();
        let word = look.paint(Ink::Bad, &format!("{word:<5}"));
        format!("  {word} {title:<WIDE$}  {}\n", tame(&place))
    };
    match &case.found {
        Found::Passed => String::new(),
        Found::Failed(failure) => head("fail", failure.at) + &told_in_full(failure, "        "),
        Found::Broken(trouble) => {
            let message = trouble.to_string();
            head("error", case.at) + &format!("        {}\n", tame(&message))
        }
    }
}

/// Expected, came, differs.
fn told_in_full(failure: &Failure, indent: &str) -> String {
    let line = |word: &str, text: &str| format!("{indent}{word:<9} {}\n", tame(text));
    let mut text = line("expected", &failure.expected);
    text += &line("came", &failure.came);
    text += &line("differs", &failure.differs);
    if let Some(help) = &failure.help {
        text += &line("help", help);
    }
    text
}

/// What was shown of gates and triggers, in one line.
fn covered(tried: &Tried) -> String {
    let coverage = &tried.report.coverage;
    let mut parts = Vec::new();
    let mut part = |word: String, lacks: Vec<(&str, Vec<&'static str>)>| {
        if lacks.is_empty() {
            return;
        }
        let whole = lacks.iter().filter(|one| one.1.is_empty()).count();
        let never: Vec<String> = lacks
            .iter()
            .filter(|one| !one.1.is_empty())
            .map(|(name, ways)| format!("{name} never {}", ways.join(" or ")))
            .collect();
        let mut text = format!("{word} {whole} of {}", lacks.len());
        if !never.is_empty() {
            text.push_str(&format!(" ({})", some(&never)));
        }
        parts.push(text);
    };
    for module in modules(coverage) {
        let of_module = |gate: &&GateCover| gate.module.as_deref() == module;
        let gates = coverage.gates.iter().filter(of_module);
        let word = match module {
            None => "gates".to_owned(),
            Some(module) => format!("of {}", tame(module)),
        };
        part(
            word,
            gates
                .map(|gate| (gate.gate.as_str(), gate.lacks()))
                .collect(),
        );
    }
    let triggers = coverage.triggers.iter();
    part(
        "triggers".to_owned(),
        triggers
            .map(|trigger| (trigger.trigger.as_str(), trigger.lacks()))
            .collect(),
    );
    if let Some(floor) = tried.floor {
        let reached = match tried.is_enough() {
            true => "",
            false => ": not reached",
        };
        parts.push(format!("floor {floor}%{reached}"));
    }
    match parts.is_empty() {
        true => String::new(),
        false => format!(
            "coverage  {}%   {}\n",
            coverage.percent(),
            parts.join("   ")
        ),
    }
}

/// Invariants that were not put to the test; all of them where everything is asked for.
fn invariants(tried: &Tried, all: bool) -> String {
    let mut out = String::new();
    for one in tried.invariants() {
        let (title, lacks) = (tame(&one.title), one.lacks());
        if all {
            let lacks = lacks.map_or(String::new(), |lacks| format!("   {lacks}"));
            out.push_str(&format!(
                "invariant  \"{title}\"   held {}   came {}{lacks}\n",
                one.held, one.came
            ));
        } else if let Some(lacks) = lacks {
            out.push_str(&format!(
                "invariant  \"{title}\" is not put to the test: {lacks}\n"
            ));
        }
    }
    out
}

/// The policy's own file, then its modules, each once.
fn modules(coverage: &Coverage) -> Vec<Option<&str>> {
    let mut all = vec![None];
    for gate in &coverage.gates {
        if !all.contains(&gate.module.as_deref()) {
            all.push(gate.module.as_deref());
        }
    }
    all
}

/// Every gate and trigger, a line each: in how many tests it came out how.
fn listed(coverage: &Coverage) -> String {
    let mut rows: Vec<(String, Vec<String>, String)> = Vec::new();
    let lacks = |lacks: Vec<&str>| match lacks.is_empty() {
        true => String::new(),
        false => format!("never {}", lacks.join(" or ")),
    };
    for gate in &coverage.gates {
        let ways = [
            ("pass", gate.pass),
            ("fail", gate.fail),
            ("unknown", gate.unknown),
        ];
        let cells = ways.map(|(way, tests)| match gate.never.contains(&way) {
            true => format!("{way} cannot"),
            false => format!("{way} {tests}"),
        });
        rows.push((gate.gate.clone(), cells.to_vec(), lacks(gate.lacks())));
    }
    for trigger in &coverage.triggers {
        let cells = vec![
            format!("fired {}", trigger.fired),
            format!("quiet {}", trigger.quiet),
        ];
        rows.push((trigger.trigger.clone(), cells, lacks(trigger.lacks())));
    }
    let wide = rows.iter().map(|row| row.0.chars().count()).max();
    let wide = wide.unwrap_or(0).min(WIDE);
    let mut out = String::new();
    for (name, cells, lacks) in rows {
        let cells: String = cells.iter().map(|cell| format!("  {cell:<14}")).collect();
        let line = format!("  {:<wide$}{cells}  {lacks}", tame(&name));
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// The tests as JUnit knows them: a suite for each policy, and what a floor wants as one more case.
pub fn suites(round: &Round) -> Vec<Suite> {
    let suite = |tried: &Tried| {
        let case = |case: &Case| {
            let (at, came) = match &case.found {
                Found::Passed => (case.at, Came::Passed),
                Found::Failed(failure) => (
                    failure.at,
                    Came::Failed {
                        code: None,
                        message: failure.differs.clone(),
                        text: told_in_full(failure, ""),
                    },
                ),
                Found::Broken(trouble) => (case.at, Came::Broken(trouble.to_string())),
            };
            let (file, line) = tried.place(at);
            Row {
                title: case.title.clone(),
                file,
                line,
                came,
            }
        };
        let cases = tried.report.cases.iter().chain(&tried.recorded);
        let mut cases: Vec<Row> = cases.map(case).collect();
        cases.extend(tried.floor.map(|floor| Row {
            title: format!("coverage of at least {floor}%"),
            file: tried.file.clone(),
            line: None,
            came: match tried.is_enough() {
                true => Came::Passed,
                false => Came::Failed {
                    code: None,
                    message: format!("{}% is shown", tried.report.coverage.percent()),
                    text: covered(tried),
                },
            },
        }));
        Suite {
            name: tried.file.clone(),
            cases,
        }
    };
    round.tried.iter().map(suite).collect()
}
