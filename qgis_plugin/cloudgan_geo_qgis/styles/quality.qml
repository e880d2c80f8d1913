<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="Symbology">
  <pipe>
    <rasterrenderer type="paletted" band="1" opacity="1" alphaBand="-1" nodataColor="">
      <rasterTransparency/>
      <colorPalette>
        <paletteEntry value="0" color="#808080" alpha="0" label="0 no data, or outside the area"/>
        <paletteEntry value="1" color="#8fbf8f" alpha="255" label="1 clear: as it was"/>
        <paletteEntry value="2" color="#3d85c6" alpha="255" label="2 corrected"/>
        <paletteEntry value="3" color="#d9534f" alpha="255" label="3 thick: not to be trusted"/>
      </colorPalette>
    </rasterrenderer>
    <brightnesscontrast brightness="0" contrast="0" gamma="1"/>
    <huesaturation saturation="0" grayscaleMode="0" colorizeOn="0"/>
    <rasterresampler maxOversampling="2"/>
  </pipe>
  <blendMode>0</blendMode>
</qgis>
