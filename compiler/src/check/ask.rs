//! What phases, groups and procedures ask: gates, groups and approvals as satisfied or not; conditions as they are.

use rolloutc_runtime::ir::{Ask, Node, Rule, RuleKind};

use super::{Checker, Scope};
use crate::syntax::ast;

impl<'a> Checker<'a> {
    /// What an item of `enter`, `keep`, `leave`, `watch`, `after`, `verify` or a group asks.
    pub fn ask(&mut self, e: &ast::Expr, scope: &Scope) -> Ask {
        match &e.kind {
            ast::ExprKind::Paren(inner) => self.ask(inner, scope),
            ast::ExprKind::Logic { op, operands } => {
                let asks = operands.iter().map(|o| self.ask(o, scope)).collect();
                match op {
                    ast::LogicOp::And => Ask::All(asks),
                    ast::LogicOp::Or => Ask::Any(asks),
                }
            }
            ast::ExprKind::Unary { op, operand } if op.node == ast::UnaryOp::Not => {
                Ask::Not(Box::new(self.ask(operand, scope)))
            }
            ast::ExprKind::Among {
                quantifier,
                operands,
            } => {
                let asks: Vec<Ask> = operands.iter().map(|o| self.ask(o, scope)).collect();
                match &quantifier.node {
                    ast::Quantifier::All => Ask::All(asks),
                    ast::Quantifier::Any => Ask::Any(asks),
                    ast::Quantifier::None => Ask::Not(Box::new(Ask::Any(asks))),
                    counted => {
                        let (kind, n) = self.count_of(counted, Some(asks.len()), scope);
                        Ask::Count(kind, n, asks)
                    }
                }
            }
            _ => {
                let node = self.condition(e, scope);
                match self.node(node) {
                    Node::Gate(id) => Ask::Gate(*id),
                    Node::Group(id) => Ask::Group(*id),
                    Node::Given(id, None) => Ask::Approval(*id),
                    _ => Ask::Cond(node),
                }
            }
        }
    }

    /// A `require`, `forbid` or `valid`: its message sees the binders of the outermost quantifier of its condition.
    pub fn rule(
        &mut self,
        kind: RuleKind,
        rule: &ast::Rule,
        at: super::OriginId,
        scope: &Scope,
    ) -> Rule {
        let cond = self.condition(&rule.condition, scope);
        let message = rule.message.as_ref().map(|text| {
            let quantifier = outermost(&rule.condition);
            let place = quantifier.map(|q| self.at(scope, q.span));
            let mut inner = place
                .and_then(|p| self.cache.scopes.get(&p).cloned())
                .unwrap_or_else(|| scope.clone());
            inner.sets = has_sets(&rule.condition);
            self.text(text, &inner)
        });
        Rule {
            kind,
            cond,
            message,
            at,
        }
    }
}

/// The first quantifier from the outside.
fn outermost(e: &ast::Expr) -> Option<&ast::Expr> {
    match &e.kind {
        ast::ExprKind::Quant { .. } => Some(e),
        ast::ExprKind::Paren(inner) => outermost(inner),
        ast::ExprKind::Unary { operand, .. } | ast::ExprKind::Is { operand, .. } => {
            outermost(operand)
        }
        ast::ExprKind::Logic { operands, .. } | ast::ExprKind::Among { operands, .. } => {
            operands.iter().find_map(outermost)
        }
        ast::ExprKind::Compare { left, right, .. } => outermost(left).or_else(|| outermost(right)),
        _ => None,
    }
}

/// Whether a set operator stands in it.
fn has_sets(e: &ast::Expr) -> bool {
    match &e.kind {
        ast::ExprKind::Compare { op, .. } => {
            matches!(
                op.node,
                ast::CompareOp::Covers | ast::CompareOp::Exactly | ast::CompareOp::SubsetOf
            )
        }
        ast::ExprKind::Paren(inner) => has_sets(inner),
        ast::ExprKind::Unary { operand, .. } => has_sets(operand),
        ast::ExprKind::Logic { operands, .. } | ast::ExprKind::Among { operands, .. } => {
            operands.iter().any(has_sets)
        }
        ast::ExprKind::Quant { comp, .. } => comp.body.as_ref().is_some_and(has_sets),
        _ => false,
    }
}
