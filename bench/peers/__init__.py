"""Other servers of small panels, beside Inlay: the same badge in the same page, as their own documentation has it."""
