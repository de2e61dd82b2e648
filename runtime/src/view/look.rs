//! From readings to a view: which observation of each item counts, and in which state it is. Knows
//! freshness, entries, subjects and what was seen before; knows no rule that reads an item.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::{ItemState, ItemView, Sample, View};
use crate::canon::Digest;
use crate::data::{Slot, Store};
use crate::decision::TimeWord;
use crate::document::{Share, Span};
use crate::evidence::{Content, Evidence, Reading, Readings, TimeFrom};
use crate::ir::{AboutWhat, Const, Item, ItemId, Observed, Program, Since};
use crate::number::Number;
use crate::state::{Seen, Subject};
use crate::time::Instant;
use crate::ty::{Shape, Ty};
use crate::unit;

/// How long an item stands: both ends as durations.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fresh {
    /// The hard end; `None` where timeless.
    pub hard: Option<Number>,
    /// The soft end.
    pub soft: Option<Number>,
}

/// What a view is bound to, besides its instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Bindings {
    /// The instant of the step; what was observed later is future.
    pub now: Instant,
    /// The instance's key.
    pub key: String,
    /// The phase's name.
    pub phase: String,
    /// The share.
    pub cohort: Option<Share>,
    /// When the cohort or phase was entered; `None` binds nothing.
    pub entered_at: Option<Instant>,
    /// When the phase was entered.
    pub phase_entered_at: Option<Instant>,
    /// When the last rollback began.
    pub rollback_at: Option<Instant>,
    /// What earlier steps counted.
    pub seen: Vec<Seen>,
    /// Digests of `timeless` items.
    pub pins: BTreeMap<String, Digest>,
}

/// Which of the readings count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// For whatever promotes: `since` and `about cohort|phase` bind.
    Move,
    /// For triggers, `in flight`, `entered when`: neither binds for what was observed before the entry.
    Watch,
    /// For `verify`: what was observed since then, and nothing older.
    Since(Instant),
}

/// One way of looking: when, in which mode and about whom.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// The mode.
    pub mode: Mode,
    /// The instant; what was observed later does not exist yet.
    pub at: Instant,
    /// The subject that `about subject` means.
    pub subject: Option<&'a Subject>,
}

/// All that is needed to build views in one step.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// The program.
    pub program: &'a Program,
    /// The input as it came.
    pub evidence: &'a Evidence,
    /// The input as it was read.
    pub readings: &'a Readings,
    /// The values.
    pub store: &'a Store,
    /// By item.
    pub fresh: &'a [Fresh],
    /// What binds.
    pub bindings: &'a Bindings,
}

impl<'a> Look<'a> {
    /// Every declared item.
    pub fn view(&self, sight: Sight<'_>) -> View {
        self.items(
            sight,
            (0..self.program.evidence.len()).map(|i| ItemId(i as u32)),
        )
    }

    /// Some items; the others look missing.
    pub fn some(&self, sight: Sight<'_>, items: &BTreeSet<ItemId>) -> View {
        self.items(sight, items.iter().copied())
    }

    fn items(&self, sight: Sight<'_>, items: impl Iterator<Item = ItemId>) -> View {
        let mut view = View {
            items: vec![ItemView::default(); self.program.evidence.len()],
            moves: sight.mode == Mode::Move,
        };
        for item in items {
            if let Some(place) = view.items.get_mut(item.ix()) {
                *place = self.item(sight, item, 0);
            }
        }
        view
    }

    fn item(&self, sight: Sight<'_>, id: ItemId, depth: usize) -> ItemView {
        let Some(item) = self.program.evidence.get(id.ix()) else {
            return ItemView::default();
        };
        let mut found = match is_series(item) {
            true => self.series(sight, id, item),
            false => self.single(sight, id, item),
        };
        // An item that takes its time from another shares its state; the check refuses circles.
        if let Observed::With(other) = item.observed
            && (found.state == ItemState::Present || self.lacks_only_a_time(&found))
            && depth < self.program.evidence.len()
        {
            let with = self.item(sight, other, depth + 1);
            if with.state != ItemState::Present {
                let name = self
                    .program
                    .evidence
                    .get(other.ix())
                    .map_or("", |other| other.name.as_str());
                found.state = with.state;
                found.note = format!("observed with `{name}`: {}", with.note);
            }
        }
        found
    }

    /// Whether it was read well and is malformed because nothing lent it a time.
    fn lacks_only_a_time(&self, found: &ItemView) -> bool {
        let reading = found
            .reading
            .and_then(|at| self.readings.list.get(at as usize));
        found.state == ItemState::Malformed
            && reading.is_some_and(|reading| {
                reading.observed_at.is_none() && !matches!(reading.root, Slot::Bad(_))
            })
    }

    pub(super) fn fresh(&self, id: ItemId) -> Fresh {
        self.fresh.get(id.ix()).copied().unwrap_or_default()
    }

    /// The readings that exist at an instant, oldest first.
    fn at_hand(&self, id: ItemId, at: Instant) -> impl DoubleEndedIterator<Item = &'a Reading> {
        let all = at >= self.bindings.now;
        let timeless = self.fresh(id).hard.is_none();
        self.readings.of(id).iter().filter(move |reading| {
            all || reading
                .observed_at
                .map_or(timeless, |observed| observed <= at)
        })
    }

    fn single(&self, sight: Sight<'_>, id: ItemId, item: &'a Item) -> ItemView {
        let fresh = self.fresh(id);
        let mut newest: Option<&Reading> = None;
        let mut ours: Option<&Reading> = None;
        for reading in self.at_hand(id, sight.at) {
            if reading.observed_at.is_none() && fresh.hard.is_some() {
                return self.malformed(reading, "no time: it needs `observed_at` in `bundle.json` or in its `.meta.json`, `observed at` in the schema, or `--observed-at`");
            }
            newest = Some(reading);
            if self.speaks_of_us(sight, item, reading) {
                ours = Some(reading);
            }
        }
        let Some(chosen) = ours.or(newest) else {
            return self.absent(sight, id, item);
        };
        let mut view = ItemView {
            state: ItemState::Present,
            root: chosen.root,
            observed_at: chosen.observed_at,
            reading: self.index(chosen),
            ..ItemView::default()
        };
        view.observations = self
            .at_hand(id, sight.at)
            .filter(|reading| self.counts(sight, item, fresh, reading))
            .count() as u32;
        self.judge(sight, id, item, chosen, chosen.observed_at, &mut view);
        view
    }

    fn series(&self, sight: Sight<'_>, id: ItemId, item: &'a Item) -> ItemView {
        let fresh = self.fresh(id);
        let Ty::Rows { record, .. } = item.ty.required() else {
            return ItemView::default();
        };
        let width = self
            .program
            .records
            .get(record.0 as usize)
            .map_or(0, |record| record.fields.len() as u32);
        let mut rows: Vec<(Instant, Slot, &Reading, usize)> = Vec::new();
        let mut newest: Option<(&Reading, Option<Instant>)> = None;
        let mut later = |reading: &'a Reading, at: Option<Instant>| {
            let (was, is) = (newest.and_then(|newest| newest.1), at);
            if newest.is_none() || is >= was {
                newest = Some((reading, at));
            }
        };
        let any_ours = self
            .readings
            .of(id)
            .iter()
            .any(|reading| self.speaks_of_us(sight, item, reading));
        for reading in self.readings.of(id) {
            if any_ours && !self.speaks_of_us(sight, item, reading) {
                continue;
            }
            let (start, len) = match reading.root {
                Slot::Rows { start, len } => (start, len as usize),
                Slot::Record(start) => (start, 1),
                _ => {
                    let at = reading.observed_at;
                    if sight.at >= self.bindings.now || at.is_some_and(|at| at <= sight.at) {
                        later(reading, at);
                    }
                    continue;
                }
            };
            for row in 0..len {
                let at = reading
                    .rows
                    .get(row)
                    .map_or(reading.observed_at, |time| time.at);
                let Some(at) = at else {
                    return self.malformed(reading, "a sample has no time");
                };
                if at > sight.at && sight.at < self.bindings.now {
                    continue;
                }
                later(reading, Some(at));
                if self.entry_before(sight, item, reading, at) {
                    rows.push((at, Slot::Record(start + row as u32 * width), reading, row));
                }
            }
        }
        let Some((last, last_at)) = newest else {
            // A series without a row is there, and empty.
            return match self.readings.of(id).iter().next_back() {
                Some(reading) if sight.at >= self.bindings.now => {
                    let mut view = ItemView {
                        state: ItemState::Present,
                        root: reading.root,
                        observed_at: reading.observed_at,
                        reading: self.index(reading),
                        ..ItemView::default()
                    };
                    self.judge(sight, id, item, reading, reading.observed_at, &mut view);
                    view
                }
                _ => self.absent(sight, id, item),
            };
        };
        rows.sort_by_key(|row| row.0);
        let mut samples: Vec<Sample> = Vec::with_capacity(rows.len());
        let mut previous: Option<(Instant, &Reading, usize)> = None;
        for (at, row, reading, index) in rows {
            if let Some((was, other, other_index)) = previous
                && was == at
            {
                match self.row_bytes(reading, index) == self.row_bytes(other, other_index) {
                    true => continue,
                    false => return self.malformed(reading, "two contents for one instant"),
                }
            }
            previous = Some((at, reading, index));
            samples.push(Sample { at, row });
        }
        let mut view = ItemView {
            state: ItemState::Present,
            root: last.root,
            observed_at: last_at,
            reading: self.index(last),
            observations: samples
                .iter()
                .filter(|sample| {
                    fresh
                        .hard
                        .is_none_or(|hard| sight.at.since(sample.at) <= hard)
                })
                .count() as u32,
            samples,
            ..ItemView::default()
        };
        self.judge(sight, id, item, last, last_at, &mut view);
        view
    }

    /// Settles the state of the observation that was chosen.
    fn judge(
        &self,
        sight: Sight<'_>,
        id: ItemId,
        item: &Item,
        chosen: &Reading,
        observed_at: Option<Instant>,
        view: &mut ItemView,
    ) {
        let fresh = self.fresh(id);
        let (state, note) = self.state(sight, id, item, chosen, observed_at);
        view.state = state;
        view.note = note;
        if let (ItemState::Present, Some(at), Some(soft)) = (state, observed_at, fresh.soft) {
            view.soft_stale = sight.at.since(at) > soft;
        }
    }

    fn state(
        &self,
        sight: Sight<'_>,
        id: ItemId,
        item: &Item,
        chosen: &Reading,
        observed_at: Option<Instant>,
    ) -> (ItemState, String) {
        let fresh = self.fresh(id);
        if let Slot::Bad(fault) = chosen.root {
            return (ItemState::Malformed, self.fault(fault));
        }
        let latest = chosen.latest.max(observed_at);
        if let Some(latest) = latest
            && latest > self.bindings.now
        {
            let by = Span(latest.since(self.bindings.now));
            return (
                ItemState::Future,
                format!("observed {by} after this instant"),
            );
        }
        if let Some(note) = self.of_another(sight, item, chosen) {
            return (ItemState::Mismatched, note);
        }
        if !is_series(item)
            && let Some(observed) = observed_at
            && self.at_hand(id, sight.at).any(|other| {
                other.observed_at == Some(observed)
                    && !std::ptr::eq(other, chosen)
                    && other.about == chosen.about
                    && other.digest(self.evidence) != chosen.digest(self.evidence)
            })
        {
            return (
                ItemState::Malformed,
                format!("two contents for one instant, {observed}"),
            );
        }
        if let Some(hard) = fresh.hard
            && let Some(observed) = observed_at
        {
            if let Some(seen) = self.seen(item, chosen) {
                if observed < seen.observed_at {
                    let note = format!("observed {observed}, one of {} was seen", seen.observed_at);
                    return (ItemState::Superseded, note);
                }
                if observed == seen.observed_at
                    && !is_series(item)
                    && chosen.digest(self.evidence) != seen.digest
                {
                    return (
                        ItemState::Malformed,
                        format!("not what was seen of the same instant, {observed}"),
                    );
                }
            }
            if let Some((entry, what)) = self.entry_after(sight, item, observed) {
                let note = format!("observed before {what}");
                return self.awaited(sight, entry, hard, note);
            }
            if let Some(note) = self.of_another_place(sight, item, chosen, observed) {
                return (ItemState::Mismatched, note);
            }
            let age = sight.at.since(observed);
            if age > hard {
                let note = format!("{} old, fresh {}", unit::duration_text(age), Span(hard));
                return (ItemState::Stale, note);
            }
        } else if let Some(pin) = self.bindings.pins.get(&item.name)
            && *pin != chosen.digest(self.evidence)
        {
            return (
                ItemState::Mismatched,
                "its digest is not the one that was pinned".into(),
            );
        }
        (ItemState::Present, String::new())
    }

    /// Nothing of the item is at hand.
    fn absent(&self, sight: Sight<'_>, id: ItemId, item: &Item) -> ItemView {
        let failed = self.readings.failed.iter().rev().find(|(of, _)| *of == id);
        let note = match failed.and_then(|(_, at)| self.evidence.observations.get(*at as usize)) {
            Some(observation) => match &observation.content {
                Content::Failed { error, .. } => error.clone(),
                Content::Bytes { .. }
                | Content::Json(_)
                | Content::Text(_)
                | Content::Absent
                | Content::Unfit(_) => String::new(),
            },
            None => match self.readings.absent.iter().find(|(of, _)| *of == id) {
                Some((_, at)) => {
                    let listed = self.evidence.observations.get(*at as usize);
                    match listed.and_then(|listed| listed.file.as_ref()) {
                        Some(file) => format!("its file `{file}` is not there"),
                        None => "its file is not there".into(),
                    }
                }
                None => "not in the evidence".into(),
            },
        };
        let (state, note) = match (self.entry(sight, item), self.fresh(id).hard) {
            (Some((entry, _)), Some(hard)) => self.awaited(sight, entry, hard, note),
            _ => (ItemState::Missing, note),
        };
        ItemView {
            state,
            note,
            ..ItemView::default()
        }
    }

    /// Awaited until an entry and `fresh`, then missing.
    fn awaited(
        &self,
        sight: Sight<'_>,
        entry: Instant,
        hard: Number,
        note: String,
    ) -> (ItemState, String) {
        let until = entry.plus(hard);
        match until.is_none_or(|until| sight.at <= until) {
            true => {
                let due = until.map_or(note, |until| format!("due by {until}"));
                (ItemState::Awaited { until }, due)
            }
            false => (ItemState::Missing, note),
        }
    }

    fn malformed(&self, reading: &Reading, note: &str) -> ItemView {
        ItemView {
            state: ItemState::Malformed,
            observed_at: reading.observed_at,
            reading: self.index(reading),
            note: match reading.root {
                Slot::Bad(fault) => self.fault(fault),
                _ => note.into(),
            },
            ..ItemView::default()
        }
    }

    fn fault(&self, fault: u32) -> String {
        match self.store.faults.get(fault as usize) {
            Some(fault) if fault.path.is_empty() => fault.message.clone(),
            Some(fault) => format!("`{}`: {}", fault.path, fault.message),
            None => String::new(),
        }
    }

    fn index(&self, reading: &Reading) -> Option<u32> {
        let at = self
            .readings
            .list
            .iter()
            .position(|other| std::ptr::eq(other, reading));
        at.map(|at| at as u32)
    }

    fn row_bytes(&self, reading: &Reading, row: usize) -> &'a [u8] {
        let observation = self.evidence.observations.get(reading.observation as usize);
        let bytes = observation.map_or(&[][..], |observation| observation.bytes());
        match reading.rows.get(row) {
            Some(time) => bytes
                .get(time.start as usize..time.end as usize)
                .unwrap_or_default(),
            None => bytes,
        }
    }

    /// Whether a reading counts among the distinct observations at hand.
    fn counts(&self, sight: Sight<'_>, item: &Item, fresh: Fresh, reading: &Reading) -> bool {
        let Some(at) = reading.observed_at else {
            return fresh.hard.is_none();
        };
        !matches!(reading.root, Slot::Bad(_))
            && at <= sight.at
            && fresh.hard.is_none_or(|hard| sight.at.since(at) <= hard)
            && self.speaks_of_us(sight, item, reading)
            && self.entry_after(sight, item, at).is_none()
    }

    /// The entry that something must have been observed since, and its words.
    fn entry(&self, sight: Sight<'_>, item: &Item) -> Option<(Instant, &'static str)> {
        let b = self.bindings;
        match sight.mode {
            Mode::Since(since) => return Some((since, "the last step was done")),
            Mode::Watch => return None,
            Mode::Move => {}
        }
        let cohort = b.entered_at.map(|at| (at, "this place was entered"));
        let phase = b.phase_entered_at.map(|at| (at, "this phase was entered"));
        let since = match item.since {
            Some(Since::Cohort) => cohort,
            Some(Since::Phase) => phase,
            Some(Since::Rollback) => b.rollback_at.map(|at| (at, "the last rollback began")),
            None => None,
        };
        let about = item.about.iter().filter_map(|about| match about.what {
            AboutWhat::Cohort => cohort,
            AboutWhat::Phase => phase,
            AboutWhat::Subject(_) | AboutWhat::Key => None,
        });
        since
            .into_iter()
            .chain(about)
            .max_by(|a, b| match a.0 < b.0 {
                true => Ordering::Less,
                false => Ordering::Greater,
            })
    }

    /// The entry, where something was observed before it and that counts against it: `about` binds only
    /// what speaks of an earlier place, which everything observed before the entry does.
    fn entry_after(
        &self,
        sight: Sight<'_>,
        item: &Item,
        observed: Instant,
    ) -> Option<(Instant, &'static str)> {
        self.entry(sight, item)
            .filter(|(entry, _)| observed < *entry)
    }

    /// Whether a row of a series lies at or after the entry that binds it.
    fn entry_before(&self, sight: Sight<'_>, item: &Item, reading: &Reading, at: Instant) -> bool {
        self.entry_after(sight, item, at).is_none()
            && self.of_another_place(sight, item, reading, at).is_none()
    }

    /// Where a reading's time came from.
    pub fn time_from(&self, reading: &Reading) -> TimeWord {
        match reading.time_from {
            TimeFrom::Payload => TimeWord::Payload,
            TimeFrom::Sibling => TimeWord::Sibling,
            TimeFrom::Envelope => TimeWord::Envelope,
            TimeFrom::Flag => TimeWord::Flag,
            TimeFrom::Mtime => TimeWord::Mtime,
            TimeFrom::None => TimeWord::None,
        }
    }
}

/// Whether an item is a series.
pub fn is_series(item: &Item) -> bool {
    matches!(
        item.ty.required(),
        Ty::Rows {
            shape: Shape::Series,
            ..
        }
    )
}

/// A constant in policy notation; texts bare.
pub fn const_text(program: &Program, ty: &Ty, value: &Const) -> String {
    match value {
        Const::Null => "null".into(),
        Const::Bool(value) => value.to_string(),
        Const::Number(number) => crate::eval::quantity(*number, ty.required()),
        Const::Text(text) => text.clone(),
        Const::Member(of, member) => program
            .enums
            .get(of.0 as usize)
            .and_then(|of| of.members.get(*member as usize))
            .map_or(String::new(), |member| member.name.clone()),
        Const::Instant(at) => at.to_string(),
        Const::Date(date) => date.to_string(),
        Const::List(items) => {
            let element = match ty.required() {
                Ty::List(element) => element,
                other => other,
            };
            let items: Vec<String> = items
                .iter()
                .map(|item| const_text(program, element, item))
                .collect();
            format!("[{}]", items.join(", "))
        }
        Const::Rows(_, rows) => format!("{} rows", rows.len()),
    }
}
