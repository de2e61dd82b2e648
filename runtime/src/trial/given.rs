//! What a test gives, step by step: evidence in layers, each as old as it was when it was given. Knows readings and
//! times; judges nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::patch::{Hop, Own, Patch, own};
use super::{Loaded, Stock, Trouble, Wanted};
use crate::canon::Digest;
use crate::data::Store;
use crate::eval::{Context, Inputs, Nobody, Place, Scratch};
use crate::evidence::{
    Content, Evidence, Observation, Param, ParamFrom, Reading, Readings, Subject,
};
use crate::ir::trial::{Change, Given, Hop as Leads, Target, To};
use crate::ir::{AboutWhat, Const, Item, ItemId, NodeId, Observed, Program};
use crate::number::Number;
use crate::step::Engine;
use crate::time::Instant;
use crate::view::look::is_series;
use crate::view::{ItemView, Sample, View};

/// One `given`, and when it was last observed.
pub(super) struct Layer<'t> {
    given: &'t Given,
    loaded: &'t Loaded,
    /// Files that stand in for items, by name.
    files: BTreeMap<String, &'t Loaded>,
    /// When it was observed last, so that its ages stay.
    seen_at: Instant,
    /// Items that a later layer gives anew.
    hidden: BTreeSet<String>,
}

/// The evidence of one step, and which layer each observation comes from.
pub(super) struct Spread {
    pub evidence: Evidence,
    of: Vec<usize>,
}

impl<'t> Layer<'t> {
    /// What a `given` names, if it could be read.
    pub fn new(
        given: &'t Given,
        program: &Program,
        stock: &'t Stock,
        now: Instant,
    ) -> Result<Layer<'t>, Trouble> {
        let find = |wanted: Wanted| stock.find(&wanted);
        let loaded = find(Wanted::all(&given.folder))?;
        let mut files = BTreeMap::new();
        for change in &given.changes {
            if let (Target::Item(item, _), To::From(file)) = (&change.what, &change.to) {
                let name = item_name(program, *item);
                files.insert(name.to_owned(), find(Wanted::one(file, name))?);
            }
        }
        if loaded.plain && loaded.evidence.observations.is_empty() && files.is_empty() {
            return Err(Trouble::unreadable(format!(
                "`{}` holds nothing that this policy reads",
                given.folder
            )));
        }
        Ok(Layer {
            given,
            loaded,
            files,
            seen_at: now,
            hidden: BTreeSet::new(),
        })
    }

    /// Everything is observed again, at the same age.
    pub fn again(&mut self, now: Instant) {
        self.seen_at = now;
    }

    /// What it says of items, so that layers below do not.
    pub fn items(&self, program: &Program) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = self.files.keys().cloned().collect();
        let observations = &self.loaded.evidence.observations;
        names.extend(observations.iter().map(|one| one.item.clone()));
        for change in &self.given.changes {
            if let Target::Item(item, _) = &change.what {
                names.insert(item_name(program, *item).to_owned());
            }
        }
        names
    }

    /// Whether there is something of an item in it.
    fn gives(&self, name: &str) -> bool {
        let observations = &self.loaded.evidence.observations;
        self.files.contains_key(name) || observations.iter().any(|one| one.item == name)
    }

    /// Lets a later layer speak of items.
    pub fn hide(&mut self, items: &BTreeSet<String>) {
        self.hidden.extend(items.iter().cloned());
    }

    /// Changes of the items that it still speaks of.
    fn changes(&self, program: &Program) -> impl Iterator<Item = &'t Change> {
        let hidden = |change: &&Change| match &change.what {
            Target::Item(item, _) => self.hidden.contains(item_name(program, *item)),
            Target::Param(_) | Target::Subject(_) => false,
        };
        let changes = self.given.changes.iter();
        let kept: Vec<&'t Change> = changes.filter(|change| !hidden(change)).collect();
        kept.into_iter()
    }
}

fn item_name(program: &Program, item: ItemId) -> &str {
    let item = program.evidence.get(item.ix());
    item.map_or("", |item| item.name.as_str())
}

/// Lays the layers over each other: the observations of a step, before anything is read.
pub(super) fn spread(
    layers: &[Layer<'_>],
    program: &Program,
    start: Instant,
) -> Result<Spread, Trouble> {
    let mut evidence = Evidence::default();
    let mut of = Vec::new();
    for (at, layer) in layers.iter().enumerate() {
        if layer.loaded.evidence.subject.is_some() {
            evidence.subject = layer.loaded.evidence.subject.clone();
        }
        let mut gone = BTreeSet::new();
        let mut made = BTreeSet::new();
        for change in layer.changes(program) {
            let Target::Item(item, hops) = &change.what else {
                continue;
            };
            let name = item_name(program, *item).to_owned();
            match (&change.to, hops.is_empty()) {
                (To::Gone, true) => {
                    made.remove(&name);
                    gone.insert(name);
                }
                (To::Value(_), true) => {
                    made.insert(name);
                }
                _ => {}
            }
        }
        // What was given before can be left out too.
        let given = layers.get(..=at).unwrap_or(layers);
        let given = |name: &&String| given.iter().any(|layer| layer.gives(name));
        if let Some(name) = gone.iter().find(|name| !given(name)) {
            return Err(Trouble::of(
                &format!("without {name}"),
                format!("`{name}` is not given, so it cannot be left out"),
            ));
        }
        let mut push = |observation: &Observation, plain: bool| {
            if layer.hidden.contains(&observation.item) || gone.contains(&observation.item) {
                return;
            }
            made.remove(&observation.item);
            let mut observation = observation.clone();
            if plain && observation.observed_at.is_none() && asks_time(program, &observation.item) {
                observation.observed_at = Some(start);
                observation.time_from = crate::evidence::TimeFrom::Envelope;
            }
            evidence.observations.push(observation);
            of.push(at);
        };
        let own = |one: &&Observation| !layer.files.contains_key(&one.item);
        for observation in layer.loaded.evidence.observations.iter().filter(own) {
            push(observation, layer.loaded.plain);
        }
        for file in layer.files.values() {
            let observations = file.evidence.observations.iter();
            observations.for_each(|observation| push(observation, file.plain));
        }
        for name in made {
            let mut observation = Observation::new(name, Content::Json(b"null".as_slice().into()));
            observation.observed_at = Some(start);
            observation.time_from = crate::evidence::TimeFrom::Envelope;
            observation.about.subject = evidence.subject.clone();
            evidence.observations.push(observation);
            of.push(at);
        }
    }
    Ok(Spread { evidence, of })
}

/// Whether an item's time is its envelope's.
fn asks_time(program: &Program, name: &str) -> bool {
    let item = program.evidence.iter().find(|item| item.name == name);
    item.is_some_and(|item| item.fresh.is_some() && item.observed == Observed::Envelope)
}

/// A change with everything computed.
struct Done<'t> {
    layer: usize,
    change: &'t Change,
    item: ItemId,
    hops: Vec<Hop>,
    value: Option<Own>,
}

/// Changes what was read as the layers say, and shifts it to when it was observed last.
pub(super) fn apply<'t>(
    layers: &[Layer<'t>],
    spread: &mut Spread,
    readings: &mut Readings,
    engine: &mut Engine<'_>,
    (start, now, key): (Instant, Instant, &str),
) -> Result<(), Trouble> {
    let (params, subject) = said(layers, spread, readings, engine, now)?;
    let (program, plan, store) = engine.parts();
    let mut done = Vec::new();
    {
        let view = as_given(program, readings, key);
        let place = Place {
            subject,
            ..Place::at(now)
        };
        let scratch = Scratch::new();
        let mut ctx = Context::new(Inputs {
            program,
            plan,
            store,
            view: &view,
            place: &place,
            params: &params,
            people: &Nobody,
            scratch: &scratch,
        });
        for (layer, of) in layers.iter().enumerate() {
            for change in of.changes(program) {
                let Target::Item(item, leads) = &change.what else {
                    continue;
                };
                let value = match &change.to {
                    To::Value(node) | To::About(_, node) => {
                        Some(value(&mut ctx, *node, store, change)?)
                    }
                    To::Aged(_) | To::From(_) | To::Gone => None,
                };
                let hops = leads.iter().map(|lead| match lead {
                    Leads::Field(slot) => Ok(Hop::Field(*slot)),
                    Leads::Last => Ok(Hop::Last),
                    Leads::Row(node) => Ok(Hop::Row(self::value(&mut ctx, *node, store, change)?)),
                });
                done.push(Done {
                    layer,
                    change,
                    item: *item,
                    hops: hops.collect::<Result<Vec<Hop>, Trouble>>()?,
                    value,
                });
            }
        }
    }
    let mut aged: BTreeMap<ItemId, (usize, Number)> = BTreeMap::new();
    for one in &done {
        if let To::Aged(age) = one.change.to {
            aged.insert(one.item, (one.layer, age));
        }
        change(one, program, store, readings, &spread.evidence, key)?;
    }
    for _ in 0..program.evidence.len() {
        for (at, item) in program.evidence.iter().enumerate() {
            if let Observed::With(other) = item.observed
                && let Some(age) = aged.get(&other).copied()
            {
                aged.entry(ItemId(at as u32)).or_insert(age);
            }
        }
    }
    for (item, (layer, age)) in aged {
        let newest = readings.of(item).iter().filter_map(newest).max();
        let wanted = start.minus(age);
        if newest.is_none() {
            let name = item_name(program, item);
            let text = &layers[layer].given.changes;
            let text = text
                .iter()
                .find(|one| matches!(&one.what, Target::Item(of, _) if *of == item));
            return Err(Trouble::of(
                text.map_or("", |one| &one.text),
                format!("`{name}` is not given, so it has no age"),
            ));
        }
        if let (Some(newest), Some(wanted)) = (newest, wanted) {
            let by = wanted.since(newest);
            let list = readings.list.iter_mut().filter(|one| one.item == item);
            list.for_each(|reading| shift(reading, by));
        }
    }
    for reading in &mut readings.list {
        let layer = spread.of.get(reading.observation as usize).copied();
        if let Some(layer) = layer.and_then(|at| layers.get(at)) {
            shift(reading, layer.seen_at.since(start));
        }
    }
    for (observation, layer) in spread.evidence.observations.iter_mut().zip(&spread.of) {
        if let Some(layer) = layers.get(*layer) {
            let by = layer.seen_at.since(start);
            let moved = observation.observed_at.and_then(|at| at.plus(by));
            observation.observed_at = moved.or(observation.observed_at);
            if let Content::Failed { at, .. } = &mut observation.content {
                *at = at.plus(by).unwrap_or(*at);
            }
        }
    }
    Ok(())
}

/// Params and the subject, with what the layers change in them.
fn said(
    layers: &[Layer<'_>],
    spread: &mut Spread,
    readings: &Readings,
    engine: &mut Engine<'_>,
    now: Instant,
) -> Result<(Vec<Const>, Vec<Const>), Trouble> {
    let (program, plan, store) = engine.parts();
    let params: Vec<Const> = program
        .params
        .iter()
        .map(|param| param.default.clone().unwrap_or(Const::Null))
        .collect();
    let view = as_given(program, readings, "");
    let place = Place::at(now);
    let scratch = Scratch::new();
    let mut ctx = Context::new(Inputs {
        program,
        plan,
        store,
        view: &view,
        place: &place,
        params: &params,
        people: &Nobody,
        scratch: &scratch,
    });
    for layer in layers {
        for change in layer.changes(program) {
            let To::Value(node) = change.to else { continue };
            match &change.what {
                Target::Item(..) => {}
                Target::Param(id) => {
                    let Some(param) = program.params.get(id.ix()) else {
                        continue;
                    };
                    let value = value(&mut ctx, node, store, change)?;
                    let value = constant(&value, &param.ty).ok_or_else(|| {
                        Trouble::of(&change.text, "no param can be of this type".into())
                    })?;
                    spread.evidence.params.retain(|one| one.name != param.name);
                    spread.evidence.params.push(Param {
                        name: param.name.clone(),
                        value,
                        from: ParamFrom::Flag,
                    });
                }
                Target::Subject(member) => {
                    let Some((name, ty)) = program.subject.get_index(*member as usize) else {
                        continue;
                    };
                    let value = value(&mut ctx, node, store, change)?;
                    let value = constant(&value, ty).unwrap_or(Const::Null);
                    let subject = spread.evidence.subject.get_or_insert_with(Subject::default);
                    subject.0.insert(name.clone(), value);
                }
            }
        }
    }
    engine.said(&spread.evidence).map_err(Trouble::refused)
}

fn constant(value: &Own, ty: &crate::ty::Ty) -> Option<Const> {
    Some(match value {
        Own::Null | Own::Absent => Const::Null,
        Own::Bool(value) => Const::Bool(*value),
        Own::Number(number) => Const::Number(*number),
        Own::Text(text) => Const::Text(text.clone()),
        Own::Member(member) => match ty.required() {
            crate::ty::Ty::Enum(id) => Const::Member(*id, *member),
            _ => return None,
        },
        Own::Instant(at) => Const::Instant(*at),
        Own::Date(date) => Const::Date(*date),
        Own::Rows(items, _) => {
            let element = match ty.required() {
                crate::ty::Ty::List(element) => element,
                _ => return None,
            };
            let items: Option<Vec<Const>> =
                items.iter().map(|item| constant(item, element)).collect();
            Const::List(items?)
        }
        Own::Raw(_) | Own::Record(_) => return None,
    })
}

/// What an expression of a test comes to.
fn value(
    ctx: &mut Context<'_>,
    node: NodeId,
    store: &Store,
    change: &Change,
) -> Result<Own, Trouble> {
    let found = ctx.eval(node);
    let why = match found {
        crate::value::Val::Unknown(why) => Some(why),
        _ => None,
    };
    let ty = ctx.ty(node);
    let program = ctx.program();
    own(found, ty, program, store).ok_or_else(|| {
        let item = why.and_then(|why| why.item);
        let item = item.map(|item| item_name(program, item));
        let cause = why.map_or("it cannot be told", |why| why.cause.word());
        let message = match item {
            Some(item) => format!("its value cannot be told: `{item}` is {cause}"),
            None => format!("its value cannot be told: {cause}"),
        };
        Trouble::of(&change.text, message)
    })
}

/// Every item as it was given: the newest of it, whatever its age.
fn as_given(program: &Program, readings: &Readings, key: &str) -> View {
    let item = |(at, item): (usize, &Item)| {
        let list = readings.of(ItemId(at as u32));
        let chosen = chosen(list, key);
        let Some(reading) = chosen.and_then(|at| list.get(at)) else {
            return ItemView::default();
        };
        let mut view = ItemView::present(reading.root, reading.observed_at);
        if is_series(item) {
            view.samples = samples(program, item, list);
        }
        view
    };
    View {
        items: program.evidence.iter().enumerate().map(item).collect(),
        moves: false,
    }
}

fn samples(program: &Program, item: &Item, list: &[Reading]) -> Vec<Sample> {
    let width = match item.ty.required() {
        crate::ty::Ty::Rows { record, .. } => {
            let layout = program.records.get(record.0 as usize);
            layout.map_or(0, |layout| layout.fields.len() as u32)
        }
        _ => 0,
    };
    let mut samples = Vec::new();
    for reading in list {
        let (start, len) = match reading.root {
            crate::data::Slot::Rows { start, len } => (start, len),
            crate::data::Slot::Record(start) => (start, 1),
            _ => continue,
        };
        for row in 0..len {
            let time = reading.rows.get(row as usize);
            let at = time.map_or(reading.observed_at, |time| time.at);
            if let Some(at) = at {
                let row = crate::data::Slot::Record(start + row * width);
                samples.push(Sample { at, row });
            }
        }
    }
    samples.sort_by_key(|sample| sample.at);
    samples
}

/// The reading that a change is about: the newest, of those that speak of the key where some do.
fn chosen(list: &[Reading], key: &str) -> Option<usize> {
    let of_key = |reading: &&Reading| reading.about.key.as_deref() == Some(key);
    let any = !key.is_empty() && list.iter().any(|reading| of_key(&reading));
    let all = list.iter().enumerate();
    let fitting = all.filter(|(_, reading)| !any || of_key(reading));
    let newest = fitting.max_by_key(|(_, reading)| newest(reading));
    newest.map(|(at, _)| at)
}

/// When a reading, or the newest row of it, was observed.
fn newest(reading: &Reading) -> Option<Instant> {
    let rows = reading.rows.iter().filter_map(|row| row.at).max();
    rows.or(reading.observed_at)
}

fn shift(reading: &mut Reading, by: Number) {
    let moved = |at: Option<Instant>| at.map(|at| at.plus(by).unwrap_or(at));
    reading.observed_at = moved(reading.observed_at);
    reading.latest = moved(reading.latest);
    for row in &mut reading.rows {
        row.at = moved(row.at);
    }
}

/// Makes one change in what was read.
fn change(
    done: &Done<'_>,
    program: &Program,
    store: &mut Store,
    readings: &mut Readings,
    evidence: &Evidence,
    key: &str,
) -> Result<(), Trouble> {
    let Some(item) = program.evidence.get(done.item.ix()) else {
        return Ok(());
    };
    let trouble = |message: String| Trouble::of(&done.change.text, message);
    match &done.change.to {
        To::Aged(_) | To::From(_) => return Ok(()),
        To::Gone if done.hops.is_empty() => return Ok(()),
        To::Gone | To::Value(_) | To::About(..) => {}
    }
    let Some(at) = chosen(readings.of(done.item), key) else {
        return Err(trouble(format!(
            "`{}` is not given, so there is nothing in it to change",
            item.name
        )));
    };
    let whole_series = done.hops.is_empty() && is_series(item);
    let list = &mut readings.list;
    let of_item = list.iter_mut().filter(|one| one.item == done.item);
    if let (To::About(what, _), Some(value)) = (&done.change.to, &done.value) {
        for reading in of_item {
            speak(reading, what, value, program);
            digest(reading, done, evidence);
        }
        return Ok(());
    }
    let mut chosen = None;
    for (place, reading) in of_item.enumerate() {
        if place == at {
            chosen = Some(reading);
        } else if whole_series {
            // The whole series is one reading now.
            reading.root = crate::data::Slot::Rows { start: 0, len: 0 };
            reading.rows.clear();
        }
    }
    let Some(reading) = chosen else {
        return Ok(());
    };
    let mut patch = Patch {
        program,
        store,
        reading,
        name: &item.name,
        ty: &item.ty,
    };
    match &done.value {
        Some(value) => patch.set(&done.hops, value),
        None => patch.remove(&done.hops),
    }
    .map_err(trouble)?;
    digest(reading, done, evidence);
    Ok(())
}

/// What was changed is another observation.
fn digest(reading: &mut Reading, done: &Done<'_>, evidence: &Evidence) {
    let before = reading.digest(evidence);
    let text = &done.change.text;
    reading.changed(Digest::of(format!("{before} {text}").as_bytes()));
}

fn speak(reading: &mut Reading, what: &AboutWhat, value: &Own, program: &Program) {
    let about = &mut reading.about;
    about.disagree = false;
    match (what, value) {
        (AboutWhat::Cohort, Own::Number(share)) => about.cohort = Some(*share),
        (AboutWhat::Phase, Own::Text(phase)) => about.phase = Some(phase.clone()),
        (AboutWhat::Key, Own::Text(key)) => about.key = Some(key.clone()),
        (AboutWhat::Subject(part), value) => {
            let first = program.subject.get_index(0).map(|(name, _)| name);
            let Some(name) = part.as_ref().or(first) else {
                return;
            };
            let ty = program.subject.get(name);
            if let Some(value) = ty.and_then(|ty| constant(value, ty)) {
                about.subject.insert(name.clone(), value);
            }
        }
        (AboutWhat::Cohort | AboutWhat::Phase | AboutWhat::Key, _) => {}
    }
}
