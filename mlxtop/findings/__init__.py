"""What stands out in a span of a run, in short sentences, the worst first."""

from mlxtop.findings.find import findings
from mlxtop.findings.finding import Finding, Severity

__all__ = ["Finding", "Severity", "findings"]
