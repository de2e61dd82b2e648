; Colours, with the scopes of Helix.
(comment) @comment
(doc_comment) @comment.block.documentation

(text) @string
(escape) @constant.character.escape
(hole) @string.special
(number) @constant.numeric
(clock) @constant.numeric
(unit) @type.builtin
(boolean) @constant.builtin
(null) @constant.builtin
(state) @constant.builtin
(day) @constant.builtin
(month) @constant.builtin

[
  "edition" "use" "rollout" "owners" "enum" "record" "table" "let" "fn" "param" "folder" "evidence" "threshold" "gate"
  "group" "approval" "waivers" "freeze" "window" "phase" "trigger" "switch" "message" "report" "invariant" "fixture"
  "test" "tests"
] @keyword

; Clauses, and the words inside them.
[
  "about" "advisory" "aged" "also" "any" "applies" "as" "assume" "at" "be" "because" "before" "by" "camel" "case"
  "changes" "check" "checks" "class" "clock" "closed" "cohort" "cohorts" "cover" "decide" "distinct" "during" "each"
  "empty" "enter" "entered" "entering" "env" "escalate" "every" "exact" "except" "exit" "expect" "final" "finish"
  "flight" "for" "forbid" "fresh" "from" "given" "hard" "impact" "in" "kebab" "keep" "keys" "leave" "left" "line" "live"
  "log" "max" "may" "min" "missing" "monthly" "named" "need" "never" "new" "of" "on" "once" "only" "open" "order" "over"
  "people" "per" "pending" "recover" "red" "reenter" "require" "row" "run" "sample" "samples" "scope" "signed" "silent"
  "since" "soak" "stands" "step" "subject" "then" "through" "throw" "timeless" "times" "to" "unknown" "unless" "until"
  "utc" "valid" "verify" "warn" "warning" "watch" "when" "while" "with" "within" "without" "yearly"
] @keyword
"else" @keyword
"match" @keyword

; What words ask of an expression.
[
  "and" "or" "not" "is" "matches" "covers" "exactly" "starts" "ends" "subset" "minus" "plus" "all" "none" "least" "most"
  "where" "observed" "last"
] @keyword.operator
(expression "in" @keyword.operator)
(expression "of" @keyword.operator)
(conversion "in" @keyword.operator)
(quantified ["any" "all" "none" "of" "at"] @keyword.operator)
(cast "as" @keyword.operator)

[ "==" "!=" "<" "<=" ">" ">=" "+" "-" "*" "/" "??" "=" "=>" "?" "..." ] @operator
[ "(" ")" "[" "]" "{" "}" ] @punctuation.bracket
[ "," ":" ] @punctuation.delimiter

; What decides.
(outcome) @constant.builtin
(outcome_word) @constant.builtin
(result ["advance" "rollback" "halted" "blocked" "frozen" "hold" "complete"] @constant.builtin)
(event ["advance" "rollback" "halted" "blocked" "frozen" "hold" "complete"] @constant.builtin)
(cause) @constant.builtin
(back_to "rollback" @keyword)
(rollback "rollback" @keyword)
(after_rollback "rollback" @keyword)

; Names where they are declared.
(rollout name: (identifier) @namespace)
(phase name: (identifier) @namespace)
(enum name: (identifier) @type)
(record name: (identifier) @type)
(fn name: (identifier) @function)
(gate name: (identifier) @function)
(field name: (identifier) @variable.other.member)
(param name: (identifier) @variable.parameter)
(parameter name: (identifier) @variable.parameter)
(named_argument name: (identifier) @variable.parameter)
(entry name: (identifier) @variable.other.member)
(column name: (identifier) @variable.other.member)
(member name: (identifier) @type.enum.variant)
(binder name: (identifier) @variable.parameter)

; Names where they are used.
(type (dotted (identifier) @type))
(spread (dotted (identifier) @type))
((type (dotted . (identifier) @type.builtin .))
  (#match? @type.builtin "^(bool|text|int|number|ratio|duration|bytes|version|instant|date|secret)$"))
(member_of (identifier) @variable.other.member)
(json_keys (identifier) @variable.other.member)
(path . (identifier) @function . (arguments))
(from function: (dotted (identifier) @function))
(run function: (dotted (identifier) @function))
(series measure: (identifier) @function.builtin)
((path . (identifier) @variable.builtin)
  (#match? @variable.builtin "^(as_of|subject|phase|cohort|entered_at|decision|owners|waivers)$"))
