//! Recorded cases: inputs that real checkers were asked about, their answers, and ours by the policies under `examples/`.
//! The cases lie beside the project and are only read; without them there is nothing to try.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Of each family with a policy: how many cases there are.
const FAMILIES: [(&str, &str, usize); 16] = [
    ("dash", "compute-parity", 3),
    ("dash", "cutover-gates", 10),
    ("dash", "drawer-page-contract", 5),
    ("dash", "route-migration-contract", 10),
    ("dash", "wave-b-entry-criteria", 9),
    ("dash", "worker-restart-policy", 7),
    ("usr", "backcompat-matrix", 11),
    ("usr", "benchmark-regression", 9),
    ("usr", "failure-injection", 6),
    ("usr", "feature-flags", 6),
    ("usr", "observability-rollup", 9),
    ("usr", "release-readiness", 8),
    ("usr", "report-envelope", 6),
    ("usr", "security-gates", 7),
    ("usr", "threat-coverage", 3),
    ("usr", "waiver-policy", 21),
];

/// Members of a case's input that are no input of the policy's.
const NOT_INPUT: [&str; 3] = ["files", "base", "patch"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn recorded_cases_are_judged_as_their_own_checkers_did() {
    let recorded = root().join("../shared/evidence");
    if !recorded.is_dir() {
        return;
    }
    for system in ["dash", "usr"] {
        let home = recorded.join(system);
        let mut files = BTreeMap::new();
        list(&home, &mut files);
        let cases = fs::read_to_string(home.join("cases.jsonl")).expect("the cases");
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut wrong = Vec::new();
        for line in cases.lines() {
            let case: Value = serde_json::from_str(line).expect("a case is JSON");
            let family = case["family"].as_str().expect("a family");
            if !FAMILIES
                .iter()
                .any(|row| (row.0, row.1) == (system, family))
            {
                continue;
            }
            *seen.entry(family.to_owned()).or_default() += 1;
            let expected = &case["expected"];
            let passes = match expected["ok"].as_bool() {
                Some(ok) => ok,
                None => expected["blocked"] == Value::Bool(false),
            };
            let (code, said) = judge(system, family, &case["input"], &files);
            // 2: the question itself is refused, as one "case" of an instant that is none.
            if (code == 0) != passes || !matches!(code, 0 | 1 | 2 | 4) {
                wrong.push(format!(
                    "{} ({}): exit {code}\n{said}",
                    case["id"], case["note"]
                ));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        for (_, family, count) in FAMILIES.iter().filter(|row| row.0 == system) {
            assert_eq!(seen.get(*family), Some(count), "{family}");
        }
    }
}

/// Every file below a folder by its bare name; the first by path stands.
fn list(folder: &Path, files: &mut BTreeMap<String, PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            list(&path, files);
        } else if let Some(name) = path.file_name().and_then(|name| name.to_str()) {
            files.entry(name.to_owned()).or_insert(path);
        }
    }
}

/// Lays a case out as plain files and asks.
fn judge(
    system: &str,
    family: &str,
    input: &Value,
    files: &BTreeMap<String, PathBuf>,
) -> (i32, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let named = match (&input["files"], &input["base"]) {
        (Value::Array(names), _) | (_, Value::Array(names)) => names.clone(),
        (_, name @ Value::String(_)) => vec![name.clone()],
        _ => Vec::new(),
    };
    let names: Vec<&str> = named.iter().filter_map(Value::as_str).collect();
    let mut documents: Vec<Value> = names
        .iter()
        .map(|name| {
            let path = files.get(*name).unwrap_or_else(|| panic!("no file {name}"));
            let bytes = fs::read(path).expect("a document");
            serde_json::from_slice(&bytes).expect("a document is JSON")
        })
        .collect();
    for edit in input["patch"].as_array().into_iter().flatten() {
        let at = match &edit["file"] {
            Value::Number(at) => at.as_u64().expect("an index") as usize,
            Value::String(name) => {
                let at = names.iter().position(|of| of == name);
                at.expect("a file of the case")
            }
            _ => 0,
        };
        patch(&mut documents[at], edit);
    }
    for (name, document) in names.iter().zip(&documents) {
        fs::write(folder.path().join(name), document.to_string()).expect("a file");
    }
    let mut rest = input.as_object().cloned().unwrap_or_default();
    rest.retain(|name, _| !NOT_INPUT.contains(&name.as_str()));
    let now = ["evaluationTime", "now"]
        .iter()
        .find_map(|name| input[*name].as_str())
        .unwrap_or("2026-02-12T12:00:00Z");
    fs::write(
        folder.path().join("input.json"),
        Value::Object(rest).to_string(),
    )
    .expect("a file");
    let policy = format!(
        "examples/{system}/checks/{}.rollout",
        family.replace('-', "_")
    );
    let output = Command::new(env!("CARGO_BIN_EXE_rolloutc"))
        .args(["eval".as_ref(), root().join(policy).as_os_str()])
        .args(["--evidence".as_ref(), folder.path().as_os_str()])
        .args(["--as-of", now])
        .output()
        .expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

/// `set`, `del` or `append` at a path of keys and indexes.
fn patch(document: &mut Value, edit: &Value) {
    let path = edit["path"].as_array().expect("a path");
    let value = edit["value"].clone();
    let (last, inner) = match (edit["op"].as_str(), path.split_last()) {
        (Some("append"), _) => (None, &path[..]),
        (_, Some((last, inner))) => (Some(last), inner),
        (_, None) => panic!("an edit without a path"),
    };
    let mut place = document;
    for key in inner {
        place = match key {
            Value::Number(at) => &mut place[at.as_u64().expect("an index") as usize],
            key => &mut place[key.as_str().expect("a key")],
        };
    }
    match (edit["op"].as_str(), last, place) {
        (Some("append"), None, Value::Array(list)) => list.push(value),
        (Some("set"), Some(Value::String(key)), Value::Object(members)) => {
            members.insert(key.clone(), value);
        }
        (Some("set"), Some(at), Value::Array(list)) => {
            list[at.as_u64().expect("an index") as usize] = value;
        }
        (Some("del"), Some(Value::String(key)), Value::Object(members)) => {
            members.remove(key);
        }
        (Some("del"), Some(at), Value::Array(list)) => {
            list.remove(at.as_u64().expect("an index") as usize);
        }
        (op, ..) => panic!("no such edit: {op:?}"),
    }
}
