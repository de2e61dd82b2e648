/** What the extension itself finds in the text of a policy: tests and fixtures, by their first line. */

/** A test and the line it begins on. */
export interface Titled {
  readonly title: string;
  readonly line: number;
}

const TEXT = /"((?:[^"\\\n]|\\.)*)"/;
const TEST = new RegExp(`^test[ \\t]+${TEXT.source}`);
const ROW = new RegExp(`^[ \\t]+${TEXT.source}[ \\t]`);
const FIXTURE = new RegExp(`^fixture[ \\t]+[A-Za-z_]\\w*[ \\t]+from[ \\t]+${TEXT.source}`);

/** The tests of a file in order, those in a table of tests too. */
export function testsIn(text: string): Titled[] {
  const found: Titled[] = [];
  let table = false;
  let long = false;
  for (const [line, content] of text.split(/\r?\n/).entries()) {
    const within = long;
    if ((content.split('"""').length - 1) % 2 === 1) {
      long = !long;
    }
    if (within) {
      continue;
    }
    if (/^[A-Za-z]/.test(content)) {
      table = /^tests\b(?!:)/.test(content);
    }
    const title = (TEST.exec(content) ?? (table ? ROW.exec(content) : null))?.[1];
    if (title !== undefined) {
      found.push({ title: plain(title), line });
    }
  }
  return found;
}

/** The test that a line belongs to: the last one that begins at or above it, unless another declaration began. */
export function testAt(text: string, line: number): Titled | undefined {
  const lines = text.split(/\r?\n/);
  const test = testsIn(text).filter((test) => test.line <= line).pop();
  if (test === undefined) {
    return undefined;
  }
  const between = lines.slice(test.line + 1, line + 1);
  return between.some((content) => /^[A-Za-z]/.test(content)) ? undefined : test;
}

/** The folders that a policy names as fixtures, as written. */
export function fixturesIn(text: string): string[] {
  return text.split(/\r?\n/).flatMap((content) => {
    const path = FIXTURE.exec(content)?.[1];
    return path === undefined ? [] : [plain(path)];
  });
}

/** A text without its escapes. */
function plain(text: string): string {
  return text.replace(/\\(u\{([0-9A-Fa-f]+)\}|.)/g, (_, whole: string, code: string | undefined) => {
    if (code !== undefined) {
      const point = Number.parseInt(code, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : "";
    }
    return whole === "n" ? "\n" : whole === "t" ? "\t" : whole;
  });
}
