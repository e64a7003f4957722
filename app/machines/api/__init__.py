"""The JSON API, declared once: what is taken is read and checked by these shapes, and the document is made of them."""
