//! What a test gives and changes: every path is resolved against the schema it changes, every value typed as there.
//! Knows fields and rows; reads no evidence.

use rolloutc_runtime::ir::trial::{Change, Given, Hop, Target, To};
use rolloutc_runtime::ir::{AboutWhat, ItemId, Node, NodeId};
use rolloutc_runtime::ty::Ty;

use super::head;
use crate::check::decl::Declared;
use crate::check::names::suggest;
use crate::check::{Checker, Def, Scope, Typed};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, NumberValue};

impl<'a> Checker<'a> {
    pub(super) fn given(
        &mut self,
        given: &'a ast::Given,
        span: Span,
        out: &Declared,
        scope: &Scope,
    ) -> Option<Given> {
        let folder = match &given.what {
            ast::GivenWhat::Fixture(name) => self.fixture_named(name, scope),
            ast::GivenWhat::Evidence(path) => {
                self.inside_path(path.as_str(), path.span, scope);
                Some(self.beside(path.as_str(), scope))
            }
        };
        let mut changes = Vec::new();
        for change in &given.with {
            for (what, to) in self.change(&change.node, out, scope) {
                let text = self.said(change.span, scope);
                let at = self.origin(self.at(scope, change.span));
                changes.push(Change { what, to, text, at });
            }
        }
        for path in &given.without {
            if let Some((mut what, _)) = self.changed(path, scope) {
                // `m["a"]` of a map of plain values reads the value; what is left out is its row.
                if let (ExprKind::Index { .. }, Target::Item(_, hops)) = (&path.kind, &mut what)
                    && let [.., Hop::Row(_), Hop::Field(_)] = hops[..]
                {
                    hops.pop();
                }
                if !matches!(what, Target::Item(..)) {
                    let at = self.at(scope, path.span);
                    self.report(
                        Diagnostic::error("not-given", at, "only evidence can be left out").help(
                            "a param always has a value; give it another: `with { name = … }`",
                        ),
                    );
                    continue;
                }
                let text = format!("without {}", self.said(path.span, scope));
                let at = self.origin(self.at(scope, path.span));
                let to = To::Gone;
                changes.push(Change { what, to, text, at });
            }
        }
        let at = self.origin(self.at(scope, span));
        Some(Given {
            folder: folder?,
            changes,
            at,
        })
    }

    /// A change; of several members of a subject one for each.
    fn change(
        &mut self,
        change: &'a ast::Change,
        out: &Declared,
        scope: &Scope,
    ) -> Vec<(Target, To)> {
        if let ast::Change::About { item, value } = change
            && let ExprKind::Value(entries) = &value.kind
        {
            return self.speaks_of_all(item, entries, scope);
        }
        self.one_change(change, out, scope).into_iter().collect()
    }

    /// `item about { run: "r2", release: "7" }`
    fn speaks_of_all(
        &mut self,
        item: &'a ast::Path,
        entries: &'a [ast::Entry],
        scope: &Scope,
    ) -> Vec<(Target, To)> {
        let Some(id) = self.whole_item(item, "speaks of something", scope) else {
            return Vec::new();
        };
        let mut all = Vec::new();
        for entry in entries {
            let ast::EntryKind::Pair { key, value } = &entry.kind else {
                continue;
            };
            let Some(ty) = self.subject.get(&*key.text).cloned() else {
                let at = self.at(scope, key.span);
                let known: Vec<String> = self.subject.keys().cloned().collect();
                let message = format!("the subject has no `{}`", key.text);
                let found = Diagnostic::error("unknown-member", at, message);
                self.report(suggest(found, &key.text, key.span, &known));
                continue;
            };
            let node = self.value(value, &ty, scope);
            let about = AboutWhat::Subject(Some(key.text.to_string()));
            all.push((Target::Item(id, Vec::new()), To::About(about, node)));
        }
        all
    }

    fn one_change(
        &mut self,
        change: &'a ast::Change,
        out: &Declared,
        scope: &Scope,
    ) -> Option<(Target, To)> {
        match change {
            ast::Change::Set { path, value } => {
                let (what, ty) = self.changed(path, scope)?;
                let node = self.value(value, &ty, scope);
                Some((what, To::Value(node)))
            }
            ast::Change::Aged { item, age } => {
                let item = self.whole_item(item, "has an age", scope)?;
                let age = self.length(age, scope)?;
                Some((Target::Item(item, Vec::new()), To::Aged(age)))
            }
            ast::Change::From { item, file } => {
                let item = self.whole_item(item, "comes from a file", scope);
                self.inside_path(file.as_str(), file.span, scope);
                let file = self.beside(file.as_str(), scope);
                Some((Target::Item(item?, Vec::new()), To::From(file)))
            }
            ast::Change::About { item, value } => {
                let id = self.whole_item(item, "speaks of something", scope)?;
                let (about, node) = self.speaks_of(id, item.span, value, out, scope)?;
                Some((Target::Item(id, Vec::new()), To::About(about, node)))
            }
        }
    }

    /// What a change is about, and the type of what stands there.
    fn changed(&mut self, path: &'a ast::Path, scope: &Scope) -> Option<(Target, Ty)> {
        self.is_given(path, scope)?;
        let typed = self.expr(path, None, scope);
        if typed.ty == Ty::Nothing {
            return None;
        }
        let mut hops = Vec::new();
        let target = match self.hops(typed.node, &mut hops) {
            Some(Root::Item(item)) => Target::Item(item, hops),
            Some(Root::Param(param)) if hops.is_empty() => Target::Param(param),
            Some(Root::Subject(member)) if hops.is_empty() => Target::Subject(member),
            _ => {
                self.computed(path, &typed, scope);
                return None;
            }
        };
        Some((target, typed.ty))
    }

    fn computed(&mut self, path: &ast::Path, typed: &Typed, scope: &Scope) {
        let at = self.at(scope, path.span);
        let said = self.said(path.span, scope);
        let found = match typed.ty.required() {
            Ty::Record(_) if matches!(self.node(typed.node), Node::Make(..)) => {
                let message = format!("`{said}` has several members");
                Diagnostic::error("not-given", at, message)
                    .help("set them one by one: `subject.run = \"r2\"`")
            }
            _ => {
                let message = format!("`{said}` is computed, so no evidence holds it");
                Diagnostic::error("not-given", at, message).help("change what it is computed from")
            }
        };
        self.report(found);
    }

    /// The hops from evidence, a param or the subject to a node; `None` where it is computed.
    fn hops(&self, node: NodeId, hops: &mut Vec<Hop>) -> Option<Root> {
        match self.node(node) {
            Node::Item(item) => Some(Root::Item(*item)),
            Node::Param(param) => Some(Root::Param(*param)),
            Node::Subject(member) => Some(Root::Subject(*member)),
            Node::Field(of, slot) => {
                let (of, slot) = (*of, *slot);
                let root = self.hops(of, hops)?;
                hops.push(Hop::Field(slot));
                Some(root)
            }
            Node::Last1(of) => {
                let of = *of;
                let root = self.hops(of, hops)?;
                hops.push(Hop::Last);
                Some(root)
            }
            Node::Index(of, keys) => {
                let [key] = keys[..] else { return None };
                let of = *of;
                let root = self.hops(of, hops)?;
                hops.push(Hop::Row(key));
                Some(root)
            }
            _ => None,
        }
    }

    /// Whether a path starts at something that a test may give; reports where it does not.
    fn is_given(&mut self, path: &ast::Path, scope: &Scope) -> Option<()> {
        let name = head(path)?;
        match self.find(scope.module, &name.text) {
            Some((Def::Item(_) | Def::Param(_) | Def::Module(_), _)) => Some(()),
            Some((Def::Broken, _)) => None,
            Some((other, _)) => {
                self.wrong_kind::<()>(&name.text, name.span, &other, "evidence", scope)
            }
            None if name.as_str() == "subject" || self.lookup_item(&name.text).is_some() => {
                Some(())
            }
            None => {
                self.named(&name, "evidence", scope);
                None
            }
        }
    }

    /// The item that a path names as a whole.
    fn whole_item(&mut self, path: &'a ast::Path, what: &str, scope: &Scope) -> Option<ItemId> {
        self.is_given(path, scope)?;
        let typed = self.expr(path, None, scope);
        if typed.ty == Ty::Nothing {
            return None;
        }
        if let Node::Item(item) = self.node(typed.node) {
            return Some(*item);
        }
        let at = self.at(scope, path.span);
        let said = self.said(path.span, scope);
        let mut found = Diagnostic::error(
            "not-given",
            at,
            format!("`{said}` is not an evidence item by itself; only a whole item {what}"),
        );
        if let Some(name) = head(path) {
            found = found.help(format!("name the item: `{}`", name.text));
        }
        self.report(found);
        None
    }

    /// What `item about E` says: which of the item's `about` clauses, and the value there.
    fn speaks_of(
        &mut self,
        id: ItemId,
        span: Span,
        value: &'a ast::Expr,
        out: &Declared,
        scope: &Scope,
    ) -> Option<(AboutWhat, NodeId)> {
        let item = out.items.get(id.ix());
        let abouts: Vec<AboutWhat> = item.map_or(Vec::new(), |item| {
            item.about.iter().map(|about| about.what.clone()).collect()
        });
        let name = item.map_or(String::new(), |item| item.name.clone());
        let is_share = matches!(&value.kind, ExprKind::Number(number)
            if matches!(number.value, NumberValue::Percent(_) | NumberValue::Int(0)));
        let is_phase = value.as_name().is_some_and(|name| {
            matches!(
                self.find(scope.module, &name.text),
                Some((Def::Phase(_), _))
            )
        });
        let fits = |about: &&AboutWhat| match about {
            AboutWhat::Cohort => is_share,
            AboutWhat::Phase => is_phase,
            AboutWhat::Subject(_) | AboutWhat::Key => !is_share && !is_phase,
        };
        let chosen = match abouts.as_slice() {
            [] => {
                let at = self.at(scope, span);
                let message = format!("`{name}` does not say of what it speaks");
                self.report(
                    Diagnostic::error("not-given", at, message)
                        .help("declare it: `about cohort`, `about phase` or `about subject`"),
                );
                return None;
            }
            [only] => only.clone(),
            several => several.iter().find(fits).unwrap_or(&several[0]).clone(),
        };
        let want = match &chosen {
            AboutWhat::Cohort => Ty::Ratio,
            AboutWhat::Phase | AboutWhat::Key => Ty::Text,
            AboutWhat::Subject(Some(part)) => {
                self.subject.get(part).cloned().unwrap_or(Ty::Nothing)
            }
            AboutWhat::Subject(None) => match self.subject.values().collect::<Vec<_>>()[..] {
                [only] => only.clone(),
                _ => {
                    let at = self.at(scope, value.span);
                    let message = format!(
                        "`{name}` speaks of a subject with several members, not of one value"
                    );
                    self.report(
                        Diagnostic::error("not-given", at, message)
                            .help("change the subject instead: `subject.run = \"r2\"`"),
                    );
                    return None;
                }
            },
        };
        let node = match (&chosen, &value.kind) {
            (AboutWhat::Key, ExprKind::Name(key)) => {
                let at = self.at(scope, value.span);
                self.constant_text(key, at).node
            }
            (AboutWhat::Cohort, ExprKind::Number(number)) => {
                let share = self.share(number, scope)?;
                let at = self.at(scope, value.span);
                let share = rolloutc_runtime::ir::Const::Number(share);
                self.push(Node::Const(share), Ty::Ratio, at).node
            }
            _ => self.value(value, &want, scope),
        };
        Some((chosen, node))
    }
}

/// Where a path of a test begins.
enum Root {
    Item(ItemId),
    Param(rolloutc_runtime::ir::ParamId),
    Subject(u16),
}
