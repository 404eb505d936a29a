ardour {
  ["type"] = "EditorHook",
  name = "mixbridge items",
  license = "MIT",
  author = "The mixbridge authors",
  description = [[Tells mixbridge, an assistant beside Ardour, where audio regions lie, and makes the
edits that it is asked for: each is one named point of undo. No file is changed.]]
}

function signals()
  return LuaSignal.Set():add({ [LuaSignal.LuaTimerDS] = true })
end

-- What is known from tick to tick is global: Ardour may call the factory anew.
function factory()
  local SCHEMA, REPORT_TICKS, SUPERCLOCK = "1", 3, 282240000
  local FARTHEST_S = 0.081 -- nothing that is no other take is moved further
  local LEAST_FADE = 64 -- samples; Ardour has no shorter one
  if type(io) ~= "table" or type(os) ~= "table" or not os.getenv then
    print("mixbridge items: this Ardour lets scripts read and write no files, so no edits can be made.")
    return function() end
  end
  local home = os.getenv("MIXBRIDGE_ARDOUR") or ((os.getenv("HOME") or os.getenv("USERPROFILE") or ".") .. "/.mixbridge/ardour")
  mixbridge_items = mixbridge_items or {
    run = tostring(os.time()) .. "-" .. tostring(math.random(1, 1000000000)),
    done = 0, ticks = 0, text = "", edits = "",
    families = {}, -- key -> its region ids, in order
    owner = {}, -- region id -> key
    versions = {}, -- key -> { version, rows }
    unchosen = {}, -- region id -> its piece before it was chosen as a take
    fades = {}, -- region id -> { fade in, fade out } in samples
  }
  local M = mixbridge_items

  local function at(samples) return Temporal.timepos_t(samples) end
  local function id_of(region) return region:to_stateful():id():to_s() end
  local function flat(text) return (tostring(text):gsub("[\t\r\n]", " ")) end

  local function read(name)
    local file = io.open(home .. "/" .. name, "rb")
    if not file then return nil end
    local text = file:read("*a")
    file:close()
    return text
  end

  local function replace(name, text)
    local file = io.open(home .. "/" .. name .. ".tmp", "wb")
    if not file then return end
    file:write(text)
    file:close()
    if not os.rename(home .. "/" .. name .. ".tmp", home .. "/" .. name) then
      os.remove(home .. "/" .. name) -- Windows renames over nothing that exists
      os.rename(home .. "/" .. name .. ".tmp", home .. "/" .. name)
    end
  end

  -- -- fades: Ardour 7 says whether one is on, and not how long it is -----------------------------

  local function saved_fades()
    Session:save_state("")
    local file = io.open(Session:path() .. "/" .. Session:snap_name() .. ".ardour", "rb")
    if not file then return end
    local text = file:read("*a")
    file:close()
    local rate = Session:nominal_sample_rate()
    local playlists = text:match("<Playlists>(.*)</Playlists>") or ""
    for head, body in playlists:gmatch("<Region ([^>]*[^/>])>(.-)</Region>") do
      local id = head:match(' id="(%d+)"')
      local function length(tag)
        local events = body:match("<" .. tag .. ">.-<events>(.-)</events>")
        local last = nil
        for clock in (events or ""):gmatch("a(%d+) ") do last = tonumber(clock) end
        return last and math.floor(last * rate / SUPERCLOCK + 0.5) or LEAST_FADE
      end
      if id and not M.fades[id] then M.fades[id] = { length("FadeIn"), length("FadeOut") } end
    end
  end

  local function fades_of(id, audio)
    local is_in, is_out = audio:fade_in_active(), audio:fade_out_active()
    if not (is_in or is_out) then return 0, 0 end
    if not M.fades[id] then saved_fades() end
    local known = M.fades[id] or { LEAST_FADE, LEAST_FADE }
    -- A fade that is on and not ours has a shape of the person's: it is never changed.
    known.theirs_in = known.theirs_in or (is_in and not known.ours_in)
    known.theirs_out = known.theirs_out or (is_out and not known.ours_out)
    M.fades[id] = known
    return is_in and known[1] or 0, is_out and known[2] or 0
  end

  -- -- what stands ----------------------------------------------------------------------------------

  local function tracks()
    local list = {}
    for route in Session:get_routes():iter() do
      local track = route:to_track()
      if not track:isnil() and not track:to_audio_track():isnil() then list[#list + 1] = { route = route, track = track } end
    end
    return list
  end

  local function file_of(region)
    local source = region:source(0):to_filesource()
    return flat(source:isnil() and "" or source:path())
  end

  local function piece_of(region)
    local audio, id = region:to_audioregion(), id_of(region)
    local fade_in, fade_out = fades_of(id, audio)
    local gain = audio:scale_amplitude()
    return table.concat({
      "piece", file_of(region), region:position():samples(),
      region:length():samples(), region:start():samples(), fade_in, fade_out,
      string.format("%.4f", gain > 0 and 20 * math.log(gain, 10) or -150), region:muted() and 1 or 0,
    }, "\t")
  end

  local function barred(region)
    if Session:actively_recording() then return "it is being recorded" end
    if region:locked() or region:position_locked() then return "it is locked" end
    if region:is_compound() then return "it is a compound of others" end
    if region:stretch() ~= 1 or region:shift() ~= 1 then return "it is stretched" end
    if region:to_audioregion():isnil() then return "it is no audio" end
    return ""
  end

  -- Items that lie alike on tracks that are edited together belong together.
  local function group_of(route, region)
    local fine, name = pcall(function()
      local group = route:route_group()
      return group and not group:isnil() and group:is_active() and group:name() or ""
    end)
    if not fine or name == "" then return "" end
    return name .. "@" .. region:position():samples() .. "+" .. region:length():samples()
  end

  local function end_of(region) return region:position():samples() + region:length():samples() end

  -- The uppermost region that hides another one: it lies over all of it, is opaque and not muted.
  local function hidden_by(region, regions)
    local best
    for _, other in ipairs(regions) do
      if other:layer() > region:layer() and other:opaque() and not other:muted()
        and other:position():samples() <= region:position():samples() and end_of(other) >= end_of(region)
        and (not best or other:layer() > best:layer()) then
        best = other
      end
    end
    return best
  end

  local function audio_regions(track)
    local regions = {}
    for region in track:playlist():region_list():iter() do
      if not region:to_audioregion():isnil() then regions[#regions + 1] = region end
    end
    return regions
  end

  local function listed()
    local items, order, seen, beneath = {}, {}, {}, {}
    for _, each in ipairs(tracks()) do
      local regions = audio_regions(each.track)
      for _, region in ipairs(regions) do
        local id, over = id_of(region), hidden_by(region, regions)
        if over then
          local top = id_of(over)
          beneath[top] = beneath[top] or {}
          table.insert(beneath[top], region)
          M.owner[id] = nil
        else
          local key = M.owner[id] or id
          M.owner[id], seen[id] = key, true
          if not items[key] then
            items[key] = { regions = {}, route = each.route, track = each.track }
            order[#order + 1] = key
          end
          table.insert(items[key].regions, region)
        end
      end
    end
    for id in pairs(M.owner) do
      if not seen[id] then M.owner[id], M.fades[id] = nil, nil end
    end
    for _, item in pairs(items) do
      item.beneath = {}
      for _, region in ipairs(item.regions) do
        for _, hidden in ipairs(beneath[id_of(region)] or {}) do table.insert(item.beneath, hidden) end
      end
      table.sort(item.regions, function(a, b)
        local one, two = a:position():samples(), b:position():samples()
        return one < two or (one == two and a:start():samples() < b:start():samples())
      end)
    end
    return items, order
  end

  local function grid()
    local map = Temporal.TempoMap.read()
    local bpm = map:tempo_at(at(0)):quarter_notes_per_minute()
    local beats = map:meter_at(at(0)):divisions_per_bar()
    return string.format("grid\t%.6f\t0\t%d", bpm, beats)
  end

  local function shift_of(region) return region:position():samples() - region:start():samples() end

  -- What lies hidden beneath an item: where it has the same bounds, it is another take.
  local function told_beneath(item)
    local lines = #item.beneath > 0 and { "stacked" } or {}
    if #item.regions > 1 then return lines end
    local first = item.regions[1]
    for _, region in ipairs(item.beneath) do
      if region:position():samples() == first:position():samples() and end_of(region) == end_of(first)
        and barred(region) == "" and not region:muted() then
        lines[#lines + 1] = table.concat({ "take", file_of(region), shift_of(region), flat(region:name()) }, "\t")
      end
    end
    return lines
  end

  local function report()
    local items, order = listed()
    local lines = {
      "mixbridge-items\t" .. SCHEMA, "run\t" .. M.run, "done\t" .. M.done,
      "rate\t" .. Session:nominal_sample_rate(), grid(),
    }
    for _, key in ipairs(order) do
      local item, rows = items[key], {}
      for place, region in ipairs(item.regions) do rows[place] = piece_of(region) end
      local text, known = table.concat(rows, "\n"), M.versions[key]
      if not known or known.text ~= text then
        known = { version = (known and known.version or 0) + 1, text = text }
        M.versions[key] = known
      end
      local first = item.regions[1]
      lines[#lines + 1] = table.concat({
        "item", key, known.version, flat(item.route:name()), flat(first:name()), barred(first),
        flat(group_of(item.route, first)),
      }, "\t")
      lines[#lines + 1] = text
      for _, line in ipairs(told_beneath(item)) do lines[#lines + 1] = line end
    end
    lines[#lines + 1] = "end\n"
    local text = table.concat(lines, "\n")
    if text ~= M.text then
      M.text = text
      replace("items.txt", text)
    end
    return items
  end

  -- -- what is asked for ----------------------------------------------------------------------------

  local function number(text) return math.floor(tonumber(text) or 0) end

  local function set_piece(region, piece)
    local position, length, offset = number(piece[2]), number(piece[3]), number(piece[4])
    region:to_stateful():clear_changes()
    local shifted = position - offset + region:start():samples()
    if shifted ~= region:position():samples() then region:set_position(at(shifted)) end
    if region:position():samples() ~= position then region:trim_front(at(position)) end
    if region:length():samples() ~= length then region:trim_end(at(position + length)) end
    local audio, id = region:to_audioregion(), id_of(region)
    local fade_in, fade_out = number(piece[5]), number(piece[6])
    local known = M.fades[id] or {}
    if fade_in > 0 then
      if fade_in ~= known[1] then audio:set_fade_in_length(math.max(fade_in, LEAST_FADE)) end
      if not known.theirs_in then audio:set_fade_in_shape(ARDOUR.FadeShape.FadeConstantPower) end
    end
    if fade_out > 0 then
      if fade_out ~= known[2] then audio:set_fade_out_length(math.max(fade_out, LEAST_FADE)) end
      if not known.theirs_out then audio:set_fade_out_shape(ARDOUR.FadeShape.FadeConstantPower) end
    end
    audio:set_fade_in_active(fade_in > 0)
    audio:set_fade_out_active(fade_out > 0)
    M.fades[id] = {
      fade_in > 0 and fade_in or known[1] or LEAST_FADE, fade_out > 0 and fade_out or known[2] or LEAST_FADE,
      ours_in = true, ours_out = true, theirs_in = known.theirs_in, theirs_out = known.theirs_out,
    }
    local gain = 10 ^ (tonumber(piece[7]) / 20)
    if math.abs(gain - audio:scale_amplitude()) > 1e-4 * gain then audio:set_scale_amplitude(gain) end
    if region:muted() ~= (piece[8] == "1") then region:set_muted(piece[8] == "1") end
    Session:add_stateful_diff_command(region:to_statefuldestructible())
  end

  local function longest(regions)
    local best = regions[1]
    for _, region in ipairs(regions) do
      if region:length():samples() > best:length():samples() then best = region end
    end
    return best
  end

  -- Give an item as many regions as pieces are wanted: by splits, whose halves get new ids, or by
  -- taking those away that a split of ours has made.
  local function resize(key, item, count)
    local playlist = item.track:playlist()
    playlist:to_stateful():clear_changes()
    local regions = item.regions
    while #regions > count do
      M.owner[id_of(regions[#regions])] = nil
      playlist:remove_region(regions[#regions])
      table.remove(regions)
    end
    while #regions < count do
      local before, old = {}, longest(regions)
      for region in playlist:region_list():iter() do before[id_of(region)] = true end
      local known, old_id = M.fades[id_of(old)], id_of(old)
      local middle = old:position():samples() + math.floor(old:length():samples() / 2)
      playlist:split_region(old, at(middle))
      local made = {}
      for _, region in ipairs(regions) do
        if id_of(region) ~= old_id then made[#made + 1] = region end
      end
      for region in playlist:region_list():iter() do
        local id = id_of(region)
        if not before[id] then
          M.owner[id] = key
          if known then
            M.fades[id] = { known[1], known[2], theirs_in = known.theirs_in, theirs_out = known.theirs_out,
              ours_in = true, ours_out = true }
          end
          made[#made + 1] = region
        end
      end
      if #made <= #regions then return nil end
      regions = made
      table.sort(regions, function(a, b) return a:position():samples() < b:position():samples() end)
    end
    Session:add_stateful_diff_command(playlist:to_statefuldestructible())
    return regions
  end

  -- Let a take that lies beneath play: it is raised, and the one that played is hidden by it. What a
  -- take was like before it was chosen is known, and comes back when another one is chosen.
  local function choose(key, item, piece)
    local shown, chosen = item.regions[1], nil
    local shift = number(piece[2]) - number(piece[4])
    for _, region in ipairs(item.beneath) do
      if file_of(region) == piece[1] and shift_of(region) == shift then chosen = region end
    end
    if not chosen then return end
    local fields = {}
    for field in (piece_of(chosen) .. "\t"):gmatch("(.-)\t") do fields[#fields + 1] = field end
    table.remove(fields, 1)
    M.unchosen[id_of(chosen)] = fields
    local playlist = item.track:playlist()
    playlist:to_stateful():clear_changes()
    playlist:raise_region_to_top(chosen)
    Session:add_stateful_diff_command(playlist:to_statefuldestructible())
    M.owner[id_of(chosen)], M.owner[id_of(shown)] = key, nil
    set_piece(chosen, piece)
    local was = M.unchosen[id_of(shown)]
    if was then set_piece(shown, was) end
  end

  local function obey(edit, items)
    local item, known = items[edit.key], M.versions[edit.key]
    if not item or not known or known.version ~= edit.version then return end
    for _, region in ipairs(item.regions) do
      if barred(region) ~= "" then return end
    end
    Session:begin_reversible_command(edit.label)
    local first, shift = edit.pieces[1], number(edit.pieces[1][2]) - number(edit.pieces[1][4])
    local is_take = first[1] ~= file_of(item.regions[1]) or math.abs(shift - shift_of(item.regions[1])) > FARTHEST_S * Session:nominal_sample_rate()
    if is_take and #item.beneath > 0 then
      if #edit.pieces == 1 and #item.regions == 1 then pcall(choose, edit.key, item, first) end
      Session:commit_reversible_command(nil)
      return
    end
    local fine, regions = pcall(resize, edit.key, item, #edit.pieces)
    if fine and regions then
      for place, piece in ipairs(edit.pieces) do set_piece(regions[place], piece) end
    end
    Session:commit_reversible_command(nil)
  end

  local function read_edits()
    local text = read("edits.txt")
    if not text or text == M.edits or text:sub(-4) ~= "end\n" then return {} end
    M.edits = text
    local edits, run = {}, ""
    for line in text:gmatch("[^\n]+") do
      local fields = {}
      for field in (line .. "\t"):gmatch("(.-)\t") do fields[#fields + 1] = field end
      local kind = table.remove(fields, 1)
      if kind == "run" then run = fields[1] end
      if kind == "edit" then
        edits[#edits + 1] = {
          number = number(fields[1]), version = number(fields[2]), key = fields[3],
          label = fields[4], pieces = {},
        }
      elseif kind == "piece" and #edits > 0 and #fields == 8 then
        table.insert(edits[#edits].pieces, fields)
      end
    end
    return run == M.run and edits or {}
  end

  return function()
    if not Session then return end
    M.ticks = M.ticks + 1
    local edits = read_edits()
    local is_asked = false
    for _, edit in ipairs(edits) do
      if edit.number > M.done and #edit.pieces > 0 then
        local items = report()
        obey(edit, items)
        M.done, is_asked = edit.number, true
      end
    end
    if is_asked or M.ticks % REPORT_TICKS == 1 then report() end
  end
end
