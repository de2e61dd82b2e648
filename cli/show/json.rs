//! Decisions as the document of the format page: one decision a document, a member to a line.

use rolloutc_runtime::decision::Decision;

/// One decision is its document; several, of a `per` rollout, are an array of them.
pub fn document(decisions: &[Decision]) -> String {
    match decisions {
        [one] => one.to_json_pretty(),
        many => {
            let text = serde_json::to_string_pretty(many);
            text.unwrap_or_else(|error| unreachable!("a decision has text keys only: {error}"))
                + "\n"
        }
    }
}
