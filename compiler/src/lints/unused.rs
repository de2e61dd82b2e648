//! Declarations that nothing asks: of evidence, of gates, and of everything else that has a name to be used by.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::DeclKind;

/// See the page of `unused-declaration`.
pub const DECLARATION: Lint = Lint {
    slug: "unused-declaration",
    find: |look, out| {
        let words = |kind: &DeclKind| match kind {
            DeclKind::Enum(_)
            | DeclKind::Record(_)
            | DeclKind::Table(_)
            | DeclKind::Let(_)
            | DeclKind::Fn(_)
            | DeclKind::Param(_)
            | DeclKind::Folder(_)
            | DeclKind::Threshold(_)
            | DeclKind::Group(_)
            | DeclKind::Approval(_)
            | DeclKind::Fixture(_)
            | DeclKind::Rollback(_)
            | DeclKind::Switch(_) => true,
            DeclKind::Use(_)
            | DeclKind::Rollout(_)
            | DeclKind::Owners(_)
            | DeclKind::Evidence(_)
            | DeclKind::Gate(_)
            | DeclKind::Waivers(_)
            | DeclKind::Freeze(_)
            | DeclKind::Window(_)
            | DeclKind::Phase(_)
            | DeclKind::Trigger(_)
            // People send a message; a step names it in its text.
            | DeclKind::Message(_)
            | DeclKind::Report(_)
            | DeclKind::Invariant(_)
            | DeclKind::Test(_)
            | DeclKind::Tests(_)
            | DeclKind::Broken(_) => false,
        };
        find(look, out, DECLARATION.slug, words);
    },
};

/// See the page of `unused-evidence`.
pub const EVIDENCE: Lint = Lint {
    slug: "unused-evidence",
    find: |look, out| {
        let words = |kind: &DeclKind| matches!(kind, DeclKind::Evidence(_));
        find(look, out, EVIDENCE.slug, words);
    },
};

/// See the page of `unused-gate`.
pub const GATE: Lint = Lint {
    slug: "unused-gate",
    find: |look, out| {
        // Without phases every gate of the policy is asked.
        if look
            .program
            .is_some_and(|program| !program.phases.is_empty())
        {
            let words = |kind: &DeclKind| matches!(kind, DeclKind::Gate(_));
            find(look, out, GATE.slug, words);
        }
    },
};

/// What the policy's own file declares and nothing names; what a module declares is for others.
fn find(
    look: &Look<'_>,
    out: &mut Vec<Diagnostic>,
    slug: &'static str,
    wanted: fn(&DeclKind) -> bool,
) {
    if look.program.is_none() {
        return;
    }
    for (module, file, decl) in look.decls() {
        if module.ix() != 0 || !wanted(&decl.kind) {
            continue;
        }
        let Some(name) = decl.kind.name() else {
            continue;
        };
        if look.is_named((file, name.span)) || implied(look, &decl.kind) {
            continue;
        }
        let word = decl.kind.word().unwrap_or("declaration");
        let whole = Span::new(
            decl.docs.as_ref().map_or(decl.span, |docs| docs.span).start,
            decl.span.end,
        );
        out.push(
            Diagnostic::warning(
                slug,
                (file, name.span),
                format!("nothing uses the {word} `{}`", name.text),
            )
            .fix(
                format!("delete `{}`", name.text),
                false,
                vec![(whole, String::new())],
            ),
        );
    }
}

/// Evidence that the language reads without a name: approvals and the logs of procedures.
fn implied(look: &Look<'_>, kind: &DeclKind) -> bool {
    let (DeclKind::Evidence(item), Some(program)) = (kind, look.program) else {
        return false;
    };
    let name = item.name.as_str();
    let id = program.evidence.iter().position(|item| item.name == name);
    id.is_some_and(|id| {
        let approvals = program
            .approvals
            .iter()
            .filter_map(|approval| approval.item);
        let logs = program.procedures.iter().map(|procedure| procedure.log);
        let about = program
            .evidence
            .iter()
            .filter_map(|item| match item.observed {
                rolloutc_runtime::ir::Observed::With(other) => Some(other),
                _ => None,
            });
        approvals
            .chain(logs)
            .chain(about)
            .any(|item| item.ix() == id)
    })
}
