//! One screen for a person: the outcome first, then why, then what to do, what would change it, and when.
//! Knows columns; knows no decision.

use super::board::{Board, Line};
use super::{Row, Screen, Task};
use crate::terminal::{Ink, Look, fold, tame};

/// Where a row's message begins at the furthest; longer subjects get a line of their own.
const SUBJECT: usize = 24;
/// How many characters a line takes.
const WIDE: usize = 110;
/// Rows that do not decide, at most.
const BESIDE: usize = 10;
/// Rows that decide, at most: the first says enough, and one screen is all that is read.
const DECIDING: usize = 8;

/// Lays a screen out.
pub fn draw(screen: &Screen, look: Look) -> String {
    let top = Top {
        outcome: &screen.outcome,
        ink: screen.ink,
        name: &screen.name,
        place: &screen.place,
        as_of: &screen.as_of,
    };
    let mut out = head(&top, look);
    let width = screen
        .rows
        .iter()
        .map(|row| row.subject.chars().count())
        .max()
        .unwrap_or(0)
        .min(SUBJECT);
    let word = screen
        .rows
        .iter()
        .map(|row| row.word.len())
        .max()
        .unwrap_or(0)
        .max(8);
    let (mut deciding, mut beside) = (0, 0);
    for row in &screen.rows {
        let (count, most) = if row.decides {
            (&mut deciding, DECIDING)
        } else {
            (&mut beside, BESIDE)
        };
        *count += 1;
        if *count <= most {
            out.push_str(&line(row, word, width, look));
        }
    }
    let hidden = deciding.saturating_sub(DECIDING) + beside.saturating_sub(BESIDE);
    if hidden > 0 {
        out.push_str(&format!(
            "  {:word$}  {hidden} more: see --format json\n",
            ""
        ));
    }
    out.push_str(&tasks(&screen.tasks, look));
    let mut tail = Vec::new();
    for (at, one) in screen.would.iter().enumerate() {
        tail.push((
            if at == 0 { screen.goal } else { "" },
            tame(one).into_owned(),
        ));
    }
    for (at, (when, what)) in screen.next.iter().enumerate() {
        tail.push((
            if at == 0 { "next" } else { "" },
            format!("{when}  {}", tame(what)),
        ));
    }
    if !tail.is_empty() && !out.ends_with("\n\n") {
        out.push('\n');
    }
    for (word, text) in tail {
        let indent = " ".repeat(2 + 17 + 2);
        let folded = fold(&text, WIDE - indent.len());
        let mut lines = folded.lines();
        let lead = look.paint(Ink::Faint, &format!("{word:<17}"));
        let first = lines.next().unwrap_or_default();
        out.push_str(format!("  {lead}  {first}").trim_end());
        out.push('\n');
        for more in lines {
            out.push_str(&format!("{indent}{more}\n"));
        }
    }
    out
}

/// Lays a board out: a line for each key, then the screens.
pub fn draw_board(board: &Board, look: Look) -> String {
    let top = Top {
        outcome: &board.outcome,
        ink: board.ink,
        name: &board.name,
        place: &board.sum,
        as_of: &board.as_of,
    };
    let mut out = head(&top, look);
    let widest = |of: fn(&Line) -> usize| board.lines.iter().map(of).max().unwrap_or(0);
    let key = widest(|line| line.key.chars().count()).min(SUBJECT);
    let place = widest(|line| line.place.chars().count()).min(48);
    for line in &board.lines {
        let outcome = look.paint(line.ink, &format!("{:<8}", line.outcome));
        let stands = arrows(&line.place, look);
        let lead = format!("  {:<key$}  ", tame(&line.key));
        let left = format!("{stands:<place$}  ");
        let room = WIDE
            .saturating_sub(lead.chars().count() + 8 + 2 + left.chars().count())
            .max(30);
        let why = cut(&tame(&line.why), room, look);
        out.push_str(format!("{lead}{outcome}  {left}{why}").trim_end());
        out.push('\n');
    }
    for (at, (when, what)) in board.next.iter().enumerate() {
        let word = if at == 0 {
            out.push('\n');
            "next"
        } else {
            ""
        };
        let word = look.paint(Ink::Faint, &format!("{word:<8}"));
        out.push_str(&format!("  {word}  {when}  {}\n", tame(what)));
    }
    for screen in &board.details {
        out.push('\n');
        out.push_str(&draw(screen, look));
    }
    if let Some(more) = &board.more {
        out.push_str(&format!("\n  {}\n", tame(more)));
    }
    out
}

/// The first so many characters of a line.
fn cut(text: &str, most: usize, look: Look) -> String {
    if text.chars().count() <= most {
        return text.to_string();
    }
    let dots = look.pick("...", "\u{2026}");
    let kept: String = text.chars().take(most - dots.chars().count()).collect();
    format!("{}{dots}", kept.trim_end())
}

fn arrows(place: &str, look: Look) -> String {
    tame(place).replace("->", look.pick("->", "\u{2192}"))
}

/// The first line of a screen.
struct Top<'a> {
    outcome: &'a str,
    ink: Ink,
    name: &'a str,
    place: &'a str,
    as_of: &'a str,
}

fn head(screen: &Top<'_>, look: Look) -> String {
    let place = arrows(screen.place, look);
    let left = format!("{:<8} {}   {place}", screen.outcome, tame(screen.name));
    let gap = 72usize
        .saturating_sub(left.trim_end().chars().count())
        .max(3);
    let outcome = look.paint(screen.ink, &format!("{:<8}", screen.outcome));
    let rest: String = left
        .trim_end()
        .chars()
        .skip(screen.outcome.chars().count().max(8))
        .collect();
    format!(
        "{outcome}{rest}{}as of {}\n\n",
        " ".repeat(gap),
        screen.as_of
    )
}

fn line(row: &Row, word: usize, width: usize, look: Look) -> String {
    let ink = match (row.decides, row.word) {
        (_, "pass") => Ink::Good,
        (true, "fail" | "unknown" | "fired" | "blind" | "halt") => Ink::Bad,
        (true, _) => Ink::Wait,
        (false, _) => Ink::Faint,
    };
    let lead = look.paint(ink, &format!("{:<word$}", row.word));
    let subject = tame(&row.subject).into_owned();
    let aside = if width == 0 || subject.is_empty() {
        0
    } else {
        width + 2
    };
    let indent = " ".repeat(2 + word + 2 + aside);
    let message = fold(
        &tame(&row.message),
        WIDE.saturating_sub(indent.len()).max(40),
    );
    let mut messages = message.lines().map(String::from);
    let mut out = format!("  {lead}  ");
    if subject.is_empty() {
        out.push_str(&messages.next().unwrap_or_default());
    } else if subject.chars().count() > width {
        out.push_str(&subject);
        out.push('\n');
        out.push_str(&indent);
        out.push_str(&messages.next().unwrap_or_default());
    } else {
        let pad = if width == 0 {
            String::new()
        } else {
            format!("{subject:<width$}  ")
        };
        out.push_str(&pad);
        out.push_str(&messages.next().unwrap_or_default());
    }
    let mut out = out.trim_end().to_string() + "\n";
    for more in messages {
        out.push_str(&format!("{indent}{more}\n"));
    }
    let dot = look.pick(" | ", " \u{b7} ");
    let rests: Vec<&str> = [row.evidence.as_str(), row.place.as_str()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    if !rests.is_empty() {
        out.push_str(&format!(
            "{indent}{}\n",
            look.paint(Ink::Faint, &tame(&rests.join(dot)))
        ));
    }
    out
}

fn tasks(tasks: &[Task], look: Look) -> String {
    if tasks.is_empty() {
        return String::new();
    }
    let mut out = String::from("\n");
    let id = tasks
        .iter()
        .map(|task| task.id.chars().count())
        .max()
        .unwrap_or(0);
    for task in tasks {
        let tail: Vec<&str> = [&task.by, &task.run, &task.due]
            .into_iter()
            .map(String::as_str)
            .filter(|text| !text.is_empty())
            .collect();
        let lead = look.paint(Ink::Strong, &format!("{:<8}", task.word));
        let text = format!("{:<id$}  {}", tame(&task.id), tame(&task.text));
        out.push_str(&format!("  {lead}  {}\n", text.trim_end()));
        if !tail.is_empty() {
            let dot = look.pick(" | ", " \u{b7} ");
            let indent = " ".repeat(12 + id + 2);
            out.push_str(&format!(
                "{indent}{}\n",
                look.paint(Ink::Faint, &tame(&tail.join(dot)))
            ));
        }
        for line in &task.fill {
            let indent = " ".repeat(12 + id + 2);
            out.push_str(format!("{indent}| {}", tame(line)).trim_end());
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen() -> Screen {
        Screen {
            outcome: "BLOCKED".into(),
            ink: Ink::Bad,
            name: "production".into(),
            place: "cohorts at 10%  (next: 25%)".into(),
            as_of: "2026-02-25 12:00Z".into(),
            rows: vec![
                Row {
                    word: "fail",
                    decides: true,
                    subject: "slo_posture".into(),
                    message: "p95 601ms, at most 600ms: over by 1ms".into(),
                    evidence: "slo.p95, 42s old, slo.json".into(),
                    place: "production.rollout:41".into(),
                },
                Row {
                    word: "pass",
                    message: "baseline, drilled".into(),
                    ..Row::default()
                },
            ],
            tasks: vec![Task {
                word: "approve",
                id: "go".into(),
                text: "Let it go on".into(),
                by: "runtime".into(),
                run: String::new(),
                due: String::new(),
                fill: Vec::new(),
            }],
            goal: "would advance if",
            would: vec!["slo.p95 is at most 600ms for 30m".into()],
            next: vec![("12:04:18Z".into(), "slo goes stale".into())],
        }
    }

    #[test]
    fn the_outcome_comes_first_and_a_log_is_plain_ascii() {
        let text = draw(&screen(), Look::Plain);
        assert!(text.is_ascii(), "{text}");
        let want = "\
BLOCKED  production   cohorts at 10%  (next: 25%)                       as of 2026-02-25 12:00Z

  fail      slo_posture  p95 601ms, at most 600ms: over by 1ms
                         slo.p95, 42s old, slo.json | production.rollout:41
  pass      baseline, drilled

  approve   go  Let it go on
                runtime

  would advance if   slo.p95 is at most 600ms for 30m
  next               12:04:18Z  slo goes stale
";
        assert_eq!(text, want);
    }

    #[test]
    fn evidence_cannot_steer_the_terminal() {
        let mut screen = screen();
        screen.rows[0].message = "\u{1b}[2Jgone\nsecond line".into();
        let text = draw(&screen, Look::Rich);
        assert!(!text.contains("\u{1b}[2J"));
        assert!(text.contains("?[2Jgone\n"));
    }
}
