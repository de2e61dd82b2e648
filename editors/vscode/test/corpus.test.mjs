// The grammar against policies that nobody wrote for it: every declaration is found where it stands, and nowhere else.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const { Registry, INITIAL, parseRawGrammar } = require("vscode-textmate");
const onig = require("vscode-oniguruma");

const here = fileURLToPath(new URL("..", import.meta.url));
const project = join(here, "../..");
await onig.loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")).buffer);
const registry = new Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new onig.OnigScanner(patterns),
    createOnigString: (text) => new onig.OnigString(text),
  }),
  loadGrammar: async () => {
    const path = join(here, "syntaxes/rollout.tmLanguage.json");
    return parseRawGrammar(readFileSync(path, "utf8"), path);
  },
});
const grammar = await registry.loadGrammar("source.rollout");

/** The policies below a folder. */
function policies(folder) {
  return readdirSync(join(project, folder), { recursive: true })
    .filter((name) => name.endsWith(".rollout"))
    .sort()
    .map((name) => join(folder, name));
}

/** Each line of a text with its tokens: their words and their scopes. */
function lines(text) {
  let stack = INITIAL;
  return text.split("\n").map((line) => {
    const { tokens, ruleStack, stoppedEarly } = grammar.tokenizeLine(line, stack, 2000);
    assert.equal(stoppedEarly, false, line);
    stack = ruleStack;
    return { line, tokens: tokens.map((token) => ({ word: line.slice(token.startIndex, token.endIndex), scopes: token.scopes.join(" ") })) };
  });
}

const corpus = ["examples", "stdlib"].flatMap(policies);

test("there is a corpus", () => assert.ok(corpus.length > 25, corpus.join(" ")));

for (const path of corpus) {
  test(`${path} is coloured as it is written`, () => {
    let long = false;
    for (const { line, tokens } of lines(readFileSync(join(project, path), "utf8"))) {
      const within = long;
      long = (line.split('"""').length - 1) % 2 === 1 ? !long : long;
      const declared = tokens.filter((token) => token.scopes.includes("keyword.declaration"));
      if (!within && /^[a-z]/.test(line)) {
        assert.equal(declared.length, 1, line);
        assert.ok(line.startsWith(declared[0].word), line);
      } else {
        assert.deepEqual(declared, [], line);
      }
      for (const { word, scopes } of tokens) {
        if (/ comment\./.test(scopes)) {
          assert.ok(line.includes("//"), line);
        } else if (/^[A-Za-z_]\w*$/.test(word) && line.includes(`${word}:`) && /member/.test(scopes)) {
          assert.doesNotMatch(scopes, /keyword/, line);
        }
      }
      // A line that is not inside a long text leaves no text open.
      if (!long && !within) {
        assert.doesNotMatch(tokens.at(-1).scopes, /quoted\.triple(?!.*punctuation)/, line);
      }
    }
  });
}

/** A clause word opens nearly every line of a block that is not a field: count those that do not. */
test("clause words are found at the head of a line", () => {
  const heads = { gate: /^ {2}(require|forbid|each|need|let)\b/, phase: /^ {2}(enter|keep|leave|cohorts|soak|watch)\b/ };
  let seen = 0;
  for (const path of corpus) {
    let of = "";
    for (const { line, tokens } of lines(readFileSync(join(project, path), "utf8"))) {
      of = /^[a-z]+/.exec(line)?.[0] ?? of;
      const head = heads[of]?.exec(line)?.[1];
      if (head !== undefined) {
        seen += 1;
        assert.match(tokens.find((token) => token.word.trim() === head)?.scopes ?? "", /keyword\.control\.clause/, line);
      }
    }
  }
  assert.ok(seen > 200, `${seen}`);
});
