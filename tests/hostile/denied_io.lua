-- expects: denied
io.open("/tmp/mundap-hostile", "w")
