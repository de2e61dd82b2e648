//! Where evidence comes from and in which format. Knows files, folders and calls; fetches nothing.

use rolloutc_runtime::evidence::{FORMATS, format_of};
use rolloutc_runtime::ir::{self, Format, NodeId, Source};
use rolloutc_runtime::ty::{Shape, Ty};

use super::names::suggest;
use super::{Checker, Scope, say};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast;

/// What the calls of a source are named, and the named arguments each takes.
const CALLS: [(&str, &[&str]); 3] = [
    ("command", &["folder", "timeout"]),
    (
        "http",
        &["post", "put", "bearer", "json", "headers", "timeout"],
    ),
    ("policy", &["run"]),
];

impl<'a> Checker<'a> {
    /// Where an item or an approval comes from.
    pub(super) fn source_of(&mut self, source: Option<&'a ast::Source>, scope: &Scope) -> Source {
        match source {
            None => Source::Given,
            Some(ast::Source::File(text)) => {
                let whole = self.file_name(text, scope);
                let (folder, file) = whole.rsplit_once('/').unwrap_or(("", &whole));
                let parts = if folder.is_empty() {
                    Vec::new()
                } else {
                    vec![ir::Part::Literal(folder.to_string())]
                };
                let folder = self.raw_text(parts);
                let file = file.to_string();
                Source::File { folder, file }
            }
            Some(ast::Source::InFolder { folder, file }) => {
                let folder = self.folder(folder, scope);
                let file = self.file_name(file, scope);
                Source::File { folder, file }
            }
            Some(ast::Source::Call(call)) => self.source_call(call, scope),
        }
    }

    fn file_name(&mut self, text: &ast::Text, scope: &Scope) -> String {
        match text.plain() {
            Some(path) => {
                self.inside_path(path, text.span, scope);
                path.to_string()
            }
            None => {
                let at = self.at(scope, text.span);
                self.report(
                    Diagnostic::error("bad-path", at, "the name of a file has no holes")
                        .help("put what changes into a `folder` that a param names"),
                );
                String::new()
            }
        }
    }

    fn source_call(&mut self, call: &'a ast::Call, scope: &Scope) -> Source {
        let name = call.callee.to_string();
        let Some((_, options)) = CALLS.iter().find(|(known, _)| *known == name) else {
            let at = self.at(scope, call.callee.span);
            let known = CALLS.map(|(name, _)| name.to_string());
            let found =
                Diagnostic::error("unknown-name", at, format!("there is no source `{name}`"));
            self.report(suggest(found, &name, call.callee.span, &known));
            return Source::Given;
        };
        let mut args = Vec::new();
        for arg in &call.args {
            match arg {
                ast::Arg::Value(e) => args.push((None, self.value(e, &Ty::Text, scope))),
                ast::Arg::Named {
                    name: option,
                    value,
                } => {
                    if !options.contains(&option.as_str()) {
                        let at = self.at(scope, option.span);
                        let known: Vec<String> = options.iter().map(|o| o.to_string()).collect();
                        let found = Diagnostic::error(
                            "unknown-name",
                            at,
                            format!("`{name}` takes no `{}`", option.text),
                        );
                        self.report(suggest(found, &option.text, option.span, &known));
                        continue;
                    }
                    let node = match option.as_str() {
                        "json" | "headers" => self.expr(value, None, scope).node,
                        "timeout" => self.duration(value, scope),
                        "bearer" => self.secret_or_text(value, scope),
                        _ => self.value(value, &Ty::Text, scope),
                    };
                    args.push((Some(option.text.to_string()), node));
                }
                ast::Arg::Comp(comp) => {
                    let at = self.at(scope, comp.span);
                    self.report(Diagnostic::error(
                        "type-mismatch",
                        at,
                        format!("`{name}` takes texts"),
                    ));
                }
            }
        }
        let target = args
            .iter()
            .any(|(option, _)| matches!(option.as_deref(), None | Some("post" | "put")));
        if !target {
            let at = self.at(scope, call.span);
            let found = Diagnostic::error(
                "wrong-arguments",
                at,
                format!("`{name}` is not told what to read"),
            );
            self.report(found.help(match name.as_str() {
                "http" => "for example `http(\"https://example.org/status\")`",
                "policy" => "for example `policy(\"./other.rollout\")`",
                _ => "for example `command(\"scripts/check.sh\")`",
            }));
        }
        Source::Call { name, args }
    }

    fn secret_or_text(&mut self, e: &'a ast::Expr, scope: &Scope) -> NodeId {
        let typed = self.expr(e, None, scope);
        if !matches!(typed.ty.required(), Ty::Secret | Ty::Text | Ty::Nothing) {
            let at = self.at(scope, e.span);
            let message = format!("`bearer` is a secret, this is {}", say(self, &typed.ty));
            self.report(Diagnostic::error("type-mismatch", at, message));
        }
        self.cache.bearers.push(typed.node);
        typed.node
    }

    pub(super) fn format_of_item(
        &mut self,
        evidence: &'a ast::Evidence,
        ty: &Ty,
        scope: &Scope,
    ) -> Option<Format> {
        if let Some(format) = &evidence.format {
            return Some(match format.node {
                ast::Format::Json => Format::Json,
                ast::Format::Jsonl => Format::Jsonl,
                ast::Format::Junit => Format::Junit,
                ast::Format::Text => Format::Text,
                ast::Format::Csv => Format::Csv,
                ast::Format::Toml => Format::Toml,
                ast::Format::Yaml => Format::Yaml,
                ast::Format::Sarif => Format::Sarif,
                ast::Format::Prometheus => Format::Prometheus,
            });
        }
        if *ty == Ty::Text {
            return Some(Format::Text);
        }
        let (file, span) = match evidence.source.as_ref()? {
            ast::Source::File(text) | ast::Source::InFolder { file: text, .. } => {
                (text.plain()?, text.span)
            }
            ast::Source::Call(_) => return None,
        };
        let known = format_of(file);
        if known.is_none() {
            let name = file.rsplit('/').next().unwrap_or(file);
            let at = self.at(scope, span);
            let formats = FORMATS.map(|row| format!("`as {}`", row.1));
            self.report(
                Diagnostic::error(
                    "unknown-format",
                    at,
                    format!("the ending of `{name}` does not tell how to read it"),
                )
                .help(format!("say so: {}", formats.join(", "))),
            );
        }
        known
    }

    /// Fields of a text stand on lines, fields of anything else at paths.
    pub(super) fn lines_fit(&mut self, item: &ir::Item) {
        let rows = match &item.ty {
            Ty::Rows { shape, .. } => !matches!(shape, Shape::Map { .. }),
            Ty::Nothing => true,
            _ => false,
        };
        if item.format == Some(Format::Csv) && !rows {
            let at = self.origins[item.at_origin.0 as usize];
            let message = format!(
                "the cells of `{}` stand in rows, its type has none",
                item.name
            );
            self.report(
                Diagnostic::error("wrong-format", at, message)
                    .help("for example `table Row by id`, `list Row` or `series Row`"),
            );
            return;
        }
        let (Some(format), Ty::Record(record)) = (item.format, &item.ty) else {
            return;
        };
        let fields = self.records[record.0 as usize].fields.clone();
        for (i, field) in fields.iter().enumerate() {
            let Some(read) = &field.read else { continue };
            let (message, help) = match (format == Format::Text, read.line.is_some()) {
                (true, false) => (
                    format!(
                        "nothing says on which line of the text `{}` stands",
                        field.name
                    ),
                    format!("for example `at line \"{}: {{}}\"`", field.name),
                ),
                (false, true) => (
                    format!(
                        "`{}` stands on a line, but `{}` is not a text",
                        field.name, item.name
                    ),
                    "say where it stands by `at PATH`, or read the evidence `as text`".to_string(),
                ),
                _ => continue,
            };
            let at = self.data(*record).places.get(i).copied();
            let at = at.unwrap_or(self.origins[item.at_origin.0 as usize]);
            self.report(Diagnostic::error("wrong-format", at, message).help(help));
        }
    }
}
