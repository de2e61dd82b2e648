//! A measured value asked to be exactly something: a nanosecond more and it is not.

use rolloutc_runtime::ir::{Cmp, Const, Node};
use rolloutc_runtime::number::Number;
use rolloutc_runtime::ty::Ty;

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "equality-on-measure",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    for (at, code) in program.code.iter().enumerate() {
        let Node::Compare(Cmp::Eq | Cmp::Ne, left, right) = &code.node else {
            continue;
        };
        let place = look.node(rolloutc_runtime::ir::NodeId(at as u32));
        let ty = program.code[left.ix()].ty.required();
        let measured = matches!(ty, Ty::Duration | Ty::Ratio | Ty::Bytes | Ty::Number);
        if !measured || look.foreign(place) {
            continue;
        }
        let (left_is, right_is) = (prover.constant(*left), prover.constant(*right));
        // Nothing and everything are values that are met exactly.
        let exact = |value: &Option<Const>| matches!(value, Some(Const::Number(n)) if n.is_zero() || *n == Number::int(1));
        if left_is.is_some() == right_is.is_some() || exact(&left_is) || exact(&right_is) {
            continue;
        }
        let measure = if left_is.is_none() { left } else { right };
        let message = format!(
            "`{}` is measured, and compared exactly",
            look.said(*measure)
        );
        out.push(
            Diagnostic::warning(LINT.slug, place, message)
                .help("ask `<=` or `>=`, or for a stretch of both"),
        );
    }
}
