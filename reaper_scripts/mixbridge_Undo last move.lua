-- @noindex
-- Take the last move of mixbridge's back.

local here = debug.getinfo(1, "S").source:match("^@(.*[/\\])") or ""
local mixbridge = dofile(here .. "mixbridge_lib.lua")
mixbridge.press("undo")
reaper.defer(function() end) -- no point of undo for a press
