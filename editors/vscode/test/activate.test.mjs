// The bundle as the editor loads it, with an editor that only takes notes.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const require = createRequire(import.meta.url);

/** Everything that an editor of the oldest version has. */
const types = readFileSync(require.resolve("@types/vscode/index.d.ts"), "utf8");
const NAMES = [...types.matchAll(/^\texport (?:abstract )?(?:class|enum|namespace|function|const) (\w+)/gm)].map((found) => found[1]);

/** Anything: a class, a function, an object of such things. */
function anything(known = {}) {
  const kept = new Map(Object.entries(known));
  return new Proxy(class {}, {
    get(target, name) {
      if (name === "prototype" || typeof name === "symbol") {
        return target[name];
      }
      if (!kept.has(name)) {
        kept.set(name, anything());
      }
      return kept.get(name);
    },
    apply: () => anything({ dispose: () => {} }),
  });
}

function editor(trusted, server) {
  const seen = { commands: [], lenses: [], shown: [], texts: {} };
  const configuration = { get: (name, fallback) => (name === "path" ? server : fallback) };
  const gone = { dispose: () => {} };
  const known = {
    version: "1.82.0",
    EventEmitter: class {
      event = () => gone;
      fire() {}
      dispose() {}
    },
    commands: anything({
      registerCommand: (name) => {
        seen.commands.push(name);
        return gone;
      },
      executeCommand: async () => undefined,
    }),
    languages: anything({
      registerCodeLensProvider: (_, provider) => {
        seen.lenses.push(provider);
        return gone;
      },
    }),
    workspace: anything({
      isTrusted: trusted,
      getConfiguration: () => configuration,
      onDidSaveTextDocument: () => gone,
      registerTextDocumentContentProvider: (scheme, provider) => {
        seen.texts[scheme] = provider;
        return gone;
      },
      workspaceFolders: [],
      textDocuments: [],
      onDidChangeConfiguration: () => gone,
      onDidGrantWorkspaceTrust: () => gone,
    }),
    window: anything({
      createOutputChannel: () => ({ ...gone, appendLine: () => {}, append: () => {}, show: () => {} }),
      showErrorMessage: async (message) => void seen.shown.push(message),
    }),
    Range: class {
      constructor(line) {
        this.line = line;
      }
    },
    CodeLens: class {
      constructor(range, command) {
        Object.assign(this, { range, command });
      }
    },
  };
  const vscode = Object.fromEntries(NAMES.map((name) => [name, known[name] ?? anything()]));
  return { seen, vscode };
}

async function load(trusted, server = "/nowhere/rolloutc") {
  const { seen, vscode } = editor(trusted, server);
  const original = Module._load;
  Module._load = (name, ...rest) => (name === "vscode" ? vscode : original(name, ...rest));
  try {
    const path = require.resolve("../out/extension.js");
    delete require.cache[path];
    const extension = require(path);
    const context = { subscriptions: [], workspaceState: { get: (_, fallback) => fallback, update: async () => {} } };
    await extension.activate(context);
    return { seen, extension, context };
  } finally {
    Module._load = original;
  }
}

test("every command of the manifest is answered, and nothing is started in a folder that nobody trusts", async () => {
  const { seen, extension } = await load(false);
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  assert.deepEqual(seen.commands.sort(), manifest.contributes.commands.map((one) => one.command).sort());
  assert.deepEqual(seen.shown, []);
  await extension.deactivate();
});

test("tests have lenses where no server has them", async () => {
  const { seen } = await load(false);
  const document = { uri: "file:///p.rollout", getText: () => 'edition 2026\n\ntest "late" {\n}\n' };
  const [lens] = seen.lenses[0].provideCodeLenses(document);
  assert.equal(lens.range.line, 2);
  assert.deepEqual(lens.command.arguments, ["file:///p.rollout", "late"]);
  assert.equal(lens.command.command, "rollout.runTest");
});

/** A server that answers what it is asked for a text, and notes what it was told at the start. */
const SERVER = `#!${process.execPath}
const { writeFileSync } = require("node:fs");
let rest = Buffer.alloc(0);
process.stdin.on("data", (more) => {
  rest = Buffer.concat([rest, more]);
  for (;;) {
    const head = /^Content-Length: (\\d+)\\r\\n(?:.*\\r\\n)*?\\r\\n/.exec(rest.toString("latin1"));
    if (head === null || rest.length < head[0].length + Number(head[1])) return;
    const end = head[0].length + Number(head[1]);
    const message = JSON.parse(rest.subarray(head[0].length, end).toString());
    rest = rest.subarray(end);
    if (message.method === "initialize") writeFileSync(__dirname + "/told.json", JSON.stringify(message.params));
    if (message.method === "exit") process.exit(0);
    if (message.id === undefined || message.method === undefined) continue;
    const result = { initialize: { capabilities: {} }, "rolloutc/text": "// " + message.params?.uri }[message.method] ?? null;
    const body = JSON.stringify({ jsonrpc: "2.0", id: message.id, result });
    process.stdout.write("Content-Length: " + Buffer.byteLength(body) + "\\r\\n\\r\\n" + body);
  }
});
`;

test("the server may lead to its own texts, and they are shown", { skip: process.platform === "win32" }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "rollout-"));
  try {
    const server = join(folder, "rolloutc.cjs");
    writeFileSync(server, SERVER, { mode: 0o755 });
    const { seen, extension } = await load(true, server);
    assert.deepEqual(seen.shown, []);
    const told = JSON.parse(readFileSync(join(folder, "told.json"), "utf8"));
    assert.equal(told.initializationOptions.texts, true);
    for (const kind of ["inlayHint", "codeLens", "semanticTokens"]) {
      assert.equal(told.capabilities.workspace[kind].refreshSupport, true, kind);
    }
    assert.ok(told.capabilities.textDocument.codeAction.resolveSupport.properties.includes("edit"));
    assert.ok(told.capabilities.workspace.workspaceEdit.changeAnnotationSupport);
    const uri = { toString: () => "rolloutc:/std/slo.rollout" };
    assert.equal(await seen.texts.rolloutc.provideTextDocumentContent(uri), "// rolloutc:/std/slo.rollout");
    await extension.deactivate();
    assert.equal(await seen.texts.rolloutc.provideTextDocumentContent(uri), "");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
