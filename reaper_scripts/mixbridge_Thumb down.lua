-- @noindex
-- I do not like the last move of mixbridge's: it goes back.

local here = debug.getinfo(1, "S").source:match("^@(.*[/\\])") or ""
local mixbridge = dofile(here .. "mixbridge_lib.lua")
mixbridge.thumb(false)
reaper.defer(function() end) -- no point of undo for a press
