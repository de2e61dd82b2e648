//! The modules that come with the tool: each is tried by a policy of its own, every gate in pass, fail and unknown; each
//! name is used there; and `docs/std.md` says what they offer. `UPDATE_README=1` writes that page anew.

use rolloutc_compiler::stdlib::MODULES;

use crate::cli::{Desk, root};

/// Where the part of the page begins that is made of the modules.
const MARK: &str = "<!-- From here on the page is made of the modules. -->\n";

fn tried(name: &str) -> String {
    let path = root().join(format!("stdlib/tests/{name}.rollout"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_page_says_what_the_modules_offer() {
    let path = root().join("docs/std.md");
    let page = std::fs::read_to_string(&path).expect("the page");
    let (head, _) = page.split_once(MARK).expect("the mark of the page");
    let sections: Vec<String> = MODULES.iter().map(|it| it.section("##")).collect();
    let now = format!("{head}{MARK}\n{}", sections.join("\n"));
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, &now).expect("the page can be written");
    }
    let page = std::fs::read_to_string(&path).expect("the page");
    assert!(
        page == now,
        "run with UPDATE_README=1 and read the difference"
    );
}

#[test]
fn every_name_of_a_module_is_tried() {
    for module in MODULES {
        let tests = tried(module.name);
        for offer in module.offers() {
            // Words and rows stand for themselves where a record or a function takes them.
            if !matches!(offer.word, "fn" | "gate" | "table") {
                continue;
            }
            let used = format!("{}.{}", module.name, offer.name);
            let end = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
            let known = tests
                .match_indices(&used)
                .any(|(at, _)| end(&tests[at + used.len()..]));
            assert!(
                known,
                "stdlib/tests/{}.rollout does not use {used}",
                module.name
            );
        }
    }
}

#[test]
fn every_gate_of_a_module_passes_fails_and_is_unknown() {
    for module in MODULES {
        let desk = Desk::new();
        let path = root().join(format!("stdlib/tests/{}.rollout", module.name));
        let said = desk.ask(&format!("test {}", path.display()));
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
        let gates = said.out.lines().find(|line| line.starts_with("coverage"));
        let gates = gates
            .and_then(|line| line.split_once("gates "))
            .map(|line| line.1);
        let mut words = gates
            .unwrap_or_default()
            .split(|c: char| !c.is_ascii_digit());
        let all: Vec<&str> = words
            .by_ref()
            .filter(|word| !word.is_empty())
            .take(2)
            .collect();
        assert!(
            all.len() == 2 && all[0] == all[1],
            "{}: {}",
            module.name,
            said.out
        );
    }
}

#[test]
fn a_decision_made_now_is_read_by_the_module() {
    let desk = Desk::with_phases();
    let asked = "eval shop.rollout --evidence 10-00.json --start --format json --as-of";
    let said = desk.ask(&format!("{asked} 2025-11-03T10:00:00Z"));
    assert_eq!(said.code, 0, "{}", said.err);
    desk.write("other.json", said.out);
    desk.write(
        "after.rollout",
        "edition 2026\nrollout after\nuse std.decision\n\
         evidence other: decision.Record from policy(\"./shop.rollout\") { fresh 1h }\n\
         gate there { require decision.healthy_in(other, [\"canary\"]) }\n\
         gate whole { require other.worst != decision.Status.fail and other.evidence is not empty }\n",
    );
    let asked = "eval after.rollout --evidence other=other.json --start --as-of";
    desk.expect(&format!("{asked} 2025-11-03T11:00:00Z"), 0, "COMPLETE");
    desk.expect(
        &format!("{asked} 2025-11-03T11:00:01Z"),
        4,
        "other is stale",
    );
}
