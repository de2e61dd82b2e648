//! One value of a known type.

use super::{Frame, Place, ROWS, Walk};
use crate::data::Slot;
use crate::evidence::fields::Attr;
use crate::evidence::scalar::{self, Taken};
use crate::evidence::scan::Step;
use crate::ty::{RecordId, Shape, Ty};

impl<'a> Walk<'a> {
    /// The value of a field.
    #[inline]
    pub(super) fn field(&mut self, frame: Frame<'a>, field: u16) -> Step<Slot> {
        let plan = &frame.layout.fields[field as usize];
        let slot = self.value(&plan.ty, &plan.attr, Some((frame.record, field)))?;
        if slot == Slot::Null && !matches!(plan.ty, Ty::Optional(_)) {
            let null = (self.scan.at - 4) as u32;
            self.scratch
                .nulls
                .push(((frame.base + field as usize) as u32, null));
        }
        Ok(slot)
    }

    /// The value that comes next, of that type.
    pub(super) fn value(
        &mut self,
        ty: &'a Ty,
        attr: &'a Attr,
        name: Option<(RecordId, u16)>,
    ) -> Step<Slot> {
        let opens = self.scan.peek();
        let start = self.scan.at;
        match (ty, opens) {
            (_, b'n') => {
                self.scan.word("null")?;
                Ok(Slot::Null)
            }
            (Ty::Optional(inner), _) => self.value(inner, attr, name),
            (Ty::Bool, b't') => {
                self.scan.word("true")?;
                Ok(Slot::Bool(true))
            }
            (Ty::Bool, b'f') => {
                self.scan.word("false")?;
                Ok(Slot::Bool(false))
            }
            (Ty::Int | Ty::Number | Ty::Ratio | Ty::Duration | Ty::Bytes, b'-' | b'0'..=b'9') => {
                let digits = self.scan.digits()?;
                let taken = if digits.short {
                    scalar::short(ty, attr, digits.mantissa, digits.scale, self.store)
                } else {
                    let text = &self.scan.text.as_bytes()[digits.start..digits.end];
                    scalar::long(ty, attr, text, self.store)
                };
                Ok(self.settle(taken, name, start))
            }
            (Ty::Text, b'"') => {
                let quoted = self.scan.quoted()?;
                if quoted.end - quoted.start > scalar::TEXT {
                    let message = "a text of more than 64 KiB".to_owned();
                    return Ok(Slot::Bad(self.fault_at(name, message, start, self.scan.at)));
                }
                let from = self.store.text.len();
                if quoted.escaped {
                    if let Err(broken) = self.scan.unescape(quoted, &mut self.store.text) {
                        self.store.text.truncate(from);
                        let fault = self.fault_at(name, broken.message, broken.start, broken.end);
                        return Ok(Slot::Bad(fault));
                    }
                } else {
                    self.store
                        .text
                        .push_str(&self.scan.text[quoted.start..quoted.end]);
                }
                Ok(Slot::Text {
                    start: from as u32,
                    len: (self.store.text.len() - from) as u32,
                })
            }
            (Ty::Bool | Ty::Int | Ty::Number | Ty::Ratio | Ty::Bytes | Ty::Duration, b'"')
                if self.bare =>
            {
                let quoted = self.scan.quoted()?;
                let mut text = String::new();
                let taken = match self.scan.unescape(quoted, &mut text) {
                    Ok(()) => scalar::from_bare(ty, attr, &text, self.schema, self.store),
                    Err(broken) => Err(broken.message),
                };
                Ok(self.settle(taken, name, start))
            }
            (Ty::Enum(_) | Ty::Instant | Ty::Date | Ty::Version | Ty::Duration, b'"') => {
                let quoted = self.scan.quoted()?;
                let taken = if quoted.escaped {
                    let mut text = std::mem::take(&mut self.scratch.text);
                    text.clear();
                    let outcome = self.scan.unescape(quoted, &mut text);
                    let taken = match &outcome {
                        Ok(()) => scalar::from_text(ty, attr, &text, self.schema, self.store),
                        Err(broken) => Err(broken.message.clone()),
                    };
                    self.scratch.text = text;
                    taken
                } else {
                    let text = &self.scan.text[quoted.start..quoted.end];
                    scalar::from_text(ty, attr, text, self.schema, self.store)
                };
                Ok(self.settle(taken, name, start))
            }
            (Ty::Record(record), b'{') => {
                let base = self.scratch.slots.len();
                self.enter(name);
                let whole = self.row(&self.schema.layout(*record).trie, *record, None)?;
                self.exit(name);
                let at = self.close_record(base);
                Ok(whole.map_or(Slot::Record(at), Slot::Bad))
            }
            (
                Ty::Rows {
                    record,
                    shape: Shape::Map { key },
                },
                b'{',
            ) => {
                self.enter(name);
                let slot = self.map(*record, *key)?;
                self.exit(name);
                Ok(slot)
            }
            (
                Ty::Rows {
                    record,
                    shape: Shape::Series,
                },
                b'{',
            ) => {
                // A series seen as one sample.
                let base = self.scratch.slots.len();
                self.enter(name);
                self.row(&self.schema.layout(*record).trie, *record, None)?;
                self.exit(name);
                Ok(self.close_rows(base, 1))
            }
            (Ty::Rows { record, shape }, b'[') if !matches!(shape, Shape::Map { .. }) => {
                self.enter(name);
                let trie = &self.schema.layout(*record).trie;
                let slot = self.array(trie, *record, *shape, false)?;
                self.exit(name);
                Ok(slot)
            }
            (Ty::List(element), b'[') => {
                self.enter(name);
                let base = self.scratch.slots.len();
                self.scan.open()?;
                let (mut first, mut count) = (true, 0);
                while self.scan.element(&mut first)? {
                    self.scratch.path.push(Place::Index(count));
                    self.element(element, attr)?;
                    self.scratch.path.pop();
                    count += 1;
                    self.rows += 1;
                    if self.rows > ROWS {
                        return self.too_many();
                    }
                }
                self.exit(name);
                Ok(self.close_rows(base, count))
            }
            _ => {
                let kind = self.scan.kind();
                self.scan.skip()?;
                let wanted = scalar::wanted(ty, self.schema);
                let message = format!("{kind}; {wanted} is wanted");
                Ok(Slot::Bad(self.fault_at(name, message, start, self.scan.at)))
            }
        }
    }

    #[cold]
    pub(super) fn too_many(&self) -> Step<Slot> {
        let message = format!("more than {ROWS} rows");
        self.scan.broken(message, self.scan.at - 1, self.scan.at)
    }

    #[inline]
    pub(super) fn settle(
        &mut self,
        taken: Taken,
        name: Option<(RecordId, u16)>,
        start: usize,
    ) -> Slot {
        match taken {
            Ok(slot) => slot,
            Err(message) => Slot::Bad(self.fault_at(name, message, start, self.scan.at)),
        }
    }

    pub(super) fn enter(&mut self, name: Option<(RecordId, u16)>) {
        if let Some((record, field)) = name {
            self.scratch.path.push(Place::Field(record, field));
        }
    }

    pub(super) fn exit(&mut self, name: Option<(RecordId, u16)>) {
        if name.is_some() {
            self.scratch.path.pop();
        }
    }

    /// An element of a list: one slot on the scratch.
    pub(super) fn element(&mut self, ty: &'a Ty, attr: &'a Attr) -> Step<()> {
        let start = {
            self.scan.peek();
            self.scan.at
        };
        let slot = match self.value(ty, attr, None)? {
            Slot::Null if !matches!(ty, Ty::Optional(_)) => {
                let message = format!("null; {} is wanted", scalar::wanted(ty, self.schema));
                Slot::Bad(self.fault(message, start, self.scan.at))
            }
            slot => slot,
        };
        self.scratch.slots.push(slot);
        Ok(())
    }
}
