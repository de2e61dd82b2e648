//! What comes of documents, good and bad: tables of one line each.

use super::*;
use crate::ir::{
    About, AboutWhat, Enum, Field, Item, LinePart, LinePattern, Member, NodeId, OnNewSubject,
    OriginId, Origins, Path, Read, Record, Source, VERSION,
};
use crate::time::Pattern;
use crate::ty::{EnumId, RecordId, Shape};
use crate::unit::Unit;

/// A program of these records and items; enum 0 is `enum { passed = "passed", "pass"  failed  odd as unknown }`.
fn program(records: Vec<Record>, evidence: Vec<Item>) -> Program {
    let member = |name: &str, spellings: &[&str], as_unknown| Member {
        name: name.to_owned(),
        spellings: spellings.iter().map(|&word| word.to_owned()).collect(),
        as_unknown,
    };
    Program {
        version: VERSION,
        edition: 2026,
        rollout: "r".to_owned(),
        subject: IndexMap::from([("build".to_owned(), Ty::Text)]),
        per: None,
        on_new_subject: OnNewSubject::Halt,
        live_from: None,
        owners: IndexMap::new(),
        enums: vec![Enum {
            name: "Word".to_owned(),
            any_case: false,
            members: vec![
                member("passed", &["passed", "pass"], false),
                member("failed", &[], false),
                member("odd", &["n/a"], true),
            ],
        }],
        records,
        params: Vec::new(),
        evidence,
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
        origins: Origins::default(),
        meaning: Digest::default(),
        digest: Digest::default(),
    }
}

fn paths(text: &str) -> Vec<Path> {
    if text.is_empty() {
        return Vec::new();
    }
    let path = |path: &str| path.split('.').map(str::to_owned).collect();
    text.split(" or ").map(path).collect()
}

fn field(name: &str, ty: Ty) -> Field {
    at(name, ty, name)
}

fn at(name: &str, ty: Ty, path: &str) -> Field {
    Field {
        name: name.to_owned(),
        ty,
        read: Some(Read {
            paths: paths(path),
            ..Read::default()
        }),
    }
}

fn with(mut field: Field, change: impl Fn(&mut Read)) -> Field {
    if let Some(read) = &mut field.read {
        change(read);
    }
    field
}

fn record(fields: Vec<Field>) -> Record {
    Record {
        name: "R".to_owned(),
        closed: false,
        fields,
    }
}

fn item(name: &str, ty: Ty) -> Item {
    Item {
        name: name.to_owned(),
        ty,
        source: Source::Given,
        format: None,
        at: Vec::new(),
        observed: Observed::Envelope,
        fresh: None,
        soft: None,
        since: None,
        about: Vec::new(),
        may_be_empty: false,
        implied: false,
        at_origin: OriginId(0),
    }
}

fn optional(ty: Ty) -> Ty {
    Ty::Optional(Box::new(ty))
}

fn rows(record: u32, shape: Shape) -> Ty {
    Ty::Rows {
        record: RecordId(record),
        shape,
    }
}

const ONE: Ty = Ty::Record(RecordId(0));

/// A value as one line; a fault as `!path: message @ the bytes it points at`.
fn show(slot: Slot, ty: &Ty, program: &Program, store: &Store, document: &[u8]) -> String {
    let row = |start: u32, record: RecordId| {
        let fields = program.records[record.0 as usize]
            .fields
            .iter()
            .zip(start..);
        let shown: Vec<String> = fields
            .map(|(field, at)| {
                let value = show(
                    store.slots[at as usize],
                    &field.ty,
                    program,
                    store,
                    document,
                );
                format!("{}: {value}", field.name)
            })
            .collect();
        format!("{{{}}}", shown.join(", "))
    };
    match (slot, ty.required()) {
        (Slot::Absent, _) => "absent".to_owned(),
        (Slot::Null, _) => "null".to_owned(),
        (Slot::Bad(fault), _) => {
            let fault = &store.faults[fault as usize];
            let place = &document[fault.start as usize..fault.end as usize];
            let place = String::from_utf8_lossy(place);
            let colon = if fault.path.is_empty() { "" } else { ": " };
            format!("!{}{colon}{} @{place}", fault.path, fault.message)
        }
        (Slot::Bool(value), _) => value.to_string(),
        (Slot::Decimal { scale, mantissa }, _) => {
            Number::decimal(mantissa as i128, scale).unwrap().text()
        }
        (Slot::Number(at), _) => format!("~{}", store.numbers[at as usize].text()),
        (Slot::Text { start, len }, _) => format!("{:?}", store.text(start, len)),
        (Slot::Member(member), Ty::Enum(id)) => program.enums[id.0 as usize].members
            [member as usize]
            .name
            .clone(),
        (Slot::Instant { nanos, secs }, _) => Instant::new(secs, nanos).unwrap().to_string(),
        (Slot::Date(date), _) => date.to_string(),
        (Slot::Record(start), Ty::Record(record)) => row(start, *record),
        (Slot::Rows { start, len }, Ty::Rows { record, .. }) => {
            let width = program.records[record.0 as usize].fields.len() as u32;
            let shown: Vec<String> = (0..len)
                .map(|at| row(start + at * width, *record))
                .collect();
            format!("[{}]", shown.join(" "))
        }
        (Slot::Rows { start, len }, Ty::List(element)) => {
            let slots = &store.slots[start as usize..(start + len) as usize];
            let shown: Vec<String> = slots
                .iter()
                .map(|&slot| show(slot, element, program, store, document))
                .collect();
            format!("[{}]", shown.join(" "))
        }
        (slot, ty) => panic!("{slot:?} as {ty:?}"),
    }
}

fn bytes(text: impl AsRef<[u8]>) -> Content {
    Content::Bytes {
        bytes: text.as_ref().into(),
        format: None,
    }
}

/// The value of item 0 in that document.
fn value(program: &Program, document: impl AsRef<[u8]>) -> String {
    let mut store = Store::default();
    let name = program.evidence[0].name.clone();
    let evidence = Evidence {
        observations: vec![Observation::new(name, bytes(&document))],
        ..Evidence::default()
    };
    let readings = read(program, &evidence, &mut store);
    let root = readings.of(ItemId(0))[0].root;
    show(
        root,
        &program.evidence[0].ty,
        program,
        &store,
        document.as_ref(),
    )
}

/// One field `x` of that type, in a record that is the whole document.
fn one(field: Field) -> Program {
    program(vec![record(vec![field])], vec![item("x", ONE)])
}

#[test]
fn scalars_are_read_exactly_or_say_why_not() {
    let check = |field: Field, value_text: &str, expected: &str| {
        let document = format!("{{\"x\": {value_text}}}");
        let found = value(&one(field), &document);
        assert_eq!(found, format!("{{x: {expected}}}"), "{value_text}");
    };
    let ms = |ty| with(field("x", ty), |read| read.unit = Some(Unit::Milliseconds));
    let percent = || {
        with(field("x", Ty::Ratio), |read| {
            read.unit = Some(Unit::Percent)
        })
    };
    check(field("x", Ty::Bool), "true", "true");
    check(field("x", Ty::Bool), "false", "false");
    check(
        field("x", Ty::Bool),
        "1",
        "!x: a number; `true` or `false` is wanted @1",
    );
    check(
        field("x", Ty::Bool),
        "\"true\"",
        "!x: a text; `true` or `false` is wanted @\"true\"",
    );
    check(field("x", Ty::Int), "12", "12");
    check(field("x", Ty::Int), "1.0", "1");
    check(field("x", Ty::Int), "1e3", "1000");
    check(
        field("x", Ty::Int),
        "1.5",
        "!x: `1.5` has a fraction; a whole number is wanted @1.5",
    );
    check(
        field("x", Ty::Int),
        "-1",
        "!x: `-1` is negative; a field that may be so is `signed` @-1",
    );
    check(field("x", Ty::Int), "-0", "0");
    check(
        with(field("x", Ty::Int), |read| read.signed = true),
        "-1",
        "-1",
    );
    check(
        field("x", Ty::Int),
        "\"12\"",
        "!x: a text; a whole number is wanted @\"12\"",
    );
    check(
        field("x", Ty::Int),
        "{}",
        "!x: an object; a whole number is wanted @{}",
    );
    check(
        field("x", Ty::Int),
        "null",
        "!x: null; a whole number is wanted @null",
    );
    check(field("x", optional(Ty::Int)), "null", "null");
    check(field("x", Ty::Number), "0.0193", "0.0193");
    check(field("x", Ty::Number), "-0.5", "-0.5");
    check(field("x", Ty::Number), "1e-3", "0.001");
    check(
        field("x", Ty::Number),
        "123456789012345678.5",
        "123456789012345678.5",
    );
    check(
        field("x", Ty::Number),
        "12345678901234567890123456789012345678",
        "~12345678901234567890123456789012345678",
    );
    check(
        field("x", Ty::Number),
        "123456789012345678901234567890123456789",
        "!x: a number of more than 38 significant digits @123456789012345678901234567890123456789",
    );
    check(
        field("x", Ty::Number),
        "1e400",
        "!x: a number of more than 38 significant digits @1e400",
    );
    check(ms(Ty::Duration), "601.5", "601500000");
    check(
        ms(Ty::Duration),
        "123456789012345678",
        "~123456789012345678000000",
    );
    check(ms(Ty::Duration), "\"PT5M\"", "300000000000");
    check(field("x", Ty::Duration), "\"PT0.5S\"", "500000000");
    check(
        field("x", Ty::Duration),
        "5",
        "!x: a number without a unit; an ISO 8601 duration is wanted, or `in UNIT` behind the field @5",
    );
    check(
        field("x", Ty::Duration),
        "\"P1M\"",
        "!x: the text `P1M` is no ISO 8601 duration such as PT5M: years and months have no fixed length @\"P1M\"",
    );
    check(percent(), "2.5", "0.025");
    check(
        percent(),
        "-1",
        "!x: `-1` is negative; a field that may be so is `signed` @-1",
    );
    check(field("x", Ty::Ratio), "0.02", "0.02");
    check(
        with(field("x", Ty::Bytes), |read| read.unit = Some(Unit::MiB)),
        "1.5",
        "1572864",
    );
    check(
        with(percent(), |read| read.max = Some(Number::ONE)),
        "101",
        "!x: `101` is above the greatest value, 100% @101",
    );
    check(
        with(percent(), |read| read.max = Some(Number::ONE)),
        "100",
        "1",
    );
    check(
        with(ms(Ty::Duration), |read| {
            read.min = Some(Number::int(1_000_000))
        }),
        "0",
        "!x: `0` is below the least value, 1ms @0",
    );
    check(
        field("x", Ty::Text),
        r#""a\u00e9\ud83d\ude00\n""#,
        "\"aé😀\\n\"",
    );
    check(
        field("x", Ty::Text),
        r#""a\ud83d b""#,
        r"!x: half of a surrogate pair @\ud83d",
    );
    check(
        field("x", Ty::Text),
        r#""\udc00""#,
        r"!x: half of a surrogate pair @\udc00",
    );
    check(
        field("x", Ty::Text),
        r#""\u0000""#,
        r"!x: a NUL character @\u0000",
    );
    check(
        field("x", Ty::Text),
        "5",
        "!x: a number; a text is wanted @5",
    );
    check(field("x", Ty::Enum(EnumId(0))), "\"pass\"", "passed");
    check(field("x", Ty::Enum(EnumId(0))), "\"failed\"", "failed");
    check(field("x", Ty::Enum(EnumId(0))), "\"n/a\"", "odd");
    check(
        field("x", Ty::Enum(EnumId(0))),
        "\"Passed\"",
        "!x: `Passed` is none of `passed`, `pass`, `failed`, `n/a` @\"Passed\"",
    );
    check(
        with(field("x", Ty::Enum(EnumId(0))), |read| read.any_case = true),
        "\"PASS\"",
        "passed",
    );
    check(field("x", Ty::Version), "\"1.20.3\"", "\"1.20.3\"");
    check(
        field("x", Ty::Version),
        "\"1..3\"",
        "!x: `1..3` is no version: dotted whole numbers are wanted @\"1..3\"",
    );
    check(
        field("x", Ty::Instant),
        "\"2026-03-01T09:00:00+08:00\"",
        "2026-03-01T01:00:00Z",
    );
    check(
        field("x", Ty::Instant),
        "\"2026-03-01T09:00:00\"",
        "!x: `2026-03-01T09:00:00`: a time without offset or `Z` @\"2026-03-01T09:00:00\"",
    );
    check(
        with(field("x", Ty::Instant), |read| read.assume_utc = true),
        "\"2026-03-01T09:00:00\"",
        "2026-03-01T09:00:00Z",
    );
    check(field("x", Ty::Date), "\"2026-02-28\"", "2026-02-28");
    check(
        field("x", Ty::List(Box::new(Ty::Text))),
        "[\"a\", \"b\"]",
        "[\"a\" \"b\"]",
    );
    check(
        field("x", Ty::List(Box::new(Ty::Int))),
        "[1, \"b\", null]",
        "[1 !x[1]: a text; a whole number is wanted @\"b\" !x[2]: null; a whole number is wanted @null]",
    );
    check(
        field("x", Ty::List(Box::new(optional(Ty::Int)))),
        "[null]",
        "[null]",
    );
    check(
        field("x", Ty::List(Box::new(Ty::List(Box::new(Ty::Int))))),
        "[[1], []]",
        "[[1] []]",
    );
    check(
        field("x", Ty::List(Box::new(Ty::Int))),
        "7",
        "!x: a number; an array is wanted @7",
    );
}

#[test]
fn a_document_that_breaks_is_malformed_as_a_whole_and_says_where() {
    let program = one(field("x", Ty::Int));
    let check = |document: &[u8], expected: &str| {
        assert_eq!(value(&program, document), expected, "{document:?}");
    };
    check(b"{\"x\": 1}", "{x: 1}");
    check(b"\xEF\xBB\xBF{\"x\": 1}\n", "{x: 1}");
    check(b"", "!an empty file @");
    check(b" \n", "!an empty document @ \n");
    check(
        b"{\"x\": 1} 2",
        "!`2`; the end of the document is wanted @2",
    );
    check(
        b"{\"x\": 1,}",
        "!`}`; a member's name in quotes is wanted @}",
    );
    check(
        b"{\"x\": 1",
        "!the end of the document; `,` or `}` is wanted @",
    );
    check(b"{\"x\" 1}", "!`1`; `:` is wanted @1");
    check(
        b"{\"x\": 01}",
        "!`0`; a number without leading `0` is wanted @0",
    );
    check(b"{\"x\": 1.}", "!`}`; a digit is wanted @}");
    check(b"{\"x\": -}", "!`}`; a digit is wanted @}");
    check(b"{\"x\": 1e}", "!`}`; a digit is wanted @}");
    check(b"{\"x\": +1}", "!`+`; a value is wanted @+");
    check(b"{\"x\": NaN}", "!`N`; a value is wanted @N");
    check(b"{\"x\": tru}", "!`t`; a value is wanted @t");
    check(
        b"{\"x\": 1, \"y\": \"a\nb\"}",
        "!a control character in a text @\n",
    );
    check(b"{\"x\": 1, \"y\": \"a\0b\"}", "!a NUL character @\0");
    check(b"{\"x\": \0}", "!a NUL character; a value is wanted @\0");
    check(
        b"{\"x\": 1, \"y\": \"\\q\"}",
        "!an escape that JSON does not have @\\q",
    );
    check(
        b"{\"x\": 1, \"y\": \"\\u12g4\"}",
        "!`\\u` without four hex digits @\\u12g4",
    );
    check(
        b"{\"x\": 1, \"y\": \"abc",
        "!a text that is never closed @\"abc",
    );
    check(
        b"{\"x\": 1, 'y': 2}",
        "!`'`; a member's name in quotes is wanted @'",
    );
    check(b"{\"x\": \xFF}", "!bytes that are not UTF-8 @\u{FFFD}");
    check(b"\xFF\xFE{\0}\0", "!UTF-16; UTF-8 is wanted @\u{FFFD}");
    check(b"[1]", "!an array; an object is wanted @[1]");
    check(b"null", "!null; an object is wanted @null");
    check(b"{\"x\": 1, \"x\": 2}", "!member `x` stands twice @\"x\"");
    check(
        b"{\"x\": 1, \"\\u0078\": 2}",
        "!member `x` stands twice @\"\\u0078\"",
    );
    check(
        b"{\"x\": 1, \"y\": {\"a\": [{\"b\": 1, \"b\": 1}]}}",
        "!member `b` stands twice @\"b\"",
    );
    check(
        b"{\"y\": 1, \"x\": 1, \"y\": 2}",
        "!member `y` stands twice @\"y\"",
    );
    check(b"{}", "{x: !x: no member `x` @{}");
}

#[test]
fn depth_is_bounded_where_it_is_read_and_where_it_is_not() {
    let deep = |n: usize| format!("{{\"x\": 1, \"y\": {}{}}}", "[".repeat(n), "]".repeat(n));
    let program = one(field("x", Ty::Int));
    assert_eq!(value(&program, deep(127)), "{x: 1}");
    assert_eq!(value(&program, deep(128)), "!nested more than 128 deep @[");
    assert_eq!(
        value(&program, format!("{{\"y\": {}", "[".repeat(1_000_000))),
        "!nested more than 128 deep @["
    );
}

#[test]
fn the_first_path_with_a_value_wins_whatever_the_order() {
    let program = one(with(at("x", Ty::Number, "a or s.a"), |read| {
        read.unit = None
    }));
    let check = |document: &str, expected: &str| {
        assert_eq!(
            value(&program, document),
            format!("{{x: {expected}}}"),
            "{document}"
        );
    };
    check(r#"{"a": 1, "s": {"a": 2}}"#, "1");
    check(r#"{"s": {"a": 2}, "a": 1}"#, "1");
    check(r#"{"s": {"a": 2}, "a": 0}"#, "0");
    check(r#"{"s": {"a": 2}, "a": null}"#, "2");
    check(r#"{"a": null, "s": {"a": 2}}"#, "2");
    check(r#"{"s": {"a": 2}}"#, "2");
    check(r#"{"a": 1, "s": 5}"#, "1");
    check(r#"{"s": 5, "a": 1}"#, "1");
    check(r#"{"s": 5}"#, "!x: a number; an object is wanted @5");
    check(
        r#"{"a": false, "s": {"a": 2}}"#,
        "!x: a bool; a number is wanted @false",
    );
    check(r#"{"s": null}"#, "!x: no member `a` @{");
    check(
        r#"{"a": null, "s": {}}"#,
        "!x: null; a number is wanted @null",
    );
}

#[test]
fn absent_null_and_defaults_are_three_things() {
    let program = program(
        vec![record(vec![
            field("need", Ty::Int),
            field("may", optional(Ty::Int)),
            with(field("fall", Ty::Int), |read| {
                read.default = Some(Const::Number(Number::int(7)))
            }),
            with(at("list", Ty::List(Box::new(Ty::Text)), "a.b"), |read| {
                read.default = Some(Const::List(vec![Const::Text("z".to_owned())]));
            }),
        ])],
        vec![item("x", ONE)],
    );
    let check = |document: &str, expected: &str| assert_eq!(value(&program, document), expected);
    check(
        r#"{"need": 1}"#,
        r#"{need: 1, may: absent, fall: 7, list: ["z"]}"#,
    );
    check(
        r#"{"need": null, "may": null, "fall": null, "a": {"b": null}}"#,
        r#"{need: !need: null; a whole number is wanted @null, may: null, fall: 7, list: ["z"]}"#,
    );
    check(
        r#"{"a": {"b": []}, "fall": 1, "may": 2}"#,
        "{need: !need: no member `need` @{, may: 2, fall: 1, list: []}",
    );
}

#[test]
fn rows_keep_poison_small() {
    let lane = record(vec![
        field("id", Ty::Text),
        at("took", Ty::Int, "durationMs"),
    ]);
    let table = |ty| {
        let mut item = item("x", ty);
        item.at = paths("rows");
        program(vec![lane.clone()], vec![item])
    };
    let list = table(rows(0, Shape::List));
    let keyed = table(rows(0, Shape::Table { key: 0 }));
    let check = |program: &Program, document: &str, expected: &str| {
        assert_eq!(value(program, document), expected, "{document}");
    };
    let good = r#"{"rows": [{"id": "a", "durationMs": 1}, {"durationMs": 2, "id": "a"}]}"#;
    check(&list, good, r#"[{id: "a", took: 1} {id: "a", took: 2}]"#);
    check(
        &keyed,
        r#"{"rows": [{"id": "a", "durationMs": 1}, {"id": "b"}, {"id": "a", "durationMs": 2}]}"#,
        concat!(
            "[{id: ![0]: two rows have the id `a` @{\"id\": \"a\", \"durationMs\": 1}, ",
            "took: ![0]: two rows have the id `a` @{\"id\": \"a\", \"durationMs\": 1}} ",
            "{id: \"b\", took: ![1].took: no member `durationMs` @{} ",
            "{id: ![2]: two rows have the id `a` @{\"id\": \"a\", \"durationMs\": 2}, ",
            "took: ![2]: two rows have the id `a` @{\"id\": \"a\", \"durationMs\": 2}}]"
        ),
    );
    check(
        &list,
        r#"{"rows": [5, {"id": "a", "durationMs": "2"}]}"#,
        concat!(
            "[{id: ![0]: a number; an object is wanted @5, took: ![0]: a number; an object is wanted @5} ",
            "{id: \"a\", took: ![1].took: a text; a whole number is wanted @\"2\"}]"
        ),
    );
    check(
        &list,
        r#"{"rows": [{"id": "a", "durationMs": 1, "id": "b"}, {"id": "c", "durationMs": 3}]}"#,
        concat!(
            "[{id: ![0]: member `id` stands twice @\"id\", took: ![0]: member `id` stands twice @\"id\"} ",
            "{id: \"c\", took: 3}]"
        ),
    );
    check(&list, r#"{"rows": []}"#, "[]");
    check(
        &list,
        r#"{"rows": {}}"#,
        "!an object; an array is wanted @{}",
    );
    check(&list, r#"{"rows": null}"#, "!no value at `rows` @{");
    check(&list, r#"{}"#, "!no value at `rows` @{");
    check(
        &list,
        r#"[]"#,
        "!an array; an object with `rows` is wanted @[]",
    );
    check(
        &list,
        r#"{"rows": [], "rows": []}"#,
        "!member `rows` stands twice @\"rows\"",
    );
}

#[test]
fn maps_become_rows_named_by_their_members() {
    let key = |name: &str| Field {
        name: name.to_owned(),
        ty: Ty::Text,
        read: None,
    };
    let map = |record| rows(record, Shape::Map { key: 0 });
    let program = program(
        vec![
            record(vec![
                field("lanes", map(1)),
                field("switches", map(2)),
                at("nested", optional(map(3)), "n"),
            ]),
            record(vec![
                key("lane_id"),
                field("took", Ty::Int),
                field("note", optional(Ty::Text)),
            ]),
            record(vec![key("key"), at("value", Ty::Bool, "")]),
            record(vec![key("key"), at("value", map(2), "")]),
        ],
        vec![item("x", ONE)],
    );
    let check = |document: &str, expected: &str| assert_eq!(value(&program, document), expected);
    check(
        r#"{"lanes": {"b\u0031": {"took": 1}, "a": {"took": "x"}, "c": null},
            "switches": {"on": true, "off": 0, "none": null}, "n": {"k": {"z": true}, "l": {}}}"#,
        concat!(
            "{lanes: [{lane_id: \"b1\", took: 1, note: absent} ",
            "{lane_id: \"a\", took: !lanes[\"a\"].took: a text; a whole number is wanted @\"x\", note: absent} ",
            "{lane_id: \"c\", took: !lanes[\"c\"]: null; an object is wanted @null, note: !lanes[\"c\"]: null; an object is wanted @null}], ",
            "switches: [{key: \"on\", value: true} ",
            "{key: \"off\", value: !switches[\"off\"].value: a number; `true` or `false` is wanted @0} ",
            "{key: \"none\", value: !switches[\"none\"].value: null; `true` or `false` is wanted @null}], ",
            "nested: [{key: \"k\", value: [{key: \"z\", value: true}]} {key: \"l\", value: []}]}"
        ),
    );
    check(
        r#"{"lanes": {}, "switches": {"a": true, "a": false, "b": true}}"#,
        concat!(
            "{lanes: [], switches: [{key: !switches[0]: two rows have the key `a` @\"a\": true, value: !switches[0]: two rows have the key `a` @\"a\": true} ",
            "{key: !switches[1]: two rows have the key `a` @\"a\": false, value: !switches[1]: two rows have the key `a` @\"a\": false} ",
            "{key: \"b\", value: true}], nested: absent}"
        ),
    );
}

#[test]
fn records_nest_close_and_share_paths() {
    let mut inner = record(vec![field("a", Ty::Int)]);
    inner.closed = true;
    let program = program(
        vec![
            record(vec![
                field("r", Ty::Record(RecordId(1))),
                at("same", Ty::Int, "r.a"),
                at("dotted", optional(Ty::Bool), "v.w"),
            ]),
            inner,
        ],
        vec![item("x", ONE)],
    );
    let check = |document: &str, expected: &str| assert_eq!(value(&program, document), expected);
    check(
        r#"{"r": {"a": 1}, "v": {"w": true}}"#,
        "{r: {a: 1}, same: 1, dotted: true}",
    );
    check(
        r#"{"r": {"a": 1, "b": 2}}"#,
        "{r: !r: member `b` is read by no field of a `closed` record @\"b\", same: 1, dotted: absent}",
    );
    check(
        r#"{"r": [], "v": 3}"#,
        concat!(
            "{r: !r: an array; an object is wanted @[], same: !same: an array; an object is wanted @[], ",
            "dotted: !dotted: a number; an object is wanted @3}"
        ),
    );
}

fn jsonl(mut program: Program) -> Program {
    program.evidence[0].format = Some(Format::Jsonl);
    program
}

#[test]
fn documents_one_after_the_other_are_rows() {
    let list = jsonl(program(
        vec![record(vec![
            field("a", Ty::Int),
            field("b", optional(Ty::Text)),
        ])],
        vec![item("x", rows(0, Shape::List))],
    ));
    let check =
        |document: &str, expected: &str| assert_eq!(value(&list, document), expected, "{document}");
    check(
        "{\"a\": 1}\n{\"a\": 2}\n",
        "[{a: 1, b: absent} {a: 2, b: absent}]",
    );
    check(
        "{\"a\": 1}{\"a\": 2} {\"a\": 3}",
        "[{a: 1, b: absent} {a: 2, b: absent} {a: 3, b: absent}]",
    );
    check(
        "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n",
        "[{a: 1, b: absent} {a: 2, b: absent}]",
    );
    check(
        "{\"a\": 1}\n{\"a\": oops}\n{\"a\": 3}\n",
        "[{a: 1, b: absent} {a: ![1]: `o`; a value is wanted @o, b: ![1]: `o`; a value is wanted @o} {a: 3, b: absent}]",
    );
    check(
        "{\"a\": 1\n{\"a\": 2}\n",
        "[{a: ![0]: `{`; `,` or `}` is wanted @{, b: ![0]: `{`; `,` or `}` is wanted @{} {a: 2, b: absent}]",
    );
    check(
        "{\"a\": 1}\ngarbage\n",
        "[{a: 1, b: absent} {a: ![1]: `g`; a value is wanted @g, b: ![1]: `g`; a value is wanted @g}]",
    );
    check("\n\n", "!an empty document @");
    check("", "!an empty file @");
    let single = jsonl(one(field("x", Ty::Int)));
    assert_eq!(value(&single, "{\"x\": 1}\n"), "{x: 1}");
    assert_eq!(
        value(&single, "{\"x\": 1}\n{\"x\": 2}"),
        "!more than one document; a single one with an object is wanted @\n{\"x\": 2}"
    );
    let texts = jsonl(program(
        vec![],
        vec![item("x", Ty::List(Box::new(Ty::Text)))],
    ));
    assert_eq!(value(&texts, "\"a\"\n\"b\""), "[\"a\" \"b\"]");
    let keyed = jsonl(program(
        vec![record(vec![field("a", Ty::Int)])],
        vec![item("x", rows(0, Shape::Table { key: 0 }))],
    ));
    assert_eq!(
        value(&keyed, "{\"a\": 1}\n{\"a\": 1}\n{\"a\": 2}"),
        "[{a: ![0]: two rows have the a `1` @{\"a\": 1}} {a: ![1]: two rows have the a `1` @{\"a\": 1}} {a: 2}]"
    );
    let mut behind = item("x", rows(0, Shape::List));
    behind.at = paths("new or old");
    let behind = jsonl(program(
        vec![record(vec![field("a", Ty::Int)])],
        vec![behind],
    ));
    assert_eq!(
        value(
            &behind,
            "{\"old\": {\"a\": 1}, \"new\": {\"a\": 2}}\n{\"new\": {\"a\": 3}, \"old\": 4}\n{}\n"
        ),
        "[{a: 2} {a: 3} {a: ![2]: no value at `new or old` @{}]"
    );
}

fn pattern(text: &str) -> LinePattern {
    let mut parts = Vec::new();
    for (index, piece) in text.split("{}").enumerate() {
        if index > 0 {
            parts.push(LinePart::Value);
        }
        for (index, literal) in piece.split('*').enumerate() {
            if index > 0 {
                parts.push(LinePart::Any);
            }
            if !literal.is_empty() {
                parts.push(LinePart::Literal(literal.to_owned()));
            }
        }
    }
    LinePattern { parts }
}

#[test]
fn lines_of_text_are_found_by_pattern() {
    let line = |name: &str, ty, text: &str| {
        let mut field = at(name, ty, "");
        field = with(field, |read| read.line = Some(pattern(text)));
        field
    };
    let mut summary = item("x", ONE);
    summary.format = Some(Format::Text);
    let program = program(
        vec![record(vec![
            line("decision", Ty::Enum(EnumId(0)), "- Decision: {}"),
            with(line("p95", Ty::Duration, "- limits: p95<={}ms*"), |read| {
                read.unit = Some(Unit::Milliseconds)
            }),
            line("budget", optional(Ty::Ratio), "- limits: *budget<={}"),
        ])],
        vec![summary],
    );
    let check = |document: &str, expected: &str| {
        assert_eq!(value(&program, document), expected, "{document}")
    };
    check(
        "# Summary\r\n- Decision: pass \r\n- limits: p95<=600ms, budget<=0.02\r\n",
        "{decision: passed, p95: 600000000, budget: 0.02}",
    );
    check(
        "- Decision: pass\n- Decision: failed\n - limits: p95<=1ms\n",
        concat!(
            "{decision: !decision: two lines `- Decision: {}` with different values, `pass` and `failed` @failed, ",
            "p95: !p95: no line `- limits: p95<={}ms*` @, budget: absent}"
        ),
    );
    check(
        "- Decision: pass\n- Decision: pass\n- limits: p95<=xms",
        "{decision: passed, p95: !p95: `x` is not a number @x, budget: absent}",
    );
    check("a\0b", "!a NUL character @\0");
}

#[test]
fn a_pattern_fits_the_whole_line() {
    let check = |text: &str, line: &str, expected: Option<&str>| {
        let found = super::text::fit(&pattern(text), line).map(|(from, to)| &line[from..to]);
        assert_eq!(found, expected, "{text} on {line}");
    };
    check("a{}b", "axb", Some("x"));
    check("a{}b", "axbb", Some("xb"));
    check("a{}b", "ab", Some(""));
    check("a{}b", "a", None);
    check("ab{}ba", "aba", None);
    check("{}", "all", Some("all"));
    check("*: {}", "k: v: w", Some("v: w"));
    check("*{}", "xyz", Some("xyz"));
    check("{}*", "xyz", Some(""));
    check("{}, *", "x, y, z", Some("x"));
    check("a", "a", None);
}

fn instant(text: &str) -> Instant {
    Instant::parse(text, false).unwrap()
}

fn observed(item: &str, at: Option<&str>, document: &str) -> Observation {
    Observation {
        observed_at: at.map(instant),
        time_from: if at.is_some() {
            TimeFrom::Envelope
        } else {
            TimeFrom::None
        },
        ..Observation::new(item, bytes(document))
    }
}

fn reads(program: &Program, observations: Vec<Observation>) -> (Readings, Store, Evidence) {
    let mut store = Store::default();
    let evidence = Evidence {
        observations,
        ..Evidence::default()
    };
    let readings = read(program, &evidence, &mut store);
    (readings, store, evidence)
}

#[test]
fn the_older_time_counts_and_a_declared_one_must_be_there() {
    let timed = |change: &dyn Fn(&mut Item)| {
        let mut item = item("x", ONE);
        item.fresh = Some(NodeId(0));
        change(&mut item);
        program(
            vec![record(vec![field("a", optional(Ty::Int))])],
            vec![item],
        )
    };
    let by_path = timed(&|item| {
        item.observed = Observed::At {
            paths: paths("meta.t or t"),
            pattern: None,
            assume_utc: false,
        };
    });
    let by_pattern = timed(&|item| {
        item.observed = Observed::At {
            paths: paths("t"),
            pattern: Some(Pattern::compile("YYYYMMDD'T'hhmmss'Z'").unwrap()),
            assume_utc: false,
        };
    });
    let envelope = timed(&|_| ());
    let timeless = timed(&|item| item.fresh = None);
    let check = |program: &Program, at: Option<&str>, document: &str, expected: &str| {
        let (readings, store, _) = reads(program, vec![observed("x", at, document)]);
        let reading = &readings.of(ItemId(0))[0];
        let time = |time: Option<Instant>| time.map_or("-".to_owned(), |time| time.to_string());
        let bad = match reading.root {
            Slot::Bad(fault) => format!(" !{}", store.faults[fault as usize].message),
            _ => String::new(),
        };
        let found = format!(
            "{} {} {:?}{bad}",
            time(reading.observed_at),
            time(reading.latest),
            reading.time_from
        );
        assert_eq!(found, expected, "{document}");
    };
    let (nine, ten) = ("2026-03-01T09:00:00Z", "2026-03-01T10:00:00Z");
    let both = format!("{nine} {ten}");
    check(
        &by_path,
        Some(ten),
        &format!(r#"{{"t": "{nine}"}}"#),
        &format!("{both} Payload"),
    );
    check(
        &by_path,
        Some(nine),
        &format!(r#"{{"t": "{ten}"}}"#),
        &format!("{both} Envelope"),
    );
    check(
        &by_path,
        None,
        &format!(r#"{{"t": "{ten}", "meta": {{"t": "{nine}"}}}}"#),
        &format!("{nine} {nine} Payload"),
    );
    check(
        &by_path,
        Some(nine),
        "{}",
        &format!("{nine} {nine} Envelope !no time at `meta.t or t`"),
    );
    check(
        &by_path,
        Some(nine),
        r#"{"t": null}"#,
        &format!("{nine} {nine} Envelope !no time at `meta.t or t`"),
    );
    check(
        &by_path,
        Some(nine),
        r#"{"t": 5}"#,
        &format!("{nine} {nine} Envelope !a number at `meta.t or t`; a time is wanted"),
    );
    check(
        &by_path,
        None,
        r#"{"t": "2026-03-01T09:00:00"}"#,
        "- - None !`2026-03-01T09:00:00`: a time without offset or `Z`",
    );
    check(
        &by_pattern,
        None,
        r#"{"t": "20260301T090000Z"}"#,
        &format!("{nine} {nine} Payload"),
    );
    check(
        &by_pattern,
        None,
        r#"{"t": "today"}"#,
        "- - None !`today` is no time of the form `YYYYMMDD'T'hhmmss'Z'`: not a time such as 2026-03-01T09:00:00Z",
    );
    check(
        &envelope,
        Some(nine),
        "{}",
        &format!("{nine} {nine} Envelope"),
    );
    check(
        &envelope,
        None,
        "{}",
        concat!(
            "- - None !no time: it needs `observed at PATH` or `observed with OTHER` in the policy, `observed_at` in ",
            "bundle.json or FILE.meta.json, or `--observed-at x=INSTANT`"
        ),
    );
    check(&timeless, None, "{}", "- - None");
}

#[test]
fn rows_of_the_root_tell_their_own_times() {
    let timed = |shape| {
        let mut item = item("x", rows(0, shape));
        item.fresh = Some(NodeId(0));
        item.observed = Observed::At {
            paths: paths("t"),
            pattern: None,
            assume_utc: false,
        };
        program(vec![record(vec![field("a", Ty::Int)])], vec![item])
    };
    let document = r#"[{"t": "2026-03-01T10:00:00Z", "a": 1}, {"a": 2, "t": "2026-03-01T09:00:00Z"}, {"a": 3}]"#;
    let list = timed(Shape::List);
    let (readings, store, evidence) = reads(&list, vec![observed("x", None, document)]);
    let reading = &readings.of(ItemId(0))[0];
    assert_eq!(reading.observed_at, Some(instant("2026-03-01T09:00:00Z")));
    assert_eq!(reading.latest, Some(instant("2026-03-01T10:00:00Z")));
    assert!(reading.rows.is_empty());
    assert_eq!(
        show(
            reading.root,
            &list.evidence[0].ty,
            &list,
            &store,
            evidence.observations[0].bytes()
        ),
        "[{a: 1} {a: 2} {a: ![2]: no time at `t` @{}]"
    );
    let series = timed(Shape::Series);
    let (readings, ..) = reads(
        &series,
        vec![observed("x", Some("2026-03-01T09:30:00Z"), document)],
    );
    let times: Vec<_> = readings.of(ItemId(0))[0]
        .rows
        .iter()
        .map(|row| row.at)
        .collect();
    let half = Some(instant("2026-03-01T09:30:00Z"));
    assert_eq!(times, [half, Some(instant("2026-03-01T09:00:00Z")), half]);
    let (readings, store, evidence) = reads(
        &series,
        vec![observed(
            "x",
            None,
            r#"{"t": "2026-03-01T09:00:00Z", "a": 1}"#,
        )],
    );
    let reading = &readings.of(ItemId(0))[0];
    assert_eq!(reading.rows.len(), 1);
    assert_eq!(
        show(
            reading.root,
            &series.evidence[0].ty,
            &series,
            &store,
            evidence.observations[0].bytes()
        ),
        "[{a: 1}]"
    );
    let (readings, store, _) = reads(&list, vec![observed("x", None, "[]")]);
    let Slot::Bad(fault) = readings.list[0].root else {
        panic!()
    };
    assert_eq!(store.faults[fault as usize].message, "no time at `t`");
}

#[test]
fn siblings_lend_their_time() {
    let mut first = item("x", ONE);
    first.observed = Observed::With(ItemId(1));
    first.fresh = Some(NodeId(0));
    let mut second = item("y", ONE);
    second.fresh = Some(NodeId(0));
    let mut third = item("z", ONE);
    third.observed = Observed::With(ItemId(0));
    let program = program(vec![record(vec![])], vec![first, second, third]);
    let nine = "2026-03-01T09:00:00Z";
    let all = vec![
        observed("z", None, "{}"),
        observed("x", None, "{}"),
        observed("y", Some(nine), "{}"),
    ];
    let (readings, ..) = reads(&program, all);
    for item in [0, 2] {
        let reading = &readings.of(ItemId(item))[0];
        assert_eq!(reading.observed_at, Some(instant(nine)));
        assert_eq!(reading.time_from, TimeFrom::Sibling);
    }
    let (readings, ..) = reads(&program, vec![observed("x", Some(nine), "{}")]);
    let reading = &readings.of(ItemId(0))[0];
    assert_eq!(
        (reading.observed_at, reading.time_from),
        (None, TimeFrom::Sibling)
    );
}

#[test]
fn payload_and_envelope_must_speak_of_the_same() {
    let mut speaks = item("x", ONE);
    speaks.about = vec![
        About {
            what: AboutWhat::Subject(None),
            paths: paths("subject"),
            unit: None,
        },
        About {
            what: AboutWhat::Cohort,
            paths: paths("share"),
            unit: Some(Unit::Percent),
        },
        About {
            what: AboutWhat::Key,
            paths: paths("lever"),
            unit: None,
        },
    ];
    let program = program(vec![record(vec![])], vec![speaks]);
    let check = |document: &str, cohort: Option<&str>, expected: &str| {
        let mut observation = observed("x", None, document);
        observation.about.cohort = cohort.map(|text| Number::parse(text).unwrap());
        observation.about.subject = Some(Subject(IndexMap::from([(
            "build".to_owned(),
            Const::Text("4f2c".to_owned()),
        )])));
        let (readings, store, _) = reads(&program, vec![observation]);
        let reading = &readings.of(ItemId(0))[0];
        let about = &reading.about;
        let bad = match reading.root {
            Slot::Bad(fault) => format!(" !{}", store.faults[fault as usize].message),
            _ => String::new(),
        };
        let found = format!(
            "{:?} {:?} {:?} {}{bad}",
            about.subject.values().collect::<Vec<_>>(),
            about.cohort,
            about.key,
            about.disagree
        );
        assert_eq!(found, expected, "{document}");
    };
    check("{}", None, r#"[Text("4f2c")] None None false"#);
    check(
        r#"{"subject": "4f2c", "share": 10, "lever": "L1"}"#,
        Some("0.1"),
        r#"[Text("4f2c")] Some(0.1) Some("L1") false"#,
    );
    check(
        r#"{"subject": {"build": "4f2c", "other": 1}}"#,
        None,
        r#"[Text("4f2c")] None None false"#,
    );
    check(
        r#"{"subject": "beef"}"#,
        None,
        r#"[Text("beef")] None None true"#,
    );
    check(
        r#"{"subject": null, "share": null}"#,
        None,
        r#"[Text("4f2c")] None None false"#,
    );
    check(
        r#"{"share": 25}"#,
        Some("0.1"),
        r#"[Text("4f2c")] Some(0.25) None true"#,
    );
    check(
        r#"{"subject": 5}"#,
        None,
        r#"[Text("4f2c")] None None false !a number; a text is wanted"#,
    );
}

#[test]
fn one_instant_has_one_content() {
    let mut timed = item("x", ONE);
    timed.fresh = Some(NodeId(0));
    let program = program(vec![record(vec![])], vec![timed]);
    let (nine, ten) = (Some("2026-03-01T09:00:00Z"), Some("2026-03-01T10:00:00Z"));
    let (readings, ..) = reads(
        &program,
        vec![
            observed("x", ten, "{}"),
            observed("x", nine, "{}"),
            observed("x", ten, "{}"),
            observed("other", ten, "{}"),
        ],
    );
    assert_eq!(readings.of(ItemId(0)).len(), 2);
    assert_eq!(readings.of(ItemId(0))[1].observation, 0);
    assert_eq!(readings.doubles, [(0, 2)]);
    assert_eq!(readings.unused, [3]);
    let (readings, store, _) = reads(
        &program,
        vec![observed("x", ten, "{}"), observed("x", ten, "{ }")],
    );
    for reading in readings.of(ItemId(0)) {
        let Slot::Bad(fault) = reading.root else {
            panic!()
        };
        let message = "two contents for one instant: observation 1 and observation 2";
        assert_eq!(store.faults[fault as usize].message, message);
    }
}

#[test]
fn what_is_no_content_is_told_apart() {
    let program = one(field("x", Ty::Int));
    let failed = Content::Failed {
        at: instant("2026-03-01T09:00:00Z"),
        error: "refused".to_owned(),
    };
    let unfit = Content::Unfit("a folder stands where a file should be".to_owned());
    let mut wrong = observed("x", None, "{\"x\": 1}");
    wrong.sha256 = Some(Digest::of(b"another"));
    let observations = vec![
        Observation::new("x", failed),
        Observation::new("x", Content::Absent),
        Observation::new("x", unfit),
    ];
    let (readings, store, _) = reads(&program, observations);
    assert_eq!(readings.failed, [(ItemId(0), 0)]);
    assert_eq!(readings.absent, [(ItemId(0), 1)]);
    assert_eq!(readings.list.len(), 1);
    assert_eq!(
        store.faults[0].message,
        "a folder stands where a file should be"
    );
    let (_, store, _) = reads(&program, vec![wrong]);
    assert!(
        store.faults[0]
            .message
            .starts_with("its content is not the one with sha256:")
    );
    let (readings, ..) = reads(
        &program,
        vec![Observation::new(
            "x",
            Content::Json(br#"{"x":1}"#.as_slice().into()),
        )],
    );
    assert!(matches!(readings.list[0].root, Slot::Record(_)));
}

/// Damages bytes with a small generator of its own: equal seeds, equal damage.
fn damage(seed: &mut u64, bytes: &mut Vec<u8>) {
    let mut next = |below: usize| {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        (*seed % below.max(1) as u64) as usize
    };
    for _ in 0..=next(3) {
        let at = next(bytes.len());
        match next(6) {
            0 if !bytes.is_empty() => {
                bytes.remove(at);
            }
            1 => bytes.insert(at, b"{}[]\",:\\0-.enu\n\xFF\0 "[next(18)]),
            2 => bytes.truncate(at),
            3 => {
                let to = at + next(bytes.len() - at);
                let piece = bytes[at..to].to_vec();
                bytes.extend(piece);
            }
            _ if !bytes.is_empty() => bytes[at] = next(256) as u8,
            _ => {}
        }
    }
}

#[test]
fn no_damage_makes_a_reader_fall() {
    let key = Field {
        name: "k".to_owned(),
        ty: Ty::Text,
        read: None,
    };
    let mut entry = item("x", ONE);
    entry.observed = Observed::At {
        paths: paths("t"),
        pattern: None,
        assume_utc: true,
    };
    entry.about = vec![About {
        what: AboutWhat::Subject(None),
        paths: paths("s.build or s"),
        unit: None,
    }];
    let fields = vec![
        at("a", Ty::Duration, "a or b.a"),
        field("w", Ty::Enum(EnumId(0))),
        field("rows", rows(1, Shape::Table { key: 0 })),
        field("map", rows(2, Shape::Map { key: 0 })),
        field("list", Ty::List(Box::new(optional(Ty::Text)))),
    ];
    let row = record(vec![
        field("id", Ty::Text),
        field("n", Ty::Number),
        field("d", optional(Ty::Date)),
    ]);
    let map = record(vec![key, at("v", Ty::Int, "")]);
    let mut json = program(vec![record(fields), row, map], vec![entry]);
    let document = r#"{"t": "2026-03-01T09:00:00", "s": {"build": "x"}, "b": {"a": 5}, "w": "pass",
        "rows": [{"id": "a\u00e9", "n": 1.5e3, "d": "2026-01-01"}, {"id": "b", "n": -2}],
        "map": {"p": 1, "q": 2}, "list": ["x", null], "rest": {"deep": [[[{"z": [true, false]}]]]}}"#;
    let report = r#"<testsuites><testsuite name="s"><testcase name="a &lt;" time="1"><failure>x</failure></testcase></testsuite></testsuites>"#;
    let lines = "- Decision: pass\r\n- t: 2026-03-01T09:00:00Z\n";
    let mut seed = 0x1234_5678_9ABC_DEF1;
    for round in 0..40_000 {
        let (format, document) = match round % 4 {
            0 => (Format::Jsonl, document),
            1 => (Format::Json, document),
            2 => (Format::Junit, report),
            _ => (Format::Text, lines),
        };
        json.evidence[0].format = Some(format);
        let mut bytes = document.as_bytes().to_vec();
        damage(&mut seed, &mut bytes);
        let shown = value(&json, &bytes);
        assert!(!shown.is_empty());
    }
}

#[test]
fn reports_of_tests_are_read_by_their_members() {
    let mut report = item("x", ONE);
    report.format = Some(Format::Junit);
    let case = record(vec![
        field("name", Ty::Text),
        field("status", Ty::Enum(EnumId(0))),
        with(at("took", optional(Ty::Duration), "time"), |read| {
            read.unit = Some(Unit::Seconds)
        }),
    ]);
    let program = program(
        vec![
            record(vec![
                field("failures", Ty::Int),
                at("said", optional(Ty::Int), "declared.tests"),
                field("cases", rows(1, Shape::Table { key: 0 })),
            ]),
            case,
        ],
        vec![report],
    );
    let check = |document: &str, expected: &str| {
        assert_eq!(value(&program, document), expected, "{document}")
    };
    check(
        r#"<testsuite tests="2"><testcase name="a" time="0.25"/><testcase name="b"><failure/></testcase></testsuite>"#,
        concat!(
            "{failures: 1, said: 2, cases: [{name: \"a\", status: passed, took: 250000000} ",
            "{name: \"b\", status: failed, took: absent}]}"
        ),
    );
    check(
        r#"<testsuite><testcase time="1,5"/><testcase name="b"><error/></testcase></testsuite>"#,
        concat!(
            "{failures: 0, said: absent, cases: [{name: !cases[0].name: no member `name` @<testcase time=\"1,5\"/>, ",
            "status: passed, took: !cases[0].took: the text `1,5` is no ISO 8601 duration such as PT5M: not a quantity @<testcase time=\"1,5\"/>} ",
            "{name: \"b\", status: !cases[1].status: `error` is none of `passed`, `pass`, `failed`, `n/a` @<testcase name=\"b\">, took: absent}]}"
        ),
    );
    check(
        "<testsuite",
        "!not well-formed XML: syntax error: tag not closed: `>` not found before end of input @<",
    );
}

#[test]
fn what_is_json_is_the_same_to_both_readers() {
    use super::scan::{Buffers, Scan};
    let documents = [
        r#"{"a": [1, -2.5e+3, 0.5, "x\n\u00e9\ud83d\ude00"], "b": {"c": null, "d": true}, "e": {}}"#,
        r#"[{"k": 1, "l": 2, "m": "a long text without any escape"}, [], [[false]], 0, "\\\""]"#,
    ];
    let mut seed = 0xFEED_5678_9ABC_DEF1;
    let (mut good, mut bad) = (0, 0);
    for round in 0..60_000 {
        let mut bytes = documents[round % 2].as_bytes().to_vec();
        damage(&mut seed, &mut bytes);
        let Ok(text) = std::str::from_utf8(&bytes) else {
            continue;
        };
        let mut scan = Scan::new(text, 0, Buffers::default());
        let ours = scan.skip().is_ok() && scan.at_end() && scan.twice.is_none();
        match crate::canon::check_json(&bytes).map_err(|error| error.fault) {
            Ok(_) => assert!(ours, "{text}"),
            // What a text means is asked only where it is read.
            Err(_) if text.contains("\\u") => {}
            Err(fault) => assert!(!ours, "{text}: {fault:?}"),
        }
        good += ours as u32;
        bad += !ours as u32;
    }
    assert!(good > 1000 && bad > 1000, "{good} {bad}");
}

#[test]
fn rows_that_are_told_again_with_younger_ones_do_not_clash() {
    let timed = |shape| {
        let mut item = item("x", rows(0, shape));
        item.fresh = Some(NodeId(0));
        item.observed = Observed::At {
            paths: paths("t"),
            pattern: None,
            assume_utc: false,
        };
        program(vec![record(vec![field("a", Ty::Int)])], vec![item])
    };
    let nine = r#"{"t": "2026-03-01T09:00:00Z", "a": 1}"#;
    let ten = r#"{"t": "2026-03-01T10:00:00Z", "a": 2}"#;
    let changed = r#"{"t": "2026-03-01T09:00:00Z", "a": 3}"#;
    let check = |shape, first: &str, second: &str, bad: usize| {
        let documents = [first, second].map(|rows| observed("x", None, &format!("[{rows}]")));
        let (readings, ..) = reads(&timed(shape), documents.to_vec());
        let malformed = readings.list.iter();
        let malformed = malformed.filter(|reading| matches!(reading.root, Slot::Bad(_)));
        assert_eq!(malformed.count(), bad, "{first} {second}");
    };
    check(Shape::List, nine, &format!("{nine}, {ten}"), 0);
    check(Shape::List, nine, changed, 2);
    check(Shape::Series, nine, &format!("{nine}, {ten}"), 0);
    check(Shape::Series, nine, changed, 0);
}
