//! What a module offers: its declarations, each with its head and what is said about it. Reads the module's own text; knows
//! no types.

use crate::source::{FileId, Span};
use crate::stdlib::Module;
use crate::syntax::{self, ast};

/// One declaration of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The word it begins with: `fn`, `gate`, `record`, `enum`, `table`.
    pub word: &'static str,
    /// Its name.
    pub name: String,
    /// How it is used, on one line: `fn burn(errors: ratio, target: ratio): number`.
    pub head: String,
    /// What is said about it, on one line; empty where nothing is.
    pub doc: String,
}

impl Module {
    /// What it is about, on one line.
    pub fn about(&self) -> String {
        let lines = self.text.lines();
        let lines = lines.skip_while(|line| !line.starts_with("///"));
        lines_of(lines.take_while(|line| line.starts_with("///")))
    }

    /// Its declarations, in the order of its text.
    pub fn offers(&self) -> Vec<Offer> {
        let parsed = syntax::parse(FileId(0), self.text);
        let decls = parsed.file.decls.iter();
        decls.filter_map(|decl| self.offer(decl)).collect()
    }

    /// Its section of the page about all modules, under a heading as deep as `marks`.
    pub fn section(&self, marks: &str) -> String {
        let mut out = format!("{marks} std.{}\n\n{}\n\n", self.name, self.about());
        for offer in self.offers() {
            out.push_str(&format!("- `{}`\n  {}\n", offer.head, offer.doc));
        }
        out
    }

    fn offer(&self, decl: &ast::Decl) -> Option<Offer> {
        let name = decl.kind.name()?;
        let head = match &decl.kind {
            ast::DeclKind::Enum(it) => {
                let members = it.members.list.iter();
                let members: Vec<&str> = members.map(|member| member.name.as_str()).collect();
                format!("enum {} {{ {} }}", it.name.text, members.join(", "))
            }
            ast::DeclKind::Record(it) => {
                let fields: Vec<String> = it.items.iter().filter_map(|i| field(i)).collect();
                format!("record {} {{ {} }}", it.name.text, fields.join(", "))
            }
            ast::DeclKind::Table(it) => {
                let columns = it.columns.iter();
                let columns: Vec<&str> = columns.map(|column| column.name.as_str()).collect();
                let columns = columns.join(", ");
                format!("table {} by {} {{ {columns} }}", it.name.text, it.key.text)
            }
            ast::DeclKind::Fn(it) => {
                let result = it.result.as_ref();
                let result = result.map(|ty| format!(": {}", self.said(ty.span)));
                let (params, result) = (self.params(&it.params), result.unwrap_or_default());
                format!("fn {}{params}{result}", it.name.text)
            }
            ast::DeclKind::Gate(it) => {
                let level = it.level.as_ref();
                let level = level.map(|level| format!(" {}", self.said(level.span)));
                let (params, level) = (self.params(&it.params), level.unwrap_or_default());
                format!("gate {}{params}{level}", it.name.text)
            }
            ast::DeclKind::Let(it) => format!("let {}", it.name.text),
            // A module needs no other; were one to have it, its name would stand for it.
            ast::DeclKind::Use(_) | ast::DeclKind::Broken(_) => return None,
            other => format!("{} {}", other.word()?, name.text),
        };
        Some(Offer {
            word: decl.kind.word()?,
            name: name.text.to_string(),
            head,
            doc: self.doc(decl.span),
        })
    }

    /// The parameters of a function or gate, on one line.
    fn params(&self, params: &[ast::Param]) -> String {
        if params.is_empty() {
            return String::new();
        }
        let params = params.iter();
        let params =
            params.map(|param| format!("{}: {}", param.name.text, self.said(param.ty.span)));
        format!("({})", params.collect::<Vec<_>>().join(", "))
    }

    /// What stands in a place, on one line.
    fn said(&self, span: Span) -> String {
        let text = self.text.get(span.start as usize..span.end as usize);
        let words: Vec<&str> = text.unwrap_or_default().split_whitespace().collect();
        words.join(" ")
    }

    /// The `///` lines right above a place.
    fn doc(&self, span: Span) -> String {
        let above = self.text.get(..span.start as usize).unwrap_or_default();
        let above: Vec<&str> = above.lines().collect();
        let said = above
            .iter()
            .rev()
            .take_while(|line| line.starts_with("///"));
        let first = above.len() - said.count();
        lines_of(above[first..].iter().copied())
    }
}

/// A field or a derived one; `?` where it may be absent.
fn field(item: &ast::FieldItem) -> Option<String> {
    match item {
        ast::FieldItem::Field(field) => {
            let mark = field.ty.optional;
            Some(format!(
                "{}{}",
                field.name.text,
                if mark { "?" } else { "" }
            ))
        }
        ast::FieldItem::Let(derived) => Some(derived.name.text.to_string()),
        ast::FieldItem::Spread(of) => Some(format!("...{of}")),
        ast::FieldItem::Keys(_)
        | ast::FieldItem::Observed(_)
        | ast::FieldItem::Fresh { .. }
        | ast::FieldItem::Timeless
        | ast::FieldItem::Since(_)
        | ast::FieldItem::About(_)
        | ast::FieldItem::MayBeEmpty
        | ast::FieldItem::Closed => None,
    }
}

/// `///` lines as one.
fn lines_of<'t>(lines: impl Iterator<Item = &'t str>) -> String {
    let lines = lines.map(|line| line.trim_start_matches('/').trim());
    lines.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use crate::stdlib::MODULES;

    #[test]
    fn everything_is_said_to_be_something() {
        for module in MODULES {
            let offers = module.offers();
            assert!(!offers.is_empty(), "{}", module.name);
            for offer in offers {
                let Offer { head, doc, .. } = &offer;
                assert!(
                    doc.len() > 10 && doc.ends_with('.'),
                    "{}: {head}: {doc}",
                    module.name
                );
                assert!(!head.contains('\n') && !head.contains("  "), "{head}");
            }
        }
    }

    use super::Offer;
}
