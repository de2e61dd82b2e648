//! Flat operands and operators to expression trees. Knows how tightly operators bind; knows no names.

use rolloutc_grammar::Rule;

use super::{HEIGHT, Kids, Lower, Node, stray};
use crate::source::Span;
use crate::syntax::ast::{
    BinaryOp, CompareOp, Expr, ExprKind, LogicOp, Spanned, StateWord, UnaryOp,
};

/// How tightly an operator binds; more is tighter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Compare,
    Add,
    Multiply,
    Negate,
    Default,
}

/// What an operator token says.
enum Op {
    Logic(LogicOp),
    Compare(CompareOp),
    Binary(BinaryOp, Level),
}

impl Op {
    fn of(text: &str) -> Op {
        match text {
            "and" => Op::Logic(LogicOp::And),
            "or" => Op::Logic(LogicOp::Or),
            "+" => Op::Binary(BinaryOp::Add, Level::Add),
            "-" => Op::Binary(BinaryOp::Subtract, Level::Add),
            "minus" => Op::Binary(BinaryOp::Minus, Level::Add),
            "*" => Op::Binary(BinaryOp::Multiply, Level::Multiply),
            "/" => Op::Binary(BinaryOp::Divide, Level::Multiply),
            "??" => Op::Binary(BinaryOp::Default, Level::Default),
            text => Op::Compare(compare(text)),
        }
    }

    fn level(&self) -> Level {
        match self {
            Op::Logic(LogicOp::Or) => Level::Or,
            Op::Logic(LogicOp::And) => Level::And,
            Op::Compare(_) => Level::Compare,
            Op::Binary(_, level) => *level,
        }
    }
}

/// A comparison as it is written, however many blanks stand between its words.
pub(super) fn compare(text: &str) -> CompareOp {
    match text {
        "==" => CompareOp::Equal,
        "!=" => CompareOp::Unequal,
        "<" => CompareOp::Less,
        "<=" => CompareOp::AtMost,
        ">" => CompareOp::Greater,
        ">=" => CompareOp::AtLeast,
        "in" => CompareOp::In,
        "matches" => CompareOp::Matches,
        "covers" => CompareOp::Covers,
        "exactly" => CompareOp::Exactly,
        text if text.starts_with("not") => CompareOp::NotIn,
        text if text.starts_with("starts") => CompareOp::StartsWith,
        text if text.starts_with("ends") => CompareOp::EndsWith,
        text if text.starts_with("subset") => CompareOp::SubsetOf,
        text => unreachable!("the grammar knows no operator `{text}`"),
    }
}

impl Lower<'_> {
    /// A node of the rules `expr`, `sum`, `single`, `path` and `over`.
    pub(super) fn expr(&mut self, node: Node) -> Expr {
        let mut kids = Kids::of(node);
        self.climb(&mut kids, Level::Or)
    }

    pub(super) fn exprs<'a>(&mut self, nodes: impl Iterator<Item = Node<'a>>) -> Vec<Expr> {
        nodes.map(|node| self.expr(node)).collect()
    }

    fn climb(&mut self, kids: &mut Kids, least: Level) -> Expr {
        self.levels += 1;
        let expr = if self.levels > HEIGHT {
            let span = kids.need();
            let expr = Expr {
                kind: ExprKind::Null,
                span: self.span(&span),
            };
            kids.for_each(drop);
            self.capped(expr, &mut (HEIGHT + 1))
        } else {
            self.climb_on(kids, least)
        };
        self.levels -= 1;
        expr
    }

    fn climb_on(&mut self, kids: &mut Kids, least: Level) -> Expr {
        let mut left = self.operand(kids, least);
        let mut height = self.height;
        let mut compared: Option<Span> = None;
        while let Some(rule) = kids.peek() {
            if rule == Rule::is {
                if least > Level::Compare {
                    break;
                }
                let node = kids.need();
                self.chained(&mut compared, self.span(&node));
                left = self.is(left, node);
            } else if matches!(rule, Rule::op | Rule::line_op | Rule::sum_op) {
                let Some(node) = kids.next.as_ref() else {
                    break;
                };
                let op = Op::of(node.as_str());
                if op.level() < least {
                    break;
                }
                let node = kids.need();
                left = self.infix(left, &op, &node, kids, &mut compared);
            } else {
                break;
            }
            height = height.max(self.height) + 1;
            left = self.capped(left, &mut height);
        }
        self.height = height;
        left
    }

    fn infix(
        &mut self,
        left: Expr,
        op: &Op,
        node: &Node,
        kids: &mut Kids,
        compared: &mut Option<Span>,
    ) -> Expr {
        let place = self.span(node);
        match *op {
            Op::Logic(op) => self.logic(left, op, kids),
            Op::Compare(op) => {
                self.chained(compared, place);
                let plain = self.plain;
                self.plain |= op == CompareOp::Matches;
                let right = self.climb(kids, Level::Add);
                self.plain = plain;
                let span = left.span.to(right.span);
                let op = Spanned {
                    node: op,
                    span: place,
                };
                Expr {
                    kind: ExprKind::Compare {
                        op,
                        left: Box::new(left),
                        right: Box::new(right),
                    },
                    span,
                }
            }
            Op::Binary(op, level) => {
                let right = match level {
                    Level::Add => self.climb(kids, Level::Multiply),
                    Level::Multiply => self.climb(kids, Level::Negate),
                    Level::Or
                    | Level::And
                    | Level::Not
                    | Level::Compare
                    | Level::Negate
                    | Level::Default => self.climb(kids, Level::Default),
                };
                let span = left.span.to(right.span);
                let op = Spanned {
                    node: op,
                    span: place,
                };
                Expr {
                    kind: ExprKind::Binary {
                        op,
                        left: Box::new(left),
                        right: Box::new(right),
                    },
                    span,
                }
            }
        }
    }

    /// `a and b and c` as one node; the first operator is taken already.
    fn logic(&mut self, left: Expr, op: LogicOp, kids: &mut Kids) -> Expr {
        let (above, word) = match op {
            LogicOp::Or => (Level::And, "or"),
            LogicOp::And => (Level::Not, "and"),
        };
        let mut span = left.span;
        let mut operands = vec![left];
        let mut height = 0;
        loop {
            let right = self.climb(kids, above);
            height = height.max(self.height);
            span = span.to(right.span);
            operands.push(right);
            match &kids.next {
                Some(node)
                    if matches!(node.as_rule(), Rule::op | Rule::line_op)
                        && node.as_str() == word =>
                {
                    kids.next();
                }
                Some(_) | None => break,
            }
        }
        self.height = height;
        Expr {
            kind: ExprKind::Logic { op, operands },
            span,
        }
    }

    /// Refuses `a < b < c`.
    fn chained(&mut self, before: &mut Option<Span>, place: Span) {
        if before.is_some() {
            let help = "join two comparisons, for example `a <= x and x <= b`";
            self.problem(
                "chained-comparison",
                place,
                "comparisons do not chain",
                help,
            );
        }
        *before = Some(place);
    }

    /// Leaves out an expression that has grown too high, and says so once.
    pub(super) fn capped(&mut self, expr: Expr, height: &mut u32) -> Expr {
        if *height <= HEIGHT {
            return expr;
        }
        *height = 1;
        if !std::mem::replace(&mut self.deep, true) {
            let help = "give a part of it a name with `let`";
            self.problem(
                "too-deep",
                Span::at(expr.span.start),
                "this expression has too many levels",
                help,
            );
        }
        Expr {
            kind: ExprKind::Null,
            span: expr.span,
        }
    }

    fn is(&mut self, operand: Expr, node: Node) -> Expr {
        let span = operand.span.to(self.span(&node));
        let height = self.height;
        let mut kids = Kids::of(node);
        let negated = kids.opt(Rule::not).is_some();
        let word = kids.need();
        let since = kids
            .next()
            .map(|since| (self.span(&since), Box::new(self.expr(since))));
        self.height = height.max(self.height);
        let mut place = self.span(&word);
        let state = match word.as_str() {
            "present" => StateWord::Present,
            "blank" => StateWord::Blank,
            "empty" => StateWord::Empty,
            "stale" => StateWord::Stale,
            "missing" => StateWord::Missing,
            "malformed" => StateWord::Malformed,
            "mismatched" => StateWord::Mismatched,
            "future" => StateWord::Future,
            "awaited" => StateWord::Awaited,
            "unknown" => StateWord::Unknown,
            "pass" => StateWord::Pass,
            "fail" => StateWord::Fail,
            "pending" => StateWord::Pending,
            "waived" => StateWord::Waived,
            "given" => {
                place = since.as_ref().map_or(place, |(span, _)| place.to(*span));
                StateWord::Given {
                    since: since.map(|(_, since)| since),
                }
            }
            _ => stray(&word),
        };
        let state = Spanned {
            node: state,
            span: place,
        };
        Expr {
            kind: ExprKind::Is {
                operand: Box::new(operand),
                negated,
                state,
            },
            span,
        }
    }

    /// Prefixes, one operand, and what stands directly behind it.
    fn operand(&mut self, kids: &mut Kids, least: Level) -> Expr {
        let mut prefixes = Vec::new();
        while let Some(node) = kids.opt(Rule::minus).or_else(|| kids.opt(Rule::not)) {
            let op = if node.as_rule() == Rule::not {
                UnaryOp::Not
            } else {
                UnaryOp::Negate
            };
            prefixes.push(self.at(&node, op));
        }
        let Some(inner) = prefixes.last().map(|op| op.node) else {
            return self.postfix(kids);
        };
        let mut expr = match inner {
            UnaryOp::Not => self.climb(kids, Level::Compare),
            UnaryOp::Negate => self.climb(kids, Level::Default),
        };
        let mut height = self.height;
        for op in prefixes.into_iter().rev() {
            if op.node == UnaryOp::Not && least > Level::Not {
                let help = "put `not` and what follows it in parentheses";
                self.problem(
                    "syntax",
                    op.span,
                    "`not` cannot stand behind an operator",
                    help,
                );
            }
            let span = op.span.to(expr.span);
            height += 1;
            let kind = ExprKind::Unary {
                op,
                operand: Box::new(expr),
            };
            expr = self.capped(Expr { kind, span }, &mut height);
        }
        self.height = height;
        expr
    }

    fn postfix(&mut self, kids: &mut Kids) -> Expr {
        let mut expr = self.primary(kids.need());
        let mut height = self.height;
        while let Some(rule) = kids.peek() {
            if matches!(rule, Rule::op | Rule::line_op | Rule::sum_op | Rule::is) {
                break;
            }
            let node = kids.need();
            self.height = 0;
            expr = self.step(expr, node);
            height = if rule == Rule::dotted {
                height + self.height
            } else {
                height.max(self.height) + 1
            };
            expr = self.capped(expr, &mut height);
        }
        self.height = height;
        expr
    }
}
