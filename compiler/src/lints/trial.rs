//! Lints by example: what a policy draws of one lint.

use super::{Options, run};
use crate::analysis::{Workspace, analyse};

/// What stands above most examples.
pub const HEAD: &str = "edition 2026

rollout production of { build: text, author: text }

owners ops, dev

evidence slo { fresh 5m  p95: duration in ms  errors: ratio  lost: int?  waste: ratio? }

gate calm { require slo.errors <= 1% }

";

/// Checks what a lint says of the rest of a policy, its messages in order.
pub fn check(slug: &str, rest: &str, want: &[&str]) {
    check_with(slug, rest, Options::all(), want);
}

/// The same, told more.
pub fn check_with(slug: &str, rest: &str, options: Options, want: &[&str]) {
    let text = match rest.starts_with("edition") {
        true => rest.to_string(),
        false => format!("{HEAD}{rest}"),
    };
    let mut workspace = Workspace::new();
    workspace.insert("p.rollout", text.as_str());
    let analysis = analyse(&workspace, "p.rollout");
    let wrong: Vec<String> = analysis
        .diagnostics
        .iter()
        .map(|found| format!("{}: {}", found.code, found.message))
        .collect();
    assert!(!analysis.failed(), "{text}\n{}", wrong.join("\n"));
    let found = run(&analysis, &options);
    let said: Vec<&str> = found
        .iter()
        .filter(|one| one.code == slug)
        .map(|one| one.message.as_str())
        .collect();
    assert_eq!(said, want, "{text}");
    // Whatever is offered as an edit leaves a policy that compiles and does not draw the finding again.
    for one in found.iter().filter(|one| one.code == slug) {
        let Some(fix) = &one.fix else { continue };
        let mended = crate::mend::mend(&text, &[fix]);
        assert_eq!(mended.taken, [0], "{slug}: {fix:?}");
        let mut workspace = Workspace::new();
        workspace.insert("p.rollout", mended.text.as_str());
        let analysis = analyse(&workspace, "p.rollout");
        assert!(
            !analysis.failed(),
            "{slug} mends to\n{}\n{:#?}",
            mended.text,
            analysis.diagnostics
        );
        let left = run(&analysis, &options);
        let left = left.iter().filter(|one| one.code == slug).count();
        assert!(left < want.len(), "{slug} mends to\n{}", mended.text);
    }
}
