-- expects: denied
io.popen("id")
