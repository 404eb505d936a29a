"""The script that a person has in their Ardour, in a headless one: its hook is called as there."""

from pathlib import Path

from bridge.daws.ardour.host import ArdourHost
from bridge.daws.ardour.items import ArdourItems

SCRIPT = Path(__file__).parents[2] / "bridge" / "daws" / "ardour" / "mixbridge_items.lua"


class HeadlessItems:
    """The script in a headless Ardour, ticked by the test."""

    def __init__(self, host: ArdourHost, folder: Path) -> None:
        self.host = host
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        host.lua(
            "function ardour() end "
            f"local getenv = os.getenv; os.getenv = function(n) if n == 'MIXBRIDGE_ARDOUR' then "
            f"return '{folder}' end return getenv(n) end "
            f"Session = s; dofile('{SCRIPT}'); tick = factory()"
        )

    def tick(self, count: int = 3) -> str:
        """As Ardour's window does ten times a second; returns what the script says stands."""
        for _ in range(count):
            self.host.lua("tick()")
        return (self.folder / "items.txt").read_text()

    def regions(self, track: str) -> str:
        """What really lies on a track: (id, position, length, start, muted) each, in samples."""
        return self.host.lua(
            f"local o, t = {{}}, s:route_by_name('{track}'):to_track() "
            "for r in t:playlist():region_list():iter() do "
            "o[#o + 1] = r:position():samples() .. '+' .. r:length():samples() .. '<' .. "
            "r:start():samples() .. (r:muted() and 'm' or '') end table.sort(o) "
            "return table.concat(o, ' ')"
        )


__all__ = ["SCRIPT", "ArdourItems", "HeadlessItems"]
