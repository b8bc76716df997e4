"""What is true without a browser: tables, queries, policy and the functions that write."""
