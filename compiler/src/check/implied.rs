//! Evidence that nobody wrote a line for: logs of procedures, rows of approvals. Knows the members of such rows.

use rolloutc_runtime::ir::{self, Format, ItemId, Node, Observed, Read, Source};
use rolloutc_runtime::number::Number;
use rolloutc_runtime::ty::{RecordId, Shape, Ty};
use rolloutc_runtime::unit;

use super::outline::ModuleId;
use super::{Checker, Def, Scope};
use crate::source::offset;
use crate::syntax::ast::{self, ApprovalClause, ProcedureClause};

/// How long rows of approvals and logs stand where nobody says otherwise, in days: those that read them have limits of
/// their own.
const DAYS: i64 = 90;

/// Items beside the declared ones, in the order of their ids.
#[derive(Clone, Debug, Default)]
pub(super) struct Implied {
    /// The items.
    pub items: Vec<ImpliedItem>,
    /// The item each approval reads, by approval.
    pub approvals: Vec<Option<ItemId>>,
    /// The log of each procedure that names none, by procedure.
    pub logs: Vec<Option<ItemId>>,
}

/// One such item.
#[derive(Clone, Debug)]
pub(super) struct ImpliedItem {
    name: String,
    ty: Ty,
    source: Source,
    format: Option<Format>,
    place: super::Place,
}

impl<'a> Checker<'a> {
    /// Declares the items that procedures and approvals imply.
    pub(super) fn implied_items(&mut self) -> Implied {
        let mut out = Implied::default();
        for (decl, found, scope) in self.each_of(&self.ids.procedures.clone()) {
            let (ast::DeclKind::Rollback(procedure) | ast::DeclKind::Switch(procedure)) =
                &found.kind
            else {
                continue;
            };
            let name = format!("{}_log", procedure.name.text);
            // `log NAME_log any order` names the very one that is implied.
            let none = self.find(decl.module, &name).is_none();
            let implied = |said: &ast::Name| none && said.text.as_ref() == name;
            let named = (procedure.clauses.iter())
                .any(|c| matches!(&c.node, ProcedureClause::Log { name, .. } if !implied(name)));
            let log = (!named).then(|| match self.find(decl.module, &name) {
                Some((Def::Item(id), _)) => id,
                _ => {
                    let place = self.at(&scope, procedure.name.span);
                    let ty = self.log_rows();
                    self.imply(&mut out, name, ty, Source::Given, place)
                }
            });
            out.logs.push(log);
        }
        self.implied_approvals(&mut out);
        out
    }

    fn implied_approvals(&mut self, out: &mut Implied) {
        let declared = match self.find(ModuleId::ROOT, "approvals") {
            Some((Def::Item(id), _)) => Some(id),
            _ => None,
        };
        let mut shared = declared;
        let place = (self.modules[0].file, crate::source::Span::at(0));
        if shared.is_none() && !self.ids.phases.is_empty() {
            let ty = self.approval_rows();
            shared = Some(self.imply(out, "approvals".to_string(), ty, Source::Given, place));
        }
        for (_, found, scope) in self.each_of(&self.ids.approvals.clone()) {
            let ast::DeclKind::Approval(approval) = &found.kind else {
                continue;
            };
            let from = approval
                .clauses
                .iter()
                .find_map(|clause| match &clause.node {
                    ApprovalClause::From(source) => Some(source),
                    _ => None,
                });
            let item = match from {
                Some(source) => {
                    let place = self.at(&scope, approval.name.span);
                    let source = self.source_of(Some(source), &scope);
                    let ty = self.approval_rows();
                    self.imply(out, approval.name.text.to_string(), ty, source, place)
                }
                None => match shared {
                    Some(shared) => shared,
                    None => {
                        let ty = self.approval_rows();
                        *shared.insert(self.imply(
                            out,
                            "approvals".to_string(),
                            ty,
                            Source::Given,
                            place,
                        ))
                    }
                },
            };
            out.approvals.push(Some(item));
        }
    }

    fn imply(
        &mut self,
        out: &mut Implied,
        name: String,
        ty: Ty,
        source: Source,
        place: super::Place,
    ) -> ItemId {
        let id = ItemId(offset(self.ids.items.len() + out.items.len()));
        self.imply_item(&name, id, ty.clone());
        out.items.push(ImpliedItem {
            name,
            ty,
            source,
            format: None,
            place,
        });
        id
    }

    /// The implied items as the program has them.
    pub(super) fn implied_tables(
        &mut self,
        implied: Implied,
        approvals: &[ir::Approval],
    ) -> Vec<ir::Item> {
        let mut out = Vec::new();
        let longest = (approvals.iter().filter_map(|a| self.const_of(a.fresh)))
            .filter_map(|fresh| match fresh {
                ir::Const::Number(fresh) => Some(fresh),
                _ => None,
            })
            .max();
        let day = Number::int(i128::from(unit::SECOND) * 86_400);
        let usual = day.mul(Number::int(i128::from(DAYS))).unwrap_or(day);
        let stands = longest.map_or(usual, |longest| longest.max(usual));
        for item in implied.items {
            let fresh = self.push(
                Node::Const(ir::Const::Number(stands)),
                Ty::Duration,
                item.place,
            );
            out.push(ir::Item {
                name: item.name,
                ty: item.ty,
                source: item.source,
                format: item.format,
                at: Vec::new(),
                observed: Observed::Envelope,
                fresh: Some(fresh.node),
                soft: None,
                since: None,
                about: Vec::new(),
                may_be_empty: true,
                implied: true,
                at_origin: self.origin(item.place),
            });
        }
        out
    }

    fn log_rows(&mut self) -> Ty {
        let optional = |ty: Ty| Ty::Optional(Box::new(ty));
        let fields = vec![
            ("step", Ty::Text),
            ("done_at", Ty::Instant),
            ("by", optional(Ty::Text)),
            ("proof", optional(Ty::Text)),
        ];
        self.rows_of("a row of a log", fields)
    }

    fn approval_rows(&mut self) -> Ty {
        let optional = |ty: Ty| Ty::Optional(Box::new(ty));
        let subject = self.subject.clone();
        let members: Vec<(&str, Ty)> = subject
            .iter()
            .map(|(name, ty)| (name.as_str(), optional(ty.clone())))
            .collect();
        let subject = match self.rows_of("the subject of an approval", members) {
            Ty::Rows { record, .. } => Ty::Record(record),
            other => other,
        };
        let fields = vec![
            ("approval", Ty::Text),
            ("by", Ty::Text),
            ("role", Ty::Text),
            ("at", Ty::Instant),
            ("subject", optional(subject)),
            ("key", optional(Ty::Text)),
            ("program", optional(Ty::Text)),
            ("params", optional(Ty::Text)),
            ("of", optional(Ty::Text)),
        ];
        self.rows_of("a row of approvals", fields)
    }

    fn rows_of(&mut self, name: &str, fields: Vec<(&str, Ty)>) -> Ty {
        let known = self.records.iter().position(|r| r.name == name);
        let record = known.map(|i| RecordId(offset(i))).unwrap_or_else(|| {
            let field = |(name, ty): (&str, Ty)| ir::Field {
                name: name.to_string(),
                ty,
                read: Some(Read {
                    paths: vec![vec![name.to_string()]],
                    ..Read::default()
                }),
            };
            let place = (self.modules[0].file, crate::source::Span::at(0));
            self.plain_record(
                ir::Record {
                    name: name.to_string(),
                    closed: false,
                    fields: fields.into_iter().map(field).collect(),
                },
                place,
            )
        });
        Ty::Rows {
            record,
            shape: Shape::List,
        }
    }

    /// The scope of the policy's top level.
    pub(super) fn top(&self) -> Scope {
        self.base(ModuleId::ROOT)
    }
}
