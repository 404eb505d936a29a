-- @noindex
-- Audio items: what lies where, told as text, and the edits that the bridge asks for. No file is
-- changed; each edit is one named point of undo.

local SCHEMA = "1"
local SCALE = 1000000 -- parts of a second in the texts
local REPORT_S = 0.3
local FADES = { { "D_FADEINLEN", "D_FADEINLEN_AUTO" }, { "D_FADEOUTLEN", "D_FADEOUTLEN_AUTO" } }
local RECORDING, ITEMS_CHANGED, FIXED_LANES = 4, 4, 2

return function(mixbridge, run)

local M = {}
local flat, guid_of = mixbridge.flat, mixbridge.item_guid
local read_edits = mixbridge.requests("edits.txt", "edit", "piece", 8, run)
local done, told_at, text_told = 0, -1e9, ""
local owner = {} -- GUID of an item -> the key of what it is a part of
local versions = {} -- key -> { version, text }
local found_fades = {} -- GUID -> what stood there before us, for the way back
local frozen = {} -- GUID of a track that was frozen when an edit on it was wanted -> true

local function info(item, name) return reaper.GetMediaItemInfo_Value(item, name) end
local function put(item, name, value) reaper.SetMediaItemInfo_Value(item, name, value) end
local function parts(seconds) return mixbridge.number(math.floor(seconds * SCALE + 0.5), 0) end

local function fade_of(item, names)
  local auto = info(item, names[2])
  return auto > 0 and auto or info(item, names[1])
end

local function file_of(take)
  return flat(reaper.GetMediaSourceFileName(reaper.GetMediaItemTake_Source(take), ""))
end

local function offset_of(take) return reaper.GetMediaItemTakeInfo_Value(take, "D_STARTOFFS") end

-- All audio takes of an item; one that is empty is nil.
local function takes_of(item)
  local takes = {}
  for index = 0, reaper.CountTakes(item) - 1 do
    local take = reaper.GetTake(item, index)
    if take and not reaper.TakeIsMIDI(take) then takes[#takes + 1] = take end
  end
  return takes
end

local function piece_of(item)
  local take = reaper.GetActiveTake(item)
  return table.concat({
    "piece", file_of(take), parts(info(item, "D_POSITION")),
    parts(info(item, "D_LENGTH")), parts(offset_of(take)),
    parts(fade_of(item, FADES[1])), parts(fade_of(item, FADES[2])),
    mixbridge.number(mixbridge.decibels(info(item, "D_VOL"))), info(item, "B_MUTE") ~= 0 and 1 or 0,
  }, "\t")
end

local function barred(item)
  if reaper.GetPlayState() & RECORDING ~= 0 then return "it is being recorded" end
  if math.floor(info(item, "C_LOCK")) & 1 ~= 0 then return "it is locked" end
  local take = reaper.GetActiveTake(item)
  if reaper.GetMediaItemTakeInfo_Value(take, "D_PLAYRATE") ~= 1 then return "it is stretched" end
  local source = reaper.GetMediaItemTake_Source(take)
  local is_section, _, _, is_reversed = reaper.PCM_Source_GetSectionInfo(source)
  if is_section and is_reversed then return "it is reversed" end
  if info(item, "B_LOOPSRC") ~= 0 and reaper.GetMediaSourceLength(source)
    < reaper.GetMediaItemTakeInfo_Value(take, "D_STARTOFFS") + info(item, "D_LENGTH") - 1e-6 then
    return "it is looped"
  end
  return ""
end

-- REAPER tells that a track is frozen only in its chunk, which may be large: it is read where an
-- edit is wanted, and again in each report while it is frozen.
local function find_frozen(known)
  local _, chunk = reaper.GetTrackStateChunk(known.track, "", false)
  frozen[known.guid] = ("\n" .. chunk):find("\n%s*<FREEZE") and true or nil
end

local function bar_of(item, known)
  return frozen[known.guid] and "its track is frozen" or barred(item)
end

-- The takes that could play instead, as they are named in the text of an item of one piece.
local function other_takes(item)
  local lines, active = {}, reaper.GetActiveTake(item)
  for _, take in ipairs(takes_of(item)) do
    if take ~= active and reaper.GetMediaItemTakeInfo_Value(take, "D_PLAYRATE") == 1 then
      local _, name = reaper.GetSetMediaItemTakeInfo_String(take, "P_NAME", "", false)
      lines[#lines + 1] = table.concat({
        "take", file_of(take), parts(info(item, "D_POSITION") - offset_of(take)), flat(name),
      }, "\t")
    end
  end
  return lines
end

-- Items of a group that lie alike belong together: the microphones of a kit.
local function group_of(item)
  local group = math.floor(info(item, "I_GROUPID"))
  if group == 0 then return "" end
  return group .. "@" .. parts(info(item, "D_POSITION")) .. "+" .. parts(info(item, "D_LENGTH"))
end

-- An item on a lane that does not play is not heard.
local function is_on_silent_lane(item, track)
  return reaper.GetMediaTrackInfo_Value(track, "I_FREEMODE") == FIXED_LANES and info(item, "C_LANEPLAYS") == 0
end

local function is_audio(item)
  local take = reaper.GetActiveTake(item)
  return take and not reaper.TakeIsMIDI(take)
end

local function listed(tracks)
  local items, order, seen = {}, {}, {}
  for _, known in ipairs(tracks) do
    for index = 0, reaper.CountTrackMediaItems(known.track) - 1 do
      local item = reaper.GetTrackMediaItem(known.track, index)
      if is_audio(item) and not is_on_silent_lane(item, known.track) then
        local guid = guid_of(item)
        local key = owner[guid] or guid
        owner[guid], seen[guid] = key, true
        if not items[key] then
          items[key] = { items = {}, known = known }
          order[#order + 1] = key
        end
        table.insert(items[key].items, item)
      end
    end
  end
  for guid in pairs(owner) do
    if not seen[guid] then owner[guid], found_fades[guid] = nil, nil end
  end
  for _, each in pairs(items) do
    table.sort(each.items, function(a, b) return info(a, "D_POSITION") < info(b, "D_POSITION") end)
  end
  return items, order
end

local function report(tracks, now)
  told_at = now
  local items, order = listed(tracks)
  for _, known in ipairs(tracks) do
    if frozen[known.guid] then find_frozen(known) end
  end
  local beats, _, bpm = reaper.TimeMap_GetTimeSigAtTime(0, 0)
  local lines = {
    "mixbridge-items\t" .. SCHEMA, "run\t" .. run, "done\t" .. done, "rate\t" .. SCALE .. "\t0",
    "grid\t" .. mixbridge.number(bpm, 6) .. "\t0\t" .. math.floor(beats),
  }
  for _, key in ipairs(order) do
    local each, rows = items[key], {}
    for place, item in ipairs(each.items) do rows[place] = piece_of(item) end
    local text, version = table.concat(rows, "\n"), versions[key]
    if not version or version.text ~= text then
      version = { number = (version and version.number or 0) + 1, text = text }
      versions[key] = version
    end
    local first = each.items[1]
    local _, name = reaper.GetSetMediaItemTakeInfo_String(reaper.GetActiveTake(first), "P_NAME", "", false)
    lines[#lines + 1] = table.concat({
      "item", key, version.number, each.known.guid, flat(name), bar_of(first, each.known),
      group_of(first),
    }, "\t")
    lines[#lines + 1] = text
    if #each.items == 1 then
      for _, line in ipairs(other_takes(first)) do lines[#lines + 1] = line end
    end
  end
  lines[#lines + 1] = "end\n"
  local text = table.concat(lines, "\n")
  if text ~= text_told then
    text_told = text
    mixbridge.replace("items.txt", text)
  end
  return items
end

-- -- what is asked for ---------------------------------------------------------------------------

local function put_fade(item, names, found, seconds)
  if math.abs(seconds - (found.effective or -1)) < 1 / SCALE then -- as a person had it
    put(item, names[1], found.own)
    put(item, names[2], found.auto)
  else
    put(item, names[1], seconds)
    put(item, names[2], -1)
  end
end

local function remember_fades(item)
  local guid = guid_of(item)
  if not found_fades[guid] then
    local found = {}
    for place, names in ipairs(FADES) do
      found[place] = {
        own = info(item, names[1]), auto = info(item, names[2]), effective = fade_of(item, names),
      }
    end
    found_fades[guid] = found
  end
  return found_fades[guid]
end

-- The take that a piece means: of its file, and lying as the piece does.
local function take_for(item, piece)
  local best, least
  local shift = (tonumber(piece[2]) - tonumber(piece[4])) / SCALE
  for _, take in ipairs(takes_of(item)) do
    local off = math.abs(info(item, "D_POSITION") - offset_of(take) - shift)
    if file_of(take) == piece[1] and (not least or off < least) then best, least = take, off end
  end
  return best
end

-- Let the take of a piece play. All takes of an item begin later or earlier together.
local function put_take(item, piece)
  local chosen = take_for(item, piece)
  local later = tonumber(piece[4]) / SCALE - offset_of(chosen)
  for _, take in ipairs(takes_of(item)) do
    reaper.SetMediaItemTakeInfo_Value(take, "D_STARTOFFS", offset_of(take) + later)
  end
  if chosen ~= reaper.GetActiveTake(item) then reaper.SetActiveTake(chosen) end
end

local function put_piece(item, piece)
  local found = remember_fades(item)
  put_take(item, piece)
  put(item, "D_POSITION", tonumber(piece[2]) / SCALE)
  put(item, "D_LENGTH", tonumber(piece[3]) / SCALE)
  for place, names in ipairs(FADES) do
    put_fade(item, names, found[place], tonumber(piece[4 + place]) / SCALE)
  end
  local gain = 10 ^ (tonumber(piece[7]) / 20)
  if math.abs(gain - info(item, "D_VOL")) > 1e-4 * gain then put(item, "D_VOL", gain) end
  put(item, "B_MUTE", tonumber(piece[8]))
end

-- As many items as pieces: by splits, or by taking away what a split of ours has made.
local function resize(key, each, count)
  local items = each.items
  for _, item in ipairs(items) do remember_fades(item) end
  while #items > count do
    local last = table.remove(items)
    owner[guid_of(last)] = nil
    reaper.DeleteTrackMediaItem(each.known.track, last)
  end
  while #items < count do
    local longest = items[1]
    for _, item in ipairs(items) do
      if info(item, "D_LENGTH") > info(longest, "D_LENGTH") then longest = item end
    end
    local middle = info(longest, "D_POSITION") + info(longest, "D_LENGTH") / 2
    local right = reaper.SplitMediaItem(longest, middle)
    if not right then return false end
    owner[guid_of(right)] = key
    items[#items + 1] = right
    table.sort(items, function(a, b) return info(a, "D_POSITION") < info(b, "D_POSITION") end)
  end
  return true
end

local function obey(edit, items)
  local each, known = items[edit.key], versions[edit.key]
  if not each or not known or known.number ~= edit.version then return end -- a hand was faster
  find_frozen(each.known)
  for _, item in ipairs(each.items) do
    if bar_of(item, each.known) ~= "" then return end
  end
  for _, piece in ipairs(edit.parts) do
    if not take_for(each.items[1], piece) then return end -- that take is gone
  end
  reaper.Undo_BeginBlock2(0)
  if resize(edit.key, each, #edit.parts) then
    for place, piece in ipairs(edit.parts) do put_piece(each.items[place], piece) end
  end
  reaper.Undo_EndBlock2(0, edit.label, ITEMS_CHANGED)
  reaper.UpdateArrange()
end

-- Called in each turn; `has_changed` says whether anything in the project has.
function M.tick(tracks, now, has_changed)
  local is_asked = false
  for _, edit in ipairs(read_edits()) do
    if edit.number > done and #edit.parts > 0 then
      obey(edit, report(tracks, now))
      done, is_asked = edit.number, true
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
