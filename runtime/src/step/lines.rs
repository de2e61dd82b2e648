//! What went in, as the decision lists it: evidence, params, warnings, digests; and what the state
//! remembers of it. Knows no rule.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Run;
use crate::canon::Digest;
use crate::decision::{EvidenceLine, ItemWord, ParamFrom, ParamLine, WarningCode};
use crate::document::Span;
use crate::evidence::{self, Content};
use crate::ir::{Const, ItemId, Param, ThresholdId};
use crate::state::Seen;
use crate::ty::Ty;
use crate::view::ItemState;
use crate::view::look::{Mode, const_text, is_series};

impl<'a> Run<'a> {
    /// Every declared item as this step saw it.
    pub(super) fn evidence_lines(&self) -> Vec<EvidenceLine> {
        let bindings = self.bindings();
        let look = self.look(&bindings);
        let view = look.view(self.sight(Mode::Move, self.now));
        let line = |(item, seen): (&'a crate::ir::Item, &crate::view::ItemView)| {
            let reading = seen
                .reading
                .and_then(|at| self.readings.list.get(at as usize));
            let observation = reading
                .and_then(|reading| self.evidence.observations.get(reading.observation as usize));
            EvidenceLine {
                item: item.name.clone(),
                about: reading.map_or(BTreeMap::new(), |reading| look.about(item, reading)),
                state: word(seen.state),
                cause: (!seen.note.is_empty()).then(|| seen.note.clone()),
                observed_at: seen.observed_at,
                time_from: reading.map(|reading| look.time_from(reading)),
                age: seen.observed_at.map(|at| Span(self.now.since(at))),
                digest: reading.map(|reading| reading.digest(self.evidence)),
                file: observation.and_then(|observation| observation.file.clone()),
            }
        };
        let items = self.program.evidence.iter().zip(&view.items);
        // A log that nobody declared and nobody wrote is nothing to list.
        items
            .filter(|(item, seen)| !item.implied || seen.state != ItemState::Missing)
            .map(line)
            .collect()
    }

    /// Warnings that speak of the evidence as such.
    pub(super) fn evidence_warnings(&mut self) {
        for note in &self.evidence.notes {
            let mut codes = WarningCode::ALL.iter();
            let code = codes.find(|code| code.word() == note.code);
            let code = code.copied().unwrap_or(WarningCode::Unused);
            self.warn(code, note.subject.clone(), note.message.clone());
        }
        for at in &self.readings.unused {
            if let Some(observation) = self.evidence.observations.get(*at as usize) {
                let name = observation.item.clone();
                self.warn(
                    WarningCode::Unused,
                    name,
                    "the policy declares no such evidence",
                );
            }
        }
        for (id, at) in &self.readings.failed {
            let item = self.program.evidence.get(id.ix());
            let observation = self.evidence.observations.get(*at as usize);
            if let (Some(item), Some(observation)) = (item, observation)
                && let Content::Failed { at, error } = &observation.content
            {
                let message = format!("not collected {at}: {error}");
                self.warn(WarningCode::Failed, item.name.clone(), message);
            }
        }
        let view = self.view(Mode::Move);
        let passed: Vec<(String, String)> = self.asking(&view, self.now, |ctx| {
            let thresholds = &ctx.program().thresholds;
            let told = |at: usize| {
                let fact = ctx.explain_warning(ThresholdId(at as u32))?;
                Some((thresholds[at].name.clone(), fact.message))
            };
            (0..thresholds.len()).filter_map(told).collect()
        });
        for (threshold, message) in passed {
            self.warn(WarningCode::Advisory, threshold, message);
        }
        let view = self.view(Mode::Watch);
        for (item, seen) in self.program.evidence.iter().zip(&view.items) {
            if seen.soft_stale
                && let Some(at) = seen.observed_at
            {
                let message = format!("{} old", Span(self.now.since(at)));
                self.warn(WarningCode::SoftStale, item.name.clone(), message);
            }
            if seen.state == ItemState::Superseded {
                self.warn(
                    WarningCode::Superseded,
                    item.name.clone(),
                    seen.note.clone(),
                );
            }
        }
        if !self.first && self.instance.params != self.params_digest() {
            let message = "values differ from the last step's; approvals given before do not count";
            self.warn(WarningCode::Conflicts, "params", message);
        }
    }

    /// Params with their values.
    pub(super) fn param_lines(&self) -> Vec<ParamLine> {
        let line = |(param, value): (&Param, &Const)| {
            let given = self
                .evidence
                .params
                .iter()
                .find(|given| given.name == param.name);
            let from = match given {
                Some(given) => Some(match given.from {
                    evidence::ParamFrom::Flag => ParamFrom::Flag,
                    evidence::ParamFrom::Env => ParamFrom::Env,
                    evidence::ParamFrom::Default => ParamFrom::Default,
                }),
                None => param.default.as_ref().map(|_| ParamFrom::Default),
            };
            ParamLine {
                name: param.name.clone(),
                ty: self.type_word(&param.ty),
                value: (param.ty != Ty::Secret && *value != Const::Null)
                    .then(|| const_text(self.program, &param.ty, value)),
                from,
                bound: self.bound(param),
            }
        };
        self.program
            .params
            .iter()
            .zip(self.params)
            .map(line)
            .collect()
    }

    fn bound(&self, param: &Param) -> Option<String> {
        let text = |value: &Const| const_text(self.program, &param.ty, value);
        let mut parts = Vec::new();
        let limit = |value: &Const| const_text(self.program, param.bounded(), value);
        parts.extend(param.min.iter().map(|min| format!("min {}", limit(min))));
        parts.extend(param.max.iter().map(|max| format!("max {}", limit(max))));
        if !param.only.is_empty() {
            let only: Vec<String> = param.only.iter().map(text).collect();
            parts.push(format!("only {}", only.join(", ")));
        }
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    fn type_word(&self, ty: &Ty) -> String {
        match ty {
            Ty::Bool => "bool".into(),
            Ty::Text => "text".into(),
            Ty::Int => "int".into(),
            Ty::Number => "number".into(),
            Ty::Ratio => "ratio".into(),
            Ty::Duration => "duration".into(),
            Ty::Bytes => "bytes".into(),
            Ty::Version => "version".into(),
            Ty::Instant => "instant".into(),
            Ty::Date => "date".into(),
            Ty::Enum(id) => {
                let of = self.program.enums.get(id.0 as usize);
                of.map_or("enum".into(), |of| of.name.clone())
            }
            Ty::Record(id) => {
                let of = self.program.records.get(id.0 as usize);
                of.map_or("record".into(), |of| of.name.clone())
            }
            Ty::Rows { .. } => "rows".into(),
            Ty::List(element) => format!("list {}", self.type_word(element)),
            Ty::Optional(inner) => format!("{}?", self.type_word(inner)),
            Ty::Secret => "secret".into(),
            Ty::Nothing => "null".into(),
        }
    }

    /// The digest of the params: name, type and value; secrets by name only.
    pub(super) fn params_digest(&self) -> Digest {
        Digest::of_document(&self.params_value(), &[])
    }

    fn params_value(&self) -> Value {
        let lines = self.param_lines();
        lines
            .iter()
            .map(|line| json!({ "name": line.name, "type": line.ty, "value": line.value }))
            .collect()
    }

    /// The digest of all input: subject, key, params, items by name, about, instant and digest.
    pub(super) fn evidence_digest(&self) -> Digest {
        let subject = self.evidence.subject.as_ref().map(|given| {
            let members = given.0.iter().map(|(name, value)| {
                let ty = self.program.subject.get(name).unwrap_or(&Ty::Text);
                (name.clone(), const_text(self.program, ty, value))
            });
            members.collect::<BTreeMap<String, String>>()
        });
        let mut read = vec![None; self.evidence.observations.len()];
        for reading in &self.readings.list {
            if let Some(read) = read.get_mut(reading.observation as usize) {
                *read = Some(reading);
            }
        }
        let mut items: Vec<String> = self
            .evidence
            .observations
            .iter()
            .zip(read)
            .map(|(observation, read)| {
                let about = &observation.about;
                let of = about.subject.as_ref().map(|of| {
                    let members = of.0.iter().map(|(name, value)| {
                        (name.clone(), const_text(self.program, &Ty::Text, value))
                    });
                    members.collect::<BTreeMap<String, String>>()
                });
                let failed = match &observation.content {
                    Content::Failed { at, error } => Some(format!("{at} {error}")),
                    Content::Unfit(why) => Some(why.clone()),
                    Content::Absent => Some("absent".into()),
                    Content::Bytes { .. } | Content::Json(_) | Content::Text(_) => None,
                };
                let value = json!({
                    "item": observation.item,
                    "about": {
                        "subject": of,
                        "cohort": about.cohort.map(|share| share.text()),
                        "phase": about.phase,
                        "key": about.key,
                    },
                    "observed_at": observation.observed_at,
                    "digest": read.map_or_else(|| observation.digest(), |read| read.digest(self.evidence)),
                    "failed": failed,
                });
                crate::canon::canonical(&value)
            })
            .collect();
        items.sort();
        items.dedup();
        let value = json!({
            "subject": subject,
            "for": self.key,
            "params": self.params_value(),
            "items": items,
        });
        Digest::of_document(&value, &[])
    }

    /// The digest of some items' readings.
    pub(super) fn items_digest(&self, items: &BTreeSet<ItemId>) -> Digest {
        let mut digests = BTreeSet::new();
        for id in items {
            for reading in self.readings.of(*id) {
                digests.insert(reading.digest(self.evidence).to_string());
            }
        }
        Digest::of_document(&json!(digests), &[])
    }

    /// Remembers the newest observation of each item and what it is about, and pins what is timeless.
    pub(super) fn remember_seen(&mut self) {
        let bindings = self.bindings();
        let look = self.look(&bindings);
        let mut seen: BTreeMap<(String, BTreeMap<String, String>), Seen> = BTreeMap::new();
        for entry in &self.instance.seen {
            seen.insert((entry.item.clone(), entry.about.clone()), entry.clone());
        }
        let mut pins = Vec::new();
        for (at, item) in self.program.evidence.iter().enumerate() {
            let id = ItemId(at as u32);
            let Some(hard) = self.fresh[at].hard else {
                let view = look.some(self.sight(Mode::Watch, self.now), &[id].into());
                let reading = view.items[at]
                    .reading
                    .filter(|_| view.items[at].state == ItemState::Present)
                    .and_then(|at| self.readings.list.get(at as usize));
                if let Some(reading) = reading {
                    pins.push((item.name.clone(), reading.digest(self.evidence)));
                }
                continue;
            };
            for reading in self.readings.of(id) {
                let newest = match is_series(item) && !reading.rows.is_empty() {
                    true => reading.rows.iter().filter_map(|row| row.at).max(),
                    false => reading.observed_at,
                };
                let future = reading.latest.max(newest).is_some_and(|at| at > self.now);
                let Some(observed_at) = newest.filter(|_| !future) else {
                    continue;
                };
                let about = look.about(item, reading);
                let key = (item.name.clone(), about.clone());
                if seen
                    .get(&key)
                    .is_none_or(|entry| entry.observed_at < observed_at)
                {
                    seen.insert(
                        key,
                        Seen {
                            item: item.name.clone(),
                            about,
                            observed_at,
                            digest: reading.digest(self.evidence),
                            until: observed_at.plus(hard),
                        },
                    );
                }
            }
        }
        self.instance.seen = seen.into_values().collect();
        for (name, digest) in pins {
            if !self.program.pins.contains_key(&name) {
                self.instance.pins.entry(name).or_insert(digest);
            }
        }
    }
}

fn word(state: ItemState) -> ItemWord {
    match state {
        ItemState::Present => ItemWord::Present,
        ItemState::Awaited { .. } => ItemWord::Awaited,
        ItemState::Missing => ItemWord::Missing,
        ItemState::Stale => ItemWord::Stale,
        ItemState::Malformed => ItemWord::Malformed,
        ItemState::Future => ItemWord::Future,
        ItemState::Mismatched => ItemWord::Mismatched,
        ItemState::Superseded => ItemWord::Superseded,
    }
}
