"""The command that accounts for a raid layer by layer."""

from __future__ import annotations

from openiads.faces.cli.common import FigureFile, Json, RunFolder, picture_asked, reports_errors


@reports_errors
def layers(folder: RunFolder, figure: FigureFile = None, json: Json = False) -> None:
    """The raid of a stored run layer by layer: where threats died, what each site spent and had left, what leaked."""
    from openiads.explain.layers import layers as accounted
    from openiads.faces.cli import show
    from openiads.faces.words import layers as words

    picture_asked(figure)
    with show.progress_bars() as phases:
        phases.phase("accounting for every threat")
        found = accounted(folder)
        if figure is not None:
            from openiads.faces.pages import answers, run_layers

            answers.save(run_layers.layer_bars(found), figure)
    told = found.as_dict()
    if json:
        show.as_json(told)
        return
    out = show.console()
    out.print(words.answer(told))
    out.print(show.grid("", words.HEAD, words.rows(told), numbers=words.NUMBERS))
    out.print(words.LEGEND)
    head, rows = words.class_table(told)
    out.print(show.grid("By class of threat", head, rows, numbers=range(1, len(head))))
