-- @noindex
-- Freeze: mixbridge touches nothing. A second press lets it go on.

local here = debug.getinfo(1, "S").source:match("^@(.*[/\\])") or ""
local mixbridge = dofile(here .. "mixbridge_lib.lua")
local bridge = mixbridge.bridge()
mixbridge.press(bridge and bridge.status == "frozen" and "unfreeze" or "freeze")
reaper.defer(function() end) -- no point of undo for a press
