"""Services for people who came home: who offers what, who could take whom, referrals, placements, and what is
lacking.
"""
