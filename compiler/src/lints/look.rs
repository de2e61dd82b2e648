//! What a lint looks at: trees, names, the program, and places. Finds nothing itself.

use std::cell::OnceCell;

use rolloutc_runtime::ir::{NodeId, OriginId, Program};
use rolloutc_runtime::number::Number;
use rolloutc_runtime::time::Date;
use rolloutc_runtime::trial::Coverage;
use rolloutc_runtime::ty::Ty;
use rolloutc_runtime::unit::{self, Dimension};

use super::domain::Example;
use super::prove::{Case, Prover};
use super::{Options, Rules, Sample};
use crate::analysis::Analysis;
use crate::check::outline::{Module, ModuleId};
use crate::check::{Model, Place};
use crate::source::{FileId, Span};
use crate::syntax::ast;

/// What a lint looks at.
pub struct Look<'a> {
    /// The policy's program; a module has none.
    pub program: Option<&'a Program>,
    /// Names, types and places.
    pub model: &'a Model,
    /// The policy and the modules it uses, those of the tool too.
    pub modules: &'a [Module],
    /// The day of the check, where one is known.
    pub today: Option<Date>,
    /// What an organisation asks.
    pub rules: &'a Rules,
    /// What its fixtures hold.
    pub samples: &'a [Sample],
    /// What its tests have shown.
    pub shown: Option<&'a Coverage>,
    analysis: &'a Analysis,
    prover: OnceCell<Prover<'a>>,
    named: OnceCell<Vec<Place>>,
}

impl<'a> Look<'a> {
    pub(super) fn new(analysis: &'a Analysis, options: &'a Options) -> Look<'a> {
        Look {
            program: analysis.program.as_ref(),
            model: &analysis.model,
            modules: &analysis.modules,
            today: options.today,
            rules: &options.rules,
            samples: &options.samples,
            shown: options.shown.as_ref(),
            analysis,
            prover: OnceCell::new(),
            named: OnceCell::new(),
        }
    }

    /// Proofs over the program.
    pub fn prover(&self) -> Option<&Prover<'a>> {
        let program = self.program?;
        Some(self.prover.get_or_init(|| Prover::new(program)))
    }

    /// Whether something beside itself names what is declared at a place.
    pub fn is_named(&self, declared: Place) -> bool {
        let named = self.named.get_or_init(|| {
            let others = (self.model.defs.iter())
                .filter_map(|(place, (_, declared))| declared.filter(|one| one != place));
            let mut named: Vec<Place> = others.collect();
            named.sort_unstable();
            named.dedup();
            named
        });
        named.binary_search(&declared).is_ok()
    }

    /// Every declaration of the policy and of the modules beside it, not of those of the tool.
    pub fn decls(&self) -> impl Iterator<Item = (ModuleId, FileId, &'a ast::Decl)> + use<'a> {
        let modules = self.modules;
        modules
            .iter()
            .enumerate()
            .filter(|(_, module)| !module.std)
            .flat_map(|(at, module)| {
                let decls = module.ast.decls.iter();
                decls.map(move |decl| (ModuleId::of(at), module.file, decl))
            })
    }

    /// Whether a place lies in a file of the tool: nobody can mend it there.
    pub fn foreign(&self, place: Place) -> bool {
        let of = self.modules.iter().find(|module| module.file == place.0);
        of.is_none_or(|module| module.std)
    }

    /// Where a node stands.
    pub fn node(&self, node: NodeId) -> Place {
        self.model.nodes.get(node.ix()).copied().unwrap_or_default()
    }

    /// Where a declaration or clause of the program stands.
    pub fn origin(&self, origin: OriginId) -> Place {
        let place = self.model.origins.get(origin.ix());
        place.copied().unwrap_or_default()
    }

    /// The first line of a place: of a declaration its head.
    pub fn head(&self, (file, span): Place) -> Place {
        let text = self.text((file, span));
        let first = text.split(['\n', '{']).next().unwrap_or(text).trim_end();
        (file, Span::new(span.start, span.start + first.len() as u32))
    }

    /// The text of a place.
    pub fn text(&self, place: Place) -> &'a str {
        let file = self.analysis.files.get(place.0.0 as usize);
        file.map_or("", |file| file.slice(place.1))
    }

    /// The text of a node.
    pub fn said(&self, node: NodeId) -> &'a str {
        self.text(self.node(node))
    }

    /// Whether the policy has errors.
    pub fn failed(&self) -> bool {
        self.analysis.failed()
    }

    /// A line of a file, from zero, for an offset in it.
    pub fn line(&self, place: Place) -> u32 {
        let file = self.analysis.files.get(place.0.0 as usize);
        file.map_or(0, |file| file.line(place.1.start))
    }

    /// A case in words: `slo.p95 is 601ms, status is passed`; what has no value to show is left out.
    pub fn example(&self, case: &Case) -> String {
        let Some((prover, program)) = self.prover().zip(self.program) else {
            return String::new();
        };
        let one = |says: &super::prove::Says| {
            let node = says.node?;
            let ty = program.code.get(node.ix())?.ty.required();
            let value = match (says.domain.example(prover.whole(says.node))?, ty) {
                (Example::Number(at), ty) => number(ty, at)?,
                (Example::Word(word), Ty::Enum(id)) => {
                    let at: usize = word.strip_prefix('#')?.parse().ok()?;
                    program
                        .enums
                        .get(id.0 as usize)?
                        .members
                        .get(at)?
                        .name
                        .clone()
                }
                (Example::Word(word), _) => word,
            };
            let text = self.said(node);
            // A gate or a quantifier is its own clause; showing it back says nothing.
            (!text.is_empty() && !text.contains('\n')).then(|| format!("{text} is {value}"))
        };
        let all: Vec<String> = case.values().filter_map(one).collect();
        all.join(", ")
    }
}

/// A number of a type in policy notation; `None` for instants and dates.
pub fn number(ty: &Ty, at: Number) -> Option<String> {
    Some(match ty {
        Ty::Duration => unit::text(Dimension::Duration, at),
        Ty::Bytes => unit::text(Dimension::Bytes, at),
        Ty::Ratio => unit::text(Dimension::Ratio, at),
        Ty::Int | Ty::Number => at.text(),
        _ => return None,
    })
}
