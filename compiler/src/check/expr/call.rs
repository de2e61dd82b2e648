//! Calls: functions of the policy are written out in place, gates with parameters become gates of their own, functions
//! of the tool are looked up in their table.

use rolloutc_runtime::builtins::{self, Builtin, Function, Gives, Takes, Times};
use rolloutc_runtime::ir::{Aggregate, Const, GateId, LocalId, Node, NodeId};
use rolloutc_runtime::ty::{RecordId, Shape, Ty};

use super::path::count_of;
use crate::check::names::suggest;
use crate::check::types::MapRow;
use crate::check::units::quote;
use crate::check::{Checker, DeclRef, Def, Place, Scope, Typed, say};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{self, ExprKind};

impl<'a> Checker<'a> {
    /// `f(a, name: b)`, `count(x in xs)`
    pub(super) fn call(
        &mut self,
        of: &ast::Expr,
        args: &[ast::Arg],
        want: Option<&Ty>,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let of_at = self.at(scope, of.span);
        match self.def_of(of, scope) {
            Some((Def::Fn(decl), declared)) => {
                self.note(of_at, Def::Fn(decl), declared);
                return self.call_fn(decl, args, at, scope);
            }
            Some((Def::Gate(decl), declared)) => {
                self.note(of_at, Def::Gate(decl), declared);
                return match self.gate_use(decl, args, scope, at) {
                    Some(id) => self.push(Node::Gate(id), Ty::Bool, at),
                    None => self.poison(at),
                };
            }
            Some((Def::Broken, _)) => return self.poison(at),
            Some((def, _)) => {
                let message = format!(
                    "{} is {}, it takes no arguments",
                    quote(self.source(of_at)),
                    def.say()
                );
                self.report(
                    Diagnostic::error("not-a-value", of_at, message)
                        .help("only functions and gates with parameters take arguments"),
                );
                return self.poison(at);
            }
            None => {}
        }
        let name = match &of.kind {
            ExprKind::Name(name) if scope.local(name).is_none() => name.clone(),
            ExprKind::Field { of: module, name } => {
                if let Some((Def::Module(module), _)) = self.def_of(module, scope) {
                    let name_at = self.at(scope, name.span);
                    let known: Vec<String> = self.modules[module.ix()]
                        .names
                        .keys()
                        .map(|n| n.to_string())
                        .collect();
                    let path = self.modules[module.ix()].path.clone();
                    self.unknown_name(&name.text, name_at, &known, Some(&path), "a name");
                } else {
                    let (known, first) = match &module.kind {
                        ExprKind::Name(first) => (scope.local(first).is_some(), &**first),
                        _ => (true, ""),
                    };
                    let declared = self.find(scope.module, first);
                    if matches!(declared, Some((Def::Broken, _))) {
                        return self.poison(at);
                    }
                    let found = match known || declared.is_some() {
                        false if crate::stdlib::module(first).is_some() => Diagnostic::error("unknown-name", of_at, format!("the module `{first}` is not in use"))
                            .help(format!("write `use std.{first}` at the top of the file")),
                        false => Diagnostic::error("unknown-name", of_at, format!("nothing is called `{first}` here"))
                            .help("a module is named by `use std.NAME`, or `use \"./file.rollout\" as NAME`"),
                        true => Diagnostic::error("not-a-value", of_at, format!("{} is not a function", quote(self.source(of_at))))
                            .help(format!("write the value behind the function: `{}(x)`", name.text)),
                    };
                    self.report(found);
                }
                return self.poison(at);
            }
            _ => {
                let message = format!("{} is not a function", quote(self.source(of_at)));
                self.report(Diagnostic::error("not-a-value", of_at, message));
                return self.poison(at);
            }
        };
        let Some(builtin) = builtins::named(&name) else {
            if !self.is_broken_module(scope.module) {
                let mut known: Vec<String> = builtins::BUILTINS
                    .iter()
                    .map(|b| b.name.to_string())
                    .collect();
                let modules = self.modules;
                for other in modules[scope.module.ix()].names.keys() {
                    if let Some((Def::Fn(_) | Def::Gate(_), _)) = self.find(scope.module, other) {
                        known.push(other.to_string());
                    }
                }
                let message = format!("there is no function `{name}`");
                let found = suggest(
                    Diagnostic::error("unknown-name", of_at, message),
                    &name,
                    of_at.1,
                    &known,
                );
                self.report(found);
            }
            return self.poison(at);
        };
        self.note(of_at, Def::Builtin(builtin.name), None);
        if let [ast::Arg::Comp(comp)] = args {
            let kind = match builtin.function {
                Function::Avg => Some(Aggregate::Avg),
                Function::Count => Some(Aggregate::Count),
                Function::Max => Some(Aggregate::Max),
                Function::Min => Some(Aggregate::Min),
                Function::Sum => Some(Aggregate::Sum),
                Function::Abs
                | Function::Fields
                | Function::Keys
                | Function::Numbered
                | Function::Outranks
                | Function::RankU
                | Function::Unique
                | Function::Verdicts => None,
            };
            if let Some(kind) = kind {
                return self.aggregate(kind, comp, at, scope);
            }
        }
        self.builtin(builtin, args, want, at, scope)
    }

    /// Arguments by parameter, in order; reports what is missing or too much.
    fn arguments<'e>(
        &mut self,
        name: &str,
        params: &[&str],
        args: &'e [ast::Arg],
        at: Place,
        scope: &Scope,
    ) -> Option<Vec<Option<&'e ast::Expr>>> {
        let mut found: Vec<Option<&'e ast::Expr>> = vec![None; params.len()];
        let mut next = 0;
        for arg in args {
            let (slot, value, span) = match arg {
                ast::Arg::Value(value) => {
                    let slot = next;
                    next += 1;
                    (Some(slot), value, value.span)
                }
                ast::Arg::Named { name: by, value } => {
                    let slot = params.iter().position(|p| *p == by.as_str());
                    if slot.is_none() {
                        let known: Vec<String> = params.iter().map(|p| p.to_string()).collect();
                        let by_at = self.at(scope, by.span);
                        let message = format!("`{name}` has no parameter `{}`", by.text);
                        let found = suggest(
                            Diagnostic::error("wrong-arguments", by_at, message),
                            &by.text,
                            by.span,
                            &known,
                        );
                        self.report(found);
                        return None;
                    }
                    (slot, value, by.span)
                }
                ast::Arg::Comp(comp) => {
                    let place = self.at(scope, comp.span);
                    let message = format!("`{name}` takes no rows");
                    self.report(
                        Diagnostic::error("wrong-arguments", place, message)
                            .help("a list of them is `[x in xs : …]`; membership wants parentheses: `(x in xs)`"),
                    );
                    return None;
                }
            };
            let slot = slot.unwrap_or(usize::MAX);
            match found.get_mut(slot) {
                Some(place @ None) => *place = Some(value),
                Some(Some(_)) => {
                    let place = self.at(scope, span);
                    let message = format!("`{}` is given twice", params[slot]);
                    self.report(Diagnostic::error("wrong-arguments", place, message));
                    return None;
                }
                None => {
                    let place = self.at(scope, span);
                    let message = format!("`{name}` takes {}", count_of(params.len(), "argument"));
                    let list = params.join(", ");
                    self.report(
                        Diagnostic::error("wrong-arguments", place, message)
                            .help(format!("its form is `{name}({list})`")),
                    );
                    return None;
                }
            }
        }
        let _ = at;
        Some(found)
    }

    /// A call with every parameter given.
    fn all_arguments<'e>(
        &mut self,
        name: &str,
        params: &[&str],
        args: &'e [ast::Arg],
        at: Place,
        scope: &Scope,
    ) -> Option<Vec<&'e ast::Expr>> {
        let found = self.arguments(name, params, args, at, scope)?;
        let missing: Vec<String> = params
            .iter()
            .zip(&found)
            .filter(|(_, v)| v.is_none())
            .map(|(p, _)| format!("`{p}`"))
            .collect();
        if !missing.is_empty() {
            let message = format!("`{name}` is called without {}", missing.join(", "));
            let list = params.join(", ");
            self.report(
                Diagnostic::error("wrong-arguments", at, message)
                    .help(format!("its form is `{name}({list})`")),
            );
            return None;
        }
        Some(found.into_iter().flatten().collect())
    }

    /// An argument, and the type under which the body knows it: a map's row stays one where its record is wanted.
    fn argument(&mut self, arg: &ast::Expr, ty: Ty, at: Place, scope: &Scope) -> (Typed, Ty) {
        let value = self.expr(arg, Some(&ty), scope);
        if let (Ty::Record(have), Ty::Record(want)) = (value.ty.required(), ty.required())
            && self.data(*have).row_of == Some(*want)
        {
            let have = Ty::Record(*have);
            return (value, have);
        }
        (self.coerce(value, &ty, at), ty)
    }

    /// A function of the policy, written out.
    fn call_fn(&mut self, decl: DeclRef, args: &[ast::Arg], at: Place, scope: &Scope) -> Typed {
        let ast::DeclKind::Fn(function) = &self.decl(decl).kind else {
            return self.poison(at);
        };
        let name = function.name.as_str();
        let params: Vec<&str> = function.params.iter().map(|p| p.name.as_str()).collect();
        let Some(args) = self.all_arguments(name, &params, args, at, scope) else {
            return self.poison(at);
        };
        let home = Scope::module(decl.module);
        let mut body_scope = self.base(decl.module);
        body_scope.report = scope.report;
        let mut lets: Vec<(LocalId, NodeId)> = Vec::new();
        for (param, arg) in function.params.iter().zip(args) {
            let ty = self.ty(&param.ty, &home);
            let arg_at = self.at(scope, arg.span);
            let (value, ty) = self.argument(arg, ty, arg_at, scope);
            let (node, local) = self.named_once(&value, arg_at);
            if let Some(local) = local {
                lets.push((local, value.node));
            }
            let place = (self.modules[decl.module.ix()].file, param.name.span);
            body_scope.add(&param.name.text, Typed { node, ty }, place);
        }
        let place = (self.modules[decl.module.ix()].file, function.name.span);
        if self.is_endless(place) {
            return self.poison(at);
        }
        if self.opened(place) {
            let message = format!("`{name}` calls itself");
            self.report(
                Diagnostic::error("recursive-definition", at, message).help(
                    "nothing in a policy is endless; walk over rows with `all`, `count`, `sum`",
                ),
            );
            return self.poison(at);
        }
        self.open.push(place);
        let body = self.within(decl, |c| c.fn_body(function, &body_scope));
        self.open.pop();
        let mut typed = body;
        for (local, value) in lets.into_iter().rev() {
            let ty = typed.ty.clone();
            typed = self.push(Node::Let(local, value, typed.node), ty, at);
        }
        typed
    }

    fn fn_body(&mut self, function: &'a ast::Fn, scope: &Scope) -> Typed {
        let home = Scope::module(scope.module);
        let result = function.result.as_ref().map(|ty| self.ty(ty, &home));
        let at = self.at(scope, function.body.span);
        let typed = self.expr(&function.body, result.as_ref(), scope);
        match result {
            Some(ty) => {
                let typed = self.coerce(typed, &ty, at);
                Typed {
                    node: typed.node,
                    ty,
                }
            }
            None => typed,
        }
    }

    /// A function's body, checked whether or not anything calls it.
    pub fn check_fn(&mut self, decl: DeclRef) {
        let ast::DeclKind::Fn(function) = &self.decl(decl).kind else {
            return;
        };
        self.within(decl, |c| {
            let home = Scope::module(decl.module);
            let mut scope = c.base(decl.module);
            // It may be one for reports; what calls it elsewhere is told so.
            scope.report = true;
            for param in &function.params {
                let at = c.at(&home, param.name.span);
                let ty = c.ty(&param.ty, &home);
                let local = c.local();
                let value = c.push(Node::Local(local), ty, at);
                if scope.local(&param.name.text).is_some_and(|l| {
                    l.at.0 == at.0 && function.params.iter().any(|p| p.name.span == l.at.1)
                }) {
                    let message = format!("two parameters are called `{}`", param.name.text);
                    c.report(Diagnostic::error("duplicate-name", at, message));
                }
                scope.add(&param.name.text, value, at);
            }
            let place = c.at(&home, function.name.span);
            if c.is_endless(place) {
                return;
            }
            c.open.push(place);
            c.fn_body(function, &scope);
            c.open.pop();
        });
    }

    /// The instance of a gate for arguments, one for each distinct list of them.
    pub fn gate_use(
        &mut self,
        gate: DeclRef,
        args: &[ast::Arg],
        scope: &Scope,
        at: Place,
    ) -> Option<GateId> {
        let ast::DeclKind::Gate(declared) = &self.decl(gate).kind else {
            return None;
        };
        let name = declared.name.as_str();
        let params: Vec<&str> = declared.params.iter().map(|p| p.name.as_str()).collect();
        let args = self.all_arguments(name, &params, args, at, scope)?;
        let home = Scope::module(gate.module);
        let mut inner = self.base(gate.module);
        let (mut keys, mut texts) = (Vec::new(), Vec::new());
        for (param, arg) in declared.params.iter().zip(args) {
            let ty = self.ty(&param.ty, &home);
            let arg_at = self.at(scope, arg.span);
            let (value, ty) = self.argument(arg, ty, arg_at, scope);
            if value.ty == Ty::Nothing {
                return None;
            }
            if self.is_open(value.node) {
                let message = format!("{} changes from row to row", quote(self.source(arg_at)));
                self.report(
                    Diagnostic::error("open-argument", arg_at, message)
                        .help(format!("`{name}` is one gate for each argument that stands in the policy; give it an evidence item or a literal"))
                        .help(format!("for rows let `{name}` take the table and go through it: `each r in rows`")),
                );
                return None;
            }
            keys.push(self.key_of(value.node));
            texts.push(
                self.source(arg_at)
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" "),
            );
            let place = self.at(&home, param.name.span);
            // The parameter keeps the argument's own shape: a table given for a list is still looked up by key.
            let ty = if value.ty.required() == &value.ty {
                value.ty.clone()
            } else {
                ty
            };
            inner.add(
                &param.name.text,
                Typed {
                    node: value.node,
                    ty,
                },
                place,
            );
        }
        Some(self.gate_instance(gate, keys.join(", "), &texts.join(", "), inner))
    }

    /// Whether a node reads a bound row, the key of `per` aside.
    fn is_open(&self, node: NodeId) -> bool {
        let mut free = Vec::new();
        self.free(node, &mut Vec::new(), &mut free);
        let per = self.per.as_ref().map(|p| p.local);
        free.into_iter().any(|local| Some(local) != per)
    }

    fn free(&self, node: NodeId, bound: &mut Vec<LocalId>, out: &mut Vec<LocalId>) {
        match self.node(node) {
            Node::Local(local) => {
                if !bound.contains(local) {
                    out.push(*local);
                }
            }
            Node::Const(_)
            | Node::Item(_)
            | Node::Param(_)
            | Node::Known(_)
            | Node::Subject(_)
            | Node::Shared(..) => {}
            Node::Field(of, _) | Node::Last1(of) => self.free(*of, bound, out),
            Node::Index(of, keys) => {
                self.free(*of, bound, out);
                keys.iter().for_each(|k| self.free(*k, bound, out));
            }
            Node::Collect(bind, body) => {
                let depth = bound.len();
                for (local, source) in &bind.vars {
                    self.free(*source, bound, out);
                    bound.push(*local);
                }
                bind.filter
                    .iter()
                    .chain(body)
                    .for_each(|n| self.free(*n, bound, out));
                bound.truncate(depth);
            }
            Node::Let(local, value, body) => {
                self.free(*value, bound, out);
                bound.push(*local);
                self.free(*body, bound, out);
                bound.pop();
            }
            Node::Arith(_, a, b) | Node::Default(a, b) | Node::Minus(a, b) => {
                self.free(*a, bound, out);
                self.free(*b, bound, out);
            }
            Node::Neg(a) | Node::InUnit(a, _) | Node::As(a) | Node::LastN(_, a, _) => {
                self.free(*a, bound, out)
            }
            Node::List(items) | Node::Make(_, items) | Node::Call(_, items) => {
                items.iter().for_each(|i| self.free(*i, bound, out));
            }
            // Conditions and the like as arguments are rare: they count as closed only where they bind nothing.
            other => {
                let text = format!("{other:?}");
                if text.contains("LocalId") {
                    out.push(LocalId(u32::MAX));
                }
            }
        }
    }

    /// The same text for the same value, for telling arguments apart.
    fn key_of(&self, node: NodeId) -> String {
        match self.node(node) {
            Node::Field(of, slot) => format!("{}.{slot}", self.key_of(*of)),
            Node::Index(of, keys) => {
                let keys: Vec<String> = keys.iter().map(|k| self.key_of(*k)).collect();
                format!("{}[{}]", self.key_of(*of), keys.join(","))
            }
            Node::List(items) => {
                let items: Vec<String> = items.iter().map(|k| self.key_of(*k)).collect();
                format!("[{}]", items.join(","))
            }
            other => format!("{other:?}"),
        }
    }

    /// A function that the tool knows.
    fn builtin(
        &mut self,
        builtin: &'static Builtin,
        args: &[ast::Arg],
        want: Option<&Ty>,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let name = builtin.name;
        if builtin.params.iter().any(|p| p.takes == Takes::Gate) {
            return self.verdicts(args, at, scope);
        }
        let many = builtin
            .params
            .last()
            .is_some_and(|p| p.times == Times::Many);
        let typed: Vec<(Typed, Place, Takes)> = if many {
            let takes = builtin.params[0].takes;
            let mut typed = Vec::new();
            for arg in args {
                let ast::Arg::Value(e) = arg else {
                    let message = format!("`{name}` takes values without names");
                    self.report(
                        Diagnostic::error("wrong-arguments", at, message)
                            .help(format!("its form is `{}`", builtin.signature)),
                    );
                    return self.poison(at);
                };
                let place = self.at(scope, e.span);
                typed.push((self.expr(e, want, scope), place, takes));
            }
            if typed.is_empty() {
                let message = format!("`{name}` is called without values");
                self.report(
                    Diagnostic::error("wrong-arguments", at, message)
                        .help(format!("its form is `{}`", builtin.signature)),
                );
                return self.poison(at);
            }
            typed
        } else {
            let params: Vec<&str> = builtin.params.iter().map(|p| p.name).collect();
            let Some(found) = self.arguments(name, &params, args, at, scope) else {
                return self.poison(at);
            };
            let mut typed = Vec::new();
            for (param, e) in builtin.params.iter().zip(found) {
                let Some(e) = e else {
                    if param.times == Times::Maybe {
                        continue;
                    }
                    let message = format!("`{name}` is called without `{}`", param.name);
                    self.report(
                        Diagnostic::error("wrong-arguments", at, message)
                            .help(format!("its form is `{}`", builtin.signature)),
                    );
                    return self.poison(at);
                };
                let place = self.at(scope, e.span);
                typed.push((self.expr(e, None, scope), place, param.takes));
            }
            typed
        };
        let mut bad = false;
        for (arg, place, takes) in &typed {
            bad |= arg.ty == Ty::Nothing;
            if arg.ty != Ty::Nothing && !takes.fits(arg.ty.required()) {
                bad = true;
                let message = format!(
                    "{} is {}, {} is wanted",
                    quote(self.source(*place)),
                    say(self, arg.ty.required()),
                    takes.wanted()
                );
                self.report(
                    Diagnostic::error("type-mismatch", *place, message)
                        .help(format!("its form is `{}`", builtin.signature)),
                );
            }
        }
        if bad {
            return self.poison(at);
        }
        let nodes: Vec<NodeId> = typed.iter().map(|(t, ..)| t.node).collect();
        let first = typed
            .first()
            .map_or(Ty::Nothing, |(t, ..)| t.ty.required().clone());
        let element = match &first {
            Ty::List(inner) => inner.required().clone(),
            other => other.clone(),
        };
        if let Function::Outranks | Function::RankU = builtin.function
            && let [(l, l_at, _), (r, r_at, _), ..] = &typed[..]
            && self.join_ty(l.ty.required(), r.ty.required()).is_none()
        {
            self.two_sides(&l.clone(), &r.clone(), (*l_at, *r_at), name);
            return self.poison(at);
        }
        let ty = match builtin.gives {
            Gives::Int => Ty::Int,
            Gives::Bool => Ty::Bool,
            Gives::Number => Ty::Number,
            Gives::First => first,
            Gives::Element => {
                let mut joined = element;
                for (arg, place, _) in &typed[1..] {
                    match self.join_ty(&joined, arg.ty.required()) {
                        Some(ty) => joined = ty,
                        None => {
                            let (l, l_at, _) = &typed[0];
                            self.two_sides(&l.clone(), &arg.clone(), (*l_at, *place), name);
                            return self.poison(at);
                        }
                    }
                }
                joined
            }
            Gives::Mean if element == Ty::Int => Ty::Number,
            Gives::Mean => element,
            Gives::Keys => {
                let key = self.key_ty(&first).unwrap_or(Ty::Text);
                return self.keys(nodes[0], key, at);
            }
            Gives::Texts => return self.numbered(builtin, &typed, at),
            Gives::Fields => {
                let value = Ty::Optional(Box::new(Ty::Nothing));
                let record = self.made_record(
                    vec![("key".to_string(), Ty::Text), ("value".to_string(), value)],
                    at,
                );
                let shape = Shape::List;
                Ty::Rows { record, shape }
            }
            Gives::Verdicts => self.verdict_rows(at),
        };
        self.push(Node::Call(name.to_string(), nodes), ty, at)
    }

    /// `numbered("BC-", 1, 12, digits: 3)` of literals is a constant.
    fn numbered(
        &mut self,
        builtin: &'static Builtin,
        typed: &[(Typed, Place, Takes)],
        at: Place,
    ) -> Typed {
        let texts = Ty::List(Box::new(Ty::Text));
        let whole = |c: Option<Const>| match c {
            Some(Const::Number(n)) => match n.parts() {
                (n, 1) => Some(n),
                _ => None,
            },
            _ => None,
        };
        let prefix = typed.first().and_then(|(t, ..)| self.const_text(t));
        let from = typed.get(1).and_then(|(t, ..)| whole(self.as_const(t)));
        let to = typed.get(2).and_then(|(t, ..)| whole(self.as_const(t)));
        let digits = typed
            .get(3)
            .map_or(Some(0), |(t, ..)| whole(self.as_const(t)));
        let (Some(prefix), Some(from), Some(to), Some(digits)) = (prefix, from, to, digits) else {
            let nodes = typed.iter().map(|(t, ..)| t.node).collect();
            return self.push(Node::Call(builtin.name.to_string(), nodes), texts, at);
        };
        let digits = usize::try_from(digits).unwrap_or(0).min(40);
        if from > to || to - from >= 10_000 {
            let message = if from > to {
                "this numbers nothing"
            } else {
                "this is more than 10000 texts"
            };
            self.report(
                Diagnostic::error("wrong-arguments", at, message)
                    .help(format!("its form is `{}`", builtin.signature)),
            );
            return self.poison(at);
        }
        let list = (from..=to)
            .map(|n| Const::Text(format!("{prefix}{n:0digits$}")))
            .collect();
        self.push(Node::Const(Const::List(list)), texts, at)
    }

    /// `verdicts(g, h)`
    fn verdicts(&mut self, args: &[ast::Arg], at: Place, scope: &Scope) -> Typed {
        let mut nodes = Vec::new();
        for arg in args {
            let ast::Arg::Value(e) = arg else { continue };
            let place = self.at(scope, e.span);
            let typed = self.expr(e, None, scope);
            match self.node(typed.node) {
                Node::Gate(_) => nodes.push(typed.node),
                _ if typed.ty == Ty::Nothing => {}
                _ => {
                    let message = format!(
                        "{} is {}, the name of a gate is wanted",
                        quote(self.source(place)),
                        say(self, &typed.ty)
                    );
                    self.report(Diagnostic::error("type-mismatch", place, message));
                }
            }
        }
        let ty = self.verdict_rows(at);
        self.push(Node::Call("verdicts".to_string(), nodes), ty, at)
    }

    fn verdict_rows(&mut self, at: Place) -> Ty {
        match self.decision_record("Row") {
            Some(record) => Ty::Rows {
                record,
                shape: Shape::List,
            },
            None => self.poison(at).ty,
        }
    }

    /// A record with one more field, `why`: rows of waivers that do not count.
    pub(super) fn with_why(&mut self, record: RecordId) -> RecordId {
        let made = format!("why {}", record.0);
        if let Some(id) = self.cache.made.get(&made) {
            return *id;
        }
        let mut layout = self.records[record.0 as usize].clone();
        let mut data = self.data(record).clone();
        let place = data.places.first().copied().unwrap_or_default();
        data.places.push(place);
        data.map_row = MapRow::No;
        layout.fields.push(rolloutc_runtime::ir::Field {
            name: "why".to_string(),
            ty: Ty::Text,
            read: None,
        });
        let id = self.new_record(layout, data);
        self.cache.made.insert(made, id);
        id
    }
}
