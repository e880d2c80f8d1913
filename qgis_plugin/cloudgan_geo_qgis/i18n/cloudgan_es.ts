<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
  <context>
    <name>Cloudgan</name>
    <message>
      <source>Cancelled; nothing was written.</source>
      <translation>Cancelado; no se ha escrito nada.</translation>
    </message>
    <message>
      <source>no data, or outside the area</source>
      <translation>sin datos, o fuera del área</translation>
    </message>
    <message>
      <source>clear</source>
      <translation>despejado</translation>
    </message>
    <message>
      <source>corrected</source>
      <translation>corregido</translation>
    </message>
    <message>
      <source>thick: not to be trusted</source>
      <translation>denso: no fiable</translation>
    </message>
    <message>
      <source>Apply quality</source>
      <translation>Aplicar calidad</translation>
    </message>
    <message>
      <source>Sets pixels of chosen classes of a quality band to nodata</source>
      <translation>Pone a nodata los píxeles de las clases elegidas de una banda de calidad</translation>
    </message>
    <message>
      <source>Sets pixels to nodata that lie in chosen classes of a quality band, or near them, in any raster of the same grid: the result, an index computed of it, another date's. All other pixels stay as they are.</source>
      <translation>Pone a nodata, en cualquier ráster de la misma cuadrícula, los píxeles que están en las clases elegidas de una banda de calidad o cerca de ellas: en el resultado, en un índice calculado con él, en el de otra fecha. Los demás píxeles quedan como están.</translation>
    </message>
    <message>
      <source>Any raster whose pixels lie on those of the quality band.</source>
      <translation>Cualquier ráster cuyos píxeles coincidan con los de la banda de calidad.</translation>
    </message>
    <message>
      <source>What Remove thin clouds wrote as quality band.</source>
      <translation>Lo que «Quitar nubes finas» escribió como banda de calidad.</translation>
    </message>
    <message>
      <source>Pixels of these classes become nodata.</source>
      <translation>Los píxeles de estas clases pasan a nodata.</translation>
    </message>
    <message>
      <source>Buffer (pixels)</source>
      <translation>Margen (píxeles)</translation>
    </message>
    <message>
      <source>Pixels that are no further from them become nodata too.</source>
      <translation>Los píxeles que no están más lejos de ellos también pasan a nodata.</translation>
    </message>
    <message>
      <source>Only for an image that states none.</source>
      <translation>Solo para una imagen que no indica ninguno.</translation>
    </message>
    <message>
      <source>GeoTIFF with the bands, type and values of the image.</source>
      <translation>GeoTIFF con las bandas, el tipo y los valores de la imagen.</translation>
    </message>
    <message>
      <source>Image without these pixels</source>
      <translation>Imagen sin estos píxeles</translation>
    </message>
    <message>
      <source>Image</source>
      <translation>Imagen</translation>
    </message>
    <message>
      <source>Quality band</source>
      <translation>Banda de calidad</translation>
    </message>
    <message>
      <source>Classes to take out</source>
      <translation>Clases que se quitan</translation>
    </message>
    <message>
      <source>Nodata value</source>
      <translation>Valor nodata</translation>
    </message>
    <message>
      <source>{image} and {quality} are not of the same grid</source>
      <translation>{image} y {quality} no tienen la misma cuadrícula</translation>
    </message>
    <message>
      <source>The image states no nodata value: give one under {}</source>
      <translation>La imagen no indica valor nodata: indíquelo en {}</translation>
    </message>
    <message>
      <source>{layer} has no coordinate reference system: its polygons are taken to be in the coordinates of the image.</source>
      <translation>{layer} no tiene sistema de referencia de coordenadas: sus polígonos se toman en las coordenadas de la imagen.</translation>
    </message>
    <message>
      <source>{layer} cannot be copied: {why}</source>
      <translation>{layer} no se puede copiar: {why}</translation>
    </message>
    <message>
      <source>The area cannot be reprojected: {}</source>
      <translation>El área no se puede reproyectar: {}</translation>
    </message>
    <message>
      <source>Plugins &gt; Cloudgan &gt; Choose the backend... installs it, into an environment of its own, or is told where it is; so is Settings &gt; Options &gt; Processing &gt; Providers &gt; Cloudgan.</source>
      <translation>Complementos &gt; Cloudgan &gt; Elegir el programa... lo instala en un entorno propio o aprende dónde está; también Configuración &gt; Opciones &gt; Procesos &gt; Proveedores &gt; Cloudgan.</translation>
    </message>
    <message>
      <source>The program {named}, which {by} names, {wrong}.</source>
      <translation>El programa {named}, indicado por {by}, {wrong}.</translation>
    </message>
    <message>
      <source>its name</source>
      <translation>su nombre</translation>
    </message>
    <message>
      <source>is a folder without cloudgan-geo in it</source>
      <translation>es una carpeta sin cloudgan-geo dentro</translation>
    </message>
    <message>
      <source>the setting of the provider</source>
      <translation>el ajuste del proveedor</translation>
    </message>
    <message>
      <source>cannot be run</source>
      <translation>no se puede ejecutar</translation>
    </message>
    <message>
      <source>is not there</source>
      <translation>no está ahí</translation>
    </message>
    <message>
      <source>the environment variable {}</source>
      <translation>la variable de entorno {}</translation>
    </message>
    <message>
      <source>The program cloudgan-geo is not installed.</source>
      <translation>El programa cloudgan-geo no está instalado.</translation>
    </message>
    <message>
      <source>Remove thin clouds</source>
      <translation>Quitar nubes finas</translation>
    </message>
    <message>
      <source>Removes thin clouds from a Sentinel-2 image and says which pixels to trust</source>
      <translation>Quita las nubes finas de una imagen Sentinel-2 y dice de qué píxeles fiarse</translation>
    </message>
    <message>
      <source>Removes thin clouds from a Sentinel-2 image: L1C or L2A, any raster with the bands that the model reads: red, green and blue, or all of L1C. Coordinates, size, data type, nodata and all bands that the model does not correct stay as they are, and so do pixels that are clear. What lies under thick cloud cannot be seen by anyone: ask for the quality band to know where that is.</source>
      <translation>Quita las nubes finas de una imagen Sentinel-2: L1C o L2A, cualquier ráster con las bandas que lee el modelo: rojo, verde y azul, o todas las de L1C. Las coordenadas, el tamaño, el tipo de datos, nodata y las bandas que el modelo no corrige quedan como están, igual que los píxeles despejados. Lo que hay bajo una nube densa no lo puede ver nadie: pida la banda de calidad para saber dónde está.</translation>
    </message>
    <message>
      <source>The model {model} estimates no opacity, so that there is no {outputs}: leave that empty, or take the model thin.</source>
      <translation>El modelo {model} no estima la opacidad, así que no hay {outputs}: déjelo vacío o use el modelo thin.</translation>
    </message>
    <message>
      <source>the field above</source>
      <translation>el campo de arriba</translation>
    </message>
    <message>
      <source>The work is done by the program cloudgan-geo, which lives outside of QGIS, in a Python environment of its own.</source>
      <translation>El trabajo lo hace el programa cloudgan-geo, que vive fuera de QGIS, en un entorno de Python propio.</translation>
    </message>
    <message>
      <source>Install... makes one in your profile. If you have the program already, name it here, or the folder of its environment; leave this empty if it is on the PATH.</source>
      <translation>«Instalar...» crea uno en su perfil. Si ya tiene el programa, indíquelo aquí, o la carpeta de su entorno; déjelo vacío si está en el PATH.</translation>
    </message>
    <message>
      <source>Cloudgan: choose the backend</source>
      <translation>Cloudgan: elegir el programa</translation>
    </message>
    <message>
      <source>Executable of cloudgan-geo</source>
      <translation>Ejecutable de cloudgan-geo</translation>
    </message>
    <message>
      <source>Test</source>
      <translation>Probar</translation>
    </message>
    <message>
      <source>Install...</source>
      <translation>Instalar...</translation>
    </message>
    <message>
      <source>Asking {} ...</source>
      <translation>Preguntando a {} ...</translation>
    </message>
    <message>
      <source>Evaluate against a clear image</source>
      <translation>Evaluar con una imagen despejada</translation>
    </message>
    <message>
      <source>Measures a result against a clear image of the same place</source>
      <translation>Mide un resultado con una imagen despejada del mismo lugar</translation>
    </message>
    <message>
      <source>Measures how far a result is from a clear image of the same place, and the cloudy image too: peak signal-to-noise ratio (PSNR, higher is better), structural similarity (SSIM, at most 1), mean absolute error (MAE) and spectral angle (SAM, 0 is the same colour), of red, green and blue as reflectance / 0.275. Only pixels that hold data in every image count. Ground that changed between the dates counts as error.</source>
      <translation>Mide cuánto se alejan un resultado y la imagen nublada de una imagen despejada del mismo lugar: relación señal-ruido de pico (PSNR, más es mejor), similitud estructural (SSIM, como mucho 1), error absoluto medio (MAE) y ángulo espectral (SAM, 0 es el mismo color), de rojo, verde y azul como reflectancia / 0,275. Solo cuentan los píxeles con datos en todas las imágenes. El terreno que cambió entre las fechas cuenta como error.</translation>
    </message>
    <message>
      <source>A table without geometry: one row an image and class of the quality band.</source>
      <translation>Una tabla sin geometría: una fila por imagen y clase de la banda de calidad.</translation>
    </message>
    <message>
      <source>Table</source>
      <translation>Tabla</translation>
    </message>
    <message>
      <source>Cloudgan in QGIS</source>
      <translation>Cloudgan en QGIS</translation>
    </message>
    <message>
      <source>Product folder...</source>
      <translation>Carpeta del producto...</translation>
    </message>
    <message>
      <source>Choose the .SAFE folder of a Sentinel-2 product</source>
      <translation>Elegir la carpeta .SAFE de un producto Sentinel-2</translation>
    </message>
    <message>
      <source>Folder of a Sentinel-2 product</source>
      <translation>Carpeta de un producto Sentinel-2</translation>
    </message>
    <message>
      <source>Cloudgan: install the program</source>
      <translation>Cloudgan: instalar el programa</translation>
    </message>
    <message>
      <source>Wheel of cloudgan-geo</source>
      <translation>Wheel de cloudgan-geo</translation>
    </message>
    <message>
      <source>Wheels (*.whl)</source>
      <translation>Wheels (*.whl)</translation>
    </message>
    <message>
      <source>that of pip: pypi.org, unless it is set up otherwise</source>
      <translation>el de pip: pypi.org, si no se ha configurado otro</translation>
    </message>
    <message>
      <source>without CUDA: smaller, for computers without an NVIDIA GPU</source>
      <translation>sin CUDA: más pequeño, para equipos sin GPU de NVIDIA</translation>
    </message>
    <message>
      <source>Install</source>
      <translation>Instalar</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Cancelar</translation>
    </message>
    <message>
      <source>Wheel file</source>
      <translation>Archivo wheel</translation>
    </message>
    <message>
      <source>or package index</source>
      <translation>o índice de paquetes</translation>
    </message>
    <message>
      <source>torch</source>
      <translation>torch</translation>
    </message>
    <message>
      <source>Installing cloudgan-geo</source>
      <translation>Instalando cloudgan-geo</translation>
    </message>
    <message>
      <source>Makes a Python environment under {folder} and installs {what} into it, with torch: about 1 GB, several with CUDA. QGIS itself gets nothing.</source>
      <translation>Crea un entorno de Python en {folder} e instala en él {what}, con torch: cerca de 1 GB, varios con CUDA. QGIS mismo no recibe nada.</translation>
    </message>
    <message>
      <source>This plugin is no release: name the wheel file, or the index that has it.</source>
      <translation>Este complemento no es una versión publicada: indique el archivo wheel o el índice que lo tiene.</translation>
    </message>
    <message>
      <source>Close</source>
      <translation>Cerrar</translation>
    </message>
    <message>
      <source>Cancelling ...</source>
      <translation>Cancelando ...</translation>
    </message>
    <message>
      <source>Cancelled; nothing was installed.</source>
      <translation>Cancelado; no se ha instalado nada.</translation>
    </message>
    <message>
      <source>Installed: {}</source>
      <translation>Instalado: {}</translation>
    </message>
    <message>
      <source>Thin clouds</source>
      <translation>Nubes finas</translation>
    </message>
    <message>
      <source>Vegetation index (NDVI)</source>
      <translation>Índice de vegetación (NDVI)</translation>
    </message>
    <message>
      <source>Computes (B08 - B04) / (B08 + B04) of the corrected bands, as reflectance</source>
      <translation>Calcula (B08 - B04) / (B08 + B04) de las bandas corregidas, como reflectancia</translation>
    </message>
    <message>
      <source>Computes the normalized difference of near infrared and red as reflectance: scale and offset of the bands count, and so does the offset of 1000 that the result's tags state. Only a model that corrects near infrared (veil) gives an index free of cloud: others copy that band.</source>
      <translation>Calcula la diferencia normalizada de infrarrojo cercano y rojo como reflectancia: cuentan la escala y el desplazamiento de las bandas, y también el desplazamiento de 1000 que indican las etiquetas del resultado. Solo un modelo que corrige el infrarrojo cercano (veil) da un índice sin nubes: los demás copian esa banda.</translation>
    </message>
    <message>
      <source>An image with red and near infrared, such as a result of Remove thin clouds.</source>
      <translation>Una imagen con rojo e infrarrojo cercano, como un resultado de «Quitar nubes finas».</translation>
    </message>
    <message>
      <source>GeoTIFF of 32-bit floats, -1 to 1.</source>
      <translation>GeoTIFF de números reales de 32 bits, de -1 a 1.</translation>
    </message>
    <message>
      <source>Vegetation index</source>
      <translation>Índice de vegetación</translation>
    </message>
    <message>
      <source>Red</source>
      <translation>Rojo</translation>
    </message>
    <message>
      <source>Near infrared</source>
      <translation>Infrarrojo cercano</translation>
    </message>
    <message>
      <source>Red is band {red}, near infrared band {infrared}</source>
      <translation>El rojo es la banda {red}, el infrarrojo cercano la banda {infrared}</translation>
    </message>
    <message>
      <source>If not given, the band that its description calls {}.</source>
      <translation>Si no se indica, la banda cuya descripción dice {}.</translation>
    </message>
    <message>
      <source>The descriptions of the bands do not tell which is {band}: choose it</source>
      <translation>Las descripciones de las bandas no dicen cuál es {band}: elíjala</translation>
    </message>
    <message>
      <source>the input has no coordinates that QGIS knows; give polygons instead</source>
      <translation>la imagen no tiene coordenadas que QGIS conozca; indique polígonos</translation>
    </message>
    <message>
      <source>Preview on the map</source>
      <translation>Vista previa en el mapa</translation>
    </message>
    <message>
      <source>Compare with the input</source>
      <translation>Comparar con la entrada</translation>
    </message>
    <message>
      <source>Choose the backend...</source>
      <translation>Elegir el programa...</translation>
    </message>
    <message>
      <source>Help</source>
      <translation>Ayuda</translation>
    </message>
    <message>
      <source>Choose the layer of an image first.</source>
      <translation>Elija primero la capa de una imagen.</translation>
    </message>
    <message>
      <source>Choose a result whose input is in the project, or lies under it.</source>
      <translation>Elija un resultado cuya entrada esté en el proyecto o debajo de él.</translation>
    </message>
    <message>
      <source>{}: preview</source>
      <translation>{}: vista previa</translation>
    </message>
    <message>
      <source>It failed.</source>
      <translation>Ha fallado.</translation>
    </message>
    <message>
      <source>The map shows nothing of {}.</source>
      <translation>El mapa no muestra nada de {}.</translation>
    </message>
    <message>
      <source>Cloudgan (thin clouds in Sentinel-2 images)</source>
      <translation>Cloudgan (nubes finas en imágenes Sentinel-2)</translation>
    </message>
    <message>
      <source>Executable of cloudgan-geo (empty: look on the PATH)</source>
      <translation>Ejecutable de cloudgan-geo (vacío: buscar en el PATH)</translation>
    </message>
    <message>
      <source>Testing the Cloudgan backend</source>
      <translation>Probando el programa de Cloudgan</translation>
    </message>
    <message>
      <source>The environment variable goes before what is chosen here.</source>
      <translation>La variable de entorno va antes de lo que se elige aquí.</translation>
    </message>
    <message>
      <source>cancelled</source>
      <translation>cancelado</translation>
    </message>
    <message>
      <source>This program answers, but it is not cloudgan-geo.</source>
      <translation>Este programa responde, pero no es cloudgan-geo.</translation>
    </message>
    <message>
      <source>{path}, found by {by}</source>
      <translation>{path}, encontrado por {by}</translation>
    </message>
    <message>
      <source>Models: {}</source>
      <translation>Modelos: {}</translation>
    </message>
    <message>
      <source>Devices: {}</source>
      <translation>Dispositivos: {}</translation>
    </message>
    <message>
      <source>auto computes on {}</source>
      <translation>auto calcula en {}</translation>
    </message>
    <message>
      <source>This is cloudgan-geo {version}, which speaks protocol {theirs}; the plugin speaks {ours}. Update the older of both.</source>
      <translation>Este es cloudgan-geo {version}, que habla el protocolo {theirs}; el complemento habla el {ours}. Actualice el más antiguo de los dos.</translation>
    </message>
    <message>
      <source>It works.</source>
      <translation>Funciona.</translation>
    </message>
    <message>
      <source>{} cannot be opened</source>
      <translation>{} no se puede abrir</translation>
    </message>
    <message>
      <source>{} cannot be written</source>
      <translation>{} no se puede escribir</translation>
    </message>
    <message>
      <source>Simulate thin clouds</source>
      <translation>Simular nubes finas</translation>
    </message>
    <message>
      <source>Puts a synthetic thin cloud on a clear image, of which the truth is known</source>
      <translation>Pone una nube fina sintética, cuya verdad se conoce, sobre una imagen despejada</translation>
    </message>
    <message>
      <source>Puts a synthetic thin cloud on a clear Sentinel-2 image, of which the truth is known: to test Remove thin clouds on your own ground before you trust it. Only valid pixels change, of every band that is known. What is not given is drawn at random, as for the training of the models; the same seed draws the same cloud.</source>
      <translation>Pone una nube fina sintética, cuya verdad se conoce, sobre una imagen Sentinel-2 despejada: para probar «Quitar nubes finas» en su propio terreno antes de fiarse. Solo cambian los píxeles válidos, en todas las bandas conocidas. Lo que no se indica se saca al azar, como en el entrenamiento de los modelos; la misma semilla saca la misma nube.</translation>
    </message>
    <message>
      <source>{coverage:.1%} under cloud of mean opacity {opacity:.3f}</source>
      <translation>{coverage:.1%} bajo nubes de opacidad media {opacity:.3f}</translation>
    </message>
    <message>
      <source>{folder} is no Sentinel-2 product: there is no {metadata} in it.</source>
      <translation>{folder} no es un producto Sentinel-2: no contiene {metadata}.</translation>
    </message>
    <message>
      <source>The layer {layer} has the coordinate reference system {ours}, its file {files}: areas are taken in that of the layer, results get that of the file. Raster &gt; Projections &gt; Assign Projection writes another one into the file.</source>
      <translation>La capa {layer} tiene el sistema de referencia de coordenadas {ours}, su archivo {files}: las áreas se toman en el de la capa, los resultados reciben el del archivo. Ráster &gt; Proyecciones &gt; Asignar proyección escribe otro en el archivo.</translation>
    </message>
    <message>
      <source>none</source>
      <translation>ninguno</translation>
    </message>
    <message>
      <source>The layer {layer} is not a file (it comes from the provider {provider}). Save it first: right click, Export, Save As..., raw data, GeoTIFF.</source>
      <translation>La capa {layer} no es un archivo (viene del proveedor {provider}). Guárdela primero: clic derecho, Exportar, Guardar como..., datos en bruto, GeoTIFF.</translation>
    </message>
    <message>
      <source>Cloudy image</source>
      <translation>Imagen nublada</translation>
    </message>
    <message>
      <source>A layer of a raster file, or the file itself; or a Sentinel-2 product: its MTD_MSIL1C.xml or MTD_MSIL2A.xml, its .SAFE folder or the zip of that. Layers of web services have to be saved as a file first.</source>
      <translation>Una capa de un archivo ráster, o el archivo mismo; o un producto Sentinel-2: su MTD_MSIL1C.xml o MTD_MSIL2A.xml, su carpeta .SAFE o el zip de esta. Las capas de servicios web hay que guardarlas antes como archivo.</translation>
    </message>
    <message>
      <source>Other bands of the image, one a file</source>
      <translation>Otras bandas de la imagen, una por archivo</translation>
    </message>
    <message>
      <source>Where every band is a file of its own: the image is the one above and these, in any order. Their names tell the bands, as in T31TDH_B04.jp2.</source>
      <translation>Donde cada banda es un archivo: la imagen es el de arriba y estos, en cualquier orden. Sus nombres dicen la banda, como en T31TDH_B04.jp2.</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>Modelo</translation>
    </message>
    <message>
      <source>Generator: a bundled one (see `models`) or a weights file; auto takes the bundled one that sees most of the scene's bands.</source>
      <translation>Generador: uno incluido (véase `models`) o un archivo de pesos; auto toma el incluido que ve más bandas de la escena.</translation>
    </message>
    <message>
      <source>veil sees every band and corrects all but the cirrus band, which it can do without; visible and thin see and correct red, green and blue, and visible takes more of a veil away; article is the network of an article, a reference for comparison that also changes clear ground. A file goes under Weights file.</source>
      <translation>veil ve todas las bandas y corrige todas menos la de cirros, de la que puede prescindir; visible y thin ven y corrigen rojo, verde y azul, y visible quita más velo; article es la red de un artículo, para comparar, que también cambia terreno despejado. Un archivo va en «Archivo de pesos».</translation>
    </message>
    <message>
      <source>Only within this extent</source>
      <translation>Solo dentro de esta extensión</translation>
    </message>
    <message>
      <source>Change only pixels between left, bottom, right and top, in the scene's coordinates.</source>
      <translation>Cambiar solo los píxeles entre izquierda, abajo, derecha y arriba, en las coordenadas de la escena.</translation>
    </message>
    <message>
      <source>An extent in other coordinates is transformed. Pixels outside are copied.</source>
      <translation>Una extensión en otras coordenadas se transforma. Los píxeles de fuera se copian.</translation>
    </message>
    <message>
      <source>Only within these polygons</source>
      <translation>Solo dentro de estos polígonos</translation>
    </message>
    <message>
      <source>Change only pixels inside the polygons of a GeoJSON, GeoPackage or Shapefile, in any coordinate reference system.</source>
      <translation>Cambiar solo los píxeles dentro de los polígonos de un GeoJSON, GeoPackage o Shapefile, en cualquier sistema de referencia de coordenadas.</translation>
    </message>
    <message>
      <source>Other layers, filters and selections are copied to a file first. Pixels whose centre is outside are copied.</source>
      <translation>Otras capas, filtros y selecciones se copian antes a un archivo. Los píxeles cuyo centro queda fuera se copian.</translation>
    </message>
    <message>
      <source>Radiometry</source>
      <translation>Radiometría</translation>
    </message>
    <message>
      <source>How values relate to reflectance: DN / 10000, the same after subtracting 1000, 8-bit true colour, the same with that offset left in, 8-bit EuroSAT, reflectance itself.</source>
      <translation>Cómo se relacionan los valores con la reflectancia: DN / 10000, lo mismo tras restar 1000, color verdadero de 8 bits, lo mismo con ese desplazamiento dentro, 8 bits de EuroSAT, la reflectancia misma.</translation>
    </message>
    <message>
      <source>auto goes by what the file declares, else by its type and values; the log says what was chosen and why.</source>
      <translation>auto se guía por lo que declara el archivo, si no por su tipo y sus valores; el registro dice qué se eligió y por qué.</translation>
    </message>
    <message>
      <source>Weights file</source>
      <translation>Archivo de pesos</translation>
    </message>
    <message>
      <source>A weights file instead of a bundled model: a generator trained with cloudgan-geo train (.safetensors), of any bands, or the article's own (.pth).</source>
      <translation>Un archivo de pesos en vez de un modelo incluido: un generador entrenado con cloudgan-geo train (.safetensors), de cualesquiera bandas, o el del artículo (.pth).</translation>
    </message>
    <message>
      <source>Bands</source>
      <translation>Bandas</translation>
    </message>
    <message>
      <source>Red, green and blue bands, as in 4,3,2, or any by their names, as in B02=1,B03=2,B04=3,B08=4; found by their descriptions if not given.</source>
      <translation>Bandas roja, verde y azul, como en 4,3,2, o cualesquiera por sus nombres, como en B02=1,B03=2,B04=3,B08=4; si no se indican, por sus descripciones.</translation>
    </message>
    <message>
      <source>Processing level</source>
      <translation>Nivel de procesamiento</translation>
    </message>
    <message>
      <source>Level of the scene's processing, told to generators that ask for it; auto goes by metadata and the product's name.</source>
      <translation>Nivel de procesamiento de la escena, para los generadores que lo piden; auto se guía por los metadatos y el nombre del producto.</translation>
    </message>
    <message>
      <source>Trust the input</source>
      <translation>Fiarse de la entrada</translation>
    </message>
    <message>
      <source>Let inputs be of any format that GDAL knows, name files anywhere and fetch from servers (virtual rasters, for one), and claim more than their bytes can hold.</source>
      <translation>Permite que las entradas sean de cualquier formato que conozca GDAL, nombren archivos de cualquier sitio, pidan datos a servidores (los rásteres virtuales, por ejemplo) y declaren más de lo que cabe en sus bytes.</translation>
    </message>
    <message>
      <source>Bands to correct</source>
      <translation>Bandas que se corrigen</translation>
    </message>
    <message>
      <source>Which of the bands to correct that the generator can: red, green and blue, those of 10 m, or all.</source>
      <translation>Cuáles de las bandas que el generador puede corregir se corrigen: rojo, verde y azul, las de 10 m, o todas.</translation>
    </message>
    <message>
      <source>Keep pixels below this opacity</source>
      <translation>Conservar píxeles bajo esta opacidad</translation>
    </message>
    <message>
      <source>Pixels under less cloud than this keep their values, bit for bit; from there to half as much again the correction fades in.</source>
      <translation>Los píxeles con menos nube que esto conservan sus valores, bit a bit; desde ahí hasta vez y media la corrección entra poco a poco.</translation>
    </message>
    <message>
      <source>Thick above this opacity</source>
      <translation>Denso sobre esta opacidad</translation>
    </message>
    <message>
      <source>Pixels under more cloud than this cannot be recovered from one image.</source>
      <translation>Los píxeles con más nube que esto no se pueden recuperar con una sola imagen.</translation>
    </message>
    <message>
      <source>Thick cloud</source>
      <translation>Nube densa</translation>
    </message>
    <message>
      <source>What becomes of pixels above --thick-above: they keep their values, are filled in with what the generator makes up, or become nodata.</source>
      <translation>Qué pasa con los píxeles por encima de «Denso sobre esta opacidad»: conservan sus valores, se llenan con lo que inventa el generador, o pasan a nodata.</translation>
    </message>
    <message>
      <source>Thick above this expected error</source>
      <translation>Denso sobre este error esperado</translation>
    </message>
    <message>
      <source>Corrected pixels of a larger expected error count as thick too: they are corrected (nodata with --thick nodata), but not to be trusted.</source>
      <translation>Los píxeles corregidos con un error esperado mayor también cuentan como densos: se corrigen (nodata con «Nube densa» nodata), pero no son fiables.</translation>
    </message>
    <message>
      <source>It is a reflectance.</source>
      <translation>Es una reflectancia.</translation>
    </message>
    <message>
      <source>Device</source>
      <translation>Dispositivo</translation>
    </message>
    <message>
      <source>Where to compute; `devices` lists what there is.</source>
      <translation>Dónde calcular; `devices` muestra lo que hay.</translation>
    </message>
    <message>
      <source>It is auto (a GPU if there is one), cpu, cuda, cuda:1, mps; Plugins &gt; Cloudgan &gt; Choose the backend lists those of this computer.</source>
      <translation>Es auto (una GPU si la hay), cpu, cuda, cuda:1, mps; Complementos &gt; Cloudgan &gt; Elegir el programa muestra los de este equipo.</translation>
    </message>
    <message>
      <source>Precision</source>
      <translation>Precisión</translation>
    </message>
    <message>
      <source>Number format of the network: fp32 is the reference; auto takes bf16 where the device computes in it natively and, but for training, results stay within 2 DN.</source>
      <translation>Formato numérico de la red: fp32 es la referencia; auto toma bf16 donde el dispositivo calcula en él de forma nativa y, salvo en el entrenamiento, los resultados quedan a menos de 2 DN.</translation>
    </message>
    <message>
      <source>Compile the network first</source>
      <translation>Compilar antes la red</translation>
    </message>
    <message>
      <source>Let torch compile the network first, which takes a while; on CUDA only, and not by default.</source>
      <translation>Deja que torch compile antes la red, lo que tarda un rato; solo con CUDA, y no por defecto.</translation>
    </message>
    <message>
      <source>Overlap of windows (pixels)</source>
      <translation>Solape de ventanas (píxeles)</translation>
    </message>
    <message>
      <source>What neighbouring windows of 64 pixels share, 0 to 63.</source>
      <translation>Lo que comparten ventanas vecinas de 64 píxeles, de 0 a 63.</translation>
    </message>
    <message>
      <source>More is smoother and slower.</source>
      <translation>Más es más suave y más lento.</translation>
    </message>
    <message>
      <source>Windows at once</source>
      <translation>Ventanas a la vez</translation>
    </message>
    <message>
      <source>Windows that the generator gets at once.</source>
      <translation>Ventanas que el generador recibe a la vez.</translation>
    </message>
    <message>
      <source>auto or a number; fewer take less memory.</source>
      <translation>auto o un número; menos ocupan menos memoria.</translation>
    </message>
    <message>
      <source>Bands to write</source>
      <translation>Bandas que se escriben</translation>
    </message>
    <message>
      <source>Which bands of a product, or of files, of several resolutions to write: those at 10 m, or all, resampled to that.</source>
      <translation>Qué bandas de un producto, o de archivos, de varias resoluciones se escriben: las de 10 m, o todas, remuestreadas a eso.</translation>
    </message>
    <message>
      <source>Write only red, green and blue</source>
      <translation>Escribir solo rojo, verde y azul</translation>
    </message>
    <message>
      <source>Leave out all bands but red, green and blue.</source>
      <translation>Dejar fuera todas las bandas menos rojo, verde y azul.</translation>
    </message>
    <message>
      <source>Write a cloud-optimized GeoTIFF</source>
      <translation>Escribir un GeoTIFF optimizado para la nube</translation>
    </message>
    <message>
      <source>Write a cloud-optimized GeoTIFF with overviews; until it is complete it takes about 2.7 times its room on the disk.</source>
      <translation>Escribe un GeoTIFF optimizado para la nube con vistas generales; hasta que está completo ocupa unas 2,7 veces su espacio en disco.</translation>
    </message>
    <message>
      <source>Creation options</source>
      <translation>Opciones de creación</translation>
    </message>
    <message>
      <source>GDAL's creation option of the output, as in COMPRESS=DEFLATE; may be repeated.</source>
      <translation>Opción de creación de GDAL para la salida, como en COMPRESS=DEFLATE; puede repetirse.</translation>
    </message>
    <message>
      <source>Several are separated by |, as in COMPRESS=DEFLATE|PREDICTOR=2.</source>
      <translation>Varias se separan con |, como en COMPRESS=DEFLATE|PREDICTOR=2.</translation>
    </message>
    <message>
      <source>Run report</source>
      <translation>Informe de la ejecución</translation>
    </message>
    <message>
      <source>Write options, results and timings to a JSON file.</source>
      <translation>Escribe opciones, resultados y tiempos en un archivo JSON.</translation>
    </message>
    <message>
      <source>Image without thin clouds</source>
      <translation>Imagen sin nubes finas</translation>
    </message>
    <message>
      <source>GeoTIFF with the coordinates, size, type, nodata and bands of the input, whose layer's style it gets beside one with a stretch of its own.</source>
      <translation>GeoTIFF con las coordenadas, el tamaño, el tipo, nodata y las bandas de la entrada, cuyo estilo de capa recibe junto a otro con un realce propio.</translation>
    </message>
    <message>
      <source>Write the quality band (0 no data, 1 clear, 2 corrected, 3 thick: not to be trusted) to a GeoTIFF.</source>
      <translation>Escribe la banda de calidad (0 sin datos, 1 despejado, 2 corregido, 3 denso: no fiable) en un GeoTIFF.</translation>
    </message>
    <message>
      <source>Not for models that estimate no opacity, such as article.</source>
      <translation>No para modelos que no estiman la opacidad, como article.</translation>
    </message>
    <message>
      <source>Opacity of the cloud</source>
      <translation>Opacidad de la nube</translation>
    </message>
    <message>
      <source>Write the opacity of the cloud (0 to 1) to a GeoTIFF.</source>
      <translation>Escribe la opacidad de la nube (de 0 a 1) en un GeoTIFF.</translation>
    </message>
    <message>
      <source>Expected error</source>
      <translation>Error esperado</translation>
    </message>
    <message>
      <source>Write half the width of the interval that holds 90 % of the errors (in the scene's units) to a GeoTIFF.</source>
      <translation>Escribe la mitad de la anchura del intervalo que contiene el 90 % de los errores (en unidades de la escena) en un GeoTIFF.</translation>
    </message>
    <message>
      <source>A band for every group of bands of the model. Not for models that estimate no opacity, such as article.</source>
      <translation>Una banda por cada grupo de bandas del modelo. No para modelos que no estiman la opacidad, como article.</translation>
    </message>
    <message>
      <source>Clear image</source>
      <translation>Imagen despejada</translation>
    </message>
    <message>
      <source>It needs red, green and blue.</source>
      <translation>Necesita rojo, verde y azul.</translation>
    </message>
    <message>
      <source>Law of the cloud</source>
      <translation>Ley de la nube</translation>
    </message>
    <message>
      <source>How the cloud lies over the ground: as a real veil, in all bands, taking the ground's colour; or by scattering over red, green and blue, with an airlight that knows no ground.</source>
      <translation>Cómo se posa la nube sobre el suelo: como un velo real, en todas las bandas, con los colores del suelo; o por dispersión sobre rojo, verde y azul, con una luz del aire que no conoce el suelo.</translation>
    </message>
    <message>
      <source>Kind of veil</source>
      <translation>Clase de velo</translation>
    </message>
    <message>
      <source>What a veil is of; any draws one as for training, a mixture is cirrus over water cloud or haze.</source>
      <translation>De qué es un velo; any saca una clase como en el entrenamiento, mixture es cirro sobre nube de agua o calima.</translation>
    </message>
    <message>
      <source>The cirrus band sees cirrus.</source>
      <translation>La banda de cirros ve los cirros.</translation>
    </message>
    <message>
      <source>Shape of the cloud</source>
      <translation>Forma de la nube</translation>
    </message>
    <message>
      <source>Shape of the cloud; mixed draws one of the first three, those of training.</source>
      <translation>Forma de la nube; mixed saca una de las tres primeras, las del entrenamiento.</translation>
    </message>
    <message>
      <source>The models have never seen perlin, ridged and cellular.</source>
      <translation>Los modelos nunca han visto perlin, ridged y cellular.</translation>
    </message>
    <message>
      <source>Coverage</source>
      <translation>Cobertura</translation>
    </message>
    <message>
      <source>Share of the pixels under cloud, 0 to 1.</source>
      <translation>Parte de los píxeles bajo nube, de 0 a 1.</translation>
    </message>
    <message>
      <source>Drawn at random if not set.</source>
      <translation>Se saca al azar si no se indica.</translation>
    </message>
    <message>
      <source>Mean opacity</source>
      <translation>Opacidad media</translation>
    </message>
    <message>
      <source>Mean over the clouded pixels, in green, below 1.</source>
      <translation>Media sobre los píxeles nublados, en verde, menor que 1.</translation>
    </message>
    <message>
      <source>Airlight</source>
      <translation>Luz atmosférica</translation>
    </message>
    <message>
      <source>What an opaque cloud of the law scattering shows: 1 is reflectance 0.275, .3 grey, 1.6 saturated.</source>
      <translation>Lo que muestra una nube opaca según la ley scattering: 1 es reflectancia 0,275, 0,3 gris, 1,6 saturada.</translation>
    </message>
    <message>
      <source>Seed</source>
      <translation>Semilla</translation>
    </message>
    <message>
      <source>Of all that is drawn at random.</source>
      <translation>De todo lo que se saca al azar.</translation>
    </message>
    <message>
      <source>Another seed draws another cloud.</source>
      <translation>Otra semilla saca otra nube.</translation>
    </message>
    <message>
      <source>GeoTIFF like the input, whose layer's style it gets beside one with a stretch of its own.</source>
      <translation>GeoTIFF como la entrada, cuyo estilo de capa recibe junto a otro con un realce propio.</translation>
    </message>
    <message>
      <source>GeoTIFF for the truth of a scene; by default OUT_opacity.tif.</source>
      <translation>GeoTIFF para la verdad de una escena; por defecto OUT_opacity.tif.</translation>
    </message>
    <message>
      <source>The truth is 1 - transmittance in green, 0 to 1. Here it is written only if it is asked for.</source>
      <translation>La verdad es 1 - transmitancia en verde, de 0 a 1. Aquí solo se escribe si se pide.</translation>
    </message>
    <message>
      <source>Result</source>
      <translation>Resultado</translation>
    </message>
    <message>
      <source>What Remove thin clouds wrote.</source>
      <translation>Lo que escribió «Quitar nubes finas».</translation>
    </message>
    <message>
      <source>The same place on the same grid, without clouds.</source>
      <translation>El mismo lugar en la misma cuadrícula, sin nubes.</translation>
    </message>
    <message>
      <source>The cloudy scene: measured beside the result.</source>
      <translation>La escena nublada: se mide junto al resultado.</translation>
    </message>
    <message>
      <source>What the result was made from, to see what was gained.</source>
      <translation>De qué se hizo el resultado, para ver lo que se ganó.</translation>
    </message>
    <message>
      <source>Quality band of decloud --qa: its classes are measured too.</source>
      <translation>Banda de calidad de «Quitar nubes finas»: también se miden sus clases.</translation>
    </message>
    <message>
      <source>They are clear, corrected and thick pixels.</source>
      <translation>Son píxeles despejados, corregidos y densos.</translation>
    </message>
    <message>
      <source>Report</source>
      <translation>Informe</translation>
    </message>
    <message>
      <source>Also write a page for the browser.</source>
      <translation>Escribe también una página para el navegador.</translation>
    </message>
    <message>
      <source>The table, with an explanation of the numbers.</source>
      <translation>La tabla, con una explicación de los números.</translation>
    </message>
  </context>
</TS>
