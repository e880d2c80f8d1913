<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
  <context>
    <name>Cloudgan</name>
    <message>
      <source>Cancelled; nothing was written.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>no data, or outside the area</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>clear</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>corrected</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>thick: not to be trusted</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Apply quality</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Sets pixels of chosen classes of a quality band to nodata</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Sets pixels to nodata that lie in chosen classes of a quality band, or near them, in any raster of the same grid: the result, an index computed of it, another date's. All other pixels stay as they are.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Any raster whose pixels lie on those of the quality band.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>What Remove thin clouds wrote as quality band.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Pixels of these classes become nodata.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Buffer (pixels)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Pixels that are no further from them become nodata too.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Only for an image that states none.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>GeoTIFF with the bands, type and values of the image.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Image without these pixels</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Quality band</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Classes to take out</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Nodata value</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{image} and {quality} are not of the same grid</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The image states no nodata value: give one under {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{layer} has no coordinate reference system: its polygons are taken to be in the coordinates of the image.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{layer} cannot be copied: {why}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The area cannot be reprojected: {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Plugins &gt; Cloudgan &gt; Choose the backend... installs it, into an environment of its own, or is told where it is; so is Settings &gt; Options &gt; Processing &gt; Providers &gt; Cloudgan.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The program {named}, which {by} names, {wrong}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>its name</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>is a folder without cloudgan-geo in it</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>the setting of the provider</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>cannot be run</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>is not there</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>the environment variable {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The program cloudgan-geo is not installed.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Remove thin clouds</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Removes thin clouds from a Sentinel-2 image and says which pixels to trust</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Removes thin clouds from a Sentinel-2 image: L1C or L2A, any raster with the bands that the model reads; those of this plugin read red, green and blue of 10 m. Coordinates, size, data type, nodata and all bands that the model does not correct stay as they are, and so do pixels that are clear. What lies under thick cloud cannot be seen by anyone: ask for the quality band to know where that is.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The model {model} estimates no opacity, so that there is no {outputs}: leave that empty, or take the model thin.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>the field above</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The work is done by the program cloudgan-geo, which lives outside of QGIS, in a Python environment of its own.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Install... makes one in your profile. If you have the program already, name it here, or the folder of its environment; leave this empty if it is on the PATH.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Cloudgan: choose the backend</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Executable of cloudgan-geo</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Test</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Install...</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Asking {} ...</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Evaluate against a clear image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Measures a result against a clear image of the same place</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Measures how far a result is from a clear image of the same place, and the cloudy image too: peak signal-to-noise ratio (PSNR, higher is better), structural similarity (SSIM, at most 1), mean absolute error (MAE) and spectral angle (SAM, 0 is the same colour), of red, green and blue as reflectance / 0.275. Only pixels that hold data in every image count. Ground that changed between the dates counts as error.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>A table without geometry: one row an image and class of the quality band.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Table</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Cloudgan in QGIS</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Product folder...</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Choose the .SAFE folder of a Sentinel-2 product</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Folder of a Sentinel-2 product</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Cloudgan: install the program</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Wheel of cloudgan-geo</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Wheels (*.whl)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>that of pip: pypi.org, unless it is set up otherwise</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>without CUDA: smaller, for computers without an NVIDIA GPU</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Install</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Cancel</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Wheel file</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>or package index</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>torch</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Installing cloudgan-geo</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Makes a Python environment under {folder} and installs {what} into it, with torch: about 1 GB, several with CUDA. QGIS itself gets nothing.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>This plugin is no release: name the wheel file, or the index that has it.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Close</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Cancelling ...</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Cancelled; nothing was installed.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Installed: {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Thin clouds</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Vegetation index (NDVI)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Computes (B08 - B04) / (B08 + B04) of the corrected bands, as reflectance</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Computes the normalized difference of near infrared and red as reflectance: scale and offset of the bands count, and so does the offset of 1000 that the result's tags state. Only a model that corrects near infrared (veil) gives an index free of cloud: thin copies that band.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>An image with red and near infrared, such as a result of Remove thin clouds.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>GeoTIFF of 32-bit floats, -1 to 1.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Vegetation index</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Red</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Near infrared</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Red is band {red}, near infrared band {infrared}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>If not given, the band that its description calls {}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The descriptions of the bands do not tell which is {band}: choose it</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>the input has no coordinates that QGIS knows; give polygons instead</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Choose the backend...</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Help</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Cloudgan (thin clouds in Sentinel-2 images)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Executable of cloudgan-geo (empty: look on the PATH)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Testing the Cloudgan backend</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The environment variable goes before what is chosen here.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>cancelled</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>This program answers, but it is not cloudgan-geo.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{path}, found by {by}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Models: {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Devices: {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>auto computes on {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>This is cloudgan-geo {version}, which speaks protocol {theirs}; the plugin speaks {ours}. Update the older of both.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>It works.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} cannot be opened</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{} cannot be written</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Simulate thin clouds</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Puts a synthetic thin cloud on a clear image, of which the truth is known</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Puts a synthetic thin cloud on a clear Sentinel-2 image, of which the truth is known: to test Remove thin clouds on your own ground before you trust it. Only valid pixels of red, green and blue change. What is not given is drawn at random, as for the training of the models; the same seed draws the same cloud.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{coverage:.1%} under cloud of mean opacity {opacity:.3f}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>{folder} is no Sentinel-2 product: there is no {metadata} in it.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The layer {layer} has the coordinate reference system {ours}, its file {files}: areas are taken in that of the layer, results get that of the file. Raster &gt; Projections &gt; Assign Projection writes another one into the file.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>none</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The layer {layer} is not a file (it comes from the provider {provider}). Save it first: right click, Export, Save As..., raw data, GeoTIFF.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Cloudy image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>A layer of a raster file, or the file itself; or a Sentinel-2 product: its MTD_MSIL1C.xml or MTD_MSIL2A.xml, its .SAFE folder or the zip of that. Layers of web services have to be saved as a file first.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Other bands of the image, one a file</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Where every band is a file of its own: the image is the one above and these, in any order. Their names tell the bands, as in T31TDH_B04.jp2.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Model</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Generator: a bundled one (see `models`) or a weights file; auto takes the bundled one that sees most of the scene's bands.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>veil sees and corrects every band of level 1C, and needs all of them; thin sees and corrects red, green and blue; article is the network of an article, a reference for comparison that also changes clear ground. A file goes under Weights file.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Only within this extent</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Change only pixels between left, bottom, right and top, in the scene's coordinates.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>An extent in other coordinates is transformed. Pixels outside are copied.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Only within these polygons</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Change only pixels inside the polygons of a GeoJSON, GeoPackage or Shapefile, in any coordinate reference system.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Other layers, filters and selections are copied to a file first. Pixels whose centre is outside are copied.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Radiometry</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>How values relate to reflectance: DN / 10000, the same after subtracting 1000, 8-bit true colour, the same with that offset left in, 8-bit EuroSAT, reflectance itself.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>auto goes by what the file declares, else by its type and values; the log says what was chosen and why.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Weights file</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>A weights file instead of a bundled model: a generator trained with cloudgan-geo train (.safetensors), of any bands, or the article's own (.pth).</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Bands</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Red, green and blue bands, as in 4,3,2, or any by their names, as in B02=1,B03=2,B04=3,B08=4; found by their descriptions if not given.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Processing level</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Level of the scene's processing, told to generators that ask for it; auto goes by metadata and the product's name.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Trust the input</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Let inputs be of any format that GDAL knows, name files anywhere and fetch from servers (virtual rasters, for one), and claim more than their bytes can hold.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Bands to correct</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Which of the bands to correct that the generator can: red, green and blue, those of 10 m, or all.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Keep pixels below this opacity</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Pixels under less cloud than this keep their values, bit for bit; from there to half as much again the correction fades in.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Thick above this opacity</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Pixels under more cloud than this cannot be recovered from one image.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Thick cloud</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>What becomes of pixels above --thick-above: they keep their values, are filled in with what the generator makes up, or become nodata.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Thick above this expected error</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Corrected pixels of a larger expected error count as thick too: they are corrected (nodata with --thick nodata), but not to be trusted.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>It is a reflectance.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Device</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Where to compute; `devices` lists what there is.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>It is auto (a GPU if there is one), cpu, cuda, cuda:1, mps; Plugins &gt; Cloudgan &gt; Choose the backend lists those of this computer.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Precision</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Number format of the network: fp32 is the reference; auto takes bf16 where the device computes in it natively and, but for training, results stay within 2 DN.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Compile the network first</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Let torch compile the network first, which takes a while; on CUDA only, and not by default.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Overlap of windows (pixels)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>What neighbouring windows of 64 pixels share, 0 to 63.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>More is smoother and slower.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Windows at once</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Windows that the generator gets at once.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>auto or a number; fewer take less memory.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Bands to write</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Which bands of a product, or of files, of several resolutions to write: those at 10 m, or all, resampled to that.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Write only red, green and blue</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Leave out all bands but red, green and blue.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Write a cloud-optimized GeoTIFF</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Write a cloud-optimized GeoTIFF with overviews; until it is complete it takes about 2.7 times its room on the disk.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Creation options</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>GDAL's creation option of the output, as in COMPRESS=DEFLATE; may be repeated.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Several are separated by |, as in COMPRESS=DEFLATE|PREDICTOR=2.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Run report</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Write options, results and timings to a JSON file.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Image without thin clouds</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>GeoTIFF with the coordinates, size, type, nodata and bands of the input, whose layer's style it gets beside one with a stretch of its own.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Write the quality band (0 no data, 1 clear, 2 corrected, 3 thick: not to be trusted) to a GeoTIFF.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Not for models that estimate no opacity, such as article.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Opacity of the cloud</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Write the opacity of the cloud (0 to 1) to a GeoTIFF.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Expected error</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Write half the width of the interval that holds 90 % of the errors (in the scene's units) to a GeoTIFF.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>A band for every group of bands of the model. Not for models that estimate no opacity, such as article.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Clear image</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>It needs red, green and blue.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Shape of the cloud</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Shape of the cloud; mixed draws one of the first three, those of training.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The models have never seen perlin, ridged and cellular.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Coverage</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Share of the pixels under cloud, 0 to 1.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Drawn at random if not set.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Mean opacity</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Mean over the clouded pixels, in green, below 1.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Airlight</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>What an opaque cloud shows: 1 is reflectance 0.275, .3 grey, 1.6 saturated.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Seed</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Of all that is drawn at random.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Another seed draws another cloud.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>GeoTIFF like the input, whose layer's style it gets beside one with a stretch of its own.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>GeoTIFF for the truth of a scene; by default OUT_opacity.tif.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The truth is 1 - transmittance in green, 0 to 1. Here it is written only if it is asked for.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Result</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>What Remove thin clouds wrote.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The same place on the same grid, without clouds.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The cloudy scene: measured beside the result.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>What the result was made from, to see what was gained.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Quality band of decloud --qa: its classes are measured too.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>They are clear, corrected and thick pixels.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Report</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>Also write a page for the browser.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <source>The table, with an explanation of the numbers.</source>
      <translation type="unfinished" />
    </message>
  </context>
</TS>
