"""Upstream: where the totals go."""

from connectors.upstream.compose import SummaryComposer
from connectors.upstream.push import UpstreamChannel

__all__ = ["SummaryComposer", "UpstreamChannel"]
