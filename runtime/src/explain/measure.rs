//! Comparisons in words: what was seen, its bound and how far apart they are.

use super::{Search, mirrored, negated};
use crate::decision::Measure;
use crate::ir::{Cmp, Known, Node, NodeId};
use crate::number::Number;
use crate::time::Instant;
use crate::ty::Ty;
use crate::unit::{self, Dimension};
use crate::value::Val;

/// Fractions that do not end are shown with this many places.
const PLACES: u8 = 6;

impl<'a> Search<'_, 'a> {
    /// Why `left op right` is not `want`.
    pub(super) fn compared(&mut self, op: Cmp, left: NodeId, right: NodeId, want: bool) {
        // What is seen stands left, also where the policy writes the bound first.
        let (op, left, right) = match (self.is_bound(left), self.is_bound(right)) {
            (true, false) => (mirrored(op), right, left),
            (true, true) | (false, _) => (op, left, right),
        };
        self.rests_on(left);
        self.rests_on(right);
        let (a, b) = (self.ctx.eval(left), self.ctx.eval(right));
        let ty = match self.ctx.ty(left).required() {
            Ty::Nothing => self.ctx.ty(right),
            _ => self.ctx.ty(left),
        };
        // `x == null` asks for null itself.
        if matches!(op, Cmp::Eq | Cmp::Ne)
            && matches!(self.ctx.ty(right), Ty::Nothing)
            && !matches!(a, Val::Unknown(_) | Val::Absent)
        {
            return self.asked_for_null(op, left, a, want);
        }
        let sides = match self.ctx.ty(right) {
            Ty::Nothing => vec![(a, left)],
            _ => vec![(a, left), (b, right)],
        };
        if let Some(why) = sides
            .into_iter()
            .find_map(|(value, node)| self.missing(value, node))
        {
            return self.unknown(why);
        }
        let label = match self.label(left) {
            label if label.is_empty() => label,
            label => label + " ",
        };
        let name = self.name(left);
        // A trigger that fired is told by the bound it broke, a rule by the bound it wants.
        let wanted = if want { op } else { negated(op) };
        let up = matches!(wanted, Cmp::Lt | Cmp::Le);
        let (seen, bound) = (self.said(a, ty, up), self.said(b, ty, !up));
        let phrase = phrase(wanted, ty);
        self.fact.observed = Some(self.measure(a, ty));
        self.fact.bound = Some(self.measure(b, ty));
        let apart = self.apart(wanted, a, b, ty);
        self.fact.message = format!("{label}{seen}, {phrase}{bound}{apart}");
        self.fact.would = Some(format!("{name} {phrase}{bound}"));
    }

    /// Why `left == null` is not `want`.
    fn asked_for_null(&mut self, op: Cmp, left: NodeId, value: Val<'a>, want: bool) {
        let name = self.name(left);
        let seen = match value {
            Val::Null => "null".to_owned(),
            _ => self.said(value, self.ctx.ty(left), false),
        };
        let wanted = match (op == Cmp::Eq) == want {
            true => "null",
            false => "a value",
        };
        self.fact.message = format!("{name} is {seen}, wanted {wanted}");
        self.fact.would = Some(match wanted {
            "null" => format!("{name} is null"),
            _ => format!("{name} is given"),
        });
    }

    /// Whether a side is a limit: a constant, a param, or computed of such.
    fn is_bound(&self, id: NodeId) -> bool {
        match self.ctx.program.code.get(id.ix()).map(|code| &code.node) {
            Some(Node::Const(_) | Node::Param(_) | Node::Known(Known::AsOf)) => true,
            Some(Node::Arith(_, a, b)) => self.is_bound(*a) && self.is_bound(*b),
            Some(Node::Neg(a) | Node::InUnit(a, _) | Node::As(a)) => self.is_bound(*a),
            _ => false,
        }
    }

    /// `v in list`
    pub(super) fn among(&mut self, value: NodeId, list: NodeId, want: bool) {
        self.rests_on(value);
        self.rests_on(list);
        let (a, b) = (self.ctx.eval(value), self.ctx.eval(list));
        let seen = self.said(a, self.ctx.ty(value), false);
        let all = self.ctx.shown(b, self.ctx.ty(list));
        let label = match self.label(value) {
            label if label.is_empty() => label,
            label => label + " ",
        };
        let name = self.name(value);
        self.fact.observed = Some(self.measure(a, self.ctx.ty(value)));
        self.fact.bound = Some(self.measure(b, self.ctx.ty(list)));
        let word = if want { "none of" } else { "one of" };
        self.fact.message = format!("{label}{seen}, {word} {all}");
        let word = if want { "one of" } else { "none of" };
        self.fact.would = Some(format!("{name} {word} {all}"));
    }

    /// A value as documents have it.
    fn measure(&self, value: Val<'a>, ty: &Ty) -> Measure {
        Measure {
            ty: ty_word(ty).to_owned(),
            value: self.ctx.shown(value, ty),
        }
    }

    /// A value in a message: exact where that is short, else rounded toward the failing side.
    fn said(&self, value: Val<'a>, ty: &Ty, up: bool) -> String {
        let exact = self.ctx.shown(value, ty);
        match value {
            Val::Number(number) if exact.contains('/') => said(number, ty, up),
            _ => exact,
        }
    }

    /// `: over by 1ms`, and the headroom.
    fn apart(&mut self, wanted: Cmp, seen: Val<'a>, bound: Val<'a>, ty: &Ty) -> String {
        let (seen, bound, span) = match (seen, bound) {
            (Val::Number(seen), Val::Number(bound)) => (seen, bound, ty),
            (Val::Instant(seen), Val::Instant(bound)) => {
                (seen.epoch(), bound.epoch(), &Ty::Duration)
            }
            _ => return String::new(),
        };
        let left = match wanted {
            Cmp::Lt | Cmp::Le => bound.sub(seen),
            Cmp::Gt | Cmp::Ge => seen.sub(bound),
            Cmp::Eq | Cmp::Ne => None,
        };
        let Some(left) = left else {
            return String::new();
        };
        self.fact.headroom = Some(Measure {
            ty: ty_word(span).to_owned(),
            value: crate::eval::quantity(left, span),
        });
        if !left.is_negative() {
            return String::new();
        }
        let by = match crate::eval::quantity(left.abs(), span) {
            exact if exact.contains('/') => said(left.abs(), span, true),
            exact => exact,
        };
        let word = match (wanted, ty.required()) {
            (Cmp::Lt | Cmp::Le, Ty::Instant) => "late",
            (_, Ty::Instant) => "early",
            (Cmp::Lt | Cmp::Le, _) => "over",
            (_, _) => "under",
        };
        format!(": {word} by {by}")
    }
}

/// An instant as documents have it.
pub(super) fn instant(at: Instant) -> Measure {
    Measure {
        ty: "instant".into(),
        value: at.to_string(),
    }
}

fn said(number: Number, ty: &Ty, up: bool) -> String {
    match ty.required() {
        Ty::Duration => unit::rounded(Dimension::Duration, number, up),
        Ty::Ratio => unit::rounded(Dimension::Ratio, number, up),
        Ty::Bytes => unit::rounded(Dimension::Bytes, number, up),
        _ => number.rounded(PLACES, up),
    }
}

/// What a comparison wants, in front of the bound.
fn phrase(op: Cmp, ty: &Ty) -> &'static str {
    let time = matches!(ty.required(), Ty::Instant | Ty::Date);
    match (op, time) {
        (Cmp::Eq, _) => "wanted ",
        (Cmp::Ne, _) => "anything but ",
        (Cmp::Lt, false) => "below ",
        (Cmp::Le, false) => "at most ",
        (Cmp::Gt, false) => "above ",
        (Cmp::Ge, false) => "at least ",
        (Cmp::Lt, true) => "before ",
        (Cmp::Le, true) => "no later than ",
        (Cmp::Gt, true) => "after ",
        (Cmp::Ge, true) => "no earlier than ",
    }
}

/// The word for a type in documents.
fn ty_word(ty: &Ty) -> &'static str {
    match ty.required() {
        Ty::Bool => "bool",
        Ty::Text => "text",
        Ty::Int => "int",
        Ty::Number => "number",
        Ty::Ratio => "ratio",
        Ty::Duration => "duration",
        Ty::Bytes => "bytes",
        Ty::Version => "version",
        Ty::Instant => "instant",
        Ty::Date => "date",
        Ty::Enum(_) => "enum",
        Ty::Record(_) => "record",
        Ty::Rows { .. } | Ty::List(_) => "list",
        Ty::Optional(_) | Ty::Nothing => "nothing",
        Ty::Secret => "secret",
    }
}
