"""All laws, in the order in which they are shown."""

from __future__ import annotations

from reports.verify import greedy_sender, ideal_sender, little, many_servers, paced_pod

LAWS = (*paced_pod.LAWS, many_servers.LAW, *little.LAWS, *ideal_sender.LAWS, greedy_sender.LAW)
