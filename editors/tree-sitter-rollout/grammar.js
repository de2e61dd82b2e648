/**
 * The shape of the `.rollout` language for editors. Follows grammar/rollout.pest rule by rule: an expression is one flat
 * list of operands and operators, a clause ends where the next begins. What needs a look ahead, or an eye on line ends,
 * is told apart by src/scanner.c.
 */

/// <reference types="tree-sitter-cli/dsl" />

/** One or more, with commas. */
const commas = (rule) => seq(rule, repeat(seq(",", rule)));
/** Any number, each perhaps with a comma behind it. */
const loose = (rule) => repeat(seq(rule, optional(",")));
/** A declaration's block. */
const block = (...clauses) => seq("{", repeat(choice(...clauses)), "}");
/** The same with commas where there are fields. */
const fieldBlock = ($, ...clauses) => seq("{", repeat(choice(seq($.field, optional(",")), ...clauses)), "}");
/** A declaration with a name, perhaps a title, and a block. */
const titled = ($, word, body) => seq(word, field("name", $.identifier), optional(field("title", $.text)), body);

const UNITS = [
  "us", "ms", "seconds", "minutes", "hours", "days", "percent", "bytes", "KiB", "MiB", "GiB", "TiB", "kB", "MB", "GB",
];
const STATES = [
  "present", "blank", "empty", "stale", "missing", "malformed", "mismatched", "future", "awaited", "unknown", "pass",
  "fail", "pending", "waived", "given",
];
const CAUSES = [
  "missing", "stale", "malformed", "future", "mismatched", "awaited", "inconclusive", "unknown", "pending", "waived",
  "empty", "expired",
];
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "day"];
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const COMPARISONS = ["==", "!=", "<", "<=", ">", ">="];
const SUMS = ["+", "-", "*", "/", "??", "minus"];

/** Tokens, what stands for one of several, and where a comma may be followed both ways. */
const PLAIN = [
  "declaration", "comment", "doc_comment", "identifier", "number", "clock", "_content", "_long_content", "escape", "hole",
  "_dot", "_member", "member",
];
/** Every rule takes what it can: what may go on with a clause belongs to it. */
const greedy = (rules) =>
  Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => [name, PLAIN.includes(name) ? rule : ($) => prec.right(rule($))]),
  );

module.exports = grammar({
  name: "rollout",

  word: ($) => $.identifier,

  // Marks without a length; the word itself follows. All but the last of them look at what comes.
  externals: ($) => [
    $._field_name, // a name with a colon directly behind it
    $._binder, // a name with `in` behind it, where a name may bind
    $._in_unit, // `in` before a unit word, on the line of what it converts
    $._in, // `in` on the line of its left side
    $._in_a_row,
    $._not_in,
    $._is,
    $._as,
    $._at_clock,
    $._observed_since,
    $._quantifier, // `all`, `any`, `none` before `of` or before a binder
    $._count, // `at least`, `at most`, `exactly` before a number and `of`
    $._measure, // `p95`, `avg` and the like before `of`
    $._last, // `last` before a count and `of`
    $._match,
    $._unknown, // `unknown` before a text
    $._newline, // a line end between two rows of a table
    $._cohort_tail, // nothing, before `soak`, `checks`, `after` on the line of a cohort
    $._where,
    $._colon, // the colon behind binders
    $._may_be_empty,
    $._over,
    $._with, // `with` before `at least`, behind a series
    $._by, // `by` behind `last N of x`
    $._since, // `since` behind a state
    $._binder_comma, // a comma before a binder
    $._operand_comma, // a comma inside `all of a, b`
    // Nothing, where the word or sign that follows does not go on with what stands before it. Whatever comes behind an
    // expression, the parser sees the same end, which keeps it small.
    $._expression_end,
    $._sum_end,
    $._operand_end,
    $._error, // never valid in a whole file: tells the scanner that the parser is recovering
  ],

  extras: ($) => [/[ \t\r\n]/, $.comment, $.doc_comment],

  conflicts: ($) => [[$.member]],

  inline: ($) => [$._then, $._call],

  supertypes: ($) => [$.declaration],

  rules: greedy({
    source_file: ($) => repeat($.declaration),

    declaration: ($) =>
      choice(
        $.edition, $.use, $.rollout, $.owners, $.enum, $.record, $.table, $.let, $.fn, $.param, $.folder, $.evidence,
        $.threshold, $.gate, $.group, $.approval, $.waivers, $.freeze, $.window, $.phase, $.trigger, $.rollback,
        $.switch, $.message, $.report, $.invariant, $.fixture, $.test, $.tests,
      ),

    // ------------------------------------------------------------ tokens

    comment: () => token(seq("//", optional(/[^\/\r\n][^\r\n]*/))),
    doc_comment: () => token(/\/\/\/[^\r\n]*/),
    identifier: () => /[A-Za-z_][A-Za-z0-9_]*/,
    number: () =>
      token(
        choice(
          /[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9](T[0-9:.]*(Z|[+-][0-9:]*)?)?/,
          /[0-9]([0-9A-Za-z_]|\.[0-9])*%?/,
        ),
      ),
    clock: () => /[0-9][0-9]?:[0-9][0-9]/,
    text: ($) =>
      choice(
        seq('"', repeat(choice($._content, $.escape, $.hole)), token.immediate('"')),
        seq('"""', repeat(choice($._long_content, $.escape, $.hole)), token.immediate(prec(3, '"""'))),
      ),
    _content: () => token.immediate(prec(1, /[^"\\{}\r\n]+|[{}]/)),
    _long_content: () => token.immediate(prec(1, /[^"\\{}]+|[{}"]/)),
    escape: () => token.immediate(prec(2, /\\[^\r\n]|\\u\{[0-9A-Fa-f]+\}|\{\{|\}\}/)),
    hole: () => token.immediate(prec(2, /\{[A-Za-z_][^{}"\r\n]*\}/)),
    boolean: () => choice("true", "false"),
    null: () => "null",
    unit: () => choice(...UNITS),
    _dot: () => token.immediate("."),
    _member: ($) => alias(token.immediate(/[A-Za-z_][A-Za-z0-9_]*/), $.identifier),

    // ------------------------------------------------------------ expressions

    expression: ($) => seq($._term, repeat(choice(seq($._operator, $._term), $.is_state)), $._expression_end),
    sum: ($) => seq($._term, repeat(seq($._sum_operator, $._term)), $._sum_end),
    _single: ($) => seq($._operand, $._operand_end),
    _term: ($) => seq($._operand, repeat($._tail)),

    _operator: ($) =>
      choice(
        ...COMPARISONS, $._sum_operator, "and", "or", seq($._in, "in"), seq($._not_in, "not", "in"), "matches",
        "covers", "exactly", seq("starts", "with"), seq("ends", "with"), seq("subset", "of"),
      ),
    _sum_operator: () => choice(...SUMS),

    is_state: ($) =>
      seq($._is, "is", optional("not"), $.state, optional(seq($._since, "since", $._single))),
    state: () => choice(...STATES),

    _tail: ($) => choice($.conversion, $.cast, $.at_clock, $.observed_since, $.plus),
    conversion: ($) => seq($._in_unit, "in", $.unit),
    cast: ($) => seq($._as, "as", field("type", choice("number", "int", "text", "ratio"))),
    at_clock: ($) => seq($._at_clock, "at", $.clock, "in", field("zone", $.text)),
    observed_since: ($) => seq($._observed_since, "observed", "since", $._single),
    plus: ($) => seq("plus", $._single, choice("day", "days", "month", "months", "year", "years")),

    _key_name: ($) => seq($._field_name, $.identifier),
    _bound_name: ($) => seq($._binder, $.identifier),

    _operand: ($) =>
      choice(
        $.quantified, $.match, $.last, $.series, $.unknown, $.unary, $.path, $.number, $.text, $.boolean, $.null,
        $.value, seq($.parenthesized, repeat($._attached)), seq($.list, repeat($._attached)),
      ),

    unary: ($) => seq(choice("-", "not"), $._operand),
    parenthesized: ($) => seq("(", $.expression, ")"),
    path: ($) => seq($.identifier, repeat($._attached)),
    _attached: ($) => choice($.member_of, $.index, $.arguments),
    member_of: ($) => seq($._dot, choice($._member, alias($._key, $.text))),
    _key: ($) => seq(token.immediate('"'), repeat(choice($._content, $.escape, $.hole)), token.immediate('"')),
    index: ($) => seq(token.immediate("["), commas($.expression), optional(","), "]"),
    arguments: ($) => seq(token.immediate("("), optional(seq(commas($._argument), optional(","))), ")"),
    _argument: ($) => choice($.expression, $.named_argument, $.comprehension),
    named_argument: ($) => seq(field("name", $._key_name), ":", $.expression),

    list: ($) =>
      seq("[", optional(seq(choice($.comprehension, commas($.expression)), optional(","))), "]"),
    value: ($) => seq("{", loose($.entry), "}"),
    entry: ($) =>
      choice(
        seq("...", $.path),
        seq(field("name", choice($._key_name, $.text)), ":", $.expression),
      ),

    quantified: ($) =>
      choice(
        seq($._quantifier, choice("all", "any", "none"), choice($.comprehension, seq("of", $._operands))),
        seq($._count, choice(seq("at", choice("least", "most")), "exactly"), $.number, "of", choice($.comprehension, $._operands)),
      ),
    _operands: ($) => seq($._single, repeat(seq($._operand_comma, ",", $._single))),
    comprehension: ($) => seq($.binding, optional(seq($._colon, ":", $.expression))),
    binding: ($) => seq($._binders, optional(seq($._where, "where", $.expression)), optional(seq($._may_be_empty, $.may_be_empty))),
    _binders: ($) => seq($.binder, repeat(seq($._binder_comma, ",", $.binder))),
    binder: ($) => seq(field("name", $._bound_name), "in", field("source", $.sum)),
    may_be_empty: () => seq("may", "be", "empty"),

    match: ($) => seq($._match, "match", $._single, "{", loose($.arm), "}"),
    arm: ($) => seq(choice("else", seq($.pattern, repeat(seq("or", $.pattern)))), "=>", $.expression),
    pattern: ($) => choice(seq(optional("-"), $.number), $.text, $.dotted, $.boolean, $.null),

    last: ($) =>
      seq($._last, "last", choice($.number, $.path), "of", $._single, optional(seq($._by, "by", $.dotted))),
    series: ($) =>
      seq(
          $._measure, field("measure", $.identifier), "of", $._single,
          optional(seq($._over, "over", $._single)), optional(alias($.series_samples, $.samples)),
        ),
    series_samples: ($) => seq($._with, "with", "at", "least", $.number, choice("samples", "sample")),
    samples: ($) => seq("with", "at", "least", $.number, choice("samples", "sample")),
    unknown: ($) => seq($._unknown, "unknown", $.text),

    // ------------------------------------------------------------ types and fields

    dotted: ($) => seq($.identifier, repeat(seq($._dot, $._member))),

    type: ($) =>
      seq(
          choice($.list_type, $.series_type, $.table_type, $.map_type, $.enum_type, $.fields, $.dotted, seq("(", $.type, ")")),
          optional("?"),
        ),
    list_type: ($) => seq("list", $.type),
    series_type: ($) => seq("series", $.type),
    table_type: ($) => seq("table", $.type, "by", field("key", $.identifier)),
    map_type: ($) => seq("map", $.type, optional(seq("named", field("key", $.identifier)))),
    enum_type: ($) => seq("enum", optional($.any_case), $.members),

    members: ($) => seq("{", loose($.member), "}"),
    member: ($) =>
      seq(field("name", $.identifier), optional(seq("=", commas($.text))), optional(seq("as", "unknown"))),
    any_case: () => seq("any", "case"),

    fields: ($) =>
      seq(
        "{",
        loose(
          choice(
            $.field, $.spread, $.fresh, $.observed, $.timeless, $.keys, $.about, $.since, $.may_be_empty,
            alias($.let, $.let_clause), $.closed,
          ),
        ),
        "}",
      ),
    field: ($) =>
      seq(field("name", $._key_name), ":", field("type", $.type), repeat($._field_tail)),
    _field_tail: ($) =>
      choice($.in_unit, $.at_line, $.at_path, $.default, $.min, $.max, "signed", $.any_case, seq("assume", "utc")),
    in_unit: ($) => seq($._in_unit, "in", $.unit),
    at_line: ($) => seq("at", "line", $.text),
    at_path: ($) => seq("at", $.json_path),
    json_path: ($) => commas_or($.json_keys),
    json_keys: ($) =>
      seq(
        choice($.identifier, alias("line", $.identifier), $.text),
        repeat(seq($._dot, choice($._member, alias($._key, $.text)))),
      ),
    default: ($) => seq("=", $.expression),
    min: ($) => seq("min", $.sum),
    max: ($) => seq("max", $.sum),

    spread: ($) => seq("...", $.dotted),
    fresh: ($) => seq("fresh", $.sum, optional(seq("warn", "until", $.sum))),
    timeless: () => "timeless",
    observed: ($) =>
      seq("observed", choice($.at_line, $.at_path, seq("with", $.identifier)), optional(seq("as", $.text))),
    keys: () => seq("keys", choice("camel", "kebab", "exact")),
    about: ($) => seq("about", $.dotted, optional($.at_path), optional($.in_unit)),
    since: () => seq("since", choice("cohort", "phase", "rollback")),
    closed: () => "closed",

    // ------------------------------------------------------------ declarations that name things

    edition: ($) => seq("edition", $.number),
    use: ($) => seq("use", choice(seq($.text, "as", field("name", $.identifier)), $.dotted)),
    rollout: ($) =>
      seq(
        "rollout", field("name", $.identifier), repeat(choice($.subject, $.per, field("title", $.text))),
        optional(block($.live, $.on_new_subject)),
      ),
    subject: ($) => seq("of", choice($.fields, $.identifier)),
    per: ($) => seq("per", field("name", $.identifier), "in", $._single),
    live: ($) => seq("live", "from", $.path),
    on_new_subject: ($) => seq("on", "new", "subject", $._then),
    _then: ($) => choice($.outcome_word, $.back_to),
    outcome_word: () => choice("restart", "finish", "stay", "halted", "halt", "hold", "blocked"),
    back_to: ($) => seq("rollback", $.dotted),
    owners: ($) => seq("owners", commas($.owner)),
    owner: ($) => seq(field("name", $.identifier), optional(seq("=", $.text))),
    enum: ($) => seq("enum", field("name", $.identifier), optional($.any_case), $.members),
    record: ($) => seq("record", field("name", $.identifier), optional($.keys), $.fields),
    table: ($) =>
      seq(
        "table", field("name", $.identifier), "by", field("key", $.identifier), "{", $.columns,
        repeat(seq($._newline, $.row)), "}",
      ),
    columns: ($) => repeat1($.column),
    column: ($) =>
      choice(
        field("name", $.identifier),
        seq(field("name", $._key_name), ":", field("type", $.type)),
      ),
    row: ($) => repeat1($.cell),
    cell: ($) =>
      choice(
        $.number, $.text, $.dotted, $.boolean, $.null, $.list,
        seq("-", optional(alias(token.immediate(/[0-9]([0-9A-Za-z_]|\.[0-9])*%?/), $.number))),
      ),
    let: ($) => seq("let", field("name", $.identifier), "=", $.expression),
    fn: ($) =>
      seq("fn", field("name", $.identifier), $.parameters, optional(seq(":", field("type", $.type))), "=", $.expression),
    parameters: ($) => seq(token.immediate("("), optional(seq(commas($.parameter), optional(","))), ")"),
    parameter: ($) => seq(field("name", $._key_name), ":", field("type", $.type)),
    param: ($) =>
      seq(
        "param", field("name", $._key_name), ":", field("type", $.type),
        repeat(choice($.default, $.env, $.min, $.max, $.only)),
      ),
    env: ($) => seq("env", $.text, optional($.in_unit)),
    only: ($) => seq("only", commas($.sum)),
    folder: ($) => seq("folder", field("name", $.identifier), "=", choice($.text, $.dotted)),
    evidence: ($) =>
      seq(
        "evidence",
        choice(
          field("name", $.identifier),
          seq(field("name", $._key_name), ":", field("type", $.type)),
        ),
        optional($.from), optional($.format), optional($.at_path), $.fields,
      ),
    from: ($) => seq("from", choice($.text, $._call, seq($.dotted, $.text))),
    _call: ($) => seq(field("function", $.dotted), $.arguments),
    format: ($) => seq("as", $.identifier),
    message: ($) => titled($, "message", fieldBlock($, $.message_text)),
    message_text: ($) => seq("text", $.text),
    report: ($) =>
      seq("report", field("name", $.identifier), "to", $.text, optional($.report_on), choice(seq("=", $.text), $.value)),
    report_on: ($) => seq("on", commas($.outcome)),
    outcome: () => choice("rollback", "halted", "blocked", "frozen", "hold", "advance", "complete"),

    // ------------------------------------------------------------ declarations that move a rollout

    threshold: ($) =>
      seq(
        "threshold", field("name", $.identifier), "=", $.sum, choice(...COMPARISONS), $.sum,
        optional(seq("warn", $.sum)), optional($.samples),
      ),
    gate: ($) =>
      seq(
        "gate", field("name", $.identifier), optional($.parameters), optional(field("level", choice("hard", "advisory"))),
        optional(field("title", $.text)),
        block(
          $.each, $.applies, $.pending, $.advisory_unless, $.advisory_until, alias($.let, $.let_clause), $.require,
          $.forbid, $.need,
        ),
      ),
    each: ($) => seq("each", $.binding, optional(seq("by", $.sum))),
    applies: ($) => seq("applies", "when", $.expression),
    pending: ($) => seq("pending", "while", $.expression),
    advisory_unless: ($) => seq("advisory", "unless", $.expression),
    advisory_until: ($) => seq("advisory", "until", $.sum),
    require: ($) => seq("require", $.expression, optional($._else_text)),
    forbid: ($) => seq("forbid", $.expression, optional($._else_text)),
    _else_text: ($) => seq("else", field("message", $.text)),
    need: ($) => seq("need", commas($.path)),
    group: ($) => seq("group", field("name", $.identifier), "=", $.expression),

    approval: ($) =>
      titled($, "approval", block($.by, $.from, alias($.fresh_for, $.fresh), $.people, $.within, $.stands)),
    by: ($) => seq("by", optional(seq($.quorum, "of")), commas($.identifier)),
    quorum: ($) => choice("all", "any", seq("at", "least", $.number)),
    fresh_for: ($) => seq("fresh", $.sum),
    people: ($) => seq("people", commas(choice("distinct", seq("not", $.identifier)))),
    within: ($) => seq("within", $.sum, optional($._else_do)),
    _else_do: ($) => seq("else", choice($._then, $.escalate)),
    escalate: ($) => seq("escalate", commas($.identifier)),
    stands: () => "stands",

    waivers: ($) =>
      seq(
        "waivers", field("name", $.identifier), "in", $.sum, optional(field("title", $.text)),
        block($.by, $.at_most, $.until_changes, $.until, $.warn_before, $.valid, $.cover),
      ),
    at_most: ($) => seq("at", "most", $.sum),
    until_changes: () => seq("until", "subject", "changes"),
    until: ($) => seq("until", $.sum),
    warn_before: ($) => seq("warn", $.sum, "before"),
    valid: ($) => seq("valid", $.expression, optional($._else_text)),
    cover: ($) =>
      seq(
        "cover", field("gate", $.dotted), optional($.arguments), optional($.cover_rows),
        optional(seq("also", "missing")), optional(seq("when", $.expression)),
      ),
    cover_rows: ($) => seq(token.immediate("["), commas($.identifier), optional(","), "]"),

    freeze: ($) => titled($, "freeze", block($._calendar, $.in_flight, $.except_when, $.except_by)),
    window: ($) => titled($, "window", block($._calendar)),
    _calendar: ($) =>
      choice($.from_through, $.on_days, $.while, $.during, $.every, $.monthly, $.yearly, $.zone, $.scope),
    from_through: ($) => seq("from", $.sum, "through", $.sum),
    on_days: ($) => seq("on", commas($.sum)),
    while: ($) => seq("while", $.expression),
    during: ($) => seq("during", $.binding, $._colon, ":", $.sum, "to", $.sum),
    every: ($) => seq("every", commas($.day), optional(seq($.clock, "to", optional($.day), $.clock))),
    day: () => choice(...DAYS),
    monthly: ($) => seq("monthly", choice("first", "last"), $.number, choice("day", "days")),
    yearly: ($) => seq("yearly", $.month, $.number, "through", $.month, $.number),
    month: () => choice(...MONTHS),
    zone: ($) => seq("in", $.text),
    in_flight: ($) => seq("in", "flight", $._then),
    scope: ($) =>
      seq(
        "scope",
        choice(seq("entering", commas($.identifier)), seq("cohorts", choice("to", "from"), $.sum), $.when),
      ),
    when: ($) => seq("when", $.expression),
    except_when: ($) => seq("except", "when", $.expression),
    except_by: ($) => seq("except", "by", $.dotted),

    phase: ($) =>
      seq(
        "phase", field("name", $.identifier), optional("final"), optional(field("title", $.text)),
        block(
          $.not_before, $.enter, $.entered_when, $.cohorts, $.cohort, $.soak, $.checks, $.on_red, $.clock_open, $.keep,
          $.leave, $.watch, $.within,
        ),
      ),
    not_before: ($) => seq("not", "before", $.sum),
    enter: ($) => seq("enter", commas($.item)),
    keep: ($) => seq("keep", commas($.item)),
    leave: ($) => seq("leave", commas($.item)),
    watch: ($) => seq("watch", commas($.item)),
    item: ($) => seq($.expression, optional("once")),
    entered_when: ($) => seq("entered", "when", $.expression),
    cohorts: ($) => seq("cohorts", choice(seq($.number, "to", $.number, "by", $.number), commas($.stop))),
    stop: ($) => choice($.number, seq(field("name", $.identifier), $.number), $.dotted),
    cohort: ($) => seq("cohort", $.stop, repeat(seq($._cohort_tail, choice($.soak, $.checks, $.after)))),
    soak: ($) => seq("soak", $.sum),
    checks: ($) => seq("checks", $.sum),
    after: ($) => seq("after", commas($.expression)),
    on_red: () => seq("on", "red", choice("pause", "restart")),
    clock_open: () => seq("clock", "open"),

    trigger: ($) =>
      titled(
        $, "trigger",
        block($.class, $.in_phases, $.scope, $.each_row, $.when, $.for, $.times, $.then, $.on_unknown),
      ),
    class: ($) => seq("class", $.identifier),
    in_phases: ($) => seq("in", commas($.identifier)),
    each_row: ($) => seq("each", $.binding),
    for: ($) => seq("for", $.sum),
    times: ($) => seq("times", $._single, optional(seq($._in_a_row, "in", "a", "row"))),
    then: ($) => seq("then", choice($._then, seq("throw", $.dotted))),
    on_unknown: () => seq("on", "unknown", choice("fire", "ignore")),

    rollback: ($) =>
      titled(
        $, "rollback",
        fieldBlock($, $.to, $.decide, $.finish, $.impact, $.step, $.check, $.log, $.verify, $.reenter),
      ),
    switch: ($) =>
      titled($, "switch", block(alias($.by_roles, $.by), $.run, $.recover, $.check, $.log, $.verify, $.reenter)),
    to: ($) => seq("to", $.identifier, optional(seq("at", $.number))),
    decide: ($) => seq("decide", "within", $.sum, optional($._else_do)),
    finish: ($) => seq("finish", "within", $.sum, optional($._else_do)),
    recover: ($) => seq("recover", "within", $.sum, optional($._else_do)),
    by_roles: ($) => seq("by", commas($.identifier)),
    impact: ($) => seq("impact", $.identifier, $.text),
    step: ($) =>
      seq("step", field("name", $.identifier), $.text, optional(alias($.by_roles, $.by)), optional($.run)),
    run: ($) => seq("run", $._call),
    check: ($) => seq("check", choice($.text, $.list, seq($.identifier, $.text))),
    log: ($) => seq("log", $.identifier, optional(seq("any", "order"))),
    verify: ($) => seq("verify", commas($.item)),
    reenter: ($) => seq("reenter", "when", $.expression),

    // ------------------------------------------------------------ declarations that try a policy

    invariant: ($) => seq("invariant", field("title", $.text), block($.never)),
    never: ($) => seq("never", $.event, "when", $.expression),
    event: ($) =>
      choice(
        seq("enter", $.identifier), seq("advance", optional(seq("to", $.place))),
        seq("rollback", optional(seq("by", $.dotted))), "halted", "blocked", "frozen", "hold", "complete",
      ),
    place: ($) => choice($.number, seq($.identifier, optional(seq("at", $.number)))),
    fixture: ($) => seq("fixture", field("name", $.identifier), "from", $.text),
    test: ($) => seq("test", field("title", $.text), block($._test_clause)),
    tests: ($) => seq("tests", optional($.at_instant), "{", repeat($.test_row), "}"),
    test_row: ($) => seq(field("title", $.text), repeat($._test_clause)),
    _test_clause: ($) =>
      choice($.for_key, $.at_instant, $.in_phase, $.given, $.expect, $.after_rollback, $.after_time),
    for_key: ($) => seq("for", choice($.number, $.text, $.identifier)),
    at_instant: ($) => seq("at", $.number),
    in_phase: ($) =>
      seq("in", $.identifier, optional(seq("at", $.number)), optional(seq("since", $.number))),
    after_rollback: ($) => seq("after", "rollback", $.dotted, "at", $.number),
    after_time: ($) => seq("after", $.number, optional("silent")),
    given: ($) => seq("given", choice(seq("evidence", $.text), $.dotted), optional($.with), optional($.without)),
    with: ($) => seq("with", "{", loose($.change), "}"),
    without: ($) => seq("without", commas($.path)),
    change: ($) => seq($.path, choice($.default, $.aged, $.change_about, $.change_from)),
    aged: ($) => seq("aged", $.number),
    change_about: ($) => seq("about", $.expression),
    change_from: ($) => seq("from", $.text),
    expect: ($) => seq("expect", $.result, optional($.because), optional($.warning)),
    result: ($) =>
      choice(
        seq("advance", optional(seq("to", $.place))), seq("rollback", optional(seq("by", $.dotted))),
        seq("exit", $.number), "halted", "blocked", "frozen", "hold", "complete",
      ),
    because: ($) => seq(optional("only"), "because", commas($.reason)),
    warning: ($) => seq("warning", commas($.reason)),
    reason: ($) => seq($.path, optional($.cause)),
    cause: ($) => choice(...CAUSES, seq("left", $.number)),
  }),
});

/** One or more, with `or`. */
function commas_or(rule) {
  return seq(rule, repeat(seq("or", rule)));
}
