"""The functions of the subcommands, one for each entry of `command_table.COMMANDS`."""
