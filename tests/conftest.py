"""For all tests: hypothesis times no example, as machines may be slow or busy."""

from hypothesis import settings

settings.register_profile("rmot", deadline=None)
settings.load_profile("rmot")
