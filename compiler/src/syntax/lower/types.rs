//! Types, fields and the clauses beside fields.

use rolloutc_grammar::Rule;

use super::{HEIGHT, Kids, Lower, Node, stray};
use crate::source::{Span, offset};
use crate::syntax::ast::{
    About, Field, FieldItem, FieldPlace, JsonPath, KeyCase, Let, Member, Members, Observed,
    ObservedPlace, Param, SinceWhat, Spanned, Str, Type, TypeKind,
};

impl Lower<'_> {
    pub(super) fn ty(&mut self, node: Node) -> Type {
        let span = self.span(&node);
        let base = Kids::of(node).need();
        let optional = self.span(&base).end < span.end;
        self.height = 1;
        let kind = match base.as_rule() {
            Rule::dotted => {
                if let word @ ("list" | "series" | "table" | "map" | "enum") = base.as_str() {
                    let end = Span::at(span.end);
                    let message = format!("expected a type after `{word}`");
                    self.problem(
                        "syntax",
                        end,
                        message,
                        "for example `list text` or `map int`",
                    );
                }
                TypeKind::Named(self.dotted(&base))
            }
            Rule::fields => TypeKind::Record(self.record_items(base)),
            Rule::list_ty => TypeKind::List(self.inner_ty(&mut Kids::of(base))),
            Rule::series_ty => TypeKind::Series(self.inner_ty(&mut Kids::of(base))),
            Rule::paren_ty => TypeKind::Paren(self.inner_ty(&mut Kids::of(base))),
            Rule::table_ty => {
                let mut kids = Kids::of(base);
                let row = self.inner_ty(&mut kids);
                TypeKind::Table {
                    row,
                    key: self.name(&kids.need()),
                }
            }
            Rule::map_ty => {
                let mut kids = Kids::of(base);
                let value = self.inner_ty(&mut kids);
                TypeKind::Map {
                    value,
                    key: kids.next().map(|key| self.name(&key)),
                }
            }
            Rule::enum_ty => TypeKind::Enum(self.members(&mut Kids::of(base))),
            _ => stray(&base),
        };
        debug_assert!(self.height <= HEIGHT, "the nesting limit keeps types low");
        Type {
            kind,
            optional,
            span,
        }
    }

    fn inner_ty(&mut self, kids: &mut Kids) -> Box<Type> {
        let inner = self.ty(kids.need());
        self.height += 1;
        Box::new(inner)
    }

    pub(super) fn members(&mut self, kids: &mut Kids) -> Members {
        let any_case = kids.opt(Rule::any_case).map(|node| self.span(&node));
        let list = Kids::of(kids.need())
            .map(|member| self.member(member))
            .collect();
        Members { any_case, list }
    }

    pub(in crate::syntax) fn member(&mut self, node: Node) -> Member {
        let span = self.span(&node);
        let mut kids = Kids::of(node);
        let name = self.name(&kids.need());
        let mut spellings = Vec::new();
        while let Some(text) = kids.opt(Rule::text) {
            spellings.push(self.str(&text));
        }
        Member {
            name,
            spellings,
            unknown: kids.next().map(|node| self.span(&node)),
            span,
        }
    }

    /// What stands in the braces of evidence.
    pub(super) fn items(&mut self, node: Node) -> Vec<Spanned<FieldItem>> {
        let mut height = 0;
        let items = Kids::of(node)
            .map(|item| {
                let item = self.item(item);
                height = height.max(self.height);
                item
            })
            .collect();
        self.height = height + 1;
        items
    }

    /// What stands in the braces of a record.
    pub(super) fn record_items(&mut self, node: Node) -> Vec<Spanned<FieldItem>> {
        let mut items = self.items(node);
        items.retain(|item| self.fits_record(item));
        items
    }

    /// Refuses the clauses that only evidence has.
    pub(in crate::syntax) fn fits_record(&mut self, item: &Spanned<FieldItem>) -> bool {
        let word = match &item.node {
            FieldItem::Fresh { .. } => "fresh",
            FieldItem::Timeless => "timeless",
            FieldItem::Since(_) => "since",
            FieldItem::MayBeEmpty => "may be empty",
            FieldItem::Keys(_)
            | FieldItem::Spread(_)
            | FieldItem::Observed(_)
            | FieldItem::About(_)
            | FieldItem::Field(_)
            | FieldItem::Let(_)
            | FieldItem::Closed => return true,
        };
        let message = format!("a record has no clause `{word}`");
        let help =
            "it stands on the evidence that uses the record: `evidence x: Record { fresh 24h }`";
        self.problem("unknown-clause", item.span, message, help);
        false
    }

    pub(in crate::syntax) fn item(&mut self, node: Node) -> Spanned<FieldItem> {
        let span = self.span(&node);
        self.height = 0;
        let item = match node.as_rule() {
            Rule::field => FieldItem::Field(Box::new(self.field(node))),
            Rule::spread => FieldItem::Spread(self.dotted(&Kids::of(node).need())),
            Rule::fresh => {
                let mut kids = Kids::of(node);
                let limit = self.expr(kids.need());
                FieldItem::Fresh {
                    limit,
                    warn: kids.next().map(|warn| self.expr(warn)),
                }
            }
            Rule::timeless => FieldItem::Timeless,
            Rule::closed => FieldItem::Closed,
            Rule::may_be_empty => FieldItem::MayBeEmpty,
            Rule::keys => FieldItem::Keys(key_case(node)),
            Rule::since => FieldItem::Since(match Kids::of(node).need().as_str() {
                "cohort" => SinceWhat::Cohort,
                "phase" => SinceWhat::Phase,
                _ => SinceWhat::Rollback,
            }),
            Rule::let_in => FieldItem::Let(self.let_in(&mut Kids::of(node))),
            Rule::observed => FieldItem::Observed(Box::new(self.observed(node))),
            Rule::about => FieldItem::About(Box::new(self.about(node))),
            _ => stray(&node),
        };
        Spanned { node: item, span }
    }

    pub(super) fn let_in(&mut self, kids: &mut Kids) -> Let {
        let name = self.name(&kids.need());
        Let {
            name,
            value: self.expr(kids.need()),
        }
    }

    fn observed(&mut self, node: Node) -> Observed {
        let mut kids = Kids::of(node);
        let place = kids.need();
        let place = match place.as_rule() {
            Rule::at_line => ObservedPlace::Line(self.at_line(place)),
            Rule::at_path => ObservedPlace::At(self.at_path(place)),
            _ => ObservedPlace::With(self.name(&Kids::of(place).need())),
        };
        Observed {
            place,
            pattern: kids.next().map(|text| self.str(&text)),
        }
    }

    fn about(&mut self, node: Node) -> About {
        let mut kids = Kids::of(node);
        let what = self.dotted(&kids.need());
        let at = kids.opt(Rule::at_path).map(|at| self.at_path(at));
        About {
            what,
            at,
            unit: kids.next().map(|unit| self.unit(&unit)),
        }
    }

    fn at_line(&mut self, node: Node) -> Str {
        self.str(&Kids::of(node).need())
    }

    pub(super) fn at_path(&mut self, node: Node) -> JsonPath {
        let path = Kids::of(node).need();
        let span = self.span(&path);
        let choices = Kids::of(path)
            .map(|keys| {
                let start = self.span(&keys).start;
                split_keys(keys.as_str())
                    .map(|(key, at)| self.key(key, start + at))
                    .collect()
            })
            .collect();
        JsonPath { choices, span }
    }

    pub(super) fn field(&mut self, node: Node) -> Field {
        let mut kids = Kids::of(node);
        let name = self.name(&kids.need());
        let ty = self.ty(kids.need());
        let mut height = self.height;
        let mut field = Field {
            name,
            ty,
            any_case: None,
            signed: None,
            unit: None,
            assume_utc: None,
            min: None,
            max: None,
            default: None,
            at: None,
        };
        for tail in kids {
            self.tail(&mut field, tail);
            height = height.max(self.height);
        }
        self.height = height;
        field
    }

    fn tail(&mut self, field: &mut Field, tail: Node) {
        let span = self.span(&tail);
        match tail.as_rule() {
            Rule::any_case => self.once(&mut field.any_case, span, "any case", span),
            Rule::signed => self.once(&mut field.signed, span, "signed", span),
            Rule::assume_utc => self.once(&mut field.assume_utc, span, "assume utc", span),
            Rule::unit => {
                let unit = self.unit(&tail);
                self.once(&mut field.unit, span, "in", unit);
            }
            Rule::min => {
                let bound = self.expr(Kids::of(tail).need());
                self.once(&mut field.min, span, "min", bound);
            }
            Rule::max => {
                let bound = self.expr(Kids::of(tail).need());
                self.once(&mut field.max, span, "max", bound);
            }
            Rule::default => {
                let value = self.expr(Kids::of(tail).need());
                self.once(&mut field.default, span, "=", value);
            }
            Rule::at_line => {
                let line = FieldPlace::Line(self.at_line(tail));
                self.once(&mut field.at, span, "at", line);
            }
            Rule::at_path => {
                let path = FieldPlace::Path(self.at_path(tail));
                self.once(&mut field.at, span, "at", path);
            }
            _ => stray(&tail),
        }
    }

    pub(super) fn params(&mut self, node: Node) -> Vec<Param> {
        Kids::of(node)
            .map(|param| {
                let mut kids = Kids::of(param);
                let name = self.name(&kids.need());
                Param {
                    name,
                    ty: self.ty(kids.need()),
                }
            })
            .collect()
    }
}

pub(super) fn key_case(node: Node) -> KeyCase {
    match Kids::of(node).need().as_str() {
        "camel" => KeyCase::Camel,
        "kebab" => KeyCase::Kebab,
        _ => KeyCase::Exact,
    }
}

/// The keys of `a."b.c".d`, with their places in it.
fn split_keys(text: &str) -> impl Iterator<Item = (&str, u32)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let long = key_length(rest);
        let start = offset(at);
        at += long + 1;
        Some((&rest[..long], start))
    })
}

fn key_length(text: &str) -> usize {
    if !text.starts_with('"') {
        return text.find('.').unwrap_or(text.len());
    }
    if let Some(rest) = text.strip_prefix("\"\"\"") {
        return rest.find("\"\"\"").map_or(text.len(), |end| end + 6);
    }
    let mut escaped = false;
    for (i, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return i + 1,
            _ => escaped = byte == b'\\' && !escaped,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_may_hold_dots_and_quotes() {
        let keys = |text| split_keys(text).collect::<Vec<_>>();
        assert_eq!(keys("a.b"), [("a", 0), ("b", 2)]);
        assert_eq!(
            keys(r#"values."usr.x".c"#),
            [("values", 0), (r#""usr.x""#, 7), ("c", 15)]
        );
        assert_eq!(keys(r#""a\".b""#), [(r#""a\".b""#, 0)]);
    }
}
