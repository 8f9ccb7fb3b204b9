"""What seslab found as one page of HTML: tables, figures and words in a single file that asks no network."""
