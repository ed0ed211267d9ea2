"""usage: scrape.py URL: what node_exporter serves is Prometheus', has reaper's metrics, and no error of reading them."""

import sys
import time
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

end = time.monotonic() + 20
while True:
    try:
        text = urllib.request.urlopen(sys.argv[1], timeout=5).read().decode()
        break
    except OSError:
        assert time.monotonic() < end, "node_exporter does not answer"
        time.sleep(0.05)
values = {}
for family in text_string_to_metric_families(text):
    for sample in family.samples:
        values[sample.name, sample.labels.get("severity")] = sample.value
print("\n".join(line for line in text.splitlines() if "reaper" in line or "textfile" in line))
assert values["node_textfile_scrape_error", None] == 0
assert values["reaper_complete", None] == 1
assert values["reaper_scanned_processes", None] > 0
assert ("reaper_remaining_findings", "error") in values
