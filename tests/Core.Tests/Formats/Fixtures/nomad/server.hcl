# no job: the agent's own settings
server { enabled = true }
task "x" { config { image = "no:1" } }
