//! Messages, reports and folders: what people are told, and where things lie. Knows what a report may read and where it may go.

use std::collections::BTreeSet;

use rolloutc_runtime::decision::Outcome;
use rolloutc_runtime::ir::{self, Const, MessageId, Node, NodeId, Part, TextId};
use rolloutc_runtime::ty::{RecordId, Shape, Ty};

use super::decl::Declared;
use super::outline::ModuleId;
use super::{Checker, DeclRef, Def, Place, Scope, Typed, say};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::stdlib;
use crate::syntax::ast::{self, ExprKind, MessageClause};

impl<'a> Checker<'a> {
    /// Checks all messages and reports, and folders.
    pub(super) fn papers(&mut self, out: &mut Declared) {
        for (decl, found) in self.decls() {
            let scope = self.base(decl.module);
            match &found.kind {
                ast::DeclKind::Message(message) => {
                    let message = self.within(decl, |c| c.message(message, &scope));
                    out.messages.push(message);
                }
                ast::DeclKind::Report(report) => {
                    let report = self.within(decl, |c| c.report_decl(report, &scope));
                    if decl.module == ModuleId::ROOT {
                        out.reports.push(report);
                    }
                }
                ast::DeclKind::Folder(folder) => {
                    self.within(decl, |c| c.folder_decl(folder, &scope))
                }
                _ => {}
            }
        }
        self.one_file_each();
        if !out.reports.is_empty() {
            out.decision = self.decision_record("Record");
        }
    }

    fn message(&mut self, message: &'a ast::Message, scope: &Scope) -> ir::Message {
        let mut typed = scope.clone();
        let mut filled = scope.clone();
        let mut seen = BTreeSet::new();
        let mut names = BTreeSet::new();
        let mut holes = Vec::new();
        let mut open = BTreeSet::new();
        for clause in &message.clauses {
            match &clause.node {
                MessageClause::Field(field) => {
                    let made = self.field(field, scope);
                    let at = self.at(scope, field.name.span);
                    if !names.insert(made.name.clone()) {
                        self.report(Diagnostic::error(
                            "duplicate-name",
                            at,
                            format!("the field `{}` is declared twice", made.name),
                        ));
                    }
                    let default = (field.default.as_ref())
                        .map(|default| self.default_of(&made.ty, default, scope));
                    let local = self.local();
                    let value = self.push(Node::Local(local), made.ty.clone(), at);
                    typed.add(&field.name.text, value, at);
                    match &default {
                        Some(default) => filled.add(&field.name.text, default.clone(), at),
                        None => {
                            open.insert(made.name.clone());
                        }
                    }
                    holes.push(ir::Hole {
                        name: made.name,
                        ty: made.ty,
                        default: default.map(|default| default.node),
                    });
                }
                MessageClause::Text(_) => self.once(&mut seen, "text", clause.span, scope),
            }
        }
        let mut text = None;
        for clause in &message.clauses {
            if let MessageClause::Text(found) = &clause.node {
                self.text(found, &typed);
                let used = roots(&found.parts);
                for hole in holes.iter().filter(|hole| !used.contains(&hole.name)) {
                    let at = self.at(scope, found.span);
                    let message = format!("the text has no hole for `{}`", hole.name);
                    self.report(
                        Diagnostic::error("bad-hole", at, message)
                            .help(format!("write `{{{}}}` where it belongs", hole.name)),
                    );
                }
                text = text.or(Some(found));
            }
        }
        if !seen.contains("text") {
            self.lacks(
                &message.name,
                "text",
                "text \"{symptom}: next word at {next_update}\"",
                scope,
            );
        }
        let parts = text.map_or(Vec::new(), |text| self.fill(&text.parts, &open, &filled));
        ir::Message {
            name: message.name.text.to_string(),
            holes,
            text: self.raw_text(parts),
            at: self.place(scope, message.name.span),
        }
    }

    /// The parts of a message with its defaults; what must be filled in by hand stays as it is written.
    fn fill(&mut self, parts: &[ast::Part], open: &BTreeSet<String>, scope: &Scope) -> Vec<Part> {
        let mut out = Vec::new();
        for part in parts {
            let of = std::slice::from_ref(part);
            match part {
                ast::Part::Literal(text) => out.push(Part::Literal(text.to_string())),
                part if roots(of).is_disjoint(open) => {
                    out.extend(self.filled_part(part, scope));
                }
                _ => out.push(Part::Literal(self.template(of, scope))),
            }
        }
        out
    }

    fn filled_part(&mut self, part: &ast::Part, scope: &Scope) -> Vec<Part> {
        let text = ast::Text {
            parts: vec![part.clone()],
            block: true,
            span: Span::default(),
        };
        let id = self.text(&text, scope);
        self.texts[id.ix()].parts.clone()
    }

    /// A text as its author wrote it, holes as holes.
    fn template(&self, parts: &[ast::Part], scope: &Scope) -> String {
        let mut out = String::new();
        for part in parts {
            match part {
                ast::Part::Literal(text) => out.push_str(text),
                ast::Part::Hole(e) => {
                    let source = self.source(self.at(scope, e.span));
                    out.push_str(&format!("{{{}}}", source.trim()));
                }
                ast::Part::For(over) => {
                    let source = self.source(self.at(scope, over.bind.span));
                    let body = self.template(&over.body, scope);
                    out.push_str(&format!("{{for {}}}{body}{{end}}", source.trim()));
                }
            }
        }
        out
    }

    /// `message.parts`: its holes. `message.template`: its text with its holes open.
    pub(super) fn message_values(&mut self, decl: DeclRef) -> (Vec<Const>, String) {
        let ast::DeclKind::Message(message) = &self.decl(decl).kind else {
            return (Vec::new(), String::new());
        };
        let scope = Scope::module(decl.module);
        let text = message
            .clauses
            .iter()
            .find_map(|clause| match &clause.node {
                MessageClause::Text(text) => Some(text),
                MessageClause::Field(_) => None,
            });
        let holes = text.map_or(&[][..], |text| &text.parts);
        let mut parts = Vec::new();
        for clause in &message.clauses {
            let MessageClause::Field(field) = &clause.node else {
                continue;
            };
            // As it stands in the text: `{since in minutes}`.
            let of = |part: &&ast::Part| match part {
                ast::Part::Hole(e) => root(e).as_deref() == Some(field.name.as_str()),
                ast::Part::Literal(_) | ast::Part::For(_) => false,
            };
            let written = holes.iter().find(of);
            parts.push(Const::Text(match written {
                Some(part) => self.template(std::slice::from_ref(part), &scope),
                None => format!("{{{}}}", field.name.text),
            }));
        }
        let template = self.template(holes, &scope);
        (parts, template)
    }

    /// A default may be any value that fits, also one that evidence tells.
    fn default_of(&mut self, ty: &Ty, default: &'a ast::Expr, scope: &Scope) -> Typed {
        let typed = self.expr(default, Some(ty.required()), scope);
        let at = self.at(scope, default.span);
        if !self.fits(typed.ty.required(), ty.required()) {
            let message = format!(
                "{} is wanted, this is {}",
                say(self, ty.required()),
                say(self, &typed.ty)
            );
            self.report(Diagnostic::error("type-mismatch", at, message));
        }
        typed
    }

    /// The messages that the text of a step names in backticks.
    pub(super) fn named_messages(&mut self, text: &ast::Text, scope: &Scope) -> Vec<MessageId> {
        let mut found = Vec::new();
        for part in &text.parts {
            let ast::Part::Literal(literal) = part else {
                continue;
            };
            for name in literal.split('`').skip(1).step_by(2) {
                if let Some((Def::Message(decl), _)) = self.find(scope.module, name)
                    && let Some(at) = self.ids.messages.iter().position(|m| *m == decl)
                {
                    let id = MessageId(crate::source::offset(at));
                    if !found.contains(&id) {
                        found.push(id);
                    }
                }
            }
        }
        found
    }

    fn report_decl(&mut self, report: &'a ast::Report, scope: &Scope) -> ir::Report {
        let mut inner = scope.clone();
        inner.report = true;
        let to = self.text(&report.to, &inner);
        self.report_path(&report.to, to, scope);
        let mut on: Vec<Outcome> = Vec::new();
        for outcome in &report.on {
            let word = outcome_of(outcome.node);
            if on.contains(&word) {
                let at = self.at(scope, outcome.span);
                let message = format!("`{word}` is written twice");
                self.report(Diagnostic::error("duplicate-name", at, message));
            } else {
                on.push(word);
            }
        }
        let body = match &report.body {
            ast::ReportBody::Text(text) => ir::Body::Text(self.text(text, &inner)),
            ast::ReportBody::Entries(entries) => {
                let at = self.at(scope, report.name.span);
                let typed = self.record_value(entries, None, at, &inner);
                if let Ty::Record(record) = typed.ty {
                    self.no_secrets(record, entries, scope);
                }
                ir::Body::Json(typed.node)
            }
        };
        ir::Report {
            name: report.name.text.to_string(),
            to,
            on,
            body,
            at: self.place(scope, report.name.span),
        }
    }

    /// A report's name stays inside its folder; its holes are values that fit into a name.
    fn report_path(&mut self, text: &ast::Text, to: TextId, scope: &Scope) {
        let mut shape = String::new();
        let parts = self.texts[to.ix()].parts.clone();
        for (part, written) in parts.iter().zip(&text.parts) {
            match part {
                Part::Literal(literal) => shape.push_str(literal),
                Part::Hole(node) => {
                    shape.push('x');
                    let wrong = matches!(
                        self.node_ty(*node).required(),
                        Ty::Rows { .. } | Ty::List(_) | Ty::Record(_)
                    );
                    if let (true, ast::Part::Hole(e)) = (wrong, written) {
                        let at = self.at(scope, e.span);
                        let message = format!(
                            "{} is no part of a file's name",
                            say(self, self.node_ty(*node))
                        );
                        self.report(
                            Diagnostic::error("bad-hole", at, message)
                                .help("a text, a number, a word of an enum or a time is"),
                        );
                    }
                }
                Part::SetHole(_) | Part::For(..) => {
                    let at = self.at(scope, text.span);
                    self.report(
                        Diagnostic::error("bad-hole", at, "a file's name has no `{for}`")
                            .help("one report is one file"),
                    );
                }
            }
        }
        if !rolloutc_runtime::paper::stays(&shape) || shape.contains(':') {
            let at = self.at(scope, text.span);
            let message = format!(
                "{} is not a path inside the folder of reports",
                super::units::quote(self.source(at).trim_matches('"'))
            );
            self.report(
                Diagnostic::error("bad-path", at, message)
                    .help("write it relative, its parts split by `/`, without `..`"),
            );
        }
    }

    /// Two reports of one name that are written on one outcome.
    fn one_file_each(&mut self) {
        let mut known: Vec<(String, Vec<ast::Outcome>, Place)> = Vec::new();
        for (decl, found) in self.decls() {
            let ast::DeclKind::Report(report) = &found.kind else {
                continue;
            };
            let Some(path) = report.to.plain().filter(|_| decl.module == ModuleId::ROOT) else {
                continue;
            };
            let path = path.to_ascii_lowercase();
            let on: Vec<ast::Outcome> = report.on.iter().map(|outcome| outcome.node).collect();
            let at = (self.modules[decl.module.ix()].file, report.to.span);
            let meets = |other: &[ast::Outcome]| {
                on.is_empty() || other.is_empty() || on.iter().any(|one| other.contains(one))
            };
            let first = known
                .iter()
                .find(|(other, outcomes, _)| *other == path && meets(outcomes))
                .map(|(.., first)| *first);
            if let Some(first) = first {
                let message = format!("`{path}` would be written twice");
                self.report(
                    Diagnostic::error("duplicate-name", at, message)
                        .label("by this report")
                        .also(first, "and by this one")
                        .help("give each report a file of its own, or other outcomes after `on`"),
                );
            }
            known.push((path, on, at));
        }
    }

    /// A secret is in no report.
    fn no_secrets(&mut self, record: RecordId, entries: &[ast::Entry], scope: &Scope) {
        let fields = self.records[record.0 as usize].fields.clone();
        for field in fields {
            if !self.is_secret(&field.ty) {
                continue;
            }
            let written = entries.iter().find(
                |entry| matches!(&entry.kind, ast::EntryKind::Pair { key, .. } if *key.text == *field.name),
            );
            let span = written.map_or(Span::default(), |entry| entry.span);
            let at = self.at(scope, span);
            let message = format!("`{}` is a secret and would be shown", field.name);
            self.report(
                Diagnostic::error("secret-in-text", at, message)
                    .help("a secret is for the `bearer` of a source only"),
            );
        }
    }

    fn is_secret(&self, ty: &Ty) -> bool {
        match ty.required() {
            Ty::Secret => true,
            Ty::List(inner) => self.is_secret(inner),
            // What evidence tells is never secret; what a report makes may be.
            Ty::Record(record) | Ty::Rows { record, .. } => {
                let fields = &self.records[record.0 as usize].fields;
                let made = fields.iter().all(|field| field.read.is_none());
                made && fields.iter().any(|field| self.is_secret(&field.ty))
            }
            _ => false,
        }
    }

    /// A record of `std.decision`, which the loader brings wherever something may speak of a decision.
    pub(super) fn decision_record(&mut self, name: &str) -> Option<RecordId> {
        let path = stdlib::module("decision").map(|module| module.path);
        let module = (self.modules.iter())
            .position(|module| module.std && Some(module.path.as_str()) == path)?;
        match self.find(ModuleId::of(module), name)? {
            (Def::Record(decl), _) => self.record(decl, (ModuleId::ROOT, Span::default())),
            _ => None,
        }
    }

    /// `decision`, `reason` and `rollout` inside a report.
    pub(super) fn report_name(&mut self, name: &str, at: Place) -> Typed {
        if name == "rollout" {
            let text = |c: &mut Self, of: &str| {
                let call = Node::Call(format!("rollout.{of}"), Vec::new());
                c.push(call, Ty::Text, at).node
            };
            let nodes = vec![text(self, "name"), text(self, "title")];
            let fields = ["name", "title"].map(|n| (n.to_string(), Ty::Text));
            let record = self.made_record(fields.to_vec(), at);
            return self.push(Node::Make(record, nodes), Ty::Record(record), at);
        }
        let Some(record) = self.decision_record("Record") else {
            return self.poison(at);
        };
        let decision = self.push(Node::Known(ir::Known::Decision), Ty::Record(record), at);
        if name == "decision" {
            return decision;
        }
        self.first_reason(&decision, record, at)
            .unwrap_or_else(|| self.poison(at))
    }

    /// `reason`: the first of those that decide.
    fn first_reason(&mut self, decision: &Typed, record: RecordId, at: Place) -> Option<Typed> {
        let slot = self.slot(record, "reasons")?;
        let rows = self.records[record.0 as usize].fields[slot as usize]
            .ty
            .clone();
        let Ty::Rows { record: reason, .. } = rows else {
            return None;
        };
        let decides = self.slot(reason, "decides")?;
        let reasons = self.push(Node::Field(decision.node, slot), rows, at);
        let local = self.local();
        let row = self.push(Node::Local(local), Ty::Record(reason), at);
        let filter = self.push(Node::Field(row.node, decides), Ty::Bool, at);
        let bind = ir::Bind {
            vars: vec![(local, reasons.node)],
            filter: Some(filter.node),
            may_be_empty: true,
            source_may_be_empty: vec![true],
        };
        let shape = Shape::List;
        let ty = Ty::Rows {
            record: reason,
            shape,
        };
        let deciding = self.push(Node::Collect(bind, None), ty, at);
        let first = Const::Number(rolloutc_runtime::number::Number::int(0));
        let first = self.push(Node::Const(first), Ty::Int, at);
        let keys: Vec<NodeId> = vec![first.node];
        Some(self.push(Node::Index(deciding.node, keys), Ty::Record(reason), at))
    }
}

/// The names that the holes of a text begin with, those bound in it aside.
fn roots(parts: &[ast::Part]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for part in parts {
        match part {
            ast::Part::Literal(_) => {}
            ast::Part::Hole(e) => out.extend(root(e)),
            ast::Part::For(over) => {
                let vars = over.bind.binders.iter();
                let bound: Vec<&str> = vars.clone().map(|var| var.name.as_str()).collect();
                let inner = roots(&over.body).into_iter();
                out.extend(inner.filter(|name| !bound.contains(&name.as_str())));
                out.extend(vars.filter_map(|var| root(&var.source)));
            }
        }
    }
    out
}

/// The name that a path begins with.
fn root(e: &ast::Expr) -> Option<String> {
    match &e.kind {
        ExprKind::Name(name) => Some(name.to_string()),
        ExprKind::Field { of, .. } | ExprKind::Key { of, .. } | ExprKind::Index { of, .. } => {
            root(of)
        }
        ExprKind::Convert { operand, .. } => root(operand),
        ExprKind::Paren(inner) => root(inner),
        _ => None,
    }
}

fn outcome_of(word: ast::Outcome) -> Outcome {
    match word {
        ast::Outcome::Rollback => Outcome::Rollback,
        ast::Outcome::Halted => Outcome::Halted,
        ast::Outcome::Blocked => Outcome::Blocked,
        ast::Outcome::Frozen => Outcome::Frozen,
        ast::Outcome::Hold => Outcome::Hold,
        ast::Outcome::Advance => Outcome::Advance,
        ast::Outcome::Complete => Outcome::Complete,
    }
}
