; Every declaration that has a name or a title.
(rollout "rollout" @context name: (identifier) @name) @item
(enum "enum" @context name: (identifier) @name) @item
(record "record" @context name: (identifier) @name) @item
(table "table" @context name: (identifier) @name) @item
(let "let" @context name: (identifier) @name) @item
(fn "fn" @context name: (identifier) @name) @item
(param "param" @context name: (identifier) @name) @item
(folder "folder" @context name: (identifier) @name) @item
(evidence "evidence" @context name: (identifier) @name) @item
(threshold "threshold" @context name: (identifier) @name) @item
(gate "gate" @context name: (identifier) @name) @item
(group "group" @context name: (identifier) @name) @item
(approval "approval" @context name: (identifier) @name) @item
(waivers "waivers" @context name: (identifier) @name) @item
(freeze "freeze" @context name: (identifier) @name) @item
(window "window" @context name: (identifier) @name) @item
(phase "phase" @context name: (identifier) @name) @item
(trigger "trigger" @context name: (identifier) @name) @item
(rollback "rollback" @context name: (identifier) @name) @item
(switch "switch" @context name: (identifier) @name) @item
(message "message" @context name: (identifier) @name) @item
(report "report" @context name: (identifier) @name) @item
(fixture "fixture" @context name: (identifier) @name) @item
(invariant "invariant" @context title: (text) @name) @item
(test "test" @context title: (text) @name) @item
(test_row title: (text) @name) @item
