//! Random damage: nothing falls, and both readers agree on what JSON is.

use super::*;

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
    let toml = "t = 2026-03-01T09:00:00\nw = 'pass'\nb.a = 1_0.5e0\nlist = [\"x\\u00e9\", '']\n[[rows]]\nid = \"\"\"a\n\"\"\"\nn = 0x1f\n[map]\np = 1\n";
    let yaml = "t: 2026-03-01T09:00:00\ns: {build: &x 'x', c: *x}\nb:\n  a: 5 # five\nlist: [x, ~, \"\\u00e9\"]\nrows:\n- id: >-\n    a\n    é\n  n: !!float 1.5e3\n- &r {id: b, n: -2}\nmap:\n  ? p\n  : 1\n---\n[*r]\n...\n";
    let sarif = r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x","rules":[{"id":"r","messageStrings":{"m":{"text":"{0}!"}}}]}},
        "results":[{"ruleIndex":0,"level":"error","message":{"id":"m","arguments":["a"]},"suppressions":[{}],
        "locations":[{"physicalLocation":{"artifactLocation":{"uri":"a","index":0},"region":{"startLine":1}}}]}]}]}"#;
    let answer = r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"up","job":"a"},"values":[[1.5,"1"],[2e1,"NaN"]]}]}}"#;
    let mut seed = 0x1234_5678_9ABC_DEF1;
    for round in 0..80_000 {
        let (format, document) = match round % 8 {
            0 => (Format::Jsonl, document),
            1 => (Format::Json, document),
            2 => (Format::Junit, report),
            3 => (Format::Toml, toml),
            4 => (Format::Yaml, yaml),
            5 => (Format::Sarif, sarif),
            6 => (Format::Prometheus, answer),
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
fn no_damage_makes_a_table_fall() {
    let mut table = item("x", rows(0, Shape::Series));
    table.format = Some(Format::Csv);
    table.observed = Observed::At {
        paths: paths("t"),
        pattern: None,
        assume_utc: false,
    };
    let row = record(vec![
        field("id", Ty::Text),
        field("n", optional(Ty::Number)),
    ]);
    let program = program(vec![row], vec![table]);
    let document =
        "t,id,n\r\n2026-03-01T09:00:00Z,\"a, \"\"é\"\"\",1.5\r\n2026-03-01T09:01:00Z,b,\r\n";
    let mut seed = 0x0DD5_5678_9ABC_DEF1;
    for _ in 0..20_000 {
        let mut bytes = document.as_bytes().to_vec();
        damage(&mut seed, &mut bytes);
        assert!(!value(&program, &bytes).is_empty());
    }
}

/// The records of a table as a library reads them, which takes any bytes for one.
fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv_core::Reader::new();
    let (mut records, mut cells) = (Vec::new(), Vec::new());
    let (mut cell, mut out, mut at) = (Vec::new(), [0; 4096], 0);
    loop {
        let (result, read, wrote) = reader.read_field(&bytes[at..], &mut out);
        at += read;
        cell.extend_from_slice(&out[..wrote]);
        match result {
            csv_core::ReadFieldResult::InputEmpty | csv_core::ReadFieldResult::OutputFull => {}
            csv_core::ReadFieldResult::Field { record_end } => {
                cells.push(String::from_utf8(std::mem::take(&mut cell)).unwrap());
                if record_end {
                    records.push(std::mem::take(&mut cells));
                }
            }
            csv_core::ReadFieldResult::End => return records,
        }
    }
}

#[test]
fn what_is_a_table_is_the_same_to_both_readers() {
    let document = "id,text,n\na,\"x, \"\"y\"\"\nz\",1\nb,,\"\"\nc,plain é,3\n";
    let mut seed = 0xBEEF_5678_9ABC_DEF1;
    let (mut good, mut bad) = (0, 0);
    for _ in 0..40_000 {
        let mut bytes = document.as_bytes().to_vec();
        damage(&mut seed, &mut bytes);
        let Ok(text) = std::str::from_utf8(&bytes) else {
            continue;
        };
        let Ok(told) = crate::evidence::csv::tell(text, 0) else {
            bad += 1;
            continue;
        };
        let rows: Vec<serde_json::Value> = serde_json::from_str(&told.json).unwrap();
        let theirs = cells(&bytes);
        let columns = &theirs[0];
        for (row, cells) in rows.iter().zip(&theirs[1..]) {
            let Some(row) = row.as_object() else {
                assert_ne!(cells.len(), columns.len(), "{text:?}");
                continue;
            };
            assert_eq!(cells.len(), columns.len(), "{text:?}");
            for (name, cell) in columns.iter().zip(cells) {
                assert_eq!(row[name].as_str().unwrap_or_default(), cell, "{text:?}");
            }
        }
        if columns.len() > 1 {
            assert_eq!(rows.len(), theirs.len() - 1, "{text:?}");
        }
        good += 1;
    }
    assert!(good > 1000 && bad > 1000, "{good} {bad}");
}

#[test]
fn what_is_json_is_the_same_to_both_readers() {
    use crate::evidence::scan::{Buffers, Scan};
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
