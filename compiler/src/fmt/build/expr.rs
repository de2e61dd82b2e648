//! Expressions, calls and binders.

use super::{BODY, Build, HEAD};
use crate::fmt::doc::{Cell, Doc, Item};
use crate::syntax::ast::{
    Arg, ArmHead, Bind, Comp, CompareOp, Entry, EntryKind, Expr, ExprKind, Over, StateWord, UnaryOp,
};

/// Whether an expression breaks inside brackets of its own, and its lines come back to the row.
pub(super) fn hugs(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::List(_)
        | ExprKind::ListOf(_)
        | ExprKind::Value(_)
        | ExprKind::Call { .. }
        | ExprKind::Match { .. } => true,
        ExprKind::Number(_)
        | ExprKind::Text(_)
        | ExprKind::Bool(_)
        | ExprKind::Null
        | ExprKind::Name(_)
        | ExprKind::Field { .. }
        | ExprKind::Key { .. }
        | ExprKind::Index { .. }
        | ExprKind::Paren(_)
        | ExprKind::Unary { .. }
        | ExprKind::Logic { .. }
        | ExprKind::Compare { .. }
        | ExprKind::Is { .. }
        | ExprKind::Binary { .. }
        | ExprKind::Convert { .. }
        | ExprKind::As { .. }
        | ExprKind::ObservedSince { .. }
        | ExprKind::Plus { .. }
        | ExprKind::AtClock { .. }
        | ExprKind::Quant { .. }
        | ExprKind::Among { .. }
        | ExprKind::Last { .. }
        | ExprKind::Series { .. }
        | ExprKind::Unknown(_) => false,
    }
}

/// Whether things fill lines: short ones without a structure.
fn fills(items: &[Expr]) -> bool {
    items.iter().all(|item| {
        matches!(
            item.kind,
            ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Null | ExprKind::Name(_)
        ) || matches!(&item.kind, ExprKind::Unary { operand, .. } if matches!(operand.kind, ExprKind::Number(_)))
            || item.as_dotted().is_some()
    })
}

impl Build<'_> {
    /// An expression, the cursor on its first token.
    pub(super) fn expr(&mut self, expr: &Expr) -> Doc {
        let end = expr.span.end;
        match &expr.kind {
            ExprKind::Number(_)
            | ExprKind::Text(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Name(_)
            | ExprKind::Unknown(_) => self.upto(end),
            ExprKind::Field { of, .. }
            | ExprKind::Key { of, .. }
            | ExprKind::Convert { operand: of, .. }
            | ExprKind::As { operand: of, .. }
            | ExprKind::AtClock { operand: of, .. } => self.weave(end, &[of]),
            ExprKind::ObservedSince { operand, since } => self.weave(end, &[operand, since]),
            ExprKind::Plus {
                operand, amount, ..
            } => self.weave(end, &[operand, amount]),
            ExprKind::Is { operand, state, .. } => match &state.node {
                StateWord::Given { since: Some(since) } => self.weave(end, &[operand, since]),
                StateWord::Given { since: None }
                | StateWord::Present
                | StateWord::Blank
                | StateWord::Empty
                | StateWord::Stale
                | StateWord::Missing
                | StateWord::Malformed
                | StateWord::Mismatched
                | StateWord::Future
                | StateWord::Awaited
                | StateWord::Unknown
                | StateWord::Pass
                | StateWord::Fail
                | StateWord::Pending
                | StateWord::Waived => self.weave(end, &[operand]),
            },
            ExprKind::Index { of, keys } => {
                let mut all = vec![&**of];
                all.extend(keys);
                self.weave(end, &all)
            }
            ExprKind::Call { of, args } => {
                let of = self.expr(of);
                Doc::Cat(vec![of, self.args(args)])
            }
            ExprKind::Paren(inner) => {
                self.apart();
                let open = self.upto(inner.span.start);
                let inner = Doc::align(self.expr(inner));
                Doc::Cat(vec![open, inner, self.upto(end)])
            }
            ExprKind::Unary { op, operand } => {
                if op.node == UnaryOp::Negate {
                    self.glue();
                }
                self.weave(end, &[operand])
            }
            ExprKind::Logic { operands, .. } => {
                let mut parts = Vec::new();
                for (i, operand) in operands.iter().enumerate() {
                    if i > 0 {
                        parts.push(Doc::Line);
                        parts.push(self.upto(operand.span.start));
                    }
                    parts.push(self.expr(operand));
                }
                Doc::group(parts)
            }
            ExprKind::Compare { op, left, right } => {
                let stays = matches!(op.node, CompareOp::In | CompareOp::NotIn);
                self.two(left, right, stays)
            }
            ExprKind::Binary { left, right, .. } => self.two(left, right, false),
            ExprKind::List(items) => {
                self.apart();
                self.bracket(items, fills(items), Build::expr)
            }
            ExprKind::ListOf(comp) => {
                self.apart();
                self.bracket(&[&**comp], false, |build, comp| build.comp(comp))
            }
            ExprKind::Value(entries) => self.entries(entries),
            ExprKind::Quant { comp, .. } => {
                let head = self.upto(comp.span.start);
                Doc::Cat(vec![head, self.comp(comp)])
            }
            ExprKind::Among { operands, .. } => {
                let all: Vec<&Expr> = operands.iter().collect();
                let head = match all.first() {
                    Some(first) => self.upto(first.span.start),
                    None => Doc::none(),
                };
                Doc::Cat(vec![head, Doc::align(self.weave(end, &all))])
            }
            ExprKind::Match { subject, arms } => {
                let head = self.weave(subject.span.end, &[subject]);
                let block = self.block(
                    arms,
                    |arm| arm.span,
                    |build, arm| {
                        let place = match &arm.head {
                            ArmHead::Patterns(list) => {
                                list.last().map_or(arm.span, |last| last.span)
                            }
                            ArmHead::Else(span) => *span,
                        };
                        if build.said() == "-" {
                            build.glue();
                        }
                        let head = build.upto(place.end);
                        let arrow = build.upto(arm.value.span.start);
                        let value = build.value(&arm.value);
                        let body = Doc::Cat(vec![arrow, value]);
                        Item::new(vec![
                            Cell::new(HEAD, head),
                            Cell::new(BODY, body).hang(false),
                        ])
                        .comma(true)
                    },
                );
                Doc::Cat(vec![head, Doc::Block(Box::new(block))])
            }
            ExprKind::Last { count, of, .. } => self.weave(end, &[count, of]),
            ExprKind::Series { of, over, .. } => match over.as_deref() {
                Some(Over::Time(time)) => self.weave(end, &[of, time]),
                Some(Over::Cohort(_) | Over::Phase(_) | Over::Rollout(_)) | None => {
                    self.weave(end, &[of])
                }
            },
        }
    }

    /// The next token is a bracket that opens an operand.
    fn apart(&mut self) {
        if let Some(token) = self.tokens.get_mut(self.at) {
            token.apart = true;
        }
    }

    /// The next token is a sign.
    pub(super) fn glue(&mut self) {
        if let Some(token) = self.tokens.get_mut(self.at) {
            token.glued = true;
        }
    }

    fn two(&mut self, left: &Expr, right: &Expr, stays: bool) -> Doc {
        let first = self.expr(left);
        let between = self.upto(right.span.start);
        if hugs(right) {
            return Doc::Cat(vec![first, between, self.expr(right)]);
        }
        let second = self.expr(right);
        let rest = match stays {
            true => vec![between, Doc::nest(vec![Doc::Line, second])],
            false => vec![Doc::nest(vec![Doc::Line, between, second])],
        };
        Doc::group(std::iter::once(first).chain(rest).collect())
    }

    /// An expression behind `=` or `=>`: on the same line, or below and deeper.
    pub(super) fn value(&mut self, expr: &Expr) -> Doc {
        let doc = self.expr(expr);
        match hugs(expr) || matches!(&expr.kind, ExprKind::Text(text) if text.block) {
            true => doc,
            false => Doc::group(vec![Doc::nest(vec![Doc::Line, doc])]),
        }
    }

    pub(super) fn args(&mut self, args: &[Arg]) -> Doc {
        // Nothing is won by breaking around one name.
        if let [Arg::Value(value)] = args
            && fills(std::slice::from_ref(value))
        {
            let mut parts = vec![self.one(), self.expr(value)];
            self.skip_comma();
            parts.push(self.one());
            return Doc::Cat(parts);
        }
        self.bracket(args, false, |build, arg| match arg {
            Arg::Value(value) => build.expr(value),
            Arg::Named { value, .. } => build.weave(value.span.end, &[value]),
            Arg::Comp(comp) => build.comp(comp),
        })
    }

    pub(super) fn comp(&mut self, comp: &Comp) -> Doc {
        let mut parts = vec![self.bind(&comp.bind)];
        if let Some(body) = &comp.body {
            self.apart();
            parts.push(self.upto(body.span.start));
            let body = match hugs(body) {
                true => self.expr(body),
                false => Doc::nest(vec![Doc::Soft, self.expr(body)]),
            };
            parts.push(body);
        }
        Doc::Cat(parts)
    }

    pub(super) fn bind(&mut self, bind: &Bind) -> Doc {
        let sources: Vec<&Expr> = bind.binders.iter().map(|binder| &binder.source).collect();
        let end = sources.last().map_or(bind.span.start, |last| last.span.end);
        let mut parts = vec![self.weave(end, &sources)];
        if let Some(filter) = &bind.filter {
            parts.push(Doc::nest(vec![
                Doc::Soft,
                Doc::Cat(vec![self.upto(filter.span.start), self.expr(filter)]),
            ]));
        }
        parts.push(self.upto(bind.span.end));
        Doc::Cat(parts)
    }

    pub(super) fn entries(&mut self, entries: &[Entry]) -> Doc {
        let block = self.entry_block(entries);
        Doc::Block(Box::new(block))
    }

    pub(super) fn entry_block(&mut self, entries: &[Entry]) -> crate::fmt::doc::Block {
        self.block(entries, |entry| entry.span, Build::entry)
    }

    fn entry(&mut self, entry: &Entry) -> Item {
        let cells = match &entry.kind {
            EntryKind::Pair { value, .. } => {
                let key = self.upto(value.span.start);
                let value = self.expr(value);
                vec![Cell::new(HEAD, key), Cell::new(BODY, value).hang(false)]
            }
            EntryKind::Spread(path) => vec![Cell::new(HEAD, self.weave(entry.span.end, &[path]))],
        };
        match cells.len() {
            1 => Item::new(cells),
            _ => Item::headed(cells),
        }
        .comma(true)
    }
}
