"""Reads OpenMetrics from stdin with the Prometheus project's own parser; prints what it understood as JSON."""
import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

families = list(text_string_to_metric_families(sys.stdin.read()))
print(json.dumps([
    {
        "name": family.name,
        "type": family.type,
        "unit": family.unit,
        "samples": [
            [sample.name, sample.labels, str(sample.value), sample.exemplar and sample.exemplar.labels]
            for sample in family.samples
        ],
    }
    for family in families
]))
