"""The engine: claims runs from the store, trains them in worker threads, lets go of them."""
