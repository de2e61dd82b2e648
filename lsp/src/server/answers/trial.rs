//! Tries tests that are not written yet: the policy with another text, and the fixtures that the disk has.

use std::path::PathBuf;

use rolloutc_runtime::ir::OriginId;
use rolloutc_runtime::ir::trial::{Act, Given, Test};
use rolloutc_runtime::time::Instant;
use rolloutc_runtime::trial::{Case, run};

use super::super::desk::{Desk, now};
use super::Seen;
use crate::ide::actions::tests_for::Tries;

/// The tests of one policy.
pub struct Trial<'d> {
    desk: &'d mut Desk,
    path: PathBuf,
    folder: PathBuf,
}

impl<'d> Trial<'d> {
    /// Of a document that has a path.
    pub fn new(seen: &'d mut Seen<'_>) -> Option<Trial<'d>> {
        let path = seen.read.paths.first()?.clone()?;
        let folder = path.parent().map(PathBuf::from).unwrap_or_default();
        Some(Trial {
            desk: &mut *seen.desk,
            path,
            folder,
        })
    }
}

impl Tries for Trial<'_> {
    fn newest(&mut self, folder: &str) -> Option<Instant> {
        let read = self.desk.read_path(&self.path)?;
        let mut program = read.analysis.program.clone()?;
        let at = OriginId(0);
        let given = Given {
            folder: folder.to_owned(),
            changes: Vec::new(),
            at,
        };
        program.tests.tests = vec![Test {
            title: String::new(),
            key: None,
            instant: now(),
            stands: None,
            after: None,
            acts: vec![Act::Given(given)],
            at,
        }];
        let stock = (self.desk.host.stock)(&program, &self.folder);
        let loaded = stock.0.values().filter_map(|loaded| loaded.as_ref().ok());
        let seen = loaded.flat_map(|loaded| &loaded.evidence.observations);
        seen.filter_map(|one| one.observed_at).max()
    }

    fn run(&mut self, text: &str, asked: &dyn Fn(&str) -> bool) -> Option<Vec<Case>> {
        let texts = [(self.path.clone(), text.to_owned())];
        let analysis = self.desk.imagine(&self.path, &texts)?.analysis;
        if analysis.failed() {
            return None;
        }
        let mut program = analysis.sealed()?;
        // The others need not be read for it.
        program.tests.tests.retain(|test| asked(&test.title));
        let stock = (self.desk.host.stock)(&program, &self.folder);
        Some(run(&program, &stock, &|_| true).cases)
    }
}
