"""Many abilities: every item belongs to one domain, and the domains are correlated."""

from headway.scale.domains.assemble import domains
from headway.scale.domains.result import Domains, Total

__all__ = ["Domains", "Total", "domains"]
