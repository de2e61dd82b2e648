//! Findings as commands of a GitHub workflow: each becomes a remark beside its line. Knows their escapes.

use super::{Findings, said};
use rolloutc_compiler::diagnostic::{Diagnostic, Severity};

/// One line each, and the summary as a notice where nothing was found to say.
pub fn commands(findings: &Findings) -> String {
    findings
        .list
        .iter()
        .map(|one| command(findings, one))
        .collect()
}

fn command(findings: &Findings, one: &Diagnostic) -> String {
    let word = match one.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let place = match findings.files.get(one.primary.file.0 as usize) {
        Some(file) => {
            let (start, end) = (
                file.place(one.primary.span.start),
                file.place(one.primary.span.end),
            );
            let line = format!(
                "file={},line={},endLine={}",
                property(&file.name),
                start.line,
                end.line
            );
            // A column counts only where the finding begins and ends on one line.
            match start.line == end.line {
                true => format!("{line},col={},endColumn={},", start.column, end.column),
                false => line + ",",
            }
        }
        None => String::new(),
    };
    let mut text = said(one);
    text.push_str(&format!("\nexplain: rolloutc explain {}", one.code));
    format!(
        "::{word} {place}title={}::{}\n",
        property(one.code),
        data(&text)
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rolloutc_compiler::source::{FileId, SourceFile, Span};

    #[test]
    fn a_message_stays_one_command() {
        let place = (FileId(0), Span::new(2, 3));
        let one =
            Diagnostic::warning("cohort-jump", place, "100% at once\nor: more").help("::error ::x");
        let mut findings = Findings::default();
        findings.absorb(vec![SourceFile::new("a,b:c.rollout", "x\ny\n")], vec![one]);
        assert_eq!(
            commands(&findings),
            "::warning file=a%2Cb%3Ac.rollout,line=2,endLine=2,col=1,endColumn=2,title=cohort-jump::100%25 at once%0Aor: more%0A::error ::x%0Aexplain: rolloutc explain cohort-jump\n"
        );
    }
}
