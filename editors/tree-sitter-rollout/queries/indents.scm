; Two blanks inside every bracket that is open at the end of a line.
[
  (rollout) (table) (gate) (approval) (waivers) (freeze) (window) (phase) (trigger) (rollback) (switch) (message)
  (invariant) (test) (tests) (fields) (members) (list) (value) (match) (arguments) (parameters) (index) (parenthesized)
  (with)
] @indent.begin
[ "}" "]" ")" ] @indent.branch @indent.end
(text) @indent.auto
(comment) @indent.auto
