-- @noindex
-- The synths in REAPER: the first instrument of each track, its parameters as REAPER's positions
-- from 0 to 1, read in turn at a bounded cost, and as text.

local MOST = 256 -- parameters of one synth that are told
local READS = 8 -- parameters that are read in a turn of REAPER's
local LIST_S = 2 -- which synths there are

return function(mixbridge, reading)

-- text: all that is told; is_news: whether it is another than was published.
local M = { text = "", is_news = false }
local synths, listed_at, place, param = {}, -1e9, 1, 0

local function steps_of(track, fx, index)
  local ok, step, _, _, is_toggle = reaper.TrackFX_GetParameterStepSizes(track, fx, index)
  if not ok then return 0 end
  if is_toggle then return 2 end
  local count = step and step > 0 and math.floor(1 / step + 0.5) + 1 or 0
  return count <= 1024 and count or 0
end

-- What REAPER shows for what a parameter holds.
local function words_of(track, fx, index)
  local ok, words = reaper.TrackFX_GetFormattedParamValue(track, fx, index)
  return ok and words or ""
end

local function describe(known, fx, guid, count)
  local synth = {
    known = known, guid = guid, count = count, names = {}, steps = {}, values = {}, words = {},
  }
  local _, name = reaper.TrackFX_GetFXName(known.track, fx)
  synth.name = name or ""
  for index = 0, count - 1 do
    local _, label = reaper.TrackFX_GetParamName(known.track, fx, index)
    synth.names[index] = label or ""
    synth.steps[index] = steps_of(known.track, fx, index)
    synth.values[index] = reaper.TrackFX_GetParamNormalized(known.track, fx, index)
    synth.words[index] = words_of(known.track, fx, index)
  end
  return synth
end

-- Where the synth is in its track's chain now, which a person may reorder; nil where it is gone.
local function find(known, guid)
  if not reaper.ValidatePtr2(0, known.track, "MediaTrack*") then return nil end
  for fx = 0, reaper.TrackFX_GetCount(known.track) - 1 do
    if reaper.TrackFX_GetFXGUID(known.track, fx) == guid then return fx end
  end
  return nil
end

local function write_text()
  local lines = {}
  for _, synth in ipairs(synths) do
    lines[#lines + 1] = table.concat({
      "device", synth.known.guid, synth.guid, mixbridge.escape(synth.name) }, "\t")
    for index = 0, synth.count - 1 do
      lines[#lines + 1] = table.concat({
        "device", tostring(index), mixbridge.escape(synth.names[index]),
        tostring(synth.steps[index]), mixbridge.number(synth.values[index], 6), mixbridge.escape(synth.words[index]),
      }, "\t")
    end
  end
  local text = table.concat(lines, "\n")
  M.is_news = M.is_news or text ~= M.text
  M.text = text
end

local function list(now)
  listed_at = now
  local before, found = synths, {}
  for _, known in ipairs(reading.tracks) do
    local fx = reaper.TrackFX_GetInstrument(known.track)
    if fx >= 0 then
      local guid = reaper.TrackFX_GetFXGUID(known.track, fx)
      local count = math.min(reaper.TrackFX_GetNumParams(known.track, fx), MOST)
      local same
      for _, synth in ipairs(before) do
        if synth.guid == guid and synth.count == count then same = synth end
      end
      if same then same.known = known end
      found[#found + 1] = same or describe(known, fx, guid, count)
    end
  end
  synths = found
  write_text()
end

-- Read what is due.
function M.sweep(now)
  if now - listed_at >= LIST_S then list(now) end
  local synth = synths[place]
  if not synth then place, param = 1, 0 return end
  local fx, is_news = find(synth.known, synth.guid), false
  for index = param, fx and math.min(param + READS, synth.count) - 1 or -1 do
    local value = reaper.TrackFX_GetParamNormalized(synth.known.track, fx, index)
    if value ~= synth.values[index] then
      is_news, synth.values[index] = true, value
      synth.words[index] = words_of(synth.known.track, fx, index)
    end
  end
  param = param + READS
  if param >= synth.count then place, param = place % #synths + 1, 0 end
  if is_news then write_text() end
end

-- What a parameter holds ("fx/GUID/number" names it); nil where it is not there.
function M.value(known, word)
  local guid, index = word:match("^fx/(.*)/(%d+)$")
  local fx = guid and find(known, guid)
  if not fx or tonumber(index) >= reaper.TrackFX_GetNumParams(known.track, fx) then return nil end
  return reaper.TrackFX_GetParamNormalized(known.track, fx, tonumber(index))
end

-- Set it; returns what it holds then.
function M.set(known, word, value)
  local guid, index = word:match("^fx/(.*)/(%d+)$")
  local fx = guid and find(known, guid)
  if not fx then return nil end
  index = tonumber(index)
  reaper.TrackFX_SetParamNormalized(known.track, fx, index, value)
  local stands = reaper.TrackFX_GetParamNormalized(known.track, fx, index)
  for _, synth in ipairs(synths) do
    if synth.guid == guid then
      synth.values[index], synth.words[index] = stands, words_of(known.track, fx, index)
    end
  end
  write_text()
  M.is_news = true -- it is an answer, whatever stands
  return stands
end

-- Whether an envelope moves it.
function M.is_automated(known, word)
  local guid, index = word:match("^fx/(.*)/(%d+)$")
  local fx = guid and find(known, guid)
  return fx and reaper.GetFXEnvelope(known.track, fx, tonumber(index), false) ~= nil
end

return M
end
