//! One walk over a tree that shows every part with its place: names with what they do there, expressions, types, texts.
//! Knows the tree; asks no checker.

use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::{self, *};

/// A part of a tree.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// A declaration.
    Decl(&'a Decl),
    /// A clause, a field, a row, an arm: whatever stands in a declaration and is no expression.
    Piece,
    /// A record's or evidence's clause or field.
    Field(&'a FieldItem),
    /// An expression.
    Expr(&'a Expr),
    /// A type.
    Type(&'a Type),
    /// A text that may have holes.
    Text(&'a Text),
    /// A text without holes.
    Str(&'a Str),
    /// A name.
    Name(&'a Name, Role),
}

/// What a name does where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Declares something for the whole file.
    Declares,
    /// Binds a value for the clauses or the expression around it.
    Binds,
    /// Declares a field, a member, a column or a parameter's key.
    Member,
    /// Names a step, an impact, a check, a cohort: no other place speaks of it.
    Label,
    /// Means a declaration of the file, or one of a module behind its dot.
    Means,
    /// Means the field of what stands before it, the parameter of what is called, or the key of a table.
    Reads,
    /// Means a fixture.
    Fixture,
}

/// Shows every part of a file, outer ones first, in the order of the source.
pub fn walk<'a>(file: &'a File, see: &mut dyn FnMut(Part<'a>, Span)) {
    let mut walk = Walk { see };
    file.decls.iter().for_each(|decl| walk.decl(decl));
}

/// Shows every part of one declaration.
pub fn walk_decl<'a>(decl: &'a Decl, see: &mut dyn FnMut(Part<'a>, Span)) {
    Walk { see }.decl(decl);
}

struct Walk<'w, 'a> {
    see: &'w mut dyn FnMut(Part<'a>, Span),
}

impl<'a> Walk<'_, 'a> {
    fn name(&mut self, name: &'a Name, role: Role) {
        (self.see)(Part::Name(name, role), name.span);
    }

    fn names(&mut self, names: &'a [Name], role: Role) {
        names.iter().for_each(|name| self.name(name, role));
    }

    fn dotted(&mut self, dotted: &'a Dotted) {
        self.names(&dotted.names, Role::Means);
    }

    fn str(&mut self, str: &'a Str) {
        (self.see)(Part::Str(str), str.span);
    }

    fn title(&mut self, title: &'a Option<Str>) {
        title.iter().for_each(|title| self.str(title));
    }

    fn piece(&mut self, span: Span) {
        (self.see)(Part::Piece, span);
    }

    fn text(&mut self, text: &'a Text) {
        (self.see)(Part::Text(text), text.span);
        self.parts(&text.parts);
    }

    fn parts(&mut self, parts: &'a [ast::Part]) {
        for part in parts {
            match part {
                ast::Part::Literal(_) => {}
                ast::Part::Hole(expr) => self.expr(expr),
                ast::Part::For(each) => {
                    self.piece(each.span);
                    self.bind(&each.bind);
                    self.parts(&each.body);
                }
            }
        }
    }

    fn decl(&mut self, decl: &'a Decl) {
        (self.see)(Part::Decl(decl), decl.span);
        match &decl.kind {
            DeclKind::Use(used) => match &used.target {
                UseTarget::Module(dotted) => {
                    if let Some(name) = dotted.last() {
                        self.name(name, Role::Declares);
                    }
                }
                UseTarget::File { path, alias } => {
                    self.str(path);
                    self.name(alias, Role::Declares);
                }
            },
            DeclKind::Rollout(rollout) => {
                self.name(&rollout.name, Role::Declares);
                match &rollout.subject {
                    Some(Subject::Name(name)) => self.name(name, Role::Member),
                    Some(Subject::Fields(items)) => self.items(items),
                    None => {}
                }
                if let Some(per) = &rollout.per {
                    self.piece(per.span);
                    self.name(&per.name, Role::Binds);
                    self.expr(&per.source);
                }
                self.title(&rollout.title);
                for clause in &rollout.clauses {
                    self.piece(clause.span);
                    match &clause.node {
                        RolloutClause::Live(path) => self.expr(path),
                        RolloutClause::OnNewSubject(NewSubject::Rollback(to)) => self.dotted(to),
                        RolloutClause::OnNewSubject(NewSubject::Restart | NewSubject::Finish) => {}
                    }
                }
            }
            DeclKind::Owners(owners) => {
                for owner in owners {
                    self.name(&owner.name, Role::Declares);
                    self.title(&owner.spelling);
                }
            }
            DeclKind::Enum(decl) => {
                self.name(&decl.name, Role::Declares);
                self.members(&decl.members);
            }
            DeclKind::Record(decl) => {
                self.name(&decl.name, Role::Declares);
                self.items(&decl.items);
            }
            DeclKind::Table(decl) => {
                self.name(&decl.name, Role::Declares);
                self.name(&decl.key, Role::Reads);
                for column in &decl.columns {
                    self.name(&column.name, Role::Member);
                    column.ty.iter().for_each(|ty| self.ty(ty));
                }
                for row in &decl.rows {
                    self.piece(row.span);
                    for cell in &row.cells {
                        self.piece(cell.span);
                        match &cell.node {
                            Cell::Word(word) => self.dotted(word),
                            Cell::Text(text) => self.str(text),
                            Cell::List(list) => self.exprs(list),
                            Cell::Number { .. } | Cell::Absent => {}
                        }
                    }
                }
            }
            DeclKind::Let(decl) => {
                self.name(&decl.name, Role::Declares);
                self.expr(&decl.value);
            }
            DeclKind::Fn(decl) => {
                self.name(&decl.name, Role::Declares);
                self.params(&decl.params);
                decl.result.iter().for_each(|ty| self.ty(ty));
                self.expr(&decl.body);
            }
            DeclKind::Param(decl) => {
                self.name(&decl.name, Role::Declares);
                self.ty(&decl.ty);
                self.maybe(&decl.default);
                self.title(&decl.env);
                self.maybe(&decl.min);
                self.maybe(&decl.max);
                self.exprs(&decl.only);
            }
            DeclKind::Folder(decl) => {
                self.name(&decl.name, Role::Declares);
                match &decl.value {
                    FolderValue::Path(path) => self.str(path),
                    FolderValue::Param(param) => self.dotted(param),
                }
            }
            DeclKind::Evidence(decl) => {
                self.name(&decl.name, Role::Declares);
                decl.ty.iter().for_each(|ty| self.ty(ty));
                decl.source.iter().for_each(|source| self.source(source));
                self.items(&decl.items);
            }
            DeclKind::Threshold(decl) => {
                self.name(&decl.name, Role::Declares);
                self.expr(&decl.measure);
                self.expr(&decl.bound);
                self.maybe(&decl.warn);
            }
            DeclKind::Gate(decl) => {
                self.name(&decl.name, Role::Declares);
                self.params(&decl.params);
                self.title(&decl.title);
                decl.clauses
                    .iter()
                    .for_each(|clause| self.gate_clause(clause));
            }
            DeclKind::Group(decl) => {
                self.name(&decl.name, Role::Declares);
                self.expr(&decl.value);
            }
            DeclKind::Approval(decl) => {
                self.name(&decl.name, Role::Declares);
                self.title(&decl.title);
                decl.clauses
                    .iter()
                    .for_each(|clause| self.approval_clause(clause));
            }
            DeclKind::Waivers(decl) => {
                self.name(&decl.name, Role::Binds);
                self.expr(&decl.rows);
                self.title(&decl.title);
                decl.clauses
                    .iter()
                    .for_each(|clause| self.waiver_clause(clause));
            }
            DeclKind::Freeze(decl) | DeclKind::Window(decl) => {
                self.name(&decl.name, Role::Declares);
                self.title(&decl.title);
                decl.clauses
                    .iter()
                    .for_each(|clause| self.calendar_clause(clause));
            }
            DeclKind::Phase(decl) => {
                self.name(&decl.name, Role::Declares);
                self.title(&decl.title);
                decl.clauses
                    .iter()
                    .for_each(|clause| self.phase_clause(clause));
            }
            DeclKind::Trigger(decl) => {
                self.name(&decl.name, Role::Declares);
                self.title(&decl.title);
                decl.clauses
                    .iter()
                    .for_each(|clause| self.trigger_clause(clause));
            }
            DeclKind::Rollback(decl) | DeclKind::Switch(decl) => {
                self.name(&decl.name, Role::Declares);
                self.title(&decl.title);
                decl.clauses
                    .iter()
                    .for_each(|clause| self.procedure_clause(clause));
            }
            DeclKind::Message(decl) => {
                self.name(&decl.name, Role::Declares);
                self.title(&decl.title);
                for clause in &decl.clauses {
                    self.piece(clause.span);
                    match &clause.node {
                        MessageClause::Field(field) => self.field(field),
                        MessageClause::Text(text) => self.text(text),
                    }
                }
            }
            DeclKind::Report(decl) => {
                self.name(&decl.name, Role::Declares);
                self.text(&decl.to);
                match &decl.body {
                    ReportBody::Entries(entries) => self.entries(entries),
                    ReportBody::Text(text) => self.text(text),
                }
            }
            DeclKind::Invariant(decl) => {
                self.str(&decl.title);
                for clause in &decl.clauses {
                    self.piece(clause.span);
                    match &clause.node.event.node {
                        Event::Enter(phase) => self.name(phase, Role::Means),
                        Event::Advance(place) => place.iter().for_each(|place| self.place(place)),
                        Event::RollbackBy(to) => self.dotted(to),
                        Event::Outcome(_) => {}
                    }
                    self.expr(&clause.node.when);
                }
            }
            DeclKind::Fixture(decl) => {
                self.name(&decl.name, Role::Declares);
                self.str(&decl.from);
            }
            DeclKind::Test(decl) => {
                self.str(&decl.title);
                decl.clauses
                    .iter()
                    .for_each(|clause| self.test_clause(clause));
            }
            DeclKind::Tests(decl) => {
                for row in &decl.rows {
                    self.piece(row.span);
                    self.str(&row.title);
                    row.clauses
                        .iter()
                        .for_each(|clause| self.test_clause(clause));
                }
            }
            DeclKind::Broken(decl) => {
                decl.name
                    .iter()
                    .for_each(|name| self.name(name, Role::Declares));
            }
        }
    }

    fn members(&mut self, members: &'a Members) {
        for member in &members.list {
            self.piece(member.span);
            self.name(&member.name, Role::Member);
            member
                .spellings
                .iter()
                .for_each(|spelling| self.str(spelling));
        }
    }

    fn params(&mut self, params: &'a [Param]) {
        for param in params {
            self.name(&param.name, Role::Binds);
            self.ty(&param.ty);
        }
    }

    fn items(&mut self, items: &'a [Spanned<FieldItem>]) {
        for item in items {
            (self.see)(Part::Field(&item.node), item.span);
            match &item.node {
                FieldItem::Spread(dotted) => self.dotted(dotted),
                FieldItem::Observed(observed) => match &observed.place {
                    ObservedPlace::With(name) => self.name(name, Role::Means),
                    ObservedPlace::Line(line) => self.str(line),
                    ObservedPlace::At(_) => {}
                },
                FieldItem::Fresh { limit, warn } => {
                    self.expr(limit);
                    self.maybe(warn);
                }
                FieldItem::Field(field) => self.field(field),
                FieldItem::Let(found) => {
                    self.name(&found.name, Role::Member);
                    self.expr(&found.value);
                }
                FieldItem::Keys(_)
                | FieldItem::Timeless
                | FieldItem::Since(_)
                | FieldItem::About(_)
                | FieldItem::MayBeEmpty
                | FieldItem::Closed => {}
            }
        }
    }

    fn field(&mut self, field: &'a Field) {
        self.name(&field.name, Role::Member);
        self.ty(&field.ty);
        self.maybe(&field.min);
        self.maybe(&field.max);
        self.maybe(&field.default);
        if let Some(FieldPlace::Line(line)) = &field.at {
            self.str(line);
        }
    }

    fn ty(&mut self, ty: &'a Type) {
        (self.see)(Part::Type(ty), ty.span);
        match &ty.kind {
            TypeKind::Named(dotted) => self.dotted(dotted),
            TypeKind::List(inner) | TypeKind::Series(inner) | TypeKind::Paren(inner) => {
                self.ty(inner)
            }
            TypeKind::Table { row, key } => {
                self.ty(row);
                self.name(key, Role::Reads);
            }
            TypeKind::Map { value, key } => {
                self.ty(value);
                key.iter().for_each(|key| self.name(key, Role::Member));
            }
            TypeKind::Enum(members) => self.members(members),
            TypeKind::Record(items) => self.items(items),
        }
    }

    fn source(&mut self, source: &'a Source) {
        match source {
            Source::File(file) => self.text(file),
            Source::InFolder { folder, file } => {
                self.dotted(folder);
                self.text(file);
            }
            Source::Call(call) => self.call(call),
        }
    }

    /// What a call outside of expressions calls is known to the tool; its arguments are not.
    fn call(&mut self, call: &'a Call) {
        self.piece(call.span);
        self.args(&call.args);
    }

    fn args(&mut self, args: &'a [Arg]) {
        for arg in args {
            match arg {
                Arg::Value(value) => self.expr(value),
                Arg::Named { name, value } => {
                    self.name(name, Role::Reads);
                    self.expr(value);
                }
                Arg::Comp(comp) => self.comp(comp),
            }
        }
    }

    fn by(&mut self, by: &'a By) {
        self.names(&by.roles, Role::Means);
    }

    fn deadline(&mut self, deadline: &'a Deadline) {
        self.expr(&deadline.limit);
        match deadline.otherwise.as_ref().map(|otherwise| &otherwise.node) {
            Some(Else::Rollback(to)) => self.dotted(to),
            Some(Else::Escalate(roles)) => self.names(roles, Role::Means),
            Some(Else::Blocked | Else::Halted | Else::Hold) | None => {}
        }
    }

    fn rule(&mut self, rule: &'a Rule) {
        self.expr(&rule.condition);
        rule.message.iter().for_each(|text| self.text(text));
    }

    fn gate_clause(&mut self, clause: &'a Spanned<GateClause>) {
        self.piece(clause.span);
        match &clause.node {
            GateClause::Each { bind, by } => {
                self.bind(bind);
                self.maybe(by);
            }
            GateClause::AppliesWhen(expr)
            | GateClause::PendingWhile(expr)
            | GateClause::AdvisoryUnless(expr)
            | GateClause::AdvisoryUntil(expr) => self.expr(expr),
            GateClause::Let(found) => {
                self.name(&found.name, Role::Binds);
                self.expr(&found.value);
            }
            GateClause::Require(rule) | GateClause::Forbid(rule) => self.rule(rule),
            GateClause::Need(paths) => self.exprs(paths),
        }
    }

    fn approval_clause(&mut self, clause: &'a Spanned<ApprovalClause>) {
        self.piece(clause.span);
        match &clause.node {
            ApprovalClause::By(by) => self.by(by),
            ApprovalClause::From(source) => self.source(source),
            ApprovalClause::Fresh(expr) => self.expr(expr),
            ApprovalClause::People(rules) => {
                for rule in rules {
                    if let PeopleRule::Not(name) = &rule.node {
                        self.name(name, Role::Means);
                    }
                }
            }
            ApprovalClause::Within(deadline) => self.deadline(deadline),
            ApprovalClause::Stands => {}
        }
    }

    fn waiver_clause(&mut self, clause: &'a Spanned<WaiverClause>) {
        self.piece(clause.span);
        match &clause.node {
            WaiverClause::By(by) => self.by(by),
            WaiverClause::AtMost(expr)
            | WaiverClause::Until(expr)
            | WaiverClause::WarnBefore(expr) => self.expr(expr),
            WaiverClause::UntilSubjectChanges => {}
            WaiverClause::Valid(rule) => self.rule(rule),
            WaiverClause::Cover(cover) => {
                self.dotted(&cover.gate);
                cover.args.iter().for_each(|args| self.args(args));
                self.names(&cover.rows, Role::Binds);
                self.maybe(&cover.when);
            }
        }
    }

    fn scope(&mut self, scope: &'a Scope) {
        match scope {
            Scope::Entering(phases) => self.names(phases, Role::Means),
            Scope::CohortsTo(expr) | Scope::CohortsFrom(expr) | Scope::When(expr) => {
                self.expr(expr)
            }
        }
    }

    fn calendar_clause(&mut self, clause: &'a Spanned<CalendarClause>) {
        self.piece(clause.span);
        match &clause.node {
            CalendarClause::Time(time) => match time.as_ref() {
                TimeRule::From { from, through } => {
                    self.expr(from);
                    self.expr(through);
                }
                TimeRule::On(days) => self.exprs(days),
                TimeRule::While(expr) => self.expr(expr),
                TimeRule::During { bind, from, to } => {
                    self.bind(bind);
                    self.expr(from);
                    self.expr(to);
                }
                TimeRule::Every { .. } | TimeRule::Monthly { .. } | TimeRule::Yearly { .. } => {}
            },
            CalendarClause::Zone(zone) => self.str(zone),
            CalendarClause::InFlight(InFlight::Rollback(to)) => self.dotted(to),
            CalendarClause::InFlight(InFlight::Finish | InFlight::Stay) => {}
            CalendarClause::Scope(scope) => self.scope(scope),
            CalendarClause::ExceptWhen(expr) => self.expr(expr),
            CalendarClause::ExceptBy(approval) => self.dotted(approval),
        }
    }

    fn criteria(&mut self, items: &'a [Item]) {
        for item in items {
            self.piece(item.span);
            self.expr(&item.value);
        }
    }

    fn stop(&mut self, stop: &'a Stop) {
        self.piece(stop.span);
        match &stop.kind {
            StopKind::Share(_) => {}
            StopKind::Named { name, .. } => self.name(name, Role::Label),
            StopKind::Param(param) => self.dotted(param),
        }
    }

    fn phase_clause(&mut self, clause: &'a Spanned<PhaseClause>) {
        self.piece(clause.span);
        match &clause.node {
            PhaseClause::NotBefore(expr)
            | PhaseClause::EnteredWhen(expr)
            | PhaseClause::Soak(expr)
            | PhaseClause::Checks(expr) => self.expr(expr),
            PhaseClause::Enter(items)
            | PhaseClause::Keep(items)
            | PhaseClause::Leave(items)
            | PhaseClause::Watch(items) => self.criteria(items),
            PhaseClause::Cohorts(stops) => stops.iter().for_each(|stop| self.stop(stop)),
            PhaseClause::CohortRange { .. } | PhaseClause::OnRed(_) | PhaseClause::ClockOpen => {}
            PhaseClause::Cohort(cohort) => {
                self.stop(&cohort.stop);
                self.maybe(&cohort.soak);
                self.maybe(&cohort.checks);
                self.exprs(&cohort.after);
            }
            PhaseClause::Within(deadline) => self.deadline(deadline),
        }
    }

    fn trigger_clause(&mut self, clause: &'a Spanned<TriggerClause>) {
        self.piece(clause.span);
        match &clause.node {
            TriggerClause::Class(name) => self.name(name, Role::Label),
            TriggerClause::In(phases) => self.names(phases, Role::Means),
            TriggerClause::Scope(scope) => self.scope(scope),
            TriggerClause::Each(bind) => self.bind(bind),
            TriggerClause::When(expr) | TriggerClause::For(expr) => self.expr(expr),
            TriggerClause::Times { count, .. } => self.expr(count),
            TriggerClause::Then(Then::Rollback(to) | Then::Throw(to)) => self.dotted(to),
            TriggerClause::Then(Then::Halt) | TriggerClause::OnUnknown(_) => {}
        }
    }

    fn procedure_clause(&mut self, clause: &'a Spanned<ProcedureClause>) {
        self.piece(clause.span);
        match &clause.node {
            ProcedureClause::Field(field) => self.field(field),
            ProcedureClause::To { phase, .. } => self.name(phase, Role::Means),
            ProcedureClause::ToStay => {}
            ProcedureClause::Decide(deadline)
            | ProcedureClause::Finish(deadline)
            | ProcedureClause::Recover(deadline) => self.deadline(deadline),
            ProcedureClause::By(roles) => self.names(roles, Role::Means),
            ProcedureClause::Run(call) => self.call(call),
            ProcedureClause::Impact { name, text } => {
                self.name(name, Role::Label);
                self.text(text);
            }
            ProcedureClause::Step(step) => {
                self.name(&step.name, Role::Label);
                self.text(&step.text);
                self.names(&step.by, Role::Means);
                step.run.iter().for_each(|call| self.call(call));
            }
            ProcedureClause::Check { name, text } => {
                name.iter().for_each(|name| self.name(name, Role::Label));
                self.text(text);
            }
            ProcedureClause::CheckList(expr) | ProcedureClause::ReenterWhen(expr) => {
                self.expr(expr)
            }
            ProcedureClause::Log { name, .. } => self.name(name, Role::Means),
            ProcedureClause::Verify(items) => self.criteria(items),
        }
    }

    fn place(&mut self, place: &'a Spanned<Place>) {
        match &place.node {
            Place::Phase { phase, .. } => self.name(phase, Role::Means),
            Place::Share(_) => {}
        }
    }

    fn test_clause(&mut self, clause: &'a Spanned<TestClause>) {
        self.piece(clause.span);
        match &clause.node {
            TestClause::For(_) | TestClause::At(_) | TestClause::After { .. } => {}
            TestClause::In { phase, .. } => self.name(phase, Role::Means),
            TestClause::AfterRollback { rollback, .. } => self.dotted(rollback),
            TestClause::Given(given) => {
                match &given.what {
                    GivenWhat::Fixture(dotted) => self.names(&dotted.names, Role::Fixture),
                    GivenWhat::Evidence(folder) => self.str(folder),
                }
                for change in &given.with {
                    self.piece(change.span);
                    match &change.node {
                        Change::Set { path, value } => {
                            self.expr(path);
                            self.expr(value);
                        }
                        Change::Aged { item, .. } => self.expr(item),
                        Change::About { item, value } => {
                            self.expr(item);
                            self.expr(value);
                        }
                        Change::From { item, file } => {
                            self.expr(item);
                            self.str(file);
                        }
                    }
                }
                self.exprs(&given.without);
            }
            TestClause::Expect(expect) => {
                match &expect.result.node {
                    Expected::Advance(place) => place.iter().for_each(|place| self.place(place)),
                    Expected::Rollback(to) => to.iter().for_each(|to| self.dotted(to)),
                    Expected::Exit(_)
                    | Expected::Hold
                    | Expected::Blocked
                    | Expected::Frozen
                    | Expected::Halted
                    | Expected::Complete => {}
                }
                for reason in expect.because.iter().chain(&expect.warnings) {
                    self.piece(reason.span);
                    self.expr(&reason.path);
                }
            }
        }
    }

    fn exprs(&mut self, exprs: &'a [Expr]) {
        exprs.iter().for_each(|expr| self.expr(expr));
    }

    fn maybe(&mut self, expr: &'a Option<Expr>) {
        expr.iter().for_each(|expr| self.expr(expr));
    }

    fn bind(&mut self, bind: &'a Bind) {
        self.piece(bind.span);
        for binder in &bind.binders {
            self.name(&binder.name, Role::Binds);
            self.expr(&binder.source);
        }
        bind.filter.iter().for_each(|filter| self.expr(filter));
    }

    fn comp(&mut self, comp: &'a Comp) {
        self.piece(comp.span);
        self.bind(&comp.bind);
        self.maybe(&comp.body);
    }

    fn entries(&mut self, entries: &'a [Entry]) {
        for entry in entries {
            self.piece(entry.span);
            match &entry.kind {
                EntryKind::Pair { value, .. } => self.expr(value),
                EntryKind::Spread(path) => self.expr(path),
            }
        }
    }

    fn expr(&mut self, expr: &'a Expr) {
        (self.see)(Part::Expr(expr), expr.span);
        match &expr.kind {
            ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Null | ExprKind::Name(_) => {}
            ExprKind::Text(text) | ExprKind::Unknown(text) => self.text(text),
            ExprKind::Field { of, name } => {
                self.expr(of);
                self.name(name, Role::Reads);
            }
            ExprKind::Key { of, key } => {
                self.expr(of);
                self.str(key);
            }
            ExprKind::Index { of, keys } => {
                self.expr(of);
                self.exprs(keys);
            }
            ExprKind::Call { of, args } => {
                self.expr(of);
                self.args(args);
            }
            ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::Unary { operand, .. }
            | ExprKind::Convert { operand, .. }
            | ExprKind::As { operand, .. } => self.expr(operand),
            ExprKind::Logic { operands, .. } | ExprKind::Among { operands, .. } => {
                self.exprs(operands)
            }
            ExprKind::Compare { left, right, .. } | ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Is { operand, state, .. } => {
                self.expr(operand);
                if let StateWord::Given { since: Some(since) } = &state.node {
                    self.expr(since);
                }
            }
            ExprKind::ObservedSince { operand, since } => {
                self.expr(operand);
                self.expr(since);
            }
            ExprKind::Plus {
                operand, amount, ..
            } => {
                self.expr(operand);
                self.expr(amount);
            }
            ExprKind::AtClock { operand, zone, .. } => {
                self.expr(operand);
                self.str(zone);
            }
            ExprKind::List(list) => self.exprs(list),
            ExprKind::ListOf(comp) => self.comp(comp),
            ExprKind::Value(entries) => self.entries(entries),
            ExprKind::Quant { comp, .. } => self.comp(comp),
            ExprKind::Match { subject, arms } => {
                self.expr(subject);
                for arm in arms {
                    self.piece(arm.span);
                    if let ArmHead::Patterns(patterns) = &arm.head {
                        for pattern in patterns {
                            match &pattern.node {
                                Pattern::Word(word) => self.dotted(word),
                                Pattern::Text(text) => self.str(text),
                                Pattern::Number { .. } => {}
                            }
                        }
                    }
                    self.expr(&arm.value);
                }
            }
            ExprKind::Last { count, of, by } => {
                self.expr(count);
                self.expr(of);
                by.iter().for_each(|by| self.names(&by.names, Role::Reads));
            }
            ExprKind::Series { of, over, .. } => {
                self.expr(of);
                if let Some(Over::Time(time)) = over.as_deref() {
                    self.expr(time);
                }
            }
        }
    }
}
