"""Hiera 5: data for parameters and `lookup`, out of layers (global, environment, module) of hierarchies of files.

`lookup` searches the layers and applies lookup_options; a `layer` has the hierarchy that its `config` (hiera.yaml)
tells, a list of `entries` with their locations (`locations`); `backends` reads the files; `interpolation` fills in
`%{…}`; `merge` joins what several places say; `explain` tells what was searched and what was found.
Where nothing is found, what comes back is `MISSING`; undef is a value.
Nothing is read but through `Surroundings`, so that what a compilation read is known.
May import: catalog, formats, language (values, types, errors), system (openssl for encrypted values).
"""

from bunraku.hiera.keys import MISSING
from bunraku.hiera.lookup import Hiera
from bunraku.hiera.surroundings import Scope, Surroundings

__all__ = ["MISSING", "Hiera", "Scope", "Surroundings"]
