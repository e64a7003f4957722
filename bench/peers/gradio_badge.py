"""The badge as a Gradio app, run by the peers' own Python: `python gradio_badge.py PORT BODY`."""

import sys
from pathlib import Path

import gradio

port, body = int(sys.argv[1]), Path(sys.argv[2]).read_text(encoding="utf-8")

with gradio.Blocks(analytics_enabled=False) as badge:
    shown = gradio.HTML()
    badge.load(lambda: body, outputs=shown)  # for each visitor anew, as a score is

badge.launch(server_name="127.0.0.1", server_port=port, ssr_mode=False, quiet=True, share=False, footer_links=[])
