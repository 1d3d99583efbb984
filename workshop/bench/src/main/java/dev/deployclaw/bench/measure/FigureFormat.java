package dev.deployclaw.bench.measure;

import java.io.PrintWriter;
import java.util.Locale;

/** How figures are written in a table, the same in every country. */
public final class FigureFormat {
  private FigureFormat() {}

  @SuppressWarnings("AnnotateFormatMethod") // its library is no dependency of the benchmarks
  public static void line(PrintWriter out, String row, Object... cells) {
    out.printf(Locale.ROOT, row, cells);
  }

  public static String whole(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  public static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  /** What is in thousandths. */
  public static String milli(long thousandths) {
    return number(thousandths / 1e3);
  }

  public static String millis(long nanos) {
    return number(nanos / 1e6);
  }

  public static String seconds(long nanos) {
    return number(nanos / 1e9);
  }

  public static String megabytes(long bytes) {
    return whole(bytes / 1_000_000);
  }
}
