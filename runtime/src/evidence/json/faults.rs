//! What does not fit: messages with the path and the bytes they speak of.

use super::{Frame, Place, Walk};
use crate::data::Fault;
use crate::evidence::fields::Target;
use crate::evidence::scalar;
use crate::evidence::scan::{Name, Twice};
use crate::ty::RecordId;

impl<'a> Walk<'a> {
    /// A fault at the place where the walk stands.
    #[cold]
    pub(super) fn fault(&mut self, message: String, start: usize, end: usize) -> u32 {
        self.fault_at(None, message, start, end)
    }

    #[cold]
    pub(super) fn fault_at(
        &mut self,
        field: Option<(RecordId, u16)>,
        message: String,
        start: usize,
        end: usize,
    ) -> u32 {
        let mut path = String::new();
        let last = field.map(|(record, field)| Place::Field(record, field));
        for place in self.scratch.path.iter().copied().chain(last) {
            match place {
                Place::Field(record, field) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&self.schema.layout(record).fields[field as usize].name);
                }
                Place::Index(index) => path.push_str(&format!("[{index}]")),
                Place::Member(start, end) => {
                    let name = &self.scan.text[start as usize..end as usize];
                    path.push_str(&format!("[\"{}\"]", scalar::brief(name)));
                }
            }
        }
        self.store.faults.push(Fault {
            path,
            message,
            start: start as u32,
            end: end as u32,
            observation: self.observation,
        });
        self.store.faults.len() as u32 - 1
    }

    pub(super) fn take_poison(&mut self) -> Option<u32> {
        if let Some(twice) = self.scan.twice.take() {
            self.poison_twice(twice);
        }
        self.poison.take()
    }

    #[cold]
    pub(super) fn poison_twice(&mut self, twice: Twice) {
        if self.poison.is_none() {
            let message = format!("member `{}` is there twice", scalar::brief(&twice.name));
            self.poison = Some(self.fault(message, twice.start, twice.end));
        }
    }

    pub(super) fn fault_of(
        &mut self,
        target: Target,
        frame: Option<Frame<'a>>,
        message: String,
        start: usize,
        end: usize,
    ) -> u32 {
        let field = match (target, frame) {
            (Target::Field(field, _), Some(frame)) => Some((frame.record, field)),
            _ => None,
        };
        self.fault_at(field, message, start, end)
    }

    #[cold]
    pub(super) fn seen_twice(&mut self, name: &str, start: usize) {
        let name = name.to_owned();
        let bytes = &self.scan.text.as_bytes()[start + 1..];
        let end = memchr::memchr(b'"', bytes).map_or(start, |quote| start + quote + 2);
        self.poison_twice(Twice { name, start, end });
    }

    #[cold]
    pub(super) fn unread(&mut self, name: Name) {
        if self.poison.is_some() {
            return;
        }
        let shown = scalar::brief(&String::from_utf8_lossy(self.scan.name(name)));
        let message = format!("member `{shown}` is read by no field of a `closed` record");
        let fault = self.fault(message, name.quoted.start - 1, name.quoted.end + 1);
        self.poison = Some(fault);
    }
}
