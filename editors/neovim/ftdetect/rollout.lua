-- A file that ends in `.rollout` is a policy.
vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, {
  pattern = "*.rollout",
  callback = function(event)
    vim.bo[event.buf].filetype = "rollout"
  end,
})
