/** What is asked of `rolloutc eval`, and what its answer says. */
import type { Decision } from "./view";

/** One question: a policy, the evidence, where the rollout stands, and the instant. */
export interface Ask {
  readonly policy: string;
  readonly evidence: string | undefined;
  /** The state to go on from; never written. */
  readonly state: string | undefined;
  /** An instant with an offset; the clock when absent. */
  readonly at: string | undefined;
}

/** The arguments that ask it. A decision asked from the editor changes nothing. */
export function command(ask: Ask): string[] {
  const words = ["eval", ask.policy, "--format", "json"];
  if (ask.evidence !== undefined) {
    words.push("--evidence", ask.evidence);
  }
  words.push(...(ask.state === undefined ? ["--start"] : ["--state", ask.state, "--dry-run"]));
  if (ask.at !== undefined) {
    words.push("--as-of", ask.at);
  }
  return words;
}

/** The decisions in an answer: one, or one for each key; nothing where it holds none. */
export function read(out: string): Decision[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(out);
  } catch {
    return undefined;
  }
  if (typeof document !== "object" || document === null) {
    return undefined;
  }
  const members = document as Record<string, unknown>;
  if (members["rolloutc.decision"] === 1) {
    return [document as Decision];
  }
  if (members["rolloutc.decisions"] === 1 && Array.isArray(members["decisions"])) {
    return members["decisions"] as Decision[];
  }
  return undefined;
}
