"""The network whose test cells look support cells up, its parts, its loss, and how its answers are read."""
