//! One operand of an expression and what stands directly behind it. Knows nothing of operators.

use rolloutc_grammar::Rule;

use super::{Kids, Lower, Node, stray};
use crate::source::Span;
use crate::syntax::ast::{
    Arg, Arm, ArmHead, Bind, Binder, CalendarUnit, CastWord, Comp, Dotted, Entry, EntryKind, Expr,
    ExprKind, Key, Measure, Name, Over, Pattern, Quantifier, Spanned, Unit, UnitName,
};

impl Lower<'_> {
    pub(super) fn primary(&mut self, node: Node) -> Expr {
        let span = self.span(&node);
        self.height = 1;
        let kind = match node.as_rule() {
            Rule::dotted => return self.path(&node),
            Rule::number => ExprKind::Number(self.number(&node)),
            Rule::text => ExprKind::Text(self.text(&node)),
            Rule::paren => {
                let inner = self.expr(Kids::of(node).need());
                self.height += 1;
                ExprKind::Paren(Box::new(inner))
            }
            Rule::list => self.list(node),
            Rule::value => ExprKind::Value(self.entries(node)),
            Rule::quant => self.quant(node),
            Rule::match_of => self.match_of(node),
            Rule::last => self.last(node),
            Rule::series => self.series(node),
            Rule::unknown => ExprKind::Unknown(self.text(&Kids::of(node).need())),
            _ => stray(&node),
        };
        let mut height = self.height;
        let expr = self.capped(Expr { kind, span }, &mut height);
        self.height = height;
        expr
    }

    /// `a.b.c` at an operand: a name and its fields.
    fn path(&mut self, node: &Node) -> Expr {
        let whole = self.span(node);
        self.height = 1;
        match node.as_str() {
            "true" => {
                return Expr {
                    kind: ExprKind::Bool(true),
                    span: whole,
                };
            }
            "false" => {
                return Expr {
                    kind: ExprKind::Bool(false),
                    span: whole,
                };
            }
            "null" => {
                return Expr {
                    kind: ExprKind::Null,
                    span: whole,
                };
            }
            "not" => {
                let end = Span::at(whole.end);
                self.problem(
                    "syntax",
                    end,
                    "expected a value after `not`",
                    "for example `not slo.red`",
                );
            }
            word @ ("and" | "or" | "in" | "is") => {
                let message = format!("expected a value, found `{word}`");
                self.problem(
                    "syntax",
                    whole,
                    message,
                    "this word joins values and cannot be one",
                );
            }
            _ => {}
        }
        let Dotted { names, .. } = self.dotted(node);
        let mut names = names.into_iter();
        let Some(first) = names.next() else {
            stray(node)
        };
        let expr = Expr {
            kind: ExprKind::Name(first.text),
            span: first.span,
        };
        self.fields(expr, names)
    }

    fn fields(&mut self, mut expr: Expr, names: impl Iterator<Item = Name>) -> Expr {
        let mut height = 1;
        for name in names {
            let span = expr.span.to(name.span);
            height += 1;
            expr = self.capped(
                Expr {
                    kind: ExprKind::Field {
                        of: Box::new(expr),
                        name,
                    },
                    span,
                },
                &mut height,
            );
        }
        self.height = height;
        expr
    }

    /// What stands behind an operand: `.x`, `[…]`, `(…)`, `in ms`, `as int`, …
    pub(super) fn step(&mut self, expr: Expr, node: Node) -> Expr {
        let span = expr.span.to(self.span(&node));
        let of = Box::new(expr);
        let kind = match node.as_rule() {
            Rule::dotted => {
                let names = self.dotted(&node).names;
                return self.fields(*of, names.into_iter());
            }
            Rule::text => ExprKind::Key {
                of,
                key: self.str(&node),
            },
            Rule::index => {
                let plain = std::mem::replace(&mut self.plain, true);
                let keys = self.tallest(Kids::of(node), Lower::expr);
                self.plain = plain;
                ExprKind::Index { of, keys }
            }
            Rule::args => ExprKind::Call {
                of,
                args: self.args(node),
            },
            Rule::unit => ExprKind::Convert {
                operand: of,
                unit: self.unit(&node),
            },
            Rule::cast => {
                let word = Kids::of(node).need();
                let to = match word.as_str() {
                    "number" => CastWord::Number,
                    "int" => CastWord::Int,
                    "text" => CastWord::Text,
                    _ => CastWord::Ratio,
                };
                ExprKind::As {
                    operand: of,
                    to: self.at(&word, to),
                }
            }
            Rule::at_clock => {
                let mut kids = Kids::of(node);
                let clock = self.clock(&kids.need());
                ExprKind::AtClock {
                    operand: of,
                    clock,
                    zone: self.str(&kids.need()),
                }
            }
            Rule::observed_since => {
                let since = Box::new(self.expr(Kids::of(node).need()));
                ExprKind::ObservedSince { operand: of, since }
            }
            Rule::plus => {
                let mut kids = Kids::of(node);
                let amount = Box::new(self.expr(kids.need()));
                let word = kids.need();
                let unit = match word.as_str() {
                    "day" | "days" => CalendarUnit::Days,
                    "month" | "months" => CalendarUnit::Months,
                    _ => CalendarUnit::Years,
                };
                ExprKind::Plus {
                    operand: of,
                    amount,
                    unit: self.at(&word, unit),
                }
            }
            _ => stray(&node),
        };
        Expr { kind, span }
    }

    /// Lowers each, and leaves the greatest height behind.
    fn tallest<'a, T>(
        &mut self,
        kids: Kids<'a>,
        lower: impl Fn(&mut Self, Node<'a>) -> T,
    ) -> Vec<T> {
        let mut height = 0;
        let all = kids
            .map(|node| {
                let one = lower(self, node);
                height = height.max(self.height);
                one
            })
            .collect();
        self.height = height;
        all
    }

    pub(super) fn unit(&self, node: &Node) -> UnitName {
        match Unit::of(node.as_str()) {
            Some(unit) => self.at(node, unit),
            None => stray(node),
        }
    }

    pub(super) fn args(&mut self, node: Node) -> Vec<Arg> {
        self.tallest(Kids::of(node), |lower, node| match node.as_rule() {
            Rule::named_arg => {
                let mut kids = Kids::of(node);
                let name = lower.name(&kids.need());
                Arg::Named {
                    name,
                    value: lower.expr(kids.need()),
                }
            }
            Rule::comp => Arg::Comp(lower.comp(node)),
            _ => Arg::Value(lower.expr(node)),
        })
    }

    pub(super) fn list(&mut self, node: Node) -> ExprKind {
        let mut kids = Kids::of(node);
        if let Some(comp) = kids.opt(Rule::comp) {
            let comp = self.comp(comp);
            self.height += 1;
            return ExprKind::ListOf(Box::new(comp));
        }
        let items = self.tallest(kids, Lower::expr);
        self.height += 1;
        ExprKind::List(items)
    }

    /// The members of a `value` or of nothing but entries.
    pub(super) fn entries(&mut self, node: Node) -> Vec<Entry> {
        let entries = self.tallest(Kids::of(node), Lower::entry);
        self.height += 1;
        entries
    }

    pub(in crate::syntax) fn entry(&mut self, node: Node) -> Entry {
        let span = self.span(&node);
        let mut kids = Kids::of(node);
        let first = kids.need();
        let kind = if first.as_rule() == Rule::path {
            EntryKind::Spread(self.expr(first))
        } else {
            let key: Key = self.key(first.as_str(), self.span(&first).start);
            EntryKind::Pair {
                key,
                value: self.expr(kids.need()),
            }
        };
        Entry { kind, span }
    }

    fn comp(&mut self, node: Node) -> Comp {
        let span = self.span(&node);
        let mut kids = Kids::of(node);
        let bind = self.bind(kids.need());
        let height = self.height;
        let body = kids.next().map(|body| self.expr(body));
        self.height = self.height.max(height);
        Comp { bind, body, span }
    }

    pub(super) fn bind(&mut self, node: Node) -> Bind {
        let span = self.span(&node);
        let mut kids = Kids::of(node);
        let mut binders = Vec::new();
        let mut height = 0;
        while let Some(name) = kids.opt(Rule::name) {
            let name = self.name(&name);
            binders.push(Binder {
                name,
                source: self.expr(kids.need()),
            });
            height = height.max(self.height);
        }
        let filter = kids.opt(Rule::expr).map(|filter| {
            let filter = self.expr(filter);
            height = height.max(self.height);
            Box::new(filter)
        });
        let may_be_empty = kids.opt(Rule::may_be_empty).map(|node| self.span(&node));
        self.height = height;
        Bind {
            binders,
            filter,
            may_be_empty,
            span,
        }
    }

    fn quant(&mut self, node: Node) -> ExprKind {
        let mut kids = Kids::of(node);
        let head = kids.need();
        let quantifier = if head.as_rule() == Rule::quantifier {
            match head.as_str() {
                "all" => self.at(&head, Quantifier::All),
                "any" => self.at(&head, Quantifier::Any),
                _ => self.at(&head, Quantifier::None),
            }
        } else {
            let place = self.span(&head);
            let mut parts = Kids::of(head);
            let word = parts.need();
            let number = self.number(&parts.need());
            let quantifier = match word.as_str() {
                "exactly" => Quantifier::Exactly(number),
                least if least.ends_with("least") => Quantifier::AtLeast(number),
                _ => Quantifier::AtMost(number),
            };
            Spanned {
                node: quantifier,
                span: place,
            }
        };
        let kind = match kids.opt(Rule::comp) {
            Some(comp) => ExprKind::Quant {
                quantifier,
                comp: Box::new(self.comp(comp)),
            },
            None => ExprKind::Among {
                quantifier,
                operands: self.tallest(kids, Lower::expr),
            },
        };
        self.height += 1;
        kind
    }

    fn match_of(&mut self, node: Node) -> ExprKind {
        let mut kids = Kids::of(node);
        let subject = Box::new(self.expr(kids.need()));
        let height = self.height;
        let arms = self.tallest(kids, Lower::arm);
        self.height = self.height.max(height) + 1;
        ExprKind::Match { subject, arms }
    }

    fn arm(&mut self, node: Node) -> Arm {
        let span = self.span(&node);
        let mut kids = Kids::of(node);
        let head = match kids.opt(Rule::otherwise) {
            Some(word) => ArmHead::Else(self.span(&word)),
            None => {
                let mut patterns = Vec::new();
                while let Some(pattern) = kids.opt(Rule::pattern) {
                    patterns.push(self.pattern(pattern));
                }
                ArmHead::Patterns(patterns)
            }
        };
        Arm {
            head,
            value: self.expr(kids.need()),
            span,
        }
    }

    fn pattern(&mut self, node: Node) -> Spanned<Pattern> {
        let span = self.span(&node);
        let mut kids = Kids::of(node);
        let negative = kids.opt(Rule::minus).is_some();
        let node = kids.need();
        let pattern = match node.as_rule() {
            Rule::number => Pattern::Number {
                negative,
                number: self.number(&node),
            },
            Rule::text => Pattern::Text(self.str(&node)),
            _ => Pattern::Word(self.dotted(&node)),
        };
        Spanned {
            node: pattern,
            span,
        }
    }

    fn last(&mut self, node: Node) -> ExprKind {
        let mut kids = Kids::of(node);
        let count = kids.need();
        let count = Box::new(match count.as_rule() {
            Rule::number => self.primary(count),
            _ => self.expr(count),
        });
        let height = self.height;
        let of = Box::new(self.expr(kids.need()));
        self.height = self.height.max(height) + 1;
        let by = kids.next().map(|by| self.dotted(&by));
        ExprKind::Last { count, of, by }
    }

    fn series(&mut self, node: Node) -> ExprKind {
        let mut kids = Kids::of(node);
        let word = kids.need();
        let measure = match word.as_str() {
            "avg" => Measure::Avg,
            "min" => Measure::Min,
            "max" => Measure::Max,
            "sum" => Measure::Sum,
            "count" => Measure::Count,
            "rate" => Measure::Rate,
            "streak" => Measure::Streak,
            "max_gap" => Measure::MaxGap,
            percentile => Measure::Percentile(percentile[1..].parse().unwrap_or(u32::MAX)),
        };
        if matches!(measure, Measure::Percentile(part) if part > 100) {
            let message = format!("`{}` is no percentile", word.as_str());
            self.problem(
                "bad-number",
                self.span(&word),
                message,
                "percentiles go from `p0` to `p100`",
            );
        }
        let measure = self.at(&word, measure);
        let of = Box::new(self.expr(kids.need()));
        let mut height = self.height;
        let over = kids.opt(Rule::over).map(|over| {
            let span = self.span(&over);
            let word = over.as_str();
            Box::new(match word {
                "cohort" => Over::Cohort(span),
                "phase" => Over::Phase(span),
                "rollout" => Over::Rollout(span),
                _ => {
                    let over = self.expr(Kids::of(over).need());
                    height = height.max(self.height);
                    Over::Time(over)
                }
            })
        });
        let samples = kids
            .next()
            .map(|samples| self.number(&Kids::of(samples).need()));
        self.height = height + 1;
        ExprKind::Series {
            measure,
            of,
            over,
            samples,
        }
    }
}
