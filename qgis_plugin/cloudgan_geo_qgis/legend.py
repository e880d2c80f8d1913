"""Where results stand among the layers, and what they are called there."""

from __future__ import annotations

from collections import deque
from typing import Any, ClassVar, NamedTuple, Optional

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProject,
    QgsRasterLayer,
)

from .style import Look


class Entry(NamedTuple):
    """A result that may be loaded.

    Attributes:
        path: Of its file.
        label: What the dialog calls it.
        look: For it; None for that which QGIS gives it.
        is_image: Whether it is shown; what says something of an image lies under it, unticked.
    """

    path: str
    label: str
    look: Optional[Look]
    is_image: bool


#: Property of a layer that names the file it was made from, for the tool that compares both.
MADE_FROM = "cloudgan/made_from"


def arrange_later(
    context: QgsProcessingContext, entries: list[Entry], input_name: str, input_path: str
) -> None:
    """Has results named, dressed and put in a group of their own when they are loaded.

    A result that is loaded alone gets no group.

    Args:
        context: Of the run.
        entries: Its results, the topmost first.
        input_name: Of the layer or file that they were made from.
        input_path: Of that file.
    """
    loaded = [entry for entry in entries if context.willLoadLayerOnCompletion(entry.path)]
    group = _Group(input_name) if len(loaded) > 1 else None
    image = any(entry.is_image for entry in loaded)
    for rank, entry in enumerate(loaded):
        name_later(context, entry.path, entry.label, input_name)
        is_shown = entry.is_image or not image
        arranger = _Arranger(entry.look, group, rank, is_shown, input_path)
        _Arranger.kept.append(arranger)
        context.layerToLoadOnCompletionDetails(entry.path).setPostProcessor(arranger)


def name_later(context: QgsProcessingContext, path: str, label: str, input_name: str) -> None:
    """Has a result named by the input when it is loaded, unless a model or script names it.

    Args:
        context: Of the run.
        path: Of the result.
        label: What the dialog calls it.
        input_name: Of the layer or file that it was made from.
    """
    if context.willLoadLayerOnCompletion(path):
        details = context.layerToLoadOnCompletionDetails(path)
        if details.name in ("", label):
            details.name = f"{input_name}: {label}"


class _Group:
    """The results of a run among the layers, in their order.

    Args:
        name: For it.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._node: Any = None
        self._ranks: dict[str, int] = {}

    def take(self, project: QgsProject, layer: QgsRasterLayer, rank: int) -> None:
        """Moves a layer that has been added to the project to its place in the group."""
        node = project.layerTreeRoot().findLayer(layer.id())
        if node is None:
            return
        parent = node.parent()
        if self._node is None:
            self._node = parent.insertGroup(parent.children().index(node), self._name)
        self._ranks[layer.id()] = rank
        # QGIS may have put it into the group itself, beside what was current.
        children = [child for child in self._node.children() if hasattr(child, "layerId")]
        after = (child for child in children if self._ranks.get(child.layerId(), -1) > rank)
        below = next(after, None)
        everyone = self._node.children()
        place = len(everyone) if below is None else everyone.index(below)
        # First there twice: a layer that is nowhere in the tree would be taken from the project.
        self._node.insertChildNode(place, node.clone())
        parent.removeChildNode(node)


class _Arranger(QgsProcessingLayerPostProcessorInterface):
    """Gives a layer its look and its place when QGIS has loaded it."""

    #: Python would delete them while QGIS, which does not own them, still waits to call them.
    kept: ClassVar[deque[Any]] = deque(maxlen=1000)

    def __init__(
        self,
        look: Optional[Look],
        group: Optional[_Group],
        rank: int,
        is_shown: bool,
        made_from: str,
    ) -> None:
        super().__init__()
        self._made_from = made_from
        self._look, self._group, self._rank, self._is_shown = look, group, rank, is_shown

    def postProcessLayer(
        self, layer: Any, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        """Dresses and places the layer."""
        if not isinstance(layer, QgsRasterLayer):
            return
        if self._look is not None:
            self._look.give(layer)
            layer.triggerRepaint()
        layer.setCustomProperty(MADE_FROM, self._made_from)
        project = layer.project() or context.project()
        if project is None:
            return
        if self._group is not None:
            self._group.take(project, layer, self._rank)
        node = project.layerTreeRoot().findLayer(layer.id())
        if node is not None:
            node.setItemVisibilityChecked(self._is_shown)
