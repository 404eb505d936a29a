"""The Live devices: `devices` describes them, `python -m max_patches.build` makes their files."""
