"""The comparison of strategies on one scenario: document, table, sentences and folder."""
