"""The lab from a shell: `condemu races`, over the HTTP calls that every other language uses."""
