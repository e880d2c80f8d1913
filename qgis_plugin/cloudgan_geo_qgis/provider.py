"""The provider: its algorithms and its setting."""

from __future__ import annotations

from pathlib import Path

from processing.core.ProcessingConfig import ProcessingConfig, Setting
from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .apply_quality import ApplyQuality
from .backend import SETTING, checked
from .decloud import RemoveThinClouds
from .evaluate import EvaluateAgainstClear
from .facts import stated
from .language import tr
from .ndvi import VegetationIndex
from .runner import BackendError
from .simulate import SimulateThinClouds

ICON = str(Path(__file__).with_name("icon.svg"))


class CloudganProvider(QgsProcessingProvider):
    """Algorithms that the cloudgan-geo program carries out, and those for its results."""

    def id(self) -> str:
        """Returns what stands before the colon of an algorithm's id."""
        return "cloudgan"

    def name(self) -> str:
        """Returns the name in the toolbox."""
        return "Cloudgan"

    def longName(self) -> str:
        """Returns the name with an explanation."""
        return tr("Cloudgan (thin clouds in Sentinel-2 images)")

    def icon(self) -> QIcon:
        """Returns the icon."""
        return QIcon(ICON)

    def svgIconPath(self) -> str:
        """Returns the path of the icon."""
        return ICON

    def versionInfo(self) -> str:
        """Returns the version of the plugin."""
        return stated("version")

    def supportedOutputRasterLayerExtensions(self) -> list[str]:
        """Returns what the backend writes."""
        return ["tif", "tiff"]

    def defaultRasterFileExtension(self, hasFeatures: bool = True) -> str:
        """Returns what temporary outputs are."""
        return "tif"

    def isActive(self) -> bool:
        """Tells that the algorithms are listed, with the program or without it."""
        return True

    def load(self) -> bool:
        """Adds the setting and the algorithms."""
        ProcessingConfig.settingIcons[self.name()] = self.icon()
        ProcessingConfig.addSetting(
            Setting(
                self.name(),
                SETTING,
                tr("Executable of cloudgan-geo (empty: look on the PATH)"),
                "",
                valuetype=Setting.FILE,
                validator=_check_setting,
            )
        )
        ProcessingConfig.readSettings()
        self.refreshAlgorithms()
        return True

    def unload(self) -> None:
        """Removes the setting."""
        ProcessingConfig.removeSetting(SETTING)

    def loadAlgorithms(self) -> None:
        """Adds the algorithms."""
        for kind in (
            RemoveThinClouds,
            SimulateThinClouds,
            EvaluateAgainstClear,
            ApplyQuality,
            VegetationIndex,
        ):
            self.addAlgorithm(kind())


def _check_setting(named: str) -> None:
    """Raises ValueError for what is no program; takes what the backend's own dialog takes."""
    if named:
        try:
            checked(named, tr("the setting of the provider"))
        except BackendError as error:
            raise ValueError(str(error)) from error
