//! Freezes and windows: when they hold and for which moves. Knows civil days; asks no clock.

use std::collections::BTreeSet;

use rolloutc_runtime::ir::{self, CalendarKind, Const, InFlight, NodeId, Time};
use rolloutc_runtime::time::Date;
use rolloutc_runtime::ty::Ty;

use super::{Checker, Scope, Typed, say};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, CalendarClause, TimeRule};

/// The first year that clock changes are looked for in.
const EDITION: i32 = 2026;

impl<'a> Checker<'a> {
    /// All freezes and windows, by id.
    pub(super) fn calendars(&mut self) -> Vec<ir::Calendar> {
        let ids = self.ids.calendar.clone();
        let mut out = Vec::new();
        for (decl, found, scope) in self.each_of(&ids) {
            let (kind, calendar) = match &found.kind {
                ast::DeclKind::Freeze(calendar) => (CalendarKind::Freeze, calendar),
                ast::DeclKind::Window(calendar) => (CalendarKind::Window, calendar),
                _ => continue,
            };
            out.push(self.within(decl, |c| c.calendar(kind, calendar, found, &scope)));
        }
        out
    }

    fn calendar(
        &mut self,
        kind: CalendarKind,
        calendar: &'a ast::Calendar,
        decl: &ast::Decl,
        scope: &Scope,
    ) -> ir::Calendar {
        let mut out = ir::Calendar {
            name: calendar.name.text.to_string(),
            kind,
            times: Vec::new(),
            zone: None,
            scope: Vec::new(),
            except_when: Vec::new(),
            except_by: Vec::new(),
            in_flight: InFlight::Stay,
            at: self.place(scope, decl.span),
        };
        let mut seen = BTreeSet::new();
        let mut rules = 0;
        let mut spans = Vec::new();
        for clause in &calendar.clauses {
            match &clause.node {
                CalendarClause::Time(time) => {
                    rules += 1;
                    self.time(time, clause.span, &mut out.times, scope);
                    spans.resize(out.times.len(), clause.span);
                }
                CalendarClause::Zone(zone) => {
                    self.once(&mut seen, "in ZONE", clause.span, scope);
                    out.zone = self.zone(zone, scope);
                }
                CalendarClause::InFlight(what) => {
                    self.once(&mut seen, "in flight", clause.span, scope);
                    self.freeze_only(kind, "in flight", clause.span, scope);
                    out.in_flight = match what {
                        ast::InFlight::Finish => InFlight::Finish,
                        ast::InFlight::Stay => InFlight::Stay,
                        ast::InFlight::Rollback(name) => {
                            match self.procedure_named(name, None, scope) {
                                Some(id) => InFlight::Rollback(id),
                                None => InFlight::Stay,
                            }
                        }
                    };
                }
                CalendarClause::Scope(what) => out.scope.push(self.scope_of(what, scope)),
                CalendarClause::ExceptWhen(e) => {
                    self.freeze_only(kind, "except", clause.span, scope);
                    out.except_when.push(self.condition(e, scope));
                }
                CalendarClause::ExceptBy(name) => {
                    self.freeze_only(kind, "except", clause.span, scope);
                    out.except_by.extend(self.approval_named(name, scope));
                }
            }
        }
        if rules == 0 {
            self.lacks(
                &calendar.name,
                "time",
                "every fri 16:00 to mon 08:00 in \"Europe/Berlin\"",
                scope,
            );
        }
        if out.zone.is_none() && !seen.contains("in ZONE") && out.times.iter().any(is_civil) {
            let at = self.at(scope, calendar.name.span);
            self.report(
                Diagnostic::error(
                    "missing-clause",
                    at,
                    format!("`{}` has no time zone", calendar.name.text),
                )
                .help("write `in \"Europe/Berlin\"`, or `in \"UTC\"`"),
            );
        }
        self.emptied(&out, &spans, scope);
        out
    }

    /// Reports times of which a clock change leaves nothing: once each, with the first such day. Years are
    /// counted from the edition's own, for a check asks no clock.
    fn emptied(&mut self, calendar: &ir::Calendar, spans: &[Span], scope: &Scope) {
        let (Some(name), Some(first)) = (&calendar.zone, Date::new(EDITION, 1, 1)) else {
            return;
        };
        let Ok(zone) = crate::zones::zone(name) else {
            return;
        };
        let mut said = BTreeSet::new();
        for found in rolloutc_runtime::calendar::emptied(calendar, &zone, first) {
            let Some(span) = spans.get(found.time).filter(|_| said.insert(found.time)) else {
                continue;
            };
            let at = self.at(scope, *span);
            let what = match calendar.kind {
                CalendarKind::Freeze => "closes",
                CalendarKind::Window => "opens",
            };
            let message = format!(
                "on {} this never {what}: the clock in {name} changes then",
                found.from.date()
            );
            self.report(Diagnostic::warning("clock-change", at, message).help(
                "let it begin before or end after the change; a freeze counts as long as it can, a window as short",
            ));
        }
    }

    fn freeze_only(&mut self, kind: CalendarKind, clause: &str, span: Span, scope: &Scope) {
        if kind == CalendarKind::Window {
            let help = "a window only opens; write a `freeze` for what closes";
            self.misplaced(clause, "a window", help, span, scope);
        }
    }

    /// `scope …` of a calendar or a trigger.
    pub(super) fn scope_of(&mut self, what: &'a ast::Scope, scope: &Scope) -> ir::Scope {
        match what {
            ast::Scope::Entering(names) => ir::Scope::Entering(
                names
                    .iter()
                    .filter_map(|name| self.phase_named(name, scope))
                    .collect(),
            ),
            ast::Scope::CohortsTo(e) => ir::Scope::CohortsTo(self.ratio(e, scope)),
            ast::Scope::CohortsFrom(e) => ir::Scope::CohortsFrom(self.ratio(e, scope)),
            ast::Scope::When(e) => ir::Scope::When(self.condition(e, scope)),
        }
    }

    fn time(&mut self, time: &'a TimeRule, span: Span, out: &mut Vec<Time>, scope: &Scope) {
        match time {
            TimeRule::From { from, through } => out.extend(self.days_between(from, through, scope)),
            TimeRule::On(days) => {
                let days: Vec<Date> = days.iter().filter_map(|e| self.day(e, scope)).collect();
                if !days.is_empty() {
                    out.push(Time::On(days));
                }
            }
            TimeRule::While(e) => out.push(Time::While(self.condition(e, scope))),
            TimeRule::During { bind, from, to } => {
                let (bind, inner) = self.bind(bind, scope);
                let (from, until) = (self.moment(from, &inner), self.moment(to, &inner));
                out.push(Time::During { bind, from, until });
            }
            TimeRule::Every { days, hours } => self.every(days, hours.as_ref(), span, out, scope),
            TimeRule::Monthly { end, days } => {
                let n = self
                    .count(days, scope)
                    .and_then(|n| u8::try_from(n).ok())
                    .filter(|n| (1..=31).contains(n));
                match n {
                    Some(days) => out.push(Time::Monthly {
                        last: *end == ast::MonthEnd::Last,
                        days,
                    }),
                    None => self.impossible(
                        "a month has 1 to 31 days",
                        "write how many of them, for example `monthly last 3 days`",
                        days.span,
                        scope,
                    ),
                }
            }
            TimeRule::Yearly { from, through } => out.push(Time::Yearly {
                from: (from.node.month, from.node.day),
                through: (through.node.month, through.node.day),
            }),
        }
    }

    fn moment(&mut self, e: &'a ast::Expr, scope: &Scope) -> NodeId {
        self.instant(e, scope)
    }

    fn days_between(
        &mut self,
        from: &'a ast::Expr,
        through: &'a ast::Expr,
        scope: &Scope,
    ) -> Option<Time> {
        let start = self.fixed(from, scope)?;
        let end = self.fixed(through, scope)?;
        let time = match (&start, &end) {
            (Const::Date(from), Const::Date(through)) => Time::Days {
                from: *from,
                through: *through,
            },
            (Const::Instant(from), Const::Instant(until)) => Time::Span {
                from: *from,
                until: *until,
            },
            _ => {
                let at = self.at(scope, through.span);
                self.report(
                    Diagnostic::error(
                        "type-mismatch",
                        at,
                        "one end is a day, the other an instant",
                    )
                    .also(self.at(scope, from.span), "the other end")
                    .help("write two days, `from 2026-12-20 through 2027-01-02`, or two instants"),
                );
                return None;
            }
        };
        let empty = match &time {
            Time::Days { from, through } => from > through,
            Time::Span { from, until } => from >= until,
            _ => false,
        };
        if empty {
            self.impossible(
                "this ends before it begins",
                "swap the two",
                from.span.to(through.span),
                scope,
            );
            return None;
        }
        Some(time)
    }

    /// A day or an instant that is written out.
    fn fixed(&mut self, e: &'a ast::Expr, scope: &Scope) -> Option<Const> {
        let Typed { node, ty } = self.expr(e, None, scope);
        let at = self.at(scope, e.span);
        if ty == Ty::Nothing {
            return None;
        }
        match self.const_of(node) {
            Some(value @ (Const::Date(_) | Const::Instant(_))) => Some(value),
            Some(_) => {
                let message = format!("a day or an instant is wanted, this is {}", say(self, &ty));
                self.report(Diagnostic::error("type-mismatch", at, message));
                None
            }
            None => {
                self.report(
                    Diagnostic::error(
                        "not-a-constant",
                        at,
                        "this is not known before evidence is read",
                    )
                    .help("write the day, or take rows: `during r in rows : r.from to r.until`"),
                );
                None
            }
        }
    }

    fn day(&mut self, e: &'a ast::Expr, scope: &Scope) -> Option<Date> {
        match self.fixed(e, scope)? {
            Const::Date(day) => Some(day),
            _ => {
                let at = self.at(scope, e.span);
                self.report(
                    Diagnostic::error("type-mismatch", at, "`on` takes days, this is an instant")
                        .help("for example `on 2026-12-24, 2026-12-31`"),
                );
                None
            }
        }
    }

    fn every(
        &mut self,
        days: &[ast::Spanned<ast::Day>],
        hours: Option<&ast::Hours>,
        span: Span,
        out: &mut Vec<Time>,
        scope: &Scope,
    ) {
        let mut starts: Vec<u8> = Vec::new();
        for day in days {
            for n in numbers(day.node) {
                if starts.contains(&n) {
                    let at = self.at(scope, day.span);
                    self.report(Diagnostic::error(
                        "duplicate-name",
                        at,
                        "this day stands here twice",
                    ));
                } else {
                    starts.push(n);
                }
            }
        }
        let Some(hours) = hours else {
            out.push(Time::Weekly {
                days: starts,
                from: 0,
                add_days: 0,
                until: 1440,
            });
            return;
        };
        let (from, until) = (minutes(hours.from.node), minutes(hours.to.node));
        if from == 1440 {
            self.impossible(
                "nothing starts at 24:00",
                "write the next day at 00:00",
                hours.from.span,
                scope,
            );
            return;
        }
        let Some(to) = hours.to_day.as_ref().map(|day| numbers(day.node)) else {
            out.push(Time::Weekly {
                days: starts,
                from,
                add_days: u8::from(until <= from),
                until,
            });
            return;
        };
        let [to] = to.as_slice() else {
            self.impossible(
                "an end on every day is no end",
                "name the day on which it ends",
                span,
                scope,
            );
            return;
        };
        for start in starts {
            let apart = (to + 7 - start) % 7;
            let add_days = if apart == 0 && until <= from {
                7
            } else {
                apart
            };
            out.push(Time::Weekly {
                days: vec![start],
                from,
                add_days,
                until,
            });
        }
    }

    fn impossible(&mut self, message: &str, help: &str, span: Span, scope: &Scope) {
        let at = self.at(scope, span);
        self.report(Diagnostic::error("impossible-window", at, message).help(help));
    }
}

/// Whether a time is counted on a civil clock.
fn is_civil(time: &Time) -> bool {
    match time {
        Time::Days { .. }
        | Time::On(_)
        | Time::Weekly { .. }
        | Time::Monthly { .. }
        | Time::Yearly { .. } => true,
        Time::Span { .. } | Time::While(_) | Time::During { .. } => false,
    }
}

/// Days of the week from 0, Monday.
fn numbers(day: ast::Day) -> Vec<u8> {
    match day {
        ast::Day::Mon => vec![0],
        ast::Day::Tue => vec![1],
        ast::Day::Wed => vec![2],
        ast::Day::Thu => vec![3],
        ast::Day::Fri => vec![4],
        ast::Day::Sat => vec![5],
        ast::Day::Sun => vec![6],
        ast::Day::Every => (0..7).collect(),
    }
}

fn minutes(clock: ast::Clock) -> u16 {
    u16::from(clock.hour) * 60 + u16::from(clock.minute)
}
