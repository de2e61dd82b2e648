//! Expressions, binders, calls and types as written.

use std::sync::Arc;

use super::{Clock, Dotted, Field, FieldItem, Name, Number, Spanned, Str, Text, UnitName};
use crate::source::Span;

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    /// What it says.
    pub kind: ExprKind,
    /// From its first to behind its last character; parentheses are [`ExprKind::Paren`].
    pub span: Span,
}

/// An expression that the grammar limits to a path: `Name`, `Field`, `Key`, `Index` and `Call`.
/// Gates in a reason, items of a `need` and targets of a change are such.
pub type Path = Expr;

impl Expr {
    /// The expression inside all parentheses around it.
    pub fn bare(&self) -> &Expr {
        let mut expr = self;
        while let ExprKind::Paren(inner) = &expr.kind {
            expr = inner;
        }
        expr
    }

    /// The name, where it is nothing but one.
    pub fn as_name(&self) -> Option<Name> {
        match &self.kind {
            ExprKind::Name(text) => Some(Name {
                text: text.clone(),
                span: self.span,
            }),
            _ => None,
        }
    }

    /// The names of `a.b.c`, where it is nothing else.
    pub fn as_dotted(&self) -> Option<Dotted> {
        match &self.kind {
            ExprKind::Name(_) => Some(Dotted {
                names: vec![self.as_name()?],
                span: self.span,
            }),
            ExprKind::Field { of, name } => {
                let mut dotted = of.as_dotted()?;
                dotted.names.push(name.clone());
                Some(Dotted {
                    names: dotted.names,
                    span: self.span,
                })
            }
            _ => None,
        }
    }
}

/// The kinds of expressions, each by the text that makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExprKind {
    /// `12`, `2%`, `600ms`, `2026-03-01`
    Number(Number),
    /// `"…"`, holes and all
    Text(Text),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
    /// `x`
    Name(Arc<str>),
    /// `x.name`
    Field {
        /// What it is a field of.
        of: Box<Expr>,
        /// The field.
        name: Name,
    },
    /// `x."a key"`
    Key {
        /// What it is a key of.
        of: Box<Expr>,
        /// The key, one whatever dots it holds.
        key: Str,
    },
    /// `x[a, b]`
    Index {
        /// What is looked into.
        of: Box<Expr>,
        /// The keys or positions, at least one.
        keys: Vec<Expr>,
    },
    /// `f(a, name: b, x in xs : x.y)`
    Call {
        /// What is called.
        of: Box<Expr>,
        /// Its arguments.
        args: Vec<Arg>,
    },
    /// `(x)`
    Paren(Box<Expr>),
    /// `not x`, `-x`
    Unary {
        /// Which.
        op: Spanned<UnaryOp>,
        /// Of what.
        operand: Box<Expr>,
    },
    /// `a and b and c`, `a or b`: flat, at least two operands
    Logic {
        /// Which.
        op: LogicOp,
        /// The operands in order.
        operands: Vec<Expr>,
    },
    /// `a <= b`, `a in b`, `a covers b`
    Compare {
        /// Which, with its place.
        op: Spanned<CompareOp>,
        /// What stands before it.
        left: Box<Expr>,
        /// What stands behind it.
        right: Box<Expr>,
    },
    /// `x is stale`, `x is not given since rollback.at`
    Is {
        /// What is asked about.
        operand: Box<Expr>,
        /// Whether `not` follows `is`.
        negated: bool,
        /// What is asked.
        state: Spanned<StateWord>,
    },
    /// `a + b`, `a minus b`, `a * b`, `a ?? b`
    Binary {
        /// Which, with its place.
        op: Spanned<BinaryOp>,
        /// What stands before it.
        left: Box<Expr>,
        /// What stands behind it.
        right: Box<Expr>,
    },
    /// `x in ms`
    Convert {
        /// What is converted.
        operand: Box<Expr>,
        /// Into which unit.
        unit: UnitName,
    },
    /// `x as number`
    As {
        /// What is converted.
        operand: Box<Expr>,
        /// Into what.
        to: Spanned<CastWord>,
    },
    /// `x observed since rollback.at`
    ObservedSince {
        /// The evidence.
        operand: Box<Expr>,
        /// The instant.
        since: Box<Expr>,
    },
    /// `D plus 12 months`
    Plus {
        /// The instant or date.
        operand: Box<Expr>,
        /// How many.
        amount: Box<Expr>,
        /// Of what.
        unit: Spanned<CalendarUnit>,
    },
    /// `D at 06:00 in "Europe/Berlin"`
    AtClock {
        /// The date or instant.
        operand: Box<Expr>,
        /// The time of day.
        clock: Spanned<Clock>,
        /// The zone.
        zone: Str,
    },
    /// `[a, b]`
    List(Vec<Expr>),
    /// `[x in xs where c : e]`
    ListOf(Box<Comp>),
    /// `{ name: x, "key": y, ...path }`
    Value(Vec<Entry>),
    /// `all x in xs : c`, `at least 2 of x in xs where c`
    Quant {
        /// Which.
        quantifier: Spanned<Quantifier>,
        /// Over what.
        comp: Box<Comp>,
    },
    /// `all of a, b`, `at most 1 of a, b`
    Among {
        /// Which.
        quantifier: Spanned<Quantifier>,
        /// The conditions, at least one.
        operands: Vec<Expr>,
    },
    /// `match x { low => 1  else => 2 }`
    Match {
        /// What is looked at.
        subject: Box<Expr>,
        /// The arms in order.
        arms: Vec<Arm>,
    },
    /// `last 3 of xs by at`
    Last {
        /// How many: a number or a path.
        count: Box<Expr>,
        /// Of what.
        of: Box<Expr>,
        /// By which field.
        by: Option<Dotted>,
    },
    /// `p95 of slo.p95 over 5m with at least 20 samples`
    Series {
        /// What is computed.
        measure: Spanned<Measure>,
        /// Of what.
        of: Box<Expr>,
        /// Over which stretch.
        over: Option<Box<Over>>,
        /// The least number of samples.
        samples: Option<Number>,
    },
    /// `unknown "why"`
    Unknown(Text),
}

/// A prefix operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `not x`
    Not,
    /// `-x`
    Negate,
}

/// `and` or `or`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogicOp {
    /// `a and b`
    And,
    /// `a or b`
    Or,
}

/// An operator of the comparing level, which does not chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOp {
    /// `a == b`
    Equal,
    /// `a != b`
    Unequal,
    /// `a < b`
    Less,
    /// `a <= b`
    AtMost,
    /// `a > b`
    Greater,
    /// `a >= b`
    AtLeast,
    /// `a in b`
    In,
    /// `a not in b`
    NotIn,
    /// `a matches "…"`
    Matches,
    /// `a starts with b`
    StartsWith,
    /// `a ends with b`
    EndsWith,
    /// `a covers b`
    Covers,
    /// `a exactly b`
    Exactly,
    /// `a subset of b`
    SubsetOf,
}

impl CompareOp {
    /// How it is written.
    pub fn word(self) -> &'static str {
        match self {
            CompareOp::Equal => "==",
            CompareOp::Unequal => "!=",
            CompareOp::Less => "<",
            CompareOp::AtMost => "<=",
            CompareOp::Greater => ">",
            CompareOp::AtLeast => ">=",
            CompareOp::In => "in",
            CompareOp::NotIn => "not in",
            CompareOp::Matches => "matches",
            CompareOp::StartsWith => "starts with",
            CompareOp::EndsWith => "ends with",
            CompareOp::Covers => "covers",
            CompareOp::Exactly => "exactly",
            CompareOp::SubsetOf => "subset of",
        }
    }
}

/// An operator that makes a value of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a minus b`, of sets
    Minus,
    /// `a * b`
    Multiply,
    /// `a / b`
    Divide,
    /// `a ?? b`
    Default,
}

impl BinaryOp {
    /// How it is written.
    pub fn word(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Minus => "minus",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::Default => "??",
        }
    }
}

/// The word behind `is`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StateWord {
    /// `is present`
    Present,
    /// `is blank`
    Blank,
    /// `is empty`
    Empty,
    /// `is stale`
    Stale,
    /// `is missing`
    Missing,
    /// `is malformed`
    Malformed,
    /// `is mismatched`
    Mismatched,
    /// `is future`
    Future,
    /// `is awaited`
    Awaited,
    /// `is unknown`
    Unknown,
    /// `is pass`
    Pass,
    /// `is fail`
    Fail,
    /// `is pending`
    Pending,
    /// `is waived`
    Waived,
    /// `is given`, `is given since rollback.at`
    Given {
        /// Since when.
        since: Option<Box<Expr>>,
    },
}

/// The word behind `as`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CastWord {
    /// `as number`
    Number,
    /// `as int`
    Int,
    /// `as text`
    Text,
    /// `as ratio`
    Ratio,
}

/// The unit of a calendar step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarUnit {
    /// `plus 3 days`
    Days,
    /// `plus 12 months`
    Months,
    /// `plus 1 years`
    Years,
}

/// What is asked of the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quantifier {
    /// `all`
    All,
    /// `any`
    Any,
    /// `none`
    None,
    /// `at least 2 of`
    AtLeast(Number),
    /// `at most 2 of`
    AtMost(Number),
    /// `exactly 2 of`
    Exactly(Number),
}

/// `x in xs, y in ys where c may be empty`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bind {
    /// The names and their sources, at least one.
    pub binders: Vec<Binder>,
    /// Which rows count.
    pub filter: Option<Box<Expr>>,
    /// Where it says that an empty selection is satisfied.
    pub may_be_empty: Option<Span>,
    /// From the first name on.
    pub span: Span,
}

/// `x in xs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binder {
    /// The name that stands for a row.
    pub name: Name,
    /// Where the rows come from.
    pub source: Expr,
}

/// `x in xs where c : e`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comp {
    /// The binders.
    pub bind: Bind,
    /// What is asked of, or taken from, each row.
    pub body: Option<Expr>,
    /// From the first name to the end of the body.
    pub span: Span,
}

/// One argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// `x`
    Value(Expr),
    /// `name: x`
    Named {
        /// Which parameter.
        name: Name,
        /// Its value.
        value: Expr,
    },
    /// `x in xs where c : e`, as in `count(x in xs)`
    Comp(Comp),
}

/// `callee(args)` outside of expressions: a source or a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What is called.
    pub callee: Dotted,
    /// Its arguments.
    pub args: Vec<Arg>,
    /// From the first name to behind the parenthesis.
    pub span: Span,
}

/// One entry of a value or a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What stands there.
    pub kind: EntryKind,
    /// The whole entry, without a comma.
    pub span: Span,
}

/// The kinds of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// `name: x`, `"key": x`
    Pair {
        /// The key.
        key: Key,
        /// Its value.
        value: Expr,
    },
    /// `...path`
    Spread(Path),
}

/// A name or a text that names one member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its letters, decoded.
    pub text: Arc<str>,
    /// Whether it was written as a text; then `keys camel` leaves it alone.
    pub quoted: bool,
    /// Where it stands.
    pub span: Span,
}

/// One arm of a `match`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arm {
    /// What it is for.
    pub head: ArmHead,
    /// What it gives.
    pub value: Expr,
    /// The whole arm.
    pub span: Span,
}

/// What an arm is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArmHead {
    /// `low or mid`; at least one
    Patterns(Vec<Spanned<Pattern>>),
    /// `else`
    Else(Span),
}

/// One pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// `12`, `-3`
    Number {
        /// Whether a minus stands before it.
        negative: bool,
        /// The number.
        number: Number,
    },
    /// `"text"`
    Text(Str),
    /// `member`, `Enum.member`, `true`
    Word(Dotted),
}

/// What is computed over a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// `p95`: the number behind the letter
    Percentile(u32),
    /// `avg`
    Avg,
    /// `min`
    Min,
    /// `max`
    Max,
    /// `sum`
    Sum,
    /// `count`
    Count,
    /// `rate`
    Rate,
    /// `streak`
    Streak,
    /// `max_gap`
    MaxGap,
}

/// The stretch a series is looked at over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Over {
    /// `over 5m`
    Time(Expr),
    /// `over cohort`
    Cohort(Span),
    /// `over phase`
    Phase(Span),
    /// `over rollout`
    Rollout(Span),
}

/// A type as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Type {
    /// What it says, the mark aside.
    pub kind: TypeKind,
    /// Whether a `?` follows.
    pub optional: bool,
    /// With its mark.
    pub span: Span,
}

/// The kinds of types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeKind {
    /// `text`, `Lane`, `common.Drill`
    Named(Dotted),
    /// `list T`
    List(Box<Type>),
    /// `series T`
    Series(Box<Type>),
    /// `table T by key`
    Table {
        /// A row.
        row: Box<Type>,
        /// The field that tells rows apart.
        key: Name,
    },
    /// `map T`, `map T named key`
    Map {
        /// A value.
        value: Box<Type>,
        /// How the member names are called in a row.
        key: Option<Name>,
    },
    /// `enum { a, b }`
    Enum(Members),
    /// `{ a: text, b: int }`
    Record(Vec<Spanned<FieldItem>>),
    /// `(T)`
    Paren(Box<Type>),
}

/// The members of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Members {
    /// Where it says `any case`.
    pub any_case: Option<Span>,
    /// The members in order.
    pub list: Vec<Member>,
}

/// `low = "low", "l" as unknown`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: Name,
    /// How evidence spells it; empty where as it is named.
    pub spellings: Vec<Str>,
    /// Where it says `as unknown`.
    pub unknown: Option<Span>,
    /// The whole member.
    pub span: Span,
}

/// `name: TYPE` of a function or a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
}

impl FieldItem {
    /// The field, where it is one.
    pub fn as_field(&self) -> Option<&Field> {
        match self {
            FieldItem::Field(field) => Some(field),
            FieldItem::Keys(_)
            | FieldItem::Spread(_)
            | FieldItem::Observed(_)
            | FieldItem::Fresh { .. }
            | FieldItem::Timeless
            | FieldItem::Since(_)
            | FieldItem::About(_)
            | FieldItem::MayBeEmpty
            | FieldItem::Let { .. }
            | FieldItem::Closed => None,
        }
    }
}
