"""Rows of referrals: the owner's, the recipient's, and what both show in their timelines."""
