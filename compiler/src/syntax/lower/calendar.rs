//! Clauses of freezes and windows.

use rolloutc_grammar::Rule;

use super::number::days;
use super::{Kids, Lower, Node, stray};
use crate::source::Span;
use crate::syntax::ast::{
    CalendarClause, Day, Expr, Hours, InFlight, MonthDay, MonthEnd, NumberValue, Spanned, TimeRule,
};

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

impl Lower<'_> {
    pub(in crate::syntax) fn calendar_clause(&mut self, node: Node) -> Spanned<CalendarClause> {
        let span = self.span(&node);
        let rule = node.as_rule();
        let mut kids = Kids::of(node);
        let clause = match rule {
            Rule::zone => CalendarClause::Zone(self.str(&kids.need())),
            Rule::in_flight => CalendarClause::InFlight(self.in_flight(kids.need())),
            Rule::scope => CalendarClause::Scope(self.scope(kids.need())),
            Rule::except_when => CalendarClause::ExceptWhen(self.expr(kids.need())),
            Rule::except_by => CalendarClause::ExceptBy(self.dotted(&kids.need())),
            Rule::every => {
                let rule = self.every(kids);
                self.time(rule)
            }
            Rule::from_through => {
                let rule = self.stretch(&mut kids);
                self.time(rule)
            }
            Rule::on_days => {
                let days = self.exprs(kids);
                self.time(TimeRule::On(days))
            }
            Rule::while_true => {
                let condition = self.expr(kids.need());
                self.time(TimeRule::While(condition))
            }
            Rule::during => {
                let bind = self.bind(kids.need());
                let from = self.expr(kids.need());
                kids.need();
                let to = self.expr(kids.need());
                self.time(TimeRule::During { bind, from, to })
            }
            Rule::monthly => {
                let end = if kids.need().as_str() == "first" {
                    MonthEnd::First
                } else {
                    MonthEnd::Last
                };
                let days = self.number(&kids.need());
                self.time(TimeRule::Monthly { end, days })
            }
            Rule::yearly => {
                let from = self.month_day(kids.need());
                let word = kids.need();
                if word.as_str() != "through" {
                    let help = "write `through`, which counts the last day";
                    let message = "`to` does not say whether its last day counts";
                    self.problem("syntax", self.span(&word), message, help);
                }
                let through = self.month_day(kids.need());
                self.time(TimeRule::Yearly { from, through })
            }
            rule => unreachable!("the grammar puts no {rule:?} in a calendar"),
        };
        Spanned { node: clause, span }
    }

    fn time(&self, rule: TimeRule) -> CalendarClause {
        CalendarClause::Time(Box::new(rule))
    }

    fn in_flight(&mut self, node: Node) -> InFlight {
        if node.as_rule() == Rule::back_to {
            return InFlight::Rollback(self.dotted(&Kids::of(node).need()));
        }
        match node.as_str() {
            "finish" => InFlight::Finish,
            "stay" => InFlight::Stay,
            word => {
                let help = "it is one of `finish`, `stay` and `rollback NAME`";
                let message = format!("`{word}` is nothing a move in flight can do");
                self.problem("syntax", self.span(&node), message, help);
                InFlight::Stay
            }
        }
    }

    fn stretch(&mut self, kids: &mut Kids) -> TimeRule {
        let from = self.expr(kids.need());
        let word = kids.need();
        let through = self.expr(kids.need());
        let day = |expr: &Expr| matches!(&expr.bare().kind, crate::syntax::ast::ExprKind::Number(n) if matches!(n.value, NumberValue::Date(_)));
        if word.as_str() == "to" {
            let help = if day(&from) || day(&through) {
                "write `from 2026-03-01 through 2026-03-07` for whole days, both counted, or give instants: `from 2026-03-01T00:00Z through 2026-03-08T00:00Z`"
            } else {
                "write `through` between the two ends"
            };
            self.problem(
                "syntax",
                self.span(&word),
                "`from … to` does not say whether its last day counts",
                help,
            );
        }
        TimeRule::From { from, through }
    }

    fn every(&mut self, mut kids: Kids) -> TimeRule {
        let mut days = Vec::new();
        while let Some(node) = kids.opt(Rule::day) {
            days.push(self.day(&node));
        }
        let hours = kids.opt(Rule::clock).map(|from| {
            let from = self.clock(&from);
            kids.need();
            let to_day = kids.opt(Rule::day).map(|day| self.day(&day));
            Hours {
                from,
                to_day,
                to: self.clock(&kids.need()),
            }
        });
        TimeRule::Every { days, hours }
    }

    fn day(&self, node: &Node) -> Spanned<Day> {
        let day = match node.as_str() {
            "mon" => Day::Mon,
            "tue" => Day::Tue,
            "wed" => Day::Wed,
            "thu" => Day::Thu,
            "fri" => Day::Fri,
            "sat" => Day::Sat,
            "sun" => Day::Sun,
            "day" => Day::Every,
            _ => stray(node),
        };
        self.at(node, day)
    }

    fn month_day(&mut self, node: Node) -> Spanned<MonthDay> {
        let span: Span = self.span(&node);
        let mut kids = Kids::of(node);
        let word = kids.need();
        let month = MONTHS
            .iter()
            .position(|month| *month == word.as_str())
            .unwrap_or_else(|| stray(&word));
        let month = u8::try_from(month + 1).unwrap_or(12);
        let number = self.number(&kids.need());
        let day = match number.value {
            NumberValue::Int(day) => u8::try_from(day)
                .ok()
                .filter(|day| (1..=days(2024, month)).contains(day)),
            _ => None,
        };
        if day.is_none() {
            let message = format!("`{} {}` is no day of a year", word.as_str(), number.text);
            self.problem(
                "bad-number",
                span,
                message,
                "write a month and a day in it, for example `dec 20`",
            );
        }
        Spanned {
            node: MonthDay {
                month,
                day: day.unwrap_or(1),
            },
            span,
        }
    }
}
