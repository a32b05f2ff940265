package io.signalbox.benchmarks.chart;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Lines over one pair of axes, with a legend, as a picture of its own. A point that has no place on an axis is left out. Immutable.
 */
public record LineChart(String title, Direction across, Direction up, List<Series> lines) {

    private static final int WIDTH = 960;
    private static final int HEIGHT = 480;
    private static final int LEFT = 90;
    private static final int TOP = 50;
    private static final int PLOT_WIDTH = 600;
    private static final int PLOT_HEIGHT = 360;
    private static final int LEGEND = LEFT + PLOT_WIDTH + 20;
    private static final int LINE_HEIGHT = 18;

    /** Told apart also by those who see fewer colours: after eight lines they are dashed. */
    private static final List<String> COLOURS =
            List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c564b");

    /** What lies in one direction, with its unit. */
    public record Direction(String label, Scale scale) {}

    public LineChart {
        lines = List.copyOf(lines);
    }

    /** The picture, as the text of an SVG file. */
    public String svg() {
        Axis x = axis(across, Series.Point::x);
        Axis y = axis(up, Series.Point::y);
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"13\">%n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n",
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT));
        text(svg, LEFT, TOP - 22, "start", "font-size=\"16\"", title);
        drawAxes(svg, x, y);
        for (int i = 0; i < lines.size(); i++) drawLine(svg, i, x, y);
        return svg.append("</svg>\n").toString();
    }

    private Axis axis(Direction direction, ToDoubleFunction<Series.Point> value) {
        double[] values = lines.stream()
                .flatMap(line -> line.points().stream())
                .mapToDouble(value)
                .filter(Double::isFinite)
                .toArray();
        return Axis.over(direction.label(), direction.scale(), values);
    }

    private static double left(Axis x, double value) {
        return LEFT + x.share(value) * PLOT_WIDTH;
    }

    private static double top(Axis y, double value) {
        return TOP + (1 - y.share(value)) * PLOT_HEIGHT;
    }

    private static void drawAxes(StringBuilder svg, Axis x, Axis y) {
        int bottom = TOP + PLOT_HEIGHT;
        for (double tick : x.ticks()) {
            rule(svg, left(x, tick), TOP, left(x, tick), bottom);
            text(svg, left(x, tick), bottom + 18, "middle", "", Axis.number(tick));
        }
        for (double tick : y.ticks()) {
            rule(svg, LEFT, top(y, tick), LEFT + PLOT_WIDTH, top(y, tick));
            text(svg, LEFT - 8, top(y, tick) + 4, "end", "", Axis.number(tick));
        }
        text(svg, LEFT + PLOT_WIDTH / 2.0, bottom + 42, "middle", "", x.label());
        String turned = String.format(Locale.ROOT, "transform=\"rotate(-90 18 %d)\"", TOP + PLOT_HEIGHT / 2);
        text(svg, 18, TOP + PLOT_HEIGHT / 2.0, "middle", turned, y.label());
    }

    private static void rule(StringBuilder svg, double x1, double y1, double x2, double y2) {
        svg.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#cccccc\"/>%n",
                x1,
                y1,
                x2,
                y2));
    }

    private void drawLine(StringBuilder svg, int number, Axis x, Axis y) {
        Series line = lines.get(number);
        String colour = COLOURS.get(number % COLOURS.size());
        String dashes = number < COLOURS.size() ? "" : " stroke-dasharray=\"6 4\"";
        StringBuilder way = new StringBuilder();
        for (Series.Point point : line.points()) {
            if (!x.holds(point.x()) || !y.holds(point.y())) continue;
            double left = left(x, point.x());
            double top = top(y, point.y());
            way.append(String.format(Locale.ROOT, "%.1f,%.1f ", left, top));
            svg.append(String.format(
                    Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n", left, top, colour));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>%n",
                way.toString().trim(),
                colour,
                dashes));
        double middle = TOP + 6 + number * LINE_HEIGHT;
        svg.append(String.format(
                Locale.ROOT,
                "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"2\"%s/>%n",
                LEGEND,
                middle,
                LEGEND + 24,
                middle,
                colour,
                dashes));
        text(svg, LEGEND + 30, middle + 4, "start", "", line.name());
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String more, String words) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>%s</text>%n",
                x,
                y,
                anchor,
                more,
                words.replace("&", "&amp;").replace("<", "&lt;")));
    }
}
