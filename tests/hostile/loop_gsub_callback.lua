-- expects: timeout
while true do pcall(string.gsub, ("a"):rep(10000), "a", function() while true do end end) end
