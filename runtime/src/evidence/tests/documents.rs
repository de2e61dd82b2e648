//! JSON documents: broken ones, paths, defaults, rows, maps and records.

use super::*;

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
    check(b"{\"x\": 1, \"x\": 2}", "!member `x` is there twice @\"x\"");
    check(
        b"{\"x\": 1, \"\\u0078\": 2}",
        "!member `x` is there twice @\"\\u0078\"",
    );
    check(
        b"{\"x\": 1, \"y\": {\"a\": [{\"b\": 1, \"b\": 1}]}}",
        "!member `b` is there twice @\"b\"",
    );
    check(
        b"{\"y\": 1, \"x\": 1, \"y\": 2}",
        "!member `y` is there twice @\"y\"",
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
            "[{id: ![0]: member `id` is there twice @\"id\", took: ![0]: member `id` is there twice @\"id\"} ",
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
        "!member `rows` is there twice @\"rows\"",
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
