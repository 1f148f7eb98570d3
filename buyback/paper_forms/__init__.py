"""Later capture of paper forms: the file, its plan, and all of it stored or none."""
