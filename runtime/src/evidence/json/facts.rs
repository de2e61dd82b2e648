//! What a document tells besides its value: its time and of what it speaks.

use super::Walk;
use crate::data::Slot;
use crate::evidence::RowTime;
use crate::evidence::about::{self, Fact};
use crate::evidence::fields::Attr;
use crate::evidence::scan::Step;
use crate::ir::AboutWhat;
use crate::time::Instant;
use crate::ty::{Shape, Ty};

impl<'a> Walk<'a> {
    /// Facts of the root object are complete.
    pub(super) fn end_facts(&mut self) {
        match self.time.take() {
            Some((_, Ok(time))) => {
                self.found.time = Some(time);
                self.found.latest = Some(time);
            }
            Some((_, Err(fault))) => self.poison = self.poison.or(Some(fault)),
            None => {}
        }
        for at in 0..self.scratch.about.len() {
            match self.scratch.about[at].take() {
                Some((_, Fact::Bad(fault))) => self.poison = self.poison.or(Some(fault)),
                Some((_, fact)) => about::join(&mut self.found.about, fact),
                None => {}
            }
        }
    }

    /// Facts of a row of the root are complete; the row's slots begin at `base`.
    pub(super) fn end_row(&mut self, base: usize, start: usize, end: usize, whole: Option<u32>) {
        let series = matches!(
            self.plan.ty.required(),
            Ty::Rows {
                shape: Shape::Series,
                ..
            }
        );
        if !self.plan.timed && self.plan.about.is_empty() && !series {
            return;
        }
        let mut fault = None;
        let mut at = None;
        match self.time.take() {
            Some((_, Ok(time))) => at = Some(time),
            Some((_, Err(bad))) => fault = Some(bad),
            None if self.plan.timed && whole.is_none() => {
                let message = format!("no time at `{}`", self.plan.time_place);
                fault = Some(self.fault(message, start, start + 1));
            }
            None => {}
        }
        if let Some(time) = at {
            let oldest = self.found.time.get_or_insert(time);
            *oldest = time.min(*oldest);
            let latest = self.found.latest.get_or_insert(time);
            *latest = time.max(*latest);
        }
        for index in 0..self.scratch.about.len() {
            match self.scratch.about[index].take() {
                Some((_, Fact::Bad(bad))) => fault = fault.or(Some(bad)),
                Some((_, fact)) => about::join(&mut self.found.about, fact),
                None => {}
            }
        }
        if let Some(fault) = fault {
            self.scratch.slots[base..].fill(Slot::Bad(fault));
        }
        if series {
            self.found.rows.push(RowTime {
                at,
                start: start as u32,
                end: end as u32,
            });
        }
    }

    pub(super) fn tell(&mut self, index: u8, rank: u8, fact: Fact) {
        let place = &mut self.scratch.about[index as usize];
        if place.as_ref().is_none_or(|(other, _)| rank < *other) {
            *place = Some((rank, fact));
        }
    }

    /// The time that the payload tells.
    pub(super) fn moment(&mut self) -> Step<Result<Instant, u32>> {
        let start = self.scan.at;
        let place = &self.plan.time_place;
        if self.scan.peek() != b'"' {
            let kind = self.scan.kind();
            self.scan.skip()?;
            let message = format!("{kind} at `{place}`; a time is wanted");
            return Ok(Err(self.fault(message, start, self.scan.at)));
        }
        let quoted = self.scan.quoted()?;
        let mut text = std::mem::take(&mut self.scratch.text);
        text.clear();
        let outcome = match self.scan.unescape(quoted, &mut text) {
            Ok(()) => crate::evidence::reader::moment(&text, self.plan)
                .map_err(|message| (message, start, self.scan.at)),
            Err(broken) => Err((broken.message, broken.start, broken.end)),
        };
        self.scratch.text = text;
        Ok(outcome.map_err(|(message, start, end)| self.fault(message, start, end)))
    }

    /// What the value here says that the document speaks of; null says nothing.
    pub(super) fn fact(&mut self, index: u8) -> Step<Option<Fact>> {
        let about = &self.plan.about[index as usize];
        let opens = self.scan.peek();
        if opens == b'n' {
            self.scan.skip()?;
            return Ok(None);
        }
        let (ty, member) = match (&about.what, &about.members[..]) {
            (AboutWhat::Subject(_), [(member, ty)]) if opens != b'{' => (ty, member.as_str()),
            (AboutWhat::Subject(_), members) if opens == b'{' => return self.subject(members),
            (AboutWhat::Subject(_), _) => {
                let (start, kind) = (self.scan.at, self.scan.kind());
                self.scan.skip()?;
                let message = format!("{kind}; an object with the subject's members is wanted");
                return Ok(Some(Fact::Bad(self.fault(message, start, self.scan.at))));
            }
            (AboutWhat::Cohort, _) => (&Ty::Ratio, ""),
            (AboutWhat::Phase | AboutWhat::Key, _) => (&Ty::Text, ""),
        };
        let slot = self.value(ty, &about.attr, None)?;
        Ok(about::fact(&about.what, slot, ty, member, self.store))
    }

    pub(super) fn subject(&mut self, members: &'a [(String, Ty)]) -> Step<Option<Fact>> {
        let opened = self.scan.open()?;
        let (mut first, mut told, mut bad) = (true, Vec::new(), None);
        while let Some(name) = self.scan.member(&mut first)? {
            let found = members
                .iter()
                .find(|(member, _)| member.as_bytes() == self.scan.name(name));
            let Some((member, ty)) = found else {
                self.scan.skip()?;
                continue;
            };
            match self.value(ty, &Attr::PLAIN, None)? {
                Slot::Bad(fault) => bad = Some(fault),
                slot => {
                    if let Some(value) = about::constant(slot, ty, self.store) {
                        told.push((member.clone(), value));
                    }
                }
            }
        }
        if let Some(twice) = self.scan.close_object(opened) {
            self.poison_twice(twice);
        }
        Ok(Some(bad.map_or(Fact::Subject(told), Fact::Bad)))
    }
}
