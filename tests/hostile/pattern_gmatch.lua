-- expects: timeout
for _ in string.gmatch(("a"):rep(60), (".*"):rep(12) .. "b") do end
