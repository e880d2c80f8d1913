"""`python -m cloudgan_geo`: the same as `cloudgan-geo`."""

from cloudgan_geo.cli.main import main

if __name__ == "__main__":
    main(prog_name="cloudgan-geo")
