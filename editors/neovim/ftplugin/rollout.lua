-- How a policy is edited.
vim.bo.commentstring = "// %s"
vim.bo.comments = ":///,://"
vim.bo.expandtab = true
vim.bo.shiftwidth = 2
vim.bo.softtabstop = 2
vim.bo.textwidth = 100
vim.opt_local.formatoptions:remove("t")
vim.b.undo_ftplugin = "setlocal commentstring< comments< expandtab< shiftwidth< softtabstop< textwidth< formatoptions<"

-- Colours by the parser of the language where one is there, else by syntax/rollout.vim.
if vim.treesitter.start ~= nil then
  pcall(vim.treesitter.start, 0, "rollout")
end
