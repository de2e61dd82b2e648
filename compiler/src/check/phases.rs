//! Phases and their cohorts: the way forward. Knows clauses and shares; moves nothing.

use std::collections::BTreeSet;

use rolloutc_runtime::ir::{self, Cohort, Const, Node, NodeId};
use rolloutc_runtime::number::Number;
use rolloutc_runtime::ty::Ty;

use super::{Checker, Def, Scope, consts, say};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, PhaseClause, StopKind};

/// The most cohorts that one phase may count up to.
const COHORT_LIMIT: usize = 1_000;

/// A share that a cohort list names: written out, or known from a param only.
enum Share {
    Fixed(Number, Option<String>, Span),
    Open(NodeId, Ty, Span),
}

impl<'a> Checker<'a> {
    /// All phases, by id.
    pub(super) fn phases(&mut self) -> Vec<ir::Phase> {
        let ids = self.ids.phases.clone();
        let mut out = Vec::new();
        for (decl, found, scope) in self.each_of(&ids) {
            if let ast::DeclKind::Phase(phase) = &found.kind {
                out.push(self.within(decl, |c| c.phase(phase, found, &scope)));
            }
        }
        out
    }

    fn phase(&mut self, phase: &'a ast::Phase, decl: &ast::Decl, scope: &Scope) -> ir::Phase {
        let mut out = ir::Phase {
            name: phase.name.text.to_string(),
            last: phase.last.is_some(),
            not_before: None,
            enter: Vec::new(),
            entered_when: None,
            cohorts: Vec::new(),
            cohorts_from: None,
            soak: None,
            checks: None,
            on_red_pause: false,
            clock_open: false,
            keep: Vec::new(),
            leave: Vec::new(),
            watch: Vec::new(),
            within: None,
            at: self.place(scope, decl.span),
        };
        let mut seen = BTreeSet::new();
        let mut single: Option<Span> = None;
        for clause in &phase.clauses {
            let span = clause.span;
            match &clause.node {
                PhaseClause::NotBefore(e) => {
                    self.once(&mut seen, "not before", span, scope);
                    out.not_before = Some(self.instant(e, scope));
                }
                PhaseClause::Enter(items) => {
                    self.once(&mut seen, "enter", span, scope);
                    out.enter.extend(self.criteria(items, false, scope));
                }
                PhaseClause::EnteredWhen(e) => {
                    self.once(&mut seen, "entered when", span, scope);
                    out.entered_when = Some(self.condition(e, scope));
                }
                PhaseClause::Cohorts(stops) => {
                    self.once(&mut seen, "cohorts", span, scope);
                    self.stops(stops, &mut out, scope);
                }
                PhaseClause::CohortRange { from, to, by } => {
                    self.once(&mut seen, "cohorts", span, scope);
                    out.cohorts.extend(self.range(from, to, by, span, scope));
                }
                PhaseClause::Cohort(cohort) => {
                    single = single.or(Some(span));
                    out.cohorts.extend(self.cohort(cohort, &out.cohorts, scope));
                }
                PhaseClause::Soak(e) => {
                    self.once(&mut seen, "soak", span, scope);
                    out.soak = Some(self.duration(e, scope));
                }
                PhaseClause::Checks(e) => {
                    self.once(&mut seen, "checks", span, scope);
                    out.checks = Some(self.int(e, scope));
                }
                PhaseClause::OnRed(what) => {
                    self.once(&mut seen, "on red", span, scope);
                    out.on_red_pause = *what == ast::OnRed::Pause;
                }
                PhaseClause::ClockOpen => {
                    self.once(&mut seen, "clock open", span, scope);
                    out.clock_open = true;
                }
                PhaseClause::Keep(items) => {
                    self.once(&mut seen, "keep", span, scope);
                    out.keep.extend(self.criteria(items, false, scope));
                }
                PhaseClause::Leave(items) => {
                    self.once(&mut seen, "leave", span, scope);
                    out.leave.extend(self.criteria(items, true, scope));
                }
                PhaseClause::Watch(items) => {
                    self.once(&mut seen, "watch", span, scope);
                    out.watch.extend(self.criteria(items, false, scope));
                }
                PhaseClause::Within(deadline) => {
                    self.once(&mut seen, "within", span, scope);
                    out.within = Some(self.deadline(deadline, span, false, scope));
                }
            }
        }
        if let Some(span) = single.filter(|_| seen.contains("cohorts")) {
            let help = "write all cohorts in one list, or each in a `cohort` line of its own";
            self.misplaced(
                "cohort",
                "a phase that lists its `cohorts`",
                help,
                span,
                scope,
            );
        }
        if out.keep.is_empty() && out.enter.is_empty() && out.leave.is_empty() && !decl.tainted {
            self.no_criteria(phase, &out, scope);
        }
        if seen.contains("on red") && out.keep.is_empty() {
            let at = self.at(scope, phase.name.span);
            self.report(
                Diagnostic::error(
                    "missing-clause",
                    at,
                    format!("nothing in `{}` can turn red", phase.name.text),
                )
                .help("`on red` is about what `keep` asks: add a `keep`"),
            );
        }
        out
    }

    fn no_criteria(&mut self, phase: &ast::Phase, out: &ir::Phase, scope: &Scope) {
        let after = out.cohorts.iter().any(|c| !c.after.is_empty());
        if after {
            return;
        }
        let at = self.at(scope, phase.name.span);
        self.report(
            Diagnostic::error(
                "phase-without-criteria",
                at,
                format!("the phase `{}` has no condition", phase.name.text),
            )
            .help("write what must hold to `enter`, stay in (`keep`) or `leave` it"),
        );
    }

    fn stops(&mut self, stops: &'a [ast::Stop], out: &mut ir::Phase, scope: &Scope) {
        let mut shares = Vec::new();
        for stop in stops {
            shares.extend(self.stop(stop, scope));
        }
        let open = shares.iter().any(|share| matches!(share, Share::Open(..)));
        if !open {
            for share in shares {
                if let Share::Fixed(share, name, span) = share {
                    self.next_cohort(share, name, span, &mut out.cohorts, scope);
                }
            }
            return;
        }
        if let [Share::Open(node, Ty::List(_), _)] = shares.as_slice() {
            out.cohorts_from = Some(*node);
            return;
        }
        let mut nodes = Vec::new();
        let mut whole: Option<Span> = None;
        for share in shares {
            let (node, span) = match share {
                Share::Fixed(share, _, span) => {
                    let at = self.at(scope, span);
                    (
                        self.push(Node::Const(Const::Number(share)), Ty::Ratio, at)
                            .node,
                        span,
                    )
                }
                Share::Open(node, Ty::List(_), span) => {
                    let at = self.at(scope, span);
                    self.report(
                        Diagnostic::error(
                            "type-mismatch",
                            at,
                            "a list of shares stands alone behind `cohorts`",
                        )
                        .help("put all cohorts into the list"),
                    );
                    (node, span)
                }
                Share::Open(node, _, span) => (node, span),
            };
            nodes.push(node);
            whole = Some(whole.map_or(span, |w| w.to(span)));
        }
        let at = self.at(scope, whole.unwrap_or_default());
        let ty = Ty::List(Box::new(Ty::Ratio));
        out.cohorts_from = Some(self.push(Node::List(nodes), ty, at).node);
    }

    fn stop(&mut self, stop: &'a ast::Stop, scope: &Scope) -> Vec<Share> {
        match &stop.kind {
            StopKind::Share(number) => {
                let share = self.share(number, scope);
                share
                    .map(|share| Share::Fixed(share, None, stop.span))
                    .into_iter()
                    .collect()
            }
            StopKind::Named { name, share } => {
                let share = self.share(share, scope);
                let name = Some(name.text.to_string());
                share
                    .map(|share| Share::Fixed(share, name, stop.span))
                    .into_iter()
                    .collect()
            }
            StopKind::Param(dotted) => self.named_shares(dotted, scope),
        }
    }

    fn named_shares(&mut self, dotted: &ast::Dotted, scope: &Scope) -> Vec<Share> {
        let at = self.at(scope, dotted.span);
        let typed = match self.resolve(dotted, "a param or a `let`", scope) {
            None => return Vec::new(),
            Some(Def::Param(id)) => {
                let ty = self.param_ty(id);
                self.push(Node::Param(id), ty, at)
            }
            Some(Def::Let(decl)) => self.let_value(decl, at),
            Some(other) => {
                let _: Option<()> = self.wrong_kind(
                    &dotted.to_string(),
                    dotted.span,
                    &other,
                    "a param or a `let`",
                    scope,
                );
                return Vec::new();
            }
        };
        let shares = Ty::List(Box::new(Ty::Ratio));
        if typed.ty == Ty::Nothing {
            return Vec::new();
        }
        if !self.fits(&typed.ty, &Ty::Ratio) && !self.fits(&typed.ty, &shares) {
            let message = format!(
                "`{dotted}` is {}, cohorts are shares such as `10%`",
                say(self, &typed.ty)
            );
            self.report(Diagnostic::error("type-mismatch", at, message));
            return Vec::new();
        }
        match self.const_of(typed.node) {
            Some(Const::Number(share)) => vec![Share::Fixed(share, None, dotted.span)],
            Some(Const::List(list)) => (list.into_iter())
                .filter_map(|value| match value {
                    Const::Number(share) => Some(Share::Fixed(share, None, dotted.span)),
                    _ => None,
                })
                .collect(),
            _ => vec![Share::Open(
                typed.node,
                typed.ty.required().clone(),
                dotted.span,
            )],
        }
    }

    /// A share that is written out.
    pub(super) fn share(&mut self, number: &ast::Number, scope: &Scope) -> Option<Number> {
        let at = self.at(scope, number.span);
        let share = match (&number.value, consts::literal(&number.value, false)) {
            (ast::NumberValue::Percent(_), Some(Const::Number(share))) => Some(share),
            (ast::NumberValue::Int(0), _) => Some(Number::ZERO),
            _ => None,
        };
        if share.is_none() {
            self.report(
                Diagnostic::error(
                    "bare-number",
                    at,
                    format!("`{}` is not a share", number.text),
                )
                .help("write shares in percent, for example `10%`"),
            );
        }
        share
    }

    fn next_cohort(
        &mut self,
        share: Number,
        name: Option<String>,
        span: Span,
        cohorts: &mut Vec<Cohort>,
        scope: &Scope,
    ) {
        let at = self.at(scope, span);
        if share <= Number::ZERO || share > Number::ONE {
            self.report(
                Diagnostic::error(
                    "cohort-outside-range",
                    at,
                    "a cohort is above 0% and at most 100%",
                )
                .help("before the first cohort nobody is served: 0% needs no line of its own"),
            );
            return;
        }
        if cohorts.last().is_some_and(|last| last.share >= share) {
            self.report(
                Diagnostic::error(
                    "cohorts-not-increasing",
                    at,
                    "this cohort is not larger than the one before it",
                )
                .help(
                    "write them in order, each larger than the last; the way down is a `rollback`",
                ),
            );
            return;
        }
        if let Some(name) = &name
            && cohorts.iter().any(|c| c.name.as_ref() == Some(name))
        {
            self.report(Diagnostic::error(
                "duplicate-name",
                at,
                format!("the cohort `{name}` is declared twice"),
            ));
        }
        cohorts.push(Cohort {
            name,
            share,
            soak: None,
            checks: None,
            after: Vec::new(),
        });
    }

    fn range(
        &mut self,
        from: &ast::Number,
        to: &ast::Number,
        by: &ast::Number,
        span: Span,
        scope: &Scope,
    ) -> Vec<Cohort> {
        let mut out = Vec::new();
        let (Some(from), Some(to), Some(by)) = (
            self.share(from, scope),
            self.share(to, scope),
            self.share(by, scope),
        ) else {
            return out;
        };
        let at = self.at(scope, span);
        if by.is_zero() || from >= to {
            self.report(
                Diagnostic::error("cohorts-not-increasing", at, "these cohorts do not grow")
                    .help("for example `cohorts 10% to 100% by 10%`"),
            );
            return out;
        }
        let mut share = from;
        while share < to && out.len() < COHORT_LIMIT {
            self.next_cohort(share, None, span, &mut out, scope);
            share = share.add(by).unwrap_or(to);
        }
        if out.len() == COHORT_LIMIT {
            self.report(
                Diagnostic::error("too-costly", at, "these are more than a thousand cohorts")
                    .help("take a larger step behind `by`"),
            );
        }
        self.next_cohort(to, None, span, &mut out, scope);
        out
    }

    fn cohort(&mut self, cohort: &'a ast::Cohort, before: &[Cohort], scope: &Scope) -> Vec<Cohort> {
        let mut known = before.to_vec();
        let len = known.len();
        for share in self.stop(&cohort.stop, scope) {
            match share {
                Share::Fixed(share, name, span) => {
                    self.next_cohort(share, name, span, &mut known, scope)
                }
                Share::Open(_, _, span) => {
                    let at = self.at(scope, span);
                    self.report(
                        Diagnostic::error(
                            "not-a-constant",
                            at,
                            "a `cohort` line says its share itself",
                        )
                        .help("shares of a param stand behind `cohorts`"),
                    );
                }
            }
        }
        let soak = cohort.soak.as_ref().map(|e| self.duration(e, scope));
        let checks = cohort.checks.as_ref().map(|e| self.int(e, scope));
        let mut after = Vec::new();
        for e in &cohort.after {
            let ask = self.ask(e, scope);
            after.push(self.criterion(ask, false, e.span, scope));
        }
        let mut new = known.split_off(len.min(known.len()));
        for one in &mut new {
            one.soak = soak;
            one.checks = checks;
            one.after = after.clone();
        }
        new
    }
}
