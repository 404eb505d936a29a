-- @noindex
-- This mix is as I want it: mixbridge learns from every track, and leaves what stands so alone.

local here = debug.getinfo(1, "S").source:match("^@(.*[/\\])") or ""
local mixbridge = dofile(here .. "mixbridge_lib.lua")
mixbridge.press("endorse")
reaper.defer(function() end) -- no point of undo for a press
