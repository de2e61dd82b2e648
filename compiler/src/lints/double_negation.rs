//! A condition negated twice: it takes two thoughts to read and says what the plain one says.

use rolloutc_runtime::ir::{Clause, Node, RuleKind};

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "double-negation",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    for (at, code) in program.code.iter().enumerate() {
        if let Node::Not(of) = &code.node
            && let Node::Not(_) = &program.code[of.ix()].node
        {
            let place = look.node(rolloutc_runtime::ir::NodeId(at as u32));
            if !look.foreign(place) {
                let mut found = Diagnostic::warning(LINT.slug, place, "this is negated twice");
                let inner = &program.code[of.ix()].node;
                if let Node::Not(plain) = inner
                    && look.node(*plain).0 == place.0
                {
                    let said = look.said(*plain);
                    let text = match said.contains(' ') {
                        true => format!("({said})"),
                        false => said.to_string(),
                    };
                    let title = format!("write `{text}`");
                    found = found.fix(title, true, vec![(place.1, text)]);
                }
                out.push(found);
            }
        }
    }
    for gate in &program.gates {
        let mut forbids = gate.clauses.iter().filter_map(|clause| match clause {
            Clause::Rule(rule) if rule.kind == RuleKind::Forbid => Some(rule),
            _ => None,
        });
        // A list of things that stand against a move reads well with one `not` in it.
        let (Some(rule), None) = (forbids.next(), forbids.next()) else {
            continue;
        };
        let place = look.node(rule.cond);
        if let Node::Not(of) = &program.code[rule.cond.ix()].node
            && !look.foreign(place)
        {
            let message = format!("`{}` forbids that something is not", gate.name);
            let said = look.said(*of).to_string();
            let mut found = Diagnostic::warning(LINT.slug, place, message)
                .label(format!("write `require {said}`"));
            let clause = look.origin(rule.at);
            if clause.0 == place.0 && look.text(clause).starts_with("forbid") {
                let word = Span::new(clause.1.start, clause.1.start + "forbid".len() as u32);
                found = found.fix(
                    "require it instead",
                    true,
                    vec![(word, "require".to_string()), (place.1, said)],
                );
            }
            out.push(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        let item = "evidence probe { fresh 5m  ok: bool }\n";
        check(
            super::LINT.slug,
            &format!("{item}gate fine {{ forbid not probe.ok }}\n"),
            &["`fine` forbids that something is not"],
        );
        check(
            super::LINT.slug,
            &format!("{item}gate fine {{ require not (not probe.ok) or slo.p95 <= 1s }}\n"),
            &["this is negated twice"],
        );
        check(
            super::LINT.slug,
            &format!("{item}gate fine {{ require not probe.ok }}\n"),
            &[],
        );
    }
}
