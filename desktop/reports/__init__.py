"""Reports: real PDFs, made from the stores without a window."""
