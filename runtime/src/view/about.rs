//! Of what evidence speaks, against of what is asked: key, subject, cohort, phase. Knows no freshness.

use std::collections::BTreeMap;

use super::look::{Look, Mode, Sight, const_text};
use crate::document::Share;
use crate::evidence::Reading;
use crate::ir::{AboutWhat, Const, Item};
use crate::state::Seen;
use crate::time::Instant;
use crate::ty::Ty;

impl<'a> Look<'a> {
    /// Whether a reading speaks of the key and subject that are asked about.
    pub(super) fn speaks_of_us(&self, sight: Sight<'_>, item: &Item, reading: &Reading) -> bool {
        self.of_another(sight, item, reading).is_none()
    }

    /// Why it does not, if it does not.
    pub(super) fn of_another(
        &self,
        sight: Sight<'_>,
        item: &Item,
        reading: &Reading,
    ) -> Option<String> {
        let facts = &reading.about;
        if facts.disagree && !item.about.is_empty() {
            return Some("its payload and its envelope speak of different things".into());
        }
        for about in &item.about {
            match &about.what {
                AboutWhat::Key => match &facts.key {
                    Some(key) if *key == self.bindings.key => {}
                    Some(key) => return Some(format!("about `{key}`")),
                    None => return Some("it does not say about which key it speaks".into()),
                },
                AboutWhat::Subject(part) => {
                    let members = self.program.subject.iter();
                    let wanted =
                        members.filter(|(name, _)| part.as_ref().is_none_or(|p| p == *name));
                    for (name, ty) in wanted {
                        let ours = sight.subject.and_then(|subject| subject.0.get(name));
                        match (facts.subject.get(name), ours) {
                            (Some(Const::Null) | None, _) => {
                                return Some(format!(
                                    "it does not say about which {name} it speaks"
                                ));
                            }
                            (Some(value), Some(ours)) => {
                                let theirs = const_text(self.program, ty, value);
                                if theirs != *ours {
                                    return Some(format!("about {name} `{theirs}`, not `{ours}`"));
                                }
                            }
                            (Some(_), None) => {
                                return Some(format!("no {name} is asked about"));
                            }
                        }
                    }
                }
                AboutWhat::Cohort | AboutWhat::Phase => {}
            }
        }
        None
    }

    /// Why it speaks of another place, if that counts against it.
    pub(super) fn of_another_place(
        &self,
        sight: Sight<'_>,
        item: &Item,
        reading: &Reading,
        observed: Instant,
    ) -> Option<String> {
        let b = self.bindings;
        for about in &item.about {
            let (entry, theirs, ours, fits) = match about.what {
                AboutWhat::Cohort => (
                    b.entered_at,
                    reading.about.cohort.map(|share| Share(share).to_string()),
                    b.cohort.map(|share| share.to_string()),
                    reading.about.cohort == b.cohort.map(|share| share.0),
                ),
                AboutWhat::Phase => (
                    b.phase_entered_at,
                    reading.about.phase.clone(),
                    Some(b.phase.clone()),
                    reading.about.phase.as_ref() == Some(&b.phase),
                ),
                AboutWhat::Subject(_) | AboutWhat::Key => continue,
            };
            let word = match about.what {
                AboutWhat::Cohort => "cohort",
                _ => "phase",
            };
            let Some(theirs) = theirs else {
                return Some(format!("it does not say about which {word} it speaks"));
            };
            let earlier = entry.is_some_and(|entry| observed < entry);
            let binds = match sight.mode {
                Mode::Move => true,
                Mode::Watch | Mode::Since(_) => !earlier,
            };
            if !fits && binds {
                let ours = ours.unwrap_or_else(|| "none".into());
                return Some(format!("about {word} {theirs}, not {ours}"));
            }
        }
        None
    }

    /// What a reading speaks of, in the parts that its item declares.
    pub fn about(&self, item: &Item, reading: &Reading) -> BTreeMap<String, String> {
        let mut about = BTreeMap::new();
        for declared in &item.about {
            match &declared.what {
                AboutWhat::Subject(part) => {
                    for (name, value) in &reading.about.subject {
                        if part.as_ref().is_none_or(|part| part == name) {
                            let ty = self.program.subject.get(name).unwrap_or(&Ty::Text);
                            about.insert(
                                format!("subject.{name}"),
                                const_text(self.program, ty, value),
                            );
                        }
                    }
                }
                AboutWhat::Cohort => {
                    if let Some(share) = reading.about.cohort {
                        about.insert("cohort".into(), Share(share).to_string());
                    }
                }
                AboutWhat::Phase => {
                    if let Some(phase) = &reading.about.phase {
                        about.insert("phase".into(), phase.clone());
                    }
                }
                AboutWhat::Key => {
                    if let Some(key) = &reading.about.key {
                        about.insert("key".into(), key.clone());
                    }
                }
            }
        }
        about
    }

    /// What was seen before of the item, about the same.
    pub(super) fn seen(&self, item: &Item, reading: &Reading) -> Option<&'a Seen> {
        let mut of_item = self
            .bindings
            .seen
            .iter()
            .filter(|seen| seen.item == item.name)
            .peekable();
        of_item.peek()?;
        let about = self.about(item, reading);
        of_item.find(|seen| seen.about == about)
    }
}
