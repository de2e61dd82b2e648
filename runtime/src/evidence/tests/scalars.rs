//! Scalars: what is read, and what is said of the rest.

use super::*;

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
        "!x: a number of more than 38 digits @123456789012345678901234567890123456789",
    );
    check(
        field("x", Ty::Number),
        "1e400",
        "!x: a number of more than 38 digits @1e400",
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
        "!x: `P1M` is no ISO 8601 duration such as `PT5M`: years and months have no fixed length @\"P1M\"",
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
