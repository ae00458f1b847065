-- expects: timeout
print(#string.gsub(("a"):rep(60), (".-"):rep(30) .. "b", ""))
