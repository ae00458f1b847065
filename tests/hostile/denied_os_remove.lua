-- expects: denied
os.remove("/etc/hostname")
