"""What is drawn of clips, tracks and attention between detections, as plain data and figures. Imports no torch."""
