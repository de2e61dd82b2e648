//! The functions that every policy knows without import: one row each, read by checker, hover, completion and evaluator.
//! Knows names and types; computes nothing (see `eval::calls`).

use crate::ty::{Shape, Ty};

/// A function known without import.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// Which one; the evaluator matches on it.
    pub function: Function,
    /// Its name in policies and in [`crate::ir::Node::Call`].
    pub name: &'static str,
    /// What it takes, in order.
    pub params: &'static [Parameter],
    /// What it gives.
    pub gives: Gives,
    /// Its signature, as hover shows it.
    pub signature: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
}

/// A parameter of a builtin.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name, for `digits: 3`.
    pub name: &'static str,
    /// What fits.
    pub takes: Takes,
    /// How often it stands.
    pub times: Times,
}

/// How often an argument stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// Exactly once.
    Once,
    /// Once or not at all.
    Maybe,
    /// Once or more; the last parameter only.
    Many,
}

/// What fits a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Any number: int, number, ratio, duration, bytes.
    Numeric,
    /// A list of numbers of one dimension.
    Numerics,
    /// A value that has an order (numbers, instants, dates, versions), or one list of such.
    Ordered,
    /// Text.
    Text,
    /// An int.
    Int,
    /// Rows, a list or an item of such.
    Rows,
    /// Rows that have a key: a table or a map.
    Keyed,
    /// Any list.
    List,
    /// A record.
    Record,
    /// A ratio.
    Ratio,
    /// The name of a gate.
    Gate,
}

/// What a builtin gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// An int.
    Int,
    /// A bool.
    Bool,
    /// A plain number.
    Number,
    /// The type of the first argument.
    First,
    /// The type of the first argument, or of its elements where it is a list.
    Element,
    /// Like [`Gives::Element`], but a plain number where that is an int: a mean need not be whole.
    Mean,
    /// A list of the keys of the first argument.
    Keys,
    /// A list of text.
    Texts,
    /// Rows of `key: text` and `value`, one for each field of the first argument.
    Fields,
    /// Rows of gates: those of `std.decision`.
    Verdicts,
}

/// The functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Function {
    /// `abs(x)`
    Abs,
    /// `avg(list)`
    Avg,
    /// `count(rows)`
    Count,
    /// `fields(record)`
    Fields,
    /// `keys(table)`
    Keys,
    /// `max(a, b)`, `max(list)`
    Max,
    /// `min(a, b)`, `min(list)`
    Min,
    /// `numbered("BC-", 1, 12, digits: 3)`
    Numbered,
    /// `outranks(canary, baseline, 1%)`
    Outranks,
    /// `rank_u(canary, baseline)`
    RankU,
    /// `sum(list)`
    Sum,
    /// `unique(list)`
    Unique,
    /// `verdicts(g, h)`
    Verdicts,
}

const fn once(name: &'static str, takes: Takes) -> Parameter {
    Parameter {
        name,
        takes,
        times: Times::Once,
    }
}

const fn many(name: &'static str, takes: Takes) -> Parameter {
    Parameter {
        name,
        takes,
        times: Times::Many,
    }
}

const fn maybe(name: &'static str, takes: Takes) -> Parameter {
    Parameter {
        name,
        takes,
        times: Times::Maybe,
    }
}

/// All of them, by name. `avg count max min sum` with a binder inside are [`crate::ir::Node::Aggregate`] instead.
pub const BUILTINS: &[Builtin] = &[
    Builtin {
        function: Function::Abs,
        name: "abs",
        params: &[once("x", Takes::Numeric)],
        gives: Gives::First,
        signature: "abs(x)",
        doc: "`x` without its sign",
    },
    Builtin {
        function: Function::Avg,
        name: "avg",
        params: &[once("list", Takes::Numerics)],
        gives: Gives::Mean,
        signature: "avg(list)   avg(x in T where C : x.n)",
        doc: "the exact mean; unknown for an empty list",
    },
    Builtin {
        function: Function::Count,
        name: "count",
        params: &[once("rows", Takes::Rows)],
        gives: Gives::Int,
        signature: "count(rows): int   count(x in T where C): int",
        doc: "how many rows there are",
    },
    Builtin {
        function: Function::Fields,
        name: "fields",
        params: &[once("record", Takes::Record)],
        gives: Gives::Fields,
        signature: "fields(record): list { key: text, value }",
        doc: "each field of a record with its value",
    },
    Builtin {
        function: Function::Keys,
        name: "keys",
        params: &[once("rows", Takes::Keyed)],
        gives: Gives::Keys,
        signature: "keys(table): list",
        doc: "the keys of a table or map, in the order of its rows",
    },
    Builtin {
        function: Function::Max,
        name: "max",
        params: &[many("values", Takes::Ordered)],
        gives: Gives::Element,
        signature: "max(a, b)   max(list)   max(x in T where C : x.n)",
        doc: "the greatest; unknown for an empty list",
    },
    Builtin {
        function: Function::Min,
        name: "min",
        params: &[many("values", Takes::Ordered)],
        gives: Gives::Element,
        signature: "min(a, b)   min(list)   min(x in T where C : x.n)",
        doc: "the least; unknown for an empty list",
    },
    Builtin {
        function: Function::Numbered,
        name: "numbered",
        params: &[
            once("prefix", Takes::Text),
            once("from", Takes::Int),
            once("to", Takes::Int),
            maybe("digits", Takes::Int),
        ],
        gives: Gives::Texts,
        signature: "numbered(prefix, from, to, digits: n): list text",
        doc: "the prefix with each number from `from` to `to`, both included, filled with zeros to `digits`",
    },
    Builtin {
        function: Function::Outranks,
        name: "outranks",
        params: &[
            once("first", Takes::Numerics),
            once("second", Takes::Numerics),
            once("level", Takes::Ratio),
        ],
        gives: Gives::Bool,
        signature: "outranks(canary, baseline, 1%): bool",
        doc: "whether the first list is greater by more than chance (Mann-Whitney U, one-sided, exact); inconclusive \
              of lists too short to tell",
    },
    Builtin {
        function: Function::RankU,
        name: "rank_u",
        params: &[
            once("first", Takes::Numerics),
            once("second", Takes::Numerics),
        ],
        gives: Gives::Number,
        signature: "rank_u(canary, baseline): number",
        doc: "of all pairs, in how many the first list has the greater value; a tie is half a pair",
    },
    Builtin {
        function: Function::Sum,
        name: "sum",
        params: &[once("list", Takes::Numerics)],
        gives: Gives::Element,
        signature: "sum(list)   sum(x in T where C : x.n)",
        doc: "the sum; 0 for an empty list",
    },
    Builtin {
        function: Function::Unique,
        name: "unique",
        params: &[once("list", Takes::List)],
        gives: Gives::Bool,
        signature: "unique(list): bool",
        doc: "whether no two elements are equal",
    },
    Builtin {
        function: Function::Verdicts,
        name: "verdicts",
        params: &[many("gates", Takes::Gate)],
        gives: Gives::Verdicts,
        signature: "verdicts(gate, …): list std.decision.Row",
        doc: "the rows of gates with their verdicts",
    },
];

/// The builtin of that name.
pub fn named(name: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|row| row.name == name)
}

impl Takes {
    /// Whether a type fits. `Gate` is not a type: the checker looks at the name.
    pub fn fits(self, ty: &Ty) -> bool {
        match self {
            Takes::Numeric => ty.is_numeric(),
            Takes::Numerics => element(ty).is_some_and(Ty::is_numeric),
            Takes::Ordered => ordered(ty) || element(ty).is_some_and(ordered),
            Takes::Text => *ty == Ty::Text,
            Takes::Int => *ty == Ty::Int,
            Takes::Rows | Takes::List => matches!(ty, Ty::Rows { .. } | Ty::List(_)),
            Takes::Keyed => matches!(
                ty,
                Ty::Rows {
                    shape: Shape::Table { .. } | Shape::Map { .. },
                    ..
                }
            ),
            Takes::Record => matches!(ty, Ty::Record(_)),
            Takes::Ratio => *ty == Ty::Ratio,
            Takes::Gate => false,
        }
    }

    /// What is wanted, for messages: "a list of numbers".
    pub fn wanted(self) -> &'static str {
        match self {
            Takes::Numeric => "a number",
            Takes::Numerics => "a list of numbers",
            Takes::Ordered => "values that have an order",
            Takes::Text => "a text",
            Takes::Int => "an int",
            Takes::Rows => "rows or a list",
            Takes::Keyed => "a table or a map",
            Takes::List => "a list",
            Takes::Record => "a record",
            Takes::Ratio => "a ratio",
            Takes::Gate => "the name of a gate",
        }
    }
}

fn element(ty: &Ty) -> Option<&Ty> {
    match ty {
        Ty::List(element) => Some(element.required()),
        _ => None,
    }
}

fn ordered(ty: &Ty) -> bool {
    ty.is_numeric() || matches!(ty, Ty::Instant | Ty::Date | Ty::Version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_found() {
        assert!(BUILTINS.is_sorted_by_key(|row| row.name));
        for row in BUILTINS {
            assert_eq!(
                named(row.name).map(|found| found.function),
                Some(row.function)
            );
            assert!(row.signature.starts_with(row.name));
        }
        assert!(named("nothing").is_none());
    }

    #[test]
    fn lists_of_optional_numbers_fit() {
        let list = |inner| Ty::List(Box::new(inner));
        assert!(Takes::Numerics.fits(&list(Ty::Duration)));
        assert!(Takes::Numerics.fits(&list(Ty::Optional(Box::new(Ty::Int)))));
        assert!(!Takes::Numerics.fits(&list(Ty::Text)));
        assert!(Takes::Ordered.fits(&Ty::Instant));
        assert!(!Takes::Ordered.fits(&Ty::Text));
    }
}
