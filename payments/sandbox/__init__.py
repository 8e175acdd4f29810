"""A make-believe payment gateway and carrier over real HTTP, for trials and tests.

Another party: it knows nothing of the portal.
"""
