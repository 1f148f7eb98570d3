"""One way out: tables and papers as CSV, workbooks and PDF."""
