-- expects: lua
-- recursion inside the matcher
string.find(("a"):rep(300000), ("(.-)"):rep(31) .. ("a-"):rep(1000) .. "b")
