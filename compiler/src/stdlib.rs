//! The modules that come with the tool: `use std.NAME`. Knows their names and texts; reads no disk. What a text offers is in
//! `stdlib/offer.rs`.

mod offer;

pub use offer::Offer;

/// A module of the standard library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Module {
    /// What stands behind `std.`.
    pub name: &'static str,
    /// The name of its file as places show it.
    pub path: &'static str,
    /// Its policy text.
    pub text: &'static str,
}

impl Module {
    /// What it is about: the first sentence of its documentation.
    pub fn line(&self) -> &'static str {
        let line = self.text.lines().find_map(|line| line.strip_prefix("/// "));
        let line = line.unwrap_or_default();
        line.split(". ")
            .next()
            .unwrap_or_default()
            .trim_end_matches('.')
    }
}

/// Every module, by name.
pub const MODULES: &[Module] = &[
    Module {
        name: "approval",
        path: "std/approval.rollout",
        text: include_str!("../../stdlib/approval.rollout"),
    },
    Module {
        name: "budget",
        path: "std/budget.rollout",
        text: include_str!("../../stdlib/budget.rollout"),
    },
    Module {
        name: "checklist",
        path: "std/checklist.rollout",
        text: include_str!("../../stdlib/checklist.rollout"),
    },
    Module {
        name: "command",
        path: "std/command.rollout",
        text: include_str!("../../stdlib/command.rollout"),
    },
    Module {
        name: "compare",
        path: "std/compare.rollout",
        text: include_str!("../../stdlib/compare.rollout"),
    },
    Module {
        name: "decision",
        path: "std/decision.rollout",
        text: include_str!("../../stdlib/decision.rollout"),
    },
    Module {
        name: "drill",
        path: "std/drill.rollout",
        text: include_str!("../../stdlib/drill.rollout"),
    },
    Module {
        name: "envelope",
        path: "std/envelope.rollout",
        text: include_str!("../../stdlib/envelope.rollout"),
    },
    Module {
        name: "http",
        path: "std/http.rollout",
        text: include_str!("../../stdlib/http.rollout"),
    },
    Module {
        name: "incident",
        path: "std/incident.rollout",
        text: include_str!("../../stdlib/incident.rollout"),
    },
    Module {
        name: "matrix",
        path: "std/matrix.rollout",
        text: include_str!("../../stdlib/matrix.rollout"),
    },
    Module {
        name: "parity",
        path: "std/parity.rollout",
        text: include_str!("../../stdlib/parity.rollout"),
    },
    Module {
        name: "release",
        path: "std/release.rollout",
        text: include_str!("../../stdlib/release.rollout"),
    },
    Module {
        name: "rollback",
        path: "std/rollback.rollout",
        text: include_str!("../../stdlib/rollback.rollout"),
    },
    Module {
        name: "slo",
        path: "std/slo.rollout",
        text: include_str!("../../stdlib/slo.rollout"),
    },
    Module {
        name: "status",
        path: "std/status.rollout",
        text: include_str!("../../stdlib/status.rollout"),
    },
    Module {
        name: "text",
        path: "std/text.rollout",
        text: include_str!("../../stdlib/text.rollout"),
    },
    Module {
        name: "waiver",
        path: "std/waiver.rollout",
        text: include_str!("../../stdlib/waiver.rollout"),
    },
];

/// The module of a name, without its `std.`.
pub fn module(name: &str) -> Option<&'static Module> {
    MODULES.iter().find(|module| module.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_names_its_files() {
        assert!(MODULES.windows(2).all(|two| two[0].name < two[1].name));
        for module in MODULES {
            assert_eq!(module.path, format!("std/{}.rollout", module.name));
            assert_eq!(super::module(module.name), Some(module));
            assert!(
                !module.line().is_empty() && module.line().len() < 90,
                "{}",
                module.name
            );
        }
    }

    #[test]
    fn every_file_has_a_row() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../stdlib");
        let files = std::fs::read_dir(folder).expect("the folder of the modules");
        let mut names: Vec<String> = files
            .map(|file| {
                file.expect("a file")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .filter_map(|name| name.strip_suffix(".rollout").map(String::from))
            .collect();
        names.sort();
        let rows: Vec<&str> = MODULES.iter().map(|module| module.name).collect();
        assert_eq!(names, rows);
    }
}
