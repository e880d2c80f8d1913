"""Arguments that take one of a few values: what the values are, for types and the command line.

What holds for a type such as `Correct` is found by `get_args(Correct)`.
"""

from __future__ import annotations

from typing import Final, Literal

#: How values relate to reflectance, `auto` to find it: profiles of Sentinel-2. A sensor of other
#: profiles is asked for them by their names as well; `sensors.profile_names` knows all.
AskedRadiometry = Literal["auto", "dn", "dn-offset", "tci", "tci-offset", "eurosat", "reflectance"]

#: Of a scene's processing. 1C: reflectance at the top of the atmosphere; 2A: at the surface.
Level = Literal["1C", "2A"]
AskedLevel = Literal["auto", Level]

#: Which bands a scene has: all of the sensor's, all but that which sees cirrus, those of 10 m.
GivenBands = Literal["all", "no-b10", "10m", "rgb"]
#: Which of the bands that it can correct a generator is to correct.
Correct = Literal["rgb", "10m", "all"]
#: Which bands of a product of several resolutions are written.
Write = Literal["10m", "all"]
#: What becomes of pixels under thick cloud.
Thick = Literal["keep", "fill", "nodata"]

#: How simulated clouds are laid over the ground: as real veils are, in all bands, taking the
#: ground's colour; or red, green and blue only, with an airlight that knows no ground.
Law = Literal["veil", "scattering"]
#: What a veil is of; a mixture is cirrus over water cloud or haze.
Kind = Literal["cirrus", "water", "haze", "smoke", "mixture"]
AskedKind = Literal["any", Kind]

#: Number format of a network.
AskedPrecision = Literal["auto", "fp32", "bf16"]
#: Left to the program to choose.
Auto = Literal["auto"]
AUTO: Final = "auto"

#: What a generator that estimates opacity sees beyond a window; see `networks.thin`.
Context = Literal["surroundings", "scene", "none"]
#: At which resolution a generator for veils predicts gain and shift; see `training.recipe`.
Resolution = Literal["half", "full"]
#: Loss of the generator on the discriminator's verdict.
Adversarial = Literal["minimax", "non-saturating"]
#: Course of the learning rate.
Schedule = Literal["constant", "step", "cosine"]
