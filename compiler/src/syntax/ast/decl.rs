//! Declarations that name things: modules, types, values, evidence, papers. What moves a rollout is in `flow`.

use super::{
    Approval, Calendar, Call, CompareOp, Dotted, Entry, Expr, Fixture, Gate, Group, Invariant, Key,
    Members, Name, Number, Param, Path, Phase, Procedure, Spanned, Str, Test, Tests, Text,
    Threshold, Trigger, Type, UnitName, Waivers,
};
use crate::source::Span;

/// What a declaration declares, each by its leading word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeclKind {
    /// `use …`
    Use(Use),
    /// `rollout …`
    Rollout(Box<Rollout>),
    /// `owners …`
    Owners(Vec<Owner>),
    /// `enum …`
    Enum(Enum),
    /// `record …`
    Record(Record),
    /// `table … by …`
    Table(Table),
    /// `let …`
    Let(Let),
    /// `fn …`
    Fn(Box<Fn>),
    /// `param …`
    Param(Box<ParamDecl>),
    /// `folder …`
    Folder(Folder),
    /// `evidence …`
    Evidence(Box<Evidence>),
    /// `threshold …`
    Threshold(Box<Threshold>),
    /// `gate …`
    Gate(Box<Gate>),
    /// `group …`
    Group(Group),
    /// `approval …`
    Approval(Approval),
    /// `waivers …`
    Waivers(Box<Waivers>),
    /// `freeze …`
    Freeze(Calendar),
    /// `window …`
    Window(Calendar),
    /// `phase …`
    Phase(Phase),
    /// `trigger …`
    Trigger(Trigger),
    /// `rollback …`
    Rollback(Procedure),
    /// `switch …`
    Switch(Procedure),
    /// `message …`
    Message(Message),
    /// `report …`
    Report(Box<Report>),
    /// `invariant …`
    Invariant(Invariant),
    /// `fixture …`
    Fixture(Fixture),
    /// `test …`
    Test(Test),
    /// `tests …`
    Tests(Tests),
    /// A declaration whose head could not be read.
    Broken(Broken),
}

impl DeclKind {
    /// The leading word; `None` where even that is no declaration word.
    pub fn word(&self) -> Option<&'static str> {
        Some(match self {
            DeclKind::Use(_) => "use",
            DeclKind::Rollout(_) => "rollout",
            DeclKind::Owners(_) => "owners",
            DeclKind::Enum(_) => "enum",
            DeclKind::Record(_) => "record",
            DeclKind::Table(_) => "table",
            DeclKind::Let(_) => "let",
            DeclKind::Fn(_) => "fn",
            DeclKind::Param(_) => "param",
            DeclKind::Folder(_) => "folder",
            DeclKind::Evidence(_) => "evidence",
            DeclKind::Threshold(_) => "threshold",
            DeclKind::Gate(_) => "gate",
            DeclKind::Group(_) => "group",
            DeclKind::Approval(_) => "approval",
            DeclKind::Waivers(_) => "waivers",
            DeclKind::Freeze(_) => "freeze",
            DeclKind::Window(_) => "window",
            DeclKind::Phase(_) => "phase",
            DeclKind::Trigger(_) => "trigger",
            DeclKind::Rollback(_) => "rollback",
            DeclKind::Switch(_) => "switch",
            DeclKind::Message(_) => "message",
            DeclKind::Report(_) => "report",
            DeclKind::Invariant(_) => "invariant",
            DeclKind::Fixture(_) => "fixture",
            DeclKind::Test(_) => "test",
            DeclKind::Tests(_) => "tests",
            DeclKind::Broken(broken) => return broken.word,
        })
    }

    /// What people call it: the text behind its name, where a declaration of its kind may have one.
    pub fn title(&self) -> Option<&str> {
        let title = match self {
            DeclKind::Rollout(decl) => &decl.title,
            DeclKind::Gate(decl) => &decl.title,
            DeclKind::Approval(decl) => &decl.title,
            DeclKind::Waivers(decl) => &decl.title,
            DeclKind::Freeze(decl) | DeclKind::Window(decl) => &decl.title,
            DeclKind::Phase(decl) => &decl.title,
            DeclKind::Trigger(decl) => &decl.title,
            DeclKind::Rollback(decl) | DeclKind::Switch(decl) => &decl.title,
            DeclKind::Message(decl) => &decl.title,
            DeclKind::Use(_)
            | DeclKind::Owners(_)
            | DeclKind::Enum(_)
            | DeclKind::Record(_)
            | DeclKind::Table(_)
            | DeclKind::Let(_)
            | DeclKind::Fn(_)
            | DeclKind::Param(_)
            | DeclKind::Folder(_)
            | DeclKind::Evidence(_)
            | DeclKind::Threshold(_)
            | DeclKind::Group(_)
            | DeclKind::Report(_)
            | DeclKind::Invariant(_)
            | DeclKind::Fixture(_)
            | DeclKind::Test(_)
            | DeclKind::Tests(_)
            | DeclKind::Broken(_) => return None,
        };
        title.as_ref().map(|title| title.as_str())
    }

    /// The name it declares, where it declares one. `use "…" as x` declares `x`; `owners` declares several.
    pub fn name(&self) -> Option<&Name> {
        match self {
            DeclKind::Use(decl) => match &decl.target {
                UseTarget::Module(module) => module.last(),
                UseTarget::File { alias, .. } => Some(alias),
            },
            DeclKind::Rollout(decl) => Some(&decl.name),
            DeclKind::Enum(decl) => Some(&decl.name),
            DeclKind::Record(decl) => Some(&decl.name),
            DeclKind::Table(decl) => Some(&decl.name),
            DeclKind::Let(decl) => Some(&decl.name),
            DeclKind::Fn(decl) => Some(&decl.name),
            DeclKind::Param(decl) => Some(&decl.name),
            DeclKind::Folder(decl) => Some(&decl.name),
            DeclKind::Evidence(decl) => Some(&decl.name),
            DeclKind::Threshold(decl) => Some(&decl.name),
            DeclKind::Gate(decl) => Some(&decl.name),
            DeclKind::Group(decl) => Some(&decl.name),
            DeclKind::Approval(decl) => Some(&decl.name),
            DeclKind::Waivers(decl) => Some(&decl.name),
            DeclKind::Freeze(decl) | DeclKind::Window(decl) => Some(&decl.name),
            DeclKind::Phase(decl) => Some(&decl.name),
            DeclKind::Trigger(decl) => Some(&decl.name),
            DeclKind::Rollback(decl) | DeclKind::Switch(decl) => Some(&decl.name),
            DeclKind::Message(decl) => Some(&decl.name),
            DeclKind::Report(decl) => Some(&decl.name),
            DeclKind::Fixture(decl) => Some(&decl.name),
            DeclKind::Broken(decl) => decl.name.as_ref(),
            DeclKind::Owners(_)
            | DeclKind::Invariant(_)
            | DeclKind::Test(_)
            | DeclKind::Tests(_) => None,
        }
    }
}

/// What is left of a declaration whose head could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The leading word, where it is one.
    pub word: Option<&'static str>,
    /// The name, so that uses of it stay quiet.
    pub name: Option<Name>,
}

/// `use std.x` or `use "./x.rollout" as x`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// What is used.
    pub target: UseTarget,
}

/// What is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UseTarget {
    /// `std.command`, known as its last name
    Module(Dotted),
    /// `"./x.rollout" as x`
    File {
        /// The path, relative to this file.
        path: Str,
        /// The name it is known as.
        alias: Name,
    },
}

/// `rollout NAME [of …] [per NAME in X] [TEXT] [{ … }]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    /// Its name.
    pub name: Name,
    /// What is rolled out.
    pub subject: Option<Subject>,
    /// One state and decision per key.
    pub per: Option<Per>,
    /// Its title.
    pub title: Option<Str>,
    /// Its clauses.
    pub clauses: Vec<Spanned<RolloutClause>>,
}

/// `per NAME in X`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Per {
    /// The name that stands for the key.
    pub name: Name,
    /// Where the keys come from.
    pub source: Expr,
    /// From `per` on.
    pub span: Span,
}

/// What is rolled out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// `of build`
    Name(Name),
    /// `of { run: text, release: text }`
    Fields(Vec<Spanned<FieldItem>>),
}

/// A clause of a rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RolloutClause {
    /// `live from PATH`
    Live(Path),
    /// `on new subject …`
    OnNewSubject(NewSubject),
}

/// What another subject does while the last is exposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewSubject {
    /// `restart`
    Restart,
    /// `finish`
    Finish,
    /// `rollback R`
    Rollback(Dotted),
}

/// `NAME = TEXT` of `owners`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The role.
    pub name: Name,
    /// How evidence spells it.
    pub spelling: Option<Str>,
}

/// `enum NAME [any case] { … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enum {
    /// Its name.
    pub name: Name,
    /// Its members.
    pub members: Members,
}

/// `record NAME [keys …] { … }`; `keys` in the head is the first item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its name.
    pub name: Name,
    /// Its clauses and fields in order.
    pub items: Vec<Spanned<FieldItem>>,
}

/// What stands in the braces of a record, of evidence, of a record type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldItem {
    /// `keys camel`
    Keys(KeyCase),
    /// `...Record`
    Spread(Dotted),
    /// `observed …`
    Observed(Box<Observed>),
    /// `fresh D`, `fresh D warn until D` (evidence only)
    Fresh {
        /// How long it stands.
        limit: Expr,
        /// Until when it only warns.
        warn: Option<Expr>,
    },
    /// `timeless` (evidence only)
    Timeless,
    /// `since cohort` (evidence only)
    Since(SinceWhat),
    /// `about …`
    About(Box<About>),
    /// `may be empty` (evidence only)
    MayBeEmpty,
    /// `name: TYPE …`
    Field(Box<Field>),
    /// `let NAME = E`
    Let(Let),
    /// `closed`
    Closed,
}

/// How member names are spelled in the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyCase {
    /// `keys camel`
    Camel,
    /// `keys kebab`
    Kebab,
    /// `keys exact`
    Exact,
}

/// After what an observation counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SinceWhat {
    /// `since cohort`
    Cohort,
    /// `since phase`
    Phase,
    /// `since rollback`
    Rollback,
}

/// `observed at PATH as "…"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Where the time stands.
    pub place: ObservedPlace,
    /// How it is written there.
    pub pattern: Option<Str>,
}

/// Where the time of an observation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObservedPlace {
    /// `observed at PATH`
    At(JsonPath),
    /// `observed at line "…{}…"`
    Line(Str),
    /// `observed with NAME`
    With(Name),
}

/// `about subject.run at run_id in percent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Of what it speaks.
    pub what: Dotted,
    /// Where that stands in the data.
    pub at: Option<JsonPath>,
    /// The unit it has there.
    pub unit: Option<UnitName>,
}

/// `a.b or c."d e"`: the first that is there counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath {
    /// At least one path of at least one key.
    pub choices: Vec<Vec<Key>>,
    /// All of it.
    pub span: Span,
}

/// `name: TYPE` and its tails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// Where it says `any case`.
    pub any_case: Option<Span>,
    /// Where it says `signed`.
    pub signed: Option<Span>,
    /// `in UNIT`
    pub unit: Option<UnitName>,
    /// Where it says `assume utc`.
    pub assume_utc: Option<Span>,
    /// `min S`
    pub min: Option<Expr>,
    /// `max S`
    pub max: Option<Expr>,
    /// `= E`
    pub default: Option<Expr>,
    /// `at …`
    pub at: Option<FieldPlace>,
}

/// Where a field stands in the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldPlace {
    /// `at a.b or c`
    Path(JsonPath),
    /// `at line "…{}…"`
    Line(Str),
}

/// `table NAME by KEY { header, rows }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: Name,
    /// The column that tells rows apart.
    pub key: Name,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each with as many cells as there are columns (else the table is tainted).
    pub rows: Vec<Row>,
}

/// `NAME` or `NAME: TYPE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: Name,
    /// Its type, where written.
    pub ty: Option<Type>,
}

/// One line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its cells.
    pub cells: Vec<Spanned<Cell>>,
    /// From the first cell to the last.
    pub span: Span,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// `12`, `-3ms`
    Number {
        /// Whether a minus stands before it.
        negative: bool,
        /// The number.
        number: Number,
    },
    /// `"text"`
    Text(Str),
    /// `member`, `true`, `Enum.member`
    Word(Dotted),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `-`
    Absent,
}

/// `let NAME = E`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Let {
    /// Its name.
    pub name: Name,
    /// What it stands for.
    pub value: Expr,
}

/// `fn NAME(…) [: TYPE] = E`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fn {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<Param>,
    /// What it gives, where written.
    pub result: Option<Type>,
    /// How.
    pub body: Expr,
}

/// `param NAME: TYPE …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamDecl {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// `= E`
    pub default: Option<Expr>,
    /// `env "NAME"`
    pub env: Option<Str>,
    /// `in UNIT` behind `env`
    pub env_unit: Option<UnitName>,
    /// `min S`
    pub min: Option<Expr>,
    /// `max S`
    pub max: Option<Expr>,
    /// `only a, b`; empty where anything goes
    pub only: Vec<Expr>,
}

/// `folder NAME = …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its name.
    pub name: Name,
    /// Where it is.
    pub value: FolderValue,
}

/// Where a folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderValue {
    /// `"docs/x"`
    Path(Str),
    /// A param.
    Param(Dotted),
}

/// `evidence NAME[: TYPE] [from …] [as …] [at …] { … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Its name.
    pub name: Name,
    /// Its type; where none stands, the fields of the body make a record.
    pub ty: Option<Type>,
    /// Where it comes from.
    pub source: Option<Source>,
    /// `as FORMAT`
    pub format: Option<Spanned<Format>>,
    /// `at PATH`: where in the document
    pub at: Option<JsonPath>,
    /// Its clauses and fields in order.
    pub items: Vec<Spanned<FieldItem>>,
}

/// Where evidence or approvals come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `"lanes.json"`
    File(Text),
    /// `reports "lanes.json"`
    InFolder {
        /// The folder.
        folder: Dotted,
        /// The file in it.
        file: Text,
    },
    /// `command("x")`, `http(url)`
    Call(Call),
}

/// How a source is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// `as json`
    Json,
    /// `as jsonl`
    Jsonl,
    /// `as junit`
    Junit,
    /// `as text`
    Text,
    /// `as csv`
    Csv,
    /// `as toml`
    Toml,
    /// `as yaml`
    Yaml,
    /// `as sarif`
    Sarif,
    /// `as prometheus`
    Prometheus,
}

/// `message NAME [TEXT] { fields  text TEXT }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its name.
    pub name: Name,
    /// Its title.
    pub title: Option<Str>,
    /// Its clauses.
    pub clauses: Vec<Spanned<MessageClause>>,
}

/// A clause of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageClause {
    /// `name: TYPE`: a hole to fill
    Field(Box<Field>),
    /// `text "…"`
    Text(Text),
}

/// `report NAME to TEXT [on …] …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its name.
    pub name: Name,
    /// The file it is written to.
    pub to: Text,
    /// On which outcomes; empty for all.
    pub on: Vec<Spanned<Outcome>>,
    /// What it says.
    pub body: ReportBody,
}

/// What a report says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportBody {
    /// `{ name: x … }`
    Entries(Vec<Entry>),
    /// `= "…"`
    Text(Text),
}

/// An outcome of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// `rollback`
    Rollback,
    /// `halted`
    Halted,
    /// `blocked`
    Blocked,
    /// `frozen`
    Frozen,
    /// `hold`
    Hold,
    /// `advance`
    Advance,
    /// `complete`
    Complete,
}

/// A comparison of a threshold: one of `== != < <= > >=`.
pub type ThresholdOp = Spanned<CompareOp>;
