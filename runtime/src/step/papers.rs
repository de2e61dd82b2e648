//! What is written once a step has decided: its reports, filled from the decision and from all that the step saw. Decides
//! nothing.

use super::Run;
use crate::decision::Decision;
use crate::evidence::Reader;
use crate::ir::Report;
use crate::paper::Paper;
use crate::view::look::Mode;

impl<'a> Run<'a> {
    /// The reports that this outcome asks for, in the order of the policy. They see the place that was decided about.
    pub(super) fn papers(&self, decision: &Decision, reader: &mut Reader) -> Vec<Paper> {
        let program = self.program;
        let asked = |(at, report): (usize, &Report)| {
            (report.on.is_empty() || report.on.contains(&decision.outcome)).then_some(at)
        };
        let wanted: Vec<usize> = (program.reports.iter().enumerate())
            .filter_map(asked)
            .collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        let mut store = self.store.clone();
        let document = program
            .decision
            .map(|record| reader.document(program, record, &decision.to_json(), &mut store));
        let view = self.view(Mode::Move);
        self.asking_of(&store, &view, self.now, |ctx| {
            ctx.decided(document);
            let reports = &ctx.program().reports;
            let written = wanted.iter().map(|at| ctx.paper(&reports[*at], self.key));
            written.collect()
        })
    }
}
