"""One way in: what a file, a request, a form or a command says, read by one grammar and refused in one voice."""
