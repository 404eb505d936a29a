-- @noindex
-- What stands in REAPER's mix, and how it sounds: read in turn, at a bounded cost, and as text.

local LIST_S = 0.2 -- the identities of tracks, while things change
local SILENT_PER_S = 64 -- so many meters of silent tracks are read
local PROBE_STALE_S = 1.2
local SLOT = 32 -- cells of a probe, as in mixbridge_probe.jsfx
local OCTAVES = 10
local BYPASS = 5 -- the global override under which no envelope is followed
local EQ_BANDS = { "1/0", "2/0", "2/1", "4/0" } -- low shelf, two bells, high shelf

-- Each call costs REAPER's main thread: at rest so many tracks a second are read, in turn; after a
-- change all of them, at most `at_once` in a turn of REAPER's.
local SWEEPS = {
  positions = { per_s = 160, at_once = 22, owed = 0, place = 0 },
  fields = { per_s = 13, at_once = 9, owed = 0, place = 0 },
  eq = { per_s = 6.5, at_once = 3, owed = 0, place = 0 },
  levels = { per_s = 128, at_once = 9, owed = 0, place = 0 },
}

return function(mixbridge)

-- tracks: what is known of each, in REAPER's order; by_guid: the same, by identity; layout changes
-- with the list; override: the global automation override, -1 for none.
-- notes: what probes heard of single notes, the newest few, as lines.
local M = { tracks = {}, by_guid = {}, layout = 0, override = -1, notes = {} }

local guids_line, project = "", nil
local is_stale, listed_at, swept_at = true, -1e9, -1e9
local NOTE = 16 -- where a note begins in a probe's slot: how many, and six features
local NOTES = 8 -- that are told: the bridge reads thirty times a second
local UNMEASURED = 1.5 -- roughness needs a spectrum that is finer than octaves
local ANY_NOTE = 31 -- changes with every note of any probe
local any_note = 0
local noted = {} -- how many notes of each probe were told

local probes = {} -- generation of each probe, and when it last changed
local decibels = mixbridge.decibels

-- -- what stands --------------------------------------------------------------------------------

-- The mode that counts: the global override's, else the track's own.
function M.automation_mode(track)
  if M.override == BYPASS then return 0 end
  if M.override >= 0 then return M.override end
  return math.floor(reaper.GetMediaTrackInfo_Value(track, "I_AUTOMODE"))
end

local function has_fx_envelope(track, fx)
  for index = 0, reaper.TrackFX_GetNumParams(track, fx) - 1 do
    if reaper.GetFXEnvelope(track, fx, index, false) then return true end
  end
  return false
end

-- By the names of the project file, since a language pack translates those that are shown.
function M.envelopes(known)
  local track = known.track
  if reaper.CountTrackEnvelopes(track) == 0 then return "" end
  local fx = reaper.TrackFX_GetEQ(track, false)
  return (reaper.GetTrackEnvelopeByChunkName(track, "<VOLENV2") and "v" or "")
    .. (reaper.GetTrackEnvelopeByChunkName(track, "<PANENV2") and "p" or "")
    .. (fx >= 0 and has_fx_envelope(track, fx) and "e" or "")
end

-- Each reader returns whether there was news.

function M.positions(known)
  local _, volume, pan = reaper.GetTrackUIVolPan(known.track)
  if volume == known.volume and pan == known.pan then return false end
  known.volume, known.pan = volume, pan
  return true
end

function M.fields(known)
  local track = known.track
  local _, name = reaper.GetTrackName(track)
  local function info(key) return math.floor(reaper.GetMediaTrackInfo_Value(track, key)) end
  local found, mark = M.envelopes(known), M.override >= 0 and M.override ~= BYPASS and "g" or ""
  local middle = table.concat({
    tostring(info("I_PANMODE")), tostring(M.automation_mode(track)), found .. mark,
    info("B_MUTE") ~= 0 and "1" or "0", info("I_SOLO") ~= 0 and "1" or "0",
    reaper.IsTrackSelected(track) and "1" or "0",
  }, "\t")
  if name == known.name and middle == known.middle then return false end
  known.name, known.middle = name, middle
  return true
end

-- Gains and frequencies of the four bands, as ReaEQ's own positions; empty where a band is off.
function M.eq(known)
  local track = known.track
  local fx = reaper.TrackFX_GetEQ(track, false)
  local gains, freqs, places = {}, {}, {}
  if fx >= 0 and reaper.TrackFX_GetEnabled(track, fx) then
    for index = 0, reaper.TrackFX_GetNumParams(track, fx) - 1 do
      local ok, kind, band, param, value = reaper.TrackFX_GetEQParam(track, fx, index)
      local place = ok and math.floor(kind) .. "/" .. math.floor(band) or ""
      if param == 1 then gains[place], places[place] = value, index end
      if param == 0 then freqs[place] = mixbridge.number(value, 6) end
    end
  end
  local bands = {}
  for _, place in ipairs(EQ_BANDS) do
    local kind, band = place:match("(%d)/(%d)")
    local is_on = gains[place]
      and reaper.TrackFX_GetEQBandEnabled(track, fx, tonumber(kind), tonumber(band))
    if not is_on then gains[place], freqs[place] = nil, nil end
    bands[#bands + 1] = freqs[place] or ""
  end
  local freqs_line, is_news = table.concat(bands, "\t"), false
  for _, place in ipairs(EQ_BANDS) do
    is_news = is_news or gains[place] ~= (known.gains or {})[place]
  end
  is_news = is_news or freqs_line ~= known.freqs_line
  known.gains, known.places, known.freqs_line = gains, places, freqs_line
  return is_news
end

local function track_line(known)
  local gains = {}
  for _, place in ipairs(EQ_BANDS) do
    local gain = known.gains[place]
    gains[#gains + 1] = gain and mixbridge.number(gain, 6) or ""
  end
  return table.concat({
    "track", known.guid, mixbridge.escape(known.name), mixbridge.number(decibels(known.volume)),
    mixbridge.number(known.pan), known.middle, table.concat(gains, "\t"), known.freqs_line,
  }, "\t")
end

-- The list of tracks as it is now; returns whether it is another.
function M.list(now, has_changed)
  local this, count = reaper.EnumProjects(-1), reaper.CountTracks(0)
  local is_other = is_stale or this ~= project or #M.tracks ~= count
  if not (is_other or has_changed) then return false end
  local pointers, is_same = {}, not is_other and now - listed_at < LIST_S
  for index = 1, count do
    local track = reaper.GetTrack(0, index - 1)
    is_same = is_same and M.tracks[index].track == track
    pointers[index] = track
  end
  if is_same then return false end
  is_stale, project, listed_at = false, this, now
  local listed, found, guids = {}, {}, {}
  for index, track in ipairs(pointers) do
    local guid = reaper.GetTrackGUID(track)
    local known = M.by_guid[guid] or { guid = guid, level_at = -1e9, level = "" }
    known.track, listed[index], found[guid], guids[index] = track, known, known, guid
    if not known.middle then
      M.positions(known)
      M.fields(known)
      M.eq(known)
    end
  end
  M.tracks, M.by_guid = listed, found
  local line = table.concat(guids, " ")
  if line == guids_line then return false end
  guids_line, M.layout, probes = line, M.layout + 1, {}
  return true
end

-- Something went wrong: no track is where it was thought to be.
function M.forget() is_stale = true end

-- -- how it sounds ------------------------------------------------------------------------------

-- A probe's line of levels, if it is alive: RMS and ten octaves, before the fader.
local function probe_levels(slot, now)
  local base = slot * SLOT
  local generation = reaper.gmem_read(base)
  local probe = probes[slot]
  if not probe or probe.generation ~= generation then
    probe = { generation = generation, at = probe and now or -1e9 }
    probes[slot] = probe
  end
  if now - probe.at > PROBE_STALE_S then return "" end
  local fields = {}
  for cell = 1, OCTAVES + 1 do
    local power = reaper.gmem_read(base + cell)
    fields[cell] = mixbridge.number(power > 0 and 10 * math.log(power, 10) or -150, 2)
  end
  return "\t" .. table.concat(fields, "\t")
end

local function note(known, place)
  local base = place * SLOT + NOTE
  local count = reaper.gmem_read(base)
  local before = noted[known.guid] or 0
  noted[known.guid] = count
  if count == before then return end
  local attack, length, bright, body, motion, top =
    reaper.gmem_read(base + 1), reaper.gmem_read(base + 2), reaper.gmem_read(base + 3),
    reaper.gmem_read(base + 4), reaper.gmem_read(base + 5), reaper.gmem_read(base + 6)
  local body_db = math.max(10 * math.log(math.max(body, 1e-9), 10), -30)
  local level_db = 10 * math.log(math.max(top, 1e-12), 10)
  local fields = { "note", known.guid, mixbridge.number(count, 0) }
  for _, value in ipairs({ attack, length, bright, body_db, UNMEASURED, motion, level_db }) do
    fields[#fields + 1] = mixbridge.number(value, 4)
  end
  M.notes[#M.notes + 1] = table.concat(fields, "\t")
  if #M.notes > NOTES then table.remove(M.notes, 1) end
end

-- Notes that probes have heard since; returns whether there was one. One cell says whether any has.
function M.sweep_notes()
  local count = reaper.gmem_read(ANY_NOTE)
  if count == any_note then return false end
  any_note = count
  for place, known in ipairs(M.tracks) do note(known, place) end
  return true
end

function M.levels(known, place, now)
  if known.is_silent and now - known.level_at < #M.tracks / SILENT_PER_S then return false end
  local track = known.track
  local peak = math.max(reaper.Track_GetPeakInfo(track, 0), reaper.Track_GetPeakInfo(track, 1))
  local probe = probe_levels(place, now)
  local level = mixbridge.number(decibels(peak), 2) .. probe
  known.is_silent, known.level_at = peak <= 0 and probe == "", now
  if level == known.level then return false end
  known.level = level
  return true
end

-- Read what is due of one kind; returns whether there was news.
local function read_due(name, now, is_all)
  local this, is_news = SWEEPS[name], false
  local share = this.per_s * math.max(now - swept_at, 0)
  this.owed = math.min(is_all and #M.tracks or this.owed + share, #M.tracks)
  for _ = 1, math.min(math.floor(this.owed), this.at_once) do
    this.owed, this.place = this.owed - 1, this.place % #M.tracks + 1
    is_news = M[name](M.tracks[this.place], this.place, now) or is_news
  end
  return is_news
end

-- A ReaEQ that a hand has on its screen need not wait for its turn.
local function read_touched_eq()
  local ok, number = reaper.GetLastTouchedFX()
  local known = ok and M.tracks[number & 0xffff]
  return known and M.eq(known) or false
end

-- Read what is due; returns whether there was news of values, and of levels.
function M.sweep(now, has_changed, is_busy, is_news)
  if has_changed then is_news = read_touched_eq() or is_news end
  is_news = read_due("positions", now, has_changed or is_busy) or is_news
  is_news = read_due("fields", now, has_changed) or is_news
  is_news = read_due("eq", now, has_changed) or is_news
  local has_levels = read_due("levels", now)
  swept_at = now
  return is_news, has_levels
end

function M.text()
  local lines = {}
  for place, known in ipairs(M.tracks) do lines[place] = track_line(known) end
  return table.concat(lines, "\n")
end

return M
end
