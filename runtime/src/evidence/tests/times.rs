//! Times, subjects, and observations side by side.

use super::*;

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
