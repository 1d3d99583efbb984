package dev.deployclaw.testkit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * An image with NGINX, made of this machine's own files in one layer: the program, the libraries
 * that the loader names, two users, and the folders that it writes to. No shell, a few megabytes.
 */
final class NginxImage {
  /** Where it stands in the image. */
  static final String PROGRAM = "/usr/sbin/nginx";

  private static final Pattern LIBRARY = Pattern.compile("(/\\S+)");
  private static final int EXECUTABLE = 0755;
  private static final int ANYBODYS = 01777;

  private static final String USERS =
      "root:x:0:0:root:/root:/bin/false\nnobody:x:65534:65534:nobody:/:/bin/false\n";
  private static final String GROUPS = "root:x:0:\nnogroup:x:65534:\n";

  private NginxImage() {}

  /** In the form that {@code docker load} takes. */
  static InputStream open(String name) throws IOException {
    byte[] layer = layer();
    String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    String config =
        """
        {"architecture": "%s", "os": "linux", "config": {"StopSignal": "SIGQUIT"},
         "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]}}
        """
            .formatted(architecture, sha256(layer));
    String manifest =
        """
        [{"Config": "config.json", "RepoTags": ["%s"], "Layers": ["layer.tar"]}]
        """
            .formatted(name);
    var bytes = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name())) {
      file(tar, "manifest.json", manifest.getBytes(StandardCharsets.UTF_8));
      file(tar, "config.json", config.getBytes(StandardCharsets.UTF_8));
      file(tar, "layer.tar", layer);
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  private static byte[] layer() throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name())) {
      for (String folder : List.of("tmp/", "run/", "var/log/nginx/", "var/lib/nginx/", "etc/")) {
        folder(tar, folder);
      }
      file(tar, "etc/passwd", USERS.getBytes(StandardCharsets.UTF_8));
      file(tar, "etc/group", GROUPS.getBytes(StandardCharsets.UTF_8));
      file(tar, PROGRAM.substring(1), Files.readAllBytes(Path.of(Binaries.find("nginx"))));
      for (String library : libraries()) {
        file(tar, library.substring(1), Files.readAllBytes(Path.of(library)));
      }
    }
    return bytes.toByteArray();
  }

  /** What {@code ldd} names, the loader itself included. */
  private static Iterable<String> libraries() {
    var out = new TreeSet<String>();
    LIBRARY
        .matcher(Tool.must("ldd", Binaries.find("nginx")))
        .results()
        .forEach(found -> out.add(found.group(1)));
    return out;
  }

  private static void folder(TarArchiveOutputStream tar, String name) throws IOException {
    var entry = new TarArchiveEntry(name);
    entry.setMode(ANYBODYS);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }

  private static void file(TarArchiveOutputStream tar, String name, byte[] bytes)
      throws IOException {
    var entry = new TarArchiveEntry(name);
    entry.setMode(EXECUTABLE);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
