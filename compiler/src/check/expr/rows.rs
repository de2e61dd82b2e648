//! Binders and everything that walks over rows: quantifiers, selections, aggregates, `last`, series.

use rolloutc_runtime::ir::{
    self, Aggregate, CountKind, LocalId, Node, NodeId, Over, Quant, SeriesFn,
};
use rolloutc_runtime::ty::{Shape, Ty};

use crate::check::units::quote;
use crate::check::{Checker, Place, Scope, Typed, say};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{self, ExprKind, Measure, NumberValue, Quantifier};

impl<'a> Checker<'a> {
    /// Binders with their filter, and the scope of what they range over.
    pub fn bind(&mut self, bind: &ast::Bind, scope: &Scope) -> (ir::Bind, Scope) {
        let (bound, inner, _) = self.bind_typed(bind, scope);
        (bound, inner)
    }

    /// Binders with the types of their sources.
    fn bind_typed(&mut self, bind: &ast::Bind, scope: &Scope) -> (ir::Bind, Scope, Vec<Ty>) {
        let mut inner = scope.clone();
        let mut out = ir::Bind {
            vars: Vec::new(),
            filter: None,
            may_be_empty: bind.may_be_empty.is_some(),
            source_may_be_empty: Vec::new(),
        };
        let mut types = Vec::new();
        for binder in &bind.binders {
            let at = self.at(scope, binder.name.span);
            let rows = self.expr(&binder.source, None, &inner);
            let (local, row) = self.row(&rows, &binder.source, &inner, at);
            out.vars.push((local, rows.node));
            out.source_may_be_empty.push(self.may_be_empty(rows.node));
            types.push(rows.ty.required().clone());
            self.value_name(&binder.name, scope);
            inner.add(&binder.name.text, row, at);
        }
        out.filter = bind.filter.as_ref().map(|f| self.condition(f, &inner));
        (out, inner, types)
    }

    /// A local for one row of a source.
    pub fn row(
        &mut self,
        rows: &Typed,
        source: &ast::Expr,
        scope: &Scope,
        at: Place,
    ) -> (LocalId, Typed) {
        let local = self.local();
        let empty = self.may_be_empty(rows.node);
        self.cache.local_sources.insert(local.0, empty);
        let ty = match self.element(&rows.ty) {
            Some(ty) => ty,
            None => {
                if rows.ty != Ty::Nothing {
                    let place = self.at(scope, source.span);
                    let message = format!(
                        "{} is {}, there are no rows to go through",
                        quote(self.source(place)),
                        say(self, rows.ty.required())
                    );
                    let found = Diagnostic::error("no-rows", place, message);
                    let found = match rows.ty.required() {
                        Ty::Record(record) => {
                            let layout = &self.records[record.0 as usize];
                            let inside = layout.fields.iter().find(|f| matches!(f.ty, Ty::Rows { .. } | Ty::List(_)));
                            match inside {
                                Some(field) => found.help(format!("perhaps its `{}`: `{}.{}`", field.name, self.source(place), field.name)),
                                None => found.help("rows are lists, tables, maps, series and enums"),
                            }
                        }
                        _ => found.help("rows are lists, tables, maps, series and enums; membership in a call or list wants parentheses: `(x in xs)`"),
                    };
                    self.report(found);
                }
                Ty::Nothing
            }
        };
        let typed = self.push(Node::Local(local), ty, at);
        (local, typed)
    }

    /// Whether rows may be absent without being unknown: their item is declared `may be empty`, or they stand in the
    /// policy.
    pub fn may_be_empty(&self, node: NodeId) -> bool {
        match self.node(node) {
            Node::Const(_) | Node::List(_) => true,
            Node::Item(id) => self.item_may_be_empty(*id),
            Node::Field(of, _) | Node::Index(of, _) | Node::Last1(of) | Node::Shared(_, of) => {
                self.may_be_empty(*of)
            }
            Node::LastN(_, of, _) | Node::Minus(of, _) => self.may_be_empty(*of),
            Node::Let(_, _, body) => self.may_be_empty(*body),
            Node::Local(local) => self
                .cache
                .local_sources
                .get(&local.0)
                .copied()
                .unwrap_or(false),
            Node::Collect(bind, _) => bind.source_may_be_empty.iter().any(|e| *e),
            Node::Arith(_, a, b) | Node::Default(a, b) => {
                self.may_be_empty(*a) && self.may_be_empty(*b)
            }
            Node::Call(name, args) if name == "keys" => args.iter().all(|a| self.may_be_empty(*a)),
            Node::Param(_) => true,
            // A decision says all that there is to say, also that there is nothing.
            Node::Known(ir::Known::Decision) => true,
            _ => false,
        }
    }

    fn item_may_be_empty(&self, id: ir::ItemId) -> bool {
        let Some(decl) = self.ids.items.get(id.ix()) else {
            return true;
        };
        match &self.decl(*decl).kind {
            ast::DeclKind::Evidence(evidence) => {
                (evidence.items.iter()).any(|i| matches!(i.node, ast::FieldItem::MayBeEmpty))
            }
            _ => false,
        }
    }

    /// `all x in T where C : E`
    pub(super) fn quantified(
        &mut self,
        quantifier: &ast::Spanned<Quantifier>,
        comp: &ast::Comp,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let (bind, inner) = self.bind(&comp.bind, scope);
        let body = comp.body.as_ref().map(|b| self.condition(b, &inner));
        self.cache.scopes.insert(at, inner);
        let quant = match &quantifier.node {
            Quantifier::All => {
                if body.is_none() {
                    self.report(
                        Diagnostic::error(
                            "not-a-condition",
                            at,
                            "`all` does not say what holds of every row",
                        )
                        .help("write it behind a colon: `all x in xs : x.ok`"),
                    );
                }
                Quant::All
            }
            Quantifier::Any => Quant::Any,
            Quantifier::None => Quant::None,
            counted => {
                let (kind, n) = self.count_of(counted, None, scope);
                Quant::Count(kind, n)
            }
        };
        self.push(Node::Quant(quant, bind, body), Ty::Bool, at)
    }

    /// `all of a, b`
    pub(super) fn among(
        &mut self,
        quantifier: &ast::Spanned<Quantifier>,
        operands: &[ast::Expr],
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let nodes: Vec<NodeId> = operands.iter().map(|o| self.condition(o, scope)).collect();
        let quant = match &quantifier.node {
            Quantifier::All => Quant::All,
            Quantifier::Any => Quant::Any,
            Quantifier::None => Quant::None,
            counted => {
                let (kind, n) = self.count_of(counted, Some(nodes.len()), scope);
                Quant::Count(kind, n)
            }
        };
        self.push(Node::QuantOf(quant, nodes), Ty::Bool, at)
    }

    /// How many, of `at least n of`; `among` is how many there are, where that is known.
    pub fn count_of(
        &mut self,
        quantifier: &Quantifier,
        among: Option<usize>,
        scope: &Scope,
    ) -> (CountKind, u32) {
        let (kind, number) = match quantifier {
            Quantifier::AtLeast(n) => (CountKind::AtLeast, n),
            Quantifier::AtMost(n) => (CountKind::AtMost, n),
            Quantifier::Exactly(n) => (CountKind::Exactly, n),
            Quantifier::All | Quantifier::Any | Quantifier::None => return (CountKind::AtLeast, 1),
        };
        let at = self.at(scope, number.span);
        let Some(n) = self.natural(number, scope) else {
            return (kind, 1);
        };
        if n == 0 && kind == CountKind::AtLeast {
            let found = Diagnostic::error("vacuous", at, "at least none of them is always true");
            self.report(found.help("write how many it takes, from 1"));
        }
        if let Some(all) = among
            && n as usize > all
            && kind != CountKind::AtMost
        {
            let found = Diagnostic::error(
                "vacuous",
                at,
                format!("there are only {all} to choose from"),
            );
            self.report(found.help("this can never hold"));
        }
        (kind, n)
    }

    /// A count written in the policy.
    pub fn natural(&mut self, number: &ast::Number, scope: &Scope) -> Option<u32> {
        let found = match number.value {
            NumberValue::Int(n) => u32::try_from(n).ok(),
            _ => None,
        };
        if found.is_none() {
            let at = self.at(scope, number.span);
            let message = format!("`{}` is not a count", number.text);
            self.report(
                Diagnostic::error("type-mismatch", at, message).help("write a whole number"),
            );
        }
        found
    }

    /// `[x in xs where c : e]`
    pub(super) fn list_of(
        &mut self,
        comp: &ast::Comp,
        want: Option<&Ty>,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let (bind, inner, types) = self.bind_typed(&comp.bind, scope);
        let Some(body) = &comp.body else {
            return match types.as_slice() {
                [ty] => {
                    let ty = ty.clone();
                    self.push(Node::Collect(bind, None), ty, at)
                }
                _ => {
                    let found = Diagnostic::error(
                        "type-mismatch",
                        at,
                        "rows of several sources are no one thing",
                    );
                    self.report(
                        found.help("say what to take behind a colon: `[a in as, b in bs : a.id]`"),
                    );
                    self.poison(at)
                }
            };
        };
        let want = want.and_then(|w| self.element(w));
        let value = self.expr(body, want.as_ref(), &inner);
        let ty = match value.ty.clone() {
            Ty::Record(record) => Ty::Rows {
                record,
                shape: Shape::List,
            },
            other => Ty::List(Box::new(other)),
        };
        self.push(Node::Collect(bind, Some(value.node)), ty, at)
    }

    /// `count(x in xs where c)`, `sum(x in xs : x.n)`
    pub(super) fn aggregate(
        &mut self,
        kind: Aggregate,
        comp: &ast::Comp,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let (bind, inner) = self.bind(&comp.bind, scope);
        let Some(body) = &comp.body else {
            if kind == Aggregate::Count {
                return self.push(Node::Aggregate(kind, bind, None), Ty::Int, at);
            }
            let found = Diagnostic::error("wrong-arguments", at, "it does not say of what");
            self.report(found.help("say it behind a colon: `sum(x in xs : x.n)`"));
            return self.poison(at);
        };
        let body_at = self.at(scope, body.span);
        if kind == Aggregate::Count {
            let found = Diagnostic::error("wrong-arguments", body_at, "a count takes no value");
            self.report(found.help("say which rows count: `count(x in xs where …)`"));
        }
        let value = self.expr(body, None, &inner);
        let ty = value.ty.required().clone();
        let ordered =
            ty.is_numeric() || matches!(ty, Ty::Instant | Ty::Date | Ty::Version | Ty::Nothing);
        let fine = match kind {
            Aggregate::Count => true,
            Aggregate::Min | Aggregate::Max => ordered,
            Aggregate::Sum | Aggregate::Avg => ty.is_numeric() || ty == Ty::Nothing,
        };
        if !fine {
            let said = quote(self.source(body_at));
            let message = format!("{said} is {}, a number is wanted", say(self, &ty));
            self.report(Diagnostic::error("type-mismatch", body_at, message));
            return self.poison(at);
        }
        let ty = match (kind, ty) {
            (Aggregate::Count, _) => Ty::Int,
            (Aggregate::Avg, Ty::Int) => Ty::Number,
            (_, ty) => ty,
        };
        self.push(Node::Aggregate(kind, bind, Some(value.node)), ty, at)
    }

    /// `last 3 of xs by at`
    pub(super) fn last(
        &mut self,
        count: &ast::Expr,
        of: &ast::Expr,
        by: Option<&ast::Dotted>,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let count = self.int(count, scope);
        let rows = self.expr(of, None, scope);
        let of_at = self.at(scope, of.span);
        let (record, shape) = match rows.ty.required() {
            Ty::Rows { record, shape } => (*record, *shape),
            Ty::Nothing => return self.poison(at),
            other => {
                let message = format!(
                    "{} is {}, not rows",
                    quote(self.source(of_at)),
                    say(self, other)
                );
                self.report(Diagnostic::error("no-rows", of_at, message));
                return self.poison(at);
            }
        };
        let slot = match by.and_then(ast::Dotted::single) {
            Some(name) => {
                let name_at = self.at(scope, name.span);
                let Some(slot) = self.slot(record, &name.text) else {
                    self.unknown_member(record, &name.text, name_at);
                    return self.poison(at);
                };
                let ty = self.records[record.0 as usize].fields[slot as usize]
                    .ty
                    .clone();
                let ordered = ty.required().is_numeric()
                    || matches!(
                        ty.required(),
                        Ty::Instant | Ty::Date | Ty::Version | Ty::Nothing
                    );
                if !ordered {
                    let message =
                        format!("`{}` is {}, which has no order", name.text, say(self, &ty));
                    self.report(
                        Diagnostic::error("type-mismatch", name_at, message)
                            .help("order rows by an instant or a number"),
                    );
                }
                Some(slot)
            }
            None if by.is_some() => {
                let place = by.map_or(at, |b| self.at(scope, b.span));
                self.report(Diagnostic::error(
                    "unknown-member",
                    place,
                    "rows are ordered by a field of their own",
                ));
                return self.poison(at);
            }
            None if shape == Shape::Series => None,
            None => {
                let found = Diagnostic::error(
                    "wrong-arguments",
                    at,
                    "it does not say which rows are the last",
                );
                self.report(found.help("say by which field: `last 3 of rows by finished_at`"));
                return self.poison(at);
            }
        };
        let shape = Shape::List;
        self.push(
            Node::LastN(count, rows.node, slot),
            Ty::Rows { record, shape },
            at,
        )
    }

    /// `p95 of slo.p95 over 5m with at least 20 samples`
    pub(super) fn series(
        &mut self,
        measure: &ast::Spanned<Measure>,
        of: &ast::Expr,
        over: Option<&ast::Over>,
        samples: Option<&ast::Number>,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let over = match over {
            None => Over::All,
            Some(ast::Over::Time(e)) => Over::Duration(self.duration(e, scope)),
            Some(ast::Over::Cohort(_)) => Over::Cohort,
            Some(ast::Over::Phase(_)) => Over::Phase,
            Some(ast::Over::Rollout(_)) => Over::Rollout,
        };
        let samples = samples.and_then(|n| self.natural(n, scope));
        let measure_at = self.at(scope, measure.span);
        let function = match measure.node {
            Measure::Percentile(n) => match n {
                1..=99 => SeriesFn::Percentile(u16::try_from(n * 10).unwrap_or(1000)),
                100..=999 => SeriesFn::Percentile(u16::try_from(n).unwrap_or(1000)),
                _ => {
                    let found = Diagnostic::error(
                        "type-mismatch",
                        measure_at,
                        format!("there is no `p{n}`"),
                    );
                    self.report(
                        found.help("percentiles go from `p1` to `p99`, then `p991` to `p999`"),
                    );
                    return self.poison(at);
                }
            },
            Measure::Avg => SeriesFn::Avg,
            Measure::Min => SeriesFn::Min,
            Measure::Max => SeriesFn::Max,
            Measure::Sum => SeriesFn::Sum,
            Measure::Count => SeriesFn::Count,
            Measure::Rate => SeriesFn::Rate,
            Measure::Streak => SeriesFn::Streak,
            Measure::MaxGap => SeriesFn::MaxGap,
        };
        let Some((series, row, value)) = self.series_value(of, scope) else {
            return self.poison(at);
        };
        let ty = value.ty.required().clone();
        let place = self.at(scope, of.span);
        let (fine, wanted) = match function {
            SeriesFn::Count | SeriesFn::MaxGap => (true, ""),
            SeriesFn::Streak => (ty == Ty::Bool, "a condition"),
            _ => (ty.is_numeric(), "a number"),
        };
        if !fine && ty != Ty::Nothing {
            let message = format!(
                "{} is {}, {wanted} is wanted",
                quote(self.source(place)),
                say(self, &ty)
            );
            let found = Diagnostic::error("type-mismatch", place, message);
            let found = match ty {
                Ty::Record(_) => found.help("name the field: `… of live.p95`"),
                _ => found,
            };
            self.report(found);
            return self.poison(at);
        }
        let result = match function {
            SeriesFn::Count | SeriesFn::Streak => Ty::Int,
            SeriesFn::MaxGap => Ty::Duration,
            SeriesFn::Rate => Ty::Number,
            SeriesFn::Avg if ty == Ty::Int => Ty::Number,
            _ => ty,
        };
        let node = Node::Series {
            function,
            of: series.node,
            row,
            value: value.node,
            over,
            samples,
        };
        self.push(node, result, at)
    }

    /// `live.p95`: the series, a local for its row, and what to take of a row.
    fn series_value(&mut self, of: &ast::Expr, scope: &Scope) -> Option<(Typed, LocalId, Typed)> {
        let mut names = Vec::new();
        let mut base = of.bare();
        loop {
            // A module's name, an item: whatever is a declaration stays whole.
            if self.def_of(base, scope).is_some() {
                break;
            }
            match &base.kind {
                ExprKind::Field { of, name } => {
                    names.insert(0, name.clone());
                    base = of.bare();
                }
                _ => break,
            }
        }
        let mut series = self.expr(base, None, scope);
        let mut rest = names.into_iter();
        loop {
            if let Ty::Rows {
                record,
                shape: Shape::Series,
            } = *series.ty.required()
            {
                let at = self.at(scope, of.span);
                let local = self.local();
                self.cache.local_sources.insert(local.0, false);
                let mut value = self.push(Node::Local(local), Ty::Record(record), at);
                for name in rest {
                    let name_at = self.at(scope, name.span);
                    value = self.read_field(value, &name.text, name_at, at);
                }
                return Some((series, local, value));
            }
            let Some(name) = rest.next() else { break };
            let name_at = self.at(scope, name.span);
            series = self.read_field(series, &name.text, name_at, name_at);
        }
        if series.ty != Ty::Nothing {
            let at = self.at(scope, of.span);
            let message = format!(
                "{} is {}, not of a series",
                quote(self.source(at)),
                say(self, series.ty.required())
            );
            self.report(
                Diagnostic::error("type-mismatch", at, message)
                    .help("evidence with many samples is declared `evidence x: series { … }`; over a list write `max(list)`"),
            );
        }
        None
    }
}
