"""rottui: train, sweep and watch networks that read the angle of a garment image."""

__version__ = "0.1.0"
