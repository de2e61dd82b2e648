/** The decision view: a decision document as a page. Knows no editor; every text of the document is escaped. */

/** A place in a policy, counted from one. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}
/** A place of a rollout. */
export interface Place {
  readonly phase: string;
  readonly cohort: string | null;
}
/** A value with its type. */
export interface Measure {
  readonly type: string;
  readonly value: unknown;
}
/** Why an outcome came, or would come. */
export interface Reason {
  readonly code: string;
  readonly outcome: string;
  readonly subject: string | null;
  readonly verdict: string | null;
  readonly cause: string | null;
  readonly decides: boolean;
  readonly message: string;
  readonly evidence: readonly { item: string; path: string | null; age: string | null }[];
  readonly span: Span | null;
  readonly would: string | null;
}
/** A decision, as far as the view shows it. */
export interface Decision {
  readonly rollout: string;
  readonly key: string;
  readonly as_of: string;
  readonly outcome: string;
  readonly exit: number;
  readonly from: Place | null;
  readonly to: Place | null;
  readonly toward: Place | null;
  readonly procedure: { name: string; kind: string; stage: string } | null;
  readonly reasons: readonly Reason[];
  readonly obligations: readonly { kind: string; id: string; text: string; by: readonly string[]; due: string | null }[];
  readonly next: readonly { at: string; subject: string | null; then: string }[];
  readonly gates: readonly {
    gate: string;
    row: string | null;
    role: string | null;
    level: string;
    verdict: string;
    cause: string | null;
    headroom: Measure | null;
    rows: number;
  }[];
  readonly evidence: readonly { item: string; state: string; age: string | null; cause: string | null }[];
  readonly warnings: readonly { message: string }[];
}

/** How the page is put into the editor. */
export interface Frame {
  /** A word that only this page's style and script carry. */
  readonly nonce: string;
  /** The zone that times are shown in; UTC when empty. */
  readonly zone: string;
}

/** The page for the decisions of one question. */
export function page(decisions: readonly Decision[], frame: Frame): string {
  const body = decisions.map((decision) => section(decision, frame.zone)).join("\n");
  return shell(body, frame);
}

/** The page for a run that gave no decision. */
export function failure(message: string, frame: Frame): string {
  return shell(`<section class="decision"><h1><span class="outcome o-failed">NO DECISION</span></h1><pre>${escape(message)}</pre></section>`, frame);
}

function shell(body: string, frame: Frame): string {
  const nonce = escape(frame.nonce);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Decision</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
${body}
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>
`;
}

function section(decision: Decision, zone: string): string {
  const name = decision.key === "" ? decision.rollout : `${decision.rollout}[${decision.key}]`;
  const shown = (instant: string) => escape(time(instant, zone));
  const parts = [
    `<h1><span class="outcome o-${escape(decision.outcome)}">${escape(decision.outcome.toUpperCase())}</span> ${escape(name)}`,
    `<time>as of ${shown(decision.as_of)}</time></h1>`,
    phases(decision),
    reasons(decision),
    list(
      "Would advance if",
      ["rollback", "advance", "complete"].includes(decision.outcome) ? [] : [...new Set(decision.reasons.flatMap((reason) => (reason.would === null ? [] : [reason.would])))].map(words),
    ),
    gates(decision),
    list(
      "To do",
      decision.obligations.map((one) => {
        const who = [one.by.join(", "), one.due === null ? "" : `by ${time(one.due, zone)}`].filter((part) => part !== "");
        return `<b>${escape(one.id)}</b> ${escape(one.text)} <small>${escape(who.join(" · "))}</small>`;
      }),
    ),
    list(
      "What time will change",
      decision.next.map((one) => {
        const said = one.subject === null || one.then.includes(`\`${one.subject}\``) ? one.then : `\`${one.subject}\`: ${one.then}`;
        return `<time>${shown(one.at)}</time> ${words(said)}`;
      }),
    ),
    list(
      "Evidence",
      decision.evidence.map(
        (one) =>
          `<span class="v v-${escape(one.state)}">${escape(one.state)}</span> ${escape(one.item)} <small>${escape(
            [one.age === null ? "" : `${one.age} old`, one.cause ?? ""].filter((part) => part !== "").join(", "),
          )}</small>`,
      ),
    ),
    list("Warnings", decision.warnings.map((one) => words(one.message))),
  ];
  return `<section class="decision">\n${parts.filter((part) => part !== "").join("\n")}\n</section>`;
}

/** The phase line: where it stands, where it goes now, and where it would go next. */
function phases(decision: Decision): string {
  const stops: string[] = [];
  const stop = (kind: string, label: string, at: Place) =>
    stops.push(`<li class="${kind}"><b>${escape(where(at))}</b><small>${label}</small></li>`);
  if (decision.from !== null) {
    stop("here", "now", decision.from);
  }
  if (decision.to !== null) {
    stop(decision.outcome === "rollback" ? "back" : "go", decision.outcome === "rollback" ? "goes back to" : "moves to", decision.to);
  } else if (decision.toward !== null) {
    stop("ahead", "next", decision.toward);
  }
  const procedure = decision.procedure;
  const under = procedure === null ? "" : `<p>${escape(procedure.kind)} <b>${escape(procedure.name)}</b>: ${escape(procedure.stage)}</p>`;
  return stops.length === 0 ? under : `<ol class="phases" aria-label="phases">${stops.join("")}</ol>${under}`;
}

function where(at: Place): string {
  return at.cohort === null ? at.phase : `${at.phase} at ${at.cohort}`;
}

function reasons(decision: Decision): string {
  if (decision.reasons.length === 0) {
    return "";
  }
  const rows = decision.reasons.map((reason) => {
    const sources = reason.evidence.map((one) =>
      [one.path === null || one.path === "" ? one.item : `${one.item}.${one.path}`, one.age === null ? "" : `${one.age} old`]
        .filter((part) => part !== "")
        .join(", "),
    );
    const place = reason.span === null ? "" : link(reason.span);
    return (
      `<tr class="${reason.decides ? "decides" : ""}"><td>${verdict(reason.verdict ?? reason.code)}</td>` +
      `<th>${escape(reason.subject ?? "")}</th>` +
      `<td>${words(reason.message)}<br><small>${[...sources.map(escape), place].filter((part) => part !== "").join(" · ")}</small></td></tr>`
    );
  });
  return `<h2>Reasons</h2><table class="reasons">${rows.join("\n")}</table>`;
}

function gates(decision: Decision): string {
  if (decision.gates.length === 0) {
    return "";
  }
  const rows = decision.gates.map((gate) => {
    const name = gate.row === null ? gate.gate : gate.row.startsWith(gate.gate) ? gate.row : `${gate.gate}[${gate.row}]`;
    const more = [
      gate.role ?? "",
      gate.level === "blocking" ? "" : gate.level,
      gate.cause ?? "",
      gate.headroom === null ? "" : `headroom ${String(gate.headroom.value)}`,
      gate.rows > 1 ? `${gate.rows} rows` : "",
    ];
    return `<tr><td>${verdict(gate.verdict)}</td><th>${escape(name)}</th><td><small>${escape(more.filter((part) => part !== "").join(" · "))}</small></td></tr>`;
  });
  return `<h2>Gates</h2><table class="gates">${rows.join("\n")}</table>`;
}

function verdict(word: string): string {
  return `<span class="v v-${escape(word)}">${escape(word.replaceAll("_", " "))}</span>`;
}

function link(span: Span): string {
  const file = escape(span.file);
  return `<a href="#" data-file="${file}" data-line="${Number(span.line)}" data-column="${Number(span.column)}">${file}:${Number(span.line)}</a>`;
}

function list(title: string, rows: readonly string[]): string {
  return rows.length === 0 ? "" : `<h2>${title}</h2><ul>${rows.map((row) => `<li>${row}</li>`).join("")}</ul>`;
}

/** An instant as the reader asked: `2026-03-01 09:00Z`, or in the zone with its offset. */
export function time(instant: string, zone: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) {
    return instant;
  }
  if (zone === "") {
    return at.toISOString().replace("T", " ").replace(/(?::00)?\.\d+Z$/, "Z");
  }
  try {
    const parts = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      weekday: "short",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      timeZoneName: "longOffset",
    }).formatToParts(at);
    const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
    const offset = part("timeZoneName").replace("GMT", "") || "+00:00";
    return `${part("weekday")} ${part("year")}-${part("month")}-${part("day")} ${part("hour")}:${part("minute")}${offset}`;
  } catch {
    return time(instant, "");
  }
}

function escape(text: string): string {
  return text.replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A sentence, with what is in backticks set as it is written in a policy. */
function words(text: string): string {
  return escape(text).replace(/&#96;(.*?)&#96;/g, "<code>$1</code>");
}

const STYLE = `
body { font: var(--vscode-font-size, 13px)/1.5 var(--vscode-font-family, sans-serif); color: var(--vscode-foreground); padding: 0 1rem 2rem; }
h1 { font-size: 1.25rem; font-weight: 600; display: flex; flex-wrap: wrap; gap: .75rem; align-items: baseline; margin: 1rem 0 .5rem; }
h1 time { font-size: .9rem; font-weight: 400; opacity: .75; margin-left: auto; }
h2 { font-size: .8rem; text-transform: uppercase; letter-spacing: .05em; opacity: .75; margin: 1.25rem 0 .25rem; }
section + section { border-top: 1px solid var(--vscode-panel-border, #8884); margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .2rem .75rem .2rem 0; font-weight: 400; }
th { font-family: var(--vscode-editor-font-family, monospace); white-space: nowrap; }
td:first-child { width: 6rem; }
tr.decides th { font-weight: 700; }
small { opacity: .75; }
ul { margin: 0; padding-left: 1.1rem; }
a { color: var(--vscode-textLink-foreground); }
pre { white-space: pre-wrap; }
.outcome, .v { border: 1px solid currentColor; border-radius: .25rem; padding: 0 .4rem; font-size: .85em; white-space: nowrap; }
.o-advance, .o-complete, .v-pass, .v-present, .v-waived { color: var(--vscode-testing-iconPassed, #388a34); }
.o-rollback, .o-halted, .o-failed, .v-fail, .v-malformed, .v-trigger-fired { color: var(--vscode-testing-iconFailed, #d1242f); }
.o-blocked, .o-frozen, .o-hold, .v-unknown, .v-stale, .v-missing, .v-pending, .v-soak, .v-freeze { color: var(--vscode-testing-iconQueued, #b08800); }
.phases { list-style: none; display: flex; margin: 0; padding: 0; }
.phases li { position: relative; padding: 1.1rem 2.5rem 0 0; display: flex; flex-direction: column; }
.phases li::before { content: ""; position: absolute; top: .3rem; left: 0; width: .6rem; height: .6rem; border-radius: 50%; border: 2px solid currentColor; background: currentColor; }
.phases li.ahead::before { background: none; }
.phases li:not(:last-child)::after { content: ""; position: absolute; top: .6rem; left: 1.1rem; right: .3rem; border-top: 2px solid currentColor; opacity: .5; }
.phases li.back { color: var(--vscode-testing-iconFailed, #d1242f); }
.phases li.go { color: var(--vscode-testing-iconPassed, #388a34); }
`;

const SCRIPT = `
const editor = acquireVsCodeApi();
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-file]");
  if (link) {
    event.preventDefault();
    editor.postMessage({ open: link.dataset.file, line: Number(link.dataset.line), column: Number(link.dataset.column) });
  }
});
`;
