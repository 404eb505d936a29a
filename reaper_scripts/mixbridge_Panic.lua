-- @noindex
-- Bring everything that mixbridge moved back to where it was, and stop.

local here = debug.getinfo(1, "S").source:match("^@(.*[/\\])") or ""
local mixbridge = dofile(here .. "mixbridge_lib.lua")
mixbridge.press("panic")
reaper.defer(function() end) -- no point of undo for a press
