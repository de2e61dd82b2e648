//! Evidence items: where they come from, how long they stand, of what they speak. Knows clauses; the layout of a
//! payload is found in `types`.

use std::collections::BTreeSet;

use rolloutc_runtime::ir::{self, About, AboutWhat, ItemId, NodeId, Observed};
use rolloutc_runtime::time::{Pattern, PatternError};
use rolloutc_runtime::ty::Ty;

use super::names::suggest;
use super::{Checker, Inherited, Scope, paths, types};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, offset};
use crate::syntax::ast::{self, FieldItem};

impl<'a> Checker<'a> {
    /// All declared items, by id.
    pub(super) fn evidence_items(&mut self) -> Vec<ir::Item> {
        let ids = self.ids.items.clone();
        let mut out = Vec::new();
        for (i, (decl, found, scope)) in self.each_of(&ids).into_iter().enumerate() {
            if let ast::DeclKind::Evidence(evidence) = &found.kind {
                let id = ItemId(offset(i));
                out.push(self.within(decl, |c| c.evidence(id, evidence, found, &scope)));
            }
        }
        self.observed_cycles(&out);
        out
    }

    fn evidence(
        &mut self,
        id: ItemId,
        evidence: &'a ast::Evidence,
        decl: &ast::Decl,
        scope: &Scope,
    ) -> ir::Item {
        let shape = self.item(id);
        let at_origin = self.place(scope, decl.span);
        let mut item = ir::Item {
            name: evidence.name.text.to_string(),
            ty: shape.ty.clone(),
            source: self.source_of(evidence.source.as_ref(), scope),
            format: self.format_of_item(evidence, &shape.ty, scope),
            at: evidence
                .at
                .as_ref()
                .map(|path| paths(path, shape.keys))
                .unwrap_or_default(),
            observed: Observed::Envelope,
            fresh: None,
            soft: None,
            since: None,
            about: Vec::new(),
            may_be_empty: false,
            implied: false,
            at_origin,
        };
        self.standing(evidence, &mut item, scope);
        if let Some(observed) = &shape.observed {
            item.observed = self.observed(observed, &shape.ty);
        }
        self.lines_fit(&item);
        for about in &shape.about {
            item.about.extend(self.about(about));
        }
        item
    }

    /// `fresh`, `timeless`, `since`, `may be empty`.
    fn standing(&mut self, evidence: &'a ast::Evidence, item: &mut ir::Item, scope: &Scope) {
        let mut seen = BTreeSet::new();
        for clause in &evidence.items {
            match &clause.node {
                FieldItem::Fresh { limit, warn } => {
                    self.once(&mut seen, "fresh", clause.span, scope);
                    let limit_node = self.duration(limit, scope);
                    match warn {
                        Some(hard) => {
                            let hard_node = self.duration(hard, scope);
                            self.soft_before_hard(limit_node, hard_node, hard.span, scope);
                            item.soft = Some(limit_node);
                            item.fresh = Some(hard_node);
                        }
                        None => item.fresh = Some(limit_node),
                    }
                }
                FieldItem::Timeless => self.once(&mut seen, "timeless", clause.span, scope),
                FieldItem::Since(what) => {
                    self.once(&mut seen, "since", clause.span, scope);
                    item.since = Some(match what {
                        ast::SinceWhat::Cohort => ir::Since::Cohort,
                        ast::SinceWhat::Phase => ir::Since::Phase,
                        ast::SinceWhat::Rollback => ir::Since::Rollback,
                    });
                }
                FieldItem::MayBeEmpty => {
                    self.once(&mut seen, "may be empty", clause.span, scope);
                    item.may_be_empty = true;
                }
                FieldItem::Observed(_) => self.once(&mut seen, "observed", clause.span, scope),
                FieldItem::Keys(_) => self.once(&mut seen, "keys", clause.span, scope),
                FieldItem::Spread(_)
                | FieldItem::About(_)
                | FieldItem::Field(_)
                | FieldItem::Let(_)
                | FieldItem::Closed => {}
            }
        }
        if seen.contains("fresh") && seen.contains("timeless") {
            let at = self.at(scope, evidence.name.span);
            let message = format!("`{}` is both `fresh` and `timeless`", evidence.name.text);
            self.report(
                Diagnostic::error("duplicate-clause", at, message).help("keep one of them"),
            );
        }
        if !seen.contains("fresh") && !seen.contains("timeless") {
            let at = self.at(scope, evidence.name.span);
            let mut found = Diagnostic::error(
                "no-freshness",
                at,
                format!("nothing says how long `{}` stays fresh", evidence.name.text),
            )
            .help("write `fresh 24h`, or `timeless` for a rule book that is pinned by its digest");
            if let Some(first) = evidence.items.first() {
                let edit = (Span::at(first.span.start), "fresh 24h  ".to_string());
                found = found.fix("write `fresh 24h`", false, vec![edit]);
            }
            self.report(found);
        }
    }

    fn soft_before_hard(&mut self, soft: NodeId, hard: NodeId, span: Span, scope: &Scope) {
        if let (Some(ir::Const::Number(soft)), Some(ir::Const::Number(hard))) =
            (self.const_of(soft), self.const_of(hard))
            && soft >= hard
        {
            let at = self.at(scope, span);
            self.report(
                Diagnostic::error("impossible-bound", at, "the warning ends before it begins")
                    .help("write the shorter time first: `fresh 24h warn until 72h`"),
            );
        }
    }

    /// `observed …`, where it was written: in the item or in a record it is made of.
    fn observed(&mut self, clause: &Inherited<'a, ast::Observed>, ty: &Ty) -> Observed {
        let scope = Scope::module(clause.module);
        let pattern = clause
            .node
            .pattern
            .as_ref()
            .and_then(|text| self.time_pattern(text, &scope));
        match &clause.node.place {
            ast::ObservedPlace::At(path) => {
                let found = paths(path, clause.keys);
                let assume_utc = self.assumes_utc(ty, &found);
                Observed::At {
                    paths: found,
                    pattern,
                    assume_utc,
                }
            }
            ast::ObservedPlace::Line(line) => match self.line(line, &scope) {
                Some(line) => Observed::Line { line, pattern },
                None => Observed::Envelope,
            },
            ast::ObservedPlace::With(name) => match self.item_named(name, &scope) {
                Some(item) => Observed::With(item),
                None => Observed::Envelope,
            },
        }
    }

    /// Whether a field that reads the same path assumes UTC.
    fn assumes_utc(&self, ty: &Ty, found: &[ir::Path]) -> bool {
        let record = match ty {
            Ty::Record(record) | Ty::Rows { record, .. } => record,
            _ => return false,
        };
        let reads = |field: &ir::Field| {
            field
                .read
                .as_ref()
                .is_some_and(|r| r.assume_utc && r.paths == found)
        };
        self.records[record.0 as usize].fields.iter().any(reads)
    }

    /// A time pattern.
    fn time_pattern(&mut self, text: &ast::Str, scope: &Scope) -> Option<Pattern> {
        match Pattern::compile(text.as_str()) {
            Ok(pattern) if pattern.is_utc() => Some(pattern),
            Ok(_) => {
                let at = self.at(scope, text.span);
                self.report(
                    Diagnostic::error(
                        "bad-pattern",
                        at,
                        "a time of this pattern says no offset and no zone",
                    )
                    .help("end it with the letter that says so: `\"YYYYMMDD'T'hhmmss'Z'\"`"),
                );
                None
            }
            Err(error) => {
                let at = self.at(scope, text.span);
                let found = Diagnostic::error("bad-pattern", at, error.to_string());
                let found = match error {
                    PatternError::Unknown(..) | PatternError::Open(_) | PatternError::Twice(..) => {
                        found
                    }
                    PatternError::Lacks(_) => {
                        found.help("a time has at least its year, month and day")
                    }
                };
                self.report(found.help("for example `\"YYYYMMDD'T'hhmmss'Z'\"`"));
                None
            }
        }
    }

    /// `about …`, where it was written.
    fn about(&mut self, clause: &Inherited<'a, ast::About>) -> Option<About> {
        let scope = Scope::module(clause.module);
        let about = clause.node;
        let names: Vec<&str> = about.what.names.iter().map(ast::Name::as_str).collect();
        let key = self.per.as_ref().map(|per| per.name.clone());
        let what = match names.as_slice() {
            ["subject"] => {
                self.has_subject(&about.what, &scope)?;
                AboutWhat::Subject(None)
            }
            ["subject", part] => {
                self.has_subject(&about.what, &scope)?;
                if !self.subject.contains_key(*part) && self.is_damaged("rollout") {
                    return None;
                }
                if !self.subject.contains_key(*part) {
                    let known: Vec<String> = self.subject.keys().cloned().collect();
                    let span = about.what.names[1].span;
                    let at = self.at(&scope, span);
                    let found = Diagnostic::error(
                        "unknown-name",
                        at,
                        format!("the subject has no `{part}`"),
                    );
                    self.report(suggest(found, part, span, &known));
                    return None;
                }
                AboutWhat::Subject(Some(part.to_string()))
            }
            ["cohort"] => AboutWhat::Cohort,
            ["phase"] => AboutWhat::Phase,
            [name] if key.as_deref() == Some(*name) => AboutWhat::Key,
            _ if self.is_damaged("rollout") || self.is_module() => return None,
            _ => {
                let mut known = vec![
                    "subject".to_string(),
                    "cohort".to_string(),
                    "phase".to_string(),
                ];
                known.extend(key);
                let at = self.at(&scope, about.what.span);
                let found = Diagnostic::error(
                    "unknown-name",
                    at,
                    format!("evidence cannot be about `{}`", about.what),
                );
                self.report(suggest(
                    found,
                    &about.what.to_string(),
                    about.what.span,
                    &known,
                ));
                return None;
            }
        };
        let unit = about.unit.as_ref().and_then(|word| {
            let unit = self.unit(word);
            let ty = match what {
                AboutWhat::Cohort => Some(Ty::Ratio),
                AboutWhat::Subject(Some(ref part)) => self.subject.get(part).cloned(),
                AboutWhat::Subject(None) | AboutWhat::Phase | AboutWhat::Key => None,
            };
            if ty.as_ref().and_then(types::dimension) == Some(unit.dimension()) {
                return Some(unit);
            }
            let at = self.at(&scope, word.span);
            let message = format!("`{}` has no `{}`", about.what, unit.word());
            self.report(Diagnostic::error("unit-mismatch", at, message));
            None
        });
        Some(About {
            what,
            paths: about
                .at
                .as_ref()
                .map(|path| paths(path, clause.keys))
                .unwrap_or_default(),
            unit,
        })
    }

    fn has_subject(&mut self, dotted: &ast::Dotted, scope: &Scope) -> Option<()> {
        if self.subject.is_empty() && (self.is_module() || self.is_damaged("rollout")) {
            return None;
        }
        if self.subject.is_empty() {
            let at = self.at(scope, dotted.span);
            self.report(
                Diagnostic::error("unknown-name", at, "this rollout has no subject")
                    .help("say of what it is: `rollout production of build`"),
            );
            return None;
        }
        Some(())
    }

    /// Reports items that take their time from each other in a circle.
    fn observed_cycles(&mut self, items: &[ir::Item]) {
        for (i, item) in items.iter().enumerate() {
            let mut next = item;
            for _ in 0..items.len() {
                let Observed::With(other) = next.observed else {
                    break;
                };
                if other.ix() == i {
                    let decl = self.ids.items[i];
                    let at = (self.modules[decl.module.ix()].file, self.decl(decl).span);
                    let message = format!("`{}` takes its time from itself", item.name);
                    self.report(
                        Diagnostic::error("recursive-definition", at, message)
                            .help("one of the items must say its own time: `observed at PATH`"),
                    );
                    break;
                }
                let Some(found) = items.get(other.ix()) else {
                    break;
                };
                next = found;
            }
        }
    }

    /// Reports clauses that only evidence may have.
    pub(super) fn evidence_only(
        &mut self,
        items: &'a [ast::Spanned<FieldItem>],
        place: &str,
        scope: &Scope,
    ) {
        for item in items {
            let word = match &item.node {
                FieldItem::Fresh { .. } => "fresh",
                FieldItem::Timeless => "timeless",
                FieldItem::Since(_) => "since",
                FieldItem::MayBeEmpty => "may be empty",
                FieldItem::Keys(_)
                | FieldItem::Spread(_)
                | FieldItem::Observed(_)
                | FieldItem::About(_)
                | FieldItem::Field(_)
                | FieldItem::Let(_)
                | FieldItem::Closed => continue,
            };
            self.misplaced(
                word,
                place,
                "it belongs to the evidence that has this layout",
                item.span,
                scope,
            );
        }
    }
}
