// The bundle as the editor loads it, with an editor that only takes notes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
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

function editor(trusted) {
  const seen = { commands: [], lenses: [], shown: [] };
  const configuration = { get: (name, fallback) => (name === "path" ? "/nowhere/rolloutc" : fallback) };
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
      registerTextDocumentContentProvider: () => gone,
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

async function load(trusted) {
  const { seen, vscode } = editor(trusted);
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
