-- expects: denied
dofile("/etc/passwd")
