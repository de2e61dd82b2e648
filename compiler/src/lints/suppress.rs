//! `// allow LINT: reason` and `// allow LINT until DATE: reason` on the line above a finding. Knows comments; a
//! suppression without a reason, of a name that is none, without use, or past its day is a finding itself.

use rolloutc_runtime::time::Date;

use super::{LINTS, Level, Look, Ran, lint, usual, weight};
use crate::check::{Place, nearest};
use crate::codes;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{FileId, Span};

/// One `// allow …`.
struct Allow {
    file: FileId,
    /// The line it silences, from zero.
    line: u32,
    span: Span,
    slug: Span,
    name: String,
    until: Option<Date>,
    reason: bool,
    used: bool,
}

/// The level that somebody gave a lint in a file.
type Given<'g> = &'g dyn Fn(FileId, &str) -> Option<Level>;

/// Drops what is silenced, adds what is wrong with the silencing. What silences nothing in a file that is used is told
/// apart: another policy may need it.
pub(super) fn apply(look: &Look<'_>, given: Given<'_>, found: Vec<Diagnostic>) -> Ran {
    let mut out = Vec::new();
    let mut idle = Vec::new();
    let mut allows = Vec::new();
    for module in look.modules.iter().filter(|module| !module.std) {
        for comment in &module.ast.comments {
            let text = comment.text.as_ref();
            if let Some(rest) = text.strip_prefix("// allow ") {
                let line = look.line((module.file, comment.span));
                let line = if comment.own_line { line + 1 } else { line };
                let at = comment.span.start + (text.len() - rest.len()) as u32;
                allows.extend(read(
                    (module.file, comment.span),
                    line,
                    (rest, at),
                    &mut out,
                ));
            }
        }
    }
    // Several comments above one line all speak of that line.
    for at in (0..allows.len()).rev() {
        let below = (allows.iter())
            .find(|other| {
                other.file == allows[at].file
                    && other.line == allows[at].line + 1
                    && look.line((other.file, other.span)) == allows[at].line
            })
            .map(|other| other.line);
        if let Some(line) = below {
            allows[at].line = line;
        }
    }
    for one in found {
        let (file, line) = (
            one.primary.file,
            look.line((one.primary.file, one.primary.span)),
        );
        let silent = allows
            .iter_mut()
            .find(|allow| allow.file == file && allow.line == line && allow.name == one.code);
        match silent {
            Some(allow) => {
                allow.used = true;
                let over = allow
                    .until
                    .zip(look.today)
                    .is_some_and(|(until, today)| until < today);
                // One without a reason silences nothing, and neither does one past its day.
                if !allow.reason || over {
                    out.push(one);
                }
            }
            None => out.push(one),
        }
    }
    for allow in &allows {
        report(look, given, allow, &mut out, &mut idle);
    }
    Ran { found: out, idle }
}

fn read(
    (file, span): Place,
    line: u32,
    (rest, at): (&str, u32),
    out: &mut Vec<Diagnostic>,
) -> Option<Allow> {
    let (head, reason) = match rest.split_once(':') {
        Some((head, reason)) => (head, reason.trim()),
        None => (rest, ""),
    };
    let mut words = head.split_whitespace();
    let name = words.next()?.to_string();
    let slug = Span::new(at, at + name.len() as u32);
    // A sentence that happens to begin with `allow` is none: a slug has a hyphen, or is known.
    if !name.contains('-') && codes::code(&name).is_none() {
        return None;
    }
    let until = match (words.next(), words.next(), words.next()) {
        (None, ..) => None,
        (Some("until"), Some(day), None) if Date::parse(day).is_ok() => Date::parse(day).ok(),
        _ => {
            out.push(
                Diagnostic::error(
                    "suppression-without-reason",
                    (file, span),
                    "this is not a suppression: nothing is silenced",
                )
                .help(format!("write `// allow {name}: why`"))
                .help(format!("or `// allow {name} until 2027-01-31: why`")),
            );
            return None;
        }
    };
    match (lint(&name), codes::code(&name)) {
        (Some(_), _) => {}
        (None, Some(_)) => {
            out.push(
                Diagnostic::error(
                    "unknown-suppression",
                    (file, slug),
                    format!("`{name}` cannot be silenced"),
                )
                .help("errors of names, values and syntax must be fixed, they cannot be silenced"),
            );
            return None;
        }
        (None, None) => {
            let known: Vec<String> = LINTS.iter().map(|lint| lint.slug.to_string()).collect();
            let mut one = Diagnostic::error(
                "unknown-suppression",
                (file, slug),
                format!("there is no lint `{name}`"),
            );
            if let Some(near) = nearest(&name, &known) {
                one = one.label(format!("did you mean `{near}`?")).fix(
                    format!("write `{near}`"),
                    true,
                    vec![(slug, near.to_string())],
                );
            }
            out.push(one);
            return None;
        }
    }
    Some(Allow {
        file,
        line,
        span,
        slug,
        name,
        until,
        reason: !reason.is_empty(),
        used: false,
    })
}

fn report(
    look: &Look<'_>,
    given: Given<'_>,
    allow: &Allow,
    out: &mut Vec<Diagnostic>,
    idle: &mut Vec<Diagnostic>,
) {
    let place = (allow.file, allow.span);
    let name = &allow.name;
    let unjudged = !judged(look, allow.file);
    let mut add = |found: Diagnostic| match given(allow.file, found.code) {
        Some(Level::Off) => {}
        Some(Level::At(severity)) => {
            out.push(Diagnostic { severity, ..found });
        }
        None => {
            let severity = weight(found.code);
            out.push(Diagnostic { severity, ..found });
        }
    };
    let nothing = || {
        Diagnostic::warning(
            "unused-suppression",
            place,
            format!("nothing here is silenced: `{name}` is not found on the line below"),
        )
        .fix("remove it", true, vec![(allow.span, String::new())])
    };
    if !allow.reason {
        add(Diagnostic::new(
            Severity::Error,
            "suppression-without-reason",
            (allow.file, allow.slug),
            format!("`{name}` is allowed without a reason: nothing is silenced"),
        )
        .help(format!("write `// allow {name}: why`")));
        return;
    }
    let over = allow
        .until
        .zip(look.today)
        .filter(|(until, today)| until < today);
    if let Some((until, _)) = over {
        add(Diagnostic::warning(
            "expired-suppression",
            place,
            format!("`{name}` was allowed until {until}"),
        )
        .help("fix what it silenced, or say until when it may stand"));
    } else if given(allow.file, name).unwrap_or_else(|| usual(name)) == Level::Off {
        // What is not looked for is not found either.
    } else if !allow.used && !unjudged {
        add(nothing());
    } else if !allow.used && look.program.is_some() {
        let severity = match given(allow.file, "unused-suppression") {
            Some(Level::Off) => return,
            Some(Level::At(severity)) => severity,
            None => weight("unused-suppression"),
        };
        let found = nothing();
        idle.push(Diagnostic { severity, ..found });
    }
}

/// Whether all that could be found in a file was looked for: a module is judged through every policy that uses it, so
/// what it silences may be found through another one.
fn judged(look: &Look<'_>, file: FileId) -> bool {
    look.program.is_some()
        && look
            .modules
            .first()
            .is_some_and(|module| module.file == file)
}
