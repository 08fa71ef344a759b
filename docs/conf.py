"""The documentation site.  ``make docs`` builds it; tools/site.py lays out the sources that Sphinx reads here.

Nothing that a page needs comes from another host: the theme, its scripts and the search index are files of the site.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

project = "openiads"
author = "openiads contributors"
project_copyright = "openiads contributors, MIT license"
release = version = os.environ["OPENIADS_DOCS_VERSION"]
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc", "sphinx_gallery.gen_gallery"]
root_doc = "docs/index"
# docs/gallery/index.md is written by hand; what sphinx-gallery would put in its place is left aside.
exclude_patterns = ["docs/gallery/scripts", "docs/gallery/pages/index.rst", "**/sg_execution_times.rst"]
exclude_patterns += ["sg_execution_times.rst"]

# ------------------------------------------------------------------ pages in Markdown

myst_heading_anchors = 6  # links to a heading are written as code hosts have them: page.md#the-heading
highlight_language = "none"

# ------------------------------------------------------------------ reference from docstrings

add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_type_aliases = {"ArrayLike": "ArrayLike"}  # not the twenty types that it stands for
maximum_signature_line_length = 88
python_use_unqualified_type_names = True
autosummary_generate = False
numpydoc_show_class_members = False

# ------------------------------------------------------------------ gallery

sphinx_gallery_conf: dict[str, Any] = {
    "examples_dirs": "docs/gallery/scripts",
    "gallery_dirs": "docs/gallery/pages",
    "backreferences_dir": "docs/gallery/pages/uses",
    "filename_pattern": r"\.py$",
    "plot_gallery": os.environ["OPENIADS_DOCS_GALLERY"] == "run",
    "abort_on_example_error": True,
    "within_subsection_order": "FileNameSortKey",
    "download_all_examples": False,
    "show_signature": False,
    "write_computation_times": False,
    "min_reported_time": 10**6,  # how long a script took says nothing about another machine
    "reset_modules": ("matplotlib",),
    "remove_config_comments": True,
    "ignore_repr_types": r"matplotlib[.]|<class 'int'>|<class 'list'>",  # what a figure was made with is no answer
    "doc_module": ("openiads",),
    "reference_url": {"openiads": None},
}

# ------------------------------------------------------------------ HTML

html_theme = "furo"
html_title = f"openiads {release}"
templates_path = [str(HERE / "_templates")]
html_static_path = [str(HERE / "_static")]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/versions.html",
        "sidebar/scroll-end.html",
    ]
}


#: Page -> its words, with the marks of its headings and definitions, as the search quotes and finds them.
_texts: dict[str, str] = {}


def search_on_disk(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Keep the words of each page; give them to the search page in a script, which also works without a server."""
    if page == "search":
        app.add_js_file("search_texts.js", priority=100)
        app.add_js_file("search_on_disk.js", priority=101)
    elif doctree is not None:
        unread = r"<(svg|style|script)\b.*?</\1>|<!--.*?-->|<a class=\"headerlink\".*?</a>"
        shown = re.sub(unread, "", context["body"], flags=re.DOTALL)
        shown = re.sub(r"<(?!/?(?:section|dt)\b)[^>]*>", "", shown)
        shown = re.sub(r"<(section|dt)\b[^>]*?( id=\"[^\"]*\")[^>]*>", r"<\1\2>", shown)
        _texts[app.builder.get_target_uri(page)] = f'<div role="main">{shown}</div>'


def write_search_texts(app: Any, failed: Exception | None) -> None:
    """Write what search results quote."""
    if not failed and app.builder.format == "html":
        script = f"window.SEARCH_TEXTS = {json.dumps(_texts, ensure_ascii=False)};\n"
        (app.outdir / "_static" / "search_texts.js").write_text(script, encoding="utf-8")


def functions_first(app: Any, config: Any) -> None:
    """Let autodoc see the function where a package and a function have one public name."""
    import openiads

    for name in openiads.__all__:
        value = getattr(openiads, name)
        if inspect.ismodule(value) and callable(value):
            module, function = value.__public__
            vars(openiads)[name] = getattr(importlib.import_module(module), function)


def setup(app: Any) -> None:
    """Connect the functions above."""
    app.connect("config-inited", functions_first)
    app.connect("html-page-context", search_on_disk)
    app.connect("build-finished", write_search_texts)
