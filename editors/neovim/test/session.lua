-- A headless session against the real server. Says one line for each thing that was seen; ends with a code.
-- Wants ROLLOUTC, the built tool, and a policy as the file that is open.
local function say(...)
  io.stdout:write(table.concat(vim.tbl_map(tostring, { ... }), " "), "\n")
end

local function fail(...)
  say("failed:", ...)
  vim.cmd("cquit 1")
end

-- Waits until something is so, or fails.
local function wait(what, is)
  if not vim.wait(20000, is, 20) then
    fail("waited in vain for", what)
  end
end

local function guarded(run)
  return function()
    local fine, err = xpcall(run, debug.traceback)
    if not fine then
      fail(err)
    end
  end
end

-- The clients of the policy, whichever words this Neovim has for it.
local function clients()
  if vim.lsp.get_clients ~= nil then
    return vim.lsp.get_clients({ bufnr = 0 })
  end
  return vim.lsp.buf_get_clients(0)
end

-- The answer to a request of the one client.
local function ask(method, params)
  local answers, err = vim.lsp.buf_request_sync(0, method, params, 20000)
  if err ~= nil then
    fail(method, err)
  end
  for _, answer in pairs(answers) do
    if answer.error ~= nil then
      fail(method, vim.inspect(answer.error))
    end
    return answer.result
  end
  fail(method, "nobody answered")
end

-- Puts the cursor on the first place of a text, some letters in.
local function go(text, letters)
  for row, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local at = line:find(text, 1, true)
    if at ~= nil then
      vim.api.nvim_win_set_cursor(0, { row, at - 1 + (letters or 0) })
      return
    end
  end
  fail("not in the policy:", text)
end

local function buffer_text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n") .. "\n"
end

local function replace(from, to)
  local text = buffer_text()
  local at, last = text:find(from, 1, true)
  if at == nil then
    fail("not in the policy:", from)
  end
  text = text:sub(1, at - 1) .. to .. text:sub(last + 1)
  vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(text:sub(1, -2), "\n", { plain = true }))
end

local function findings()
  return vim.tbl_map(function(finding)
    return tostring(finding.code or (finding.user_data and finding.user_data.lsp and finding.user_data.lsp.code))
  end, vim.diagnostic.get(0))
end

local steps = {}

function steps.diagnostics()
  replace("<= 300ms", "<= 300")
  wait("the finding", function()
    return vim.tbl_contains(findings(), "unit-mismatch")
  end)
  say("diagnostics", table.concat(findings(), ","), vim.diagnostic.get(0)[1].lnum + 1)
  replace("<= 300 }", "<= 300ms }")
  wait("no finding", function()
    return #findings() == 0
  end)
  say("diagnostics none")
end

function steps.hover()
  go("require slo.p95", 2)
  local shown = ask("textDocument/hover", vim.lsp.util.make_position_params(0, "utf-16"))
  local text = shown and shown.contents and (shown.contents.value or shown.contents) or ""
  say("hover", (tostring(text):gsub("\n", " ")))
end

function steps.definition()
  go("keep    quick", 8)
  vim.lsp.buf.definition()
  wait("the definition", function()
    return vim.api.nvim_get_current_line():find("gate quick", 1, true) ~= nil
  end)
  say("definition", vim.api.nvim_win_get_cursor(0)[1])
end

function steps.rename()
  go("gate quick", 5)
  vim.lsp.buf.rename("prompt")
  wait("the new name", function()
    local text = buffer_text()
    return text:find("gate prompt", 1, true) and text:find("keep    prompt", 1, true)
  end)
  say("rename", select(2, buffer_text():gsub("%f[%w_]quick%f[^%w_]", "")), "left")
  vim.cmd("silent undo")
  wait("no finding", function()
    return #findings() == 0
  end)
end

function steps.format()
  local before = buffer_text()
  replace("  fresh   5m", "      fresh 5m")
  replace("  errors: ratio", "  errors:    ratio")
  if vim.lsp.buf.format ~= nil then
    vim.lsp.buf.format({ timeout_ms = 20000 })
  else
    vim.lsp.buf.formatting_sync(nil, 20000)
  end
  say("format", buffer_text() == before and "as before" or buffer_text())
end

function steps.action()
  replace("<= 300ms", "<= 300")
  wait("the finding", function()
    return vim.tbl_contains(findings(), "unit-mismatch")
  end)
  go("<= 300 }", 3)
  local fix
  wait("a fix", function()
    local params = vim.lsp.util.make_range_params(0, "utf-16")
    params.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics() }
    for _, action in ipairs(ask("textDocument/codeAction", params) or {}) do
      if action.kind == "quickfix" and action.edit ~= nil and fix == nil then
        fix = action
      end
    end
    return fix ~= nil
  end)
  vim.lsp.util.apply_workspace_edit(fix.edit, "utf-16")
  wait("no finding", function()
    return #findings() == 0
  end)
  say("action", fix.title)
end

-- Runs the first lens with a title, and says how the answer ends and begins.
local function lens(title)
  local params = { textDocument = vim.lsp.util.make_text_document_params() }
  for _, one in ipairs(ask("textDocument/codeLens", params) or {}) do
    if one.command ~= nil and one.command.title:sub(1, #title) == title then
      local answer = ask("workspace/executeCommand", one.command)
      local lines = require("rollout").lines(answer)
      return say("lens", title .. ":", lines[1], "...", lines[#lines])
    end
  end
  fail("no lens", title)
end

function steps.lenses()
  lens("Run all tests")
  lens("Decide")
end

function steps.completion()
  go("  soak    10m", 2)
  local params = vim.lsp.util.make_position_params(0, "utf-16")
  local answer = ask("textDocument/completion", params) or {}
  local labels = vim.tbl_map(function(item)
    return item.label
  end, answer.items or answer)
  say("completion", table.concat(labels, ","))
end

vim.schedule(guarded(function()
  require("rollout").setup({ cmd = { vim.env.ROLLOUTC, "lsp" } })
  wait("the server", function()
    local _, client = next(clients())
    return client ~= nil and client.initialized
  end)
  say("filetype", vim.bo.filetype)
  for _, name in ipairs({ "diagnostics", "hover", "definition", "rename", "format", "action", "lenses", "completion" }) do
    steps[name]()
  end
  vim.cmd("qall!")
end))
