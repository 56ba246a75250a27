"""What stands around the pages: sidebar, top bar, status strip, command palette."""
