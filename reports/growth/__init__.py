"""A plan for growing mail: until when the limit is enough, what to ask AWS for, and what it costs."""
