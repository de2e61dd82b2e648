//! What evidence is made of: its type, and the clauses it takes over from its records. Knows no freshness.

use std::rc::Rc;

use rolloutc_runtime::ir;
use rolloutc_runtime::ty::Ty;

use super::{Inherited, ItemShape, inherited_at, inherited_observed, own_keys};
use crate::check::{Checker, Progress, Scope};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{self, KeyCase};

impl<'a> Checker<'a> {
    /// What an evidence item is made of.
    pub fn item(&mut self, id: ir::ItemId) -> Rc<ItemShape<'a>> {
        let of = |ty: Ty| {
            Rc::new(ItemShape {
                ty,
                keys: KeyCase::Exact,
                observed: None,
                about: Vec::new(),
            })
        };
        match self.cache.items.get(id.ix()) {
            Some(Some(Progress::Done(shape))) => return shape.clone(),
            Some(Some(Progress::Open)) => return of(Ty::Nothing),
            Some(None) | None => {}
        }
        let Some(decl) = self.ids.items.get(id.ix()).copied() else {
            let implied = self.cache.implied.values().find(|(item, _)| *item == id);
            return of(implied.map_or(Ty::Nothing, |(_, ty)| ty.clone()));
        };
        self.cache.items[id.ix()] = Some(Progress::Open);
        let found = self.decl(decl);
        let ast::DeclKind::Evidence(evidence) = &found.kind else {
            return of(Ty::Nothing);
        };
        let scope = Scope::module(decl.module);
        let shape = self.within(decl, |c| c.item_shape(evidence, found.tainted, &scope));
        let shape = Rc::new(shape);
        self.cache.items[id.ix()] = Some(Progress::Done(shape.clone()));
        shape
    }

    pub(super) fn item_shape(
        &mut self,
        evidence: &'a ast::Evidence,
        tainted: bool,
        scope: &Scope,
    ) -> ItemShape<'a> {
        let keys = own_keys(&evidence.items).unwrap_or(KeyCase::Exact);
        let Some(ty) = &evidence.ty else {
            let id = self.fields(
                &evidence.name.text,
                &evidence.items,
                KeyCase::Exact,
                tainted,
                scope,
            );
            if tainted && self.records[id.0 as usize].fields.is_empty() {
                return ItemShape {
                    ty: Ty::Nothing,
                    keys,
                    observed: None,
                    about: Vec::new(),
                };
            }
            let data = self.data(id);
            return ItemShape {
                ty: Ty::Record(id),
                keys,
                observed: data.observed.clone(),
                about: data.about.clone(),
            };
        };
        let ty = self.ty_named(ty, &evidence.name.text, keys, scope);
        let (mut own, mut spread, mut about) = (None, None, Vec::new());
        for item in &evidence.items {
            match &item.node {
                ast::FieldItem::Observed(node) => {
                    own = Some(inherited_observed(
                        inherited_at(scope, keys, item.span),
                        node,
                    ))
                }
                ast::FieldItem::About(node) => {
                    let (module, keys, span) = inherited_at(scope, keys, item.span);
                    about.insert(
                        0,
                        Inherited {
                            module,
                            keys,
                            node: &**node,
                            span,
                        },
                    );
                }
                ast::FieldItem::Spread(dotted) => {
                    if let Some(of) = self.spread(dotted, scope) {
                        let data = self.data(of).clone();
                        spread = spread.or(data.observed);
                        about.extend(data.about);
                    }
                }
                ast::FieldItem::Field(_) | ast::FieldItem::Let(_) => {
                    let at = self.at(scope, item.span);
                    let message = format!(
                        "`{}` has its type already, so its body takes no fields",
                        evidence.name.text
                    );
                    self.report(
                        Diagnostic::error("type-mismatch", at, message)
                            .help("put the field into the record, or leave the type out"),
                    );
                }
                ast::FieldItem::Keys(_)
                | ast::FieldItem::Fresh { .. }
                | ast::FieldItem::Timeless
                | ast::FieldItem::Since(_)
                | ast::FieldItem::MayBeEmpty
                | ast::FieldItem::Closed => {}
            }
        }
        let row = match &ty {
            Ty::Record(record) | Ty::Rows { record, .. } => Some(self.data(*record).clone()),
            _ => None,
        };
        let (from, also) = row.map_or((None, Vec::new()), |d| (d.observed, d.about));
        let said: Vec<String> = about.iter().map(|a| a.node.what.to_string()).collect();
        about.extend(
            also.into_iter()
                .filter(|a| !said.contains(&a.node.what.to_string())),
        );
        ItemShape {
            ty,
            keys,
            observed: own.or(spread).or(from),
            about,
        }
    }
}
