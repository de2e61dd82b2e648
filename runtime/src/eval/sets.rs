//! Membership and set operators. A table or map stands for its keys; order and doubles do not matter.

use std::cmp::Ordering;

use super::Context;
use super::compare::{element_ty, known, order};
use super::find::FEW;
use super::text::Differences;
use crate::ir::{Const, NodeId, SetOp};
use crate::ty::Ty;
use crate::value::{Cause, Items, Rows, Truth, Val, Why};

impl<'a> Context<'a> {
    /// `x in list`
    pub(super) fn is_in(&mut self, value: NodeId, list: NodeId, node: NodeId) -> Truth {
        let value = self.need(value);
        let list = self.need(list);
        let (value, list) = match (value, list) {
            (Ok(value), Ok(list)) => (value, list),
            (Err(why), _) | (_, Err(why)) => return Truth::Unknown(why),
        };
        match (value, list) {
            (Val::Text(part), Val::Text(whole)) => whole.contains(part).into(),
            (value, Val::Rows(rows)) => self.is_among(value, &rows, node),
            _ => Truth::Unknown(Why::at(Cause::Inconclusive, node)),
        }
    }

    fn is_among(&self, value: Val<'a>, rows: &Rows<'a>, node: NodeId) -> Truth {
        if let (Val::Text(text), Items::Consts(list)) = (value, rows.items)
            && *element_ty(rows).required() == Ty::Text
        {
            let among = |item: &Const| matches!(item, Const::Text(item) if item == text);
            return list.iter().any(among).into();
        }
        let mut among = Truth::False;
        for i in 0..rows.len() {
            let (element, ty) = self.keyed(rows, i);
            among = among.or(self.same(element, value, ty, node));
            if among == Truth::True {
                break;
            }
        }
        among
    }

    /// `covers`, `exactly`, `subset of`
    pub(super) fn set(&mut self, op: SetOp, left: NodeId, right: NodeId, node: NodeId) -> Truth {
        let (a, b) = match (self.need(left), self.need(right)) {
            (Ok(a), Ok(b)) => (a, b),
            (Err(why), _) | (_, Err(why)) => return Truth::Unknown(why),
        };
        match (a, b) {
            (Val::Rows(a), Val::Rows(b)) => match op {
                SetOp::Covers => self.has_all(&a, &b, node),
                SetOp::SubsetOf => self.has_all(&b, &a, node),
                SetOp::Exactly => self.has_all(&a, &b, node).and(self.has_all(&b, &a, node)),
            },
            (Val::Text(text), Val::Rows(parts)) if op == SetOp::Covers => {
                self.has_texts(text, &parts, node)
            }
            _ => Truth::Unknown(Why::at(Cause::Inconclusive, node)),
        }
    }

    fn has_texts(&self, text: &str, parts: &Rows<'a>, node: NodeId) -> Truth {
        (0..parts.len()).fold(Truth::True, |all, i| {
            all.and(match known(self.keyed(parts, i).0, node) {
                Ok(Val::Text(part)) => text.contains(part).into(),
                Ok(_) => Truth::Unknown(Why::at(Cause::Inconclusive, node)),
                Err(why) => Truth::Unknown(why),
            })
        })
    }

    fn has_all(&self, whole: &Rows<'a>, part: &Rows<'a>, node: NodeId) -> Truth {
        if let Some(members) = self.members(whole, part.len()) {
            return (0..part.len()).fold(Truth::True, |all, i| {
                all.and(match self.keyed(part, i).0 {
                    Val::Unknown(why) => Truth::Unknown(why),
                    value => members.has(value).into(),
                })
            });
        }
        (0..part.len()).fold(Truth::True, |all, i| {
            all.and(self.is_among(self.keyed(part, i).0, whole, node))
        })
    }

    /// The members of a long list in order, where all are known and have one.
    fn members(&self, rows: &Rows<'a>, questions: usize) -> Option<Members<'a>> {
        if rows.len() <= FEW || questions <= 2 {
            return None;
        }
        let ty = self.keyed(rows, 0).1;
        let mut sorted = Vec::with_capacity(rows.len());
        for i in 0..rows.len() {
            let value = self.keyed(rows, i).0;
            order(value, value, ty)?;
            sorted.push(value);
        }
        sorted.sort_by(|&a, &b| order(a, b, ty).unwrap_or(Ordering::Equal));
        Some(Members { sorted, ty })
    }

    /// `a minus b`
    pub(super) fn minus(&mut self, left: NodeId, right: NodeId, node: NodeId) -> Val<'a> {
        let (a, b) = match (self.rows(left, node), self.rows(right, node)) {
            (Ok(a), Ok(b)) => (a, b),
            (Err(why), _) | (_, Err(why)) => return Val::Unknown(why),
        };
        let members = self.members(&b, a.len());
        let mut kept = Vec::new();
        for i in 0..a.len() {
            let key = self.keyed(&a, i).0;
            let among = match (&members, key) {
                (_, Val::Unknown(why)) => Truth::Unknown(why),
                (Some(members), key) => members.has(key).into(),
                (None, key) => self.is_among(key, &b, node),
            };
            match among {
                Truth::True => {}
                Truth::False => kept.push(self.element(&a, i)),
                Truth::Unknown(why) => return Val::Unknown(why),
            }
        }
        self.computed_short(kept, false, a.ty)
    }

    /// What the sides of a set operator do not share, shown.
    pub fn differences(&mut self, op: SetOp, left: NodeId, right: NodeId) -> Differences {
        let mut found = Differences::default();
        let (Ok(a), Ok(b)) = (self.need(left), self.need(right)) else {
            return found;
        };
        let (a, b) = match (a, b) {
            (Val::Rows(a), Val::Rows(b)) => (a, b),
            (Val::Text(text), Val::Rows(parts)) => {
                for i in 0..parts.len() {
                    if let (Val::Text(part), _) = self.keyed(&parts, i)
                        && !text.contains(part)
                    {
                        found.missing.push(part.to_owned());
                    }
                }
                return found;
            }
            _ => return found,
        };
        let lacks = |whole: &Rows<'a>, part: &Rows<'a>| -> Vec<String> {
            let mut names = Vec::new();
            for i in 0..part.len() {
                let (value, ty) = self.keyed(part, i);
                if self.is_among(value, whole, left) != Truth::True {
                    let name = self.shown(value, ty);
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
            names
        };
        match op {
            SetOp::Covers => (found.missing, found.extra) = (lacks(&a, &b), lacks(&b, &a)),
            SetOp::SubsetOf => (found.missing, found.extra) = (lacks(&a, &b), lacks(&b, &a)),
            SetOp::Exactly => (found.missing, found.extra) = (lacks(&a, &b), lacks(&b, &a)),
        }
        found
    }

    /// `unique(list)`
    pub(super) fn unique(&self, rows: &Rows<'a>, node: NodeId) -> Truth {
        let mut unique = Truth::True;
        if let Some(members) = self.members(rows, rows.len()) {
            let doubled = members
                .sorted
                .windows(2)
                .any(|pair| order(pair[0], pair[1], members.ty).is_some_and(Ordering::is_eq));
            return (!doubled).into();
        }
        for i in 0..rows.len() {
            for j in 0..i {
                let (a, ty) = self.keyed(rows, i);
                unique = unique.and(!self.same(a, self.keyed(rows, j).0, ty, node));
                if unique == Truth::False {
                    return unique;
                }
            }
        }
        unique
    }
}

struct Members<'a> {
    sorted: Vec<Val<'a>>,
    ty: &'a Ty,
}

impl Members<'_> {
    fn has(&self, value: Val<'_>) -> bool {
        self.sorted
            .binary_search_by(|&member| order(member, value, self.ty).unwrap_or(Ordering::Less))
            .is_ok()
    }
}
