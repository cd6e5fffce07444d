"""What the facts add up to, now.

One row per case, report, referral, screening and clock, rebuilt from the topics at will.
"""
