//! Names and paths: what `x`, `x.y` and `x[k]` stand for. Knows the rule of names: what is bound in the clause, then the
//! members of the enum that is wanted, then what the file declares, then what the tool knows.

use std::sync::Arc;

use rolloutc_runtime::builtins;
use rolloutc_runtime::ir::{Const, Known, Node, NodeId};
use rolloutc_runtime::ty::{EnumId, RecordId, Shape, Ty};

use crate::check::names::{Found, did_you_mean, suggest};
use crate::check::types::MapRow;
use crate::check::{Checker, DeclRef, Def, Place, Progress, Scope, Typed, say};
use crate::diagnostic::Diagnostic;
use crate::source::offset;
use crate::syntax::ast::{self, ExprKind};

/// The names that the tool knows besides functions.
const KNOWN: [&str; 6] = [
    "as_of",
    "subject",
    "phase",
    "cohort",
    "entered_at",
    "owners",
];

impl<'a> Checker<'a> {
    /// Whether a name means something without a wanted type.
    pub(super) fn is_known(&mut self, name: &str, scope: &Scope) -> bool {
        scope.local(name).is_some()
            || scope
                .receiver
                .is_some_and(|(record, _)| self.has_member(record, name))
            || self.modules[scope.module.ix()].names.contains_key(name)
            || KNOWN.contains(&name)
            || self.lookup_item(name).is_some()
    }

    /// A bare name.
    pub(super) fn name(
        &mut self,
        name: &Arc<str>,
        at: Place,
        want: Option<&Ty>,
        scope: &Scope,
    ) -> Typed {
        if let Some(local) = scope.local(name) {
            let local = local.clone();
            self.note(at, Def::Local, Some(local.at));
            return local.value;
        }
        if let Some((record, node)) = scope.receiver
            && self.has_member(record, name)
        {
            let base = Typed {
                node,
                ty: Ty::Record(record),
            };
            return self.member_of(record, &base, name, at, at);
        }
        let wanted = match want.map(Ty::required) {
            Some(Ty::Enum(id)) => Some(*id),
            _ => None,
        };
        if let Some(id) = wanted
            && let Some(member) = self.member(id, name)
        {
            return self.member_value(id, member, at);
        }
        if let Some((def, declared)) = self.find(scope.module, name) {
            if name.as_ref() == "decision" && scope.report && matches!(def, Def::Module(_)) {
                return self.report_name(name, at);
            }
            self.note(at, def.clone(), declared);
            return self.def_value(name, def, at);
        }
        // Where members of an enum are listed, its own name is all of them, also if another file declares it.
        if let Some(Ty::List(inner)) = want.map(Ty::required)
            && let Ty::Enum(id) = **inner
            && self.enums[id.0 as usize].name == **name
        {
            return self.def_value(name, Def::Enum(id), at);
        }
        if let Some((item, ty)) = self.lookup_item(name) {
            self.note(at, Def::Item(item), None);
            return self.push(Node::Item(item), ty, at);
        }
        if let Some(typed) = self.known_name(name, at, scope) {
            self.note(at, Def::Known, None);
            return typed;
        }
        if self.is_broken_module(scope.module) {
            return self.poison(at);
        }
        if matches!(want.map(Ty::required), Some(Ty::Nothing)) && self.failed() {
            // A member of whatever the other side is, of which something was said already.
            return self.poison(at);
        }
        if let Some(id) = wanted {
            self.unknown_word(id, name, at);
            return self.poison(at);
        }
        if builtins::named(name).is_some() {
            let def = Def::Builtin("");
            return self.not_a_value(name, &def, at);
        }
        let values = self.values_of(scope.module);
        let mut known: Vec<&str> = scope.names().collect();
        known.extend(values.iter().map(String::as_str));
        known.extend(KNOWN);
        let fields = match scope.receiver {
            Some((record, _)) => self.records[record.0 as usize].fields.clone(),
            None => Vec::new(),
        };
        known.extend(fields.iter().map(|field| field.name.as_str()));
        if matches!(&**name, "decision" | "reason") {
            let message = format!("only a report knows `{name}`");
            self.report(
                Diagnostic::error("unknown-name", at, message)
                    .help("a decision is made of gates and triggers; a report is written after it"),
            );
            return self.poison(at);
        }
        if scope.report {
            known.extend(["decision", "reason", "rollout"]);
        }
        let message = format!("nothing is called `{name}` here");
        let mut found = Diagnostic::error("unknown-name", at, message);
        let near = crate::check::names::nearest(name, &known);
        match near {
            Some(near) => found = did_you_mean(found, near, at.1),
            None => {
                let holders = self
                    .enums
                    .iter()
                    .filter(|e| e.members.iter().any(|m| m.name == **name));
                let holders: Vec<String> =
                    holders.map(|e| format!("`{}.{name}`", e.name)).collect();
                found = match holders.is_empty() {
                    true => suggest::<&str>(found, name, at.1, &[]),
                    false => found.help(format!(
                        "as a member of an enum write {}",
                        holders.join(" or ")
                    )),
                };
            }
        }
        let resembles = near.is_some();
        if self.is_news(name, at, resembles) {
            self.report(found);
        }
        self.poison(at)
    }

    pub(super) fn member_value(&mut self, id: EnumId, member: u32, at: Place) -> Typed {
        let place = self.enum_data(id).places.get(member as usize).copied();
        self.note(at, Def::Member(id, member), place);
        self.push(Node::Const(Const::Member(id, member)), Ty::Enum(id), at)
    }

    /// What a declaration is as a value.
    fn def_value(&mut self, name: &str, def: Def, at: Place) -> Typed {
        match def {
            Def::Enum(id) => {
                let count = offset(self.enums[id.0 as usize].members.len());
                let members = (0..count).map(|m| Const::Member(id, m)).collect();
                let ty = Ty::List(Box::new(Ty::Enum(id)));
                self.push(Node::Const(Const::List(members)), ty, at)
            }
            Def::Table(decl) => self.table(decl, at),
            Def::Let(decl) => self.let_value(decl, at),
            Def::Param(id) => {
                let ty = self.param_ty(id);
                self.push(Node::Param(id), ty, at)
            }
            Def::Item(id) => {
                let ty = self.item(id).ty.clone();
                self.push(Node::Item(id), ty, at)
            }
            Def::Threshold(id) => self.push(Node::Threshold(id), Ty::Bool, at),
            Def::Group(id) => self.push(Node::Group(id), Ty::Bool, at),
            Def::Approval(id) => self.push(Node::Given(id, None), Ty::Bool, at),
            Def::Gate(decl) => {
                if let ast::DeclKind::Gate(gate) = &self.decl(decl).kind
                    && !gate.params.is_empty()
                {
                    let params: Vec<&str> = gate.params.iter().map(|p| p.name.as_str()).collect();
                    let message = format!("`{name}` takes {}", count_of(params.len(), "argument"));
                    let help = format!("write `{name}({})`", params.join(", "));
                    self.report(Diagnostic::error("wrong-arguments", at, message).help(help));
                    return self.poison(at);
                }
                let scope = self.base(decl.module);
                let id = self.gate_instance(decl, String::new(), "", scope);
                self.push(Node::Gate(id), Ty::Bool, at)
            }
            Def::Phase(_) => self.constant_text(name, at),
            Def::Broken => self.poison(at),
            other @ (Def::Module(_)
            | Def::Rollout
            | Def::Owner
            | Def::Member(..)
            | Def::Record(_)
            | Def::Field(..)
            | Def::Derived(_)
            | Def::Fn(_)
            | Def::Folder(_)
            | Def::Calendar(_)
            | Def::Trigger(_)
            | Def::Procedure(_)
            | Def::Message(_)
            | Def::Report(_)
            | Def::Fixture(_)
            | Def::Local
            | Def::Known
            | Def::Builtin(_)) => self.not_a_value(name, &other, at),
        }
    }

    /// A top-level `let`, computed once.
    pub(in crate::check) fn let_value(&mut self, decl: DeclRef, user: Place) -> Typed {
        match self.cache.lets.get(&decl) {
            Some(Progress::Done(typed)) => return typed.clone(),
            Some(Progress::Open) => {
                let name = self.decl(decl).kind.name().map_or("", |n| n.as_str());
                let message = format!("`{name}` is defined by itself");
                self.report(
                    Diagnostic::error("recursive-definition", user, message)
                        .help("nothing in a policy is endless; write the value out"),
                );
                return self.poison(user);
            }
            None => {}
        }
        self.cache.lets.insert(decl, Progress::Open);
        let typed = match &self.decl(decl).kind {
            ast::DeclKind::Let(found) => self.within(decl, |c| {
                let scope = c.base(decl.module);
                c.expr(&found.value, None, &scope)
            }),
            _ => self.poison(user),
        };
        let typed = if self.is_cheap(typed.node) {
            typed
        } else {
            let at = self.model.nodes[typed.node.ix()];
            let memo = self.memos;
            self.memos += 1;
            self.push(Node::Shared(memo, typed.node), typed.ty, at)
        };
        self.cache.lets.insert(decl, Progress::Done(typed.clone()));
        typed
    }

    /// The value of a top-level `let`, checked whether or not anything uses it.
    pub fn check_let(&mut self, decl: DeclRef) -> Typed {
        let at = (self.modules[decl.module.ix()].file, self.decl(decl).span);
        self.let_value(decl, at)
    }

    /// The type of a param.
    pub fn param_ty(&mut self, id: rolloutc_runtime::ir::ParamId) -> Ty {
        if let Some(Progress::Done(ty)) = self.cache.params.get(&id.0) {
            return ty.clone();
        }
        let Some(decl) = self.ids.params.get(id.ix()).copied() else {
            return Ty::Nothing;
        };
        let ast::DeclKind::Param(param) = &self.decl(decl).kind else {
            return Ty::Nothing;
        };
        let scope = Scope::module(decl.module);
        let name = format!("param `{}`", param.name.text);
        let ty = self.within(decl, |c| {
            c.ty_named(&param.ty, &name, ast::KeyCase::Exact, &scope)
        });
        self.cache.params.insert(id.0, Progress::Done(ty.clone()));
        ty
    }

    /// `as_of` and the like.
    fn known_name(&mut self, name: &str, at: Place, scope: &Scope) -> Option<Typed> {
        let (known, ty) = match name {
            "as_of" => (Known::AsOf, Ty::Instant),
            "phase" => (Known::Phase, Ty::Text),
            "cohort" => (Known::Cohort, Ty::Ratio),
            "entered_at" => (Known::EnteredAt, Ty::Instant),
            "subject" => return Some(self.whole_subject(at)),
            "start" => return Some(self.constant_text(name, at)),
            "owners" => {
                let names = self
                    .owners
                    .values()
                    .map(|o| Const::Text(o.clone()))
                    .collect();
                let ty = Ty::List(Box::new(Ty::Text));
                return Some(self.push(Node::Const(Const::List(names)), ty, at));
            }
            "decision" | "reason" | "rollout" if scope.report => {
                return Some(self.report_name(name, at));
            }
            _ => return None,
        };
        Some(self.push(Node::Known(known), ty, at))
    }

    /// `subject` as a whole: its one member, or a record of all.
    fn whole_subject(&mut self, at: Place) -> Typed {
        let members: Vec<(String, Ty)> = self
            .subject
            .iter()
            .map(|(n, t)| (n.clone(), t.clone()))
            .collect();
        match members.as_slice() {
            // In a module looked at alone, the subject is that of whoever uses it.
            [] if self.is_module() || self.is_damaged("rollout") => self.poison(at),
            [] => {
                self.report(
                    Diagnostic::error(
                        "unknown-name",
                        at,
                        "the rollout does not say what it rolls out",
                    )
                    .help("write `rollout NAME of build`, or `of { run: text, release: text }`"),
                );
                self.poison(at)
            }
            [(_, ty)] => self.push(Node::Subject(0), ty.clone(), at),
            _ => {
                let record = self.made_record(members.clone(), at);
                let mut nodes = Vec::new();
                for (i, (_, ty)) in members.into_iter().enumerate() {
                    let index = u16::try_from(i).unwrap_or(u16::MAX);
                    nodes.push(self.push(Node::Subject(index), ty, at).node);
                }
                self.push(Node::Make(record, nodes), Ty::Record(record), at)
            }
        }
    }

    /// What a name or `module.name` declares, where nothing bound here hides it. Reports nothing.
    pub(super) fn def_of(&mut self, e: &ast::Expr, scope: &Scope) -> Option<Found> {
        match &e.kind {
            ExprKind::Name(name) => {
                let hidden = scope.local(name).is_some()
                    || scope
                        .receiver
                        .is_some_and(|(record, _)| self.has_member(record, name));
                if hidden {
                    None
                } else {
                    self.find(scope.module, name)
                }
            }
            ExprKind::Field { of, name } => match self.def_of(of, scope)? {
                (Def::Module(module), _) => self.find(module, &name.text),
                _ => None,
            },
            _ => None,
        }
    }

    /// `x.name`
    pub(super) fn field_path(
        &mut self,
        e: &ast::Expr,
        of: &ast::Expr,
        name: &ast::Name,
        scope: &Scope,
    ) -> Typed {
        let at = self.at(scope, e.span);
        let name_at = self.at(scope, name.span);
        if let Some((def, declared)) = self.def_of(of, scope) {
            let of_at = self.at(scope, of.span);
            self.note(of_at, def.clone(), declared);
            match def {
                Def::Module(module) => {
                    let is_decision = matches!(&of.kind, ExprKind::Name(n) if &**n == "decision");
                    if let Some((def, declared)) = self.find(module, &name.text) {
                        self.note(name_at, def.clone(), declared);
                        return self.def_value(&name.text, def, at);
                    }
                    if !(is_decision && scope.report) {
                        if !self.is_broken_module(module) {
                            let known: Vec<String> = self.modules[module.ix()]
                                .names
                                .keys()
                                .map(|n| n.to_string())
                                .collect();
                            let path = self.modules[module.ix()].path.clone();
                            self.unknown_name(&name.text, name_at, &known, Some(&path), "a name");
                        }
                        return self.poison(at);
                    }
                    let base = self.report_name("decision", at);
                    return self.read_field(base, &name.text, name_at, at);
                }
                Def::Enum(id) => {
                    return match self.member(id, &name.text) {
                        Some(member) => {
                            let typed = self.member_value(id, member, at);
                            self.note(
                                name_at,
                                Def::Member(id, member),
                                self.enum_data(id).places.get(member as usize).copied(),
                            );
                            typed
                        }
                        None => {
                            self.unknown_word(id, &name.text, name_at);
                            self.poison(at)
                        }
                    };
                }
                Def::Message(decl) => return self.message_part(decl, &name.text, name_at, at),
                Def::Broken => return self.poison(at),
                _ => {}
            }
        } else if let Some(root) = of.as_name().filter(|n| !self.is_bound(&n.text, scope))
            && let Some(typed) = self.known_path(&root.text, &name.text, name_at, at, scope)
        {
            return typed;
        }
        let base = self.expr(of, None, scope);
        self.read_field(base, &name.text, name_at, at)
    }

    fn is_bound(&mut self, name: &str, scope: &Scope) -> bool {
        scope.local(name).is_some()
            || scope
                .receiver
                .is_some_and(|(record, _)| self.has_member(record, name))
            || self.lookup_item(name).is_some()
    }

    /// `subject.run`, `rollback.at` and the like.
    fn known_path(
        &mut self,
        root: &str,
        name: &str,
        name_at: Place,
        at: Place,
        scope: &Scope,
    ) -> Option<Typed> {
        let (known, parts): (Known, &[&str]) = match (root, name) {
            ("rollback", "at") => (Known::RollbackAt, &[]),
            ("phase", "entered_at") => (Known::PhaseEnteredAt, &[]),
            ("cohort", "entered_at") => (Known::EnteredAt, &[]),
            ("rollback", _) => (Known::RollbackAt, &["at"]),
            ("phase" | "cohort", _) => (Known::EnteredAt, &["entered_at"]),
            ("waivers", _) => return Some(self.waiver_rows(name, name_at, at)),
            ("subject", _) => {
                if let Some((index, _, ty)) = self.subject.get_full(name) {
                    let (index, ty) = (u16::try_from(index).unwrap_or(u16::MAX), ty.clone());
                    return Some(self.push(Node::Subject(index), ty, at));
                }
                if self.subject.is_empty() {
                    return Some(self.whole_subject(at));
                }
                let known: Vec<String> = self.subject.keys().cloned().collect();
                let message = format!("the subject has no `{name}`");
                let found = suggest(
                    Diagnostic::error("unknown-member", name_at, message),
                    name,
                    name_at.1,
                    &known,
                );
                self.report(found);
                return Some(self.poison(at));
            }
            _ => return None,
        };
        let _ = scope;
        if parts.is_empty() {
            return Some(self.push(Node::Known(known), Ty::Instant, at));
        }
        let message = format!("`{root}` has no `{name}`");
        let found = Diagnostic::error("unknown-member", name_at, message)
            .help(format!("there is `{root}.{}`", parts[0]));
        self.report(found);
        Some(self.poison(at))
    }

    /// `waivers.expired`, `waivers.invalid`: rows of waivers with `why`.
    fn waiver_rows(&mut self, name: &str, name_at: Place, at: Place) -> Typed {
        if !matches!(name, "expired" | "invalid") {
            let known = ["expired", "invalid"].map(String::from);
            let message = format!("`waivers` has no `{name}`");
            let found = suggest(
                Diagnostic::error("unknown-member", name_at, message),
                name,
                name_at.1,
                &known,
            );
            self.report(found);
            return self.poison(at);
        }
        let decls = self.ids.waivers.clone();
        let mut record = None;
        for decl in decls {
            let ast::DeclKind::Waivers(waivers) = &self.decl(decl).kind else {
                continue;
            };
            let scope = self.base(decl.module);
            let rows = self.expr(&waivers.rows, None, &scope);
            if let Ty::Rows { record: of, .. } = rows.ty.required() {
                if record.is_some_and(|r| r != *of) {
                    let message = "waivers of two kinds have no rows in common";
                    self.report(
                        Diagnostic::error("type-mismatch", at, message)
                            .help("give both one record"),
                    );
                }
                record = record.or(Some(*of));
            }
        }
        let Some(record) = record else {
            if self.ids.waivers.is_empty() {
                let message = "there are no waivers";
                self.report(
                    Diagnostic::error("unknown-name", at, message)
                        .help("declare some: `waivers w in rows { … }`"),
                );
            }
            return self.poison(at);
        };
        let record = self.with_why(record);
        let shape = Shape::List;
        self.push(
            Node::Call(format!("waivers.{name}"), Vec::new()),
            Ty::Rows { record, shape },
            at,
        )
    }

    /// `message.parts`, `message.template`
    fn message_part(&mut self, decl: DeclRef, name: &str, name_at: Place, at: Place) -> Typed {
        let (parts, template) = self.message_values(decl);
        match name {
            "parts" => {
                let ty = Ty::List(Box::new(Ty::Text));
                self.push(Node::Const(Const::List(parts)), ty, at)
            }
            "template" => self.constant_text(&template, at),
            _ => {
                let known = ["parts", "template"].map(String::from);
                let said = format!("a message has no `{name}`");
                let found = suggest(
                    Diagnostic::error("unknown-member", name_at, said),
                    name,
                    name_at.1,
                    &known,
                );
                self.report(found);
                self.poison(at)
            }
        }
    }

    /// A field of a value.
    pub(super) fn read_field(
        &mut self,
        base: Typed,
        name: &str,
        name_at: Place,
        at: Place,
    ) -> Typed {
        let item = match self.node(base.node) {
            Node::Item(id) => Some(*id),
            _ => None,
        };
        match base.ty.required().clone() {
            Ty::Nothing => self.poison(at),
            Ty::Record(record) if self.has_member(record, name) => {
                self.member_of(record, &base, name, name_at, at)
            }
            Ty::Rows {
                record,
                shape: Shape::Series,
            } if name == "last" => self.push(Node::Last1(base.node), Ty::Record(record), at),
            ty => {
                match (item, name) {
                    (Some(id), "observed_at") => {
                        return self.push(Node::ObservedAt(id), Ty::Instant, at);
                    }
                    (Some(id), "age") => return self.push(Node::Age(id), Ty::Duration, at),
                    _ => {}
                }
                let said =
                    crate::check::units::quote(self.source(self.model.nodes[base.node.ix()]))
                        .to_string();
                let found = |message: String| Diagnostic::error("unknown-member", name_at, message);
                let found = match ty {
                    Ty::Record(record) => {
                        self.unknown_member(record, name, name_at);
                        return self.poison(at);
                    }
                    Ty::Rows {
                        record,
                        shape: Shape::Series,
                    } => found(format!("{said} is {}", say(self, &ty))).help(match self.has_member(record, name) {
                        true => format!("read its newest row, `….last.{name}`, or compute over it, `p95 of ….{name} over 5m`"),
                        false => "read its newest row with `.last`".to_string(),
                    }),
                    Ty::Rows { .. } => found(format!("{said} is {}, not one row", say(self, &ty)))
                        .help(format!("pick a row by its key, `…[\"key\"].{name}`, or ask `all x in … : x.{name}`")),
                    ty => found(format!("{said} is {}, which has no `{name}`", say(self, &ty))),
                };
                self.report(found);
                self.poison(at)
            }
        }
    }

    /// `x."key"`: a member of a map, or a field.
    pub(super) fn key(&mut self, base: Typed, key: &str, key_at: Place, at: Place) -> Typed {
        match base.ty.required() {
            Ty::Rows {
                shape: Shape::Map { .. } | Shape::Table { .. },
                ..
            } => {
                let key = self.constant_text(key, key_at);
                self.look_up(base, vec![key], at)
            }
            _ => self.read_field(base, key, key_at, at),
        }
    }

    /// `x[a, b]`
    pub(super) fn index(
        &mut self,
        of: &ast::Expr,
        keys: &[ast::Expr],
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let base = self.expr(of, None, scope);
        let want = match base.ty.required() {
            Ty::Rows { record, shape } => match shape {
                Shape::Table { key } | Shape::Map { key } => Some(
                    self.records[record.0 as usize].fields[*key as usize]
                        .ty
                        .clone(),
                ),
                Shape::List | Shape::Series => Some(Ty::Int),
            },
            Ty::List(_) => Some(Ty::Int),
            _ => None,
        };
        let is_gate = matches!(self.node(base.node), Node::Gate(_));
        let mut typed = Vec::new();
        for key in keys {
            let key_at = self.at(scope, key.span);
            let one = self.expr(key, want.as_ref(), scope);
            typed.push(match &want {
                Some(want) if !is_gate => self.coerce(one, want, key_at),
                _ => one,
            });
        }
        self.look_up(base, typed, at)
    }

    fn look_up(&mut self, base: Typed, keys: Vec<Typed>, at: Place) -> Typed {
        let nodes: Vec<NodeId> = keys.iter().map(|k| k.node).collect();
        if let Node::Gate(id) = *self.node(base.node) {
            return self.push(Node::GateRow(id, nodes), Ty::Bool, at);
        }
        let said = crate::check::units::quote(self.source(self.model.nodes[base.node.ix()]));
        let ty = match base.ty.required() {
            Ty::Nothing => return self.poison(at),
            Ty::Rows { record, .. } => {
                let record = *record;
                if nodes.len() == 1 && self.data(record).map_row == MapRow::Value {
                    let row = self.push(Node::Index(base.node, nodes), Ty::Record(record), at);
                    let value = self.records[record.0 as usize].fields[1].ty.clone();
                    return self.push(Node::Field(row.node, 1), value, at);
                }
                Ty::Record(record)
            }
            Ty::List(inner) => (**inner).clone(),
            other => {
                let message = format!(
                    "{said} is {}, there is nothing to pick from",
                    say(self, other)
                );
                self.report(Diagnostic::error("type-mismatch", at, message));
                return self.poison(at);
            }
        };
        if nodes.len() != 1 {
            let message = format!("{said} has one key, not {}", nodes.len());
            self.report(Diagnostic::error("wrong-arguments", at, message));
            return self.poison(at);
        }
        self.push(Node::Index(base.node, nodes), ty, at)
    }

    /// Whether a record has a stored or derived field of that name.
    pub(super) fn has_member(&self, record: RecordId, name: &str) -> bool {
        let data = self.data(record);
        self.slot(record, name).is_some()
            || data.derived.iter().any(|d| *d.name == *name)
            || data.map_row != MapRow::No && matches!(name, "key" | "value")
    }

    /// A stored or derived field.
    fn member_of(
        &mut self,
        record: RecordId,
        base: &Typed,
        name: &str,
        name_at: Place,
        at: Place,
    ) -> Typed {
        if let Some(slot) = self.slot(record, name) {
            let ty = self.records[record.0 as usize].fields[slot as usize]
                .ty
                .clone();
            let place = self.data(record).places.get(slot as usize).copied();
            self.note(name_at, Def::Field(record, slot), place);
            if ty == Ty::Nothing {
                return self.poison(at);
            }
            return self.push(Node::Field(base.node, slot), ty, at);
        }
        let derived = self
            .data(record)
            .derived
            .iter()
            .find(|d| *d.name == *name)
            .cloned();
        let Some(derived) = derived else {
            // `row.key` and `row.value` of a map whose rows are records.
            if name == "value" {
                return base.clone();
            }
            let ty = self.records[record.0 as usize].fields[0].ty.clone();
            return self.push(Node::Field(base.node, 0), ty, at);
        };
        self.note(name_at, Def::Derived(record), Some(derived.at));
        if self.is_endless(derived.at) {
            return self.poison(at);
        }
        if self.opened(derived.at) {
            let message = format!("`{name}` is defined by itself");
            self.report(Diagnostic::error("recursive-definition", at, message));
            return self.poison(at);
        }
        self.open.push(derived.at);
        let (node, local) = self.named_once(base, at);
        let mut scope = Scope::module(derived.module);
        scope.receiver = Some((record, node));
        let body = self.expr(derived.value, None, &scope);
        self.open.pop();
        match local {
            Some(local) => self.push(Node::Let(local, base.node, body.node), body.ty, at),
            None => body,
        }
    }

    /// Whether something is being written out already; then all that leads round is remembered, and said once.
    pub(super) fn opened(&mut self, place: Place) -> bool {
        let Some(start) = self.open.iter().position(|open| *open == place) else {
            return false;
        };
        self.cache
            .endless
            .extend(self.open[start..].iter().copied());
        true
    }

    /// Whether something was reported to lead round to itself.
    pub(super) fn is_endless(&self, place: Place) -> bool {
        self.cache.endless.contains(&place)
    }

    /// A node that stands for a value however often it is written: itself where it is small, else a local to bind.
    pub(super) fn named_once(
        &mut self,
        value: &Typed,
        at: Place,
    ) -> (NodeId, Option<rolloutc_runtime::ir::LocalId>) {
        if self.is_cheap(value.node) {
            return (value.node, None);
        }
        let local = self.local();
        let source = self.may_be_empty(value.node);
        self.cache.local_sources.insert(local.0, source);
        let typed = self.push(Node::Local(local), value.ty.clone(), at);
        (typed.node, Some(local))
    }

    /// Checks a record's derived fields, whether or not anything reads them.
    pub fn check_derived(&mut self, record: RecordId) {
        let derived = self.data(record).derived.clone();
        for one in derived {
            let local = self.local();
            let base = self.push(Node::Local(local), Ty::Record(record), one.at);
            self.member_of(record, &base, &one.name, one.at, one.at);
        }
    }

    /// Reports a field that a record does not have.
    pub(in crate::check) fn unknown_member(&mut self, record: RecordId, name: &str, at: Place) {
        let data = self.data(record);
        if data.tainted {
            return;
        }
        let layout = &self.records[record.0 as usize];
        let mut known: Vec<String> = layout.fields.iter().map(|f| f.name.clone()).collect();
        known.extend(data.derived.iter().map(|d| d.name.to_string()));
        let message = format!("`{}` has no `{name}`", layout.name);
        let found = suggest(
            Diagnostic::error("unknown-member", at, message),
            name,
            at.1,
            &known,
        );
        self.report(found);
    }

    /// Reports a word that is not a member of an enum.
    pub(in crate::check) fn unknown_word(&mut self, id: EnumId, word: &str, at: Place) {
        if self.enum_data(id).tainted {
            return;
        }
        let layout = &self.enums[id.0 as usize];
        let known: Vec<String> = layout.members.iter().map(|m| m.name.clone()).collect();
        let spelled = layout
            .members
            .iter()
            .find(|m| m.spellings.iter().any(|s| s == word));
        let message = format!(
            "`{word}` is not a member of {}",
            crate::check::say::named(&layout.name)
        );
        let found = Diagnostic::error("unknown-enum-word", at, message);
        let found = match spelled {
            Some(member) => found
                .label(format!("the data says it so; here it is `{}`", member.name))
                .fix(
                    format!("write `{}`", member.name),
                    true,
                    vec![(at.1, member.name.clone())],
                ),
            None => suggest(found, word, at.1, &known),
        };
        self.report(found);
    }
}

/// "one argument", "2 arguments".
pub(super) fn count_of(n: usize, what: &str) -> String {
    match n {
        0 => format!("no {what}s"),
        1 => format!("one {what}"),
        n => format!("{n} {what}s"),
    }
}
