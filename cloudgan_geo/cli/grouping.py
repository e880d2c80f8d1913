"""Help in groups: a list of thirty options is none."""

from __future__ import annotations

import click

from cloudgan_geo.correction.layers import BY_ARGUMENT, PAGES

#: Headings, and the options under them; what is not named stands under the last heading.
_GROUPS = {
    "The scene": ("bands", "radiometry", "level", "aoi", "bounds", "trust_input"),
    "What is corrected": ("model", "correct", "keep_below", "thick_above", "thick", "thick_error"),
    "What is written": (
        *("output", "write", "rgb_only", "cog", "creation", *BY_ARGUMENT, *PAGES),
        *("report", "overwrite", "out_dir", "log", "stac"),
    ),
    "Which scenes, and who does them": ("jobs", "scheduler", "shard", "resume", "dry_run"),
    "How it is computed": ("device", "precision", "compile", "batch_size", "overlap"),
}
_OTHERS = "Other options"


class GroupedCommand(click.Command):
    """A command whose help lists its options under headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the options, group by group, in the order of the groups."""
        records = {
            param.name: record
            for param in self.get_params(ctx)
            # Some versions of click give arguments a record too, an empty one.
            if isinstance(param, click.Option)
            and (record := param.get_help_record(ctx)) is not None
        }
        for heading, names in _GROUPS.items():
            rows = [records.pop(name) for name in names if name in records]
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)
        with formatter.section(_OTHERS):
            formatter.write_dl(list(records.values()))
