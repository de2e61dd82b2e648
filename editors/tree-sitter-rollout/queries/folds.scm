; What folds: the block of every declaration that is written on more than one line, and long brackets.
[
  (rollout) (enum) (record) (table) (evidence) (gate) (approval) (waivers) (freeze) (window) (phase) (trigger)
  (rollback) (switch) (message) (report) (invariant) (test) (tests)
  (fields) (members) (list) (value) (match) (arguments) (with) (text)
] @fold
