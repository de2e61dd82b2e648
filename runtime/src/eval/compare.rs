//! Equality and order of values. Exact: fractions, versions part by part, text by code point.

use std::cmp::Ordering;

use super::Context;
use crate::ir::{Cmp, NodeId};
use crate::ty::Ty;
use crate::value::{Cause, Fields, Record, Rows, Truth, Val, Why};

impl<'a> Context<'a> {
    /// `a op b`
    pub(super) fn compare(&mut self, op: Cmp, left: NodeId, right: NodeId, node: NodeId) -> Truth {
        let (a, b) = (self.eval(left), self.eval(right));
        // `x == null` asks for null itself; everything else needs a value.
        if let Some(truth) = self.with_null(op, left, a, right, b) {
            return truth;
        }
        let ty = self.ty(left);
        self.relate(op, (a, left), (b, right), ty, node)
    }

    /// A comparison of values at hand.
    pub(crate) fn relate(
        &self,
        op: Cmp,
        (a, left): (Val<'a>, NodeId),
        (b, right): (Val<'a>, NodeId),
        ty: &Ty,
        node: NodeId,
    ) -> Truth {
        if let (Val::Number(a), Val::Number(b)) = (a, b) {
            return holds(op, a.cmp(&b)).into();
        }
        match (known(a, left), known(b, right)) {
            (Err(why), _) | (_, Err(why)) => Truth::Unknown(why),
            (Ok(a), Ok(b)) => match op {
                Cmp::Eq => self.same(a, b, ty, node),
                Cmp::Ne => !self.same(a, b, ty, node),
                Cmp::Lt | Cmp::Le | Cmp::Gt | Cmp::Ge => match order(a, b, ty) {
                    Some(ordering) => holds(op, ordering).into(),
                    None => Truth::Unknown(Why::at(Cause::Inconclusive, node)),
                },
            },
        }
    }

    fn with_null(
        &self,
        op: Cmp,
        left: NodeId,
        a: Val<'a>,
        right: NodeId,
        b: Val<'a>,
    ) -> Option<Truth> {
        let literal = |id| matches!(self.ty(id), Ty::Nothing);
        let value = match (literal(left), literal(right)) {
            (false, false) => return None,
            (_, true) => (a, left),
            (true, false) => (b, right),
        };
        let equal = match value {
            (Val::Null, _) => Truth::True,
            (Val::Absent, node) => Truth::Unknown(Why::at(Cause::MissingField, node)),
            (Val::Unknown(why), _) => Truth::Unknown(why),
            _ => Truth::False,
        };
        match op {
            Cmp::Eq => Some(equal),
            Cmp::Ne => Some(!equal),
            Cmp::Lt | Cmp::Le | Cmp::Gt | Cmp::Ge => None,
        }
    }

    /// Whether two values are equal. Lists in order, records field by field; inside them absent equals absent.
    pub(super) fn same(&self, a: Val<'a>, b: Val<'a>, ty: &Ty, node: NodeId) -> Truth {
        let differ = || Truth::Unknown(Why::at(Cause::Inconclusive, node));
        match (a, b) {
            (Val::Unknown(why), _) | (_, Val::Unknown(why)) => Truth::Unknown(why),
            (Val::Absent, Val::Absent) | (Val::Null, Val::Null) => Truth::True,
            (Val::Absent | Val::Null, _) | (_, Val::Absent | Val::Null) => Truth::False,
            (Val::Text(a), Val::Text(b)) if *ty.required() != Ty::Version => (a == b).into(),
            (Val::Bool(a), Val::Bool(b)) => (a == b).into(),
            (Val::Member(a), Val::Member(b)) => (a == b).into(),
            (Val::Record(a), Val::Record(b)) => self.same_records(a, b, node),
            (Val::Rows(a), Val::Rows(b)) => self.same_rows(a, b, node),
            (a, b) => order(a, b, ty).map_or_else(differ, |o| o.is_eq().into()),
        }
    }

    fn same_records(&self, a: Record<'a>, b: Record<'a>, node: NodeId) -> Truth {
        let Some(layout) = self.program.records.get(a.id.0 as usize) else {
            return Truth::Unknown(Why::at(Cause::Inconclusive, node));
        };
        if a.id != b.id {
            return Truth::False;
        }
        if let (Fields::Slots(a), Fields::Slots(b)) = (a.fields, b.fields)
            && a == b
        {
            return Truth::True;
        }
        let mut equal = Truth::True;
        for (index, field) in layout.fields.iter().enumerate() {
            let a = a.field(index as u16, self.program, self.store);
            let b = b.field(index as u16, self.program, self.store);
            equal = equal.and(self.same(a, b, &field.ty, node));
            if equal == Truth::False {
                break;
            }
        }
        equal
    }

    fn same_rows(&self, a: Rows<'a>, b: Rows<'a>, node: NodeId) -> Truth {
        if a.len() != b.len() {
            return Truth::False;
        }
        let element = element_ty(&a);
        let mut equal = Truth::True;
        for i in 0..a.len() {
            equal = equal.and(self.same(self.element(&a, i), self.element(&b, i), element, node));
            if equal == Truth::False {
                break;
            }
        }
        equal
    }
}

/// What an element of rows or of a list is; rows stand for themselves.
pub(super) fn element_ty<'r>(rows: &Rows<'r>) -> &'r Ty {
    match rows.ty.required() {
        Ty::List(element) => element,
        other => other,
    }
}

/// A value that an operator can use, or why there is none: an optional read bare is a missing field.
pub(super) fn known(value: Val<'_>, node: NodeId) -> Result<Val<'_>, Why> {
    match value {
        Val::Unknown(why) => Err(why),
        Val::Absent | Val::Null => Err(Why::at(Cause::MissingField, node)),
        other => Ok(other),
    }
}

fn holds(op: Cmp, ordering: Ordering) -> bool {
    match op {
        Cmp::Eq => ordering.is_eq(),
        Cmp::Ne => ordering.is_ne(),
        Cmp::Lt => ordering.is_lt(),
        Cmp::Le => ordering.is_le(),
        Cmp::Gt => ordering.is_gt(),
        Cmp::Ge => ordering.is_ge(),
    }
}

/// The order of two values of one type; `None` where there is none.
pub(super) fn order(a: Val<'_>, b: Val<'_>, ty: &Ty) -> Option<Ordering> {
    match (a, b) {
        (Val::Number(a), Val::Number(b)) => Some(a.cmp(&b)),
        (Val::Text(a), Val::Text(b)) if *ty.required() == Ty::Version => Some(versions(a, b)),
        (Val::Text(a), Val::Text(b)) => Some(a.cmp(b)),
        (Val::Member(a), Val::Member(b)) => Some(a.cmp(&b)),
        (Val::Bool(a), Val::Bool(b)) => Some(a.cmp(&b)),
        (Val::Instant(a), Val::Instant(b)) => Some(a.cmp(&b)),
        (Val::Date(a), Val::Date(b)) => Some(a.cmp(&b)),
        _ => None,
    }
}

/// Dotted numbers part by part, of any length; a missing part is 0.
pub(crate) fn versions(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let (x, y) = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (x, y) => (x.unwrap_or("0"), y.unwrap_or("0")),
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let ordering = if digits(x) && digits(y) {
            let (x, y) = (x.trim_start_matches('0'), y.trim_start_matches('0'));
            x.len().cmp(&y.len()).then_with(|| x.cmp(y))
        } else {
            x.cmp(y)
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_their_numbers() {
        let check = |a, b, ordering| {
            assert_eq!(versions(a, b), ordering, "{a} {b}");
            assert_eq!(versions(b, a), ordering.reverse(), "{b} {a}");
        };
        check("1.10.0", "1.9.9", Ordering::Greater);
        check("1.2", "1.2.0", Ordering::Equal);
        check("01.2", "1.2", Ordering::Equal);
        check("2", "10", Ordering::Less);
        check(
            "1.99999999999999999999999999",
            "1.100000000000000000000000000",
            Ordering::Less,
        );
    }
}
