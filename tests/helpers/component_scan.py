"""Streamlit looks for components in all installed packages once; else it does so for every AppTest and every server.

It takes 0.6 s of CPU. Importing this is enough.
"""

from streamlit.components.v2 import manifest_scanner

_found = manifest_scanner.scan_component_manifests()
manifest_scanner.scan_component_manifests = lambda *_args, **_options: _found
