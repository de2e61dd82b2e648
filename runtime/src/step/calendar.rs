//! Freezes and windows as they bear on the next move. Knows what is in scope and excepted; the times
//! themselves are `crate::calendar`'s.

use super::{Ahead, Run};
use crate::calendar::{Answer, Entry, Span, allowed, closes, opens};
use crate::decision::{CalendarLine, CalendarWord, NextKind, Outcome, Reason, ReasonCode};
use crate::eval::Reads;
use crate::ir::{ApprovalId, CalendarKind, InFlight, Node, Scope, Time};
use crate::number::Number;
use crate::state::Place;
use crate::time::Instant;
use crate::value::{Truth, Val};
use crate::view::View;
use crate::view::look::Mode;
use crate::zone::ZoneRules;

/// A freeze or window that bears on a move.
struct Held<'z> {
    at: usize,
    entry: Entry<'z>,
    /// `except when`
    excepted: bool,
    /// `except by`: the approval that is given.
    let_pass: Option<ApprovalId>,
}

impl Held<'_> {
    fn passes(&self) -> bool {
        self.excepted || self.let_pass.is_some()
    }
}

impl<'a> Run<'a> {
    /// Room 11: whether the calendar lets the move happen.
    pub(super) fn calendar(&mut self, ahead: &Ahead) {
        if self.program.calendar.is_empty() {
            return;
        }
        let utc = ZoneRules::utc();
        let view = self.view(Mode::Move);
        let held = self.held(&utc, &view, ahead.next.as_ref(), ahead.crosses);
        for one in &held {
            let calendar = &self.program.calendar[one.at];
            let span = one.entry.occurrence(self.now);
            let covers = one.entry.covers(self.now);
            let kind = word(calendar.kind);
            self.calendar.push(CalendarLine {
                name: calendar.name.clone(),
                kind,
                closes: covers == (kind == CalendarWord::Freeze) && !one.passes(),
                from: span.and_then(Span::known_from),
                until: span.and_then(Span::known_until),
            });
        }
        self.in_flight(&held, ahead);
        // A move in spite of a freeze uses up what let it pass.
        let passed = held
            .iter()
            .filter(|one| one.entry.covers(self.now) && !one.excepted);
        let passed: Vec<ApprovalId> = passed.filter_map(|one| one.let_pass).collect();
        self.used.extend(passed);
        // At rest in a final phase nothing is to be moved.
        if ahead.phased && ahead.next.is_none() {
            return;
        }
        let (windows, freezes) = parted(held, |one| one.passes() || self.finishes(one, ahead));
        let (windows_at, windows): (Vec<usize>, Vec<Entry<'_>>) = windows.into_iter().unzip();
        let (freezes_at, freezes): (Vec<usize>, Vec<Entry<'_>>) = freezes.into_iter().unzip();
        if allowed(&windows, &freezes, self.now) {
            if let Some(at) = closes(&windows, &freezes, self.now) {
                let subject = freezes_at
                    .iter()
                    .zip(&freezes)
                    .find(|(_, entry)| entry.covers(at))
                    .map(|(at, _)| *at)
                    .or(windows_at.first().copied());
                let name =
                    subject.map_or(String::new(), |at| self.program.calendar[at].name.clone());
                self.soon_at(at, NextKind::Closes, name, "moves are closed");
            }
            return;
        }
        let open = opens(&windows, &freezes, self.now);
        let until = match open {
            Some(at) => format!("closed until {at}"),
            None => "closed, with no known end".into(),
        };
        let mut first = None;
        for (at, entry) in freezes_at.iter().zip(&freezes) {
            if !entry.covers(self.now) {
                continue;
            }
            let calendar = &self.program.calendar[*at];
            let end = entry.occurrence(self.now).and_then(Span::known_until);
            let row = self.row_of(*at, &view);
            let row = row.map_or(String::new(), |row| format!(" by {row}"));
            let mut message = match end {
                Some(end) => format!("closed until {end}{row}"),
                None => format!("closed{row}, with no known end"),
            };
            if let Some(why) = self.untold(*at, &view) {
                message = why;
            }
            let ways = self.exceptions(&calendar.except_by);
            if !ways.is_empty() {
                message.push_str(&format!("; except by {}", ways.join(" or ")));
            }
            let reason = Reason::new(
                ReasonCode::Freeze,
                Outcome::Frozen,
                calendar.name.clone(),
                message,
            );
            self.ask_people(&calendar.except_by.iter().copied().collect());
            self.add(reason, Some(calendar.at));
            first.get_or_insert(calendar.name.clone());
        }
        if !windows.is_empty() && !windows.iter().any(|window| window.covers(self.now)) {
            for at in &windows_at {
                let calendar = &self.program.calendar[*at];
                let reason = Reason::new(
                    ReasonCode::Window,
                    Outcome::Frozen,
                    calendar.name.clone(),
                    format!("outside the window, {until}"),
                );
                self.add(reason, Some(calendar.at));
                first.get_or_insert(calendar.name.clone());
            }
        }
        if let Some(at) = open {
            let name = first.unwrap_or_default();
            self.soon_at(at, NextKind::Opens, name, "moves are allowed");
        }
    }

    /// The entries in scope of a move, excepted ones marked.
    fn held<'z>(
        &self,
        utc: &'z ZoneRules,
        view: &View,
        next: Option<&Place>,
        crosses: bool,
    ) -> Vec<Held<'z>>
    where
        'a: 'z,
    {
        let mut held = Vec::new();
        for (at, calendar) in self.program.calendar.iter().enumerate() {
            if !self.in_scope(&calendar.scope, view, next, crosses) {
                continue;
            }
            let excepted = calendar
                .except_when
                .iter()
                .any(|node| self.asking(view, self.now, |ctx| ctx.truth(*node)) == Truth::True);
            let zone = calendar
                .zone
                .as_ref()
                .and_then(|zone| self.program.zones.get(zone))
                .unwrap_or(utc);
            let entry = Entry::new(calendar, zone, |time| {
                self.answer(calendar.kind, time, view)
            });
            let mut ways = calendar.except_by.iter().copied();
            held.push(Held {
                at,
                entry,
                excepted,
                let_pass: ways.find(|id| self.is_given(*id)),
            });
        }
        held
    }

    /// The approvals that would let a move pass, and how far each is.
    fn exceptions(&self, ids: &[ApprovalId]) -> Vec<String> {
        let one = |id: &ApprovalId| {
            let approval = self.program.approvals.get(id.ix())?;
            let tally = self.tally(*id);
            let missing = tally.missing.join(", ");
            Some(format!(
                "approval {} ({} of {}: {missing})",
                approval.name, tally.have, tally.need
            ))
        };
        ids.iter().filter_map(one).collect()
    }

    fn in_scope(&self, scope: &[Scope], view: &View, next: Option<&Place>, crosses: bool) -> bool {
        let share = next.and_then(|next| next.cohort).map(|share| share.0);
        scope.is_empty()
            || scope.iter().any(|scope| match scope {
                Scope::Entering(phases) => {
                    crosses
                        && phases.iter().any(|phase| {
                            let phase = self.program.phases.get(phase.ix());
                            phase.map(|phase| &phase.name) == next.map(|next| &next.phase)
                        })
                }
                Scope::CohortsTo(bound) => {
                    share.is_some_and(|share| self.number(*bound).is_none_or(|to| share <= to))
                }
                Scope::CohortsFrom(bound) => {
                    share.is_some_and(|share| self.number(*bound).is_none_or(|from| share >= from))
                }
                Scope::When(node) => {
                    self.asking(view, self.now, |ctx| ctx.truth(*node)) != Truth::False
                }
            })
    }

    /// What evidence says of a time; where it cannot be told a freeze is closed and a window is not open.
    fn answer(&self, kind: CalendarKind, time: &Time, view: &View) -> Answer {
        let untold = match kind {
            CalendarKind::Freeze => Answer::Always,
            CalendarKind::Window => Answer::Never,
        };
        match time {
            Time::While(node) => match self.asking(view, self.now, |ctx| ctx.truth(*node)) {
                Truth::True => Answer::Always,
                Truth::False => Answer::Never,
                Truth::Unknown(_) => untold,
            },
            Time::During { .. } => {
                let rows = self.during(time, view);
                match (rows, kind) {
                    (Ok(rows), _) => Answer::Rows(rows),
                    (Err(rows), CalendarKind::Window) => Answer::Rows(rows),
                    (Err(_), CalendarKind::Freeze) => Answer::Always,
                }
            }
            Time::Days { .. }
            | Time::Span { .. }
            | Time::On(_)
            | Time::Weekly { .. }
            | Time::Monthly { .. }
            | Time::Yearly { .. } => untold,
        }
    }

    /// The rows of a `during`; `Err` with those that can be told where some cannot.
    fn during(&self, time: &Time, view: &View) -> Result<Vec<Span>, Vec<Span>> {
        let program = self.program;
        let found = program.calendar.iter().flat_map(|calendar| &calendar.times);
        let at = found
            .into_iter()
            .position(|other| std::ptr::eq(other, time));
        self.asking(view, self.now, |ctx| {
            // Taken from the program anew, so that it lives as long as the evaluation.
            let mut times = ctx.program().calendar.iter().flat_map(|one| &one.times);
            let Some(Time::During { bind, from, until }) = at.and_then(|at| times.nth(at)) else {
                return Ok(Vec::new());
            };
            let (mut rows, mut whole) = (Vec::new(), true);
            ctx.each(bind, *from, &mut |ctx, row| {
                let start = instant(ctx.eval(*from));
                let end = match ctx.eval(*until) {
                    Val::Absent | Val::Null => Some(Instant::MAX),
                    value => instant(value),
                };
                match (row, start, end) {
                    (Ok(Truth::True), Some(from), Some(until)) => rows.push(Span { from, until }),
                    (Ok(Truth::False), ..) => {}
                    (Ok(Truth::True | Truth::Unknown(_)) | Err(_), ..) => whole = false,
                }
                true
            });
            match whole {
                true => Ok(rows),
                false => Err(rows),
            }
        })
    }

    /// The row of a `during` that covers this instant, as `holidays["easter"]`.
    fn row_of(&self, at: usize, view: &View) -> Option<String> {
        let times = 0..self.program.calendar[at].times.len();
        self.asking(view, self.now, |ctx| {
            for i in times {
                // Taken from the program anew, so that it lives as long as the evaluation.
                let Time::During { bind, from, until } = &ctx.program().calendar[at].times[i]
                else {
                    continue;
                };
                let mut found = None;
                ctx.each(bind, *from, &mut |ctx, row| {
                    let start = instant(ctx.eval(*from));
                    let end = match ctx.eval(*until) {
                        Val::Absent | Val::Null => Some(Instant::MAX),
                        value => instant(value),
                    };
                    let covers = start.is_some_and(|start| start <= self.now)
                        && end.is_some_and(|end| self.now < end);
                    if row == Ok(Truth::True) && covers {
                        let mut key = Vec::new();
                        ctx.bound_key(bind, &[], &mut key);
                        let program = ctx.program();
                        let node = bind
                            .vars
                            .first()
                            .and_then(|var| program.code.get(var.1.ix()));
                        let source = match node.map(|code| &code.node) {
                            Some(Node::Item(item)) => &program.evidence[item.ix()].name,
                            _ => &program.calendar[at].name,
                        };
                        found = Some(crate::verdict::subject(source, &key));
                    }
                    found.is_none()
                });
                if found.is_some() {
                    return found;
                }
            }
            None
        })
    }

    /// Why a freeze is closed that asks for evidence it does not get.
    fn untold(&self, at: usize, view: &View) -> Option<String> {
        let calendar = &self.program.calendar[at];
        for time in &calendar.times {
            let node = match time {
                Time::While(node) => *node,
                Time::During { bind, from, .. } => match self.during(time, view) {
                    Ok(_) => continue,
                    Err(_) => bind.vars.first().map_or(*from, |var| var.1),
                },
                Time::Days { .. }
                | Time::Span { .. }
                | Time::On(_)
                | Time::Weekly { .. }
                | Time::Monthly { .. }
                | Time::Yearly { .. } => continue,
            };
            let why = self.asking(view, self.now, |ctx| match ctx.eval(node) {
                Val::Unknown(why) => Some(why),
                _ => None,
            });
            if let Some(why) = why {
                return Some(format!("counts as closed: {}", self.unknown(why)));
            }
        }
        None
    }

    /// `in flight finish`: cohorts go on where the phase was entered before this occurrence began.
    fn finishes(&self, one: &Held<'_>, ahead: &Ahead) -> bool {
        let began = one.entry.occurrence(self.now).map(|span| span.from);
        let entered = self.instance.phase_entered_at;
        self.program.calendar[one.at].in_flight == InFlight::Finish
            && ahead.phased
            && !ahead.crosses
            && matches!((entered, began), (Some(entered), Some(began)) if entered < began)
    }

    /// `in flight rollback R`: the first step inside an occurrence that finds somebody exposed.
    fn in_flight(&mut self, held: &[Held<'_>], ahead: &Ahead) {
        let complete = ahead.next.is_none() && self.instance.live == self.instance.subject;
        if !ahead.phased || !self.instance.exposed() || complete {
            return;
        }
        for one in held {
            let calendar = &self.program.calendar[one.at];
            let InFlight::Rollback(procedure) = calendar.in_flight else {
                continue;
            };
            if one.passes() || !one.entry.covers(self.now) {
                continue;
            }
            let began = one.entry.occurrence(self.now).map(|span| span.from);
            // Who came here in spite of the freeze was let pass.
            let entered = self.instance.entered_at;
            if !calendar.except_by.is_empty()
                && matches!((entered, began), (Some(entered), Some(began)) if entered >= began)
            {
                continue;
            }
            let cause = format!("freeze {}", calendar.name);
            let name = self.program.procedures.get(procedure.ix());
            let again = self.instance.last_rollback.as_ref().is_some_and(|last| {
                Some(&last.name) == name.map(|one| &one.name)
                    && began.is_some_and(|began| last.at >= began)
            });
            if again {
                continue;
            }
            let reason = Reason::new(
                ReasonCode::Freeze,
                Outcome::Rollback,
                calendar.name.clone(),
                "nothing may be in flight",
            );
            let mut reads = Reads::default();
            for time in &calendar.times {
                if let Time::While(node) = time {
                    reads.node(self.program, *node);
                }
            }
            self.read.extend(&reads.items);
            self.wish(procedure, &cause, self.now, reason, Some(calendar.at));
        }
    }

    /// How much of the time between two instants the calendar was open for the next move.
    pub(super) fn open_time(&self, from: Instant, to: Instant) -> Number {
        let utc = ZoneRules::utc();
        let view = self.view(Mode::Move);
        let next = self.next_here();
        let crosses = next
            .as_ref()
            .is_some_and(|next| next.phase != self.instance.phase);
        let held = self.held(&utc, &view, next.as_ref(), crosses);
        let (windows, freezes) = parted(held, |one| one.excepted);
        let windows: Vec<Entry<'_>> = windows.into_iter().map(|one| one.1).collect();
        let freezes: Vec<Entry<'_>> = freezes.into_iter().map(|one| one.1).collect();
        let (mut at, mut open) = (from, Number::ZERO);
        for _ in 0..10_000 {
            let Some(start) = opens(&windows, &freezes, at).filter(|start| *start < to) else {
                return open;
            };
            let end = closes(&windows, &freezes, start).map_or(to, |end| end.min(to));
            open = open.add(end.since(start)).unwrap_or(open);
            if end >= to {
                return open;
            }
            at = end;
        }
        open
    }
}

type Named<'z> = Vec<(usize, Entry<'z>)>;

/// Windows and freezes, without those that do not count.
fn parted<'z>(held: Vec<Held<'z>>, skip: impl Fn(&Held<'z>) -> bool) -> (Named<'z>, Named<'z>) {
    let (mut windows, mut freezes) = (Vec::new(), Vec::new());
    for one in held {
        match one.entry.kind() {
            // A window that does not bear on the move must not open it either.
            CalendarKind::Window => windows.push((one.at, one.entry)),
            CalendarKind::Freeze if skip(&one) => {}
            CalendarKind::Freeze => freezes.push((one.at, one.entry)),
        }
    }
    (windows, freezes)
}

fn instant(value: Val<'_>) -> Option<Instant> {
    match value {
        Val::Instant(at) => Some(at),
        Val::Date(date) => Some(Instant::midnight(date)),
        _ => None,
    }
}

fn word(kind: CalendarKind) -> CalendarWord {
    match kind {
        CalendarKind::Freeze => CalendarWord::Freeze,
        CalendarKind::Window => CalendarWord::Window,
    }
}
