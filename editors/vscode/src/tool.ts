/** Where `rolloutc` is, and how it is run. */
import { execFile } from "node:child_process";
import { homedir } from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";

/** What a run gave. A code of `null` says that it could not be started. */
export interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command that the settings name. */
export function executable(): string {
  const written = vscode.workspace.getConfiguration("rolloutc").get("path", "rolloutc").trim() || "rolloutc";
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  return written.replaceAll("${workspaceFolder}", folder).replace(/^~(?=\/|\\)/, homedir());
}

/** Runs it once, without a shell, and waits. */
export function run(words: readonly string[], folder: string): Promise<Answer> {
  const given = { cwd: folder, timeout: 30_000, maxBuffer: 64 * 1024 * 1024, windowsHide: true };
  return new Promise((done) => {
    execFile(executable(), [...words], given, (error, out, err) => {
      const failed = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      done({ code: failed, out, err: failed === null && err === "" ? String(error?.message ?? "") : err });
    });
  });
}

/** The folder of a document. */
export function folderOf(document: vscode.TextDocument): string {
  return path.dirname(document.uri.fsPath);
}
