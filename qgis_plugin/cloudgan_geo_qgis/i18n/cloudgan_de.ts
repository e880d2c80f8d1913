<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
  <context>
    <name>Cloudgan</name>
    <message>
      <source>Cancelled; nothing was written.</source>
      <translation>Abgebrochen; es wurde nichts geschrieben.</translation>
    </message>
    <message>
      <source>no data, or outside the area</source>
      <translation>keine Daten oder außerhalb des Gebiets</translation>
    </message>
    <message>
      <source>clear</source>
      <translation>klar</translation>
    </message>
    <message>
      <source>corrected</source>
      <translation>korrigiert</translation>
    </message>
    <message>
      <source>thick: not to be trusted</source>
      <translation>dicht: nicht vertrauenswürdig</translation>
    </message>
    <message>
      <source>Apply quality</source>
      <translation>Qualität anwenden</translation>
    </message>
    <message>
      <source>Sets pixels of chosen classes of a quality band to nodata</source>
      <translation>Setzt Pixel gewählter Klassen eines Qualitätsbands auf Nodata</translation>
    </message>
    <message>
      <source>Sets pixels to nodata that lie in chosen classes of a quality band, or near them, in any raster of the same grid: the result, an index computed of it, another date's. All other pixels stay as they are.</source>
      <translation>Setzt in einem beliebigen Raster desselben Gitters Pixel auf Nodata, die in gewählten Klassen eines Qualitätsbands liegen oder nahe daran: im Ergebnis, in einem daraus berechneten Index, in dem eines anderen Datums. Alle anderen Pixel bleiben, wie sie sind.</translation>
    </message>
    <message>
      <source>Any raster whose pixels lie on those of the quality band.</source>
      <translation>Ein beliebiges Raster, dessen Pixel auf denen des Qualitätsbands liegen.</translation>
    </message>
    <message>
      <source>What Remove thin clouds wrote as quality band.</source>
      <translation>Was „Dünne Wolken entfernen“ als Qualitätsband geschrieben hat.</translation>
    </message>
    <message>
      <source>Pixels of these classes become nodata.</source>
      <translation>Pixel dieser Klassen werden Nodata.</translation>
    </message>
    <message>
      <source>Buffer (pixels)</source>
      <translation>Puffer (Pixel)</translation>
    </message>
    <message>
      <source>Pixels that are no further from them become nodata too.</source>
      <translation>Pixel, die nicht weiter davon entfernt sind, werden ebenfalls Nodata.</translation>
    </message>
    <message>
      <source>Only for an image that states none.</source>
      <translation>Nur für ein Bild, das keinen angibt.</translation>
    </message>
    <message>
      <source>GeoTIFF with the bands, type and values of the image.</source>
      <translation>GeoTIFF mit den Bändern, dem Typ und den Werten des Bilds.</translation>
    </message>
    <message>
      <source>Image without these pixels</source>
      <translation>Bild ohne diese Pixel</translation>
    </message>
    <message>
      <source>Image</source>
      <translation>Bild</translation>
    </message>
    <message>
      <source>Quality band</source>
      <translation>Qualitätsband</translation>
    </message>
    <message>
      <source>Classes to take out</source>
      <translation>Klassen, die herausfallen</translation>
    </message>
    <message>
      <source>Nodata value</source>
      <translation>Nodata-Wert</translation>
    </message>
    <message>
      <source>{image} and {quality} are not of the same grid</source>
      <translation>{image} und {quality} haben nicht dasselbe Gitter</translation>
    </message>
    <message>
      <source>The image states no nodata value: give one under {}</source>
      <translation>Das Bild gibt keinen Nodata-Wert an: Einen unter {} angeben</translation>
    </message>
    <message>
      <source>{layer} has no coordinate reference system: its polygons are taken to be in the coordinates of the image.</source>
      <translation>{layer} hat kein Koordinatenbezugssystem: Die Polygone werden in den Koordinaten des Bilds genommen.</translation>
    </message>
    <message>
      <source>{layer} cannot be copied: {why}</source>
      <translation>{layer} kann nicht kopiert werden: {why}</translation>
    </message>
    <message>
      <source>The area cannot be reprojected: {}</source>
      <translation>Das Gebiet kann nicht umprojiziert werden: {}</translation>
    </message>
    <message>
      <source>Plugins &gt; Cloudgan &gt; Choose the backend... installs it, into an environment of its own, or is told where it is; so is Settings &gt; Options &gt; Processing &gt; Providers &gt; Cloudgan.</source>
      <translation>Erweiterungen &gt; Cloudgan &gt; Programm wählen... installiert es in eine eigene Umgebung oder erfährt, wo es ist; ebenso Einstellungen &gt; Optionen &gt; Verarbeitung &gt; Datenanbieter &gt; Cloudgan.</translation>
    </message>
    <message>
      <source>The program {named}, which {by} names, {wrong}.</source>
      <translation>Das Programm {named} (benannt durch: {by}) {wrong}.</translation>
    </message>
    <message>
      <source>its name</source>
      <translation>seinen Namen</translation>
    </message>
    <message>
      <source>is a folder without cloudgan-geo in it</source>
      <translation>ist ein Ordner ohne cloudgan-geo darin</translation>
    </message>
    <message>
      <source>the setting of the provider</source>
      <translation>die Einstellung des Anbieters</translation>
    </message>
    <message>
      <source>cannot be run</source>
      <translation>kann nicht ausgeführt werden</translation>
    </message>
    <message>
      <source>is not there</source>
      <translation>ist nicht vorhanden</translation>
    </message>
    <message>
      <source>the environment variable {}</source>
      <translation>die Umgebungsvariable {}</translation>
    </message>
    <message>
      <source>The program cloudgan-geo is not installed.</source>
      <translation>Das Programm cloudgan-geo ist nicht installiert.</translation>
    </message>
    <message>
      <source>Remove thin clouds</source>
      <translation>Dünne Wolken entfernen</translation>
    </message>
    <message>
      <source>Removes thin clouds from a Sentinel-2 image and says which pixels to trust</source>
      <translation>Entfernt dünne Wolken aus einem Sentinel-2-Bild und sagt, welchen Pixeln zu trauen ist</translation>
    </message>
    <message>
      <source>Removes thin clouds from a Sentinel-2 image: L1C or L2A, any raster with the bands that the model reads: red, green and blue, or all of L1C. Coordinates, size, data type, nodata and all bands that the model does not correct stay as they are, and so do pixels that are clear. What lies under thick cloud cannot be seen by anyone: ask for the quality band to know where that is.</source>
      <translation>Entfernt dünne Wolken aus einem Sentinel-2-Bild: L1C oder L2A, jedes Raster mit den Bändern, die das Modell liest: Rot, Grün und Blau oder alle von L1C. Koordinaten, Größe, Datentyp, Nodata und alle Bänder, die das Modell nicht korrigiert, bleiben, wie sie sind, ebenso klare Pixel. Was unter dichter Wolke liegt, kann niemand sehen: Das Qualitätsband sagt, wo das ist.</translation>
    </message>
    <message>
      <source>The model {model} estimates no opacity, so that there is no {outputs}: leave that empty, or take the model thin.</source>
      <translation>Das Modell {model} schätzt keine Opazität, daher gibt es kein {outputs}: leer lassen oder das Modell thin nehmen.</translation>
    </message>
    <message>
      <source>the field above</source>
      <translation>das Feld oben</translation>
    </message>
    <message>
      <source>The work is done by the program cloudgan-geo, which lives outside of QGIS, in a Python environment of its own.</source>
      <translation>Die Arbeit macht das Programm cloudgan-geo, das außerhalb von QGIS in einer eigenen Python-Umgebung lebt.</translation>
    </message>
    <message>
      <source>Install... makes one in your profile. If you have the program already, name it here, or the folder of its environment; leave this empty if it is on the PATH.</source>
      <translation>„Installieren...“ legt eine in Ihrem Profil an. Haben Sie das Programm schon, nennen Sie es hier oder den Ordner seiner Umgebung; leer lassen, wenn es im PATH liegt.</translation>
    </message>
    <message>
      <source>Cloudgan: choose the backend</source>
      <translation>Cloudgan: Programm wählen</translation>
    </message>
    <message>
      <source>Executable of cloudgan-geo</source>
      <translation>Programmdatei von cloudgan-geo</translation>
    </message>
    <message>
      <source>Test</source>
      <translation>Prüfen</translation>
    </message>
    <message>
      <source>Install...</source>
      <translation>Installieren...</translation>
    </message>
    <message>
      <source>Asking {} ...</source>
      <translation>Frage {} ...</translation>
    </message>
    <message>
      <source>Evaluate against a clear image</source>
      <translation>Mit einem klaren Bild vergleichen</translation>
    </message>
    <message>
      <source>Measures a result against a clear image of the same place</source>
      <translation>Misst ein Ergebnis an einem klaren Bild derselben Gegend</translation>
    </message>
    <message>
      <source>Measures how far a result is from a clear image of the same place, and the cloudy image too: peak signal-to-noise ratio (PSNR, higher is better), structural similarity (SSIM, at most 1), mean absolute error (MAE) and spectral angle (SAM, 0 is the same colour), of red, green and blue as reflectance / 0.275. Only pixels that hold data in every image count. Ground that changed between the dates counts as error.</source>
      <translation>Misst, wie weit ein Ergebnis und das bewölkte Bild von einem klaren Bild derselben Gegend entfernt sind: Spitzen-Signal-Rausch-Verhältnis (PSNR, höher ist besser), strukturelle Ähnlichkeit (SSIM, höchstens 1), mittlerer absoluter Fehler (MAE) und Spektralwinkel (SAM, 0 ist dieselbe Farbe), von Rot, Grün und Blau als Reflexionsgrad / 0,275. Nur Pixel mit Daten in allen Bildern zählen. Boden, der sich zwischen den Daten verändert hat, zählt als Fehler.</translation>
    </message>
    <message>
      <source>A table without geometry: one row an image and class of the quality band.</source>
      <translation>Eine Tabelle ohne Geometrie: eine Zeile je Bild und Klasse des Qualitätsbands.</translation>
    </message>
    <message>
      <source>Table</source>
      <translation>Tabelle</translation>
    </message>
    <message>
      <source>Cloudgan in QGIS</source>
      <translation>Cloudgan in QGIS</translation>
    </message>
    <message>
      <source>Product folder...</source>
      <translation>Produktordner...</translation>
    </message>
    <message>
      <source>Choose the .SAFE folder of a Sentinel-2 product</source>
      <translation>Den Ordner .SAFE eines Sentinel-2-Produkts wählen</translation>
    </message>
    <message>
      <source>Folder of a Sentinel-2 product</source>
      <translation>Ordner eines Sentinel-2-Produkts</translation>
    </message>
    <message>
      <source>Cloudgan: install the program</source>
      <translation>Cloudgan: das Programm installieren</translation>
    </message>
    <message>
      <source>Wheel of cloudgan-geo</source>
      <translation>Wheel von cloudgan-geo</translation>
    </message>
    <message>
      <source>Wheels (*.whl)</source>
      <translation>Wheels (*.whl)</translation>
    </message>
    <message>
      <source>that of pip: pypi.org, unless it is set up otherwise</source>
      <translation>der von pip: pypi.org, wenn nichts anderes eingerichtet ist</translation>
    </message>
    <message>
      <source>without CUDA: smaller, for computers without an NVIDIA GPU</source>
      <translation>ohne CUDA: kleiner, für Rechner ohne NVIDIA-GPU</translation>
    </message>
    <message>
      <source>Install</source>
      <translation>Installieren</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <source>Wheel file</source>
      <translation>Wheel-Datei</translation>
    </message>
    <message>
      <source>or package index</source>
      <translation>oder Paketindex</translation>
    </message>
    <message>
      <source>torch</source>
      <translation>torch</translation>
    </message>
    <message>
      <source>Installing cloudgan-geo</source>
      <translation>cloudgan-geo wird installiert</translation>
    </message>
    <message>
      <source>Makes a Python environment under {folder} and installs {what} into it, with torch: about 1 GB, several with CUDA. QGIS itself gets nothing.</source>
      <translation>Legt unter {folder} eine Python-Umgebung an und installiert darin {what} mit torch: etwa 1 GB, mit CUDA mehrere. QGIS selbst bekommt nichts.</translation>
    </message>
    <message>
      <source>This plugin is no release: name the wheel file, or the index that has it.</source>
      <translation>Diese Erweiterung ist keine veröffentlichte: die Wheel-Datei nennen oder den Index, der sie hat.</translation>
    </message>
    <message>
      <source>Close</source>
      <translation>Schließen</translation>
    </message>
    <message>
      <source>Cancelling ...</source>
      <translation>Wird abgebrochen ...</translation>
    </message>
    <message>
      <source>Cancelled; nothing was installed.</source>
      <translation>Abgebrochen; es wurde nichts installiert.</translation>
    </message>
    <message>
      <source>Installed: {}</source>
      <translation>Installiert: {}</translation>
    </message>
    <message>
      <source>Thin clouds</source>
      <translation>Dünne Wolken</translation>
    </message>
    <message>
      <source>Vegetation index (NDVI)</source>
      <translation>Vegetationsindex (NDVI)</translation>
    </message>
    <message>
      <source>Computes (B08 - B04) / (B08 + B04) of the corrected bands, as reflectance</source>
      <translation>Berechnet (B08 - B04) / (B08 + B04) der korrigierten Bänder als Reflexionsgrad</translation>
    </message>
    <message>
      <source>Computes the normalized difference of near infrared and red as reflectance: scale and offset of the bands count, and so does the offset of 1000 that the result's tags state. Only a model that corrects near infrared (veil) gives an index free of cloud: others copy that band.</source>
      <translation>Berechnet die normierte Differenz von nahem Infrarot und Rot als Reflexionsgrad: Skalierung und Versatz der Bänder zählen, ebenso der Versatz von 1000, den die Tags des Ergebnisses angeben. Nur ein Modell, das nahes Infrarot korrigiert (veil), gibt einen Index ohne Wolken: andere kopieren dieses Band.</translation>
    </message>
    <message>
      <source>An image with red and near infrared, such as a result of Remove thin clouds.</source>
      <translation>Ein Bild mit Rot und nahem Infrarot, etwa ein Ergebnis von „Dünne Wolken entfernen“.</translation>
    </message>
    <message>
      <source>GeoTIFF of 32-bit floats, -1 to 1.</source>
      <translation>GeoTIFF mit 32-Bit-Gleitkommazahlen, -1 bis 1.</translation>
    </message>
    <message>
      <source>Vegetation index</source>
      <translation>Vegetationsindex</translation>
    </message>
    <message>
      <source>Red</source>
      <translation>Rot</translation>
    </message>
    <message>
      <source>Near infrared</source>
      <translation>Nahes Infrarot</translation>
    </message>
    <message>
      <source>Red is band {red}, near infrared band {infrared}</source>
      <translation>Rot ist Band {red}, nahes Infrarot Band {infrared}</translation>
    </message>
    <message>
      <source>If not given, the band that its description calls {}.</source>
      <translation>Ohne Angabe das Band, das seine Beschreibung {} nennt.</translation>
    </message>
    <message>
      <source>The descriptions of the bands do not tell which is {band}: choose it</source>
      <translation>Die Beschreibungen der Bänder sagen nicht, welches {band} ist: bitte wählen</translation>
    </message>
    <message>
      <source>the input has no coordinates that QGIS knows; give polygons instead</source>
      <translation>das Bild hat keine Koordinaten, die QGIS kennt; stattdessen Polygone angeben</translation>
    </message>
    <message>
      <source>Preview on the map</source>
      <translation>Vorschau auf der Karte</translation>
    </message>
    <message>
      <source>Compare with the input</source>
      <translation>Mit der Eingabe vergleichen</translation>
    </message>
    <message>
      <source>Choose the backend...</source>
      <translation>Programm wählen...</translation>
    </message>
    <message>
      <source>Help</source>
      <translation>Hilfe</translation>
    </message>
    <message>
      <source>Choose the layer of an image first.</source>
      <translation>Zuerst den Layer eines Bilds wählen.</translation>
    </message>
    <message>
      <source>Choose a result whose input is in the project, or lies under it.</source>
      <translation>Ein Ergebnis wählen, dessen Eingabe im Projekt ist oder darunter liegt.</translation>
    </message>
    <message>
      <source>{}: preview</source>
      <translation>{}: Vorschau</translation>
    </message>
    <message>
      <source>It failed.</source>
      <translation>Es ist fehlgeschlagen.</translation>
    </message>
    <message>
      <source>The map shows nothing of {}.</source>
      <translation>Die Karte zeigt nichts von {}.</translation>
    </message>
    <message>
      <source>Cloudgan (thin clouds in Sentinel-2 images)</source>
      <translation>Cloudgan (dünne Wolken in Sentinel-2-Bildern)</translation>
    </message>
    <message>
      <source>Executable of cloudgan-geo (empty: look on the PATH)</source>
      <translation>Programmdatei von cloudgan-geo (leer: im PATH suchen)</translation>
    </message>
    <message>
      <source>Testing the Cloudgan backend</source>
      <translation>Das Programm von Cloudgan wird geprüft</translation>
    </message>
    <message>
      <source>The environment variable goes before what is chosen here.</source>
      <translation>Die Umgebungsvariable geht vor, was hier gewählt ist.</translation>
    </message>
    <message>
      <source>cancelled</source>
      <translation>abgebrochen</translation>
    </message>
    <message>
      <source>This program answers, but it is not cloudgan-geo.</source>
      <translation>Dieses Programm antwortet, ist aber nicht cloudgan-geo.</translation>
    </message>
    <message>
      <source>{path}, found by {by}</source>
      <translation>{path}, gefunden durch {by}</translation>
    </message>
    <message>
      <source>Models: {}</source>
      <translation>Modelle: {}</translation>
    </message>
    <message>
      <source>Devices: {}</source>
      <translation>Geräte: {}</translation>
    </message>
    <message>
      <source>auto computes on {}</source>
      <translation>auto rechnet auf {}</translation>
    </message>
    <message>
      <source>This is cloudgan-geo {version}, which speaks protocol {theirs}; the plugin speaks {ours}. Update the older of both.</source>
      <translation>Das ist cloudgan-geo {version}, das Protokoll {theirs} spricht; die Erweiterung spricht {ours}. Bitte das ältere von beiden erneuern.</translation>
    </message>
    <message>
      <source>It works.</source>
      <translation>Es funktioniert.</translation>
    </message>
    <message>
      <source>{} cannot be opened</source>
      <translation>{} kann nicht geöffnet werden</translation>
    </message>
    <message>
      <source>{} cannot be written</source>
      <translation>{} kann nicht geschrieben werden</translation>
    </message>
    <message>
      <source>Simulate thin clouds</source>
      <translation>Dünne Wolken simulieren</translation>
    </message>
    <message>
      <source>Puts a synthetic thin cloud on a clear image, of which the truth is known</source>
      <translation>Legt eine künstliche dünne Wolke, deren Wahrheit bekannt ist, über ein klares Bild</translation>
    </message>
    <message>
      <source>Puts a synthetic thin cloud on a clear Sentinel-2 image, of which the truth is known: to test Remove thin clouds on your own ground before you trust it. Only valid pixels change, of every band that is known. What is not given is drawn at random, as for the training of the models; the same seed draws the same cloud.</source>
      <translation>Legt eine künstliche dünne Wolke, deren Wahrheit bekannt ist, über ein klares Sentinel-2-Bild: um „Dünne Wolken entfernen“ auf eigenem Boden zu prüfen, bevor man ihm traut. Nur gültige Pixel ändern sich, in jedem bekannten Kanal. Was nicht angegeben ist, wird zufällig gezogen wie beim Training der Modelle; derselbe Startwert zieht dieselbe Wolke.</translation>
    </message>
    <message>
      <source>{coverage:.1%} under cloud of mean opacity {opacity:.3f}</source>
      <translation>{coverage:.1%} unter Wolke der mittleren Opazität {opacity:.3f}</translation>
    </message>
    <message>
      <source>{folder} is no Sentinel-2 product: there is no {metadata} in it.</source>
      <translation>{folder} ist kein Sentinel-2-Produkt: Es enthält kein {metadata}.</translation>
    </message>
    <message>
      <source>The layer {layer} has the coordinate reference system {ours}, its file {files}: areas are taken in that of the layer, results get that of the file. Raster &gt; Projections &gt; Assign Projection writes another one into the file.</source>
      <translation>Der Layer {layer} hat das Koordinatenbezugssystem {ours}, seine Datei {files}: Gebiete gelten in dem des Layers, Ergebnisse bekommen das der Datei. Raster &gt; Projektionen &gt; Projektion zuweisen schreibt ein anderes in die Datei.</translation>
    </message>
    <message>
      <source>none</source>
      <translation>keines</translation>
    </message>
    <message>
      <source>The layer {layer} is not a file (it comes from the provider {provider}). Save it first: right click, Export, Save As..., raw data, GeoTIFF.</source>
      <translation>Der Layer {layer} ist keine Datei (er kommt vom Anbieter {provider}). Zuerst speichern: Rechtsklick, Exportieren, Speichern als..., Rohdaten, GeoTIFF.</translation>
    </message>
    <message>
      <source>Cloudy image</source>
      <translation>Bewölktes Bild</translation>
    </message>
    <message>
      <source>A layer of a raster file, or the file itself; or a Sentinel-2 product: its MTD_MSIL1C.xml or MTD_MSIL2A.xml, its .SAFE folder or the zip of that. Layers of web services have to be saved as a file first.</source>
      <translation>Ein Layer einer Rasterdatei oder die Datei selbst; oder ein Sentinel-2-Produkt: seine MTD_MSIL1C.xml oder MTD_MSIL2A.xml, sein Ordner .SAFE oder dessen Zip. Layer von Webdiensten müssen zuerst als Datei gespeichert werden.</translation>
    </message>
    <message>
      <source>Other bands of the image, one a file</source>
      <translation>Weitere Bänder des Bilds, eines je Datei</translation>
    </message>
    <message>
      <source>Where every band is a file of its own: the image is the one above and these, in any order. Their names tell the bands, as in T31TDH_B04.jp2.</source>
      <translation>Wo jedes Band eine eigene Datei ist: Das Bild besteht aus dem oben und diesen, in beliebiger Reihenfolge. Ihre Namen sagen das Band, wie in T31TDH_B04.jp2.</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>Modell</translation>
    </message>
    <message>
      <source>Generator: a bundled one (see `models`) or a weights file; auto takes the bundled one that sees most of the scene's bands.</source>
      <translation>Generator: ein mitgelieferter (siehe `models`) oder eine Datei mit Gewichten; auto nimmt den mitgelieferten, der die meisten Bänder der Szene sieht.</translation>
    </message>
    <message>
      <source>veil sees every band and corrects all but the cirrus band, which it can do without; visible and thin see and correct red, green and blue, and visible takes more of a veil away; article is the network of an article, a reference for comparison that also changes clear ground. A file goes under Weights file.</source>
      <translation>veil sieht alle Bänder und korrigiert alle außer dem Cirrusband, ohne das es auskommt; visible und thin sehen und korrigieren Rot, Grün und Blau, und visible nimmt mehr von einem Schleier weg; article ist das Netz eines Artikels, zum Vergleich, das auch klaren Boden ändert. Eine Datei gehört unter „Datei mit Gewichten“.</translation>
    </message>
    <message>
      <source>Only within this extent</source>
      <translation>Nur in dieser Ausdehnung</translation>
    </message>
    <message>
      <source>Change only pixels between left, bottom, right and top, in the scene's coordinates.</source>
      <translation>Nur Pixel zwischen links, unten, rechts und oben ändern, in den Koordinaten der Szene.</translation>
    </message>
    <message>
      <source>An extent in other coordinates is transformed. Pixels outside are copied.</source>
      <translation>Eine Ausdehnung in anderen Koordinaten wird umgerechnet. Pixel außerhalb werden kopiert.</translation>
    </message>
    <message>
      <source>Only within these polygons</source>
      <translation>Nur in diesen Polygonen</translation>
    </message>
    <message>
      <source>Change only pixels inside the polygons of a GeoJSON, GeoPackage or Shapefile, in any coordinate reference system.</source>
      <translation>Nur Pixel in den Polygonen eines GeoJSON, GeoPackage oder Shapefile ändern, in beliebigem Koordinatenbezugssystem.</translation>
    </message>
    <message>
      <source>Other layers, filters and selections are copied to a file first. Pixels whose centre is outside are copied.</source>
      <translation>Andere Layer, Filter und Auswahlen werden erst in eine Datei kopiert. Pixel, deren Mitte außerhalb liegt, werden kopiert.</translation>
    </message>
    <message>
      <source>Radiometry</source>
      <translation>Radiometrie</translation>
    </message>
    <message>
      <source>How values relate to reflectance: DN / 10000, the same after subtracting 1000, 8-bit true colour, the same with that offset left in, 8-bit EuroSAT, reflectance itself.</source>
      <translation>Wie sich Werte zum Reflexionsgrad verhalten: DN / 10000, dasselbe nach Abzug von 1000, 8-Bit-Echtfarben, dasselbe mit diesem Versatz darin, 8 Bit von EuroSAT, der Reflexionsgrad selbst.</translation>
    </message>
    <message>
      <source>auto goes by what the file declares, else by its type and values; the log says what was chosen and why.</source>
      <translation>auto richtet sich nach dem, was die Datei angibt, sonst nach Typ und Werten; das Protokoll sagt, was gewählt wurde und warum.</translation>
    </message>
    <message>
      <source>Weights file</source>
      <translation>Datei mit Gewichten</translation>
    </message>
    <message>
      <source>A weights file instead of a bundled model: a generator trained with cloudgan-geo train (.safetensors), of any bands, or the article's own (.pth).</source>
      <translation>Eine Datei mit Gewichten statt eines mitgelieferten Modells: ein Generator, trainiert mit cloudgan-geo train (.safetensors), beliebiger Bänder, oder der des Artikels (.pth).</translation>
    </message>
    <message>
      <source>Bands</source>
      <translation>Bänder</translation>
    </message>
    <message>
      <source>Red, green and blue bands, as in 4,3,2, or any by their names, as in B02=1,B03=2,B04=3,B08=4; found by their descriptions if not given.</source>
      <translation>Rotes, grünes und blaues Band, wie in 4,3,2, oder beliebige mit Namen, wie in B02=1,B03=2,B04=3,B08=4; ohne Angabe nach ihren Beschreibungen.</translation>
    </message>
    <message>
      <source>Processing level</source>
      <translation>Verarbeitungsstufe</translation>
    </message>
    <message>
      <source>Level of the scene's processing, told to generators that ask for it; auto goes by metadata and the product's name.</source>
      <translation>Verarbeitungsstufe der Szene, für Generatoren, die danach fragen; auto richtet sich nach Metadaten und Namen des Produkts.</translation>
    </message>
    <message>
      <source>Trust the input</source>
      <translation>Der Eingabe vertrauen</translation>
    </message>
    <message>
      <source>Let inputs be of any format that GDAL knows, name files anywhere and fetch from servers (virtual rasters, for one), and claim more than their bytes can hold.</source>
      <translation>Eingaben dürfen jedes Format haben, das GDAL kennt, Dateien irgendwo nennen, von Servern holen (etwa virtuelle Raster) und mehr angeben, als ihre Bytes enthalten können.</translation>
    </message>
    <message>
      <source>Bands to correct</source>
      <translation>Zu korrigierende Bänder</translation>
    </message>
    <message>
      <source>Which of the bands to correct that the generator can: red, green and blue, those of 10 m, or all.</source>
      <translation>Welche der Bänder zu korrigieren sind, die der Generator kann: Rot, Grün und Blau, die mit 10 m oder alle.</translation>
    </message>
    <message>
      <source>Keep pixels below this opacity</source>
      <translation>Pixel unter dieser Opazität behalten</translation>
    </message>
    <message>
      <source>Pixels under less cloud than this keep their values, bit for bit; from there to half as much again the correction fades in.</source>
      <translation>Pixel unter weniger Wolke als dies behalten ihre Werte, Bit für Bit; von da bis zum Anderthalbfachen setzt die Korrektur allmählich ein.</translation>
    </message>
    <message>
      <source>Thick above this opacity</source>
      <translation>Dicht über dieser Opazität</translation>
    </message>
    <message>
      <source>Pixels under more cloud than this cannot be recovered from one image.</source>
      <translation>Pixel unter mehr Wolke als dies sind aus einem einzigen Bild nicht wiederzugewinnen.</translation>
    </message>
    <message>
      <source>Thick cloud</source>
      <translation>Dichte Wolke</translation>
    </message>
    <message>
      <source>What becomes of pixels above --thick-above: they keep their values, are filled in with what the generator makes up, or become nodata.</source>
      <translation>Was aus Pixeln über „Dicht über dieser Opazität“ wird: Sie behalten ihre Werte, werden mit dem gefüllt, was der Generator erfindet, oder werden Nodata.</translation>
    </message>
    <message>
      <source>Thick above this expected error</source>
      <translation>Dicht über diesem erwarteten Fehler</translation>
    </message>
    <message>
      <source>Corrected pixels of a larger expected error count as thick too: they are corrected (nodata with --thick nodata), but not to be trusted.</source>
      <translation>Korrigierte Pixel mit größerem erwartetem Fehler gelten ebenfalls als dicht: Sie sind korrigiert (Nodata bei „Dichte Wolke“ nodata), aber nicht vertrauenswürdig.</translation>
    </message>
    <message>
      <source>It is a reflectance.</source>
      <translation>Es ist ein Reflexionsgrad.</translation>
    </message>
    <message>
      <source>Device</source>
      <translation>Gerät</translation>
    </message>
    <message>
      <source>Where to compute; `devices` lists what there is.</source>
      <translation>Wo gerechnet wird; `devices` zeigt, was es gibt.</translation>
    </message>
    <message>
      <source>It is auto (a GPU if there is one), cpu, cuda, cuda:1, mps; Plugins &gt; Cloudgan &gt; Choose the backend lists those of this computer.</source>
      <translation>auto (eine GPU, wenn es eine gibt), cpu, cuda, cuda:1 oder mps; Erweiterungen &gt; Cloudgan &gt; Programm wählen zeigt die dieses Rechners.</translation>
    </message>
    <message>
      <source>Precision</source>
      <translation>Genauigkeit</translation>
    </message>
    <message>
      <source>Number format of the network: fp32 is the reference; auto takes bf16 where the device computes in it natively and, but for training, results stay within 2 DN.</source>
      <translation>Zahlenformat des Netzes: fp32 ist die Referenz; auto nimmt bf16, wo das Gerät darin unmittelbar rechnet und Ergebnisse, außer beim Training, innerhalb von 2 DN bleiben.</translation>
    </message>
    <message>
      <source>Compile the network first</source>
      <translation>Das Netz erst übersetzen</translation>
    </message>
    <message>
      <source>Let torch compile the network first, which takes a while; on CUDA only, and not by default.</source>
      <translation>Lässt torch das Netz erst übersetzen, was eine Weile dauert; nur mit CUDA und nicht von selbst.</translation>
    </message>
    <message>
      <source>Overlap of windows (pixels)</source>
      <translation>Überlappung der Fenster (Pixel)</translation>
    </message>
    <message>
      <source>What neighbouring windows of 64 pixels share, 0 to 63.</source>
      <translation>Was benachbarte Fenster von 64 Pixeln gemeinsam haben, 0 bis 63.</translation>
    </message>
    <message>
      <source>More is smoother and slower.</source>
      <translation>Mehr ist glatter und langsamer.</translation>
    </message>
    <message>
      <source>Windows at once</source>
      <translation>Fenster auf einmal</translation>
    </message>
    <message>
      <source>Windows that the generator gets at once.</source>
      <translation>Fenster, die der Generator auf einmal bekommt.</translation>
    </message>
    <message>
      <source>auto or a number; fewer take less memory.</source>
      <translation>auto oder eine Zahl; weniger brauchen weniger Speicher.</translation>
    </message>
    <message>
      <source>Bands to write</source>
      <translation>Zu schreibende Bänder</translation>
    </message>
    <message>
      <source>Which bands of a product, or of files, of several resolutions to write: those at 10 m, or all, resampled to that.</source>
      <translation>Welche Bänder eines Produkts oder von Dateien mehrerer Auflösungen geschrieben werden: die mit 10 m oder alle, darauf umgerechnet.</translation>
    </message>
    <message>
      <source>Write only red, green and blue</source>
      <translation>Nur Rot, Grün und Blau schreiben</translation>
    </message>
    <message>
      <source>Leave out all bands but red, green and blue.</source>
      <translation>Alle Bänder außer Rot, Grün und Blau weglassen.</translation>
    </message>
    <message>
      <source>Write a cloud-optimized GeoTIFF</source>
      <translation>Ein Cloud-optimiertes GeoTIFF schreiben</translation>
    </message>
    <message>
      <source>Write a cloud-optimized GeoTIFF with overviews; until it is complete it takes about 2.7 times its room on the disk.</source>
      <translation>Schreibt ein Cloud-optimiertes GeoTIFF mit Übersichten; bis es vollständig ist, braucht es etwa das 2,7-Fache seines Platzes.</translation>
    </message>
    <message>
      <source>Creation options</source>
      <translation>Erzeugungsoptionen</translation>
    </message>
    <message>
      <source>GDAL's creation option of the output, as in COMPRESS=DEFLATE; may be repeated.</source>
      <translation>Erzeugungsoption von GDAL für die Ausgabe, wie in COMPRESS=DEFLATE; auch mehrere.</translation>
    </message>
    <message>
      <source>Several are separated by |, as in COMPRESS=DEFLATE|PREDICTOR=2.</source>
      <translation>Mehrere werden durch | getrennt, wie in COMPRESS=DEFLATE|PREDICTOR=2.</translation>
    </message>
    <message>
      <source>Run report</source>
      <translation>Bericht des Laufs</translation>
    </message>
    <message>
      <source>Write options, results and timings to a JSON file.</source>
      <translation>Schreibt Optionen, Ergebnisse und Zeiten in eine JSON-Datei.</translation>
    </message>
    <message>
      <source>Image without thin clouds</source>
      <translation>Bild ohne dünne Wolken</translation>
    </message>
    <message>
      <source>GeoTIFF with the coordinates, size, type, nodata and bands of the input, whose layer's style it gets beside one with a stretch of its own.</source>
      <translation>GeoTIFF mit Koordinaten, Größe, Typ, Nodata und Bändern der Eingabe; es bekommt den Stil von deren Layer und einen mit eigener Streckung.</translation>
    </message>
    <message>
      <source>Write the quality band (0 no data, 1 clear, 2 corrected, 3 thick: not to be trusted) to a GeoTIFF.</source>
      <translation>Schreibt das Qualitätsband (0 keine Daten, 1 klar, 2 korrigiert, 3 dicht: nicht vertrauenswürdig) in ein GeoTIFF.</translation>
    </message>
    <message>
      <source>Not for models that estimate no opacity, such as article.</source>
      <translation>Nicht für Modelle, die keine Opazität schätzen, wie article.</translation>
    </message>
    <message>
      <source>Opacity of the cloud</source>
      <translation>Opazität der Wolke</translation>
    </message>
    <message>
      <source>Write the opacity of the cloud (0 to 1) to a GeoTIFF.</source>
      <translation>Schreibt die Opazität der Wolke (0 bis 1) in ein GeoTIFF.</translation>
    </message>
    <message>
      <source>Expected error</source>
      <translation>Erwarteter Fehler</translation>
    </message>
    <message>
      <source>Write half the width of the interval that holds 90 % of the errors (in the scene's units) to a GeoTIFF.</source>
      <translation>Schreibt die halbe Breite des Intervalls, das 90 % der Fehler enthält (in Einheiten der Szene), in ein GeoTIFF.</translation>
    </message>
    <message>
      <source>A band for every group of bands of the model. Not for models that estimate no opacity, such as article.</source>
      <translation>Ein Band für jede Gruppe von Bändern des Modells. Nicht für Modelle, die keine Opazität schätzen, wie article.</translation>
    </message>
    <message>
      <source>Clear image</source>
      <translation>Klares Bild</translation>
    </message>
    <message>
      <source>It needs red, green and blue.</source>
      <translation>Es braucht Rot, Grün und Blau.</translation>
    </message>
    <message>
      <source>Law of the cloud</source>
      <translation>Gesetz der Wolke</translation>
    </message>
    <message>
      <source>How the cloud lies over the ground: as a real veil, in all bands, taking the ground's colour; or by scattering over red, green and blue, with an airlight that knows no ground.</source>
      <translation>Wie die Wolke über dem Boden liegt: wie ein wirklicher Schleier, in allen Kanälen, in den Farben des Bodens; oder durch Streuung über Rot, Grün und Blau, mit einem Luftlicht, das keinen Boden kennt.</translation>
    </message>
    <message>
      <source>Kind of veil</source>
      <translation>Art des Schleiers</translation>
    </message>
    <message>
      <source>What a veil is of; any draws one as for training, a mixture is cirrus over water cloud or haze.</source>
      <translation>Woraus ein Schleier besteht; any zieht eine Art wie beim Training, mixture ist Zirrus über Wasserwolke oder Dunst.</translation>
    </message>
    <message>
      <source>The cirrus band sees cirrus.</source>
      <translation>Der Zirruskanal sieht Zirrus.</translation>
    </message>
    <message>
      <source>Shape of the cloud</source>
      <translation>Form der Wolke</translation>
    </message>
    <message>
      <source>Shape of the cloud; mixed draws one of the first three, those of training.</source>
      <translation>Form der Wolke; mixed zieht eine der ersten drei, die des Trainings.</translation>
    </message>
    <message>
      <source>The models have never seen perlin, ridged and cellular.</source>
      <translation>Die Modelle haben perlin, ridged und cellular nie gesehen.</translation>
    </message>
    <message>
      <source>Coverage</source>
      <translation>Bedeckung</translation>
    </message>
    <message>
      <source>Share of the pixels under cloud, 0 to 1.</source>
      <translation>Anteil der Pixel unter Wolke, 0 bis 1.</translation>
    </message>
    <message>
      <source>Drawn at random if not set.</source>
      <translation>Ohne Angabe zufällig gezogen.</translation>
    </message>
    <message>
      <source>Mean opacity</source>
      <translation>Mittlere Opazität</translation>
    </message>
    <message>
      <source>Mean over the clouded pixels, in green, below 1.</source>
      <translation>Mittel über die bewölkten Pixel, in Grün, unter 1.</translation>
    </message>
    <message>
      <source>Airlight</source>
      <translation>Luftlicht</translation>
    </message>
    <message>
      <source>What an opaque cloud of the law scattering shows: 1 is reflectance 0.275, .3 grey, 1.6 saturated.</source>
      <translation>Was eine undurchsichtige Wolke nach dem Gesetz scattering zeigt: 1 ist Reflexionsgrad 0,275, 0,3 grau, 1,6 gesättigt.</translation>
    </message>
    <message>
      <source>Seed</source>
      <translation>Startwert</translation>
    </message>
    <message>
      <source>Of all that is drawn at random.</source>
      <translation>Von allem, was zufällig gezogen wird.</translation>
    </message>
    <message>
      <source>Another seed draws another cloud.</source>
      <translation>Ein anderer Startwert zieht eine andere Wolke.</translation>
    </message>
    <message>
      <source>GeoTIFF like the input, whose layer's style it gets beside one with a stretch of its own.</source>
      <translation>GeoTIFF wie die Eingabe; es bekommt den Stil von deren Layer und einen mit eigener Streckung.</translation>
    </message>
    <message>
      <source>GeoTIFF for the truth of a scene; by default OUT_opacity.tif.</source>
      <translation>GeoTIFF für die Wahrheit einer Szene; sonst OUT_opacity.tif.</translation>
    </message>
    <message>
      <source>The truth is 1 - transmittance in green, 0 to 1. Here it is written only if it is asked for.</source>
      <translation>Die Wahrheit ist 1 - Transmissionsgrad in Grün, 0 bis 1. Hier wird sie nur auf Wunsch geschrieben.</translation>
    </message>
    <message>
      <source>Result</source>
      <translation>Ergebnis</translation>
    </message>
    <message>
      <source>What Remove thin clouds wrote.</source>
      <translation>Was „Dünne Wolken entfernen“ geschrieben hat.</translation>
    </message>
    <message>
      <source>The same place on the same grid, without clouds.</source>
      <translation>Dieselbe Gegend auf demselben Gitter, ohne Wolken.</translation>
    </message>
    <message>
      <source>The cloudy scene: measured beside the result.</source>
      <translation>Die bewölkte Szene: Sie wird neben dem Ergebnis gemessen.</translation>
    </message>
    <message>
      <source>What the result was made from, to see what was gained.</source>
      <translation>Woraus das Ergebnis gemacht wurde, um zu sehen, was gewonnen ist.</translation>
    </message>
    <message>
      <source>Quality band of decloud --qa: its classes are measured too.</source>
      <translation>Qualitätsband von „Dünne Wolken entfernen“: Auch seine Klassen werden gemessen.</translation>
    </message>
    <message>
      <source>They are clear, corrected and thick pixels.</source>
      <translation>Es sind klare, korrigierte und dichte Pixel.</translation>
    </message>
    <message>
      <source>Report</source>
      <translation>Bericht</translation>
    </message>
    <message>
      <source>Also write a page for the browser.</source>
      <translation>Schreibt auch eine Seite für den Browser.</translation>
    </message>
    <message>
      <source>The table, with an explanation of the numbers.</source>
      <translation>Die Tabelle, mit einer Erklärung der Zahlen.</translation>
    </message>
  </context>
</TS>
