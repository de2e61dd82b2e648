//! Types as written to types of the program: scalars, lists, tables, maps, records. Knows how a schema meets a
//! document; evaluates nothing.

mod enums;
mod fields;
mod inline;
mod items;

use std::sync::Arc;

use rolloutc_runtime::ir;
use rolloutc_runtime::ty::{RecordId, Shape, Ty};
use rolloutc_runtime::unit::Dimension;

use super::names::suggest;
use super::outline::ModuleId;
use super::{Checker, DeclRef, Def, Place, Progress, Scope, say};
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
            let found = Diagnostic::error("unknown-name", at, message);
            let found = match meant(&name.text) {
                Some(ty) => found.label(format!("write `{ty}`")).fix(
                    format!("write `{ty}`"),
                    false,
                    vec![(name.span, ty.to_string())],
                ),
                None => suggest(found, &name.text, name.span, &list),
            };
            let bare = found.fix.is_none() && found.notes.is_empty();
            self.report(match bare {
                true => found.help("a type is `bool text int number ratio duration bytes version instant date`, a record or an enum"),
                false => found,
            });
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
                        .help("break the cycle: nothing in a policy is endless"),
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
/// The type that other languages and formats call so.
fn meant(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "string" | "str" | "varchar" | "char" | "uuid" => "text",
        "boolean" | "flag" | "condition" => "bool",
        "integer" | "int32" | "int64" | "uint" | "uint32" | "uint64" | "long" | "count" => "int",
        "float" | "float32" | "float64" | "double" | "decimal" | "numeric" | "real" => "number",
        "percent" | "percentage" | "share" | "fraction" => "ratio",
        "timestamp" | "datetime" | "time" => "instant",
        "day" => "date",
        "timespan" | "interval" | "timedelta" => "duration",
        "size" | "filesize" => "bytes",
        "semver" => "version",
        "array" | "vec" | "sequence" => "list",
        _ => return None,
    })
}
