"""Answer GetMetricData's searches, with the label of each metric found, as CloudWatch does.

MiniStack answers every expression with an error. Known is what a search for all metrics of a name needs: a
schema, exact terms, a statistic and a period; and of dynamic labels, the value of a dimension. Sources:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/graph-dynamic-labels.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ministack.services import cloudwatch

# CloudWatch finds so many.
MAX_SERIES = 100
_SEARCH = re.compile(r"SEARCH\('\{(?P<schema>[^}]+)\} (?P<terms>[^']+)', '(?P<stat>\w+)', (?P<period>\d+)\)")
_TERM = re.compile(r'(\w+)="([^"]*)"')
_LABEL = re.compile(r"\$\{PROP\('Dim\.(\w+)'\)\}")


def apply() -> None:
    """Put what a search finds in its place before the request is answered."""
    answer = cloudwatch._get_metric_data

    def get_metric_data(
        params: Mapping[str, Any], request: dict[str, Any], is_cbor: bool, is_json: bool = False
    ) -> Any:
        if is_cbor or is_json:
            queries = [each for query in request.get("MetricDataQueries", []) for each in _expanded(query)]
            request = {**request, "MetricDataQueries": queries}
        return answer(params, request, is_cbor, is_json)

    cloudwatch._get_metric_data = get_metric_data


def _expanded(query: dict[str, Any]) -> Iterator[dict[str, Any]]:
    search = _SEARCH.fullmatch(query.get("Expression", ""))
    if search is None:
        yield query
        return
    namespace, *names = search["schema"].split(",")
    terms = dict(_TERM.findall(search["terms"]))
    wanted = terms.pop("MetricName")
    found = 0
    for key in list(cloudwatch._metrics):
        space, name, _ = key
        if (space, name) != (namespace, wanted):
            continue
        points = cloudwatch._metrics.get(key)
        dimensions = points[0]["Dimensions"] if points else {}
        fits = set(dimensions) == set(names) and all(dimensions.get(k) == v for k, v in terms.items())
        if not fits or found == MAX_SERIES:
            continue
        found += 1
        yield {
            "Id": query["Id"],
            "Label": _labelled(query.get("Label") or name, dimensions),
            "MetricStat": {
                "Metric": {
                    "Namespace": space,
                    "MetricName": name,
                    "Dimensions": [{"Name": k, "Value": v} for k, v in dimensions.items()],
                },
                "Period": int(search["period"]),
                "Stat": search["stat"],
            },
        }


def _labelled(label: str, dimensions: Mapping[str, str]) -> str:
    return _LABEL.sub(lambda match: dimensions[match[1]], label)
