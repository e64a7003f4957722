"""The badge as a Streamlit app, run by the peers' own Python: `streamlit run streamlit_badge.py -- BODY`."""

import sys
from pathlib import Path

import streamlit

streamlit.html(Path(sys.argv[1]).read_text(encoding="utf-8"))
