//! Literals and constant expressions. Knows exact numbers; evaluates nothing that evidence could change.

use rolloutc_runtime::ir::{Const, Node, NodeId};
use rolloutc_runtime::number::Number;
use rolloutc_runtime::time::{Date, Instant};
use rolloutc_runtime::ty::Ty;

use super::{Checker, Place, Scope, Typed, units};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{self, NumberValue};

impl<'a> Checker<'a> {
    /// A number token as a value.
    pub fn number_literal(&mut self, number: &ast::Number, negative: bool, at: Place) -> Typed {
        let ty = units::literal_ty(&number.value);
        match literal(&number.value, negative) {
            Some(value) => self.push(Node::Const(value), ty, at),
            None => {
                let message = format!("`{}` is beyond what can be counted exactly", number.text);
                self.report(
                    Diagnostic::error("bad-number", at, message)
                        .help("numbers have at most 38 digits"),
                );
                self.poison(at)
            }
        }
    }

    /// A constant node's value.
    pub fn as_const(&self, typed: &Typed) -> Option<Const> {
        self.const_of(typed.node)
    }

    /// A constant node's value.
    pub fn const_of(&self, node: NodeId) -> Option<Const> {
        match self.node(node) {
            Node::Const(value) => Some(value.clone()),
            Node::Shared(_, inner) => self.const_of(*inner),
            Node::List(items) => {
                let items: Option<Vec<Const>> = items.iter().map(|n| self.const_of(*n)).collect();
                Some(Const::List(items?))
            }
            _ => None,
        }
    }

    /// An expression that is the same in every step: literals, members, lists of them, `let`s of such.
    pub fn constant(&mut self, e: &ast::Expr, want: &Ty, scope: &Scope) -> Option<Const> {
        let at = self.at(scope, e.span);
        let before = self.diagnostics.len();
        let typed = self.expr(e, Some(want), scope);
        let poisoned = matches!(self.node(typed.node), Node::Unknown(_));
        let typed = self.coerce(typed, want, at);
        if poisoned || self.diagnostics.len() > before {
            return None;
        }
        let value = self.as_const(&typed);
        if value.is_none() {
            self.report(
                Diagnostic::error(
                    "not-a-constant",
                    at,
                    "this is not known before evidence is read",
                )
                .help("write a literal, or a `let` of literals"),
            );
        }
        value
    }

    /// A list of constants becomes one.
    pub(super) fn fold_list(&mut self, items: Vec<NodeId>, ty: Ty, at: Place) -> Typed {
        let values: Option<Vec<Const>> = items.iter().map(|n| self.const_of(*n)).collect();
        match values {
            Some(values) => self.push(Node::Const(Const::List(values)), ty, at),
            None => self.push(Node::List(items), ty, at),
        }
    }
}

/// What a number token says, in base units.
pub fn literal(value: &NumberValue, negative: bool) -> Option<Const> {
    let decimal = |d: &ast::Decimal, shift: u32| {
        let scale = u8::try_from(d.scale + shift).ok()?;
        Number::decimal(d.mantissa, scale)
    };
    let number = match value {
        NumberValue::Int(n) => Number::decimal(*n, 0)?,
        NumberValue::Decimal(d) => decimal(d, 0)?,
        NumberValue::Percent(d) => decimal(d, 2)?,
        NumberValue::Duration(micros) => Number::decimal(micros.checked_mul(1000)?, 0)?,
        NumberValue::Bytes(n) => Number::decimal(*n, 0)?,
        NumberValue::Date(d) => return date(d).map(Const::Date),
        NumberValue::Instant(i) => return instant(i).map(Const::Instant),
    };
    if negative {
        Number::ZERO.sub(number).map(Const::Number)
    } else {
        Some(Const::Number(number))
    }
}

/// A civil day.
pub fn date(d: &ast::Date) -> Option<Date> {
    Date::new(i32::from(d.year), d.month, d.day)
}

/// A moment in UTC.
pub fn instant(i: &ast::Instant) -> Option<Instant> {
    let day = date(&i.date)?.days() * 86_400;
    let clock = i64::from(i.hour) * 3600 + i64::from(i.minute) * 60 + i64::from(i.second);
    Instant::new(day + clock - i64::from(i.offset) * 60, i.micros * 1000)
}
