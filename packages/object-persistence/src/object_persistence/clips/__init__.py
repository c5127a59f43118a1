"""What detection, patches, linking and matching with the truth make of a clip. Imports no torch."""
