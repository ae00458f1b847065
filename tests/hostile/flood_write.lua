-- expects: timeout
while true do io.write("x") end
