//! Texts that come with the tool: modules of the standard library and pages of findings.

use rolloutc_compiler::{codes, stdlib};

/// The text at `rolloutc:/std/NAME.rollout` or `rolloutc:/codes/CODE.md`.
pub fn text(uri: &str) -> Option<String> {
    let path = uri.strip_prefix("rolloutc:")?.trim_start_matches('/');
    if let Some(code) = path
        .strip_prefix("codes/")
        .and_then(|name| name.strip_suffix(".md"))
    {
        return codes::code(code).map(|code| code.page.to_owned());
    }
    let module = stdlib::MODULES.iter().find(|module| module.path == path)?;
    Some(module.text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_the_tool_have_addresses() {
        let starts = |uri: &str, with: &str| text(uri).is_some_and(|text| text.starts_with(with));
        assert!(starts("rolloutc:/std/slo.rollout", "edition 2026"));
        assert!(starts(
            "rolloutc:///codes/no-freshness.md",
            "# no-freshness"
        ));
        assert_eq!(text("file:///etc/hosts"), None);
        assert_eq!(text("rolloutc:/codes/../x.md"), None);
    }
}
