-- @description mixbridge: companion, actions, status window and probe
-- @author The mixbridge authors
-- @version 1.1.0
-- @about
--   # mixbridge
--   The companion tells the bridge, a mixing assistant beside REAPER, what stands in the mix, and
--   makes its moves: each is one named point of undo, on the track that was meant, whatever was
--   moved or inserted meanwhile. Run it again to stop it. Nothing else need be installed.
-- @changelog
--   Thumbs name the move that they are about; "Mix is as I want it" teaches from all of it.
-- @provides
--   [main] mixbridge_Companion.lua
--   [main] mixbridge_Thumb up.lua
--   [main] mixbridge_Thumb down.lua
--   [main] mixbridge_Mix is as I want it.lua
--   [main] mixbridge_Undo last move.lua
--   [main] mixbridge_Accept suggestion.lua
--   [main] mixbridge_Skip suggestion.lua
--   [main] mixbridge_Freeze.lua
--   [main] mixbridge_Panic.lua
--   [main] mixbridge_Rearm.lua
--   [main] mixbridge_Status window.lua
--   [nomain] mixbridge_lib.lua
--   [nomain] mixbridge_reading.lua
--   [nomain] mixbridge_items.lua
--   [nomain] mixbridge_clips.lua
--   [nomain] mixbridge_devices.lua
--   [effect] mixbridge_probe.jsfx
--   [data] mixbridge.ReaperOSC > mixbridge/mixbridge.ReaperOSC

local here = debug.getinfo(1, "S").source:match("^@(.*[/\\])") or ""
local mixbridge = dofile(here .. "mixbridge_lib.lua")
local reading = dofile(here .. "mixbridge_reading.lua")(mixbridge)
local devices = dofile(here .. "mixbridge_devices.lua")(mixbridge, reading)

local BEAT_S = 1.0 -- the bridge gives up after 2.4 s
local GUARD_S = 0.25 -- whether another companion has begun, and what undo would take back
local IDLE_RAMP_S = 0.4 -- a ramp that does not go on was stopped where it is
local BUSY_S = 1.0 -- a control that has moved is watched closely for this long
local MAX_FAULTS = 10
local SAME = 1e-7 -- what REAPER holds of a value that was written
local AS_TOLD = { volume = 1.1e-4, pan = 1.1e-4, eq = 2e-5, fx = 2e-5 } -- the decimals of the state

local run = os.time() .. "-" .. math.floor(reaper.time_precise() * 1000) % 1000000
local items = dofile(here .. "mixbridge_items.lua")(mixbridge, run)
local clips = dofile(here .. "mixbridge_clips.lua")(mixbridge, run)
local done, refresh, faults = 0, 0, 0
local commands_text, body, levels_text = "", "", ""
local told_at, guarded_at, busy_until, levels_at = -1e9, -1e9, -1e9, -1e9
local undo_name, redo_name, levels_layout = "", "", -1
local devices_at = -1e9
local change_count = -1
local holds = {} -- what we wrote last, by GUID and parameter

-- -- what is published -------------------------------------------------------------------------

local function config(name, default)
  local ok, value = reaper.get_config_var_string(name)
  return ok and tonumber(value) or default
end

local function is_ours() return reaper.GetExtState(mixbridge.SECTION, "run") == run end

local function publish(now)
  if not is_ours() then return end
  local _, path = reaper.EnumProjects(-1)
  local text = {
    "mixbridge-state\t" .. mixbridge.SCHEMA,
    "version\t" .. mixbridge.VERSION,
    "run\t" .. run,
    "clock\t" .. mixbridge.number(now, 3),
    "app\t" .. reaper.GetAppVersion(),
    "done\t" .. done,
    "refresh\t" .. refresh,
    "project\t" .. mixbridge.escape(path or ""),
    "layout\t" .. reading.layout,
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

-- Once a beat in any case: a bridge that has just begun believes no old file.
local function publish_levels(now)
  local lines = { "mixbridge-levels\t" .. mixbridge.SCHEMA, "layout\t" .. reading.layout }
  for place, known in ipairs(reading.tracks) do
    if known.level ~= "" then lines[#lines + 1] = "level\t" .. place .. "\t" .. known.level end
  end
  lines[#lines + 1] = "end\n"
  local text = table.concat(lines, "\n")
  if text ~= levels_text or now - levels_at >= BEAT_S then
    levels_text, levels_layout, levels_at = text, reading.layout, now
    mixbridge.replace("levels.txt", text)
  end
end

-- What synths there are, and what they hold; once a beat in any case, as the levels.
local function publish_devices(now)
  if not devices.is_news and now - devices_at < BEAT_S then return end
  devices.is_news, devices_at = false, now
  local lines = { "mixbridge-devices\t" .. mixbridge.SCHEMA, "done\t" .. done }
  if devices.text ~= "" then lines[#lines + 1] = devices.text end
  for _, note in ipairs(reading.notes) do lines[#lines + 1] = note end
  lines[#lines + 1] = "end\n"
  mixbridge.replace("devices.txt", table.concat(lines, "\n"))
end

-- -- what is asked for --------------------------------------------------------------------------

-- Whether a write would fight an envelope.
local function is_automated(known, word)
  reading.override = math.floor(reaper.GetGlobalAutomationOverride())
  if reading.automation_mode(known.track) < 1 then return false end
  if word:sub(1, 3) == "fx/" then return devices.is_automated(known, word) end
  local letter = word == "volume" and "v" or word == "pan" and "p" or "e"
  return reading.envelopes(known):find(letter, 1, true) ~= nil
end

-- What a control holds now, in REAPER's own terms; nil where it is not there.
local function read_value(known, word)
  if word == "volume" then return reaper.GetMediaTrackInfo_Value(known.track, "D_VOL") end
  if word == "pan" then return reaper.GetMediaTrackInfo_Value(known.track, "D_PAN") end
  if word:sub(1, 3) == "fx/" then return devices.value(known, word) end
  local place = word:match("^eq/(%d+/%d+)$")
  local fx = reaper.TrackFX_GetEQ(known.track, false)
  if not place or fx < 0 then return nil end
  for attempt = 1, 2 do
    local index = known.places[place]
    if index then
      local _, kind, band, param, value = reaper.TrackFX_GetEQParam(known.track, fx, index)
      if kind and math.floor(kind) .. "/" .. math.floor(band) == place and param == 1 then return value end
    end
    if attempt == 1 then reading.eq(known) end -- bands were added or removed
  end
  return nil
end

-- The raw values: they gang with nothing, and touch no automation. Returns what stands then.
local function write_value(known, word, value)
  if word:sub(1, 3) == "fx/" then return devices.set(known, word, value) end
  if word == "volume" then
    reaper.SetMediaTrackInfo_Value(known.track, "D_VOL", 10 ^ (value / 20))
  elseif word == "pan" then
    reaper.SetMediaTrackInfo_Value(known.track, "D_PAN", value)
  else
    local kind, band = word:match("^eq/(%d+)/(%d+)$")
    local fx = reaper.TrackFX_GetEQ(known.track, false)
    reaper.TrackFX_SetEQParam(known.track, fx, tonumber(kind), tonumber(band), 1, value, true)
  end
  local stands = read_value(known, word)
  if word == "volume" then known.volume = stands
  elseif word == "pan" then known.pan = stands
  else known.gains[word:sub(4)] = stands end
  return stands
end

-- Whether a hand has the control: what stands is not what we wrote last, and for the first value of
-- a move not what the bridge knows. Within a move only our own value is ours: a hand may also bring
-- back where the move began. What is no move (a panic, an audition) may be asked for again.
local function is_hands(hold, command, stands, now)
  local is_ours = hold and not hold.is_taken and math.abs(stands - hold.value) <= SAME
  if is_ours then return false end
  local is_same_move = hold and hold.move == command.move
  if is_same_move and (command.move ~= "panic" or now - hold.at < IDLE_RAMP_S) then return true end
  if not command.known then return hold ~= nil end
  local said = command.word == "volume" and mixbridge.decibels(stands) or stands
  return math.abs(said - command.known) > AS_TOLD[command.word:match("^%a+")]
end

-- One named point of undo for the whole move; values on the way there made none.
local function close_move(known, command)
  if reaper.Undo_CanUndo2(0) == command.label then return read_value(known, command.word) end
  reaper.Undo_BeginBlock2(0)
  local stands = write_value(known, command.word, command.value)
  reaper.Undo_EndBlock2(0, command.label, command.flags)
  reaper.TrackList_AdjustWindows(true) -- other surfaces follow
  return stands
end

local function obey(fields, now)
  local number, expires = tonumber(fields[1]), tonumber(fields[2])
  if not number or number <= done then return end
  done = number
  local label = mixbridge.unescape(fields[7] or "")
  local command = {
    word = fields[4], value = tonumber(fields[5]), known = tonumber(fields[8]), label = label,
    move = label:match("^mixbridge ([^:]*):") or "", flags = fields[4]:match("^[ef][qx]/") and 2 or 1,
  }
  local known, place = reading.by_guid[fields[3]], fields[3] .. fields[4]
  if not known or not command.value or now > expires then return end
  if not reaper.ValidatePtr2(0, known.track, "MediaTrack*") then return end
  if is_automated(known, command.word) then return end
  local stands = read_value(known, command.word)
  if not stands then return end
  local hold = holds[place]
  if is_hands(hold, command, stands, now) then
    holds[place] = { move = command.move, value = stands, at = now, is_taken = true }
    return
  end
  local is_last = fields[6] == "1"
  local value = is_last and close_move(known, command) or write_value(known, command.word, command.value)
  holds[place] = {
    move = command.move, value = value, at = now, is_open = not is_last, known = known,
    word = command.word, label = label, flags = command.flags, undo = reaper.Undo_CanUndo2(0),
  }
end

-- Do what the bridge asks for; returns whether there was anything.
local function read_commands(now)
  local text = mixbridge.read("commands.txt")
  if not text or text == commands_text then return false end
  local said = mixbridge.parse(text, "commands")
  if not said then return false end
  commands_text = text
  local is_new = false
  local asked = tonumber(said.refresh and said.refresh[1][1]) or 0
  if asked ~= refresh then
    refresh, is_new, busy_until = asked, true, now + BUSY_S
    devices.is_news = true
    for _, known in ipairs(reading.tracks) do reading.positions(known) end
  end
  if said.run and said.run[1][1] == run then
    for _, fields in ipairs(said.set or {}) do
      is_new = true
      obey(fields, now)
    end
  end
  return is_new
end

-- A ramp that was stopped on its way gets its point of undo, without a write: where it stands. Where
-- a hand has been there, or at anything else, theirs holds what we did as well.
local function close_stopped_ramps(now)
  for _, hold in pairs(holds) do
    if hold.is_open and now - hold.at > IDLE_RAMP_S then
      hold.is_open = false
      local is_there = reaper.ValidatePtr2(0, hold.known.track, "MediaTrack*")
      local stands = is_there and read_value(hold.known, hold.word)
      if stands and math.abs(stands - hold.value) <= SAME and reaper.Undo_CanUndo2(0) == hold.undo then
        reaper.Undo_OnStateChangeEx2(0, hold.label, hold.flags, -1)
      end
    end
  end
end

-- -- the loop -----------------------------------------------------------------------------------

-- What undo would take back, the global override; returns whether that is news.
local function read_rare()
  reading.override = math.floor(reaper.GetGlobalAutomationOverride())
  local undo, redo = reaper.Undo_CanUndo2(0) or "", reaper.Undo_CanRedo2(0) or ""
  if undo == undo_name and redo == redo_name then return false end
  undo_name, redo_name = undo, redo
  return true
end

local function watch(now)
  local count = reaper.GetProjectStateChangeCount(0)
  local has_changed = count ~= change_count
  change_count = count
  local is_news = reading.list(now, has_changed)
  local before = reading.override
  items.tick(reading.tracks, now, has_changed)
  clips.tick(reading.tracks, now, has_changed)
  local is_urgent = read_commands(now)
  close_stopped_ramps(now)
  if has_changed or is_urgent or now - guarded_at >= GUARD_S then
    is_urgent = read_rare() or is_urgent
  end
  has_changed = has_changed or reading.override ~= before
  local has_levels
  is_news, has_levels = reading.sweep(now, has_changed, now < busy_until, is_news)
  if is_news then busy_until = now + BUSY_S end
  if is_news or is_urgent or now - told_at >= BEAT_S then
    body = reading.text()
    publish(now)
  end
  devices.sweep(now)
  devices.is_news = reading.sweep_notes() or devices.is_news
  publish_devices(now)
  if has_levels or levels_layout ~= reading.layout or now - levels_at >= BEAT_S then
    publish_levels(now)
  end
end

local function leave()
  if is_ours() then
    reaper.SetExtState(mixbridge.SECTION, "run", "", false)
    os.remove(mixbridge.folder .. "state.txt")
    os.remove(mixbridge.folder .. "levels.txt")
    os.remove(mixbridge.folder .. "items.txt")
    os.remove(mixbridge.folder .. "clips.txt")
    os.remove(mixbridge.folder .. "devices.txt")
  end
  if reaper.set_action_options then reaper.set_action_options(8) end
end

local function tick()
  local now = reaper.time_precise()
  local is_guarding = now - guarded_at >= GUARD_S
  if is_guarding and not is_ours() then return end -- another has begun, or this one is to stop
  local ok, fault = pcall(watch, now)
  if ok then
    faults = 0
  else
    faults = faults + 1
    reading.forget()
    mixbridge.replace("fault.txt", tostring(fault) .. "\n")
  end
  if is_guarding then
    guarded_at = now
    reaper.SetExtState(mixbridge.SECTION, "beat", mixbridge.number(now, 3), false)
  end
  if faults < MAX_FAULTS then reaper.defer(tick) end
end

-- Put the other actions on REAPER's list, once a version.
local function register_actions()
  if reaper.GetExtState(mixbridge.SECTION, "registered") == mixbridge.VERSION then return end
  local names = {
    "Companion", "Thumb up", "Thumb down", "Mix is as I want it", "Undo last move",
    "Accept suggestion", "Skip suggestion", "Freeze", "Panic", "Rearm", "Status window",
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
