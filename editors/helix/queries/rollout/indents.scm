; Two blanks inside every bracket.
[
  (rollout) (table) (gate) (approval) (waivers) (freeze) (window) (phase) (trigger) (rollback) (switch) (message)
  (invariant) (test) (tests) (fields) (members) (list) (value) (match) (arguments) (parameters) (index) (parenthesized)
  (with)
] @indent

[ "}" "]" ")" ] @outdent
