"""The library of recordings: a list to sort and filter, a preview, what is done with files."""
