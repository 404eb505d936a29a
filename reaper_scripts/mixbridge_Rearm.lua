-- @noindex
-- Let mixbridge go on after a panic.

local here = debug.getinfo(1, "S").source:match("^@(.*[/\\])") or ""
local mixbridge = dofile(here .. "mixbridge_lib.lua")
mixbridge.press("rearm")
reaper.defer(function() end) -- no point of undo for a press
