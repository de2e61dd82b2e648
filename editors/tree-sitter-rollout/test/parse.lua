-- Parses texts with the compiled parser, for the tests of the project. Reads JSON `{parser, texts, queries}` from the
-- file that CASES names; prints JSON: for each text its tree and the lines of what could not be read, and each query
-- that does not fit the parser, with what is captured where the query fits.
local given = vim.fn.json_decode(table.concat(vim.fn.readfile(vim.env.CASES), "\n"))

if vim.treesitter.language ~= nil and vim.treesitter.language.add ~= nil then
  vim.treesitter.language.add("rollout", { path = given.parser })
else
  vim.treesitter.require_language("rollout", given.parser)
end

local function damage(node, lines)
  if node:type() == "ERROR" or node:missing() then
    table.insert(lines, (node:start()) + 1)
  end
  if node:has_error() then
    for child in node:iter_children() do
      damage(child, lines)
    end
  end
  return lines
end

local seen = { texts = {}, captures = {}, failed = {} }
local parse_query = vim.treesitter.query and vim.treesitter.query.parse or vim.treesitter.parse_query
for _, text in ipairs(given.texts) do
  local root = vim.treesitter.get_string_parser(text, "rollout"):parse()[1]:root()
  table.insert(seen.texts, { tree = root:sexpr(), damage = damage(root, {}), fine = not root:has_error() })
end
for name, text in pairs(given.queries) do
  local fits, query = pcall(parse_query, "rollout", text)
  if not fits then
    seen.failed[name] = tostring(query)
  else
    local counts = {}
    for _, source in ipairs(given.texts) do
      local root = vim.treesitter.get_string_parser(source, "rollout"):parse()[1]:root()
      if not root:has_error() then
        for id in query:iter_captures(root, source, 0, -1) do
          counts[query.captures[id]] = (counts[query.captures[id]] or 0) + 1
        end
      end
    end
    seen.captures[name] = counts
  end
end
-- An empty table has no kind in Lua; these are objects.
for _, name in ipairs({ "captures", "failed" }) do
  if next(seen[name]) == nil then
    seen[name] = vim.empty_dict()
  end
end
io.stdout:write(vim.fn.json_encode(seen), "\n")
vim.cmd("qall!")
