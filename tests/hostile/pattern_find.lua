-- expects: timeout
-- exponential in the C library's matcher, where no hook comes
string.find(("a"):rep(40), ("a?"):rep(40) .. ("a"):rep(40) .. "b")
