"""usage: junit.py FILE [NAME]: exits 0 if test case NAME of a JUnit report failed; without NAME, if none did."""

import sys
import xml.etree.ElementTree as tree

suites = tree.parse(sys.argv[1]).getroot()
bad = {case.get("name") for case in suites.iter("testcase") if len(case)}
assert any(True for _ in suites.iter("testcase")), "no test case"
print(f"{sys.argv[1]}: failed: {sorted(bad)}")
sys.exit(0 if (sys.argv[2] in bad if len(sys.argv) > 2 else not bad) else 1)
