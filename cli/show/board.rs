//! The decisions on all keys of a `per` rollout, on one board: a line for each key, then the screens of those that
//! somebody must act on. Knows decisions and their order; lays nothing out.

use super::{Screen, Times, screen};
use crate::terminal::Ink;
use rolloutc_runtime::decision::{Decision, Outcome};
use rolloutc_runtime::ir::Program;

/// Screens that are shown whole: one page is all that is read.
const WHOLE: usize = 3;

/// What a person sees of several decisions.
#[derive(Clone, Debug)]
pub struct Board {
    /// The strongest outcome, in capitals.
    pub outcome: String,
    /// How it is painted.
    pub ink: Ink,
    /// The rollout's name.
    pub name: String,
    /// `1 rollback, 2 blocked, 5 hold`
    pub sum: String,
    /// The instant decided for.
    pub as_of: String,
    /// Each key, in the order of its table.
    pub lines: Vec<Line>,
    /// The nearest change of time of those that are not shown whole: when, and what of which keys.
    pub next: Vec<(String, String)>,
    /// The screens of those that somebody must act on, strongest first; one where several say the same.
    pub details: Vec<Screen>,
    /// What is not shown, if anything.
    pub more: Option<String>,
}

/// One key.
#[derive(Clone, Debug)]
pub struct Line {
    /// The key.
    pub key: String,
    /// The outcome.
    pub outcome: &'static str,
    /// How it is painted.
    pub ink: Ink,
    /// Where it stands and where it goes.
    pub place: String,
    /// The first reason.
    pub why: String,
}

/// The strongest outcome of several decisions and the exit code that goes with it: of two blocked ones a red gate
/// outweighs an unknown.
pub fn strongest(decisions: &[Decision]) -> Option<(Outcome, u8)> {
    let outcome = decisions.iter().map(|one| one.outcome).max()?;
    let exits = decisions
        .iter()
        .filter(|one| one.outcome == outcome)
        .map(|one| one.exit);
    Some((outcome, exits.min()?))
}

/// Puts the decisions on a board.
pub fn board(program: &Program, decisions: &[Decision], times: &Times) -> Board {
    let screens: Vec<Screen> = decisions
        .iter()
        .map(|one| screen(program, one, times))
        .collect();
    let (outcome, _) = strongest(decisions).unwrap_or((Outcome::Complete, 0));
    let lines = decisions
        .iter()
        .zip(&screens)
        .map(|(decision, screen)| Line {
            key: decision.key.clone(),
            outcome: decision.outcome.word(),
            ink: screen.ink,
            place: screen.place.clone(),
            why: why(screen),
        });
    let (details, more, whole) = details(decisions, &screens);
    Board {
        outcome: outcome.word().to_uppercase(),
        ink: super::ink(outcome),
        name: program.rollout.clone(),
        sum: sum(decisions),
        as_of: screens
            .first()
            .map_or(String::new(), |one| one.as_of.clone()),
        lines: lines.collect(),
        next: next(decisions, &screens, &whole),
        details,
        more,
    }
}

/// `1 rollback, 2 blocked, 5 hold`, strongest first.
fn sum(decisions: &[Decision]) -> String {
    let mut outcomes: Vec<Outcome> = decisions.iter().map(|one| one.outcome).collect();
    outcomes.sort();
    let mut parts: Vec<String> = Vec::new();
    for of in outcomes.chunk_by(|a, b| a == b).rev() {
        parts.push(format!("{} {}", of.len(), of[0].word()));
    }
    parts.join(", ")
}

/// The first reason in one line.
fn why(screen: &Screen) -> String {
    let Some(row) = screen.rows.iter().find(|row| row.decides) else {
        return String::new();
    };
    let message = row.message.lines().next().unwrap_or_default();
    let subject = match row.subject.split(", ").count() {
        1 => row.subject.clone(),
        // Rows that say the same share a line there; here the first stands for them.
        all => {
            let first = row.subject.split(", ").next().unwrap_or_default();
            format!("{first} and {} more", all - 1)
        }
    };
    match (subject.as_str(), message) {
        ("", message) => message.to_string(),
        (subject, "") => subject.to_string(),
        // A soak names the place, which stands beside it.
        (_, message) if row.word == "soak" => format!("soak {message}"),
        (subject, message) => format!("{subject}: {message}"),
    }
}

/// What decides, without the files it rests on.
fn told(screen: &Screen) -> impl Iterator<Item = (&str, &str, &str)> {
    screen
        .rows
        .iter()
        .filter(|row| row.decides)
        .map(|row| (row.word, row.subject.as_str(), row.message.as_str()))
}

/// Whether somebody must act.
fn calls(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Rollback | Outcome::Halted | Outcome::Blocked => true,
        Outcome::Frozen | Outcome::Hold | Outcome::Advance | Outcome::Complete => false,
    }
}

/// Screens to be shown whole, what is left out, and which decisions are told by them.
fn details(
    decisions: &[Decision],
    screens: &[Screen],
) -> (Vec<Screen>, Option<String>, Vec<usize>) {
    let mut acting: Vec<usize> = (0..decisions.len())
        .filter(|at| calls(decisions[*at].outcome))
        .collect();
    acting.sort_by_key(|at| std::cmp::Reverse(decisions[*at].outcome));
    // What would look the same is shown once: same outcome, same place, same rows.
    let same = |a: usize, b: usize| {
        decisions[a].outcome == decisions[b].outcome
            && screens[a].place == screens[b].place
            && told(&screens[a]).eq(told(&screens[b]))
    };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for at in acting {
        match groups.iter_mut().find(|group| same(group[0], at)) {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    let shown = groups.iter().take(WHOLE).map(|group| {
        let mut screen = screens[group[0]].clone();
        if let [_, others @ ..] = group.as_slice()
            && !others.is_empty()
        {
            let keys: Vec<&str> = others
                .iter()
                .map(|at| decisions[*at].key.as_str())
                .collect();
            screen.name = match keys.len() {
                1..=4 => format!("{}, also {}", screen.name, keys.join(", ")),
                more => format!("{}, also {more} others", screen.name),
            };
        }
        screen
    });
    let details = shown.collect();
    let hidden: usize = groups.iter().skip(WHOLE).map(Vec::len).sum();
    let example = groups.get(WHOLE).and_then(|group| group.first());
    let more = example.map(|at| {
        format!(
            "{hidden} more in detail: ask with --for {}",
            decisions[*at].key
        )
    });
    let whole = groups.into_iter().take(WHOLE).flatten().collect();
    (details, more, whole)
}

/// The nearest change of each key that is not shown whole; keys that share it share a line.
fn next(decisions: &[Decision], screens: &[Screen], whole: &[usize]) -> Vec<(String, String)> {
    const SHOWN: usize = 4;
    let mut nearest: Vec<_> = (0..decisions.len())
        .filter(|at| !whole.contains(at))
        .filter_map(|at| {
            let first = decisions[at].next.first()?;
            let (when, what) = screens[at].next.first()?;
            Some((first.at, when, what, decisions[at].key.as_str()))
        })
        .collect();
    nearest.sort_by_key(|one| one.0);
    let mut rows: Vec<(String, String, Vec<&str>)> = Vec::new();
    for (_, when, what, key) in nearest {
        match rows.iter_mut().find(|row| row.0 == *when && row.1 == *what) {
            Some(row) => row.2.push(key),
            None => rows.push((when.clone(), what.clone(), vec![key])),
        }
    }
    rows.truncate(SHOWN);
    rows.into_iter()
        .map(|(when, what, keys)| (when, format!("{}: {what}", keys.join(", "))))
        .collect()
}
