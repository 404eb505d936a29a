-- The headless Ardour of mixbridge: runs each line of its standard input and says what came of it.
-- It ends with its input, so that it never outlives the program that started it.
for line in io.lines() do
  local chunk, fault = load(line)
  local fine, answer = false, fault
  if chunk then
    fine, answer = pcall(chunk)
  end
  local text = tostring(answer):gsub("\n", " ")
  io.stdout:write("@@", fine and "done " or "fault ", text, "\n")
  io.stdout:flush()
end
