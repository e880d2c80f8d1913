from hypothesis import settings

# The machine may be busy with other things: a slow example is no failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
