//! Enums, their members and their spellings. Knows no expressions.

use rolloutc_runtime::ir;
use rolloutc_runtime::ty::EnumId;

use super::EnumData;
use crate::check::outline::ModuleId;
use crate::check::{Checker, DeclRef, Def, Place, Scope};
use crate::diagnostic::Diagnostic;
use crate::source::offset;
use crate::syntax::ast;

impl<'a> Checker<'a> {
    /// The enum of a declaration.
    pub(in crate::check) fn enum_decl(&mut self, decl: DeclRef) -> EnumId {
        if let Some(id) = self.cache.enums.get(&decl) {
            return *id;
        }
        let found = self.decl(decl);
        let ast::DeclKind::Enum(declared) = &found.kind else {
            unreachable!("asked for the enum of another declaration")
        };
        let scope = Scope::module(decl.module);
        let id = self.within(decl, |c| {
            c.new_enum(
                &declared.name.text,
                &declared.members,
                found.tainted,
                &scope,
            )
        });
        self.cache.enums.insert(decl, id);
        id
    }

    pub(super) fn new_enum(
        &mut self,
        name: &str,
        members: &ast::Members,
        tainted: bool,
        scope: &Scope,
    ) -> EnumId {
        let mut made = ir::Enum {
            name: name.to_string(),
            any_case: members.any_case.is_some(),
            members: Vec::new(),
        };
        let mut data = EnumData {
            places: Vec::new(),
            tainted,
        };
        let fold = |text: &str| {
            if made.any_case {
                text.to_ascii_lowercase()
            } else {
                text.to_string()
            }
        };
        let mut spelled: Vec<(String, Place)> = Vec::new();
        for member in &members.list {
            let at = self.at(scope, member.name.span);
            if let Some(i) = made
                .members
                .iter()
                .position(|m: &ir::Member| m.name == *member.name.text)
            {
                let message = format!("the member `{}` is declared twice", member.name.text);
                let first = data.places[i];
                self.report(
                    Diagnostic::error("duplicate-name", at, message).also(first, "first here"),
                );
                continue;
            }
            let mut spellings: Vec<(String, Place)> = Vec::new();
            for text in &member.spellings {
                let place = self.at(scope, text.span);
                spellings.push((text.value.to_string(), place));
            }
            if spellings.is_empty() {
                spellings.push((member.name.text.to_string(), at));
            }
            for (spelling, place) in &spellings {
                let folded = fold(spelling);
                if let Some((_, first)) = spelled.iter().find(|(s, _)| *s == folded) {
                    let message = format!("two members are spelled `{spelling}`");
                    let first = *first;
                    self.report(
                        Diagnostic::error("duplicate-name", *place, message)
                            .also(first, "first here")
                            .help("a spelling in the data means one member"),
                    );
                }
                spelled.push((folded, *place));
            }
            data.places.push(at);
            made.members.push(ir::Member {
                name: member.name.text.to_string(),
                spellings: spellings.into_iter().map(|(s, _)| s).collect(),
                as_unknown: member.unknown.is_some(),
            });
        }
        let id = EnumId(offset(self.enums.len()));
        self.enums.push(made);
        self.cache.members.push(data);
        id
    }

    /// A member of an enum by its name.
    pub fn member(&self, id: EnumId, name: &str) -> Option<u32> {
        let members = &self.enums[id.0 as usize].members;
        members.iter().position(|m| m.name == *name).map(offset)
    }

    pub(in crate::check) fn enum_data(&self, id: EnumId) -> &EnumData {
        &self.cache.members[id.0 as usize]
    }

    /// The one enum in sight that has all these members: of this file first, then of the files it uses.
    pub(in crate::check) fn enum_of_words(
        &self,
        words: &[&str],
        module: ModuleId,
    ) -> Option<EnumId> {
        let has_all = |id: &EnumId| words.iter().all(|w| self.member(*id, w).is_some());
        let of = |m: ModuleId| {
            let all = self
                .cache
                .enums
                .iter()
                .filter(move |(decl, _)| decl.module == m);
            all.map(|(_, id)| *id).filter(has_all).collect::<Vec<_>>()
        };
        let own = of(module);
        if !own.is_empty() {
            return <[EnumId; 1]>::try_from(own).ok().map(|[id]| id);
        }
        let used = self.modules[module.ix()]
            .names
            .values()
            .filter_map(|e| e.module);
        let found: Vec<EnumId> = used.flat_map(of).collect();
        <[EnumId; 1]>::try_from(found).ok().map(|[id]| id)
    }

    /// `Enum.member` or `module.Enum.member`.
    pub(in crate::check) fn qualified(
        &mut self,
        dotted: &ast::Dotted,
        scope: &Scope,
    ) -> Option<(EnumId, u32)> {
        let (last, first) = dotted.names.split_last()?;
        let (start, end) = (first.first()?, first.last()?);
        let of = ast::Dotted {
            names: first.to_vec(),
            span: start.span.to(end.span),
        };
        let Def::Enum(id) = self.resolve(&of, "an enum", scope)? else {
            return None;
        };
        match self.member(id, &last.text) {
            Some(member) => Some((id, member)),
            None => {
                let at = self.at(scope, last.span);
                self.unknown_word(id, &last.text, at);
                None
            }
        }
    }
}
