"""The matching engine: which listed people may a candidate be, how sure are we, and why?

A library without I/O but its own segment files. It knows names, dates and countries; it knows nothing
about agencies, recruiters or what follows from an answer.
"""
