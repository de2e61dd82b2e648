/** The extension: starts the language server, and answers the commands of package.json. */
import * as vscode from "vscode";
import { LanguageClient, Trace, TransportKind } from "vscode-languageclient/node";
import { Decisions } from "./decisions";
import { Lenses, runTests } from "./lenses";
import { testAt } from "./policy";
import { executable } from "./tool";

let client: LanguageClient | undefined;
let output: vscode.OutputChannel | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  output = vscode.window.createOutputChannel("Rollout policies");
  const decisions = new Decisions(context);
  const lenses = new Lenses(() => client?.initializeResult?.capabilities.codeLensProvider !== undefined);
  const here = () => vscode.window.activeTextEditor?.document;
  const on = (name: string, run: (...given: never[]) => unknown) =>
    context.subscriptions.push(vscode.commands.registerCommand(`rollout.${name}`, run));

  context.subscriptions.push(output, decisions, vscode.languages.registerCodeLensProvider({ language: "rollout", scheme: "file" }, lenses));
  on("decide", () => decisions.ask(here()));
  on("decideAgain", () => decisions.again());
  on("runTest", async (uri?: vscode.Uri, title?: string) => {
    const editor = vscode.window.activeTextEditor;
    const document = uri === undefined ? editor?.document : await vscode.workspace.openTextDocument(uri);
    const wanted = title ?? (editor && document && testAt(document.getText(), editor.selection.active.line)?.title);
    if (document === undefined || wanted === undefined) {
      void vscode.window.showInformationMessage("Put the cursor into a test first.");
      return;
    }
    await runTests(document, wanted);
  });
  on("runTests", async (uri?: vscode.Uri) => {
    const document = uri === undefined ? here() : await vscode.workspace.openTextDocument(uri);
    if (document !== undefined) {
      await runTests(document);
    }
  });
  on("restart", () => restart());
  on("showOutput", () => output?.show());
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("rolloutc.path")) {
        await restart();
      } else if (event.affectsConfiguration("rolloutc.trace.server")) {
        await client?.setTrace(trace());
      } else if (event.affectsConfiguration("rolloutc.lenses")) {
        lenses.changed();
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => restart()),
  );
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider("rolloutc", {
      provideTextDocumentContent: async (uri) => (await client?.sendRequest<string | null>("rolloutc/text", { uri: uri.toString() })) ?? "",
    }),
  );
  await start();
  lenses.changed();
}

export async function deactivate(): Promise<void> {
  await stop();
}

async function start(): Promise<void> {
  if (!vscode.workspace.isTrusted || output === undefined) {
    return;
  }
  const command = executable();
  const run = { command, args: ["lsp"], transport: TransportKind.stdio };
  client = new LanguageClient("rolloutc", "Rollout policies", run, {
    documentSelector: ["file", "untitled"].map((scheme) => ({ language: "rollout", scheme })),
    outputChannel: output,
    // The server may lead to its own texts: modules it carries, pages of findings.
    initializationOptions: { texts: true },
    synchronize: { configurationSection: "rolloutc", fileEvents: vscode.workspace.createFileSystemWatcher("**/{*.rollout,rollout.toml}") },
    markdown: { isTrusted: false, supportHtml: false },
    middleware: {
      // What a command of the server answers is shown: a decision in its view, a text in the channel.
      executeCommand: async (name, given, next) => show(await next(name, given), given[0]),
    },
  });
  try {
    await client.start();
    await client.setTrace(trace());
  } catch (error) {
    client = undefined;
    const choice = await vscode.window.showErrorMessage(
      `rolloutc could not be started as \`${command}\`: ${error instanceof Error ? error.message : String(error)}`,
      "Open the Setting",
    );
    if (choice !== undefined) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "rolloutc.path");
    }
  }
}

async function stop(): Promise<void> {
  const last = client;
  client = undefined;
  // A server that never came up cannot be stopped, and needs not to be.
  await last?.stop().catch(() => undefined);
}

async function restart(): Promise<void> {
  await stop();
  await start();
}

function show(answer: unknown, uri: unknown): unknown {
  if (typeof answer === "string" && answer !== "" && output !== undefined) {
    output.appendLine(answer);
    output.show(true);
  } else if (answer !== null && typeof answer === "object") {
    Decisions.show(answer, typeof uri === "string" ? vscode.Uri.parse(uri).fsPath : undefined);
  }
  return answer;
}

function trace(): Trace {
  return Trace.fromString(vscode.workspace.getConfiguration("rolloutc").get("trace.server", "off"));
}
