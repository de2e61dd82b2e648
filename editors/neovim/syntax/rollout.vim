" Colours for policies, where the parser of the language is not installed.
if exists("b:current_syntax")
  finish
endif

" A word with a colon behind it is a field, and behind a dot all is a name.
syn match rolloutOperatorWord /\%(\.\)\@<!\<\%(observed\s\+since\|starts\s\+with\|ends\s\+with\|subset\s\+of\|at\s\+least\|at\s\+most\|exactly\|matches\|unknown\|covers\|match\|minus\|where\|last\|none\|over\|plus\|all\|and\|any\|not\|in\|is\|or\)\%(\w\|:\)\@!/
syn match rolloutWord /\%(\.\)\@<!\<\%(as\|at\|by\|else\|env\|for\|from\|max\|min\|of\|once\|per\|run\|since\|through\|to\|until\|warn\|when\|with\|within\|without\)\%(\w\|:\)\@!/
syn match rolloutUnit /\%(\<in\s\+\)\@<=\%(minutes\|percent\|seconds\|bytes\|hours\|days\|GiB\|KiB\|MiB\|TiB\|GB\|MB\|kB\|ms\|us\)\%(\w\|:\)\@!/
syn match rolloutClause /\%(^\s\+\|{\s*\|\s\s\)\zs\%(advisory\s\+unless\|advisory\s\+until\|after\s\+rollback\|on\s\+new\s\+subject\|pending\s\+while\|applies\s\+when\|entered\s\+when\|may\s\+be\s\+empty\|reenter\s\+when\|except\s\+when\|clock\s\+open\|not\s\+before\|on\s\+unknown\|except\s\+by\|in\s\+flight\|live\s\+from\|observed\|timeless\|at\s\+most\|cohorts\|monthly\|recover\|require\|checks\|closed\|cohort\|decide\|during\|expect\|finish\|forbid\|impact\|on\s\+red\|people\|stands\|verify\|within\|yearly\|about\|after\|check\|class\|cover\|enter\|every\|fresh\|given\|leave\|never\|scope\|since\|times\|until\|valid\|watch\|while\|each\|from\|keep\|keys\|need\|soak\|step\|text\|then\|warn\|when\|for\|let\|log\|run\|at\|by\|in\|on\|to\)\%(\w\|:\)\@!/
syn match rolloutDeclaration /^\%(invariant\|threshold\|approval\|evidence\|rollback\|edition\|fixture\|message\|rollout\|trigger\|waivers\|folder\|freeze\|owners\|record\|report\|switch\|window\|group\|param\|phase\|table\|tests\|enum\|gate\|test\|let\|use\|fn\)\%(\w\|:\)\@!/ nextgroup=rolloutName skipwhite
syn match rolloutName /\h\w*/ contained
syn match rolloutField /\<\h\w*\ze:/
syn match rolloutType /:\s*\zs\%(bool\|text\|int\|number\|ratio\|duration\|bytes\|version\|instant\|date\|secret\|list\|table\|map\|series\|enum\)\>/
syn match rolloutConstant /\%(\.\)\@<!\<\%(true\|false\|null\)\%(\w\|:\)\@!/
syn match rolloutNumber /\%(\w\|\.\)\@<!\d\%(\w\|\.\d\)*%\?/
syn match rolloutNumber /\<\d\d\?:\d\d\>/
syn match rolloutNumber /\<\d\{4}-\d\d-\d\d\%(T[0-9:.]*\%(Z\|[+-][0-9:]*\)\?\)\?/
syn match rolloutHole /{\h[^{}"]*}/ contained
syn match rolloutEscape /\\.\|{{\|}}/ contained
syn region rolloutText start=/"/ skip=/\\./ end=/"/ oneline contains=rolloutHole,rolloutEscape
syn region rolloutText start=/"""/ skip=/\\./ end=/"""/ contains=rolloutHole,rolloutEscape
syn match rolloutComment /\/\/.*$/ contains=@Spell
syn match rolloutDoc /\/\/\/.*$/ contains=@Spell

hi def link rolloutOperatorWord Operator
hi def link rolloutWord Keyword
hi def link rolloutUnit Type
hi def link rolloutClause Statement
hi def link rolloutDeclaration Keyword
hi def link rolloutName Function
hi def link rolloutField Identifier
hi def link rolloutType Type
hi def link rolloutConstant Constant
hi def link rolloutNumber Number
hi def link rolloutText String
hi def link rolloutHole Special
hi def link rolloutEscape SpecialChar
hi def link rolloutComment Comment
hi def link rolloutDoc SpecialComment

let b:current_syntax = "rollout"
