package io.signalbox.benchmarks.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.benchmarks.chart.LineChart.Direction;
import io.signalbox.benchmarks.chart.Series.Point;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class LineChartTest {

    private static Document parsed(LineChart chart) throws Exception {
        byte[] svg = chart.svg().getBytes(StandardCharsets.UTF_8);
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(svg));
    }

    private static LineChart chart(Scale up, Point... points) {
        Series line = new Series("a < b & c", List.of(points));
        return new LineChart("title", new Direction("x", Scale.LOGARITHMIC), new Direction("y", up), List.of(line));
    }

    private static double number(NodeList elements, int at, String attribute) {
        return Double.parseDouble(((Element) elements.item(at)).getAttribute(attribute));
    }

    @Test
    void pointsStandWhereTheAxesSay() throws Exception {
        Document svg = parsed(chart(Scale.LINEAR, new Point(1, 0), new Point(10, 500), new Point(1000, 1000)));
        NodeList points = svg.getElementsByTagName("circle");
        assertEquals(3, points.getLength());
        double left = number(points, 0, "cx");
        double right = number(points, 2, "cx");
        assertEquals(left + (right - left) / 3, number(points, 1, "cx"), 0.2); // 10 of 1 to 1000
        double bottom = number(points, 0, "cy");
        double top = number(points, 2, "cy");
        assertTrue(top < bottom);
        assertEquals((top + bottom) / 2, number(points, 1, "cy"), 0.2);
        Element way = (Element) svg.getElementsByTagName("polyline").item(0);
        assertEquals(3, way.getAttribute("points").split(" ", -1).length);
    }

    @Test
    void aPointWithoutAPlaceIsLeftOut() throws Exception {
        Document svg = parsed(chart(
                Scale.LOGARITHMIC, new Point(1, 20), new Point(2, 0), new Point(3, Double.NaN), new Point(4, 30)));
        assertEquals(2, svg.getElementsByTagName("circle").getLength());
    }

    @Test
    void aChartOfNothingIsStillAPicture() throws Exception {
        assertEquals(
                0, parsed(chart(Scale.LINEAR)).getElementsByTagName("circle").getLength());
    }

    @Test
    void namesMayHaveAnySign() throws Exception {
        NodeList texts = parsed(chart(Scale.LINEAR, new Point(1, 1))).getElementsByTagName("text");
        assertEquals("a < b & c", texts.item(texts.getLength() - 1).getTextContent());
    }

    @Test
    void axesBeginAndEndAtWholeSteps() {
        Axis linear = Axis.over("", Scale.LINEAR, new double[] {3, 1_034_000});
        assertEquals(List.of(0.0, 2e5, 4e5, 6e5, 8e5, 1e6, 1.2e6), linear.ticks());
        Axis logarithmic = Axis.over("", Scale.LOGARITHMIC, new double[] {0, 70, 1200});
        assertEquals(List.of(10.0, 100.0, 1000.0, 10_000.0), logarithmic.ticks());
        assertEquals(1 / 3.0, logarithmic.share(100), 1e-9);
        assertFalse(logarithmic.holds(0));
        assertEquals("250 k", Axis.number(250_000));
        assertEquals("1.2 M", Axis.number(1.2e6));
        assertEquals("0.5", Axis.number(0.5));
    }
}
