/** Lenses above tests, where the server has none of its own, and the task that runs tests. */
import * as vscode from "vscode";
import { testsIn } from "./policy";
import { executable, folderOf } from "./tool";

/** The lenses of the extension itself. */
export class Lenses implements vscode.CodeLensProvider {
  private readonly event = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.event.event;

  /** `served` says whether the server shows lenses. */
  constructor(private readonly served: () => boolean) {}

  /** To be called when the answer may be another. */
  changed(): void {
    this.event.fire();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    if (this.served() || !vscode.workspace.getConfiguration("rolloutc").get("lenses", true)) {
      return [];
    }
    return testsIn(document.getText()).map(({ title, line }) => {
      const given = [document.uri, title];
      return new vscode.CodeLens(new vscode.Range(line, 0, line, 0), { title: "Run test", command: "rollout.runTest", arguments: given });
    });
  }
}

/** Runs the tests of a file, or those whose title has these words, in a terminal of their own. */
export async function runTests(document: vscode.TextDocument, title?: string): Promise<void> {
  if (document.isDirty && !(await document.save())) {
    return;
  }
  const words = ["test", document.uri.fsPath, ...(title === undefined ? [] : [`--filter=${title}`])];
  const process = new vscode.ProcessExecution(executable(), words, { cwd: folderOf(document) });
  const scope = vscode.workspace.getWorkspaceFolder(document.uri) ?? vscode.TaskScope.Workspace;
  const task = new vscode.Task({ type: "process" }, scope, title ?? "all tests", "rolloutc", process);
  task.group = vscode.TaskGroup.Test;
  task.presentationOptions = { clear: true, panel: vscode.TaskPanelKind.Dedicated, showReuseMessage: false };
  await vscode.tasks.executeTask(task);
}
