//! Expressions to nodes with exact types. Knows every form of the reference; evaluates nothing.

mod arith;
mod call;
mod case;
mod compare;
mod path;
mod rows;
mod state;

use rolloutc_runtime::ir::{Const, Node, NodeId};
use rolloutc_runtime::ty::{Shape, Ty};

use super::{Checker, Def, Scope, Typed, say};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{self, ExprKind};

/// How deep expressions, `let`s and functions may stand in each other.
const DEPTH: u32 = 192;

impl<'a> Checker<'a> {
    /// An expression; `want` is the type its place asks for, which resolves bare enum members.
    pub fn expr(&mut self, e: &ast::Expr, want: Option<&Ty>, scope: &Scope) -> Typed {
        let at = self.at(scope, e.span);
        self.work += 1;
        if self.cache.said_costly || self.work > super::WORK_LIMIT {
            self.too_costly(at);
            return self.poison(at);
        }
        if self.depth >= DEPTH {
            let message = "this is nested too deeply to follow";
            self.report(
                Diagnostic::error("too-deep", at, message).help("name parts of it with `let`"),
            );
            return self.poison(at);
        }
        self.depth += 1;
        let typed = self.form(e, want, scope);
        self.depth -= 1;
        if typed.ty != Ty::Nothing {
            self.model.types.insert(at, typed.ty.clone());
        }
        typed
    }

    fn form(&mut self, e: &ast::Expr, want: Option<&Ty>, scope: &Scope) -> Typed {
        let at = self.at(scope, e.span);
        match &e.kind {
            ExprKind::Number(number) => self.number_literal(number, false, at),
            ExprKind::Text(text) => self.text_value(text, scope),
            ExprKind::Bool(value) => self.push(Node::Const(Const::Bool(*value)), Ty::Bool, at),
            ExprKind::Null => self.push(Node::Const(Const::Null), Ty::Nothing, at),
            ExprKind::Name(name) => self.name(name, at, want, scope),
            ExprKind::Field { of, name } => self.field_path(e, of, name, scope),
            ExprKind::Key { of, key } => {
                let base = self.expr(of, None, scope);
                let key_at = self.at(scope, key.span);
                self.key(base, key.as_str(), key_at, at)
            }
            ExprKind::Index { of, keys } => self.index(of, keys, at, scope),
            ExprKind::Call { of, args } => self.call(of, args, want, at, scope),
            ExprKind::Paren(inner) => self.expr(inner, want, scope),
            ExprKind::Unary { op, operand } => match op.node {
                ast::UnaryOp::Not => {
                    let node = self.condition(operand, scope);
                    self.push(Node::Not(node), Ty::Bool, at)
                }
                ast::UnaryOp::Negate => self.negate(operand, want, at, scope),
            },
            ExprKind::Logic { op, operands } => {
                let nodes = operands.iter().map(|o| self.condition(o, scope)).collect();
                let node = match op {
                    ast::LogicOp::And => Node::And(nodes),
                    ast::LogicOp::Or => Node::Or(nodes),
                };
                self.push(node, Ty::Bool, at)
            }
            ExprKind::Compare { op, left, right } => self.compare(op, left, right, at, scope),
            ExprKind::Is {
                operand,
                negated,
                state,
            } => {
                let typed = self.is(operand, state, at, scope);
                match negated {
                    true if typed.ty != Ty::Nothing => {
                        self.push(Node::Not(typed.node), Ty::Bool, at)
                    }
                    _ => typed,
                }
            }
            ExprKind::Binary { op, left, right } => self.binary(op, left, right, want, at, scope),
            ExprKind::Convert { operand, unit } => self.in_unit(operand, unit, at, scope),
            ExprKind::As { operand, to } => self.cast(operand, to, at, scope),
            ExprKind::ObservedSince { operand, since } => {
                self.observed_since(operand, since, at, scope)
            }
            ExprKind::Plus {
                operand,
                amount,
                unit,
            } => self.plus(operand, amount, unit, at, scope),
            ExprKind::AtClock {
                operand,
                clock,
                zone,
            } => self.at_clock(operand, clock, zone, at, scope),
            ExprKind::List(items) => self.list(items, want, at, scope),
            ExprKind::ListOf(comp) => self.list_of(comp, want, at, scope),
            ExprKind::Value(entries) => self.record_value(entries, want, at, scope),
            ExprKind::Quant { quantifier, comp } => self.quantified(quantifier, comp, at, scope),
            ExprKind::Among {
                quantifier,
                operands,
            } => self.among(quantifier, operands, at, scope),
            ExprKind::Match { subject, arms } => self.cases(subject, arms, want, at, scope),
            ExprKind::Last { count, of, by } => self.last(count, of, by.as_ref(), at, scope),
            ExprKind::Series {
                measure,
                of,
                over,
                samples,
            } => self.series(measure, of, over.as_deref(), samples.as_ref(), at, scope),
            ExprKind::Unknown(text) => {
                let said = match text.plain() {
                    Some("") => "it cannot be told",
                    Some(plain) => plain,
                    None => {
                        let text_at = self.at(scope, text.span);
                        let message = "the reason of an unknown has no holes";
                        self.report(
                            Diagnostic::error("bad-hole", text_at, message)
                                .help("write what is not known, without values"),
                        );
                        "it cannot be told"
                    }
                };
                self.push(Node::Unknown(said.to_string()), Ty::Nothing, at)
            }
        }
    }

    /// A value for a slot of a type; what does not fit is reported.
    pub fn value(&mut self, e: &ast::Expr, want: &Ty, scope: &Scope) -> NodeId {
        let at = self.at(scope, e.span);
        let typed = self.expr(e, Some(want), scope);
        self.coerce(typed, want, at).node
    }

    /// A condition; a gate, group, threshold or approval stands for its raw truth.
    pub fn condition(&mut self, e: &ast::Expr, scope: &Scope) -> NodeId {
        let at = self.at(scope, e.span);
        let typed = self.expr(e, Some(&Ty::Bool), scope);
        let null = matches!(self.node(typed.node), Node::Const(Const::Null));
        if *typed.ty.required() == Ty::Bool || typed.ty == Ty::Nothing && !null {
            return typed.node;
        }
        let said = super::units::quote(self.source(at));
        let message = format!(
            "{said} is {}, not a condition",
            say(self, typed.ty.required())
        );
        let found = Diagnostic::error("not-a-condition", at, message);
        let found = match typed.ty.required() {
            Ty::Enum(_) => found.help("compare it: `… == member`"),
            Ty::Record(_) | Ty::Rows { .. } | Ty::List(_) => {
                found.help("ask `is present`, `is not empty`, or `all x in … : …`")
            }
            _ => found.help("compare it with something: `==`, `<=`, `is present`"),
        };
        self.report(found);
        self.poison(at).node
    }

    /// A duration.
    pub fn duration(&mut self, e: &ast::Expr, scope: &Scope) -> NodeId {
        self.value(e, &Ty::Duration, scope)
    }

    /// An instant.
    pub fn instant(&mut self, e: &ast::Expr, scope: &Scope) -> NodeId {
        self.value(e, &Ty::Instant, scope)
    }

    /// A ratio.
    pub fn ratio(&mut self, e: &ast::Expr, scope: &Scope) -> NodeId {
        self.value(e, &Ty::Ratio, scope)
    }

    /// A whole number.
    pub fn int(&mut self, e: &ast::Expr, scope: &Scope) -> NodeId {
        self.value(e, &Ty::Int, scope)
    }

    /// `[a, b]`. Bare words are members of the enum that is wanted, else of the one enum in sight that has them all.
    fn list(
        &mut self,
        items: &[ast::Expr],
        want: Option<&Ty>,
        at: super::Place,
        scope: &Scope,
    ) -> Typed {
        let inner = match want.map(Ty::required) {
            Some(Ty::List(inner)) => Some((**inner).clone()),
            Some(Ty::Rows { record, .. }) => Some(Ty::Record(*record)),
            _ => None,
        };
        let inner = inner.or_else(|| self.words_of(items, scope));
        let mut joined = Ty::Nothing;
        let mut typed = Vec::new();
        let mut mixed = None;
        for e in items {
            let place = self.at(scope, e.span);
            let mut one = self.expr(e, inner.as_ref(), scope);
            if let Some(want) = &inner
                && !self.fits(&one.ty, want)
            {
                one = self.convert(&one, want, place).unwrap_or(one);
            }
            match self.join_ty(&joined, &one.ty) {
                Some(ty) => joined = ty,
                None => mixed = mixed.or(Some((one.clone(), place))),
            }
            typed.push(one);
        }
        if let Some((odd, place)) = mixed {
            if typed
                .iter()
                .all(|t| matches!(self.node(t.node), Node::Item(_)))
            {
                return self.items(&typed, at);
            }
            let (have, before) = (say(self, odd.ty.required()), say(self, joined.required()));
            let message = match have == before {
                true => "this record has other members than the one before it".to_string(),
                false => format!("this is {have}, what stands before it is {before}"),
            };
            self.report(
                Diagnostic::error("type-mismatch", place, message)
                    .help("all values of a list have one type; records have the same members"),
            );
            return self.poison(at);
        }
        let ty = match joined {
            Ty::Record(record) => Ty::Rows {
                record,
                shape: Shape::List,
            },
            other => Ty::List(Box::new(other)),
        };
        let nodes = typed.into_iter().map(|t| t.node).collect();
        self.fold_list(nodes, ty, at)
    }

    /// Evidence of several types in one list: rows of what all evidence has.
    fn items(&mut self, typed: &[Typed], at: super::Place) -> Typed {
        let fields = [
            ("name", Ty::Text),
            ("observed_at", Ty::Instant),
            ("age", Ty::Duration),
        ];
        let record = self.made_record(fields.map(|(n, ty)| (n.to_string(), ty)).to_vec(), at);
        let mut rows = Vec::new();
        for one in typed {
            let Node::Item(id) = *self.node(one.node) else {
                continue;
            };
            let name = self.item_name(id);
            let name = self.constant_text(&name, at);
            let observed = self.push(Node::ObservedAt(id), Ty::Instant, at);
            let age = self.push(Node::Age(id), Ty::Duration, at);
            let make = Node::Make(record, vec![name.node, observed.node, age.node]);
            rows.push(self.push(make, Ty::Record(record), at).node);
        }
        let shape = Shape::List;
        self.push(Node::List(rows), Ty::Rows { record, shape }, at)
    }

    /// An item's name.
    pub fn item_name(&self, id: rolloutc_runtime::ir::ItemId) -> String {
        let declared = self
            .ids
            .items
            .get(id.ix())
            .and_then(|d| self.decl(*d).kind.name());
        let implied = || {
            self.cache
                .implied
                .iter()
                .find(|(_, (i, _))| *i == id)
                .map(|(n, _)| n.clone())
        };
        declared
            .map(|n| n.text.to_string())
            .or_else(implied)
            .unwrap_or_default()
    }

    /// Where a list of bare words stands unasked: the enum that has them all.
    fn words_of(&mut self, items: &[ast::Expr], scope: &Scope) -> Option<Ty> {
        let names: Vec<ast::Name> = items.iter().filter_map(|e| e.bare().as_name()).collect();
        if names.is_empty() || !items.iter().any(|e| self.is_word(e, scope)) {
            return None;
        }
        let free = names.iter().filter(|n| scope.local(&n.text).is_none());
        let words: Vec<&str> = free.map(|n| n.as_str()).collect();
        self.enum_of_words(&words, scope.module).map(Ty::Enum)
    }

    /// Whether an expression is a bare word that means nothing by itself: a member of an enum that is still to be told.
    fn is_word(&mut self, e: &ast::Expr, scope: &Scope) -> bool {
        match &e.bare().kind {
            ExprKind::Name(name) => !self.is_known(name, scope),
            ExprKind::List(items) => {
                !items.is_empty() && items.iter().all(|e| self.is_word(e, scope))
            }
            _ => false,
        }
    }

    /// `{ a: 1, ...b }`
    pub(super) fn record_value(
        &mut self,
        entries: &[ast::Entry],
        want: Option<&Ty>,
        at: super::Place,
        scope: &Scope,
    ) -> Typed {
        let wanted = match want.map(Ty::required) {
            Some(Ty::Record(record)) => Some(*record),
            _ => None,
        };
        let mut fields: Vec<(String, Typed, super::Place)> = Vec::new();
        let mut spreads: Vec<super::Place> = Vec::new();
        for entry in entries {
            let place = self.at(scope, entry.span);
            match &entry.kind {
                ast::EntryKind::Pair { key, value } => {
                    let slot = wanted.and_then(|r| self.slot(r, &key.text).map(|s| (r, s)));
                    let ty =
                        slot.map(|(r, s)| self.records[r.0 as usize].fields[s as usize].ty.clone());
                    let typed = self.expr(value, ty.as_ref(), scope);
                    let typed = match &ty {
                        Some(ty) => {
                            let value_at = self.at(scope, value.span);
                            self.coerce(typed, ty, value_at)
                        }
                        None => typed,
                    };
                    // What a spread brought may be said otherwise.
                    fields.retain(|(n, _, first)| **n != *key.text || !spreads.contains(first));
                    if let Some((_, _, first)) = fields.iter().find(|(n, ..)| **n == *key.text) {
                        let (first, key_at) = (*first, self.at(scope, key.span));
                        let message = format!("`{}` is written twice", key.text);
                        self.report(
                            Diagnostic::error("duplicate-name", key_at, message)
                                .also(first, "first here"),
                        );
                        continue;
                    }
                    fields.push((key.text.to_string(), typed, place));
                }
                ast::EntryKind::Spread(path) => {
                    let base = self.expr(path, None, scope);
                    spreads.push(place);
                    let Ty::Record(record) = *base.ty.required() else {
                        if base.ty != Ty::Nothing {
                            let message = format!(
                                "only a record can be spread, this is {}",
                                say(self, &base.ty)
                            );
                            self.report(Diagnostic::error("type-mismatch", place, message));
                        }
                        continue;
                    };
                    for (slot, field) in self.records[record.0 as usize]
                        .fields
                        .clone()
                        .into_iter()
                        .enumerate()
                    {
                        let made = match self.node(base.node) {
                            Node::Make(_, nodes) => nodes.get(slot).copied(),
                            _ => None,
                        };
                        let typed = match made {
                            Some(node) => Typed { node, ty: field.ty },
                            None => {
                                let slot = u16::try_from(slot).unwrap_or(u16::MAX);
                                self.push(Node::Field(base.node, slot), field.ty, place)
                            }
                        };
                        match fields.iter_mut().find(|(n, ..)| *n == field.name) {
                            Some(known) => (known.1, known.2) = (typed, place),
                            None => fields.push((field.name, typed, place)),
                        }
                    }
                }
            }
        }
        let Some(record) = wanted else {
            let types = fields
                .iter()
                .map(|(n, t, _)| (n.clone(), t.ty.clone()))
                .collect();
            let record = self.made_record(types, at);
            let nodes = fields.iter().map(|(_, t, _)| t.node).collect();
            return self.push(Node::Make(record, nodes), Ty::Record(record), at);
        };
        let layout = self.records[record.0 as usize].clone();
        for (name, _, place) in &fields {
            if !layout.fields.iter().any(|f| f.name == *name) {
                self.unknown_member(record, name, *place);
            }
        }
        let mut nodes = Vec::new();
        for field in &layout.fields {
            match fields.iter().find(|(n, ..)| *n == field.name) {
                Some((_, typed, _)) => nodes.push(typed.node),
                None if matches!(field.ty, Ty::Optional(_)) => {
                    nodes.push(self.push(Node::Const(Const::Null), Ty::Nothing, at).node);
                }
                None => {
                    let message = format!("`{}` of `{}` is not given", field.name, layout.name);
                    self.report(Diagnostic::error("missing-field", at, message));
                    nodes.push(self.poison(at).node);
                }
            }
        }
        self.push(Node::Make(record, nodes), Ty::Record(record), at)
    }

    /// Whether a node is so small that writing it twice costs nothing.
    pub(super) fn is_cheap(&self, node: NodeId) -> bool {
        match self.node(node) {
            Node::Const(_)
            | Node::Item(_)
            | Node::Param(_)
            | Node::Local(_)
            | Node::Known(_)
            | Node::Subject(_) => true,
            Node::Shared(..)
            | Node::Gate(_)
            | Node::Group(_)
            | Node::Threshold(_)
            | Node::Unknown(_) => true,
            Node::Field(of, _) => self.is_cheap(*of),
            _ => false,
        }
    }

    /// What is said where a name is no value.
    pub(super) fn not_a_value(&mut self, name: &str, def: &Def, at: super::Place) -> Typed {
        let message = format!("`{name}` is {}, not a value", def.say());
        let found = Diagnostic::error("not-a-value", at, message);
        let found = match def {
            Def::Fn(_) | Def::Builtin(_) => found.help(format!("call it: `{name}(…)`")),
            Def::Enum(_) => found.help(format!("write one of its members: `{name}.…`")),
            Def::Module(_) => found.help(format!("write what it declares: `{name}.…`")),
            Def::Record(_) => {
                found.help("a record is a type; read a field of evidence of that type")
            }
            _ => found,
        };
        self.report(found);
        self.poison(at)
    }
}
