<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="Symbology">
  <pipe>
    <rasterrenderer type="singlebandpseudocolor" band="1" opacity="1" alphaBand="-1" nodataColor="" classificationMin="-0.2" classificationMax="0.9">
      <rasterTransparency/>
      <rastershader>
        <colorrampshader colorRampType="INTERPOLATED" classificationMode="2" clip="0" minimumValue="-0.2" maximumValue="0.9" labelPrecision="2">
          <item value="-0.2" color="#4575b4" alpha="255" label="-0.2 water"/>
          <item value="0.1" color="#d8b365" alpha="255" label="0.1"/>
          <item value="0.35" color="#f6e8c3" alpha="255" label="0.35"/>
          <item value="0.6" color="#7fbf7b" alpha="255" label="0.6"/>
          <item value="0.9" color="#1b7837" alpha="255" label="0.9 dense"/>
        </colorrampshader>
      </rastershader>
    </rasterrenderer>
    <brightnesscontrast brightness="0" contrast="0" gamma="1"/>
    <huesaturation saturation="0" grayscaleMode="0" colorizeOn="0"/>
    <rasterresampler maxOversampling="2"/>
  </pipe>
  <blendMode>0</blendMode>
</qgis>
