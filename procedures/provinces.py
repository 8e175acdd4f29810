"""Province codes at the start of a personal number (số định danh cá nhân), as allotted before July 2025.

The numbers did not change when provinces merged. Source: annex of Circular 59/2021/TT-BCA; the same list stands in
the catalogue's lists.yaml under provinces_before_2025_07.
"""

PERSONAL_NUMBER_PROVINCES = frozenset(
    (
        "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 "
        "035 036 037 038 040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 "
        "070 072 074 075 077 079 080 082 083 084 086 087 089 091 092 093 094 095 096"
    ).split()
)
