"""The functions of the subcommands, one for each entry of `commandnames.COMMANDS`."""
