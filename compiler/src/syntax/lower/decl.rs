//! Whole declarations from their grammar nodes.

use rolloutc_grammar::Rule;

use super::expr::compare;
use super::trial::outcome;
use super::types::key_case;
use super::{Kids, Lower, Node, stray};
use crate::syntax::ast::{
    Approval, Calendar, Cell, Column, DeclKind, Edition, Enum, Evidence, Expr, ExprKind, FieldItem,
    Fixture, Fn, Folder, FolderValue, Format, Gate, Group, Invariant, Let, Level, Message, Name,
    NewSubject, NumberValue, Owner, ParamDecl, Per, Phase, Procedure, Record, Report, ReportBody,
    Rollout, RolloutClause, Row, Spanned, Str, Subject, Table, Test, Tests, Threshold, Trigger,
    Use, UseTarget, Waivers,
};

impl<'a> Lower<'_> {
    /// The edition line.
    pub(in crate::syntax) fn edition(&mut self, node: Node<'a>) -> Edition {
        let span = self.span(&node);
        let number = self.number(&Kids::of(node).need());
        let year = match number.value {
            NumberValue::Int(year) => u32::try_from(year).unwrap_or(0),
            _ => 0,
        };
        if year > 2026 {
            let help =
                "this tool knows `edition 2026`: take the tool that the file was written for";
            let message = format!("edition `{}` is newer than this tool", number.text);
            self.problem("newer-edition", number.span, message, help);
        } else if year != 2026 {
            let help = "write `edition 2026`, the first one";
            let message = format!("there is no edition `{}`", number.text);
            self.problem("edition", number.span, message, help);
        }
        Edition { year, span }
    }

    /// Any other declaration.
    pub(in crate::syntax) fn decl(&mut self, node: Node<'a>) -> DeclKind {
        let rule = node.as_rule();
        let mut kids = Kids::of(node);
        let kids = &mut kids;
        match rule {
            Rule::use_decl => DeclKind::Use(self.use_decl(kids)),
            Rule::rollout => DeclKind::Rollout(Box::new(self.rollout(kids))),
            Rule::owners => DeclKind::Owners(rest(kids).map(|node| self.owner(node)).collect()),
            Rule::enum_decl => {
                let name = self.name(&kids.need());
                DeclKind::Enum(Enum {
                    name,
                    members: self.members(kids),
                })
            }
            Rule::record => DeclKind::Record(self.record(kids)),
            Rule::table => DeclKind::Table(self.table(kids)),
            Rule::let_decl => DeclKind::Let(self.let_in(kids)),
            Rule::fn_decl => DeclKind::Fn(Box::new(self.fn_decl(kids))),
            Rule::param => DeclKind::Param(Box::new(self.param(kids))),
            Rule::folder => DeclKind::Folder(self.folder(kids)),
            Rule::evidence => DeclKind::Evidence(Box::new(self.evidence(kids))),
            Rule::threshold => DeclKind::Threshold(Box::new(self.threshold(kids))),
            Rule::gate => DeclKind::Gate(Box::new(self.gate(kids))),
            Rule::group => {
                let Let { name, value } = self.let_in(kids);
                DeclKind::Group(Group { name, value })
            }
            Rule::approval => {
                let (name, title) = self.head(kids);
                let clauses = rest(kids).map(|node| self.approval_clause(node)).collect();
                DeclKind::Approval(Approval {
                    name,
                    title,
                    clauses,
                })
            }
            Rule::waivers => {
                let name = self.name(&kids.need());
                let rows = self.expr(kids.need());
                let title = self.title(kids);
                let clauses = rest(kids).map(|node| self.waiver_clause(node)).collect();
                DeclKind::Waivers(Box::new(Waivers {
                    name,
                    rows,
                    title,
                    clauses,
                }))
            }
            Rule::freeze => DeclKind::Freeze(self.calendar(kids)),
            Rule::window => DeclKind::Window(self.window(kids)),
            Rule::phase => {
                let name = self.name(&kids.need());
                let last = kids.opt(Rule::final_phase).map(|node| self.span(&node));
                let title = self.title(kids);
                let clauses = rest(kids).map(|node| self.phase_clause(node)).collect();
                DeclKind::Phase(Phase {
                    name,
                    last,
                    title,
                    clauses,
                })
            }
            Rule::trigger => {
                let (name, title) = self.head(kids);
                let clauses = rest(kids).map(|node| self.trigger_clause(node)).collect();
                DeclKind::Trigger(Trigger {
                    name,
                    title,
                    clauses,
                })
            }
            Rule::rollback => DeclKind::Rollback(self.procedure(kids)),
            Rule::switch => DeclKind::Switch(self.procedure(kids)),
            Rule::message => {
                let (name, title) = self.head(kids);
                let clauses = rest(kids).map(|node| self.message_clause(node)).collect();
                DeclKind::Message(Message {
                    name,
                    title,
                    clauses,
                })
            }
            Rule::report => DeclKind::Report(Box::new(self.report(kids))),
            Rule::invariant => {
                let title = self.str(&kids.need());
                DeclKind::Invariant(Invariant {
                    title,
                    clauses: rest(kids).map(|node| self.never(node)).collect(),
                })
            }
            Rule::fixture => {
                let name = self.name(&kids.need());
                DeclKind::Fixture(Fixture {
                    name,
                    from: self.str(&kids.need()),
                })
            }
            Rule::test => {
                let title = self.str(&kids.need());
                DeclKind::Test(Test {
                    title,
                    clauses: rest(kids).map(|node| self.test_clause(node)).collect(),
                })
            }
            Rule::tests => {
                let at = kids
                    .opt(Rule::at_instant)
                    .map(|at| self.number(&Kids::of(at).need()));
                DeclKind::Tests(Tests {
                    at,
                    rows: rest(kids).map(|node| self.test_row(node)).collect(),
                })
            }
            rule => unreachable!("{rule:?} declares nothing"),
        }
    }

    fn head(&mut self, kids: &mut Kids<'a>) -> (Name, Option<Str>) {
        let name = self.name(&kids.need());
        (name, self.title(kids))
    }

    fn title(&mut self, kids: &mut Kids<'a>) -> Option<Str> {
        kids.opt(Rule::text).map(|text| self.str(&text))
    }

    fn use_decl(&mut self, kids: &mut Kids<'a>) -> Use {
        let first = kids.need();
        let target = match first.as_rule() {
            Rule::text => UseTarget::File {
                path: self.str(&first),
                alias: self.name(&kids.need()),
            },
            _ => UseTarget::Module(self.dotted(&first)),
        };
        Use { target }
    }

    fn rollout(&mut self, kids: &mut Kids<'a>) -> Rollout {
        let name = self.name(&kids.need());
        let mut rollout = Rollout {
            name,
            subject: None,
            per: None,
            title: None,
            clauses: Vec::new(),
        };
        for node in rest(kids) {
            let span = self.span(&node);
            match node.as_rule() {
                Rule::text => {
                    let title = self.str(&node);
                    self.once(&mut rollout.title, span, node.as_str(), title);
                }
                Rule::subject => {
                    let inner = Kids::of(node).need();
                    let subject = match inner.as_rule() {
                        Rule::fields => Subject::Fields(self.record_items(inner)),
                        _ => Subject::Name(self.name(&inner)),
                    };
                    self.once(&mut rollout.subject, span, "of", subject);
                }
                Rule::per => {
                    let mut kids = Kids::of(node);
                    let name = self.name(&kids.need());
                    let per = Per {
                        name,
                        source: self.expr(kids.need()),
                        span,
                    };
                    self.once(&mut rollout.per, span, "per", per);
                }
                _ => rollout.clauses.push(self.rollout_clause(node)),
            }
        }
        rollout
    }

    pub(in crate::syntax) fn rollout_clause(&mut self, node: Node<'a>) -> Spanned<RolloutClause> {
        let span = self.span(&node);
        let rule = node.as_rule();
        let inner = Kids::of(node).need();
        let clause = if rule == Rule::live {
            RolloutClause::Live(self.expr(inner))
        } else {
            RolloutClause::OnNewSubject(self.new_subject(inner))
        };
        Spanned { node: clause, span }
    }

    fn new_subject(&mut self, node: Node<'a>) -> NewSubject {
        if node.as_rule() == Rule::back_to {
            return NewSubject::Rollback(self.dotted(&Kids::of(node).need()));
        }
        match node.as_str() {
            "restart" => NewSubject::Restart,
            "finish" => NewSubject::Finish,
            word => {
                let message = format!("`{word}` is nothing a new subject can do");
                let help = "it is one of `restart`, `finish` and `rollback NAME`";
                self.problem("syntax", self.span(&node), message, help);
                NewSubject::Restart
            }
        }
    }

    fn owner(&mut self, node: Node<'a>) -> Owner {
        let mut kids = Kids::of(node);
        let name = self.name(&kids.need());
        Owner {
            name,
            spelling: kids.next().map(|text| self.str(&text)),
        }
    }

    fn record(&mut self, kids: &mut Kids<'a>) -> Record {
        let name = self.name(&kids.need());
        let mut items = Vec::new();
        if let Some(keys) = kids.opt(Rule::keys) {
            let span = self.span(&keys);
            items.push(Spanned {
                node: FieldItem::Keys(key_case(keys)),
                span,
            });
        }
        items.append(&mut self.record_items(kids.need()));
        Record { name, items }
    }

    fn table(&mut self, kids: &mut Kids<'a>) -> Table {
        let name = self.name(&kids.need());
        let key = self.name(&kids.need());
        let columns: Vec<Column> = Kids::of(kids.need())
            .map(|column| self.column(column))
            .collect();
        let mut rows = Vec::new();
        while let Some(row) = kids.opt(Rule::row) {
            let row = self.row(row);
            if row.cells.len() == columns.len() {
                rows.push(row);
                continue;
            }
            let message = format!(
                "this row has {} cells, the table has {} columns",
                row.cells.len(),
                columns.len()
            );
            self.problem(
                "table-row",
                row.span,
                message,
                "a lone `-` stands for an absent cell",
            );
        }
        Table {
            name,
            key,
            columns,
            rows,
        }
    }

    fn column(&mut self, node: Node<'a>) -> Column {
        let mut kids = Kids::of(node);
        let name = self.name(&kids.need());
        Column {
            name,
            ty: kids.next().map(|ty| self.ty(ty)),
        }
    }

    fn row(&mut self, node: Node<'a>) -> Row {
        let span = self.span(&node);
        Row {
            cells: Kids::of(node).map(|cell| self.cell(cell)).collect(),
            span,
        }
    }

    fn cell(&mut self, node: Node<'a>) -> Spanned<Cell> {
        let span = self.span(&node);
        let mut kids = Kids::of(node);
        let negative = kids.opt(Rule::minus).is_some();
        let cell = match kids.next() {
            None => Cell::Absent,
            Some(inner) => match inner.as_rule() {
                Rule::number => Cell::Number {
                    negative,
                    number: self.number(&inner),
                },
                Rule::text => Cell::Text(self.str(&inner)),
                Rule::dotted => Cell::Word(self.dotted(&inner)),
                Rule::list => match self.list_expr(inner).kind {
                    ExprKind::List(items) => Cell::List(items),
                    _ => {
                        self.problem(
                            "table-row",
                            span,
                            "a cell cannot be computed",
                            "list its values, for example `[1, 2]`",
                        );
                        Cell::Absent
                    }
                },
                _ => stray(&inner),
            },
        };
        Spanned { node: cell, span }
    }

    fn fn_decl(&mut self, kids: &mut Kids<'a>) -> Fn {
        let name = self.name(&kids.need());
        let params = self.params(kids.need());
        let result = kids.opt(Rule::ty).map(|ty| self.ty(ty));
        Fn {
            name,
            params,
            result,
            body: self.expr(kids.need()),
        }
    }

    fn param(&mut self, kids: &mut Kids<'a>) -> ParamDecl {
        let name = self.name(&kids.need());
        let ty = self.ty(kids.need());
        let (mut default, mut env, mut min, mut max, mut only) = (None, None, None, None, None);
        for tail in rest(kids) {
            let span = self.span(&tail);
            let rule = tail.as_rule();
            let mut inner = Kids::of(tail);
            match rule {
                Rule::default => {
                    let value = self.expr(inner.need());
                    self.once(&mut default, span, "=", value);
                }
                Rule::env => {
                    let text = self.str(&inner.need());
                    let unit = inner.next().map(|unit| self.unit(&unit));
                    self.once(&mut env, span, "env", (text, unit));
                }
                Rule::min => {
                    let bound = self.expr(inner.need());
                    self.once(&mut min, span, "min", bound);
                }
                Rule::max => {
                    let bound = self.expr(inner.need());
                    self.once(&mut max, span, "max", bound);
                }
                Rule::only => {
                    let values = self.exprs(inner);
                    self.once(&mut only, span, "only", values);
                }
                rule => unreachable!("the grammar puts no {rule:?} behind a param"),
            }
        }
        let (env, env_unit) = env.map_or((None, None), |(text, unit)| (Some(text), unit));
        ParamDecl {
            name,
            ty,
            default,
            env,
            env_unit,
            min,
            max,
            only: only.unwrap_or_default(),
        }
    }

    fn folder(&mut self, kids: &mut Kids<'a>) -> Folder {
        let name = self.name(&kids.need());
        let value = kids.need();
        let value = match value.as_rule() {
            Rule::text => FolderValue::Path(self.str(&value)),
            _ => FolderValue::Param(self.dotted(&value)),
        };
        Folder { name, value }
    }

    fn evidence(&mut self, kids: &mut Kids<'a>) -> Evidence {
        let name = self.name(&kids.need());
        let ty = kids.opt(Rule::ty).map(|ty| self.ty(ty));
        let source = kids.opt(Rule::from).map(|from| self.source(from));
        let format = kids
            .opt(Rule::format)
            .and_then(|format| self.format(&Kids::of(format).need()));
        let at = kids.opt(Rule::at_path).map(|at| self.at_path(at));
        Evidence {
            name,
            ty,
            source,
            format,
            at,
            items: self.items(kids.need()),
        }
    }

    fn format(&mut self, word: &Node<'a>) -> Option<Spanned<Format>> {
        let format = match word.as_str() {
            "json" => Format::Json,
            "jsonl" => Format::Jsonl,
            "junit" => Format::Junit,
            "text" => Format::Text,
            "csv" => Format::Csv,
            "toml" => Format::Toml,
            "yaml" => Format::Yaml,
            "sarif" => Format::Sarif,
            "prometheus" => Format::Prometheus,
            unknown => {
                let help =
                    "known are json, jsonl, junit, text, csv, toml, yaml, sarif and prometheus";
                self.problem(
                    "syntax",
                    self.span(word),
                    format!("there is no format `{unknown}`"),
                    help,
                );
                return None;
            }
        };
        Some(self.at(word, format))
    }

    fn threshold(&mut self, kids: &mut Kids<'a>) -> Threshold {
        let name = self.name(&kids.need());
        let measure = self.expr(kids.need());
        let op = kids.need();
        let op = self.at(&op, compare(op.as_str()));
        let bound = self.expr(kids.need());
        let warn = kids.opt(Rule::sum).map(|warn| self.expr(warn));
        let samples = kids
            .opt(Rule::samples)
            .map(|samples| self.number(&Kids::of(samples).need()));
        Threshold {
            name,
            measure,
            op,
            bound,
            warn,
            samples,
        }
    }

    fn gate(&mut self, kids: &mut Kids<'a>) -> Gate {
        let name = self.name(&kids.need());
        let params = kids
            .opt(Rule::params)
            .map(|params| self.params(params))
            .unwrap_or_default();
        let level = kids.opt(Rule::level).map(|level| {
            let weight = if level.as_str() == "hard" {
                Level::Hard
            } else {
                Level::Advisory
            };
            self.at(&level, weight)
        });
        let title = self.title(kids);
        let clauses = rest(kids).map(|node| self.gate_clause(node)).collect();
        Gate {
            name,
            params,
            level,
            title,
            clauses,
        }
    }

    fn calendar(&mut self, kids: &mut Kids<'a>) -> Calendar {
        let (name, title) = self.head(kids);
        Calendar {
            name,
            title,
            clauses: rest(kids).map(|node| self.calendar_clause(node)).collect(),
        }
    }

    fn window(&mut self, kids: &mut Kids<'a>) -> Calendar {
        let (name, title) = self.head(kids);
        let mut clauses = Vec::new();
        for node in rest(kids) {
            if self.fits_window(&node) {
                clauses.push(self.calendar_clause(node));
            }
        }
        Calendar {
            name,
            title,
            clauses,
        }
    }

    /// Refuses the clauses that only a freeze has.
    pub(in crate::syntax) fn fits_window(&mut self, node: &Node<'a>) -> bool {
        let word = match node.as_rule() {
            Rule::in_flight => "in flight",
            Rule::except_when => "except when",
            Rule::except_by => "except by",
            _ => return true,
        };
        let span = self.span(node);
        let message = format!("a window has no `{word}`");
        self.problem(
            "unknown-clause",
            span,
            message,
            "only a freeze closes, so only a freeze has exceptions",
        );
        false
    }

    fn procedure(&mut self, kids: &mut Kids<'a>) -> Procedure {
        let (name, title) = self.head(kids);
        Procedure {
            name,
            title,
            clauses: rest(kids).map(|node| self.procedure_clause(node)).collect(),
        }
    }

    fn report(&mut self, kids: &mut Kids<'a>) -> Report {
        let name = self.name(&kids.need());
        let to = self.text(&kids.need());
        let on = match kids.opt(Rule::report_on) {
            Some(on) => Kids::of(on)
                .map(|node| self.at(&node, outcome(&node)))
                .collect(),
            None => Vec::new(),
        };
        let body = kids.need();
        let body = match body.as_rule() {
            Rule::text => ReportBody::Text(self.text(&body)),
            _ => ReportBody::Entries(self.entries(body)),
        };
        Report { name, to, on, body }
    }

    /// A `list` node outside of an expression.
    pub(super) fn list_expr(&mut self, node: Node<'a>) -> Expr {
        let span = self.span(&node);
        Expr {
            kind: self.list(node),
            span,
        }
    }
}

/// What is left of a declaration, without the mark of its end.
fn rest<'k, 'a>(kids: &'k mut Kids<'a>) -> impl Iterator<Item = Node<'a>> + use<'k, 'a> {
    kids.filter(|node| node.as_rule() != Rule::EOI)
}
