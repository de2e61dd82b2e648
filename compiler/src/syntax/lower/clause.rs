//! Clauses of gates, approvals, waivers, phases, triggers and procedures.

use rolloutc_grammar::Rule;

use super::{Kids, Lower, Node, stray};
use crate::syntax::ast::{
    ApprovalClause, By, Call, Cohort, Cover, Deadline, Else, GateClause, Item, MessageClause, Name,
    OnRed, OnUnknown, PeopleRule, PhaseClause, ProcedureClause, Quorum, Rule as Condition, Scope,
    Source, Spanned, Step, Stop, StopKind, Then, TriggerClause, WaiverClause,
};

impl Lower<'_> {
    pub(in crate::syntax) fn gate_clause(&mut self, node: Node) -> Spanned<GateClause> {
        let span = self.span(&node);
        let rule = node.as_rule();
        let mut kids = Kids::of(node);
        let clause = match rule {
            Rule::require => GateClause::Require(self.condition(kids)),
            Rule::forbid => GateClause::Forbid(self.condition(kids)),
            Rule::each => {
                let bind = self.bind(kids.need());
                GateClause::Each {
                    bind,
                    by: kids.next().map(|by| self.expr(by)),
                }
            }
            Rule::let_in => GateClause::Let(self.let_in(&mut kids)),
            Rule::need => GateClause::Need(self.exprs(kids)),
            Rule::applies => GateClause::AppliesWhen(self.expr(kids.need())),
            Rule::pending => GateClause::PendingWhile(self.expr(kids.need())),
            Rule::advisory_unless => GateClause::AdvisoryUnless(self.expr(kids.need())),
            Rule::advisory_until => GateClause::AdvisoryUntil(self.expr(kids.need())),
            rule => unreachable!("the grammar puts no {rule:?} in a gate"),
        };
        Spanned { node: clause, span }
    }

    fn condition(&mut self, mut kids: Kids) -> Condition {
        let condition = self.expr(kids.need());
        Condition {
            condition,
            message: kids.next().map(|text| self.text(&text)),
        }
    }

    pub(in crate::syntax) fn approval_clause(&mut self, node: Node) -> Spanned<ApprovalClause> {
        let span = self.span(&node);
        let clause = match node.as_rule() {
            Rule::by => ApprovalClause::By(self.by(node)),
            Rule::from => ApprovalClause::From(self.source(node)),
            Rule::fresh_for => ApprovalClause::Fresh(self.expr(Kids::of(node).need())),
            Rule::people => {
                ApprovalClause::People(Kids::of(node).map(|rule| self.people(rule)).collect())
            }
            Rule::within => ApprovalClause::Within(self.deadline(node)),
            Rule::stands => ApprovalClause::Stands,
            _ => stray(&node),
        };
        Spanned { node: clause, span }
    }

    fn people(&mut self, node: Node) -> Spanned<PeopleRule> {
        let span = self.span(&node);
        let rule = match Kids::of(node).next() {
            Some(name) => PeopleRule::Not(self.name(&name)),
            None => PeopleRule::Distinct,
        };
        Spanned { node: rule, span }
    }

    fn by(&mut self, node: Node) -> By {
        let mut kids = Kids::of(node);
        let quorum = kids.opt(Rule::quorum).map(|quorum| {
            let span = self.span(&quorum);
            let inner = Kids::of(quorum).need();
            let quorum = match inner.as_rule() {
                Rule::number => Quorum::AtLeast(self.number(&inner)),
                _ if inner.as_str() == "all" => Quorum::All,
                _ => Quorum::Any,
            };
            Spanned { node: quorum, span }
        });
        By {
            quorum,
            roles: self.names(kids),
        }
    }

    pub(super) fn names<'a>(&mut self, nodes: impl Iterator<Item = Node<'a>>) -> Vec<Name> {
        nodes.map(|name| self.name(&name)).collect()
    }

    /// Where something comes from, behind its word.
    pub(super) fn source(&mut self, node: Node) -> Source {
        let span = self.span(&node);
        let mut kids = Kids::of(node);
        if let Some(text) = kids.opt(Rule::text) {
            return Source::File(self.text(&text));
        }
        let first = kids.need();
        let (callee, next) = (self.dotted(&first), kids.need());
        if next.as_rule() == Rule::text {
            return Source::InFolder {
                folder: callee,
                file: self.text(&next),
            };
        }
        let span = crate::source::Span::new(callee.span.start, span.end);
        Source::Call(Call {
            callee,
            args: self.args(next),
            span,
        })
    }

    /// A sum and what happens behind it.
    fn deadline(&mut self, node: Node) -> Deadline {
        let mut kids = Kids::of(node);
        let limit = self.expr(kids.need());
        let otherwise = kids.next().map(|node| {
            let span = self.span(&node);
            let otherwise = match node.as_rule() {
                Rule::back_to => Else::Rollback(self.dotted(&Kids::of(node).need())),
                Rule::escalate => Else::Escalate(self.names(Kids::of(node))),
                _ => match node.as_str() {
                    "blocked" => Else::Blocked,
                    "halted" => Else::Halted,
                    "hold" => Else::Hold,
                    word => {
                        let help = "it is one of `blocked`, `halted`, `hold`, `rollback NAME` and `escalate ROLE`";
                        self.problem("syntax", span, format!("`{word}` is nothing a deadline can do"), help);
                        Else::Blocked
                    }
                },
            };
            Spanned { node: otherwise, span }
        });
        Deadline { limit, otherwise }
    }

    pub(in crate::syntax) fn waiver_clause(&mut self, node: Node) -> Spanned<WaiverClause> {
        let span = self.span(&node);
        let rule = node.as_rule();
        let clause = match rule {
            Rule::by => WaiverClause::By(self.by(node)),
            Rule::valid => WaiverClause::Valid(self.condition(Kids::of(node))),
            Rule::cover => WaiverClause::Cover(self.cover(node)),
            Rule::until_changes => WaiverClause::UntilSubjectChanges,
            Rule::at_most => WaiverClause::AtMost(self.expr(Kids::of(node).need())),
            Rule::until => WaiverClause::Until(self.expr(Kids::of(node).need())),
            Rule::warn_before => WaiverClause::WarnBefore(self.expr(Kids::of(node).need())),
            _ => stray(&node),
        };
        Spanned { node: clause, span }
    }

    fn cover(&mut self, node: Node) -> Cover {
        let mut kids = Kids::of(node);
        let gate = self.dotted(&kids.need());
        let args = kids.opt(Rule::args).map(|args| self.args(args));
        let rows = kids
            .opt(Rule::cover_rows)
            .map(|rows| self.names(Kids::of(rows)))
            .unwrap_or_default();
        let also_missing = kids.opt(Rule::also_missing).map(|node| self.span(&node));
        Cover {
            gate,
            args,
            rows,
            also_missing,
            when: kids.next().map(|when| self.expr(when)),
        }
    }

    pub(in crate::syntax) fn phase_clause(&mut self, node: Node) -> Spanned<PhaseClause> {
        let span = self.span(&node);
        let rule = node.as_rule();
        let one = |lower: &mut Self, node| lower.expr(Kids::of(node).need());
        let clause = match rule {
            Rule::not_before => PhaseClause::NotBefore(one(self, node)),
            Rule::enter => PhaseClause::Enter(self.phase_items(node)),
            Rule::keep => PhaseClause::Keep(self.phase_items(node)),
            Rule::leave => PhaseClause::Leave(self.phase_items(node)),
            Rule::watch => PhaseClause::Watch(self.phase_items(node)),
            Rule::entered_when => PhaseClause::EnteredWhen(one(self, node)),
            Rule::cohorts => self.cohorts(node),
            Rule::cohort => PhaseClause::Cohort(Box::new(self.cohort(node))),
            Rule::soak => PhaseClause::Soak(one(self, node)),
            Rule::checks => PhaseClause::Checks(one(self, node)),
            Rule::within => PhaseClause::Within(self.deadline(node)),
            Rule::clock_open => PhaseClause::ClockOpen,
            Rule::on_red => PhaseClause::OnRed(match Kids::of(node).need().as_str() {
                "pause" => OnRed::Pause,
                _ => OnRed::Restart,
            }),
            _ => stray(&node),
        };
        Spanned { node: clause, span }
    }

    fn phase_items(&mut self, node: Node) -> Vec<Item> {
        Kids::of(node)
            .map(|item| {
                let span = self.span(&item);
                let mut kids = Kids::of(item);
                let value = self.expr(kids.need());
                Item {
                    value,
                    once: kids.next().map(|once| self.span(&once)),
                    span,
                }
            })
            .collect()
    }

    fn cohorts(&mut self, node: Node) -> PhaseClause {
        let mut kids = Kids::of(node);
        if let Some(range) = kids.opt(Rule::cohort_range) {
            let mut kids = Kids::of(range);
            let from = self.number(&kids.need());
            let to = self.number(&kids.need());
            return PhaseClause::CohortRange {
                from,
                to,
                by: self.number(&kids.need()),
            };
        }
        PhaseClause::Cohorts(kids.map(|stop| self.stop(stop)).collect())
    }

    fn stop(&mut self, node: Node) -> Stop {
        let span = self.span(&node);
        let mut kids = Kids::of(node);
        let first = kids.need();
        let kind = match first.as_rule() {
            Rule::number => StopKind::Share(self.number(&first)),
            Rule::name => StopKind::Named {
                name: self.name(&first),
                share: self.number(&kids.need()),
            },
            _ => StopKind::Param(self.dotted(&first)),
        };
        Stop { kind, span }
    }

    fn cohort(&mut self, node: Node) -> Cohort {
        let mut kids = Kids::of(node);
        let stop = self.stop(kids.need());
        let mut after = None;
        let mut cohort = Cohort {
            stop,
            soak: None,
            checks: None,
            after: Vec::new(),
        };
        for tail in kids {
            let span = self.span(&tail);
            let rule = tail.as_rule();
            let mut inner = Kids::of(tail);
            match rule {
                Rule::soak => {
                    let soak = self.expr(inner.need());
                    self.once(&mut cohort.soak, span, "soak", soak);
                }
                Rule::checks => {
                    let checks = self.expr(inner.need());
                    self.once(&mut cohort.checks, span, "checks", checks);
                }
                _ => {
                    let waits = self.exprs(inner);
                    self.once(&mut after, span, "after", waits);
                }
            }
        }
        cohort.after = after.unwrap_or_default();
        cohort
    }

    pub(in crate::syntax) fn trigger_clause(&mut self, node: Node) -> Spanned<TriggerClause> {
        let span = self.span(&node);
        let rule = node.as_rule();
        let mut kids = Kids::of(node);
        let clause = match rule {
            Rule::class => TriggerClause::Class(self.name(&kids.need())),
            Rule::in_phases => TriggerClause::In(self.names(kids)),
            Rule::scope => TriggerClause::Scope(self.scope(kids.need())),
            Rule::each_row => TriggerClause::Each(self.bind(kids.need())),
            Rule::when => TriggerClause::When(self.expr(kids.need())),
            Rule::for_time => TriggerClause::For(self.expr(kids.need())),
            Rule::times => {
                let count = self.expr(kids.need());
                TriggerClause::Times {
                    count,
                    in_a_row: kids.next().map(|row| self.span(&row)),
                }
            }
            Rule::then => TriggerClause::Then(self.then(kids.need())),
            Rule::on_unknown => TriggerClause::OnUnknown(match kids.need().as_str() {
                "fire" => OnUnknown::Fire,
                _ => OnUnknown::Ignore,
            }),
            rule => unreachable!("the grammar puts no {rule:?} in a trigger"),
        };
        Spanned { node: clause, span }
    }

    fn then(&mut self, node: Node) -> Then {
        match node.as_rule() {
            Rule::back_to => Then::Rollback(self.dotted(&Kids::of(node).need())),
            Rule::throw => Then::Throw(self.dotted(&Kids::of(node).need())),
            _ => {
                if node.as_str() != "halt" {
                    let message = format!("`{}` is nothing a trigger can do", node.as_str());
                    let help = "it is one of `halt`, `rollback NAME` and `throw NAME`";
                    self.problem("syntax", self.span(&node), message, help);
                }
                Then::Halt
            }
        }
    }

    pub(super) fn scope(&mut self, node: Node) -> Scope {
        let rule = node.as_rule();
        let mut kids = Kids::of(node);
        match rule {
            Rule::entering => Scope::Entering(self.names(kids)),
            Rule::cohorts_to => Scope::CohortsTo(self.expr(kids.need())),
            Rule::cohorts_from => Scope::CohortsFrom(self.expr(kids.need())),
            _ => Scope::When(self.expr(kids.need())),
        }
    }

    pub(in crate::syntax) fn procedure_clause(&mut self, node: Node) -> Spanned<ProcedureClause> {
        let span = self.span(&node);
        let rule = node.as_rule();
        let clause = match rule {
            Rule::field => ProcedureClause::Field(Box::new(self.field(node))),
            Rule::step => ProcedureClause::Step(Box::new(self.procedure_step(node))),
            Rule::impact => {
                let mut kids = Kids::of(node);
                let name = self.name(&kids.need());
                ProcedureClause::Impact {
                    name,
                    text: self.text(&kids.need()),
                }
            }
            Rule::check => self.check(node),
            Rule::decide => ProcedureClause::Decide(self.deadline(node)),
            Rule::finish => ProcedureClause::Finish(self.deadline(node)),
            Rule::recover => ProcedureClause::Recover(self.deadline(node)),
            Rule::to => {
                let mut kids = Kids::of(node);
                let phase = self.name(&kids.need());
                let at = kids.next().map(|at| self.number(&at));
                if &*phase.text == "stay" && at.is_none() {
                    ProcedureClause::ToStay
                } else {
                    ProcedureClause::To { phase, at }
                }
            }
            Rule::by_roles => ProcedureClause::By(self.names(Kids::of(node))),
            Rule::run => ProcedureClause::Run(self.call(node)),
            Rule::log => {
                let mut kids = Kids::of(node);
                let name = self.name(&kids.need());
                ProcedureClause::Log {
                    name,
                    any_order: kids.next().map(|any| self.span(&any)),
                }
            }
            Rule::verify => ProcedureClause::Verify(self.phase_items(node)),
            Rule::reenter => ProcedureClause::ReenterWhen(self.expr(Kids::of(node).need())),
            _ => stray(&node),
        };
        Spanned { node: clause, span }
    }

    fn procedure_step(&mut self, node: Node) -> Step {
        let mut kids = Kids::of(node);
        let name = self.name(&kids.need());
        let text = self.text(&kids.need());
        let by = kids
            .opt(Rule::by_roles)
            .map(|by| self.names(Kids::of(by)))
            .unwrap_or_default();
        Step {
            name,
            text,
            by,
            run: kids.next().map(|run| self.call(run)),
        }
    }

    /// The call behind `run`.
    fn call(&mut self, node: Node) -> Call {
        let end = self.span(&node).end;
        let mut kids = Kids::of(node);
        let callee = self.dotted(&kids.need());
        let span = crate::source::Span::new(callee.span.start, end);
        Call {
            args: self.args(kids.need()),
            callee,
            span,
        }
    }

    fn check(&mut self, node: Node) -> ProcedureClause {
        let mut kids = Kids::of(node);
        if kids.peek() == Some(Rule::list) {
            return ProcedureClause::CheckList(self.list_expr(kids.need()));
        }
        let name = kids.opt(Rule::name).map(|name| self.name(&name));
        ProcedureClause::Check {
            name,
            text: self.text(&kids.need()),
        }
    }

    pub(in crate::syntax) fn message_clause(&mut self, node: Node) -> Spanned<MessageClause> {
        let span = self.span(&node);
        let clause = match node.as_rule() {
            Rule::field => MessageClause::Field(Box::new(self.field(node))),
            _ => MessageClause::Text(self.text(&Kids::of(node).need())),
        };
        Spanned { node: clause, span }
    }
}
