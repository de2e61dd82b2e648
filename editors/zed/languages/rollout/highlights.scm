; Colours, with the names of Zed.
(comment) @comment
(doc_comment) @comment.doc

(text) @string
(escape) @string.escape
(hole) @string.special
(number) @number
(clock) @number
(unit) @type
(boolean) @constant
(null) @constant
(state) @constant
(day) @constant
(month) @constant

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
] @keyword
(expression "in" @keyword)
(expression "of" @keyword)
(conversion "in" @keyword)
(quantified ["any" "all" "none" "of" "at"] @keyword)
(cast "as" @keyword)

[ "==" "!=" "<" "<=" ">" ">=" "+" "-" "*" "/" "??" "=" "=>" "?" "..." ] @operator
[ "(" ")" "[" "]" "{" "}" ] @punctuation.bracket
[ "," ":" ] @punctuation.delimiter

; What decides.
(outcome) @constant
(outcome_word) @constant
(result ["advance" "rollback" "halted" "blocked" "frozen" "hold" "complete"] @constant)
(event ["advance" "rollback" "halted" "blocked" "frozen" "hold" "complete"] @constant)
(cause) @constant
(back_to "rollback" @keyword)
(rollback "rollback" @keyword)
(after_rollback "rollback" @keyword)

; Names where they are declared.
(rollout name: (identifier) @title)
(phase name: (identifier) @title)
(enum name: (identifier) @type)
(record name: (identifier) @type)
(fn name: (identifier) @function)
(gate name: (identifier) @function)
(field name: (identifier) @property)
(param name: (identifier) @variable)
(parameter name: (identifier) @variable)
(named_argument name: (identifier) @variable)
(entry name: (identifier) @property)
(column name: (identifier) @property)
(member name: (identifier) @constant)
(binder name: (identifier) @variable)

; Names where they are used.
(type (dotted (identifier) @type))
(spread (dotted (identifier) @type))
((type (dotted . (identifier) @type .))
  (#match? @type "^(bool|text|int|number|ratio|duration|bytes|version|instant|date|secret)$"))
(member_of (identifier) @property)
(json_keys (identifier) @property)
(path . (identifier) @function . (arguments))
(from function: (dotted (identifier) @function))
(run function: (dotted (identifier) @function))
(series measure: (identifier) @function)
((path . (identifier) @variable.special)
  (#match? @variable.special "^(as_of|subject|phase|cohort|entered_at|decision|owners|waivers)$"))
