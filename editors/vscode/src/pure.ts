/** What needs no editor, and so is tried without one. */
export { page, failure, time, type Decision, type Reason, type Span } from "./view";
export { read, type Ask, command } from "./ask";
export { testAt, testsIn, fixturesIn, type Titled } from "./policy";
