"""Who may do what: policies and the condition keys that they ask about."""
