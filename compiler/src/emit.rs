//! Checked tables to a program: only what the policy itself reaches, numbered anew, with the places of what is left.
//! Knows ids; decides nothing about their meaning. `emit/origins` adds, for people, what no lint reads.

mod number;
pub mod origins;
pub mod walk;

use indexmap::IndexMap;
use rolloutc_runtime::ir::trial::{More, Trials};
use rolloutc_runtime::ir::{self, Program};
use rolloutc_runtime::ty::Ty;

use crate::check::decl::Declared;
use crate::check::outline::ModuleId;
use crate::check::{Checker, DeclRef, Model};
use crate::source::offset;
use crate::zones;
use number::{Kind, Marks, Renumber, Sizes, Thing};
use walk::{
    Walk, walk_approval, walk_calendar, walk_code, walk_gate, walk_group, walk_invariant,
    walk_item, walk_message, walk_more, walk_new_subject, walk_param, walk_phase, walk_procedure,
    walk_record, walk_report, walk_test, walk_text, walk_threshold, walk_trigger, walk_ty,
    walk_waivers,
};

/// The edition this tool knows.
pub const EDITION: u32 = 2026;

impl<'a> Checker<'a> {
    /// The program, unless something failed or the file is a module; and what editors want to know.
    pub fn emit(mut self, declared: Declared, failed: bool) -> (Option<Program>, Model) {
        let mut model = std::mem::take(&mut self.model);
        model.types.sort();
        model.defs.sort();
        model.facts = self.facts();
        let Some(rollout) = declared.rollout.clone().filter(|_| !failed) else {
            return (None, model);
        };
        let mut tables = Tables::new(&mut self, declared);
        let kept = tables.mark(&self, true);
        if !tables.declared.params.is_empty() {
            let judged = tables.mark(&self, false);
            for (i, param) in tables.declared.params.iter_mut().enumerate() {
                param.judged = judged.has((Kind::Param, offset(i)));
            }
        }
        let tried = tables.mark_tests(&kept);
        tables.write(self, rollout, (kept, tried), model)
    }
}

/// Everything there is, before anything is left out.
struct Tables {
    declared: Declared,
    sizes: Sizes,
    code: Vec<ir::Code>,
    texts: Vec<ir::Text>,
    gates: Vec<ir::Gate>,
    records: Vec<ir::Record>,
    enums: Vec<ir::Enum>,
    per: Option<ir::Per>,
    subject: IndexMap<String, Ty>,
}

impl Tables {
    fn new(checker: &mut Checker<'_>, declared: Declared) -> Tables {
        use std::mem::take;
        let (code, texts, gates) = (&mut checker.code, &mut checker.texts, &mut checker.gates);
        let sizes = Sizes::default()
            .with(Kind::Node, code.len())
            .with(Kind::Item, declared.items.len())
            .with(Kind::Gate, gates.len())
            .with(Kind::Group, declared.groups.len())
            .with(Kind::Threshold, declared.thresholds.len())
            .with(Kind::Approval, declared.approvals.len())
            .with(Kind::Phase, declared.phases.len())
            .with(Kind::Procedure, declared.procedures.len())
            .with(Kind::Param, declared.params.len())
            .with(Kind::Message, declared.messages.len())
            .with(Kind::Text, texts.len())
            .with(Kind::Record, checker.records.len())
            .with(Kind::Enum, checker.enums.len());
        Tables {
            declared,
            sizes,
            code: take(code),
            texts: take(texts),
            gates: take(gates),
            records: take(&mut checker.records),
            enums: take(&mut checker.enums),
            per: checker.per.take(),
            subject: take(&mut checker.subject),
        }
    }

    /// What the policy's own declarations reach; sources and commands only where `outside`.
    fn mark(&mut self, checker: &Checker<'_>, outside: bool) -> Marks {
        let mut marks = Marks::new(&self.sizes, outside);
        self.roots(checker, &mut marks);
        while let Some(thing) = marks.next() {
            self.visit(thing, &mut marks);
        }
        marks
    }

    /// What the tests reach and the program does not.
    fn mark_tests(&mut self, kept: &Marks) -> Marks {
        let mut marks = Marks::beyond(kept);
        for test in &mut self.declared.tried.tests {
            walk_test(test, &mut marks);
        }
        while let Some(thing) = marks.next() {
            self.visit(thing, &mut marks);
        }
        marks.without(kept);
        marks
    }

    /// What stands in the policy's own file.
    fn roots(&mut self, checker: &Checker<'_>, marks: &mut Marks) {
        let own = |ids: &[DeclRef]| -> Vec<u32> {
            let mine = |(_, decl): &(usize, &DeclRef)| decl.module == ModuleId::ROOT;
            ids.iter()
                .enumerate()
                .filter(mine)
                .map(|(i, _)| offset(i))
                .collect()
        };
        let ids = &checker.ids;
        if marks.outside() {
            own(&ids.params)
                .into_iter()
                .for_each(|i| marks.add((Kind::Param, i)));
        }
        own(&ids.items)
            .into_iter()
            .for_each(|i| marks.add((Kind::Item, i)));
        own(&ids.thresholds)
            .into_iter()
            .for_each(|i| marks.add((Kind::Threshold, i)));
        own(&ids.groups)
            .into_iter()
            .for_each(|i| marks.add((Kind::Group, i)));
        own(&ids.approvals)
            .into_iter()
            .for_each(|i| marks.add((Kind::Approval, i)));
        own(&ids.phases)
            .into_iter()
            .for_each(|i| marks.add((Kind::Phase, i)));
        own(&ids.procedures)
            .into_iter()
            .for_each(|i| marks.add((Kind::Procedure, i)));
        own(&ids.messages)
            .into_iter()
            .for_each(|i| marks.add((Kind::Message, i)));
        for (i, gate) in self.gates.iter().enumerate() {
            if gate.own {
                marks.add((Kind::Gate, offset(i)));
            }
        }
        for (i, item) in self.declared.items.iter().enumerate() {
            if item.implied && item.name == "approvals" {
                marks.add((Kind::Item, offset(i)));
            }
        }
        let declared = &mut self.declared;
        declared
            .waivers
            .iter_mut()
            .for_each(|w| walk_waivers(w, marks));
        declared
            .calendar
            .iter_mut()
            .for_each(|c| walk_calendar(c, marks));
        declared
            .triggers
            .iter_mut()
            .for_each(|t| walk_trigger(t, marks));
        declared
            .reports
            .iter_mut()
            .for_each(|r| walk_report(r, marks));
        if let Some(record) = &mut declared.decision {
            marks.record(record);
        }
        declared
            .tried
            .invariants
            .iter_mut()
            .for_each(|i| walk_invariant(i, marks));
        if let Some(rule) = &mut declared.on_new_subject {
            walk_new_subject(rule, marks);
        }
        if let Some(node) = &mut declared.live_from {
            marks.node(node);
        }
        if let Some(per) = &mut self.per {
            marks.node(&mut per.rows);
        }
        self.subject.values_mut().for_each(|ty| walk_ty(ty, marks));
    }

    fn visit(&mut self, thing: Thing, marks: &mut Marks) {
        let declared = &mut self.declared;
        match thing {
            (Kind::Node, i) => with(&mut self.code, i, |code| walk_code(code, marks)),
            (Kind::Item, i) => with(&mut declared.items, i, |item| walk_item(item, marks)),
            (Kind::Gate, i) => with(&mut self.gates, i, |gate| walk_gate(gate, marks)),
            (Kind::Group, i) => with(&mut declared.groups, i, |group| walk_group(group, marks)),
            (Kind::Threshold, i) => with(&mut declared.thresholds, i, |threshold| {
                walk_threshold(threshold, marks)
            }),
            (Kind::Approval, i) => with(&mut declared.approvals, i, |approval| {
                walk_approval(approval, marks)
            }),
            (Kind::Phase, i) => with(&mut declared.phases, i, |phase| walk_phase(phase, marks)),
            (Kind::Procedure, i) => with(&mut declared.procedures, i, |procedure| {
                walk_procedure(procedure, marks)
            }),
            (Kind::Param, i) => with(&mut declared.params, i, |param| walk_param(param, marks)),
            (Kind::Message, i) => with(&mut declared.messages, i, |message| {
                walk_message(message, marks)
            }),
            (Kind::Text, i) => with(&mut self.texts, i, |text| walk_text(text, marks)),
            (Kind::Record, i) => with(&mut self.records, i, |record| walk_record(record, marks)),
            (Kind::Enum, _) => {}
        }
    }

    /// Writes the program of what is kept.
    fn write(
        mut self,
        checker: Checker<'_>,
        rollout: String,
        (kept, tried): (Marks, Marks),
        mut model: Model,
    ) -> (Option<Program>, Model) {
        let mut order: Vec<u32> = (0..offset(self.gates.len())).collect();
        let place = |gate: &ir::Gate| {
            checker
                .origins
                .get(gate.at.0 as usize)
                .copied()
                .unwrap_or_default()
        };
        order.sort_by_cached_key(|i| (place(&self.gates[*i as usize]), *i));
        let mut new = Renumber::new(&self.sizes);
        let mut program = Program::empty(rollout);
        let declared = &mut self.declared;
        let (m, n) = ((&kept, &tried), &mut new);
        let mut more = More::default();
        let nodes;
        (nodes, more.code) = pick(&mut self.code, m, n, Kind::Node);
        (program.params, more.params) = pick(&mut declared.params, m, n, Kind::Param);
        (program.evidence, more.evidence) = pick(&mut declared.items, m, n, Kind::Item);
        (program.thresholds, more.thresholds) =
            pick(&mut declared.thresholds, m, n, Kind::Threshold);
        (program.groups, more.groups) = pick(&mut declared.groups, m, n, Kind::Group);
        (program.approvals, more.approvals) = pick(&mut declared.approvals, m, n, Kind::Approval);
        (program.phases, _) = pick(&mut declared.phases, m, n, Kind::Phase);
        (program.procedures, more.procedures) =
            pick(&mut declared.procedures, m, n, Kind::Procedure);
        (program.messages, more.messages) = pick(&mut declared.messages, m, n, Kind::Message);
        (program.texts, more.texts) = pick(&mut self.texts, m, n, Kind::Text);
        (program.records, more.records) = pick(&mut self.records, m, n, Kind::Record);
        (program.enums, more.enums) = pick(&mut self.enums, m, n, Kind::Enum);
        let mut all: Vec<Option<ir::Gate>> = self.gates.into_iter().map(Some).collect();
        let gates = |marks: &Marks| -> Vec<u32> {
            let reached = |i: &&u32| marks.has((Kind::Gate, **i));
            order.iter().filter(reached).copied().collect()
        };
        for i in gates(&kept) {
            n.give((Kind::Gate, i), offset(program.gates.len()));
            program.gates.extend(all[i as usize].take());
        }
        for i in gates(&tried) {
            let id = offset(program.gates.len() + more.gates.len());
            n.give((Kind::Gate, i), id);
            more.gates.extend(all[i as usize].take());
        }
        program.code = nodes;
        program.invariants = std::mem::take(&mut declared.tried.invariants);
        program.waivers = std::mem::take(&mut declared.waivers);
        program.calendar = std::mem::take(&mut declared.calendar);
        program.triggers = std::mem::take(&mut declared.triggers);
        program.reports = std::mem::take(&mut declared.reports);
        program.decision = declared.decision;
        program.per = self.per.take();
        program.subject = std::mem::take(&mut self.subject);
        program.live_from = declared.live_from;
        program.on_new_subject = declared.on_new_subject.unwrap_or(ir::OnNewSubject::Halt);
        program.owners = checker.owners;
        program.edition = EDITION;
        renumber(&mut program, n);
        program.locals = new.locals();
        program.memos = new.memos();
        // A name that is no zone was reported, and then nothing is emitted.
        let rules = |zone: &String| Some((zone.clone(), zones::zone(zone).ok()?));
        program.zones.extend(kept.zones.iter().filter_map(rules));
        walk_more(&mut more, &mut new);
        let mut tests = std::mem::take(&mut declared.tried.tests);
        tests.iter_mut().for_each(|test| walk_test(test, &mut new));
        more.locals = new.locals();
        more.memos = new.memos();
        let only = tried.zones.difference(&kept.zones);
        more.zones = only.filter_map(rules).collect();
        program.tests = Trials {
            fixtures: std::mem::take(&mut declared.tried.fixtures),
            tests,
            more,
        };
        let old = std::mem::take(&mut model.nodes);
        model.nodes = (0u32..)
            .zip(old)
            .filter(|(i, _)| kept.has((Kind::Node, *i)))
            .map(|(_, place)| place)
            .collect();
        let place = |at: &u32| checker.origins.get(*at as usize).copied();
        model.origins = (new.origins().iter())
            .map(|at| place(at).unwrap_or_default())
            .collect();
        (Some(program), model)
    }
}

fn with<T>(table: &mut [T], i: u32, work: impl FnOnce(&mut T)) {
    if let Some(entry) = table.get_mut(i as usize) {
        work(entry);
    }
}

/// Takes out of a table what is kept, and behind it what only tests reach, and numbers both.
fn pick<T>(
    table: &mut Vec<T>,
    (kept, tried): (&Marks, &Marks),
    new: &mut Renumber,
    kind: Kind,
) -> (Vec<T>, Vec<T>) {
    let (mut out, mut more) = (Vec::new(), Vec::new());
    let mut late = Vec::new();
    for (i, entry) in std::mem::take(table).into_iter().enumerate() {
        let thing = (kind, offset(i));
        if kept.has(thing) {
            new.give(thing, offset(out.len()));
            out.push(entry);
        } else if tried.has(thing) {
            late.push(thing);
            more.push(entry);
        }
    }
    for (i, thing) in late.into_iter().enumerate() {
        new.give(thing, offset(out.len() + i));
    }
    (out, more)
}

fn renumber(program: &mut Program, new: &mut Renumber) {
    program.params.iter_mut().for_each(|p| walk_param(p, new));
    program.evidence.iter_mut().for_each(|i| walk_item(i, new));
    program
        .thresholds
        .iter_mut()
        .for_each(|t| walk_threshold(t, new));
    program.gates.iter_mut().for_each(|g| walk_gate(g, new));
    program.groups.iter_mut().for_each(|g| walk_group(g, new));
    program
        .approvals
        .iter_mut()
        .for_each(|a| walk_approval(a, new));
    program
        .waivers
        .iter_mut()
        .for_each(|w| walk_waivers(w, new));
    program
        .calendar
        .iter_mut()
        .for_each(|c| walk_calendar(c, new));
    program.phases.iter_mut().for_each(|p| walk_phase(p, new));
    program
        .triggers
        .iter_mut()
        .for_each(|t| walk_trigger(t, new));
    program
        .procedures
        .iter_mut()
        .for_each(|p| walk_procedure(p, new));
    program
        .messages
        .iter_mut()
        .for_each(|m| walk_message(m, new));
    program.reports.iter_mut().for_each(|r| walk_report(r, new));
    if let Some(record) = &mut program.decision {
        new.record(record);
    }
    program.texts.iter_mut().for_each(|t| walk_text(t, new));
    program.records.iter_mut().for_each(|r| walk_record(r, new));
    program.code.iter_mut().for_each(|c| walk_code(c, new));
    program
        .invariants
        .iter_mut()
        .for_each(|i| walk_invariant(i, new));
    program.subject.values_mut().for_each(|ty| walk_ty(ty, new));
    if let Some(per) = &mut program.per {
        new.node(&mut per.rows);
        new.local(&mut per.local);
    }
    if let Some(node) = &mut program.live_from {
        new.node(node);
    }
    walk_new_subject(&mut program.on_new_subject, new);
}

#[cfg(test)]
mod tests {
    use rolloutc_runtime::ir::{Program, Time};

    use crate::analysis::{Workspace, analyse};

    const HEAD: &str =
        "edition 2026\n\nrollout production of build\n\nuse \"./common.rollout\" as common\n";
    const COMMON: &str = "edition 2026

evidence slo { fresh 5m  errors: ratio }
evidence unread { fresh 5m  errors: ratio }

gate calm { require slo.errors <= 1% }
gate unasked { require unread.errors <= 1% }
gate below(limit: ratio) { require slo.errors <= limit }
";

    fn program(body: &str) -> Program {
        let mut workspace = Workspace::new();
        workspace.insert("policy.rollout", format!("{HEAD}{body}"));
        workspace.insert("common.rollout", COMMON);
        let analysis = analyse(&workspace, "policy.rollout");
        assert_eq!(analysis.diagnostics, [], "{body}");
        let program = analysis.program.expect("a program");
        assert_eq!(analysis.model.nodes.len(), program.code.len(), "{body}");
        program
    }

    fn names<T>(table: &[T], name: impl Fn(&T) -> &str) -> Vec<&str> {
        table.iter().map(name).collect()
    }

    #[test]
    fn only_what_the_policy_reaches_is_kept() {
        let program = program(
            "
phase serve final { keep common.calm, common.below(2%), common.below(1%), common.below(2%) }
",
        );
        assert_eq!(
            names(&program.evidence, |item| &item.name),
            ["slo", "approvals"]
        );
        let gates = names(&program.gates, |gate| &gate.name);
        assert_eq!(gates, ["calm", "below(2%)", "below(1%)"]);
        assert!(program.gates.iter().all(|gate| !gate.own));
    }

    #[test]
    fn the_meaning_is_what_is_decided_not_how_it_is_written() {
        let meaning = |body: &str| program(body).meaning;
        let plain = meaning("\nphase serve final { keep common.calm }\n");
        let check = |body: &str, same: bool| assert_eq!(meaning(body) == plain, same, "{body}");
        check(
            "\n// A comment.\nphase serve   final \"A title\" {\n  keep common.calm\n}\n",
            true,
        );
        check(
            "\nenum Unused { a, b }\n\nphase serve final { keep common.calm }\n",
            true,
        );
        check("\nphase serve final { keep common.calm  soak 1h }\n", false);
        check("\nphase serve { keep common.calm }\n", false);
        check("\nphase serve final { leave common.calm }\n", false);
    }

    #[test]
    fn a_param_that_only_a_source_reads_need_not_be_judged() {
        let program = program(
            "
param url:   text
param limit: ratio

evidence probe from http(url) { fresh 5m  errors: ratio }

gate low { require probe.errors <= limit }
",
        );
        let judged: Vec<bool> = program.params.iter().map(|param| param.judged).collect();
        assert_eq!(judged, [false, true]);
    }

    #[test]
    fn weekly_times_count_from_their_start() {
        let check = |time: &str, want: &[(&[u8], u16, u8, u16)]| {
            let program = program(&format!(
                "\ngate g {{ need common.slo }}\n\nfreeze f {{ {time} in \"UTC\" }}\n"
            ));
            let weekly = |time: &Time| match time {
                Time::Weekly {
                    days,
                    from,
                    add_days,
                    until,
                } => (days.clone(), *from, *add_days, *until),
                other => panic!("{other:?}"),
            };
            let found: Vec<_> = program.calendar[0].times.iter().map(weekly).collect();
            let want: Vec<_> = want.iter().map(|w| (w.0.to_vec(), w.1, w.2, w.3)).collect();
            assert_eq!(found, want, "{time}");
        };
        check("every fri 16:00 to mon 08:00", &[(&[4], 960, 3, 480)]);
        check("every mon, tue 08:00 to 16:00", &[(&[0, 1], 480, 0, 960)]);
        check(
            "every day 22:00 to 06:00",
            &[(&[0, 1, 2, 3, 4, 5, 6], 1320, 1, 360)],
        );
        check("every sat, sun", &[(&[5, 6], 0, 0, 1440)]);
        check(
            "every thu, sun 12:00 to mon 12:00",
            &[(&[3], 720, 4, 720), (&[6], 720, 1, 720)],
        );
        check("every mon 08:00 to mon 07:00", &[(&[0], 480, 7, 420)]);
    }

    #[test]
    fn cohorts_are_counted_out() {
        let check = |cohorts: &str, want: &[&str]| {
            let body = format!(
                "\nlet shares = [1%, 20%]\n\nphase serve final {{ {cohorts}  keep common.calm }}\n"
            );
            let program = program(&body);
            let shares = program.phases[0].cohorts.iter();
            let shares: Vec<String> = shares
                .map(|c| rolloutc_runtime::unit::ratio_text(c.share))
                .collect();
            assert_eq!(shares, want, "{cohorts}");
        };
        check("cohorts 1%, 10%, 100%", &["1%", "10%", "100%"]);
        check("cohorts 10% to 40% by 10%", &["10%", "20%", "30%", "40%"]);
        check("cohorts 10% to 100% by 40%", &["10%", "50%", "90%", "100%"]);
        check("cohorts shares", &["1%", "20%"]);
        check("cohorts ring0 1%, ring1 10%", &["1%", "10%"]);
    }

    #[test]
    fn a_way_back_has_a_log_and_a_place_to_go() {
        let program = program(
            "
phase serve final {
  cohorts 10%, 100%
  keep    common.calm
}

rollback back {
  page:  text
  to     serve at 0%
  step   flip \"Take `{page}` back\" run command(\"flip.sh\", \"off\")
  check  \"It answers\"
  verify common.calm
}
",
        );
        let back = &program.procedures[0];
        let log = &program.evidence[back.log.ix()];
        assert_eq!((log.name.as_str(), log.implied), ("back_log", true));
        let text = &program.texts[back.steps[0].text.ix()];
        let said = serde_json::to_string(&text.parts).expect("parts");
        assert!(said.contains("Take `"), "{said}");
        let words = back.steps[0].run.as_ref().map(Vec::len);
        assert_eq!(words, Some(2));
    }
}
