//! Types as written to types of the program: records, enums, fields, tables, evidence. Knows how a schema meets a
//! document; evaluates nothing.

use std::sync::Arc;

use rolloutc_runtime::ir::{self, Const, LinePart, LinePattern, Node, Read};
use rolloutc_runtime::ty::{EnumId, RecordId, Shape, Ty};
use rolloutc_runtime::unit::{Dimension, Unit};

use super::names::suggest;
use super::outline::ModuleId;
use super::{Checker, DeclRef, Def, Place, Progress, Scope, Typed, say};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, offset};
use crate::syntax::ast::{self, KeyCase};

/// What is known of an enum besides its members.
#[derive(Clone, Debug, Default)]
pub(super) struct EnumData {
    /// Where each member stands.
    pub places: Vec<Place>,
    /// Whether some members could not be read.
    pub tainted: bool,
}

/// What is known of a record besides its stored fields.
#[derive(Clone, Debug)]
pub(super) struct RecordData<'a> {
    /// `let` fields, in order.
    pub derived: Vec<Derived<'a>>,
    /// Where each stored field stands.
    pub places: Vec<Place>,
    /// Whether rows of a map have this layout: the key first.
    pub map_row: MapRow,
    /// The record whose fields stand behind the key of a map's row: a row may be given for it.
    pub row_of: Option<RecordId>,
    /// Whether some fields could not be read.
    pub tainted: bool,
    /// Its `observed` clause.
    pub observed: Option<Inherited<'a, ast::Observed>>,
    /// Its `about` clauses.
    pub about: Vec<Inherited<'a, ast::About>>,
}

/// Whether a record is a row of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MapRow {
    /// No.
    No,
    /// The key, then the fields of the value.
    Fields,
    /// The key, then the value itself.
    Value,
}

/// A derived field.
#[derive(Clone, Debug)]
pub(super) struct Derived<'a> {
    /// Its name.
    pub name: Arc<str>,
    /// The file it was written in; its names are resolved there.
    pub module: ModuleId,
    /// Its value.
    pub value: &'a ast::Expr,
    /// Where its name stands.
    pub at: Place,
}

/// A clause of a record that its evidence takes over, with the spelling of keys where it was written.
#[derive(Clone, Debug)]
pub struct Inherited<'a, T> {
    /// The file it stands in.
    pub module: ModuleId,
    /// How bare keys are spelled there.
    pub keys: KeyCase,
    /// The clause.
    pub node: &'a T,
    /// Where it stands.
    pub span: Span,
}

/// What an evidence item is made of, and the clauses that come from its own body or from its records.
#[derive(Clone, Debug)]
pub struct ItemShape<'a> {
    /// What a payload becomes.
    pub ty: Ty,
    /// How bare keys are spelled in the item's own body.
    pub keys: KeyCase,
    /// `observed …`: its own, else that of what it spreads, else that of its record.
    pub observed: Option<Inherited<'a, ast::Observed>>,
    /// `about …`, likewise.
    pub about: Vec<Inherited<'a, ast::About>>,
}

/// The scalar types by their words.
const SCALARS: [(&str, Ty); 11] = [
    ("bool", Ty::Bool),
    ("text", Ty::Text),
    ("int", Ty::Int),
    ("number", Ty::Number),
    ("ratio", Ty::Ratio),
    ("duration", Ty::Duration),
    ("bytes", Ty::Bytes),
    ("version", Ty::Version),
    ("instant", Ty::Instant),
    ("date", Ty::Date),
    ("secret", Ty::Secret),
];

impl<'a> Checker<'a> {
    /// A type as written, for a param, a parameter, a subject's member.
    pub fn ty(&mut self, ty: &'a ast::Type, scope: &Scope) -> Ty {
        self.ty_named(ty, "an inline type", KeyCase::Exact, scope)
    }

    /// A type as written; `name` says where, for what it declares inline.
    pub fn ty_named(&mut self, ty: &'a ast::Type, name: &str, keys: KeyCase, scope: &Scope) -> Ty {
        let at = self.at(scope, ty.span);
        let base = match &ty.kind {
            ast::TypeKind::Named(dotted) => self.ty_of_name(dotted, scope),
            ast::TypeKind::List(inner) => match self.ty_named(inner, name, keys, scope) {
                Ty::Record(record) => Ty::Rows {
                    record,
                    shape: Shape::List,
                },
                other => Ty::List(Box::new(other)),
            },
            ast::TypeKind::Series(inner) => match self.ty_named(inner, name, keys, scope) {
                Ty::Record(record) => Ty::Rows {
                    record,
                    shape: Shape::Series,
                },
                Ty::Nothing => Ty::Nothing,
                other => {
                    let message =
                        format!("a series has records as rows, not {}", say(self, &other));
                    self.report(
                        Diagnostic::error("type-mismatch", at, message)
                            .help("give the value a name: `series { value: … }`"),
                    );
                    Ty::Nothing
                }
            },
            ast::TypeKind::Table { row, key } => {
                let inner = self.ty_named(row, name, keys, scope);
                self.table_ty(inner, key, at, scope)
            }
            ast::TypeKind::Map { value, key } => {
                let inner = self.ty_named(value, name, keys, scope);
                if inner == Ty::Nothing {
                    Ty::Nothing
                } else {
                    let record = self.map_row(inner, key.as_ref(), scope);
                    Ty::Rows {
                        record,
                        shape: Shape::Map { key: 0 },
                    }
                }
            }
            ast::TypeKind::Enum(members) => Ty::Enum(self.new_enum(name, members, false, scope)),
            ast::TypeKind::Record(items) => {
                Ty::Record(self.fields(name, items, keys, false, scope))
            }
            ast::TypeKind::Paren(inner) => self.ty_named(inner, name, keys, scope),
        };
        match base {
            Ty::Nothing => Ty::Nothing,
            base if ty.optional && !matches!(base, Ty::Optional(_)) => Ty::Optional(Box::new(base)),
            base => base,
        }
    }

    fn ty_of_name(&mut self, dotted: &ast::Dotted, scope: &Scope) -> Ty {
        let scalar = dotted
            .single()
            .and_then(|name| SCALARS.iter().find(|(word, _)| *word == name.as_str()));
        if let Some((_, ty)) = scalar {
            return ty.clone();
        }
        let what = "a record or an enum";
        let known = dotted
            .single()
            .is_some_and(|n| self.find(scope.module, &n.text).is_none());
        if known && !self.is_broken_module(scope.module) {
            let Some(name) = dotted.single() else {
                return Ty::Nothing;
            };
            let mut list: Vec<String> = SCALARS.iter().map(|(word, _)| word.to_string()).collect();
            for other in self.modules[scope.module.ix()]
                .names
                .keys()
                .cloned()
                .collect::<Vec<_>>()
            {
                if let Some((Def::Enum(_) | Def::Record(_), _)) = self.find(scope.module, &other) {
                    list.push(other.to_string());
                }
            }
            let at = self.at(scope, name.span);
            let message = format!("there is no type `{}`", name.text);
            let found = suggest(
                Diagnostic::error("unknown-name", at, message),
                &name.text,
                name.span,
                &list,
            );
            self.report(found);
            return Ty::Nothing;
        }
        match self.resolve(dotted, what, scope) {
            Some(Def::Enum(id)) => Ty::Enum(id),
            Some(Def::Record(decl)) => match self.record(decl, (scope.module, dotted.span)) {
                Some(id) => Ty::Record(id),
                None => Ty::Nothing,
            },
            Some(other) => {
                let at = self.at(scope, dotted.span);
                let message = format!("`{dotted}` is {}, not a type", other.say());
                self.report(Diagnostic::error("type-mismatch", at, message).help("a type is a record, an enum, or one of `text int number ratio duration bytes version instant date bool`"));
                Ty::Nothing
            }
            None => Ty::Nothing,
        }
    }

    fn table_ty(&mut self, row: Ty, key: &ast::Name, at: Place, scope: &Scope) -> Ty {
        let record = match row {
            Ty::Record(record) => record,
            Ty::Nothing => return Ty::Nothing,
            other => {
                let message = format!("a table has records as rows, not {}", say(self, &other));
                self.report(Diagnostic::error("type-mismatch", at, message));
                return Ty::Nothing;
            }
        };
        let Some(slot) = self.slot(record, &key.text) else {
            if !self.cache.data[record.0 as usize].tainted {
                let at = self.at(scope, key.span);
                self.unknown_member(record, &key.text, at);
            }
            return Ty::Nothing;
        };
        let ty = &self.records[record.0 as usize].fields[slot as usize].ty;
        if matches!(
            ty,
            Ty::Optional(_) | Ty::Record(_) | Ty::Rows { .. } | Ty::List(_)
        ) {
            let message = format!(
                "`{}` cannot tell rows apart: it is {}",
                key.text,
                say(self, ty)
            );
            let at = self.at(scope, key.span);
            self.report(
                Diagnostic::error("type-mismatch", at, message)
                    .help("a key is one value that every row has"),
            );
        }
        Ty::Rows {
            record,
            shape: Shape::Table { key: slot },
        }
    }

    /// The layout of a map's rows: the key, then the fields of the value, or `value`.
    pub(super) fn map_row(
        &mut self,
        value: Ty,
        key: Option<&ast::Name>,
        scope: &Scope,
    ) -> RecordId {
        let name: &str = key.map_or("key", |k| k.as_str());
        let made = format!("map {name} {value:?}");
        if let Some(id) = self.cache.made.get(&made) {
            return *id;
        }
        let here = key.map_or((self.modules[scope.module.ix()].file, Span::at(0)), |k| {
            self.at(scope, k.span)
        });
        let key_field = ir::Field {
            name: name.to_string(),
            ty: Ty::Text,
            read: None,
        };
        let mut data = RecordData::new(vec![here]);
        data.map_row = if matches!(value, Ty::Record(_)) {
            MapRow::Fields
        } else {
            MapRow::Value
        };
        let record = match value {
            Ty::Record(inner) => {
                let of = self.records[inner.0 as usize].clone();
                let from = self.cache.data[inner.0 as usize].clone();
                if let Some(slot) = of.fields.iter().position(|f| f.name == name) {
                    let message = format!("`{}` has a field `{name}` already", of.name);
                    let found = Diagnostic::error("duplicate-name", here, message)
                        .also(from.places[slot], "here")
                        .help("name the key otherwise: `map … named key`");
                    self.report(found);
                }
                data.places.extend(from.places);
                data.row_of = Some(inner);
                data.derived = from.derived;
                data.tainted = from.tainted;
                data.observed = from.observed;
                data.about = from.about;
                let mut fields = vec![key_field];
                fields.extend(of.fields);
                ir::Record {
                    name: of.name,
                    closed: of.closed,
                    fields,
                }
            }
            other => {
                data.places.push(here);
                let value = ir::Field {
                    name: "value".to_string(),
                    ty: other,
                    // No path: the member's own value.
                    read: Some(ir::Read::default()),
                };
                ir::Record {
                    name: "a row of a map".to_string(),
                    closed: false,
                    fields: vec![key_field, value],
                }
            }
        };
        let id = self.new_record(record, data);
        self.cache.made.insert(made, id);
        id
    }

    /// The layout of a value written in place: equal fields, equal layout.
    pub fn made_record(&mut self, fields: Vec<(String, Ty)>, at: Place) -> RecordId {
        let made = format!("{fields:?}");
        if let Some(id) = self.cache.made.get(&made) {
            return *id;
        }
        let data = RecordData::new(vec![at; fields.len()]);
        let field = |(name, ty)| ir::Field {
            name,
            ty,
            read: None,
        };
        let record = ir::Record {
            name: "a value".to_string(),
            closed: false,
            fields: fields.into_iter().map(field).collect(),
        };
        let id = self.new_record(record, data);
        self.cache.made.insert(made, id);
        id
    }

    /// A layout that no file writes down.
    pub(super) fn plain_record(&mut self, record: ir::Record, at: Place) -> RecordId {
        let data = RecordData::new(vec![at; record.fields.len()]);
        self.new_record(record, data)
    }

    pub(super) fn new_record(&mut self, record: ir::Record, data: RecordData<'a>) -> RecordId {
        let id = RecordId(offset(self.records.len()));
        self.records.push(record);
        self.cache.data.push(data);
        id
    }

    pub(super) fn data(&self, record: RecordId) -> &RecordData<'a> {
        &self.cache.data[record.0 as usize]
    }

    /// A stored field of a record by its name.
    pub fn slot(&self, record: RecordId, name: &str) -> Option<u16> {
        let fields = &self.records[record.0 as usize].fields;
        fields
            .iter()
            .position(|f| f.name == *name)
            .and_then(|i| u16::try_from(i).ok())
    }

    /// The layout of a declared record.
    pub fn record(&mut self, decl: DeclRef, user: (ModuleId, Span)) -> Option<RecordId> {
        match self.cache.records.get(&decl) {
            Some(Progress::Done(id)) => return Some(*id),
            Some(Progress::Open) => {
                let at = (self.modules[user.0.ix()].file, user.1);
                self.report(
                    Diagnostic::error("recursive-definition", at, "a record cannot hold itself")
                        .help("break the circle: nothing in a policy is endless"),
                );
                return None;
            }
            None => {}
        }
        let found = self.decl(decl);
        let ast::DeclKind::Record(record) = &found.kind else {
            return None;
        };
        self.cache.records.insert(decl, Progress::Open);
        let scope = Scope::module(decl.module);
        let id = self.within(decl, |c| {
            c.fields(
                &record.name.text,
                &record.items,
                KeyCase::Exact,
                found.tainted,
                &scope,
            )
        });
        self.cache.records.insert(decl, Progress::Done(id));
        Some(id)
    }

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

    fn spread(&mut self, dotted: &ast::Dotted, scope: &Scope) -> Option<RecordId> {
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

    fn is_new(
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
        let message = format!("the field `{name}` is there twice");
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
    fn field_of(
        &mut self,
        field: &'a ast::Field,
        owner: &str,
        keys: KeyCase,
        scope: &Scope,
    ) -> ir::Field {
        let name = format!("`{}` of `{owner}`", field.name.text);
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
        let plain = Read {
            paths: read.paths.clone(),
            line: read.line.clone(),
            default: read.default.clone(),
            ..Read::default()
        };
        if read != plain && self.is_map_of_values(&ty) {
            ty = self.tails_inside(ty, &mut read);
        }
        ir::Field {
            name: field.name.text.to_string(),
            ty,
            read: Some(read),
        }
    }

    /// The type of the values a field's tails speak of: through `?`, lists and maps of scalars.
    fn scalar_of(&self, ty: &Ty) -> Ty {
        match ty {
            Ty::Optional(inner) | Ty::List(inner) => self.scalar_of(inner),
            Ty::Rows { record, .. } if self.data(*record).map_row == MapRow::Value => {
                self.scalar_of(&self.records[record.0 as usize].fields[1].ty)
            }
            other => other.clone(),
        }
    }

    /// A field's tails belong to the values of its map: a layout of its own for those.
    fn tails_inside(&mut self, ty: Ty, read: &mut Read) -> Ty {
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

    fn is_map_of_values(&self, ty: &Ty) -> bool {
        match ty.required() {
            Ty::Rows { record, .. } => self.data(*record).map_row == MapRow::Value,
            _ => false,
        }
    }

    fn tail(&mut self, scope: &Scope, span: Span, word: &str, of: &str, ty: &Ty) {
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

    /// What an evidence item is made of.
    pub fn item(&mut self, id: ir::ItemId) -> ItemShape<'a> {
        let nothing = ItemShape {
            ty: Ty::Nothing,
            keys: KeyCase::Exact,
            observed: None,
            about: Vec::new(),
        };
        match self.cache.items.get(&id.0) {
            Some(Progress::Done(shape)) => return shape.clone(),
            Some(Progress::Open) => return nothing,
            None => {}
        }
        let Some(decl) = self.ids.items.get(id.ix()).copied() else {
            let implied = self.cache.implied.values().find(|(item, _)| *item == id);
            return match implied {
                Some((_, ty)) => ItemShape {
                    ty: ty.clone(),
                    ..nothing
                },
                None => nothing,
            };
        };
        self.cache.items.insert(id.0, Progress::Open);
        let found = self.decl(decl);
        let ast::DeclKind::Evidence(evidence) = &found.kind else {
            return nothing;
        };
        let scope = Scope::module(decl.module);
        let shape = self.within(decl, |c| c.item_shape(evidence, found.tainted, &scope));
        self.cache.items.insert(id.0, Progress::Done(shape.clone()));
        shape
    }

    fn item_shape(
        &mut self,
        evidence: &'a ast::Evidence,
        tainted: bool,
        scope: &Scope,
    ) -> ItemShape<'a> {
        let keys = own_keys(&evidence.items).unwrap_or(KeyCase::Exact);
        let Some(ty) = &evidence.ty else {
            let id = self.fields(
                &evidence.name.text,
                &evidence.items,
                KeyCase::Exact,
                tainted,
                scope,
            );
            let data = self.data(id);
            return ItemShape {
                ty: Ty::Record(id),
                keys,
                observed: data.observed.clone(),
                about: data.about.clone(),
            };
        };
        let ty = self.ty_named(ty, &evidence.name.text, keys, scope);
        let (mut own, mut spread, mut about) = (None, None, Vec::new());
        for item in &evidence.items {
            match &item.node {
                ast::FieldItem::Observed(node) => {
                    own = Some(inherited_observed(
                        inherited_at(scope, keys, item.span),
                        node,
                    ))
                }
                ast::FieldItem::About(node) => {
                    let (module, keys, span) = inherited_at(scope, keys, item.span);
                    about.insert(
                        0,
                        Inherited {
                            module,
                            keys,
                            node: &**node,
                            span,
                        },
                    );
                }
                ast::FieldItem::Spread(dotted) => {
                    if let Some(of) = self.spread(dotted, scope) {
                        let data = self.data(of).clone();
                        spread = spread.or(data.observed);
                        about.extend(data.about);
                    }
                }
                ast::FieldItem::Field(_) | ast::FieldItem::Let(_) => {
                    let at = self.at(scope, item.span);
                    let message = format!(
                        "`{}` has its type already, so its body takes no fields",
                        evidence.name.text
                    );
                    self.report(
                        Diagnostic::error("type-mismatch", at, message)
                            .help("put the field into the record, or leave the type out"),
                    );
                }
                ast::FieldItem::Keys(_)
                | ast::FieldItem::Fresh { .. }
                | ast::FieldItem::Timeless
                | ast::FieldItem::Since(_)
                | ast::FieldItem::MayBeEmpty
                | ast::FieldItem::Closed => {}
            }
        }
        let row = match &ty {
            Ty::Record(record) | Ty::Rows { record, .. } => Some(self.data(*record).clone()),
            _ => None,
        };
        let (from, also) = row.map_or((None, Vec::new()), |d| (d.observed, d.about));
        let said: Vec<String> = about.iter().map(|a| a.node.what.to_string()).collect();
        about.extend(
            also.into_iter()
                .filter(|a| !said.contains(&a.node.what.to_string())),
        );
        ItemShape {
            ty,
            keys,
            observed: own.or(spread).or(from),
            about,
        }
    }

    /// The enum of a declaration.
    pub(super) fn enum_decl(&mut self, decl: DeclRef) -> EnumId {
        if let Some(id) = self.cache.enums.get(&decl) {
            return *id;
        }
        let found = self.decl(decl);
        let ast::DeclKind::Enum(declared) = &found.kind else {
            unreachable!("asked for the enum of another declaration")
        };
        let scope = Scope::module(decl.module);
        let id = self.within(decl, |c| {
            c.new_enum(
                &declared.name.text,
                &declared.members,
                found.tainted,
                &scope,
            )
        });
        self.cache.enums.insert(decl, id);
        id
    }

    fn new_enum(
        &mut self,
        name: &str,
        members: &ast::Members,
        tainted: bool,
        scope: &Scope,
    ) -> EnumId {
        let mut made = ir::Enum {
            name: name.to_string(),
            any_case: members.any_case.is_some(),
            members: Vec::new(),
        };
        let mut data = EnumData {
            places: Vec::new(),
            tainted,
        };
        let fold = |text: &str| {
            if made.any_case {
                text.to_ascii_lowercase()
            } else {
                text.to_string()
            }
        };
        let mut spelled: Vec<(String, Place)> = Vec::new();
        for member in &members.list {
            let at = self.at(scope, member.name.span);
            if let Some(i) = made
                .members
                .iter()
                .position(|m: &ir::Member| m.name == *member.name.text)
            {
                let message = format!("the member `{}` is there twice", member.name.text);
                let first = data.places[i];
                self.report(
                    Diagnostic::error("duplicate-name", at, message).also(first, "first here"),
                );
                continue;
            }
            let mut spellings: Vec<(String, Place)> = Vec::new();
            for text in &member.spellings {
                let place = self.at(scope, text.span);
                spellings.push((text.value.to_string(), place));
            }
            if spellings.is_empty() {
                spellings.push((member.name.text.to_string(), at));
            }
            for (spelling, place) in &spellings {
                let folded = fold(spelling);
                if let Some((_, first)) = spelled.iter().find(|(s, _)| *s == folded) {
                    let message = format!("two members are spelled `{spelling}`");
                    let first = *first;
                    self.report(
                        Diagnostic::error("duplicate-name", *place, message)
                            .also(first, "first here")
                            .help("a spelling in the data means one member"),
                    );
                }
                spelled.push((folded, *place));
            }
            data.places.push(at);
            made.members.push(ir::Member {
                name: member.name.text.to_string(),
                spellings: spellings.into_iter().map(|(s, _)| s).collect(),
                as_unknown: member.unknown.is_some(),
            });
        }
        let id = EnumId(offset(self.enums.len()));
        self.enums.push(made);
        self.cache.members.push(data);
        id
    }

    /// A member of an enum by its name.
    pub fn member(&self, id: EnumId, name: &str) -> Option<u32> {
        let members = &self.enums[id.0 as usize].members;
        members.iter().position(|m| m.name == *name).map(offset)
    }

    pub(super) fn enum_data(&self, id: EnumId) -> &EnumData {
        &self.cache.members[id.0 as usize]
    }

    /// The one enum in sight that has all these members: of this file first, then of the files it uses.
    pub(super) fn enum_of_words(&self, words: &[&str], module: ModuleId) -> Option<EnumId> {
        let has_all = |id: &EnumId| words.iter().all(|w| self.member(*id, w).is_some());
        let of = |m: ModuleId| {
            let all = self
                .cache
                .enums
                .iter()
                .filter(move |(decl, _)| decl.module == m);
            all.map(|(_, id)| *id).filter(has_all).collect::<Vec<_>>()
        };
        let own = of(module);
        if !own.is_empty() {
            return <[EnumId; 1]>::try_from(own).ok().map(|[id]| id);
        }
        let used = self.modules[module.ix()]
            .names
            .values()
            .filter_map(|e| e.module);
        let found: Vec<EnumId> = used.flat_map(of).collect();
        <[EnumId; 1]>::try_from(found).ok().map(|[id]| id)
    }

    /// An inline table as a constant.
    pub(super) fn table(&mut self, decl: DeclRef, user: Place) -> Typed {
        match self.cache.tables.get(&decl) {
            Some(Progress::Done(typed)) => return typed.clone(),
            Some(Progress::Open) => return self.poison(user),
            None => {}
        }
        self.cache.tables.insert(decl, Progress::Open);
        let found = self.decl(decl);
        let scope = Scope::module(decl.module);
        let typed = match &found.kind {
            ast::DeclKind::Table(table) => self.within(decl, |c| {
                c.table_rows(table, found.tainted, &scope, found.span)
            }),
            _ => self.poison(user),
        };
        self.cache
            .tables
            .insert(decl, Progress::Done(typed.clone()));
        typed
    }

    fn table_rows(
        &mut self,
        table: &'a ast::Table,
        tainted: bool,
        scope: &Scope,
        span: Span,
    ) -> Typed {
        let at = self.at(scope, span);
        let mut fields: Vec<ir::Field> = Vec::new();
        let mut data = RecordData::new(Vec::new());
        data.tainted = tainted;
        let mut rows: Vec<Vec<Const>> = table.rows.iter().map(|_| Vec::new()).collect();
        for (i, column) in table.columns.iter().enumerate() {
            let place = self.at(scope, column.name.span);
            let of = ir::Record {
                name: String::new(),
                closed: false,
                fields: fields.clone(),
            };
            self.is_new(&of, &data, &column.name.text, place);
            let cells: Vec<&'a ast::Spanned<ast::Cell>> =
                table.rows.iter().filter_map(|r| r.cells.get(i)).collect();
            let ty = match &column.ty {
                Some(ty) => self.ty(ty, scope),
                None => self.column_ty(table, column, &cells, scope),
            };
            for (cell, row) in cells.iter().zip(&mut rows) {
                row.push(self.cell(cell, &ty, scope));
            }
            data.places.push(place);
            fields.push(ir::Field {
                name: column.name.text.to_string(),
                ty,
                read: None,
            });
        }
        let name = table.name.text.to_string();
        let record = self.new_record(
            ir::Record {
                name,
                closed: false,
                fields,
            },
            data,
        );
        let ty = self.table_ty(Ty::Record(record), &table.key, at, scope);
        if let Ty::Rows {
            shape: Shape::Table { key },
            ..
        } = ty
        {
            for (i, row) in rows.iter().enumerate() {
                let same = |other: &Vec<Const>| other.get(key as usize) == row.get(key as usize);
                if let Some(first) = rows[..i].iter().position(same) {
                    let here = self.at(scope, table.rows[i].span);
                    let there = self.at(scope, table.rows[first].span);
                    let message = format!(
                        "two rows of `{}` have one `{}`",
                        table.name.text, table.key.text
                    );
                    self.report(
                        Diagnostic::error("duplicate-name", here, message)
                            .also(there, "first here"),
                    );
                }
            }
        }
        let whole = rows.iter().all(|row| row.len() == table.columns.len());
        if !whole || ty == Ty::Nothing {
            return self.poison(at);
        }
        self.push(Node::Const(Const::Rows(record, rows)), ty, at)
    }

    /// The type of a column from its cells.
    fn column_ty(
        &mut self,
        table: &ast::Table,
        column: &ast::Column,
        cells: &[&'a ast::Spanned<ast::Cell>],
        scope: &Scope,
    ) -> Ty {
        let mut words: Vec<&str> = Vec::new();
        for cell in cells {
            if let ast::Cell::Word(dotted) = &cell.node
                && let Some(name) = dotted.single()
                && !matches!(name.as_str(), "true" | "false")
                && !words.contains(&name.as_str())
            {
                words.push(name.as_str());
            }
        }
        let of_words = if words.is_empty() {
            None
        } else {
            Some(self.enum_of_words(&words, scope.module).unwrap_or_else(|| {
                let id = EnumId(offset(self.enums.len()));
                let place = self.at(scope, column.name.span);
                self.cache.members.push(EnumData {
                    places: vec![place; words.len()],
                    tainted: false,
                });
                self.enums.push(ir::Enum {
                    name: format!("{} of {}", column.name.text, table.name.text),
                    any_case: false,
                    members: (words.iter())
                        .map(|w| ir::Member {
                            name: w.to_string(),
                            spellings: vec![w.to_string()],
                            as_unknown: false,
                        })
                        .collect(),
                });
                self.cache.words.insert(id);
                id
            }))
        };
        let mut ty = Ty::Nothing;
        let mut absent = false;
        for cell in cells {
            let here = match &cell.node {
                ast::Cell::Absent => {
                    absent = true;
                    continue;
                }
                ast::Cell::Number { number, .. } => super::units::literal_ty(&number.value),
                ast::Cell::Text(_) => Ty::Text,
                ast::Cell::Word(dotted) => match (dotted.single(), of_words) {
                    (Some(name), _) if matches!(name.as_str(), "true" | "false") => Ty::Bool,
                    (Some(_), Some(id)) => Ty::Enum(id),
                    _ => self
                        .qualified(dotted, scope)
                        .map_or(Ty::Nothing, |(id, _)| Ty::Enum(id)),
                },
                ast::Cell::List(list) => {
                    let mut inner = Ty::Nothing;
                    for e in list {
                        let typed = self.expr(e, None, scope);
                        inner = self.join_ty(&inner, &typed.ty).unwrap_or(inner);
                    }
                    Ty::List(Box::new(inner))
                }
            };
            match self.join_ty(&ty, &here) {
                Some(joined) => ty = joined,
                None => {
                    let at = self.at(scope, cell.span);
                    let message = format!(
                        "this cell is {}, those above are {}",
                        say(self, &here),
                        say(self, &ty)
                    );
                    self.report(
                        Diagnostic::error("type-mismatch", at, message).help(format!(
                            "a column has one type; write it in the first line: `{}: TYPE`",
                            column.name.text
                        )),
                    );
                    return Ty::Nothing;
                }
            }
        }
        if absent {
            Ty::Optional(Box::new(ty))
        } else {
            ty
        }
    }

    /// `Enum.member` or `module.Enum.member`.
    pub(super) fn qualified(
        &mut self,
        dotted: &ast::Dotted,
        scope: &Scope,
    ) -> Option<(EnumId, u32)> {
        let (last, first) = dotted.names.split_last()?;
        let (start, end) = (first.first()?, first.last()?);
        let of = ast::Dotted {
            names: first.to_vec(),
            span: start.span.to(end.span),
        };
        let Def::Enum(id) = self.resolve(&of, "an enum", scope)? else {
            return None;
        };
        match self.member(id, &last.text) {
            Some(member) => Some((id, member)),
            None => {
                let at = self.at(scope, last.span);
                self.unknown_word(id, &last.text, at);
                None
            }
        }
    }

    fn cell(&mut self, cell: &ast::Spanned<ast::Cell>, ty: &Ty, scope: &Scope) -> Const {
        let at = self.at(scope, cell.span);
        let want = ty.required().clone();
        match &cell.node {
            ast::Cell::Absent => Const::Null,
            ast::Cell::Number { negative, number } => {
                let typed = self.number_literal(number, *negative, at);
                let typed = self.coerce(typed, &want, at);
                self.as_const(&typed).unwrap_or(Const::Null)
            }
            ast::Cell::Text(text) => {
                let typed = self.constant_text(text.as_str(), at);
                let typed = self.coerce(typed, &want, at);
                self.as_const(&typed).unwrap_or(Const::Null)
            }
            ast::Cell::Word(dotted) => {
                let word = dotted.single().map(|n| n.as_str());
                match (word, &want) {
                    (Some("true"), Ty::Bool) => Const::Bool(true),
                    (Some("false"), Ty::Bool) => Const::Bool(false),
                    (Some(word), Ty::Text) => Const::Text(word.to_string()),
                    (Some(word), Ty::Enum(id)) => match self.member(*id, word) {
                        Some(member) => Const::Member(*id, member),
                        None => {
                            self.unknown_word(*id, word, at);
                            Const::Null
                        }
                    },
                    (None, _) => match self.qualified(dotted, scope) {
                        Some((id, member)) => Const::Member(id, member),
                        None => Const::Null,
                    },
                    (Some(word), _) => {
                        if want != Ty::Nothing {
                            let message =
                                format!("`{word}` is a word, {} is wanted", say(self, &want));
                            self.report(Diagnostic::error("type-mismatch", at, message));
                        }
                        Const::Null
                    }
                }
            }
            ast::Cell::List(list) => {
                let inner = match &want {
                    Ty::List(inner) => (**inner).clone(),
                    _ => Ty::Nothing,
                };
                let list = list.iter().filter_map(|e| self.constant(e, &inner, scope));
                Const::List(list.collect())
            }
        }
    }

    /// The unit that a word names.
    pub fn unit(&self, unit: &ast::UnitName) -> Unit {
        Unit::named(unit.node.word()).unwrap_or(Unit::Bytes)
    }
}

impl<'a> RecordData<'a> {
    fn new(places: Vec<Place>) -> RecordData<'a> {
        RecordData {
            derived: Vec::new(),
            places,
            map_row: MapRow::No,
            row_of: None,
            tainted: false,
            observed: None,
            about: Vec::new(),
        }
    }
}

fn inherited_at(scope: &Scope, keys: KeyCase, span: Span) -> (ModuleId, KeyCase, Span) {
    (scope.module, keys, span)
}

fn inherited_observed<'a>(
    (module, keys, span): (ModuleId, KeyCase, Span),
    node: &'a ast::Observed,
) -> Inherited<'a, ast::Observed> {
    Inherited {
        module,
        keys,
        node,
        span,
    }
}

fn own_keys(items: &[ast::Spanned<ast::FieldItem>]) -> Option<KeyCase> {
    items.iter().find_map(|item| match &item.node {
        ast::FieldItem::Keys(keys) => Some(*keys),
        _ => None,
    })
}

/// The paths of `at …`, keys spelled as the record says; a quoted key is left alone.
pub fn paths(path: &ast::JsonPath, keys: KeyCase) -> Vec<ir::Path> {
    let key = |k: &ast::Key| {
        if k.quoted {
            k.text.to_string()
        } else {
            spelled(&k.text, keys)
        }
    };
    path.choices
        .iter()
        .map(|choice| choice.iter().map(key).collect())
        .collect()
}

/// A name as the data spells it.
fn spelled(name: &str, keys: KeyCase) -> String {
    match keys {
        KeyCase::Exact => name.to_string(),
        KeyCase::Kebab => name.replace('_', "-"),
        KeyCase::Camel => {
            let mut out = String::new();
            let mut parts = name.split('_').filter(|p| !p.is_empty());
            out.push_str(parts.next().unwrap_or(name));
            for part in parts {
                let mut letters = part.chars();
                out.extend(letters.next().map(|c| c.to_ascii_uppercase()));
                out.push_str(letters.as_str());
            }
            out
        }
    }
}

/// What a type measures.
pub fn dimension(ty: &Ty) -> Option<Dimension> {
    match ty {
        Ty::Duration => Some(Dimension::Duration),
        Ty::Ratio => Some(Dimension::Ratio),
        Ty::Bytes => Some(Dimension::Bytes),
        _ => None,
    }
}
