//! Decisions as documents: one is the document of the format page, several are one document around them.

use super::board::strongest;
use rolloutc_runtime::decision::{Decision, Outcome};
use serde::Serialize;

/// One decision: its document.
pub fn one(decision: &Decision) -> String {
    decision.to_json_pretty()
}

/// The decisions on all keys of a `per` rollout.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "rolloutc.decisions")]
    version: u32,
    rollout: &'a str,
    outcome: Outcome,
    exit: u8,
    decisions: &'a [Decision],
}

/// Several: one document, in the order of their table.
pub fn all(rollout: &str, decisions: &[Decision]) -> String {
    let (outcome, exit) = strongest(decisions).unwrap_or((Outcome::Complete, 0));
    let document = Document {
        version: 1,
        rollout,
        outcome,
        exit,
        decisions,
    };
    let text = serde_json::to_string_pretty(&document);
    text.unwrap_or_else(|error| unreachable!("a decision has text keys only: {error}")) + "\n"
}
