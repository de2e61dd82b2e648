/** The decision view: asks which evidence, runs `rolloutc eval`, shows the answer, and again after each save. */
import { randomBytes } from "node:crypto";
import * as path from "node:path";
import * as vscode from "vscode";
import { command, read, type Ask } from "./ask";
import { fixturesIn } from "./policy";
import { folderOf, run } from "./tool";
import { failure, page, type Decision } from "./view";

interface Choice extends vscode.QuickPickItem {
  readonly path?: string | undefined;
  readonly browse?: "folder" | "file";
}

export class Decisions implements vscode.Disposable {
  private static shown: Decisions | undefined;
  private panel: vscode.WebviewPanel | undefined;
  private last: Ask | undefined;
  /** The policy that the view speaks of. */
  private policy: string | undefined;
  /** Counts questions, so that a slow answer never replaces a newer one. */
  private asked = 0;
  private readonly watching: vscode.Disposable;

  constructor(private readonly context: vscode.ExtensionContext) {
    Decisions.shown = this;
    this.watching = vscode.workspace.onDidSaveTextDocument((document) => {
      const name = document.uri.fsPath;
      const mine = document.languageId === "rollout" || (this.last?.evidence !== undefined && name.startsWith(this.last.evidence));
      if (mine && this.panel?.visible === true && this.policy === this.last?.policy) {
        void this.again();
      }
    });
  }

  dispose(): void {
    this.watching.dispose();
    this.panel?.dispose();
    Decisions.shown = undefined;
  }

  /** Shows what a command of the server answered about a policy, where it is a decision. */
  static show(answer: object, policy: string | undefined): void {
    const decisions = read(JSON.stringify(answer));
    const view = Decisions.shown;
    if (decisions !== undefined && view !== undefined) {
      view.asked += 1;
      view.policy = policy;
      view.draw(decisions);
    }
  }

  /** Asks for evidence, state and instant, and decides. */
  async ask(document: vscode.TextDocument | undefined): Promise<void> {
    if (document === undefined || document.languageId !== "rollout" || document.uri.scheme !== "file") {
      void vscode.window.showInformationMessage("Open a policy first.");
      return;
    }
    const folder = folderOf(document);
    const evidence = await pick("Evidence: a folder, or a bundle", [
      ...fixturesIn(document.getText()).map((name) => ({ label: name, description: "fixture", path: path.resolve(folder, name) })),
      ...this.recent("evidence", document),
      { label: "A folder…", browse: "folder" },
      { label: "A bundle…", browse: "file" },
      { label: "None", description: "every item is missing", path: undefined },
    ]);
    if (evidence === undefined) {
      return;
    }
    const state = await pick("State to go on from; it is not changed", [
      { label: "From the start", path: undefined },
      ...this.recent("state", document),
      { label: "A state file…", browse: "file" },
    ]);
    if (state === undefined) {
      return;
    }
    const at = await vscode.window.showInputBox({
      prompt: "The instant to decide for; empty is now",
      placeHolder: "2026-03-01T09:00Z",
      validateInput: (text) =>
        text === "" || /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text) ? undefined : "An instant has an offset or Z: 2026-03-01T09:00Z",
    });
    if (at === undefined) {
      return;
    }
    if (document.isDirty && !(await document.save())) {
      return;
    }
    await this.remember("evidence", document, evidence.path);
    await this.remember("state", document, state.path);
    this.last = { policy: document.uri.fsPath, evidence: evidence.path, state: state.path, at: at === "" ? undefined : at };
    await this.again();
  }

  /** Asks the last question once more. */
  async again(): Promise<void> {
    const ask = this.last;
    if (ask === undefined || !vscode.workspace.isTrusted) {
      return;
    }
    const turn = ++this.asked;
    this.policy = ask.policy;
    const answer = await run(command(ask), path.dirname(ask.policy));
    if (turn !== this.asked) {
      return;
    }
    const decisions = read(answer.out);
    this.draw(decisions ?? (answer.err.trim() || `rolloutc ended with ${answer.code ?? "no code"}`));
  }

  private draw(content: readonly Decision[] | string): void {
    const frame = { nonce: randomBytes(16).toString("hex"), zone: vscode.workspace.getConfiguration("rolloutc").get("timeZone", "") };
    const panel = this.open();
    panel.webview.html = typeof content === "string" ? failure(content, frame) : page(content, frame);
    void vscode.commands.executeCommand("setContext", "rollout.decided", true);
  }

  private open(): vscode.WebviewPanel {
    if (this.panel !== undefined) {
      this.panel.reveal(undefined, true);
      return this.panel;
    }
    const beside = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel("rollout.decision", "Decision", beside, { enableScripts: true, localResourceRoots: [] });
    panel.webview.onDidReceiveMessage((message: unknown) => this.goTo(message));
    panel.onDidDispose(() => (this.panel = undefined));
    this.panel = panel;
    return panel;
  }

  /** Opens the place that a link of the view names; files start at the policy's folder. */
  private async goTo(message: unknown): Promise<void> {
    const { open, line, column } = message as { open?: unknown; line?: unknown; column?: unknown };
    const policy = this.policy;
    if (typeof open !== "string" || typeof line !== "number" || typeof column !== "number" || policy === undefined) {
      return;
    }
    const file = vscode.Uri.file(path.resolve(path.dirname(policy), open));
    const at = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
    await vscode.window.showTextDocument(file, { selection: new vscode.Range(at, at), viewColumn: vscode.ViewColumn.One });
  }

  private key(kind: string, document: vscode.TextDocument): string {
    return `${kind}:${document.uri.toString()}`;
  }

  private recent(kind: string, document: vscode.TextDocument): Choice[] {
    const paths = this.context.workspaceState.get<string[]>(this.key(kind, document), []);
    return paths.map((name) => ({ label: vscode.workspace.asRelativePath(name), description: "used before", path: name }));
  }

  private async remember(kind: string, document: vscode.TextDocument, name: string | undefined): Promise<void> {
    if (name !== undefined) {
      const key = this.key(kind, document);
      const before = this.context.workspaceState.get<string[]>(key, []).filter((other) => other !== name);
      await this.context.workspaceState.update(key, [name, ...before].slice(0, 5));
    }
  }
}

async function pick(placeHolder: string, choices: Choice[]): Promise<{ path: string | undefined } | undefined> {
  const chosen = await vscode.window.showQuickPick(choices, { placeHolder });
  if (chosen?.browse === undefined) {
    return chosen && { path: chosen.path };
  }
  const folders = chosen.browse === "folder";
  const found = await vscode.window.showOpenDialog({ canSelectFolders: folders, canSelectFiles: !folders, canSelectMany: false });
  return found?.[0] && { path: found[0].fsPath };
}
