package dev.deployclaw.bench.sample;

import dev.deployclaw.policy.text.Utf8Buffer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * An access log in the combined format with the host in front: requests of many tenants, a tenth of
 * which send most, for routes with and without a limit of their own. The same for the same size.
 *
 * @param lines how many it has
 */
public record SampleAccessLog(Path file, long bytes, long lines) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss Z", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);
  private static final long BEGIN = 1_795_651_200L;
  private static final long A_SECOND = 2_000;
  private static final long SEED = 20;
  private static final int CLIENTS = 4_000;
  private static final int PRODUCTS = 1_000_000;
  private static final int BUFFER = 1 << 20;
  private static final List<String> METHODS = List.of("GET", "GET", "GET", "POST");
  private static final List<String> ROUTES =
      List.of("search", "export", "checkout", "upload", "catalogue/items", "account");

  /** With so many bytes, and a little more. */
  public static SampleAccessLog write(Path file, long bytes, int tenants) {
    var random = new Random(SEED);
    var line = new Utf8Buffer();
    long written = 0;
    long lines = 0;
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER)) {
      String time = "";
      while (written < bytes) {
        time = lines % A_SECOND == 0 ? time(BEGIN + lines / A_SECOND) : time;
        line(line.clear(), tenant(random, tenants), time, random);
        out.write(line.bytes(), 0, line.length());
        written += line.length();
        lines++;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new SampleAccessLog(file, written, lines);
  }

  private static String time(long second) {
    return TIME.format(Instant.ofEpochSecond(second));
  }

  private static int tenant(Random random, int tenants) {
    int of = random.nextInt(10) < 8 ? Math.max(1, tenants / 10) : tenants;
    return random.nextInt(of);
  }

  private static void line(Utf8Buffer line, int tenant, String time, Random random) {
    int client = random.nextInt(CLIENTS);
    line.add("tenant-");
    String number = Integer.toString(tenant);
    line.add("000000".substring(number.length())).add(number);
    line.add(".api.example.com 10.1.").add(client >> 8).add('.').add(client & 0xff);
    line.add(" - - [").add(time).add("] \"");
    line.add(METHODS.get(random.nextInt(METHODS.size()))).add(" /v1/");
    line.add(ROUTES.get(random.nextInt(ROUTES.size()))).add('/').add(random.nextInt(PRODUCTS));
    line.add("?page=").add(random.nextInt(9)).add("&sort=price HTTP/1.1\" 200 ");
    line.add(random.nextInt(100_000)).add(" \"-\" \"Mozilla/5.0 (X11; Linux x86_64) ");
    line.add("AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36\"\n");
  }
}
