-- expects: timeout
while true do end
