-- @noindex
-- Do not make the move that mixbridge suggests.

local here = debug.getinfo(1, "S").source:match("^@(.*[/\\])") or ""
local mixbridge = dofile(here .. "mixbridge_lib.lua")
local bridge = mixbridge.bridge()
if bridge and bridge.suggestion ~= "" then mixbridge.press("skip", bridge.suggestion) end
reaper.defer(function() end) -- no point of undo for a press
