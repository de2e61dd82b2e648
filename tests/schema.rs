//! Documents held against JSON Schemas: by a crate, and SARIF logs against the schema that travels with the crate that
//! they are written with.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What is wrong with a document, one line each.
pub fn problems(schema: &Value, value: &Value) -> Vec<String> {
    let schema = jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .expect("a schema");
    let found = schema.iter_errors(value);
    found
        .map(|one| format!("{}: {one}", one.instance_path()))
        .collect()
}

/// The schema of SARIF 2.1.0, from the source of the crate whose types it became. Cargo knows where that lies; a test that
/// cannot find it has shown nothing, and so fails.
pub fn sarif() -> Value {
    let cargo = std::env::var("CARGO").unwrap_or("cargo".into());
    let asked = Command::new(cargo)
        .args(["metadata", "--offline", "--locked", "--format-version", "1"])
        .args(["--filter-platform", &platform()])
        .current_dir(crate::cli::root())
        .output()
        .expect("cargo starts");
    let said = String::from_utf8_lossy(&asked.stderr);
    assert!(asked.status.success(), "cargo knows no crates: {said}");
    let about: Value = serde_json::from_slice(&asked.stdout).expect("one document");
    let crates = about["packages"].as_array().expect("a list of crates");
    let manifest = crates
        .iter()
        .find(|one| one["name"] == "serde-sarif")
        .and_then(|one| one["manifest_path"].as_str())
        .expect("serde-sarif is among the crates");
    let path = Path::new(manifest).with_file_name("src/schema.json");
    let text = std::fs::read_to_string(&path).expect("serde-sarif carries the schema");
    // Its pattern for a `language`, which no log of ours has, holds a bracket too many, which the crate refuses.
    let (wrong, right) = ("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let text = text.replace(wrong, right);
    let schema: Value = serde_json::from_str(&text).expect("one document");
    let id = schema["$id"].as_str().unwrap_or_default();
    assert!(id.ends_with("/sarif-schema-2.1.0.json"), "{id}");
    schema
}

/// What this test is built for, so that cargo need not look at crates of other systems.
fn platform() -> String {
    let rustc = std::env::var("RUSTC").unwrap_or("rustc".into());
    let said = Command::new(rustc)
        .arg("-vV")
        .output()
        .expect("rustc starts");
    let said = String::from_utf8(said.stdout).expect("text");
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("a host").to_string()
}
