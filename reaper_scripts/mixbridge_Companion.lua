-- @description mixbridge: companion, actions, status window and probe
-- @author The mixbridge authors
-- @version 1.0.0
-- @about
--   # mixbridge
--   The companion tells the bridge, a mixing assistant beside REAPER, what stands in the mix, and
--   makes its moves: each is one named point of undo, on the track that was meant, whatever was
--   moved or inserted meanwhile. Run it again to stop it. Nothing else need be installed.
-- @changelog
--   First version.
-- @provides
--   [main] mixbridge_Companion.lua
--   [main] mixbridge_Thumb up.lua
--   [main] mixbridge_Thumb down.lua
--   [main] mixbridge_Undo last move.lua
--   [main] mixbridge_Accept suggestion.lua
--   [main] mixbridge_Skip suggestion.lua
--   [main] mixbridge_Freeze.lua
--   [main] mixbridge_Panic.lua
--   [main] mixbridge_Rearm.lua
--   [main] mixbridge_Status window.lua
--   [nomain] mixbridge_lib.lua
--   [effect] mixbridge_probe.jsfx
--   [data] mixbridge.ReaperOSC > mixbridge/mixbridge.ReaperOSC

local here = debug.getinfo(1, "S").source:match("^@(.*[/\\])") or ""
local mixbridge = dofile(here .. "mixbridge_lib.lua")

local SCAN_S = 0.1 -- values and meters; what we did ourselves is told at once
local BEAT_S = 1.0 -- the bridge gives up after 2.4 s
local IDLE_RAMP_S = 0.4 -- a ramp that does not go on was stopped where it is
local PROBE_STALE_S = 0.5
local SLOT = 32 -- cells of a probe, as in mixbridge_probe.jsfx
local OCTAVES = 10
local MAX_FAULTS = 10
local EQ_BANDS = { "1/0", "2/0", "2/1", "4/0" } -- low shelf, two bells, high shelf

local run = os.time() .. "-" .. math.floor(reaper.time_precise() * 1000) % 1000000
local done, refresh, layout, faults = 0, 0, 0, 0
local commands_text, body, levels_text = "", "", ""
local scanned_at, told_at, change_count, guids_line = -1e9, -1e9, -1, ""
local undo_name, redo_name = "", ""
local ramps = {} -- moves whose last value has not come, by GUID and parameter
local eqs = {} -- what was read of each ReaEQ, by GUID
local probes = {} -- generation of each probe, and when it last changed

local function decibels(amplitude)
  return amplitude > 0 and 20 * math.log(amplitude, 10) or -150
end

-- -- what stands --------------------------------------------------------------------------------

local function has_envelope(track, fx)
  for index = 0, reaper.TrackFX_GetNumParams(track, fx) - 1 do
    if reaper.GetFXEnvelope(track, fx, index, false) then return true end
  end
  return false
end

-- Gains and frequencies of the four bands, as ReaEQ's own positions; empty where a band is off.
local function read_eq(track)
  local fx = reaper.TrackFX_GetEQ(track, false)
  local said = { gains = {}, freqs = {}, automated = false }
  if fx < 0 or not reaper.TrackFX_GetEnabled(track, fx) then return said end
  for index = 0, reaper.TrackFX_GetNumParams(track, fx) - 1 do
    local ok, kind, band, param, value = reaper.TrackFX_GetEQParam(track, fx, index)
    if ok and reaper.TrackFX_GetEQBandEnabled(track, fx, kind, band) then
      local place = math.floor(kind) .. "/" .. math.floor(band)
      if param == 1 then said.gains[place] = mixbridge.number(value, 6) end
      if param == 0 then said.freqs[place] = mixbridge.number(value, 6) end
    end
  end
  said.automated = has_envelope(track, fx)
  return said
end

local function envelopes(track, eq)
  return (reaper.GetTrackEnvelopeByName(track, "Volume") and "v" or "")
    .. (reaper.GetTrackEnvelopeByName(track, "Pan") and "p" or "")
    .. (eq.automated and "e" or "")
end

local function track_line(track, guid, eq)
  local _, name = reaper.GetTrackName(track)
  local _, volume, pan = reaper.GetTrackUIVolPan(track)
  local function info(key) return math.floor(reaper.GetMediaTrackInfo_Value(track, key)) end
  local fields = {
    "track", guid, mixbridge.escape(name), mixbridge.number(decibels(volume)), mixbridge.number(pan),
    tostring(info("I_PANMODE")), tostring(info("I_AUTOMODE")), envelopes(track, eq),
    info("B_MUTE") ~= 0 and "1" or "0", info("I_SOLO") ~= 0 and "1" or "0",
    reaper.IsTrackSelected(track) and "1" or "0",
  }
  for _, band in ipairs(EQ_BANDS) do fields[#fields + 1] = eq.gains[band] or "" end
  for _, band in ipairs(EQ_BANDS) do fields[#fields + 1] = eq.freqs[band] or "" end
  return table.concat(fields, "\t")
end

local function config(name, default)
  local ok, value = reaper.get_config_var_string(name)
  return ok and tonumber(value) or default
end

local function project_name()
  local _, path = reaper.EnumProjects(-1)
  return path or ""
end

local function scan(is_thorough)
  local lines, guids, seen = {}, {}, {}
  for index = 0, reaper.CountTracks(0) - 1 do
    local track = reaper.GetTrack(0, index)
    local guid = reaper.GetTrackGUID(track)
    if is_thorough or not eqs[guid] then eqs[guid] = read_eq(track) end
    seen[guid] = eqs[guid]
    guids[#guids + 1] = guid
    lines[#lines + 1] = track_line(track, guid, eqs[guid])
  end
  eqs = seen
  local line = table.concat(guids, " ")
  if line ~= guids_line then
    guids_line, layout, probes = line, layout + 1, {}
  end
  return table.concat(lines, "\n")
end

local function tell(now)
  local text = {
    "mixbridge-state\t" .. mixbridge.SCHEMA,
    "version\t" .. mixbridge.VERSION,
    "run\t" .. run,
    "clock\t" .. mixbridge.number(now, 3),
    "app\t" .. reaper.GetAppVersion(),
    "done\t" .. done,
    "refresh\t" .. refresh,
    "project\t" .. mixbridge.escape(project_name()),
    "layout\t" .. layout,
    "undo\t" .. mixbridge.escape(undo_name),
    "redo\t" .. mixbridge.escape(redo_name),
    "playing\t" .. (reaper.GetPlayState() & 1),
    "meter\t" .. mixbridge.number(config("vuminvol", -62)) .. "\t" .. mixbridge.number(config("vumaxvol", 6)),
  }
  if body ~= "" then text[#text + 1] = body end
  text[#text + 1] = "end\n"
  mixbridge.replace("state.txt", table.concat(text, "\n"))
  told_at = now
end

-- -- what is heard ------------------------------------------------------------------------------

-- A probe's line of levels, if it is alive: RMS and ten octaves, before the fader.
local function probe_levels(slot, now)
  local base = slot * SLOT
  local generation = reaper.gmem_read(base)
  local probe = probes[slot]
  if not probe or probe.generation ~= generation then
    local is_new = not probe
    probe = { generation = generation, at = is_new and -1e9 or now }
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

local function tell_levels(now)
  local lines = { "mixbridge-levels\t" .. mixbridge.SCHEMA, "layout\t" .. layout }
  for index = 0, reaper.CountTracks(0) - 1 do
    local track = reaper.GetTrack(0, index)
    local peak = math.max(reaper.Track_GetPeakInfo(track, 0), reaper.Track_GetPeakInfo(track, 1))
    lines[#lines + 1] = "level\t" .. index + 1 .. "\t" .. mixbridge.number(decibels(peak), 2)
      .. probe_levels(index + 1, now)
  end
  lines[#lines + 1] = "end\n"
  local text = table.concat(lines, "\n")
  if text ~= levels_text then
    levels_text = text
    mixbridge.replace("levels.txt", text)
  end
end

-- -- what is asked for --------------------------------------------------------------------------

local function find_track(guid)
  for index = 0, reaper.CountTracks(0) - 1 do
    local track = reaper.GetTrack(0, index)
    if reaper.GetTrackGUID(track) == guid then return track end
  end
  return nil
end

-- Whether a write would fight an envelope.
local function is_automated(track, word)
  if reaper.GetMediaTrackInfo_Value(track, "I_AUTOMODE") < 1 then return false end
  if word == "volume" then return reaper.GetTrackEnvelopeByName(track, "Volume") ~= nil end
  if word == "pan" then return reaper.GetTrackEnvelopeByName(track, "Pan") ~= nil end
  local fx = reaper.TrackFX_GetEQ(track, false)
  return fx >= 0 and has_envelope(track, fx)
end

-- The raw values: they gang with nothing, and touch no automation.
local function write(track, word, value)
  if word == "volume" then
    reaper.SetMediaTrackInfo_Value(track, "D_VOL", 10 ^ (value / 20))
  elseif word == "pan" then
    reaper.SetMediaTrackInfo_Value(track, "D_PAN", value)
  else
    local kind, band = word:match("^eq/(%d+)/(%d+)$")
    local fx = reaper.TrackFX_GetEQ(track, false)
    if kind and fx >= 0 then
      reaper.TrackFX_SetEQParam(track, fx, tonumber(kind), tonumber(band), 1, value, true)
      eqs[reaper.GetTrackGUID(track)] = nil
    end
  end
end

-- One named point of undo for the whole move; values on the way there made none.
local function close_move(track, word, value, label)
  if reaper.Undo_CanUndo2(0) == label then return end -- asked again: it stands already
  reaper.Undo_BeginBlock2(0)
  write(track, word, value)
  reaper.Undo_EndBlock2(0, label, word:sub(1, 2) == "eq" and 2 or 1)
  reaper.TrackList_AdjustWindows(true) -- other surfaces hear of it
end

local function obey(command, now)
  local number, expires = tonumber(command[1]), tonumber(command[2])
  if not number or number <= done then return end
  done = number
  local guid, word, value = command[3], command[4], tonumber(command[5])
  local track = find_track(guid)
  if not track or not value or now > expires or is_automated(track, word) then return end
  local label, place = mixbridge.unescape(command[7] or ""), guid .. word
  if command[6] == "1" then
    ramps[place] = nil
    close_move(track, word, value, label)
  else
    write(track, word, value)
    ramps[place] = { guid = guid, word = word, value = value, label = label, at = now }
  end
end

-- Do what the bridge asks for; returns whether there was anything.
local function take_commands(now)
  local text = mixbridge.read("commands.txt")
  if not text or text == commands_text then return false end
  local said = mixbridge.parse(text, "commands")
  if not said then return false end
  commands_text = text
  local is_new = false
  local asked = tonumber(said.refresh and said.refresh[1][1]) or 0
  if asked ~= refresh then refresh, is_new = asked, true end
  if said.run and said.run[1][1] == run then
    for _, command in ipairs(said.set or {}) do
      is_new = true
      obey(command, now)
    end
  end
  return is_new
end

local function close_stopped_ramps(now)
  for place, ramp in pairs(ramps) do
    if now - ramp.at > IDLE_RAMP_S then
      ramps[place] = nil
      local track = find_track(ramp.guid)
      if track then close_move(track, ramp.word, ramp.value, ramp.label) end
    end
  end
end

-- -- the loop -----------------------------------------------------------------------------------

local function look(now)
  local is_urgent = take_commands(now)
  close_stopped_ramps(now)
  local undo, redo = reaper.Undo_CanUndo2(0) or "", reaper.Undo_CanRedo2(0) or ""
  local count = reaper.GetProjectStateChangeCount(0)
  if undo ~= undo_name or redo ~= redo_name or count ~= change_count then
    undo_name, redo_name, is_urgent = undo, redo, true
  end
  local is_beat = now - told_at >= BEAT_S
  if not is_urgent and not is_beat and now - scanned_at < SCAN_S then return end
  scanned_at = now
  local scanned = scan(count ~= change_count or is_beat)
  change_count = count
  if scanned ~= body or is_urgent or is_beat then
    body = scanned
    tell(now)
  end
  tell_levels(now)
end

local function is_ours() return reaper.GetExtState(mixbridge.SECTION, "run") == run end

local function leave()
  if is_ours() then
    reaper.SetExtState(mixbridge.SECTION, "run", "", false)
    os.remove(mixbridge.folder .. "state.txt")
    os.remove(mixbridge.folder .. "levels.txt")
  end
  if reaper.set_action_options then reaper.set_action_options(8) end
end

local function tick()
  if not is_ours() then return end -- another one has begun, or this one was asked to stop
  local now = reaper.time_precise()
  local ok, fault = pcall(look, now)
  if ok then
    faults = 0
  else
    faults = faults + 1
    mixbridge.replace("fault.txt", tostring(fault) .. "\n")
  end
  reaper.SetExtState(mixbridge.SECTION, "beat", mixbridge.number(now, 3), false)
  if faults < MAX_FAULTS then reaper.defer(tick) end
end

-- Put the other actions on REAPER's list, once a version.
local function register_actions()
  if reaper.GetExtState(mixbridge.SECTION, "registered") == mixbridge.VERSION then return end
  local names = {
    "Companion", "Thumb up", "Thumb down", "Undo last move", "Accept suggestion",
    "Skip suggestion", "Freeze", "Panic", "Rearm", "Status window",
  }
  for index, name in ipairs(names) do
    reaper.AddRemoveReaScript(true, 0, here .. "mixbridge_" .. name .. ".lua", index == #names)
  end
  reaper.SetExtState(mixbridge.SECTION, "registered", mixbridge.VERSION, true)
end

local function start()
  local beat = tonumber(reaper.GetExtState(mixbridge.SECTION, "beat")) or -1e9
  local age = reaper.time_precise() - beat
  if reaper.GetExtState(mixbridge.SECTION, "run") ~= "" and math.abs(age) < 2 then
    reaper.SetExtState(mixbridge.SECTION, "run", "", false) -- run again: stop
    os.remove(mixbridge.folder .. "state.txt")
    return
  end
  reaper.SetExtState(mixbridge.SECTION, "run", run, false)
  if reaper.set_action_options then reaper.set_action_options(1 | 4) end
  reaper.RecursiveCreateDirectory(mixbridge.folder, 0)
  reaper.gmem_attach("mixbridge")
  register_actions()
  reaper.atexit(leave)
  tick()
end

start()
