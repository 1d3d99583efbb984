package dev.deployclaw.bench.measure;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * Figures of one kind, a row each: a table for a reader, a list of objects for a program. In JSON
 * all numbers are whole, and times are microseconds.
 *
 * @param <T> what a row tells of
 */
public final class FigureTable<T> {
  private static final String GAP = "  ";

  private final String key;
  private final String title;
  private final List<T> rows;
  private final List<Column<T>> columns = new ArrayList<>();

  /** What a reader and what a program sees. */
  private record Cell(String text, Object figure) {}

  /** Its head for a reader, its key for a program. */
  private record Column<T>(String head, String key, Function<T, Cell> cell) {}

  public FigureTable(String key, String title, List<T> rows) {
    this.key = key;
    this.title = title;
    this.rows = rows;
  }

  public FigureTable<T> text(String head, String name, Function<T, String> figure) {
    columns.add(new Column<>(head, name, row -> new Cell(figure.apply(row), figure.apply(row))));
    return this;
  }

  public FigureTable<T> whole(String head, String name, ToLongFunction<T> figure) {
    return number(head, name, figure, FigureTable::whole);
  }

  public FigureTable<T> megabytes(String head, String name, ToLongFunction<T> figure) {
    return number(head, name, figure, bytes -> whole(bytes / 1_000_000));
  }

  /** Of thousandths. */
  public FigureTable<T> milli(String head, String name, ToLongFunction<T> figure) {
    return number(head, name, figure, thousandths -> decimals(thousandths / 1e3));
  }

  /** Of nanoseconds. */
  public FigureTable<T> millis(String head, String name, ToLongFunction<T> nanos) {
    return number(
        head, name, row -> nanos.applyAsLong(row) / 1_000, micros -> decimals(micros / 1e3));
  }

  private FigureTable<T> number(
      String head, String name, ToLongFunction<T> figure, LongFunction<String> text) {
    columns.add(
        new Column<>(
            head,
            name,
            row -> new Cell(text.apply(figure.applyAsLong(row)), figure.applyAsLong(row))));
    return this;
  }

  String key() {
    return key;
  }

  List<Map<String, Object>> json() {
    return rows.stream().map(this::json).toList();
  }

  private Map<String, Object> json(T row) {
    var out = new LinkedHashMap<String, Object>();
    columns.forEach(c -> out.put(c.key(), c.cell().apply(row).figure()));
    return out;
  }

  void print(PrintWriter out) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(columns.stream().map(Column::head).toList());
    rows.forEach(row -> lines.add(columns.stream().map(c -> c.cell().apply(row).text()).toList()));
    var widths =
        IntStream.range(0, columns.size())
            .map(i -> lines.stream().mapToInt(line -> line.get(i).length()).max().orElse(0))
            .toArray();
    out.println(title);
    for (var line : lines) {
      for (int i = 0; i < widths.length; i++) {
        String space = " ".repeat(widths[i] - line.get(i).length());
        out.print(GAP + (i == 0 ? line.get(i) + space : space + line.get(i)));
      }
      out.println();
    }
    out.println();
  }

  /** The same in every country. */
  private static String whole(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String decimals(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
