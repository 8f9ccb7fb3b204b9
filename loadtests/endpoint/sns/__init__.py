"""SNS where it reaches a webhook: subscriptions are confirmed, and messages signed; the rest of SNS is moto's."""
