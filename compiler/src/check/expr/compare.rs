//! Comparisons, membership, set and text operators. Knows which two sides go together.

use rolloutc_runtime::ir::{Cmp, Const, Node, SetOp};
use rolloutc_runtime::ty::Ty;

use crate::check::units::quote;
use crate::check::{Checker, Def, Place, Scope, Typed, say};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{self, CompareOp};

impl<'a> Checker<'a> {
    /// `a <= b`, `a in b`, `a covers b`
    pub(super) fn compare(
        &mut self,
        op: &ast::Spanned<CompareOp>,
        left: &ast::Expr,
        right: &ast::Expr,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let places = (self.at(scope, left.span), self.at(scope, right.span));
        let cmp = match op.node {
            CompareOp::Equal => Cmp::Eq,
            CompareOp::Unequal => Cmp::Ne,
            CompareOp::Less => Cmp::Lt,
            CompareOp::AtMost => Cmp::Le,
            CompareOp::Greater => Cmp::Gt,
            CompareOp::AtLeast => Cmp::Ge,
            CompareOp::In => return self.within_list(left, right, false, places, at, scope),
            CompareOp::NotIn => return self.within_list(left, right, true, places, at, scope),
            CompareOp::Matches => return self.matches(left, right, at, scope),
            CompareOp::StartsWith | CompareOp::EndsWith => {
                let l = self.value(left, &Ty::Text, scope);
                let r = self.value(right, &Ty::Text, scope);
                let node = match op.node {
                    CompareOp::StartsWith => Node::StartsWith(l, r),
                    _ => Node::EndsWith(l, r),
                };
                return self.push(node, Ty::Bool, at);
            }
            CompareOp::Covers => return self.sets(SetOp::Covers, left, right, places, at, scope),
            CompareOp::Exactly => return self.sets(SetOp::Exactly, left, right, places, at, scope),
            CompareOp::SubsetOf => {
                return self.sets(SetOp::SubsetOf, left, right, places, at, scope);
            }
        };
        let (l, r) = self.sides(left, right, |ty| ty.required().clone(), scope);
        let (node, fine) = self.compared(cmp, &l, &r, places, at);
        if fine {
            self.push(node, Ty::Bool, at)
        } else {
            self.poison(at)
        }
    }

    /// A comparison of two checked sides: `false` where it was reported.
    pub fn compared(
        &mut self,
        cmp: Cmp,
        l: &Typed,
        r: &Typed,
        places: (Place, Place),
        at: Place,
    ) -> (Node, bool) {
        let (l, r) = self.alike(l.clone(), r.clone(), places);
        let node = Node::Compare(cmp, l.node, r.node);
        let (lt, rt) = (l.ty.required().clone(), r.ty.required().clone());
        if lt == Ty::Nothing || rt == Ty::Nothing {
            let fine = self.null_sides(cmp, &l, &r, places);
            return (node, fine);
        }
        if !self.fits(&lt, &rt) && !self.fits(&rt, &lt) {
            self.two_sides(&l, &r, places, cmp_word(cmp));
            return (node, false);
        }
        if lt == Ty::Secret || rt == Ty::Secret {
            self.report(Diagnostic::error(
                "type-mismatch",
                at,
                "a secret is not compared",
            ));
            return (node, false);
        }
        let ordered = lt.is_numeric() || matches!(lt, Ty::Version | Ty::Instant | Ty::Date);
        if !ordered && !matches!(cmp, Cmp::Eq | Cmp::Ne) {
            let said = quote(self.source(places.0));
            let message = format!("{said} is {}, which has no order", say(self, &lt));
            let found = Diagnostic::error("type-mismatch", at, message);
            let found = match lt {
                Ty::Text => {
                    found.help("a text of dotted numbers is ordered when its type is `version`")
                }
                _ => found.help("compare it with `==` or `in`"),
            };
            self.report(found);
            return (node, false);
        }
        (node, true)
    }

    /// `x == null`: whether null has an order there, and whether the other side can be null at all.
    fn null_sides(&mut self, cmp: Cmp, l: &Typed, r: &Typed, places: (Place, Place)) -> bool {
        let literal =
            |c: &Self, side: &Typed| matches!(c.node(side.node), Node::Const(Const::Null));
        let (null, other, at) = match (literal(self, l), literal(self, r)) {
            (false, false) => return true,
            (_, true) => (places.1, l, places.0),
            (true, false) => (places.0, r, places.1),
        };
        if !matches!(cmp, Cmp::Eq | Cmp::Ne) {
            self.report(
                Diagnostic::error("type-mismatch", null, "`null` has no order")
                    .help("ask `is present` for what may be missing"),
            );
            return false;
        }
        if !matches!(other.ty, Ty::Optional(_) | Ty::Nothing) {
            let said = quote(self.source(at));
            let message = format!("{said} is {}, which is never null", say(self, &other.ty));
            self.report(
                Diagnostic::error("type-mismatch", at, message)
                    .help("behind its type a `?` says that it may be absent or null"),
            );
            return false;
        }
        true
    }

    /// Both sides; the one that says its type lends it to the other, so that bare members are known on either side.
    fn sides(
        &mut self,
        left: &ast::Expr,
        right: &ast::Expr,
        lend: impl Fn(&Ty) -> Ty,
        scope: &Scope,
    ) -> (Typed, Typed) {
        if self.is_word(left, scope) && !self.is_word(right, scope) {
            let r = self.expr(right, None, scope);
            let want = lend(&r.ty);
            let l = self.expr(left, Some(&want), scope);
            (l, r)
        } else {
            let l = self.expr(left, None, scope);
            let want = lend(&l.ty);
            let r = self.expr(right, Some(&want), scope);
            (l, r)
        }
    }

    /// `x in list`: a table or map stands for its keys.
    fn within_list(
        &mut self,
        left: &ast::Expr,
        right: &ast::Expr,
        negated: bool,
        places: (Place, Place),
        at: Place,
        scope: &Scope,
    ) -> Typed {
        if let Some((Def::Phase(_), _)) = self.def_of(right.bare(), scope) {
            let message = format!("`{}` is a phase, not a list", self.source(places.1));
            self.report(
                Diagnostic::error("type-mismatch", places.1, message)
                    .help("here `in` asks for membership; put the `in` clause before the condition or on its own line"),
            );
            return self.poison(at);
        }
        let (l, r) = if self.is_word(left, scope) && !self.is_word(right, scope) {
            let r = self.expr(right, None, scope);
            let want = self.held(&r.ty);
            (self.expr(left, want.as_ref(), scope), r)
        } else {
            let l = self.expr(left, None, scope);
            let want = Ty::List(Box::new(l.ty.required().clone()));
            (l, self.expr(right, Some(&want), scope))
        };
        if l.ty == Ty::Nothing || r.ty == Ty::Nothing {
            return self.poison(at);
        }
        if *l.ty.required() == Ty::Text && *r.ty.required() == Ty::Text {
            let node = self.push(Node::In(l.node, r.node), Ty::Bool, at);
            return if negated {
                self.push(Node::Not(node.node), Ty::Bool, at)
            } else {
                node
            };
        }
        let Some(inner) = self.held(&r.ty) else {
            let message = format!(
                "{} is {}, not a list",
                quote(self.source(places.1)),
                say(self, &r.ty)
            );
            let found = Diagnostic::error("type-mismatch", places.1, message);
            let found = match r.ty.required() {
                Ty::Text => found.help("a text is searched with `matches`, `starts with` or `ends with`; a zone stands in a clause of its own, on its own line"),
                _ => found.help("`in` asks for membership in a list, a table's keys or an enum"),
            };
            self.report(found);
            return self.poison(at);
        };
        // Of words and texts, the words become texts.
        let l = if self.fits(&l.ty, &inner) {
            l
        } else {
            self.convert(&l, &inner, places.0).unwrap_or(l)
        };
        let r = self.words_as_texts(r, *l.ty.required() == Ty::Text, places.1);
        let inner = self.held(&r.ty).unwrap_or(Ty::Nothing);
        if !self.fits(&l.ty, &inner) && !self.fits(&inner, &l.ty) {
            let message = format!(
                "{} is {}, {} holds {}",
                quote(self.source(places.0)),
                say(self, l.ty.required()),
                quote(self.source(places.1)),
                say(self, inner.required())
            );
            self.report(Diagnostic::error("type-mismatch", places.0, message));
            return self.poison(at);
        }
        let node = self.push(Node::In(l.node, r.node), Ty::Bool, at);
        if negated {
            self.push(Node::Not(node.node), Ty::Bool, at)
        } else {
            node
        }
    }

    /// The type of an element of a list or of rows.
    pub(super) fn element(&self, ty: &Ty) -> Option<Ty> {
        match ty.required() {
            Ty::List(inner) => Some((**inner).clone()),
            Ty::Rows { record, .. } => Some(Ty::Record(*record)),
            _ => None,
        }
    }

    /// What membership is asked of: elements; of a table or map its keys.
    fn held(&self, ty: &Ty) -> Option<Ty> {
        self.key_ty(ty).or_else(|| self.element(ty))
    }

    /// `x matches "…"`
    fn matches(&mut self, left: &ast::Expr, right: &ast::Expr, at: Place, scope: &Scope) -> Typed {
        let l = self.value(left, &Ty::Text, scope);
        let right_at = self.at(scope, right.span);
        let pattern = match &right.bare().kind {
            ast::ExprKind::Text(text) => self.plain(text),
            _ => None,
        };
        let Some(pattern) = pattern else {
            self.report(
                Diagnostic::error(
                    "bad-pattern",
                    right_at,
                    "a pattern is a text that stands in the policy",
                )
                .help("write `matches \"…\"`"),
            );
            return self.poison(at);
        };
        if let Err(why) = rolloutc_runtime::pattern::compile(&pattern) {
            self.report(
                Diagnostic::error("bad-pattern", right_at, format!("this pattern is broken: {why}"))
                    .help("a pattern speaks of the whole text: letters, `.`, `[a-z]`, `( | )`, and `* + ? {n,m}` behind them"),
            );
            return self.poison(at);
        }
        self.push(Node::Matches(l, pattern), Ty::Bool, at)
    }

    /// What a text says where braces are braces.
    fn plain(&self, text: &ast::Text) -> Option<String> {
        let mut out = String::new();
        for part in &text.parts {
            match part {
                ast::Part::Literal(literal) => out.push_str(literal),
                ast::Part::Hole(_) | ast::Part::For(_) => return None,
            }
        }
        Some(out)
    }

    /// `covers`, `exactly`, `subset of`
    fn sets(
        &mut self,
        op: SetOp,
        left: &ast::Expr,
        right: &ast::Expr,
        places: (Place, Place),
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let (l, r) = if self.is_word(left, scope) && !self.is_word(right, scope) {
            let r = self.expr(right, None, scope);
            let want = self.set_ty(&r.ty);
            (self.expr(left, want.as_ref(), scope), r)
        } else {
            let l = self.expr(left, None, scope);
            let unknown = (l.ty == Ty::Nothing).then(|| Ty::List(Box::new(Ty::Nothing)));
            let want = self.set_ty(&l.ty).or(unknown);
            (l, self.expr(right, want.as_ref(), scope))
        };
        if l.ty == Ty::Nothing || r.ty == Ty::Nothing {
            return self.poison(at);
        }
        let texts = Ty::List(Box::new(Ty::Text));
        if op == SetOp::Covers && *l.ty.required() == Ty::Text && self.fits(&r.ty, &texts) {
            return self.push(Node::Set(op, l.node, r.node), Ty::Bool, at);
        }
        for (side, place) in [(&l, places.0), (&r, places.1)] {
            if self.element(&side.ty).is_none() {
                let message = format!(
                    "{} is {}, not a list",
                    quote(self.source(place)),
                    say(self, side.ty.required())
                );
                let help =
                    "both sides are lists, enums, or tables and maps, which stand for their keys";
                self.report(Diagnostic::error("type-mismatch", place, message).help(help));
                return self.poison(at);
            }
        }
        let is_text = |c: &Self, side: &Typed| c.held(&side.ty) == Some(Ty::Text);
        let (l_text, r_text) = (is_text(self, &l), is_text(self, &r));
        let l = self.words_as_texts(l, r_text, places.0);
        let r = self.words_as_texts(r, l_text, places.1);
        let (a, b) = (self.set_ty(&l.ty), self.set_ty(&r.ty));
        let fine = a
            .zip(b)
            .is_some_and(|(a, b)| self.join_ty(&a, &b).is_some());
        if !fine {
            let word = match op {
                SetOp::Covers => "covers",
                SetOp::Exactly => "exactly",
                SetOp::SubsetOf => "subset of",
            };
            self.two_sides(&l, &r, places, word);
            return self.poison(at);
        }
        self.push(Node::Set(op, l.node, r.node), Ty::Bool, at)
    }

    /// What one side of a set operator holds, as a list: of a table or map its keys.
    fn set_ty(&self, ty: &Ty) -> Option<Ty> {
        Some(Ty::List(Box::new(self.held(ty)?)))
    }

    /// Words of an inline table as texts, where the other side is text.
    fn words_as_texts(&mut self, side: Typed, is_text: bool, at: Place) -> Typed {
        let texts = Ty::List(Box::new(Ty::Text));
        match self.set_ty(&side.ty) {
            Some(Ty::List(inner)) if is_text => match *inner {
                Ty::Enum(id) if self.cache.words.contains(&id) => {
                    let keys = self.keys_if_keyed(side.clone(), at);
                    self.convert(&keys, &texts, at).unwrap_or(side)
                }
                _ => side,
            },
            _ => side,
        }
    }
}

/// How a comparison is written.
fn cmp_word(cmp: Cmp) -> &'static str {
    match cmp {
        Cmp::Eq => "==",
        Cmp::Ne => "!=",
        Cmp::Lt => "<",
        Cmp::Le => "<=",
        Cmp::Gt => ">",
        Cmp::Ge => ">=",
    }
}

impl<'a> Checker<'a> {
    /// The value of a constant that is a text.
    pub fn const_text(&self, typed: &Typed) -> Option<String> {
        match self.as_const(typed) {
            Some(Const::Text(text)) => Some(text),
            _ => None,
        }
    }
}
