-- @noindex
-- Phrases: the notes of MIDI items, told as text, and one take of the bridge's own beside the takes
-- of each. A take of anybody else's is read and never written; each write is one named point of undo.

local SCHEMA = "1"
local REPORT_S = 0.5
local MARK = "mixbridge " -- the name of a take of ours begins with it
local TICKS = 960 -- a quarter note, in the takes that are made here
local BAR, MOST_NOTES, MOST_ITEMS = 4, 512, 64
local RECORDING, ITEMS_CHANGED = 4, 4

return function(mixbridge, run)

local M = {}
local flat, guid_of = mixbridge.flat, mixbridge.item_guid
local read_wishes = mixbridge.requests("takes.txt", "take", "note", 4, run)
local done, told_at, text_told = 0, -1e9, ""
local versions = {} -- key -> { number, text }
local active_before = {} -- GUID of an item -> the take that was active before ours

local function info(item, name) return reaper.GetMediaItemInfo_Value(item, name) end

local function take_info(take, name)
  local _, text = reaper.GetSetMediaItemTakeInfo_String(take, name, "", false)
  return text
end

-- Where an item begins and how long it is, in quarter notes of the project.
local function extent(item)
  local start = reaper.TimeMap2_timeToQN(0, info(item, "D_POSITION"))
  return start, reaper.TimeMap2_timeToQN(0, info(item, "D_POSITION") + info(item, "D_LENGTH")) - start
end

local function is_whole(quarters)
  local bars = math.floor(quarters / BAR + 0.5)
  return bars >= 1 and math.abs(quarters / BAR - bars) < 1e-3, BAR * bars
end

-- The notes of a take, from its item's start; nil where it is none that could be a phrase.
local function notes_of(item, take)
  local start, length = extent(item)
  local of_source, is_quarters = reaper.GetMediaSourceLength(reaper.GetMediaItemTake_Source(take))
  if is_quarters and of_source < length then length = of_source end
  local is_phrase, whole = is_whole(length)
  local _, count = reaper.MIDI_CountEvts(take)
  if not is_phrase or count > MOST_NOTES then return nil end
  local rows = {}
  for index = 0, count - 1 do
    local _, _, is_muted, from, to, _, pitch, velocity = reaper.MIDI_GetNote(take, index)
    local first = reaper.MIDI_GetProjQNFromPPQPos(take, from) - start
    local last = reaper.MIDI_GetProjQNFromPPQPos(take, to) - start
    if not is_muted and first > -1e-6 and first < whole - 1e-6 then
      rows[#rows + 1] = table.concat({
        "note", mixbridge.number(math.max(first, 0), 6), math.floor(pitch),
        mixbridge.number(math.min(last, whole) - first, 6), math.floor(velocity),
      }, "\t")
    end
  end
  return table.concat(rows, "\n"), whole
end

-- The take of ours. The first take of an item is a person's whatever its name is.
local function own_take(item)
  for index = 1, reaper.CountTakes(item) - 1 do
    local take = reaper.GetTake(item, index)
    if take and reaper.TakeIsMIDI(take) and take_info(take, "P_NAME"):sub(1, #MARK) == MARK then return take end
  end
  return nil
end

local function barred(item)
  if reaper.GetPlayState() & RECORDING ~= 0 then return "it is being recorded" end
  if math.floor(info(item, "C_LOCK")) & 1 ~= 0 then return "it is locked" end
  local _, length = extent(item)
  return is_whole(length) and "" or "it is no whole number of bars of four beats long"
end

-- One clip as lines; its version rises whenever anything of it is another.
local function tell(lines, key, known, name, why, length, rows)
  local text = table.concat({ flat(name), why, mixbridge.number(length, 6), rows }, "\n")
  local version = versions[key]
  if not version or version.text ~= text then
    version = { number = (version and version.number or 0) + 1, text = text, barred = why }
    versions[key] = version
  end
  lines[#lines + 1] = table.concat(
    { "clip", key, version.number, known.guid, flat(name), why, mixbridge.number(length, 6) }, "\t")
  if rows ~= "" then lines[#lines + 1] = rows end
end

local function tell_item(lines, item, known)
  local own = own_take(item)
  for index = 0, reaper.CountTakes(item) - 1 do
    local take = reaper.GetTake(item, index)
    if take and take ~= own and reaper.TakeIsMIDI(take) then
      local rows, length = notes_of(item, take)
      if rows and rows ~= "" then
        tell(lines, take_info(take, "GUID"), known, take_info(take, "P_NAME"), "it is yours", length, rows)
      end
    end
  end
  local rows, length, why = "", 0, barred(item)
  if own then
    rows, length = notes_of(item, own)
    if not rows and why == "" then why = "what stands in it is no phrase any more" end
  end
  local first = reaper.GetTake(item, 0)
  local name = "a new take of " .. (first and take_info(first, "P_NAME") or "an item")
  tell(lines, guid_of(item), known, name, why, length or 0, rows or "")
end

local function report(tracks, now)
  told_at = now
  local lines = { "mixbridge-clips\t" .. SCHEMA, "run\t" .. run, "done\t" .. done }
  local items = {}
  local count = 0
  for _, known in ipairs(tracks) do
    for index = 0, reaper.CountTrackMediaItems(known.track) - 1 do
      local item = reaper.GetTrackMediaItem(known.track, index)
      local take = reaper.GetActiveTake(item)
      if take and reaper.TakeIsMIDI(take) and count < MOST_ITEMS then
        count = count + 1
        items[guid_of(item)] = item
        tell_item(lines, item, known)
      end
    end
  end
  lines[#lines + 1] = "end\n"
  local text = table.concat(lines, "\n")
  if text ~= text_told then
    text_told = text
    mixbridge.replace("clips.txt", text)
  end
  return items
end

-- -- what is asked for ---------------------------------------------------------------------------

-- The state of an item without the take of that identity: takes but the first begin with TAKE.
local function without_take(chunk, guid)
  local kept, section, depth, is_ours = {}, {}, 0, false
  local function close()
    if not is_ours then table.move(section, 1, #section, #kept + 1, kept) end
    section, is_ours = {}, false
  end
  for line in chunk:gmatch("[^\r\n]+") do
    local word = line:match("^%s*(%S+)")
    if depth == 1 and (word == "TAKE" or word == ">") then close() end
    if depth == 1 and guid and line:match("^%s*GUID ") and line:find(guid, 1, true) then is_ours = true end
    if word and word:sub(1, 1) == "<" then depth = depth + 1 end
    if word == ">" then depth = depth - 1 end
    section[#section + 1] = line
  end
  close()
  return kept
end

-- Notes as the lines of a source; its end, which is its length, is the message "all notes off".
local function source_of(wish)
  local events = {}
  for _, note in ipairs(wish.parts) do
    local first = math.floor(tonumber(note[1]) * TICKS + 0.5)
    local last = first + math.floor(tonumber(note[3]) * TICKS + 0.5)
    events[#events + 1] = { first, 1, string.format("90 %02x %02x", note[2], note[4]) }
    events[#events + 1] = { last, 0, string.format("80 %02x 00", note[2]) }
  end
  events[#events + 1] = { math.floor(wish.length * TICKS + 0.5), 2, "b0 7b 00" }
  table.sort(events, function(a, b)
    if a[1] ~= b[1] then return a[1] < b[1] end
    if a[2] ~= b[2] then return a[2] < b[2] end
    return a[3] < b[3]
  end)
  local lines, at = { "<SOURCE MIDI", "HASDATA 1 " .. TICKS .. " QN" }, 0
  for _, event in ipairs(events) do
    lines[#lines + 1] = "E " .. event[1] - at .. " " .. event[3]
    at = event[1]
  end
  lines[#lines + 1] = ">"
  return lines
end

local function add_take(lines, wish)
  local last = table.remove(lines)
  local name = flat(wish.label):gsub('"', "'"):match("^[^:]*")
  for _, line in ipairs({ "TAKE", 'NAME "' .. name .. '"', "GUID " .. reaper.genGuid("") }) do
    lines[#lines + 1] = line
  end
  for _, line in ipairs(source_of(wish)) do lines[#lines + 1] = line end
  lines[#lines + 1] = last
end

local function take_of(item, guid)
  for index = 0, reaper.CountTakes(item) - 1 do
    local take = reaper.GetTake(item, index)
    if take and take_info(take, "GUID") == guid then return take end
  end
  return reaper.GetTake(item, 0)
end

local function obey(wish, items)
  local item, known = items[wish.key], versions[wish.key]
  if not item or not known or known.number ~= wish.version then return end -- a hand was faster
  if known.barred ~= "" then return end
  local has_state, chunk = reaper.GetItemStateChunk(item, "", false)
  if not has_state then return end
  local own, active = own_take(item), reaper.GetActiveTake(item)
  if active ~= own then active_before[wish.key] = take_info(active, "GUID") end
  local lines = without_take(chunk, own and take_info(own, "GUID"))
  if #wish.parts > 0 then add_take(lines, wish) end
  reaper.Undo_BeginBlock2(0)
  reaper.SetItemStateChunk(item, table.concat(lines, "\n"), false)
  local next_take = #wish.parts > 0 and own_take(item) or take_of(item, active_before[wish.key])
  if next_take then reaper.SetActiveTake(next_take) end
  reaper.Undo_EndBlock2(0, wish.label, ITEMS_CHANGED)
  reaper.UpdateArrange()
end

-- Called in each turn; `has_changed` says whether anything in the project has.
function M.tick(tracks, now, has_changed)
  local is_asked = false
  for _, wish in ipairs(read_wishes()) do
    if wish.number > done then
      obey(wish, report(tracks, now))
      done, is_asked = wish.number, true
    end
  end
  if is_asked or (now - told_at >= REPORT_S and (has_changed or text_told == "" or M.is_owed)) then
    M.is_owed = false
    report(tracks, now)
  elseif has_changed then
    M.is_owed = true
  end
end

return M
end
