//! `rolloutc explain`: a page for every code, keyword, function, format and module, offline.

use crate::args::Explain;
use crate::commands::output;
use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::load::nearest;
use crate::report::word;
use crate::terminal::{Ink, Look};
use rolloutc_compiler::codes::CODES;
use rolloutc_compiler::formats::FORMATS;
use rolloutc_compiler::settings;
use rolloutc_compiler::stdlib::{MODULES, Module};
use rolloutc_grammar::{DECLARATIONS, Keyword, clauses, keywords};
use rolloutc_runtime::builtins::BUILTINS;

/// Prints the page of a topic, or the list of all topics.
pub fn run(args: &Explain) -> Result<Exit, Failure> {
    let page = match &args.topic {
        None => list(),
        Some(topic) => page(topic).ok_or_else(|| unknown(topic))?,
    };
    output(&dress(&page, Look::of_output()))?;
    Ok(Exit::Clean)
}

/// The page of a topic, in Markdown. A word may be both a keyword and a function.
fn page(topic: &str) -> Option<String> {
    // `error[no-freshness]` is what people copy.
    let topic = topic
        .trim()
        .trim_start_matches("error")
        .trim_start_matches("warning")
        .trim_start_matches("info");
    let topic = topic.trim_start_matches('[').trim_end_matches([']', ':']);
    if let Some(code) = CODES.iter().find(|code| code.slug == topic) {
        return Some(code.page.to_string());
    }
    if topic == config::NAME {
        return Some(config::page());
    }
    if topic == config::SCHEMA {
        return Some(settings::schema());
    }
    if topic == "std" {
        return Some(format!(
            "# std\n\n`use std.NAME` brings a module in.\n\n{}",
            modules()
        ));
    }
    let keywords = keywords().filter(|keyword| keyword.word == topic);
    let declared = DECLARATIONS.iter().find(|keyword| keyword.word == topic);
    let keywords = keywords.map(|keyword| {
        let clauses = match declared == Some(keyword) {
            true => clauses_of(topic),
            false => String::new(),
        };
        format!(
            "# {topic}\n\n{}\n\n```rollout\n{}\n```\n{clauses}",
            keyword.doc, keyword.example
        )
    });
    let functions = BUILTINS.iter().filter(|function| function.name == topic);
    let functions = functions.map(|function| {
        format!(
            "# {topic}\n\n`{}`\n\n{}\n",
            function.signature, function.doc
        )
    });
    let formats = FORMATS.iter().filter(|format| format.word == topic);
    let formats = formats.map(|format| format.page.to_string());
    let mut pages: Vec<String> = keywords.chain(functions).chain(formats).collect();
    // `approval` is a word of the language and a module: the word first, and where the module is.
    let name = topic.strip_prefix("std.").unwrap_or(topic);
    if let Some(module) = MODULES.iter().find(|module| module.name == name) {
        pages.push(if pages.is_empty() {
            module_page(module)
        } else {
            format!(
                "There is a module too: `rolloutc explain std.{name}`. {}.\n",
                module.line()
            )
        });
    }
    (!pages.is_empty()).then(|| pages.join("\n"))
}

fn module_page(module: &Module) -> String {
    let name = module.name;
    format!(
        "{}\n`use std.{name}` brings the module in: `{name}.NAME`.\n\n## Text\n\n```rollout\n{}\n```\n",
        module.section("#"),
        module.text.trim_end()
    )
}

/// Every topic there is.
fn topics() -> Vec<String> {
    let codes = CODES.iter().map(|code| code.slug.to_string());
    let keywords = keywords().map(|keyword| keyword.word.to_string());
    let functions = BUILTINS.iter().map(|function| function.name.to_string());
    let formats = FORMATS.iter().map(|format| format.word.to_string());
    let modules = MODULES.iter().map(|module| format!("std.{}", module.name));
    codes
        .chain(keywords)
        .chain(functions)
        .chain(formats)
        .chain(modules)
        .chain(["std".to_string(), config::NAME.to_string()])
        .collect()
}

fn list() -> String {
    let mut out = String::from("# Codes\n\n");
    for code in CODES {
        out.push_str(&format!("  {:<28} {}\n", code.slug, word(code.severity)));
    }
    out.push_str("\n# Keywords\n\n");
    for keyword in keywords() {
        out.push_str(&format!("  {:<28} {}\n", keyword.word, keyword.doc));
    }
    out.push_str("\n# Functions\n\n");
    for function in BUILTINS {
        out.push_str(&format!("  {:<28} {}\n", function.name, function.doc));
    }
    out.push_str("\n# Formats of evidence\n\n");
    for format in FORMATS {
        out.push_str(&format!("  {:<28} {}\n", format.word, format.line()));
    }
    out.push_str("\n# Modules\n\n");
    out.push_str(&modules());
    out.push_str(&format!("\n# Configuration\n\n  {}\n", config::NAME));
    out
}

/// Every module on a line of its own.
fn modules() -> String {
    let line = |name: &str, line: &str| format!("  {:<28} {line}\n", format!("std.{name}"));
    MODULES
        .iter()
        .map(|module| line(module.name, module.line()))
        .collect()
}

fn unknown(topic: &str) -> Failure {
    let failure = Failure::usage(
        "nothing to explain",
        format!("there is no code, keyword, function, format or module `{topic}`"),
    );
    match nearest(topic, &topics()) {
        Some(near) => failure.help(format!(
            "did you mean `{near}`? `rolloutc explain` lists them all"
        )),
        None => failure.help("`rolloutc explain` lists them all"),
    }
}

/// Headings stand out where colour shows; the rest is read as it stands.
fn dress(page: &str, look: Look) -> String {
    let line = |line: &str| match line.trim_start_matches('#') {
        title if title.len() < line.len() && line.starts_with('#') && look == Look::Rich => {
            look.paint(Ink::Strong, title.trim())
        }
        _ => line.to_string(),
    };
    page.lines().map(|text| line(text) + "\n").collect()
}

/// The clauses of a declaration, each with an example.
fn clauses_of(declaration: &str) -> String {
    let clauses = clauses(declaration);
    if clauses.is_empty() {
        return String::new();
    }
    let line = |clause: &Keyword| {
        let example = clause.example.split_whitespace().collect::<Vec<_>>();
        format!("- `{}`: {}\n", example.join(" "), clause.doc)
    };
    let lines: String = clauses.iter().map(line).collect();
    format!("\nIts clauses, in the order of the style:\n\n{lines}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_a_page() {
        for topic in topics() {
            assert!(
                page(&topic).is_some_and(|page| page.starts_with("# ")),
                "{topic}"
            );
        }
        assert_eq!(page("error[no-freshness]:"), page("no-freshness"));
        assert_eq!(page("no-such-thing"), None);
    }
}
