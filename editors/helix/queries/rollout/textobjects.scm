; What can be chosen and jumped to: declarations, parameters, comments, tests.
(declaration) @class.around
[ (gate) (fn) (phase) (trigger) (rollback) (switch) ] @function.around
(fields) @class.inside
(parameter) @parameter.inside
(named_argument) @parameter.inside
(comment) @comment.inside
(doc_comment) @comment.inside
(comment)+ @comment.around
[ (test) (test_row) ] @test.around
