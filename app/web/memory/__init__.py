"""What the road made is remembered here, and given out while it holds; nothing here decides anything."""
