"""What is drawn of tasks, answers and looks at support cells, as plain data, SVG and figures. Imports no torch."""
