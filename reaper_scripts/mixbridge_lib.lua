-- @noindex
-- What mixbridge's scripts share: where its files are, how they are read and replaced, presses.
-- Stock Lua and stock ReaScript only. Nothing here opens a console or a dialog.

local M = { VERSION = "1.1.0", SCHEMA = "1", SECTION = "mixbridge" }

M.folder = reaper.GetResourcePath() .. "/mixbridge/"

-- A number as both sides read it: no exponent, no infinity, a point whatever the locale.
function M.number(value, decimals)
  if value ~= value then value = 0 end
  if value > 1e15 then value = 1e15 elseif value < -1e15 then value = -1e15 end
  return (string.format("%." .. (decimals or 4) .. "f", value):gsub(",", "."))
end

function M.decibels(amplitude)
  return amplitude > 0 and 20 * math.log(amplitude, 10) or -150
end

function M.escape(text)
  return (text:gsub("\\", "\\\\"):gsub("\t", "\\t"):gsub("\n", "\\n"):gsub("\r", "\\r"))
end

function M.unescape(text)
  return (text:gsub("\\([\\tnr])", { ["\\"] = "\\", t = "\t", n = "\n", r = "\r" }))
end

function M.split(line)
  local fields = {}
  for field in (line .. "\t"):gmatch("(.-)\t") do fields[#fields + 1] = field end
  return fields
end

function M.read(name)
  local file = io.open(M.folder .. name, "rb")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

-- Replace a file as a whole: a reader finds the old text or the new one, or for a moment none.
function M.replace(name, text)
  local path = M.folder .. name
  local file = io.open(path .. ".tmp", "wb")
  if not file then return false end
  file:write(text)
  file:close()
  if os.rename(path .. ".tmp", path) then return true end
  os.remove(path) -- Windows renames over nothing that exists
  return os.rename(path .. ".tmp", path) ~= nil
end

-- The lines of a text of ours by their first word; nil unless it is whole and of our schema.
function M.parse(text, kind)
  if not text then return nil end
  local lines = {}
  for line in text:gmatch("[^\n]+") do lines[#lines + 1] = line end
  if lines[1] ~= "mixbridge-" .. kind .. "\t" .. M.SCHEMA or lines[#lines] ~= "end" then return nil end
  local found = {}
  for index = 2, #lines - 1 do
    local fields = M.split(lines[index])
    local word = table.remove(fields, 1)
    found[word] = found[word] or {}
    table.insert(found[word], fields)
  end
  return found
end

-- A text in one line, for a field.
function M.flat(text) return (tostring(text):gsub("[\t\r\n]", " ")) end

function M.item_guid(item)
  local _, guid = reaper.GetSetMediaItemInfo_String(item, "GUID", "", false)
  return guid
end

-- A reader of what the bridge asks for in a file: each request is a line `head` and its lines `part`,
-- of so many fields. It returns what is new and meant for that run of the companion.
function M.requests(name, head, part, width, run)
  local before = ""
  return function()
    local text = M.read(name)
    if not text or text == before or text:sub(-4) ~= "end\n" then return {} end
    before = text
    local found, meant = {}, ""
    for line in text:gmatch("[^\n]+") do
      local fields = M.split(line)
      local kind = table.remove(fields, 1)
      if kind == "run" then meant = fields[1] end
      if kind == head then
        found[#found + 1] = {
          number = tonumber(fields[1]) or 0, version = tonumber(fields[2]) or 0, key = fields[3],
          label = fields[4], length = tonumber(fields[5]) or 0, parts = {},
        }
      elseif kind == part and #found > 0 and #fields == width then
        table.insert(found[#found].parts, fields)
      end
    end
    return meant == run and found or {}
  end
end

-- What the bridge says of itself; nil while it does not run. Its file is rewritten every second,
-- so one that has not changed for three is of a bridge that has gone.
function M.bridge()
  local text = M.read("bridge.txt")
  local now = reaper.time_precise()
  if text ~= M.bridge_text then M.bridge_text, M.bridge_at = text, now end
  local said = M.parse(text, "bridge")
  if not said then return nil end
  local function first(word) return said[word] and said[word][1] and said[word][1][1] or "" end
  return {
    age = now - (M.bridge_at or now),
    mode = first("mode"),
    status = first("status"),
    text = M.unescape(first("text")),
    move = M.unescape(first("move")),
    suggestion = first("suggestion"),
    rateable = first("rateable"),
  }
end

-- A button was pressed. The line is appended, and read by the bridge; no script need run for it.
function M.press(word, argument)
  reaper.RecursiveCreateDirectory(M.folder, 0)
  local path = M.folder .. "presses.txt"
  local file = io.open(path, "ab")
  if not file then return end
  if file:seek("end") > 65536 then -- some thousand presses: begin anew
    file:close()
    file = io.open(path, "wb")
    if not file then return end
  end
  local id = os.time() .. "-" .. math.floor(reaper.time_precise() * 1e6)
  file:write(id, "\t", word, "\t", argument or "", "\n")
  file:close()
end

-- A thumb: yes or no to the open suggestion, else good or bad of the move that the bridge names.
function M.thumb(is_good)
  local bridge = M.bridge()
  if bridge and bridge.suggestion ~= "" then
    M.press(is_good and "accept" or "skip", bridge.suggestion)
  else
    M.press(is_good and "up" or "down", bridge and bridge.rateable or "")
  end
end

return M
