-- @noindex
-- A dockable window: what mixbridge does, and its buttons. Run it again to close it.

local here = debug.getinfo(1, "S").source:match("^@(.*[/\\])") or ""
local mixbridge = dofile(here .. "mixbridge_lib.lua")

local BUTTONS = {
  { "Good", "up" }, { "Bad", "down" }, { "As I want it", "endorse" }, { "Accept", "accept" },
  { "Skip", "skip" }, { "Undo", "undo" }, { "Freeze", "freeze" }, { "Panic", "panic" },
}
local LETTERS = 0 -- of all labels, each with some room: buttons are as wide as their words
for _, button in ipairs(BUTTONS) do LETTERS = LETTERS + #button[1] + 2 end
local PAD, LINE, STALE_S, DRAW_S = 8, 18, 3, 0.2
local was_down, drawn_at = false, -1e9

local function place() return reaper.GetExtState(mixbridge.SECTION, "window") end

local function remember()
  local dock, x, y, width, height = gfx.dock(-1, 0, 0, 0, 0)
  local text = string.format("%d %d %d %d %d", dock, x, y, width, height)
  if text ~= place() then reaper.SetExtState(mixbridge.SECTION, "window", text, true) end
end

-- What a button does now: the two that have a way back name it.
local function meaning(button, bridge)
  local word = button[2]
  if word == "freeze" and bridge and bridge.status == "frozen" then return "Go on", "unfreeze" end
  if word == "panic" and bridge and bridge.status == "panic" then return "Rearm", "rearm" end
  return button[1], word
end

local function is_enabled(word, bridge)
  if not bridge then return false end
  if word == "up" or word == "down" then return bridge.suggestion .. bridge.rateable ~= "" end
  return (word ~= "accept" and word ~= "skip") or bridge.suggestion ~= ""
end

local function press(word, bridge)
  if word == "up" or word == "down" then return mixbridge.thumb(word == "up") end
  local is_answer = word == "accept" or word == "skip"
  mixbridge.press(word, is_answer and bridge.suggestion or "")
end

local function draw_text(text, x, y, brightness)
  gfx.x, gfx.y = x, y
  gfx.set(brightness, brightness, brightness, 1)
  gfx.drawstr(text)
end

local function draw_buttons(bridge, is_click)
  local height = LINE + PAD
  local y, next_x = gfx.h - height - PAD, PAD
  for _, button in ipairs(BUTTONS) do
    local label, word = meaning(button, bridge)
    local x, width = next_x, (gfx.w - PAD - PAD * #BUTTONS) * (#button[1] + 2) / LETTERS
    next_x = x + width + PAD
    local enabled = is_enabled(word, bridge)
    gfx.set(0.3, 0.3, 0.3, enabled and 1 or 0.4)
    gfx.rect(x, y, width, height, true)
    draw_text(label, x + PAD, y + PAD / 2, enabled and 1 or 0.5)
    local is_over = gfx.mouse_x >= x and gfx.mouse_x < x + width
      and gfx.mouse_y >= y and gfx.mouse_y < y + height
    if enabled and is_click and is_over then press(word, bridge) end
  end
end

local function draw(is_click)
  local bridge = mixbridge.bridge()
  if bridge and bridge.age > STALE_S then bridge = nil end
  if bridge then
    draw_text(bridge.status .. " (" .. bridge.mode .. "): " .. bridge.text, PAD, PAD, 0.9)
    draw_text(bridge.move, PAD, PAD + LINE, 0.8)
  else
    draw_text("mixbridge does not run: start 'mixbridge run --daw reaper'", PAD, PAD, 0.9)
  end
  draw_buttons(bridge, is_click)
end

local function loop()
  local key = gfx.getchar()
  if key < 0 or key == 27 then return end -- closed, or Escape
  local is_down = gfx.mouse_cap & 1 == 1
  local is_click = is_down and not was_down
  local now = reaper.time_precise()
  if is_click or now - drawn_at >= DRAW_S then
    drawn_at = now
    draw(is_click)
    gfx.update()
  end
  was_down = is_down
  reaper.defer(loop)
end

local function leave()
  remember()
  gfx.quit()
  if reaper.set_action_options then reaper.set_action_options(8) end
end

local dock, x, y, width, height = place():match("^(%-?%d+) (%-?%d+) (%-?%d+) (%d+) (%d+)$")
gfx.init("mixbridge", tonumber(width) or 640, tonumber(height) or 90, tonumber(dock) or 0,
  tonumber(x) or 100, tonumber(y) or 100)
gfx.setfont(1, "Arial", 15)
if reaper.set_action_options then reaper.set_action_options(1 | 4) end
reaper.atexit(leave)
loop()
