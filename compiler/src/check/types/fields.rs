//! Records and their fields: clauses, spreads, tails, and how a field is found in a document. Knows no values.

use rolloutc_runtime::ir::{self, Const, LinePart, LinePattern, Read};
use rolloutc_runtime::ty::{RecordId, Ty};
use rolloutc_runtime::unit::{Dimension, Unit};

use super::{Derived, Inherited, MapRow, RecordData};
use super::{dimension, inherited_at, inherited_observed, own_keys, paths, spelled};
use crate::check::{Checker, Def, Place, Scope, say};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, KeyCase};

impl<'a> Checker<'a> {
    /// A record from its clauses and fields. `outer` is how keys are spelled around it.
    pub fn fields(
        &mut self,
        name: &str,
        items: &'a [ast::Spanned<ast::FieldItem>],
        outer: KeyCase,
        tainted: bool,
        scope: &Scope,
    ) -> RecordId {
        let keys = own_keys(items).unwrap_or(outer);
        let mut record = ir::Record {
            name: name.to_string(),
            closed: false,
            fields: Vec::new(),
        };
        let mut data = RecordData::new(Vec::new());
        data.tainted = tainted;
        let (mut observed, mut about) = (None, Vec::new());
        for item in items {
            match &item.node {
                ast::FieldItem::Spread(dotted) => {
                    let Some(of) = self.spread(dotted, scope) else {
                        data.tainted = true;
                        continue;
                    };
                    let fields = self.records[of.0 as usize].fields.clone();
                    let from = self.data(of).clone();
                    for (field, place) in fields.into_iter().zip(from.places) {
                        let here = self.at(scope, dotted.span);
                        if self.is_new(&record, &data, &field.name, here) {
                            record.fields.push(field);
                            data.places.push(place);
                        }
                    }
                    data.derived.extend(from.derived);
                    data.tainted |= from.tainted;
                    observed = observed.or(from.observed);
                    about.extend(from.about);
                }
                ast::FieldItem::Field(field) => {
                    let at = self.at(scope, field.name.span);
                    if !self.is_new(&record, &data, &field.name.text, at) {
                        continue;
                    }
                    let made = self.field_of(field, name, keys, scope);
                    record.fields.push(made);
                    data.places.push(at);
                }
                ast::FieldItem::Let(derived) => {
                    let at = self.at(scope, derived.name.span);
                    if self.is_new(&record, &data, &derived.name.text, at) {
                        data.derived.push(Derived {
                            name: derived.name.text.clone(),
                            module: scope.module,
                            value: &derived.value,
                            at,
                        });
                    }
                }
                ast::FieldItem::Observed(node) => {
                    data.observed = Some(inherited_observed(
                        inherited_at(scope, keys, item.span),
                        node,
                    ))
                }
                ast::FieldItem::About(node) => {
                    let (module, keys, span) = inherited_at(scope, keys, item.span);
                    data.about.push(Inherited {
                        module,
                        keys,
                        node,
                        span,
                    });
                }
                ast::FieldItem::Closed => record.closed = true,
                ast::FieldItem::Keys(_)
                | ast::FieldItem::Fresh { .. }
                | ast::FieldItem::Timeless
                | ast::FieldItem::Since(_)
                | ast::FieldItem::MayBeEmpty => {}
            }
        }
        data.observed = data.observed.or(observed);
        let own: Vec<String> = data.about.iter().map(|a| a.node.what.to_string()).collect();
        data.about.extend(
            about
                .into_iter()
                .filter(|a| !own.contains(&a.node.what.to_string())),
        );
        self.new_record(record, data)
    }

    pub(super) fn spread(&mut self, dotted: &ast::Dotted, scope: &Scope) -> Option<RecordId> {
        match self.resolve(dotted, "a record", scope)? {
            Def::Record(decl) => self.record(decl, (scope.module, dotted.span)),
            other => {
                let at = self.at(scope, dotted.span);
                let message = format!("`{dotted}` is {}, not a record", other.say());
                self.report(Diagnostic::error("type-mismatch", at, message));
                None
            }
        }
    }

    pub(super) fn is_new(
        &mut self,
        record: &ir::Record,
        data: &RecordData<'a>,
        name: &str,
        at: Place,
    ) -> bool {
        let stored = record
            .fields
            .iter()
            .position(|f| f.name == name)
            .map(|i| data.places[i]);
        let derived = data.derived.iter().find(|d| *d.name == *name).map(|d| d.at);
        let Some(first) = stored.or(derived) else {
            return true;
        };
        let message = format!("the field `{name}` is declared twice");
        self.report(
            Diagnostic::error("duplicate-name", at, message)
                .also(first, "first here")
                .help("give one of them another name; `at` says where it stands in the data"),
        );
        false
    }

    /// A field that is asked of people or filled into a message: its name and type, no place in a document.
    pub fn field(&mut self, field: &'a ast::Field, scope: &Scope) -> ir::Field {
        let name = format!("the field `{}`", field.name.text);
        let ty = self.ty_named(&field.ty, &name, KeyCase::Exact, scope);
        ir::Field {
            name: field.name.text.to_string(),
            ty,
            read: None,
        }
    }

    /// A field of a schema, with how it is found in a document.
    pub(super) fn field_of(
        &mut self,
        field: &'a ast::Field,
        owner: &str,
        keys: KeyCase,
        scope: &Scope,
    ) -> ir::Field {
        // Only a type that is written out here takes its name from the field.
        let name = match &field.ty.kind {
            ast::TypeKind::Named(_) => String::new(),
            _ => format!("`{}` of `{owner}`", field.name.text),
        };
        let mut ty = self.ty_named(&field.ty, &name, keys, scope);
        let inner = self.scalar_of(&ty);
        let mut read = Read {
            any_case: field.any_case.is_some(),
            signed: field.signed.is_some(),
            assume_utc: field.assume_utc.is_some(),
            ..Read::default()
        };
        match &field.at {
            Some(ast::FieldPlace::Path(path)) => read.paths = paths(path, keys),
            Some(ast::FieldPlace::Line(line)) => read.line = self.line(line, scope),
            None => read.paths = vec![vec![spelled(&field.name.text, keys)]],
        }
        if let Some(unit) = &field.unit {
            let at = self.at(scope, unit.span);
            let unit = self.unit(unit);
            if inner == Ty::Nothing {
            } else if dimension(&inner) == Some(unit.dimension()) {
                read.unit = Some(unit);
            } else {
                let message = format!(
                    "`{}` is {}, which has no `{}`",
                    field.name.text,
                    say(self, &inner),
                    unit.word()
                );
                self.report(
                    Diagnostic::error("unit-mismatch", at, message).help(format!(
                        "write its type as `{}`",
                        match unit.dimension() {
                            Dimension::Duration => "duration",
                            Dimension::Ratio => "ratio",
                            Dimension::Bytes => "bytes",
                        }
                    )),
                );
            }
        }
        if let Some(span) = field
            .signed
            .filter(|_| !inner.is_numeric() && inner != Ty::Nothing)
        {
            self.tail(
                scope,
                span,
                "signed",
                "numbers, durations and sizes",
                &inner,
            );
        }
        if let Some(span) = field
            .assume_utc
            .filter(|_| !matches!(inner, Ty::Instant | Ty::Nothing))
        {
            self.tail(scope, span, "assume utc", "instants", &inner);
        }
        if let Some(span) = field
            .any_case
            .filter(|_| !matches!(inner, Ty::Enum(_) | Ty::Text | Ty::Nothing))
        {
            self.tail(scope, span, "any case", "enums and texts", &inner);
        }
        let bound = |c: &mut Self, e: &Option<ast::Expr>| {
            let value = c.constant(e.as_ref()?, &inner, scope)?;
            match value {
                Const::Number(n) => Some(n),
                _ => {
                    let at = c.at(scope, e.as_ref()?.span);
                    let message = format!("`min` and `max` bound numbers, not {}", say(c, &inner));
                    c.report(Diagnostic::error("type-mismatch", at, message));
                    None
                }
            }
        };
        read.min = bound(self, &field.min);
        read.max = bound(self, &field.max);
        if let Some(default) = &field.default {
            let want = ty.required().clone();
            read.default = self.constant(default, &want, scope);
            ty = want;
        }
        if self.is_map_of_values(&ty) {
            let plain = Read {
                paths: read.paths.clone(),
                line: read.line.clone(),
                default: read.default.clone(),
                ..Read::default()
            };
            if read != plain {
                ty = self.tails_inside(ty, &mut read);
            }
        }
        ir::Field {
            name: field.name.text.to_string(),
            ty,
            read: Some(read),
        }
    }

    /// The type of the values a field's tails speak of: through `?`, lists and maps of scalars.
    pub(super) fn scalar_of(&self, ty: &Ty) -> Ty {
        match ty {
            Ty::Optional(inner) | Ty::List(inner) => self.scalar_of(inner),
            Ty::Rows { record, .. } if self.data(*record).map_row == MapRow::Value => {
                self.scalar_of(&self.records[record.0 as usize].fields[1].ty)
            }
            other => other.clone(),
        }
    }

    /// A field's tails belong to the values of its map: a layout of its own for those.
    pub(super) fn tails_inside(&mut self, ty: Ty, read: &mut Read) -> Ty {
        let tails = Read {
            unit: read.unit.take(),
            any_case: std::mem::take(&mut read.any_case),
            signed: std::mem::take(&mut read.signed),
            assume_utc: std::mem::take(&mut read.assume_utc),
            min: read.min.take(),
            max: read.max.take(),
            ..Read::default()
        };
        match ty {
            Ty::Optional(inner) => {
                let mut inside = tails;
                Ty::Optional(Box::new(self.tails_inside(*inner, &mut inside)))
            }
            Ty::Rows { record, shape } => {
                let mut layout = self.records[record.0 as usize].clone();
                let data = self.data(record).clone();
                let mut inside = tails;
                let value = layout.fields[1].ty.clone();
                layout.fields[1].ty = if self.is_map_of_values(&value) {
                    self.tails_inside(value, &mut inside)
                } else {
                    value
                };
                layout.fields[1].read = Some(inside);
                let record = self.new_record(layout, data);
                Ty::Rows { record, shape }
            }
            other => other,
        }
    }

    pub(super) fn is_map_of_values(&self, ty: &Ty) -> bool {
        match ty.required() {
            Ty::Rows { record, .. } => self.data(*record).map_row == MapRow::Value,
            _ => false,
        }
    }

    pub(super) fn tail(&mut self, scope: &Scope, span: Span, word: &str, of: &str, ty: &Ty) {
        let at = self.at(scope, span);
        let message = format!("`{word}` is for {of}, not for {}", say(self, ty));
        self.report(Diagnostic::error("type-mismatch", at, message));
    }

    /// `at line "- Decision: {}"`.
    pub fn line(&mut self, line: &ast::Str, scope: &Scope) -> Option<LinePattern> {
        let mut parts: Vec<LinePart> = Vec::new();
        let mut literal = String::new();
        let mut rest = line.as_str();
        while let Some(c) = rest.chars().next() {
            let (part, len) = match c {
                '{' if rest.starts_with("{}") => (Some(LinePart::Value), 2),
                '*' => (Some(LinePart::Any), 1),
                c => (None, c.len_utf8()),
            };
            match part {
                Some(part) => {
                    if !literal.is_empty() {
                        parts.push(LinePart::Literal(std::mem::take(&mut literal)));
                    }
                    parts.push(part);
                }
                None => literal.push(c),
            }
            rest = &rest[len..];
        }
        if !literal.is_empty() {
            parts.push(LinePart::Literal(literal));
        }
        let values = parts.iter().filter(|p| **p == LinePart::Value).count();
        if values != 1 {
            let at = self.at(scope, line.span);
            let message = if values == 0 {
                "this line says nowhere where the value stands"
            } else {
                "this line has more than one value"
            };
            self.report(
                Diagnostic::error("bad-pattern", at, message)
                    .help("write `{}` once, where the value stands; `*` is anything"),
            );
            return None;
        }
        Some(LinePattern { parts })
    }

    /// The unit that a word names.
    pub fn unit(&self, unit: &ast::UnitName) -> Unit {
        Unit::named(unit.node.word()).unwrap_or(Unit::Bytes)
    }
}
