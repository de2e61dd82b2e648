// The decision view, the questions it asks, and what is found in a policy; all without an editor.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { command, failure, fixturesIn, page, read, testAt, testsIn, time } from "../out/pure.mjs";

const frame = { nonce: "n0nce", zone: "" };
const blocked = {
  "rolloutc.decision": 1,
  rollout: "production",
  key: "",
  as_of: "2026-03-03T09:10:00Z",
  outcome: "blocked",
  exit: 1,
  from: { phase: "cohorts", cohort: "1%" },
  to: null,
  toward: { phase: "cohorts", cohort: "5%" },
  procedure: null,
  reasons: [
    {
      code: "gate-failed",
      outcome: "blocked",
      subject: "slo_posture",
      verdict: "fail",
      cause: null,
      decides: true,
      message: "p95 601ms, at most 600ms: over by 1ms",
      evidence: [{ item: "slo", path: "p95_latency_ms", observed_at: "2026-03-03T09:09:00Z", age: "1m" }],
      span: { file: "production.rollout", line: 100, column: 3, end_line: 100, end_column: 18 },
      would: "slo.p95 at most 600ms, then a soak of 30m",
    },
  ],
  obligations: [{ kind: "step", id: "stop", text: "Stop <b>now</b>", by: ["ops"], run: null, due: "2026-03-03T09:25:00Z" }],
  next: [{ at: "2026-03-03T09:14:00Z", kind: "stale", subject: "slo", then: "`slo` goes stale" }],
  gates: [
    { gate: "slo_posture", row: null, role: "keep", level: "blocking", verdict: "fail", cause: null, headroom: { type: "duration", value: "-1ms" }, rows: 1 },
    { gate: "lane", row: 'lane["ci"]', role: "enter", level: "advisory", verdict: "not_applicable", cause: null, headroom: null, rows: 1 },
  ],
  evidence: [{ item: "slo", about: {}, state: "present", cause: null, age: "1m" }],
  warnings: [],
};

test("a decision shows outcome, phase line, reasons and gates", () => {
  const shown = page([blocked], frame);
  const order = ["BLOCKED", "2026-03-03 09:10Z", "cohorts at 1%", "now", "cohorts at 5%", "next", "p95 601ms, at most 600ms", "Gates", "not applicable"];
  let from = 0;
  for (const part of order) {
    const at = shown.indexOf(part, from);
    assert.ok(at >= 0, `${part} in ${shown}`);
    from = at;
  }
  assert.match(shown, /data-file="production\.rollout" data-line="100" data-column="3"/);
  assert.match(shown, /slo\.p95_latency_ms, 1m old/);
  assert.match(shown, /headroom -1ms/);
});

test("no text of a document becomes markup, and nothing is loaded", () => {
  const shown = page([{ ...blocked, rollout: `"><script>alert(1)</script>` }], frame);
  assert.doesNotMatch(shown, /<script>|<b>now/);
  assert.equal(shown.match(/<script/g).length, 1);
  assert.match(shown, /default-src 'none'/);
  assert.doesNotMatch(shown, /https?:/);
  assert.match(failure("<img src=x>", frame), /&#60;img/);
});

test("a way back is drawn as one", () => {
  const back = { ...blocked, outcome: "rollback", to: { phase: "cohorts", cohort: "0%" }, procedure: { name: "to_old", kind: "rollback", stage: "fired" } };
  assert.match(page([back], frame), /class="back".*goes back to.*to_old.*fired/s);
});

test("every key of a rollout has its part", () => {
  const shown = page([{ ...blocked, key: "E4" }, { ...blocked, key: "E5" }], frame);
  assert.equal(shown.match(/<section/g).length, 2);
  assert.match(shown, /production\[E5\]/);
});

test("times are shown as asked", () => {
  assert.equal(time("2026-03-03T09:10:30Z", ""), "2026-03-03 09:10:30Z");
  assert.equal(time("2026-07-03T09:10:00Z", "Europe/Berlin"), "Fri 2026-07-03 11:10+02:00");
  assert.equal(time("2026-07-03T09:10:00Z", "Nowhere/At_All"), "2026-07-03 09:10Z");
  assert.equal(time("soon", ""), "soon");
});

test("a question from the editor writes nothing", () => {
  const ask = { policy: "p.rollout", evidence: "green", state: undefined, at: undefined };
  assert.deepEqual(command(ask), ["eval", "p.rollout", "--format", "json", "--evidence", "green", "--start"]);
  const later = command({ ...ask, state: "state.json", at: "2026-03-03T09:10:00Z" });
  assert.ok(later.includes("--dry-run") && !later.includes("--start"));
});

test("answers are read, others are not", () => {
  assert.equal(read(JSON.stringify(blocked)).length, 1);
  assert.equal(read(JSON.stringify({ "rolloutc.decisions": 1, decisions: [blocked, blocked] })).length, 2);
  for (const other of ["", "Error: no", "[]", "null", "{}"]) {
    assert.equal(read(other), undefined, other);
  }
});

test("tests are found where they stand", () => {
  const text = [
    'test "one \\"quoted\\"" {', // 0
    "  at 2026-03-01T09:00Z",
    "}",
    "tests at 2026-03-01T09:00Z {", // 3
    '  "two"   given green   expect complete',
    "}",
    "gate g {", // 6
    '  require a else "three"',
    "}",
    'report r to "r.txt" = """', // 9
    'test "not one" {',
    '"""',
    'fixture green from "evidence/green"', // 12
  ].join("\n");
  assert.deepEqual(testsIn(text), [
    { title: 'one "quoted"', line: 0 },
    { title: "two", line: 4 },
  ]);
  assert.equal(testAt(text, 1)?.title, 'one "quoted"');
  assert.equal(testAt(text, 4)?.title, "two");
  assert.equal(testAt(text, 7), undefined);
  assert.deepEqual(fixturesIn(text), ["evidence/green"]);
});

test("what the manifest names is there", () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const code = readFileSync(new URL("../out/extension.js", import.meta.url), "utf8");
  const files = [
    ...manifest.contributes.grammars.map((grammar) => grammar.path),
    ...manifest.contributes.languages.map((language) => language.configuration),
    ...manifest.contributes.snippets.map((snippets) => snippets.path),
  ];
  for (const file of files) {
    JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), "utf8"));
  }
  const source = readFileSync(new URL("../src/extension.ts", import.meta.url), "utf8");
  for (const { command } of manifest.contributes.commands) {
    assert.ok(source.includes(`on("${command.replace("rollout.", "")}"`), command);
  }
  for (const setting of Object.keys(manifest.contributes.configuration.properties)) {
    // Two are for the server alone.
    const served = ["rolloutc.lints", "rolloutc.hints"].includes(setting);
    assert.ok(setting.startsWith("rolloutc.") && (served || code.includes(setting.replace("rolloutc.", ""))), setting);
  }
});

test("recorded decisions are shown whole", () => {
  const outcomes = new URL("../../../examples/spacetime/outcomes/", import.meta.url);
  let seen = 0;
  for (const name of readdirSync(outcomes)) {
    const decisions = read(readFileSync(new URL(`${name}/decision.json`, outcomes), "utf8"));
    assert.ok(decisions !== undefined, name);
    const shown = page(decisions, frame);
    assert.doesNotMatch(shown, /undefined|\[object|NaN/, name);
    for (const { outcome, reasons, gates } of decisions) {
      assert.ok(shown.includes(outcome.toUpperCase()), name);
      assert.equal(shown.split("<tr").length - 1, reasons.length + gates.length, name);
    }
    seen += 1;
  }
  assert.ok(seen > 5);
});
