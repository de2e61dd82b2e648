//! What a name means at a place: binders and clause `let`s first, then the file's own declarations, then what the tool
//! knows. Knows no types of expressions.

use std::rc::Rc;
use std::sync::Arc;

use rolloutc_runtime::ir::{self, Const, Node, NodeId};
use rolloutc_runtime::ty::{RecordId, Shape, Ty};

use super::outline::{Export, ModuleId};
use super::units::quote;
use super::{Checker, DeclRef, Def, Ids, Place, Typed};
use crate::diagnostic::Diagnostic;
use crate::near;
use crate::source::{Span, offset};
use crate::syntax::ast;

/// What is visible at a place besides the declarations of its file.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The file's module.
    pub module: ModuleId,
    /// The record whose fields are names here: inside its derived fields.
    pub receiver: Option<(RecordId, NodeId)>,
    /// Whether the decision itself can be read: inside reports.
    pub report: bool,
    /// Whether `{missing}` and `{extra}` mean something: in the message of a rule with a set operator.
    pub sets: bool,
    names: Vec<(Arc<str>, Local)>,
}

/// A name bound in a clause or an expression.
#[derive(Clone, Debug)]
pub struct Local {
    /// What it stands for.
    pub value: Typed,
    /// Where it was bound.
    pub at: Place,
}

impl Scope {
    /// The scope of a module's top level.
    pub fn module(module: ModuleId) -> Scope {
        Scope {
            module,
            receiver: None,
            report: false,
            sets: false,
            names: Vec::new(),
        }
    }

    /// This scope with one more name.
    pub fn with(&self, name: &str, value: Typed, at: Place) -> Scope {
        let mut scope = self.clone();
        scope.add(name, value, at);
        scope
    }

    /// Adds a name; a later one hides an earlier one.
    pub fn add(&mut self, name: &str, value: Typed, at: Place) {
        self.names.push((name.into(), Local { value, at }));
    }

    /// What a name is bound to.
    pub fn local(&self, name: &str) -> Option<&Local> {
        self.names
            .iter()
            .rev()
            .find(|(n, _)| **n == *name)
            .map(|(_, local)| local)
    }

    /// All bound names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(name, _)| &**name)
    }
}

/// A resolved name: what it means and where it was declared.
pub type Found = (Def, Option<Place>);

impl<'a> Checker<'a> {
    /// Gives ids to everything declared, reads owners, subject and keys.
    pub(super) fn declare(&mut self) {
        let mut ids = Ids::default();
        let mut gates = Vec::new();
        for (at, decl) in self.decls() {
            match &decl.kind {
                ast::DeclKind::Param(_) => ids.params.push(at),
                ast::DeclKind::Evidence(_) => ids.items.push(at),
                ast::DeclKind::Threshold(_) => ids.thresholds.push(at),
                ast::DeclKind::Gate(gate) if gate.params.is_empty() => gates.push(at),
                ast::DeclKind::Group(_) => ids.groups.push(at),
                ast::DeclKind::Approval(_) => ids.approvals.push(at),
                ast::DeclKind::Waivers(_) => ids.waivers.push(at),
                ast::DeclKind::Freeze(_) | ast::DeclKind::Window(_) => ids.calendar.push(at),
                ast::DeclKind::Phase(_) => ids.phases.push(at),
                ast::DeclKind::Trigger(_) => ids.triggers.push(at),
                ast::DeclKind::Rollback(_) | ast::DeclKind::Switch(_) => ids.procedures.push(at),
                ast::DeclKind::Fn(_) => self.cache.fns.push(at),
                ast::DeclKind::Message(_) => ids.messages.push(at),
                ast::DeclKind::Use(_)
                | ast::DeclKind::Rollout(_)
                | ast::DeclKind::Owners(_)
                | ast::DeclKind::Enum(_)
                | ast::DeclKind::Record(_)
                | ast::DeclKind::Table(_)
                | ast::DeclKind::Let(_)
                | ast::DeclKind::Folder(_)
                | ast::DeclKind::Gate(_)
                | ast::DeclKind::Report(_)
                | ast::DeclKind::Invariant(_)
                | ast::DeclKind::Fixture(_)
                | ast::DeclKind::Test(_)
                | ast::DeclKind::Tests(_)
                | ast::DeclKind::Broken(_) => {}
            }
        }
        self.ids = ids;
        self.number();
        for (at, decl) in self.decls() {
            let values = matches!(
                decl.kind,
                ast::DeclKind::Table(_)
                    | ast::DeclKind::Let(_)
                    | ast::DeclKind::Fn(_)
                    | ast::DeclKind::Param(_)
                    | ast::DeclKind::Evidence(_)
                    | ast::DeclKind::Threshold(_)
                    | ast::DeclKind::Gate(_)
                    | ast::DeclKind::Group(_)
                    | ast::DeclKind::Approval(_)
            );
            if let Some(name) = decl.kind.name().filter(|_| values) {
                self.value_name(name, &Scope::module(at.module));
            }
            match &decl.kind {
                ast::DeclKind::Enum(_) => {
                    self.enum_decl(at);
                }
                ast::DeclKind::Owners(owners) => {
                    for owner in owners {
                        let spelling = owner
                            .spelling
                            .as_ref()
                            .map_or(&owner.name.text, |s| &s.value);
                        self.owners
                            .insert(owner.name.text.to_string(), spelling.to_string());
                    }
                }
                _ => {}
            }
        }
        self.rollout_head();
        for gate in gates {
            let scope = self.base(gate.module);
            self.gate_instance(gate, String::new(), "", scope);
        }
    }

    /// The subject's members and the keys: what expressions see of the rollout's head.
    fn rollout_head(&mut self) {
        let rollout = self.decls().find_map(|(at, decl)| match &decl.kind {
            ast::DeclKind::Rollout(rollout) if at.module == ModuleId::ROOT => Some((at, rollout)),
            _ => None,
        });
        let Some((decl, rollout)) = rollout else {
            return;
        };
        let scope = Scope::module(decl.module);
        self.within(decl, |c| {
            match &rollout.subject {
                Some(ast::Subject::Name(name)) => {
                    c.subject.insert(name.text.to_string(), Ty::Text);
                }
                Some(ast::Subject::Fields(items)) => {
                    for field in items.iter().filter_map(|item| item.node.as_field()) {
                        let ty = c.ty(&field.ty, &scope);
                        c.subject.insert(field.name.text.to_string(), ty);
                    }
                }
                None => {}
            }
            if let Some(per) = &rollout.per {
                let at = c.at(&scope, per.name.span);
                let rows = c.expr(&per.source, None, &scope);
                let (local, row) = c.row(&rows, &per.source, &scope, at);
                c.has_keys(&rows.ty, &per.source, &scope);
                let value = Typed {
                    node: row.node,
                    ty: row.ty,
                };
                c.per = Some(ir::Per {
                    name: per.name.text.to_string(),
                    rows: rows.node,
                    local,
                });
                c.cache.per = Some(scope.with(&per.name.text, value, at));
            }
        });
    }

    /// Instances are told apart by the keys of their rows: a list of records has none.
    fn has_keys(&mut self, ty: &Ty, source: &ast::Expr, scope: &Scope) {
        let keyless = match ty.required() {
            Ty::Rows { shape, .. } => matches!(shape, Shape::List | Shape::Series),
            Ty::List(inner) => !matches!(inner.required(), Ty::Text | Ty::Enum(_) | Ty::Int),
            _ => false,
        };
        if !keyless {
            return;
        }
        let at = self.at(scope, source.span);
        let message = format!(
            "the rows of {} have no key to tell instances apart",
            quote(self.source(at))
        );
        let found = Diagnostic::error("no-rows", at, message);
        self.report(
            found.help("go through a `table … by KEY`, a `map`, an enum or a list of texts"),
        );
    }

    /// The scope of a module's top level; in the policy itself with the key of `per`.
    pub fn base(&self, module: ModuleId) -> Scope {
        match &self.cache.per {
            Some(scope) if module == ModuleId::ROOT => scope.clone(),
            _ => Scope::module(module),
        }
    }

    /// What a top-level name of a module means.
    pub fn find(&mut self, module: ModuleId, name: &str) -> Option<Found> {
        let modules = self.modules;
        let found = &modules[module.ix()];
        let export = found.names.get(name)?;
        let at = (found.file, export.span);
        let decl = DeclRef {
            module,
            index: export.decl,
        };
        Some((self.meaning(decl, export), Some(at)))
    }

    /// Remembers the number of each declaration among its kind.
    fn number(&mut self) {
        let ids = &self.ids;
        let kinds = [
            &ids.params,
            &ids.items,
            &ids.thresholds,
            &ids.groups,
            &ids.approvals,
            &ids.waivers,
            &ids.calendar,
            &ids.phases,
            &ids.triggers,
            &ids.procedures,
            &ids.messages,
        ];
        let mut numbers: Vec<Vec<u32>> = (self.modules.iter())
            .map(|module| vec![0; module.ast.decls.len()])
            .collect();
        for (i, decl) in kinds.into_iter().flat_map(|list| list.iter().enumerate()) {
            numbers[decl.module.ix()][decl.index as usize] = offset(i);
        }
        self.cache.numbers = numbers;
        self.cache.items = vec![None; self.ids.items.len()];
    }

    fn meaning(&mut self, at: DeclRef, export: &Export) -> Def {
        let numbers = self.cache.numbers.get(at.module.ix());
        let id = numbers.and_then(|of| of.get(at.index as usize).copied());
        let id = id.unwrap_or_default();
        match &self.decl(at).kind {
            ast::DeclKind::Use(_) => export.module.map_or(Def::Broken, Def::Module),
            ast::DeclKind::Rollout(_) => Def::Rollout,
            ast::DeclKind::Owners(_) => Def::Owner,
            ast::DeclKind::Enum(_) => Def::Enum(self.enum_decl(at)),
            ast::DeclKind::Record(_) => Def::Record(at),
            ast::DeclKind::Table(_) => Def::Table(at),
            ast::DeclKind::Let(_) => Def::Let(at),
            ast::DeclKind::Fn(_) => Def::Fn(at),
            ast::DeclKind::Param(_) => Def::Param(ir::ParamId(id)),
            ast::DeclKind::Folder(_) => Def::Folder(at),
            ast::DeclKind::Evidence(_) => Def::Item(ir::ItemId(id)),
            ast::DeclKind::Threshold(_) => Def::Threshold(ir::ThresholdId(id)),
            ast::DeclKind::Gate(_) => Def::Gate(at),
            ast::DeclKind::Group(_) => Def::Group(ir::GroupId(id)),
            ast::DeclKind::Approval(_) => Def::Approval(ir::ApprovalId(id)),
            ast::DeclKind::Freeze(_) | ast::DeclKind::Window(_) => {
                Def::Calendar(ir::CalendarId(id))
            }
            ast::DeclKind::Phase(_) => Def::Phase(ir::PhaseId(id)),
            ast::DeclKind::Trigger(_) => Def::Trigger(ir::TriggerId(id)),
            ast::DeclKind::Rollback(_) | ast::DeclKind::Switch(_) => {
                Def::Procedure(ir::ProcedureId(id))
            }
            ast::DeclKind::Message(_) => Def::Message(at),
            ast::DeclKind::Report(_) => Def::Report(at),
            ast::DeclKind::Fixture(_) => Def::Fixture(at),
            ast::DeclKind::Waivers(_)
            | ast::DeclKind::Invariant(_)
            | ast::DeclKind::Test(_)
            | ast::DeclKind::Tests(_)
            | ast::DeclKind::Broken(_) => Def::Broken,
        }
    }

    /// What `a` or `module.a` means, for places that name a declaration: a type, a procedure, a folder.
    /// Reports a name that is not there; `what` says what is wanted: "a record or an enum".
    pub fn resolve(&mut self, dotted: &ast::Dotted, what: &str, scope: &Scope) -> Option<Def> {
        let mut module = scope.module;
        for (i, name) in dotted.names.iter().enumerate() {
            let at = self.at(scope, name.span);
            let key = match what {
                "a fixture" => format!("fixture {}", name.text),
                _ => name.text.to_string(),
            };
            let Some((def, declared)) = self.find(module, &key) else {
                if self.is_broken_module(module) {
                    return None;
                }
                let known = self.names_of(module, what);
                let whose = (i > 0).then(|| self.modules[module.ix()].path.clone());
                self.unknown_name(&name.text, at, &known, whose.as_deref(), what);
                return None;
            };
            self.note(at, def.clone(), declared);
            match def {
                Def::Broken => return None,
                Def::Module(next) if i + 1 < dotted.names.len() => module = next,
                other if i + 1 == dotted.names.len() => return Some(other),
                other => {
                    let message = format!("`{}` is {}, not a module", name.text, other.say());
                    self.report(Diagnostic::error("unknown-name", at, message));
                    return None;
                }
            }
        }
        None
    }

    /// Whether a module holds a declaration whose name could not be read, or uses a file that is not there: then an
    /// unknown name may stand for something in it.
    pub(super) fn is_broken_module(&self, module: ModuleId) -> bool {
        let found = &self.modules[module.ix()];
        let lost = |decl: &ast::Decl| match &decl.kind {
            ast::DeclKind::Broken(broken) => broken.name.is_none(),
            ast::DeclKind::Use(_) => (decl.kind.name())
                .and_then(|name| found.names.get(&name.text))
                .is_some_and(|export| export.module.is_none()),
            _ => false,
        };
        found.ast.decls.iter().any(lost)
    }

    /// Whether a declaration of a kind could not be read whole: what it would have said is not known.
    pub(super) fn is_damaged(&self, word: &str) -> bool {
        let damaged = |decl: &ast::Decl| match &decl.kind {
            ast::DeclKind::Broken(broken) => broken.word.is_none_or(|found| found == word),
            kind => decl.tainted && kind.word() == Some(word),
        };
        self.modules[ModuleId::ROOT.ix()]
            .ast
            .decls
            .iter()
            .any(damaged)
    }

    /// The names of a module that stand for what is wanted; all of them where that is anything.
    fn names_of(&mut self, module: ModuleId, what: &str) -> Rc<Vec<String>> {
        self.kin(module, what, |def| {
            what.split(" or ").any(|w| def.say() == w) || what == "a name"
        })
    }

    /// The names of a module that stand for a value.
    pub(super) fn values_of(&mut self, module: ModuleId) -> Rc<Vec<String>> {
        self.kin(module, "a value", |def| {
            !matches!(
                def,
                Def::Phase(_) | Def::Owner | Def::Report(_) | Def::Fixture(_) | Def::Trigger(_)
            )
        })
    }

    /// The names of a module that fit a description, looked through once.
    fn kin(
        &mut self,
        module: ModuleId,
        what: &str,
        fits: impl Fn(&Def) -> bool,
    ) -> Rc<Vec<String>> {
        let key = (module, what.to_owned());
        if let Some(known) = self.cache.kin.get(&key) {
            return known.clone();
        }
        let modules = self.modules;
        let names = modules[module.ix()].names.keys();
        let fitting = names.filter(|name| {
            let found = self.find(module, name);
            found.is_some_and(|(def, _)| fits(&def))
        });
        let fitting = fitting.map(|name| name.rsplit(' ').next().unwrap_or_default().to_string());
        let list: Rc<Vec<String>> = Rc::new(fitting.collect());
        self.cache.kin.insert(key, list.clone());
        list
    }

    /// Reports a name that nobody declared, with the nearest one that exists, or all of them where they are few.
    pub fn unknown_name(
        &mut self,
        name: &str,
        at: Place,
        known: &[String],
        module: Option<&str>,
        what: &str,
    ) {
        let message = match module {
            Some(module) => format!("`{module}` declares no `{name}`"),
            None if what == "a name" => format!("nothing is called `{name}` here"),
            None => format!("there is no {} `{name}`", bare(what)),
        };
        let found = Diagnostic::error("unknown-name", at, message);
        let found = suggest(found, name, at.1, known);
        if self.is_news(name, at, found.fix.is_some()) {
            self.report(found);
        }
    }

    /// Whether an unknown name is worth a message: one that resembles nothing is said where it is met first.
    pub(super) fn is_news(&mut self, name: &str, at: Place, resembles: bool) -> bool {
        if self.quiet > 0 || resembles {
            return true;
        }
        let module = self
            .modules
            .iter()
            .position(|module| module.file == at.0)
            .unwrap_or_default();
        self.cache
            .unknown
            .insert((ModuleId::of(module), name.to_string()))
    }

    /// The scope of rows and names for the body of a function or a gate with parameters.
    pub(super) fn lookup_item(&mut self, name: &str) -> Option<(ir::ItemId, Ty)> {
        self.cache.implied.get(name).cloned()
    }

    /// Declares an evidence item that no `evidence` line declares, such as a procedure's log.
    pub fn imply_item(&mut self, name: &str, item: ir::ItemId, ty: Ty) {
        self.cache.implied.insert(name.to_string(), (item, ty));
    }

    /// The value of a constant text.
    pub(super) fn constant_text(&mut self, text: &str, at: Place) -> Typed {
        self.push(Node::Const(Const::Text(text.to_string())), Ty::Text, at)
    }

    /// The instance of a gate for arguments that read `key`; made when first asked for.
    pub(super) fn gate_instance(
        &mut self,
        decl: DeclRef,
        key: String,
        args: &str,
        scope: Scope,
    ) -> ir::GateId {
        if let Some(id) = self.cache.gates.get(&(decl, key.clone())) {
            return *id;
        }
        let id = ir::GateId(offset(self.gates.len()));
        let found = self.decl(decl);
        let place = (self.modules[decl.module.ix()].file, found.span);
        let at = self.origin(place);
        let (name, level, own) = match &found.kind {
            ast::DeclKind::Gate(gate) => {
                let level = match gate.level.as_ref().map(|l| l.node) {
                    Some(ast::Level::Hard) => ir::Level::Hard,
                    Some(ast::Level::Advisory) => ir::Level::Advisory,
                    None => ir::Level::Blocking,
                };
                let own = decl.module == ModuleId::ROOT && gate.params.is_empty();
                (gate.name.text.to_string(), level, own)
            }
            _ => (String::new(), ir::Level::Blocking, false),
        };
        let name = if args.is_empty() {
            name
        } else {
            format!("{name}({args})")
        };
        self.gates.push(ir::Gate {
            name,
            level,
            own,
            clauses: Vec::new(),
            at,
        });
        self.cache.gates.insert((decl, key), id);
        self.gate_uses.push(super::GateUse { id, decl, scope });
        id
    }
}

impl Def {
    /// What it is, for messages: "a gate".
    pub fn say(&self) -> &'static str {
        match self {
            Def::Module(_) => "a module",
            Def::Rollout => "the rollout",
            Def::Owner => "an owner",
            Def::Enum(_) => "an enum",
            Def::Member(..) => "a member of an enum",
            Def::Record(_) => "a record",
            Def::Field(..) | Def::Derived(_) => "a field",
            Def::Table(_) => "a table",
            Def::Let(_) => "a `let`",
            Def::Fn(_) => "a function",
            Def::Param(_) => "a param",
            Def::Folder(_) => "a folder",
            Def::Item(_) => "evidence",
            Def::Threshold(_) => "a threshold",
            Def::Gate(_) => "a gate",
            Def::Group(_) => "a group",
            Def::Approval(_) => "an approval",
            Def::Calendar(_) => "a freeze or window",
            Def::Phase(_) => "a phase",
            Def::Trigger(_) => "a trigger",
            Def::Procedure(_) => "a rollback or switch",
            Def::Message(_) => "a message",
            Def::Report(_) => "a report",
            Def::Fixture(_) => "a fixture",
            Def::Local => "a name bound here",
            Def::Known => "a known name",
            Def::Builtin(_) => "a function of the tool",
            Def::Broken => "a declaration that could not be read",
        }
    }
}

/// "a record or an enum" without its articles.
fn bare(what: &str) -> String {
    let words = what.split(' ').filter(|w| *w != "a" && *w != "an");
    words.collect::<Vec<_>>().join(" ")
}

/// Adds a name that may have been meant, as a fix.
pub(super) fn did_you_mean(found: Diagnostic, near: &str, span: Span) -> Diagnostic {
    found.label(format!("did you mean `{near}`?")).fix(
        format!("write `{near}`"),
        false,
        vec![(span, near.to_string())],
    )
}

/// Adds the nearest name, as a fix, or the list of all where it is short.
pub fn suggest<K: AsRef<str>>(
    found: Diagnostic,
    name: &str,
    span: Span,
    known: &[K],
) -> Diagnostic {
    if let Some(near) = nearest(name, known) {
        return did_you_mean(found, near, span);
    }
    if let Some(help) = foreign(name) {
        return found.help(help);
    }
    if known.is_empty() || known.len() > 12 {
        let help = match found.message.as_str() {
            message if message.contains("fixture") => format!("declare it: `fixture {name} from \"{name}\"`"),
            message if message.contains("rollback or switch") => format!("declare it: `rollback {name} {{ … }}`"),
            message if message.contains("function") => "`rolloutc explain` lists the functions of the tool; a function of your own is `fn NAME(x: TYPE) = …`".to_string(),
            message if message.starts_with("nothing is called") => format!(
                "declare it, for example `let {name} = …` or `gate {name} {{ … }}`; what stands in evidence is read as `item.{name}`"
            ),
            _ => return found,
        };
        return found.help(help);
    }
    let list: Vec<String> = known.iter().map(|k| format!("`{}`", k.as_ref())).collect();
    found.help(format!("there is {}", list.join(", ")))
}

/// What is said here for a name of other languages.
fn foreign(name: &str) -> Option<&'static str> {
    Some(match name {
        "now" | "today" => "the instant of the decision is `as_of`",
        "len" | "length" | "size" => {
            "the number of rows is `count(r in rows)`; a text is asked `t is not blank`"
        }
        "nil" | "None" | "undefined" | "NULL" => {
            "null itself is `null`; what is absent is asked by `x is present`"
        }
        "p50" | "p90" | "p95" | "p99" | "percentile" => "write `p95 of load.took over 5m`",
        "mean" | "average" => "write `avg of load.took over 5m`, or `avg(r in rows : r.took)`",
        "any" | "all" | "none" => "write `any r in rows : r.ok`",
        "True" => "write `true`",
        "False" => "write `false`",
        "rollout" | "decision" => {
            "only a report can say what is decided; here write it out, or use the members of `subject`"
        }
        "env" | "vars" => "a value from outside is a `param NAME: TYPE env \"NAME\"`",
        "self" | "this" => "a field of the record at hand is written by its name alone",
        _ => return None,
    })
}

/// The known word that differs least, if it differs little.
pub fn nearest<'k, K: AsRef<str>>(name: &str, known: &'k [K]) -> Option<&'k str> {
    near::nearest(name, known.iter().map(AsRef::as_ref), near::tolerance(name))
}
