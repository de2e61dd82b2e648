//! Arithmetic, defaults and conversions. Knows which dimensions go together; computes only what is constant.

use rolloutc_runtime::ir::{Arith, Const, Node, NodeId};
use rolloutc_runtime::number::Number;
use rolloutc_runtime::ty::{Shape, Ty};

use crate::check::types::dimension;
use crate::check::units::{example_unit, is_plain, quote};
use crate::check::{Checker, Place, Scope, Typed, say};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{self, BinaryOp, ExprKind};

impl<'a> Checker<'a> {
    /// `-x`
    pub(super) fn negate(
        &mut self,
        operand: &ast::Expr,
        want: Option<&Ty>,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        if let ExprKind::Number(number) = &operand.kind {
            return self.number_literal(number, true, at);
        }
        let typed = self.expr(operand, want, scope);
        if typed.ty == Ty::Nothing {
            return self.poison(at);
        }
        if !typed.ty.required().is_numeric() {
            let said = quote(self.source(self.at(scope, operand.span)));
            let message = format!(
                "{said} is {}, only a number has a minus",
                say(self, &typed.ty)
            );
            self.report(Diagnostic::error("type-mismatch", at, message));
            return self.poison(at);
        }
        if let Some(Const::Number(n)) = self.as_const(&typed)
            && let Some(negative) = Number::ZERO.sub(n)
        {
            return self.push(Node::Const(Const::Number(negative)), typed.ty, at);
        }
        self.push(Node::Neg(typed.node), typed.ty, at)
    }

    /// `a + b` and the like.
    pub(super) fn binary(
        &mut self,
        op: &ast::Spanned<BinaryOp>,
        left: &ast::Expr,
        right: &ast::Expr,
        want: Option<&Ty>,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        if op.node == BinaryOp::Default {
            return self.default(left, right, want, at, scope);
        }
        let pass = want.filter(|w| matches!(w.required(), Ty::List(_) | Ty::Rows { .. }));
        let l = self.expr(left, pass, scope);
        let r = self.expr(
            right,
            pass.or(Some(&l.ty))
                .filter(|w| matches!(w.required(), Ty::List(_))),
            scope,
        );
        if l.ty == Ty::Nothing || r.ty == Ty::Nothing {
            return self.poison(at);
        }
        let (lt, rt) = (l.ty.required().clone(), r.ty.required().clone());
        let listed = |ty: &Ty| matches!(ty, Ty::List(_) | Ty::Rows { .. });
        let places = (self.at(scope, left.span), self.at(scope, right.span));
        match op.node {
            BinaryOp::Minus => self.set_minus(l, r, places, at),
            BinaryOp::Add if listed(&lt) && listed(&rt) => self.append(l, r, places, at),
            BinaryOp::Add => match (&lt, &rt) {
                (Ty::Text, Ty::Text) => {
                    let found = Diagnostic::error("type-mismatch", at, "texts are not added");
                    self.report(found.help("write one text with holes: `\"{a}{b}\"`"));
                    self.poison(at)
                }
                _ => self.numeric(Arith::Add, l, r, places, at),
            },
            BinaryOp::Subtract => self.numeric(Arith::Sub, l, r, places, at),
            BinaryOp::Multiply => self.numeric(Arith::Mul, l, r, places, at),
            BinaryOp::Divide => self.numeric(Arith::Div, l, r, places, at),
            BinaryOp::Default => self.poison(at),
        }
    }

    /// `a ?? b`: binds what `a` may lack.
    fn default(
        &mut self,
        left: &ast::Expr,
        right: &ast::Expr,
        want: Option<&Ty>,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let l = self.expr(left, want, scope);
        let inner = l.ty.required().clone();
        let slot = if inner == Ty::Nothing {
            want.cloned()
        } else {
            Some(inner.clone())
        };
        let r = self.expr(right, slot.as_ref(), scope);
        let right_at = self.at(scope, right.span);
        let r = if self.fits(&r.ty, &inner) {
            r
        } else {
            self.convert(&r, &inner, right_at).unwrap_or(r)
        };
        match self.join_ty(&inner, &r.ty) {
            Some(ty) => self.push(Node::Default(l.node, r.node), ty, at),
            None => {
                let places = (self.at(scope, left.span), right_at);
                self.two_sides(&l, &r, places, "??");
                self.poison(at)
            }
        }
    }

    /// Numbers, instants and dates.
    fn numeric(
        &mut self,
        op: Arith,
        l: Typed,
        r: Typed,
        places: (Place, Place),
        at: Place,
    ) -> Typed {
        let (lt, rt) = (l.ty.required().clone(), r.ty.required().clone());
        if matches!(op, Arith::Add | Arith::Sub)
            && rt == Ty::Ratio
            && matches!(lt, Ty::Duration | Ty::Bytes | Ty::Int | Ty::Number)
        {
            return self.relative(op, l, r, at);
        }
        match arith_ty(op, &lt, &rt) {
            Some(ty) => {
                if let (Some(Const::Number(a)), Some(Const::Number(b))) =
                    (self.as_const(&l), self.as_const(&r))
                    && let Some(value) = compute(op, a, b)
                {
                    return self.push(Node::Const(Const::Number(value)), ty, at);
                }
                self.push(Node::Arith(op, l.node, r.node), ty, at)
            }
            None => {
                let word = match op {
                    Arith::Add => "+",
                    Arith::Sub => "-",
                    Arith::Mul => "*",
                    Arith::Div => "/",
                };
                self.two_sides(&l, &r, places, word);
                self.poison(at)
            }
        }
    }

    /// `x + 10%`: so much more than `x`.
    fn relative(&mut self, op: Arith, l: Typed, r: Typed, at: Place) -> Typed {
        let one = self.push(Node::Const(Const::Number(Number::ONE)), Ty::Number, at);
        let factor = match self.as_const(&r) {
            Some(Const::Number(n)) => compute(op, Number::ONE, n),
            _ => None,
        };
        let factor = match factor {
            Some(n) => self.push(Node::Const(Const::Number(n)), Ty::Number, at),
            None => self.push(Node::Arith(op, one.node, r.node), Ty::Number, at),
        };
        let ty = if is_plain(&l.ty) {
            Ty::Number
        } else {
            l.ty.required().clone()
        };
        self.push(Node::Arith(Arith::Mul, l.node, factor.node), ty, at)
    }

    /// Lists one behind the other.
    fn append(&mut self, l: Typed, r: Typed, places: (Place, Place), at: Place) -> Typed {
        let (l, r) = self.alike(l, r, places);
        match self.join_ty(l.ty.required(), r.ty.required()) {
            Some(Ty::Rows { record, .. }) => {
                let shape = Shape::List;
                self.push(
                    Node::Arith(Arith::Add, l.node, r.node),
                    Ty::Rows { record, shape },
                    at,
                )
            }
            Some(ty) => {
                if let (Some(Const::List(mut a)), Some(Const::List(b))) =
                    (self.as_const(&l), self.as_const(&r))
                {
                    a.extend(b);
                    return self.push(Node::Const(Const::List(a)), ty, at);
                }
                self.push(Node::Arith(Arith::Add, l.node, r.node), ty, at)
            }
            None => {
                self.two_sides(&l, &r, places, "+");
                self.poison(at)
            }
        }
    }

    /// `a minus b`: a table or map stands for its keys.
    fn set_minus(&mut self, l: Typed, r: Typed, places: (Place, Place), at: Place) -> Typed {
        let l = self.keys_if_keyed(l, places.0);
        let r = self.keys_if_keyed(r, places.1);
        let (l, r) = self.alike(l, r, places);
        let listed = |ty: &Ty| matches!(ty.required(), Ty::List(_) | Ty::Rows { .. });
        match self.join_ty(l.ty.required(), r.ty.required()) {
            Some(ty) if listed(&l.ty) && listed(&r.ty) => {
                self.push(Node::Minus(l.node, r.node), ty, at)
            }
            _ => {
                self.two_sides(&l, &r, places, "minus");
                self.poison(at)
            }
        }
    }

    /// Makes words of an inline table texts where the other side is text.
    pub(super) fn alike(
        &mut self,
        l: Typed,
        r: Typed,
        (l_at, r_at): (Place, Place),
    ) -> (Typed, Typed) {
        let (lt, rt) = (l.ty.required().clone(), r.ty.required().clone());
        let l = if self.fits(&lt, &rt) {
            l
        } else {
            self.convert(&l, &rt, l_at).unwrap_or(l)
        };
        let r = if self.fits(&rt, l.ty.required()) {
            r
        } else {
            self.convert(&r, &lt, r_at).unwrap_or(r)
        };
        (l, r)
    }

    /// The keys of a table or map; anything else as it is.
    pub(super) fn keys_if_keyed(&mut self, typed: Typed, at: Place) -> Typed {
        match self.key_ty(&typed.ty) {
            Some(key) => self.keys(typed.node, key, at),
            None => typed,
        }
    }

    /// The type of the keys of a table or map.
    pub(super) fn key_ty(&self, ty: &Ty) -> Option<Ty> {
        match ty.required() {
            Ty::Rows {
                record,
                shape: Shape::Table { key } | Shape::Map { key },
            } => Some(
                self.records[record.0 as usize]
                    .fields
                    .get(*key as usize)?
                    .ty
                    .clone(),
            ),
            _ => None,
        }
    }

    /// `keys(rows)`; of an inline table a constant.
    pub(super) fn keys(&mut self, rows: NodeId, key: Ty, at: Place) -> Typed {
        let ty = Ty::List(Box::new(key));
        if let (
            Some(Const::Rows(_, rows)),
            Ty::Rows {
                shape: Shape::Table { key },
                ..
            },
        ) = (self.const_of(rows), self.node_ty(rows).clone())
        {
            let keys = rows.into_iter().filter_map(|mut row| {
                let key = key as usize;
                (key < row.len()).then(|| row.swap_remove(key))
            });
            let keys = Const::List(keys.collect());
            return self.push(Node::Const(keys), ty, at);
        }
        self.push(Node::Call("keys".to_string(), vec![rows]), ty, at)
    }

    /// `x in ms`
    pub(super) fn in_unit(
        &mut self,
        operand: &ast::Expr,
        unit: &ast::UnitName,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let typed = self.expr(operand, None, scope);
        if typed.ty == Ty::Nothing {
            return self.poison(at);
        }
        let unit = self.unit(unit);
        if dimension(typed.ty.required()) == Some(unit.dimension()) {
            return self.push(
                Node::InUnit(typed.node, unit),
                like(&typed.ty, Ty::Number),
                at,
            );
        }
        let said = quote(self.source(self.at(scope, operand.span)));
        let message = format!(
            "{said} is {}, which has no `{}`",
            say(self, typed.ty.required()),
            unit.word()
        );
        let found = Diagnostic::error("unit-mismatch", at, message);
        let found = match dimension(typed.ty.required()) {
            Some(other) => found.help(format!(
                "it is counted in `{}` and the like",
                example_unit(other).word()
            )),
            None if is_plain(&typed.ty) => found.help(format!(
                "`in` takes a unit off; to put one on write `* 1{}`",
                unit.suffix()
            )),
            None => found,
        };
        self.report(found);
        self.poison(at)
    }

    /// `x as number`
    pub(super) fn cast(
        &mut self,
        operand: &ast::Expr,
        to: &ast::Spanned<ast::CastWord>,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let typed = self.expr(operand, None, scope);
        if typed.ty == Ty::Nothing {
            return self.poison(at);
        }
        let from = typed.ty.required().clone();
        let plain = matches!(from, Ty::Int | Ty::Number | Ty::Ratio | Ty::Text);
        let (ty, fits) = match to.node {
            ast::CastWord::Number => (Ty::Number, plain),
            ast::CastWord::Int => (Ty::Int, matches!(from, Ty::Int | Ty::Number | Ty::Text)),
            ast::CastWord::Ratio => (Ty::Ratio, plain),
            ast::CastWord::Text => {
                let fits = !matches!(
                    from,
                    Ty::Record(_) | Ty::Rows { .. } | Ty::List(_) | Ty::Secret
                );
                (Ty::Text, fits)
            }
        };
        if fits {
            return self.push(Node::As(typed.node), like(&typed.ty, ty), at);
        }
        let said = quote(self.source(self.at(scope, operand.span)));
        let message = format!(
            "{said} is {}, which does not become {}",
            say(self, &from),
            say(self, &ty)
        );
        let found = Diagnostic::error("type-mismatch", at, message);
        let found = match dimension(&from) {
            Some(unit) => found.help(format!(
                "say in which unit: `in {}`",
                example_unit(unit).word()
            )),
            None => found,
        };
        self.report(found);
        self.poison(at)
    }

    /// `D plus 12 months`
    pub(super) fn plus(
        &mut self,
        operand: &ast::Expr,
        amount: &ast::Expr,
        unit: &ast::Spanned<ast::CalendarUnit>,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let typed = self.expr(operand, None, scope);
        let amount = self.int(amount, scope);
        let ty = match typed.ty.required() {
            ty @ (Ty::Instant | Ty::Date) => ty.clone(),
            Ty::Nothing => return self.poison(at),
            other => {
                let said = quote(self.source(self.at(scope, operand.span)));
                let message = format!(
                    "{said} is {}, only instants and dates go on by days, months and years",
                    say(self, other)
                );
                self.report(Diagnostic::error("type-mismatch", at, message));
                return self.poison(at);
            }
        };
        let node = match unit.node {
            ast::CalendarUnit::Days => Node::PlusDays(typed.node, amount),
            ast::CalendarUnit::Months => Node::PlusMonths(typed.node, amount),
            ast::CalendarUnit::Years => Node::PlusYears(typed.node, amount),
        };
        self.push(node, ty, at)
    }

    /// `D at 06:00 in "Europe/Berlin"`
    pub(super) fn at_clock(
        &mut self,
        operand: &ast::Expr,
        clock: &ast::Spanned<ast::Clock>,
        zone: &ast::Str,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let typed = self.expr(operand, None, scope);
        let zone = self.zone(zone, scope);
        if !matches!(typed.ty.required(), Ty::Instant | Ty::Date | Ty::Nothing) {
            let said = quote(self.source(self.at(scope, operand.span)));
            let message = format!(
                "{said} is {}, only a day has a time of day",
                say(self, &typed.ty)
            );
            self.report(Diagnostic::error("type-mismatch", at, message));
        }
        let minute = u16::from(clock.hour) * 60 + u16::from(clock.minute);
        match zone {
            Some(zone) => self.push(Node::AtClock(typed.node, minute, zone), Ty::Instant, at),
            None => self.poison(at),
        }
    }

    /// A zone of the embedded database.
    pub fn zone(&mut self, zone: &ast::Str, scope: &Scope) -> Option<String> {
        let name = zone.as_str();
        if crate::zones::zone(name).is_ok() {
            self.zones.insert(name.to_string());
            return Some(name.to_string());
        }
        let known: Vec<String> = crate::zones::names().map(String::from).collect();
        let at = self.at(scope, zone.span);
        let found = Diagnostic::error(
            "unknown-zone",
            at,
            format!("there is no time zone `{name}`"),
        );
        let exact = known.iter().find(|k| k.eq_ignore_ascii_case(name));
        let near = exact
            .map(|k| k.as_str())
            .or_else(|| crate::check::names::nearest(name, &known));
        let found = match near {
            Some(near) => {
                let text = format!("\"{near}\"");
                found.label(format!("did you mean `{near}`?")).fix(
                    format!("write `{near}`"),
                    false,
                    vec![(zone.span, text)],
                )
            }
            None => {
                found.help("zones are called by area and city, such as `Europe/Berlin`, or `UTC`")
            }
        };
        self.report(found);
        None
    }
}

/// A type with the `?` of another.
fn like(of: &Ty, ty: Ty) -> Ty {
    match of {
        Ty::Optional(_) => Ty::Optional(Box::new(ty)),
        _ => ty,
    }
}

/// The type of a sum, difference, product or quotient.
fn arith_ty(op: Arith, l: &Ty, r: &Ty) -> Option<Ty> {
    let plain = |ty: &Ty| matches!(ty, Ty::Int | Ty::Number);
    let both = if *l == Ty::Int && *r == Ty::Int {
        Ty::Int
    } else {
        Ty::Number
    };
    Some(match (op, l, r) {
        (Arith::Add, Ty::Instant, Ty::Duration) | (Arith::Sub, Ty::Instant, Ty::Duration) => {
            Ty::Instant
        }
        (Arith::Add, Ty::Duration, Ty::Instant) => Ty::Instant,
        (Arith::Sub, Ty::Instant, Ty::Instant) => Ty::Duration,
        (Arith::Add | Arith::Sub, l, r) if plain(l) && plain(r) => both,
        (Arith::Add | Arith::Sub, l, r) if l == r && dimension(l).is_some() => l.clone(),
        (Arith::Mul, l, r) if plain(l) && plain(r) => both,
        (Arith::Mul, l, r) if plain(r) && dimension(l).is_some() => l.clone(),
        (Arith::Mul, l, r) if plain(l) && dimension(r).is_some() => r.clone(),
        (Arith::Mul, Ty::Ratio, r) if dimension(r).is_some() => r.clone(),
        (Arith::Mul, l, Ty::Ratio) if dimension(l).is_some() => l.clone(),
        (Arith::Div, l, r) if plain(l) && (plain(r) || *r == Ty::Ratio) => Ty::Number,
        (Arith::Div, l, r) if l == r && dimension(l).is_some() => Ty::Number,
        (Arith::Div, l, r) if dimension(l).is_some() && (plain(r) || *r == Ty::Ratio) => l.clone(),
        _ => return None,
    })
}

/// Constant arithmetic; nothing where it does not fit or divides by zero.
fn compute(op: Arith, a: Number, b: Number) -> Option<Number> {
    match op {
        Arith::Add => a.add(b),
        Arith::Sub => a.sub(b),
        Arith::Mul => a.mul(b),
        Arith::Div => a.div(b),
    }
}
