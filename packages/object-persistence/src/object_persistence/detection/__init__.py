"""From frames to tables of detections: blobs in scale space, with position, width, SNR and confidence. No torch."""
