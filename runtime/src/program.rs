//! The program as a document: its meaning, its digest, and strict loading. Knows no part of what a
//! program says but what is no part of its meaning.

mod knots;
mod verify;

use indexmap::IndexMap;

use crate::canon::{Digest, DocumentError, Fault, Hasher, Written, canonical, write};
use crate::document::{Damage, DamageKind, read};
use crate::ir::trial::{Act, Target};
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
        let written = write(self, &[]);
        self.meaning = meaning(&written);
        self.digest = digest(&written, self.meaning);
    }

    /// The document in canonical form, one line end behind it.
    pub fn to_json(&self) -> String {
        let mut text = canonical(self);
        text.push('\n');
        text
    }

    /// Reads a program that [`Program::to_json`] wrote: a newer version, damage and digests that do not
    /// fit are refused.
    pub fn from_json(bytes: &[u8]) -> Result<Program, Damage> {
        let program: Program = read(bytes, WORD, VERSION)?;
        let written = write(&program, &[]);
        let fits = meaning(&written) == program.meaning
            && digest(&written, program.meaning) == program.digest;
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

    /// Why deciding would not end in time, in one line: something that asks for itself, or values and groups that read
    /// others twice, which read others twice.
    pub fn knot(&self) -> Option<String> {
        knots::knot(self)
    }

    /// A canonical document has its keys sorted, so a map must not mean anything by another order.
    fn sort(&mut self) {
        let before: Vec<String> = self.subject.keys().cloned().collect();
        self.subject.sort_keys();
        let subject = &self.subject;
        let now = |index: &mut u16| {
            let name = before.get(*index as usize);
            if let Some(now) = name.and_then(|name| subject.get_index_of(name)) {
                *index = now as u16;
            }
        };
        for code in self.code.iter_mut().chain(&mut self.tests.more.code) {
            if let Node::Subject(index) = &mut code.node {
                now(index);
            }
        }
        for test in &mut self.tests.tests {
            for act in &mut test.acts {
                let Act::Given(given) = act else { continue };
                for change in &mut given.changes {
                    if let Target::Subject(index) = &mut change.what {
                        now(index);
                    }
                }
            }
        }
        self.tests.more.zones.sort_keys();
        self.owners.sort_keys();
        self.zones.sort_keys();
        self.pins.sort_keys();
        self.origins.docs.sort_keys();
    }
}

/// The digest of all but the digest itself, with this meaning.
fn digest(program: &Written, meaning: Digest) -> Digest {
    let meaning = format!("\"meaning\":\"{meaning}\"");
    let members = program.members().filter(|(name, _)| *name != "digest");
    digest_of(members.map(|(name, text)| match name {
        "meaning" => meaning.as_bytes(),
        _ => text,
    }))
}

/// The digest of all but [`ASIDE`] and the links into `origins`: another test or comment may number
/// those anew.
fn meaning(program: &Written) -> Digest {
    let members = program
        .members()
        .filter(|(name, _)| !ASIDE.contains(name))
        .map(|(_, text)| unlinked(text))
        .collect::<Vec<_>>();
    digest_of(members.iter().map(|text| text.as_slice()))
}

/// The digest of an object of these members.
fn digest_of<'a>(members: impl Iterator<Item = &'a [u8]>) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(b"{");
    for (at, member) in members.enumerate() {
        if at > 0 {
            hasher.update(b",");
        }
        hasher.update(member);
    }
    hasher.update(b"}");
    hasher.finish()
}

/// A canonical text without every `at` and `at_origin` that is a number: no other member of a program is
/// so called and a number. A quote behind a brace or a comma opens a text unless it closes one, and what
/// closes a text is followed by no letter, so these are names of members.
fn unlinked(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in text.iter().enumerate().filter(|(_, byte)| **byte == b'"') {
        let Some(rest) = text[at..].strip_prefix(b"\"at") else {
            continue;
        };
        let rest = rest.strip_prefix(b"_origin").unwrap_or(rest);
        let Some(number) = rest.strip_prefix(b"\":") else {
            continue;
        };
        let before = at.checked_sub(1).map(|before| text[before]);
        if !matches!(before, Some(b'{' | b',')) || !number[0].is_ascii_digit() {
            continue;
        }
        let digits = number.iter().take_while(|byte| byte.is_ascii_digit());
        let end = text.len() - number.len() + digits.count();
        // A comma goes with the member: the one behind it, else the one that is left before it.
        let last = text.get(end) != Some(&b',');
        out.extend_from_slice(&text[done..at]);
        done = if last { end } else { end + 1 };
        if last && out.last() == Some(&b',') {
            out.pop();
        }
    }
    out.extend_from_slice(&text[done..]);
    out
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
            messages: Vec::new(),
            reports: Vec::new(),
            decision: None,
            texts: Vec::new(),
            code: Vec::new(),
            locals: 0,
            memos: 0,
            zones: IndexMap::new(),
            pins: IndexMap::new(),
            invariants: Vec::new(),
            tests: crate::ir::trial::Trials::default(),
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
    fn links_into_origins_are_cut_out_of_the_text() {
        let check = |text: &str, want: &str| {
            assert_eq!(String::from_utf8(unlinked(text.as_bytes())).unwrap(), want);
        };
        check(r#"[{"at":3},{"at_origin":12}]"#, "[{},{}]");
        check(
            r#"{"a":1,"at":3,"at_origin":4,"b":[{"at":0,"c":1}]}"#,
            r#"{"a":1,"b":[{"c":1}]}"#,
        );
        check(r#"{"a":1,"at":3,"at_origin":4}"#, r#"{"a":1}"#);
        for same in [
            r#"{"at":{"at":"3"},"at_":1}"#,
            r#"{"a":["at",1,",\"at\":1","{\"at\":1"],"at":[1]}"#,
            r#"{"bat":1,"x\"at":5,"at_origins":7}"#,
        ] {
            check(same, same);
        }
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
