"""Upstream: where the totals go."""

from connectors.upstream.compose import SummaryComposer
from connectors.upstream.push import ClientCertificate, UpstreamChannel

__all__ = ["ClientCertificate", "SummaryComposer", "UpstreamChannel"]
