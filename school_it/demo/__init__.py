"""An invented town the size of a real one, made with the product's own actions; the same seed gives the same town.

All names are invented. It is there to look at the product, to try it out, and to measure it.
"""
