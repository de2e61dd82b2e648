//! The checker: names, types and values of a policy, written down as [`ir`] at once. Knows the tree and the program
//! under construction; knows no text and no rendering. Each declaration is checked once, when it is first asked for.

mod ask;
mod by_place;
mod calendar;
mod consts;
pub mod decl;
mod evidence;
mod expr;
pub mod facts;
mod gates;
mod implied;
mod names;
pub mod outline;
mod papers;
mod params;
mod people;
mod phases;
mod procedures;
mod say;
mod secrets;
mod sources;
mod structure;
mod text;
#[cfg(test)]
mod trial;
pub mod trials;
mod triggers;
mod types;
mod units;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use rolloutc_runtime::ir::{self, Code, GateId, ItemId, LocalId, Node, NodeId, OriginId};
use rolloutc_runtime::ty::{EnumId, RecordId, Ty};

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::ast;
use outline::{Module, ModuleId};

pub use by_place::ByPlace;
pub use names::{Scope, nearest};
pub use say::say;
pub use types::{Inherited, ItemShape, paths};

/// A place: a file and a stretch of it.
pub type Place = (FileId, Span);

/// How many nodes a program may have; calls of functions are written out, so small text can grow large.
pub const NODE_LIMIT: usize = 1_000_000;

/// How many expressions may be looked at, each call of a function counted anew.
const WORK_LIMIT: u32 = 2_000_000;

/// Words that no value may be called, besides those that the grammar takes.
const RESERVED: [&str; 6] = ["all", "any", "none", "match", "where", "else"];

/// A declaration by its module and its index there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeclRef {
    /// The module.
    pub module: ModuleId,
    /// The index in [`ast::File::decls`].
    pub index: u32,
}

/// What a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Def {
    /// A module: `common` of `use "./common.rollout" as common`.
    Module(ModuleId),
    /// The rollout.
    Rollout,
    /// A role of `owners`.
    Owner,
    /// An enum.
    Enum(EnumId),
    /// A member of an enum.
    Member(EnumId, u32),
    /// A record.
    Record(DeclRef),
    /// A stored field, by slot.
    Field(RecordId, u16),
    /// A derived field.
    Derived(RecordId),
    /// An inline table.
    Table(DeclRef),
    /// A top-level `let`.
    Let(DeclRef),
    /// A function.
    Fn(DeclRef),
    /// A param.
    Param(ir::ParamId),
    /// A folder.
    Folder(DeclRef),
    /// An evidence item.
    Item(ItemId),
    /// A threshold.
    Threshold(ir::ThresholdId),
    /// A gate.
    Gate(DeclRef),
    /// A group.
    Group(ir::GroupId),
    /// An approval.
    Approval(ir::ApprovalId),
    /// A freeze or a window.
    Calendar(ir::CalendarId),
    /// A phase.
    Phase(ir::PhaseId),
    /// A trigger.
    Trigger(ir::TriggerId),
    /// A rollback or a switch.
    Procedure(ir::ProcedureId),
    /// A message.
    Message(DeclRef),
    /// A report.
    Report(DeclRef),
    /// A fixture.
    Fixture(DeclRef),
    /// A binder, a parameter, a `let` of a clause.
    Local,
    /// A name that the tool knows: `as_of`, `subject`.
    Known,
    /// A function that the tool knows.
    Builtin(&'static str),
    /// A declaration that could not be read: whatever uses it stays quiet.
    Broken,
}

/// A checked expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Typed {
    /// Its node.
    pub node: NodeId,
    /// Its type; [`Ty::Nothing`] fits everything: `null`, `unknown "…"`, and whatever was reported already.
    pub ty: Ty,
}

/// What editors and lints want to know besides the program.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The type of every expression, by place. Checked twice, said once.
    pub types: ByPlace<Ty>,
    /// What every name means, and where that was declared.
    pub defs: ByPlace<(Def, Option<Place>)>,
    /// Where each node stands; parallel to the program's code.
    pub nodes: Vec<Place>,
    /// Where each declaration and clause of the program stands, by [`OriginId`].
    pub origins: Vec<Place>,
    /// The shapes behind the ids above.
    pub facts: facts::Facts,
}

/// A gate whose clauses are still to be written, with what its parameters stand for.
#[derive(Clone, Debug)]
pub struct GateUse {
    /// Its id; a gate of that id with its name and level stands in the program already.
    pub id: GateId,
    /// Its declaration.
    pub decl: DeclRef,
    /// Its module's names and its parameters.
    pub scope: Scope,
}

/// A declaration of a kind that has ids, by id.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    /// Params.
    pub params: Vec<DeclRef>,
    /// Evidence items.
    pub items: Vec<DeclRef>,
    /// Thresholds.
    pub thresholds: Vec<DeclRef>,
    /// Groups.
    pub groups: Vec<DeclRef>,
    /// Approvals.
    pub approvals: Vec<DeclRef>,
    /// `waivers`.
    pub waivers: Vec<DeclRef>,
    /// Freezes and windows.
    pub calendar: Vec<DeclRef>,
    /// Phases.
    pub phases: Vec<DeclRef>,
    /// Triggers.
    pub triggers: Vec<DeclRef>,
    /// Rollbacks and switches.
    pub procedures: Vec<DeclRef>,
    /// Messages.
    pub messages: Vec<DeclRef>,
}

/// Everything that is known while a policy is checked.
pub struct Checker<'a> {
    /// The modules; the policy itself is the first.
    pub modules: &'a [Module],
    /// Their texts, by [`FileId`].
    pub files: &'a [SourceFile],
    /// The declarations behind the ids.
    pub ids: Ids,
    /// Enums.
    pub enums: Vec<ir::Enum>,
    /// Record layouts.
    pub records: Vec<ir::Record>,
    /// Texts with holes.
    pub texts: Vec<ir::Text>,
    /// Nodes.
    pub code: Vec<Code>,
    /// Gates that were asked for; the first ones are those without parameters, in source order.
    pub gates: Vec<ir::Gate>,
    /// Gates whose clauses are still to be written.
    pub gate_uses: Vec<GateUse>,
    /// `of`: the subject's members.
    pub subject: IndexMap<String, Ty>,
    /// `per NAME in X`.
    pub per: Option<ir::Per>,
    /// Roles and how data spells them.
    pub owners: IndexMap<String, String>,
    /// How many locals there are.
    pub locals: u32,
    /// How many memo places there are.
    pub memos: u32,
    /// Places of declarations and clauses, by [`OriginId`].
    pub origins: Vec<Place>,
    /// Zones that the policy names.
    pub zones: BTreeSet<String>,
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
    /// Side tables.
    pub model: Model,
    /// Above zero: findings of names and types stay unsaid, because what they stand in could not be read.
    quiet: u32,
    /// How many expressions were looked at.
    work: u32,
    /// How deep the expression at hand stands in others.
    depth: u32,
    /// Functions and derived fields that are being written out.
    open: Vec<Place>,
    /// What is looked up once.
    cache: Cache<'a>,
}

/// What is looked up once.
#[derive(Default)]
struct Cache<'a> {
    /// The number of each declaration among its kind, by module and index.
    numbers: Vec<Vec<u32>>,
    enums: BTreeMap<DeclRef, EnumId>,
    members: Vec<types::EnumData>,
    records: BTreeMap<DeclRef, Progress<RecordId>>,
    data: Vec<types::RecordData<'a>>,
    made: BTreeMap<String, RecordId>,
    /// By id; those that nobody wrote have none.
    items: Vec<Option<Progress<Rc<types::ItemShape<'a>>>>>,
    lets: BTreeMap<DeclRef, Progress<Typed>>,
    tables: BTreeMap<DeclRef, Progress<Typed>>,
    params: BTreeMap<u32, Progress<Ty>>,
    fns: Vec<DeclRef>,
    gates: BTreeMap<(DeclRef, String), GateId>,
    implied: IndexMap<String, (ItemId, Ty)>,
    scopes: BTreeMap<Place, Scope>,
    local_sources: BTreeMap<u32, bool>,
    words: BTreeSet<EnumId>,
    endless: BTreeSet<Place>,
    per: Option<Scope>,
    said_costly: bool,
    /// Nodes that stand as the `bearer` of a source.
    bearers: Vec<NodeId>,
    unknown: BTreeSet<(ModuleId, String)>,
    /// The names of modules that fit a description.
    kin: BTreeMap<(ModuleId, String), Rc<Vec<String>>>,
}

/// Something that is checked when first asked for, and must not ask for itself.
#[derive(Clone, Debug)]
enum Progress<T> {
    /// Being looked at.
    Open,
    /// Known.
    Done(T),
}

impl<'a> Checker<'a> {
    /// A checker that knows the names and ids of everything declared, and the rollout's subject, owners and keys.
    pub fn new(modules: &'a [Module], files: &'a [SourceFile]) -> Checker<'a> {
        // About as many as a text has; what grows by doubling is copied again and again.
        let bytes: usize = files.iter().map(|file| file.text.len()).sum();
        let many = bytes / 12;
        let mut checker = Checker {
            modules,
            files,
            ids: Ids::default(),
            enums: Vec::new(),
            records: Vec::new(),
            texts: Vec::new(),
            code: Vec::with_capacity(many),
            gates: Vec::new(),
            gate_uses: Vec::new(),
            subject: IndexMap::new(),
            per: None,
            owners: IndexMap::new(),
            locals: 0,
            memos: 0,
            origins: Vec::new(),
            zones: BTreeSet::new(),
            diagnostics: Vec::new(),
            model: Model {
                types: ByPlace::with_capacity(many),
                defs: ByPlace::with_capacity(many),
                nodes: Vec::with_capacity(many),
                ..Model::default()
            },
            quiet: 0,
            work: 0,
            depth: 0,
            open: Vec::new(),
            cache: Cache::default(),
        };
        checker.declare();
        checker
    }

    /// A declaration.
    pub fn decl(&self, decl: DeclRef) -> &'a ast::Decl {
        &self.modules[decl.module.ix()].ast.decls[decl.index as usize]
    }

    /// Every declaration of the policy and then of its modules, in source order.
    pub fn decls(&self) -> impl Iterator<Item = (DeclRef, &'a ast::Decl)> + use<'a> {
        let modules = self.modules;
        modules.iter().enumerate().flat_map(|(m, module)| {
            let module_id = ModuleId::of(m);
            module.ast.decls.iter().enumerate().map(move |(i, decl)| {
                let index = crate::source::offset(i);
                let module = module_id;
                (DeclRef { module, index }, decl)
            })
        })
    }

    /// A place in the file that a scope belongs to.
    pub fn at(&self, scope: &Scope, span: Span) -> Place {
        (self.modules[scope.module.ix()].file, span)
    }

    /// Reports a finding, unless what it stands in could not be read.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        if self.quiet == 0 {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reports a finding even where others stay unsaid.
    pub fn report_always(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Does something for a declaration; what is found stays unsaid where its text could not be read.
    pub fn within<T>(&mut self, decl: DeclRef, work: impl FnOnce(&mut Self) -> T) -> T {
        let tainted = self.decl(decl).tainted;
        self.quiet += u32::from(tainted);
        let result = work(self);
        self.quiet -= u32::from(tainted);
        result
    }

    /// Everything found so far, each once, in the order of places. Errors are certain to be among them.
    pub fn take_diagnostics(&mut self) -> Vec<Diagnostic> {
        let mut all = std::mem::take(&mut self.diagnostics);
        all.sort();
        all.dedup();
        all
    }

    /// Whether an error was found.
    pub fn failed(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|d| d.severity == Severity::Error)
    }

    /// Registers a place.
    pub fn origin(&mut self, at: Place) -> OriginId {
        if let Some(last) = self.origins.last().filter(|last| **last == at) {
            debug_assert_eq!(*last, at);
            return OriginId(crate::source::offset(self.origins.len() - 1));
        }
        self.origins.push(at);
        OriginId(crate::source::offset(self.origins.len() - 1))
    }

    /// A new local.
    pub fn local(&mut self) -> LocalId {
        let id = LocalId(self.locals);
        self.locals += 1;
        id
    }

    /// A new node. Its operands must exist already.
    pub fn push(&mut self, node: Node, ty: Ty, at: Place) -> Typed {
        if self.code.len() >= NODE_LIMIT && !self.code.is_empty() {
            self.too_costly(at);
            return Typed {
                node: NodeId(0),
                ty: Ty::Nothing,
            };
        }
        let id = NodeId(crate::source::offset(self.code.len()));
        self.code.push(Code {
            node,
            ty: ty.clone(),
        });
        self.model.nodes.push(at);
        Typed { node: id, ty }
    }

    /// Says once that the policy grows too large.
    fn too_costly(&mut self, at: Place) {
        if self.cache.said_costly {
            return;
        }
        self.cache.said_costly = true;
        let message = "this policy grows beyond a million steps when its functions are written out";
        self.report_always(
            Diagnostic::error("too-costly", at, message)
                .help("name shared parts with a top-level `let`, which is computed once"),
        );
    }

    /// Reports a value that is called like a word of the language.
    pub fn value_name(&mut self, name: &ast::Name, scope: &Scope) {
        if RESERVED.contains(&name.as_str()) || ast::Unit::of(name.as_str()).is_some() {
            let at = self.at(scope, name.span);
            let message = format!("no value may be called `{}`", name.text);
            self.report(
                Diagnostic::error("reserved-name", at, message).help(
                    "it is a word of expressions; fields, phases and members may be called so",
                ),
            );
        }
    }

    /// What stands where something was already reported: fits everything, silences what follows.
    pub fn poison(&mut self, at: Place) -> Typed {
        self.push(Node::Unknown(String::new()), Ty::Nothing, at)
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.code[id.ix()].node
    }

    /// A node's type.
    pub fn node_ty(&self, id: NodeId) -> &Ty {
        &self.code[id.ix()].ty
    }

    /// Notes for editors what a name means.
    pub fn note(&mut self, at: Place, def: Def, declared: Option<Place>) {
        self.model.defs.insert(at, (def, declared));
    }

    /// The text of a place.
    pub fn source(&self, at: Place) -> &'a str {
        let files: &'a [SourceFile] = self.files;
        files
            .get(at.0.0 as usize)
            .map_or("", |file| file.slice(at.1))
    }
}

/// A name as both sides of the crate keep it.
pub type Word = Arc<str>;
