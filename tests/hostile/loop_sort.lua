-- expects: timeout
while true do pcall(table.sort, { 5, 4, 3, 2, 1 }, function() while true do end end) end
