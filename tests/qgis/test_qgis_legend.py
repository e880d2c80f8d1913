"""Where results stand among the layers; that nothing is said of what nobody asked for."""

import pytest
from cloudgan_geo_qgis.decloud import RemoveThinClouds
from cloudgan_geo_qgis.sources import source_of
from layers import loaded
from qgis.core import QgsApplication, QgsProcessingContext, QgsProject
from qgis.gui import QgsBrowserGuiModel
from qgis.PyQt.QtWidgets import QTextEdit

NAMES = ("OUTPUT", "QA", "OPACITY", "ERROR")
LABELS = ("Image without thin clouds", "Quality band", "Opacity of the cloud", "Expected error")


def tree(group=None):
    """The layers, topmost first: (name, ticked), and (name, what is inside) of groups."""
    group = group or QgsProject.instance().layerTreeRoot()
    return [
        (node.name(), node.itemVisibilityChecked() if node.nodeType() else tree(node))
        for node in group.children()
    ]


def test_a_group_of_results(provider, stub, scene, tmp_path):
    """Whatever the order of the files' names, in which QGIS loads them."""
    files = {name: str(tmp_path / f"{9 - rank}.tif") for rank, name in enumerate(NAMES)}
    loaded("cloudgan:decloud", {"INPUT": scene, **files})
    inside = [(f"scene: {label}", label == LABELS[0]) for label in LABELS]
    assert tree() == [("scene", inside), ("scene", True)]
    # Another run has a group of its own.
    files = {name: str(tmp_path / f"{name} 2.tif") for name in ("QA", "OUTPUT")}
    loaded("cloudgan:decloud", {"INPUT": scene, **files})
    assert [name for name, _ in tree()] == ["scene"] * 3
    assert tree()[0][1] == inside[:2]
    assert all(layer.isValid() for layer in QgsProject.instance().mapLayers().values())
    assert len(QgsProject.instance().mapLayers()) == 7


@pytest.mark.parametrize("at", ["top", "bottom"])
def test_order_where_layers_are_added_to_the_current_group(provider, stub, scene, tmp_path, at):
    """As the desktop does, where the layer that came last is current."""
    project = QgsProject.instance()
    bridge = project.layerTreeRegistryBridge()

    def follow(*_):
        groups = project.layerTreeRoot().findGroups()
        if groups:
            place = 0 if at == "top" else len(groups[0].children())
            bridge.setLayerInsertionPoint(bridge.InsertionPoint(groups[0], place))

    project.layerTreeRoot().addedChildren.connect(follow)
    try:
        files = {name: str(tmp_path / f"{name}.tif") for name in NAMES}
        loaded("cloudgan:decloud", {"INPUT": scene, **files})
    finally:
        project.layerTreeRoot().addedChildren.disconnect(follow)
        root = project.layerTreeRoot()
        bridge.setLayerInsertionPoint(bridge.InsertionPoint(root, 0))
    assert tree() == [
        ("scene", [(f"scene: {label}", label == LABELS[0]) for label in LABELS]),
        ("scene", True),
    ]


def test_one_result_needs_no_group(provider, stub, scene, tmp_path):
    loaded("cloudgan:decloud", {"INPUT": scene, "OUTPUT": str(tmp_path / "o.tif")})
    assert tree() == [(f"scene: {LABELS[0]}", True), ("scene", True)]


def test_named_by_the_product(provider, stub, product):
    for given in (product, product / "MTD_MSIL1C.xml"):
        asked = {"INPUT": str(given)}
        source = source_of(RemoveThinClouds(), asked, "INPUT", QgsProcessingContext())
        assert source.name == "S2A_MSIL1C_20150726"


@pytest.mark.parametrize("name", ["decloud", "evaluate", "simulate"])
def test_a_batch_that_leaves_outputs_empty(
    provider, stub, scene, sample_data, qgis_iface, monkeypatch, tmp_path, name
):
    from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog

    model = QgsBrowserGuiModel()
    monkeypatch.setattr(type(qgis_iface), "browserModel", lambda _: model, raising=False)
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"cloudgan:{name}")
    dialog = BatchAlgorithmDialog(algorithm, parent=qgis_iface.mainWindow())
    try:
        panel = dialog.mainWidget()
        given = {"INPUT": scene.source(), "CLEAR": str(sample_data / "scene_clear.tif")}
        for column, value in given.items():
            if column in panel.parameter_to_column:
                panel.wrappers[0][panel.parameter_to_column[column]].setParameterValue(
                    value, panel.processing_context
                )
        if name != "evaluate":
            panel.tblParameters.cellWidget(1, panel.parameter_to_column["OUTPUT"]).setValue(
                str(tmp_path / "o.tif")
            )
        panel.checkLoadLayersOnCompletion.setChecked(True)
        dialog.runAlgorithm()
        said = log_of(dialog)
    finally:
        dialog.close()
    assert "Batch execution completed" in said
    assert "correctly executed" in said
    assert "not correctly generated" not in said
    assert "failed" not in said


def log_of(dialog):
    return " ".join(found.toPlainText() for found in dialog.findChildren(QTextEdit))
