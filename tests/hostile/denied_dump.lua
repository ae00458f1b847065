-- expects: denied
string.dump(function() end)
