"""Runs of the algorithms, what they say, and what they ask of the stub."""

import processing
from qgis.core import QgsProcessingFeedback


class Listener(QgsProcessingFeedback):
    """Remembers what is said."""

    def __init__(self):
        super().__init__(False)
        self.said, self.warned, self.wrong = [], [], []

    def pushInfo(self, text):
        self.said.append(text)

    def pushWarning(self, text):
        self.warned.append(text)

    def reportError(self, text, fatalError=False):
        self.wrong.append(text)


def decloud(scene, tmp_path, **parameters):
    asked = {"INPUT": scene, "OUTPUT": str(tmp_path / "o.tif"), **parameters}
    return processing.run("cloudgan:decloud", asked)


def value(arguments, option):
    return arguments[arguments.index(option) + 1]
