//! The bounds of a param: `min`, `max`, `only`. Knows values and their order; reads nothing.

use std::cmp::Ordering;

use crate::eval::versions;
use crate::ir::{Const, Param};
use crate::ty::Ty;

/// A bound that a value does not keep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound<'p> {
    /// `min`
    Least(&'p Const),
    /// `max`
    Most(&'p Const),
    /// `only a, b`
    Only(&'p [Const]),
}

impl Param {
    /// The type that `min` and `max` are of: that of an element, where it is a list.
    pub fn bounded(&self) -> &Ty {
        element(&self.ty)
    }

    /// The first bound that a value does not keep. Each element of a list keeps `min` and `max`; what is absent keeps all.
    pub fn broken_by(&self, value: &Const) -> Option<Bound<'_>> {
        if *value == Const::Null {
            return None;
        }
        let all = match value {
            Const::List(all) => all.as_slice(),
            one => std::slice::from_ref(one),
        };
        let ty = self.bounded();
        let out = |bound: &Const, wrong: Ordering| {
            all.iter()
                .any(|one| order(one, bound, ty).is_none_or(|found| found == wrong))
        };
        if let Some(min) = self.min.as_ref().filter(|min| out(min, Ordering::Less)) {
            return Some(Bound::Least(min));
        }
        if let Some(max) = self.max.as_ref().filter(|max| out(max, Ordering::Greater)) {
            return Some(Bound::Most(max));
        }
        let kept = self.only.is_empty() || self.only.contains(value);
        (!kept).then_some(Bound::Only(&self.only))
    }
}

/// The type of what is compared with a bound.
pub fn element(ty: &Ty) -> &Ty {
    match ty.required() {
        Ty::List(inner) => inner.required(),
        other => other,
    }
}

/// The order of two values of a type; nothing where there is none.
pub fn order(a: &Const, b: &Const, ty: &Ty) -> Option<Ordering> {
    match (a, b) {
        (Const::Number(a), Const::Number(b)) => Some(a.cmp(b)),
        (Const::Instant(a), Const::Instant(b)) => Some(a.cmp(b)),
        (Const::Date(a), Const::Date(b)) => Some(a.cmp(b)),
        (Const::Text(a), Const::Text(b)) if *ty == Ty::Version => Some(versions(a, b)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::OriginId;
    use crate::number::Number;
    use crate::time::Instant;

    fn param(ty: Ty, min: Const, max: Const) -> Param {
        Param {
            name: "x".into(),
            ty,
            default: None,
            env: None,
            env_unit: None,
            min: Some(min),
            max: Some(max),
            only: Vec::new(),
            judged: true,
            at: OriginId(0),
        }
    }

    #[test]
    fn a_bound_is_kept_by_what_is_exactly_at_it() {
        let check = |ty: Ty, values: [Const; 5]| {
            let [below, min, inside, max, above] = values;
            let list = Ty::List(Box::new(ty.clone()));
            for (ty, wrap) in [
                (ty.clone(), false),
                (Ty::Optional(Box::new(ty)), false),
                (list, true),
            ] {
                let param = param(ty, min.clone(), max.clone());
                let given = |value: &Const| match wrap {
                    true => Const::List(vec![inside.clone(), value.clone()]),
                    false => value.clone(),
                };
                let broken = |value: &Const| {
                    param.broken_by(&given(value)).map(|bound| match bound {
                        Bound::Least(_) => "min",
                        Bound::Most(_) => "max",
                        Bound::Only(_) => "only",
                    })
                };
                assert_eq!(broken(&below), Some("min"), "{below:?}");
                assert_eq!(broken(&above), Some("max"), "{above:?}");
                for kept in [&min, &inside, &max] {
                    assert_eq!(broken(kept), None, "{kept:?}");
                }
                assert_eq!(param.broken_by(&Const::Null), None);
            }
        };
        let number = |n: i64| Const::Number(Number::int(n.into()));
        check(
            Ty::Duration,
            [number(1), number(2), number(3), number(4), number(5)],
        );
        let at = |text: &str| Const::Instant(Instant::parse(text, false).expect("an instant"));
        check(
            Ty::Instant,
            [
                "2025-12-31T23:59:59Z",
                "2026-01-01T01:00:00+01:00",
                "2026-01-02T00:00:00Z",
                "2026-01-03T00:00:00Z",
                "2026-01-03T00:00:01Z",
            ]
            .map(at),
        );
        let version = |text: &str| Const::Text(text.into());
        check(
            Ty::Version,
            ["1.9", "1.10", "2.0.0", "10.0", "10.0.1"].map(version),
        );
    }

    #[test]
    fn a_value_of_another_kind_keeps_no_bound() {
        let number = |n: i64| Const::Number(Number::int(n.into()));
        let param = param(Ty::Int, number(1), number(5));
        assert_eq!(
            param.broken_by(&Const::Text("3".into())),
            Some(Bound::Least(&number(1)))
        );
    }
}
