-- Starts `rolloutc lsp` for policies. Works from Neovim 0.7 on, without other plugins.
local M = {}

local defaults = {
  -- The command of the server.
  cmd = { "rolloutc", "lsp" },
  -- Called with the client and the buffer, after the keys below are set.
  on_attach = nil,
  -- Whether the usual keys are set: K, gd, gr, <leader>rn, <leader>ca, <leader>f, and <leader>cl for the lens of a line.
  keys = true,
  -- Whether a policy is formatted before it is written.
  format_on_save = false,
  -- What the server shows: lints, hints, lenses; each is on unless false.
  settings = {},
}

local options = vim.deepcopy(defaults)

-- The folder that policies are looked at from: the nearest with a rollout.toml or a repository, else the file's own.
local function root(name)
  local folder = vim.fn.fnamemodify(name, ":p:h")
  local at = folder
  while true do
    for _, mark in ipairs({ "rollout.toml", ".git" }) do
      if vim.loop.fs_stat(at .. "/" .. mark) ~= nil then
        return at
      end
    end
    local up = vim.fn.fnamemodify(at, ":h")
    if up == at then
      return folder
    end
    at = up
  end
end

-- Formats a buffer with the server, whichever words this Neovim has for it.
local function format(buffer)
  if vim.lsp.buf.format ~= nil then
    vim.lsp.buf.format({ bufnr = buffer, name = "rolloutc", timeout_ms = 2000 })
  else
    vim.lsp.buf.formatting_sync(nil, 2000)
  end
end

local function attach(client, buffer)
  if options.keys then
    local function key(modes, keys, run, what)
      vim.keymap.set(modes, keys, run, { buffer = buffer, desc = what })
    end
    key("n", "K", vim.lsp.buf.hover, "What it is")
    key("n", "gd", vim.lsp.buf.definition, "Go to the definition")
    key("n", "gr", vim.lsp.buf.references, "List the uses")
    key("n", "<leader>rn", vim.lsp.buf.rename, "Rename")
    key({ "n", "v" }, "<leader>ca", vim.lsp.buf.code_action, "Fixes and actions")
    key("n", "<leader>f", function()
      format(buffer)
    end, "Format")
    key("n", "<leader>cl", vim.lsp.codelens.run, "Run the test, or what else stands above the line")
  end
  vim.api.nvim_create_autocmd({ "BufEnter", "InsertLeave", "BufWritePost" }, {
    buffer = buffer,
    callback = function()
      vim.lsp.codelens.refresh()
    end,
  })
  if options.format_on_save then
    vim.api.nvim_create_autocmd("BufWritePre", {
      buffer = buffer,
      callback = function()
        format(buffer)
      end,
    })
  end
  if options.on_attach ~= nil then
    options.on_attach(client, buffer)
  end
end

-- What a command of the server answered, in lines: a text as it is, a decision in short.
function M.lines(answer)
  if type(answer) == "string" then
    return vim.split(answer, "\n", { plain = true })
  end
  local lines = {}
  for _, decision in ipairs(type(answer) == "table" and (answer.decisions or { answer }) or {}) do
    local outcome = tostring(decision.outcome):upper()
    table.insert(lines, ("%s  %s  as of %s"):format(outcome, tostring(decision.rollout), tostring(decision.as_of)))
    for _, reason in ipairs(type(decision.reasons) == "table" and decision.reasons or {}) do
      local word = type(reason.verdict) == "string" and reason.verdict or reason.code
      local subject = type(reason.subject) == "string" and reason.subject or ""
      table.insert(lines, ("  %-10s %s  %s"):format(tostring(word), subject, tostring(reason.message)))
    end
  end
  return lines
end

local function answered(err, answer)
  if err ~= nil then
    vim.notify(tostring(err.message), vim.log.levels.WARN)
    return
  end
  local lines = M.lines(answer)
  if #lines > 0 then
    vim.lsp.util.open_floating_preview(lines, type(answer) == "string" and "markdown" or "", { focus_id = "rollout" })
  end
end

-- The clients, one for each root; only where this Neovim does not keep them itself.
local clients = {}

local function start(buffer)
  local name = vim.api.nvim_buf_get_name(buffer)
  if name == "" or vim.bo[buffer].buftype ~= "" then
    return
  end
  local folder = root(name)
  local config = {
    name = "rolloutc",
    cmd = options.cmd,
    root_dir = folder,
    workspace_folders = { { uri = vim.uri_from_fname(folder), name = folder } },
    on_attach = attach,
    settings = { rolloutc = options.settings },
    init_options = options.settings,
    handlers = { ["workspace/executeCommand"] = answered },
  }
  if vim.lsp.start ~= nil then
    vim.lsp.start(config, { bufnr = buffer })
    return
  end
  local id = clients[folder]
  if id == nil or vim.lsp.get_client_by_id(id) == nil then
    id = vim.lsp.start_client(config)
    clients[folder] = id
  end
  if id ~= nil then
    vim.lsp.buf_attach_client(buffer, id)
  end
end

-- Sets it up: every policy that is opened from now on, and those that are open, are served.
function M.setup(given)
  options = vim.tbl_deep_extend("force", vim.deepcopy(defaults), given or {})
  local group = vim.api.nvim_create_augroup("rollout", { clear = true })
  vim.api.nvim_create_autocmd("FileType", {
    group = group,
    pattern = "rollout",
    callback = function(event)
      start(event.buf)
    end,
  })
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.bo[buffer].filetype == "rollout" then
      start(buffer)
    end
  end
end

return M
