//! What editors ask about names beyond the program: the shapes behind the ids of [`Model`], also where nothing compiles.
//! Knows tables of the checker; decides nothing.

use std::rc::Rc;

use rolloutc_runtime::ir;
use rolloutc_runtime::ty::{EnumId, RecordId, Shape, Ty};

use crate::source::FileId;

use super::{Checker, Ids, ItemShape, Model, Place, Progress};

/// The shapes behind the ids that [`Model`] speaks of.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The declarations behind numbered ids.
    pub ids: Ids,
    /// Enums, by [`EnumId`].
    pub enums: Vec<ir::Enum>,
    /// Where each enum was written: its members' places.
    pub members: Vec<Vec<Place>>,
    /// Records, by [`RecordId`].
    pub records: Vec<Record>,
    /// The types of evidence items, by id; [`Ty::Nothing`] where not known.
    pub items: Vec<Ty>,
    /// The types of params, by id.
    pub params: Vec<Ty>,
    /// The members of the subject.
    pub subject: Vec<(String, Ty)>,
}

/// A record as editors see it.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Its name, or a description of where it stands inline.
    pub name: String,
    /// Its stored fields with types and places.
    pub fields: Vec<(String, Ty, Place)>,
    /// Its derived fields: name, place of the name, place of the value.
    pub derived: Vec<(String, Place, Place)>,
}

impl Checker<'_> {
    /// The shapes behind the ids; to be asked at the end.
    pub fn facts(&self) -> Facts {
        let record = |(record, data): (&ir::Record, &super::types::RecordData<'_>)| Record {
            name: record.name.clone(),
            fields: (record.fields.iter().zip(&data.places))
                .map(|(field, place)| (field.name.clone(), field.ty.clone(), *place))
                .collect(),
            derived: (data.derived.iter())
                .map(|one| {
                    let file = self.modules[one.module.ix()].file;
                    (one.name.to_string(), one.at, (file, one.value.span))
                })
                .collect(),
        };
        let item = |known: &Option<Progress<Rc<ItemShape<'_>>>>| match known {
            Some(Progress::Done(shape)) => shape.ty.clone(),
            Some(Progress::Open) | None => Ty::Nothing,
        };
        let param = |id: u32| match self.cache.params.get(&id) {
            Some(Progress::Done(ty)) => ty.clone(),
            Some(Progress::Open) | None => Ty::Nothing,
        };
        Facts {
            ids: self.ids.clone(),
            enums: self.enums.clone(),
            members: (self.cache.members.iter())
                .map(|data| data.places.clone())
                .collect(),
            records: self
                .records
                .iter()
                .zip(&self.cache.data)
                .map(record)
                .collect(),
            items: self.cache.items.iter().map(item).collect(),
            params: (0..crate::source::offset(self.ids.params.len()))
                .map(param)
                .collect(),
            subject: (self.subject.iter())
                .map(|(name, ty)| (name.clone(), ty.clone()))
                .collect(),
        }
    }
}

impl Facts {
    /// An enum.
    pub fn enumeration(&self, id: EnumId) -> Option<&ir::Enum> {
        self.enums.get(id.0 as usize)
    }

    /// A record.
    pub fn record(&self, id: RecordId) -> Option<&Record> {
        self.records.get(id.0 as usize)
    }

    /// A type as policies write it: `duration?`, `list text`, `table Lane by id`.
    pub fn say(&self, ty: &Ty) -> String {
        let name = |id: &RecordId| self.record(*id).map_or("record", |record| &record.name);
        match ty {
            Ty::Bool => "bool".to_owned(),
            Ty::Text => "text".to_owned(),
            Ty::Int => "int".to_owned(),
            Ty::Number => "number".to_owned(),
            Ty::Ratio => "ratio".to_owned(),
            Ty::Duration => "duration".to_owned(),
            Ty::Bytes => "bytes".to_owned(),
            Ty::Version => "version".to_owned(),
            Ty::Instant => "instant".to_owned(),
            Ty::Date => "date".to_owned(),
            Ty::Secret => "secret".to_owned(),
            Ty::Nothing => "unknown".to_owned(),
            Ty::Enum(id) => self
                .enumeration(*id)
                .map_or("enum", |one| &one.name)
                .to_owned(),
            Ty::Record(id) => name(id).to_owned(),
            Ty::Optional(inner) => format!("{}?", self.say(inner)),
            Ty::List(inner) => format!("list {}", self.say(inner)),
            Ty::Rows { record, shape } => {
                let key = |key: &u16| {
                    let found = self.record(*record);
                    let found = found.and_then(|found| found.fields.get(usize::from(*key)));
                    found.map_or("key", |(name, ..)| name.as_str())
                };
                match shape {
                    Shape::List => format!("list {}", name(record)),
                    Shape::Table { key: at } => format!("table {} by {}", name(record), key(at)),
                    Shape::Map { key: at } => format!("map {} named {}", name(record), key(at)),
                    Shape::Series => format!("series {}", name(record)),
                }
            }
        }
    }
}

impl Model {
    /// The type of the smallest expression of a file that an offset touches.
    pub fn type_at(&self, file: FileId, offset: u32) -> Option<(Place, &Ty)> {
        let touching = self
            .types
            .iter()
            .filter(|((of, span), _)| *of == file && span.touches(offset));
        touching
            .min_by_key(|((_, span), _)| span.len())
            .map(|(at, ty)| (*at, ty))
    }
}
