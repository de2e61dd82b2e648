; Names that are known only inside something. All else is known in the whole file.
(source_file) @local.scope
(gate) @local.scope
(fn) @local.scope
(comprehension) @local.scope
(record) @local.scope

(binder name: (identifier) @local.definition)
(parameter name: (identifier) @local.definition)
(let_clause name: (identifier) @local.definition)
(declaration name: (identifier) @local.definition)

(path . (identifier) @local.reference)
