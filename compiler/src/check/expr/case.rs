//! `match`: one result for every value. Knows when nothing is left out and nothing is there twice.

use rolloutc_runtime::ir::{Const, Node};
use rolloutc_runtime::ty::Ty;

use crate::check::{Checker, Place, Scope, Typed, consts, say};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast;

impl<'a> Checker<'a> {
    /// `match x { low => 10  high => 2 }`
    pub(super) fn cases(
        &mut self,
        subject: &ast::Expr,
        arms: &[ast::Arm],
        want: Option<&Ty>,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let of = self.expr(subject, None, scope);
        let ty = of.ty.required().clone();
        let mut seen: Vec<(Const, Place)> = Vec::new();
        let mut out = Vec::new();
        let mut otherwise: Option<(Typed, Place)> = None;
        let mut joined = Ty::Nothing;
        let mut broken = false;
        for arm in arms {
            let arm_at = self.at(scope, arm.span);
            let value = {
                let hint = match want {
                    Some(want) => Some(want.clone()),
                    None if joined != Ty::Nothing => Some(joined.clone()),
                    None => None,
                };
                self.expr(&arm.value, hint.as_ref(), scope)
            };
            match self.join_ty(&joined, &value.ty) {
                Some(ty) => joined = ty,
                None => {
                    broken = true;
                    let value_at = self.at(scope, arm.value.span);
                    let (have, before) =
                        (say(self, value.ty.required()), say(self, joined.required()));
                    let message = format!("this arm gives {have}, those above give {before}");
                    self.report(
                        Diagnostic::error("type-mismatch", value_at, message)
                            .help("all arms must have the same type"),
                    );
                }
            }
            match &arm.head {
                ast::ArmHead::Else(span) => {
                    let place = self.at(scope, *span);
                    if let Some((_, first)) = &otherwise {
                        let first = *first;
                        self.report(
                            Diagnostic::error(
                                "duplicate-pattern",
                                place,
                                "`else` is written twice",
                            )
                            .also(first, "first here"),
                        );
                    }
                    otherwise = Some((value, place));
                }
                ast::ArmHead::Patterns(patterns) => {
                    if let Some((_, first)) = &otherwise {
                        let first = *first;
                        self.report(
                            Diagnostic::error(
                                "duplicate-pattern",
                                arm_at,
                                "this arm is never reached",
                            )
                            .also(first, "`else` takes everything")
                            .help("put `else` last"),
                        );
                    }
                    let mut constants = Vec::new();
                    for pattern in patterns {
                        let place = self.at(scope, pattern.span);
                        let Some(constant) = self.pattern(pattern, &ty, scope) else {
                            broken = true;
                            continue;
                        };
                        if let Some((_, first)) = seen.iter().find(|(c, _)| *c == constant) {
                            let first = *first;
                            let message = format!("`{}` is written twice", self.source(place));
                            self.report(
                                Diagnostic::error("duplicate-pattern", place, message)
                                    .also(first, "first here"),
                            );
                        }
                        seen.push((constant.clone(), place));
                        constants.push(constant);
                    }
                    out.push((constants, value.node));
                }
            }
        }
        if otherwise.is_none() && !broken && ty != Ty::Nothing {
            self.exhaustive(&ty, &seen, at);
        }
        self.push(
            Node::Match(of.node, out, otherwise.map(|(t, _)| t.node)),
            joined,
            at,
        )
    }

    /// Reports what no arm is for.
    fn exhaustive(&mut self, ty: &Ty, seen: &[(Const, Place)], at: Place) {
        let missing: Vec<String> = match ty {
            Ty::Enum(id) => {
                if self.enum_data(*id).tainted {
                    return;
                }
                let members = self.enums[id.0 as usize].members.iter().enumerate();
                let has = |i: usize| {
                    seen.iter()
                        .any(|(c, _)| matches!(c, Const::Member(_, m) if *m as usize == i))
                };
                members
                    .filter(|(i, _)| !has(*i))
                    .map(|(_, m)| format!("`{}`", m.name))
                    .collect()
            }
            Ty::Bool => {
                let has = |b: bool| seen.iter().any(|(c, _)| *c == Const::Bool(b));
                [true, false]
                    .into_iter()
                    .filter(|b| !has(*b))
                    .map(|b| format!("`{b}`"))
                    .collect()
            }
            other => {
                let message = format!("no arm is for every other value of {}", say(self, other));
                self.report(
                    Diagnostic::error("not-exhaustive", at, message)
                        .help("add `else => …`, if need be `else => unknown \"why\"`"),
                );
                return;
            }
        };
        if !missing.is_empty() {
            let message = format!("no arm is for {}", missing.join(", "));
            self.report(
                Diagnostic::error("not-exhaustive", at, message)
                    .help("add an arm for each, or `else => …`"),
            );
        }
    }

    fn pattern(
        &mut self,
        pattern: &ast::Spanned<ast::Pattern>,
        ty: &Ty,
        scope: &Scope,
    ) -> Option<Const> {
        let at = self.at(scope, pattern.span);
        let (constant, have) = match &pattern.node {
            ast::Pattern::Number { negative, number } => {
                let constant = consts::literal(&number.value, *negative)?;
                (constant, crate::check::units::literal_ty(&number.value))
            }
            ast::Pattern::Text(text) => (Const::Text(text.value.to_string()), Ty::Text),
            ast::Pattern::Word(dotted) => match (dotted.single(), ty) {
                (Some(word), _) if word.as_str() == "null" => {
                    self.report(
                        Diagnostic::error("type-mismatch", at, "`null` is no arm of a `match`")
                            .help("give what may be absent a value by `??`, or ask `is present`"),
                    );
                    return None;
                }
                (Some(word), Ty::Enum(id)) => match self.member(*id, &word.text) {
                    Some(member) => {
                        let typed = self.member_value(*id, member, at);
                        return self.as_const(&typed);
                    }
                    None => {
                        self.unknown_word(*id, &word.text, at);
                        return None;
                    }
                },
                (Some(word), _) if matches!(word.as_str(), "true" | "false") => {
                    (Const::Bool(word.as_str() == "true"), Ty::Bool)
                }
                (Some(word), Ty::Nothing) => {
                    let _ = word;
                    return None;
                }
                (Some(word), _) => {
                    let message = format!(
                        "`{}` is a word, {} is matched here",
                        word.text,
                        say(self, ty)
                    );
                    self.report(
                        Diagnostic::error("type-mismatch", at, message)
                            .help("a text is written in quotes"),
                    );
                    return None;
                }
                (None, _) => {
                    let (id, member) = self.qualified(dotted, scope)?;
                    (Const::Member(id, member), Ty::Enum(id))
                }
            },
        };
        if self.fits(&have, ty) || matches!((&have, ty), (Ty::Text, Ty::Version)) {
            return Some(constant);
        }
        let message = format!(
            "`{}` is {}, {} is matched here",
            self.source(at),
            say(self, &have),
            say(self, ty)
        );
        self.report(Diagnostic::error("type-mismatch", at, message));
        None
    }
}
