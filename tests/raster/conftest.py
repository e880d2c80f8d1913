from hypothesis import settings
from stores import store, store_server  # noqa: F401  # an S3 server on this machine

# The machine may be busy with other things: a slow example is no failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
