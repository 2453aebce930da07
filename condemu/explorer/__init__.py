"""Runs the user's own actors, in threads of this process, along the schedules of `condemu.lab`."""
