//! The formats that evidence is read from, and a page for each. Knows pages; reads nothing itself.

/// What `as` calls a format, and its page in Markdown: what fields read, and what is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The word behind `as`.
    pub word: &'static str,
    /// Its page.
    pub page: &'static str,
}

macro_rules! formats {
    ($($word:literal,)*) => {
        /// Every format, in the order of the table that the readers keep.
        pub const FORMATS: &[Page] = &[$(Page {
            word: $word,
            page: include_str!(concat!("../formats/", $word, ".md")),
        },)*];
    };
}
formats! {
    "json",
    "jsonl",
    "junit",
    "text",
    "csv",
    "toml",
    "yaml",
    "sarif",
    "prometheus",
}

impl Page {
    /// Its first sentence, for lists.
    pub fn line(&self) -> &'static str {
        let body = self.page.split("\n\n").nth(1).unwrap_or_default();
        let line = body.lines().next().unwrap_or_default();
        line.split(". ")
            .next()
            .unwrap_or_default()
            .trim_end_matches('.')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Workspace, analyse};
    use rolloutc_runtime::evidence::FORMATS as READERS;

    #[test]
    fn every_reader_has_a_page_that_names_its_endings() {
        let words: Vec<&str> = FORMATS.iter().map(|format| format.word).collect();
        assert_eq!(words, READERS.map(|row| row.1));
        for (format, reader) in FORMATS.iter().zip(READERS) {
            assert!(format.page.starts_with(&format!("# {}\n", format.word)));
            assert!(
                !format.line().is_empty() && format.line().len() < 70,
                "{}",
                format.line()
            );
            for ending in reader.2 {
                assert!(
                    format.page.contains(&format!(".{ending}")),
                    "{}",
                    format.word
                );
            }
        }
    }

    #[test]
    fn every_example_compiles() {
        for format in FORMATS {
            let (_, rest) = format.page.split_once("```rollout\n").expect("an example");
            let (example, _) = rest.split_once("```").expect("its end");
            let mut workspace = Workspace::new();
            workspace.insert("page.rollout", format!("edition 2026\n\n{example}"));
            let found = analyse(&workspace, "page.rollout").diagnostics;
            assert!(found.is_empty(), "{}: {found:?}", format.word);
        }
    }
}
