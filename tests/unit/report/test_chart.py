"""Line charts: every point is inside, whatever the values are."""

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from bridge.report.chart import Line, line_chart

finite = st.floats(-1e6, 1e6)


def chart(lines: list[Line], *, is_log: bool = False) -> ElementTree.Element:
    text = line_chart(lines, title="t", x_label="x", y_label="y", is_log=is_log)
    return ElementTree.fromstring(text)  # noqa: S314 - our own


def points_of(svg: ElementTree.Element) -> list[tuple[float, float]]:
    texts = [each.attrib["points"] for each in svg.iter() if "points" in each.attrib]
    pairs = [pair.split(",") for text in texts for pair in text.split()]
    return [(float(x), float(y)) for x, y in pairs]


@given(
    st.lists(st.lists(st.tuples(finite, finite), min_size=1, max_size=9), min_size=1, max_size=3)
)
def test_every_point_is_inside(lines: list[list[tuple[float, float]]]) -> None:
    svg = chart([Line(name=str(i), points=points) for i, points in enumerate(lines)])
    _, _, width, height = map(float, svg.attrib["viewBox"].split())
    for x, y in points_of(svg):
        assert 0.0 < x < width
        assert 0.0 < y < height


def test_a_logarithmic_axis_has_the_powers_of_ten() -> None:
    svg = chart([Line(name="a", points=[(40.0, 0.0), (10_000.0, 1.0)])], is_log=True)
    texts = ["".join(each.itertext()) for each in svg.iter() if each.tag.endswith("text")]
    assert [text for text in texts if re.fullmatch("10+", text)] == ["100", "1000", "10000"]


def test_names_are_text_and_keep_apart() -> None:
    svg = chart([Line(name="<a>", points=[(0.0, 1.0)]), Line(name="b", points=[(0.0, 1.0)])])
    at = {"".join(each.itertext()): float(each.attrib.get("y", 0)) for each in svg.iter()}
    assert abs(at["<a>"] - at["b"]) >= 15.0
