//! The program as a document: its meaning, its digest, and strict loading. Knows no part of what a
//! program says but what is no part of its meaning.

mod verify;

use indexmap::IndexMap;
use serde_json::Value;

use crate::canon::{Digest, DocumentError, Fault, canonical};
use crate::document::{Damage, DamageKind, read};
use crate::ir::{Node, Program, VERSION};

/// The document's word.
pub const WORD: &str = "rolloutc.program";

/// Members that are no part of the meaning.
const ASIDE: [&str; 4] = ["origins", "tests", "meaning", "digest"];

impl Program {
    /// Brings the program into the order in which it reads back, and fills in `meaning` and `digest`.
    pub fn seal(&mut self) {
        self.version = VERSION;
        self.sort();
        let value = self.value();
        self.meaning = meaning(&value);
        let mut value = value;
        if let Some(object) = value.as_object_mut() {
            object.insert("meaning".into(), Value::String(self.meaning.to_string()));
        }
        self.digest = Digest::of_document(&value, &["digest"]);
    }

    /// The document in canonical form, one line end behind it.
    pub fn to_json(&self) -> String {
        let mut text = canonical(&self.value());
        text.push('\n');
        text
    }

    /// Reads a program that [`Program::to_json`] wrote: a newer version, damage and digests that do not
    /// fit are refused.
    pub fn from_json(bytes: &[u8]) -> Result<Program, Damage> {
        let program: Program = read(bytes, WORD, VERSION)?;
        let value = program.value();
        let fits = meaning(&value) == program.meaning
            && Digest::of_document(&value, &["digest"]) == program.digest;
        let refuse = |kind| Err(Damage { word: WORD, kind });
        if !fits {
            return refuse(DamageKind::Digest);
        }
        match verify::verify(&program) {
            Ok(()) => Ok(program),
            Err(fault) => refuse(DamageKind::Form(DocumentError {
                offset: 0,
                line: 1,
                column: 1,
                fault: Fault::Shape(fault),
            })),
        }
    }

    /// A canonical document has its keys sorted, so a map must not mean anything by another order.
    fn sort(&mut self) {
        let before: Vec<String> = self.subject.keys().cloned().collect();
        self.subject.sort_keys();
        for code in &mut self.code {
            if let Node::Subject(index) = &mut code.node
                && let Some(now) = before
                    .get(*index as usize)
                    .and_then(|name| self.subject.get_index_of(name))
            {
                *index = now as u16;
            }
        }
        self.owners.sort_keys();
        self.zones.sort_keys();
        self.pins.sort_keys();
        self.origins.docs.sort_keys();
    }

    fn value(&self) -> Value {
        serde_json::to_value(self)
            .unwrap_or_else(|error| unreachable!("a program has text keys only: {error}"))
    }
}

/// The digest of all but [`ASIDE`] and the links into `origins`: another test or comment may number
/// those anew.
fn meaning(program: &Value) -> Digest {
    let mut value = program.clone();
    if let Some(object) = value.as_object_mut() {
        ASIDE.iter().for_each(|name| {
            object.remove(*name);
        });
    }
    unlink(&mut value);
    Digest::of_document(&value, &[])
}

/// Drops every `at` and `at_origin` that is a number: no other member of a program is so called and a
/// number.
fn unlink(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for name in ["at", "at_origin"] {
                if object.get(name).is_some_and(Value::is_number) {
                    object.remove(name);
                }
            }
            object.values_mut().for_each(unlink);
        }
        Value::Array(list) => list.iter_mut().for_each(unlink),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

impl Program {
    /// A program that declares nothing yet.
    pub fn empty(rollout: impl Into<String>) -> Program {
        Program {
            version: VERSION,
            edition: 2026,
            rollout: rollout.into(),
            subject: IndexMap::new(),
            per: None,
            on_new_subject: crate::ir::OnNewSubject::Halt,
            live_from: None,
            owners: IndexMap::new(),
            enums: Vec::new(),
            records: Vec::new(),
            params: Vec::new(),
            evidence: Vec::new(),
            thresholds: Vec::new(),
            gates: Vec::new(),
            groups: Vec::new(),
            approvals: Vec::new(),
            waivers: Vec::new(),
            calendar: Vec::new(),
            phases: Vec::new(),
            triggers: Vec::new(),
            procedures: Vec::new(),
            texts: Vec::new(),
            code: Vec::new(),
            locals: 0,
            memos: 0,
            zones: IndexMap::new(),
            pins: IndexMap::new(),
            origins: crate::ir::Origins::default(),
            meaning: Digest::default(),
            digest: Digest::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Code, Const, Gate, Level, OriginFile, OriginId};
    use crate::number::Number;
    use crate::ty::Ty;

    fn sample() -> Program {
        let mut program = Program::empty("production");
        program.subject = IndexMap::from([("sha".into(), Ty::Text), ("build".into(), Ty::Text)]);
        program.code = vec![
            Code {
                node: Node::Subject(0),
                ty: Ty::Text,
            },
            Code {
                node: Node::Const(Const::Number(Number::decimal(15, 1).unwrap())),
                ty: Ty::Number,
            },
        ];
        program.gates.push(Gate {
            name: "lane".into(),
            level: Level::Hard,
            own: true,
            clauses: Vec::new(),
            at: OriginId(3),
        });
        program.seal();
        program
    }

    #[test]
    fn a_program_reads_back_as_it_was_written() {
        let program = sample();
        let text = program.to_json();
        let read = Program::from_json(text.as_bytes()).unwrap();
        assert_eq!(read, program);
        assert_eq!(read.to_json(), text);
        assert_eq!(read.code[0].node, Node::Subject(1));
        assert_eq!(read.subject.get_index(1).unwrap().0, "sha");
    }

    #[test]
    fn sealing_twice_is_sealing_once() {
        let once = sample();
        let mut twice = once.clone();
        twice.seal();
        assert_eq!(once, twice);
    }

    #[test]
    fn origins_are_no_part_of_the_meaning() {
        let program = sample();
        let mut moved = program.clone();
        moved.gates[0].at = OriginId(9);
        moved.origins.files.push(OriginFile {
            path: "production.rollout".into(),
            sha256: Digest::of(b"text"),
        });
        moved.seal();
        assert_eq!(moved.meaning, program.meaning);
        assert_ne!(moved.digest, program.digest);
        moved.gates[0].level = Level::Blocking;
        moved.seal();
        assert_ne!(moved.meaning, program.meaning);
    }

    #[test]
    fn a_program_that_points_nowhere_is_refused() {
        let check = |change: &dyn Fn(&mut Program), why: &str| {
            let mut program = sample();
            change(&mut program);
            program.seal();
            let came = Program::from_json(program.to_json().as_bytes()).unwrap_err();
            assert!(came.to_string().contains(why), "{came}");
        };
        check(
            &|program| program.code[0].node = Node::Not(crate::ir::NodeId(1)),
            "node 0 reads node 1",
        );
        check(
            &|program| program.code[0].node = Node::Item(crate::ir::ItemId(7)),
            "there is no evidence 7",
        );
        check(
            &|program| program.live_from = Some(crate::ir::NodeId(2)),
            "there is no node 2",
        );
    }

    fn refused(from: &str, to: &str, why: &str) {
        let text = sample().to_json();
        assert!(text.contains(from), "{from} in {text}");
        let came = match Program::from_json(text.replacen(from, to, 1).as_bytes()) {
            Ok(_) => "fine".to_string(),
            Err(damage) => damage.to_string(),
        };
        assert!(came.contains(why), "{came}");
    }

    #[test]
    fn damage_and_newer_programs_are_refused() {
        refused("\"hard\"", "\"blocking\"", "does not fit its own digest");
        refused("rolloutc.program\":1", "rolloutc.program\":2", "version 2");
        refused(
            "\"locals\":0",
            "\"locals\":0,\"more\":1",
            "unknown field `more`",
        );
        refused("\"locals\":0,", "", "missing field `locals`");
    }
}
