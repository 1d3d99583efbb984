package dev.deployclaw.executors.docker.gateway;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.deployclaw.executors.docker.DockerFaultMapper;
import dev.deployclaw.executors.member.FenceMark;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Reads a gateway's folder as its container sees it, through the daemon; that works for a stopped
 * container too. What was written elsewhere and isn't mounted there, isn't seen.
 */
record ContainerFolderReader(DockerClient client, String container, String inside) {
  private static final Pattern TARGET = Pattern.compile("epochs/(0|[1-9]\\d{0,17})");

  /** What {@code live} points to, as it is written; empty where there is no such link. */
  Optional<String> target() throws IOException {
    return entry("live")
        .flatMap(e ->
            e instanceof TarArchive.Entry.Link(String to) ? Optional.of(to) : Optional.empty());
  }

  /** The epoch that {@code live} points to; empty where it points elsewhere, or nowhere. */
  OptionalLong liveEpoch() throws IOException {
    var match = TARGET.matcher(target().orElse(""));
    return match.matches() ? OptionalLong.of(Long.parseLong(match.group(1))) : OptionalLong.empty();
  }

  /** The file that NGINX reads when it reads its file again. */
  Optional<byte[]> liveFile() throws IOException {
    return file("live/" + GatewayFolder.FILE);
  }

  Optional<byte[]> file(long epoch) throws IOException {
    return file("epochs/" + epoch + "/" + GatewayFolder.FILE);
  }

  /** The epochs of which a folder is kept, and where; a discarded one left a link at most. */
  Map<String, Object> kept() throws IOException {
    var found = new TreeMap<String, Object>();
    try (var tar = archive("epochs")) {
      for (String folder : TarArchive.folders(tar)) {
        var match = TARGET.matcher(folder);
        if (match.matches()) {
          found.put(match.group(1), folder);
        }
      }
    } catch (NotFoundException e) {
      if (DockerFaultMapper.isGone(e)) {
        throw e;
      }
    }
    return found;
  }

  /** Which workers ran before the epoch's file was to be read; empty where none was to be. */
  Optional<String> keptWorkers(long epoch) throws IOException {
    return file("epochs/" + epoch + "/" + GatewayFolder.WORKERS).map(ContainerFolderReader::text);
  }

  /** Who was here last; empty before the first change. */
  Optional<FenceMark> fence() throws IOException {
    return file(GatewayFolder.FENCE).map(ContainerFolderReader::text).map(FenceMark::parse);
  }

  private Optional<byte[]> file(String path) throws IOException {
    return entry(path)
        .flatMap(e ->
            e instanceof TarArchive.Entry.File(byte[] bytes)
                ? Optional.of(bytes)
                : Optional.empty());
  }

  private Optional<TarArchive.Entry> entry(String path) throws IOException {
    try (var tar = archive(path)) {
      return TarArchive.first(tar);
    } catch (NotFoundException e) {
      if (DockerFaultMapper.isGone(e)) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private InputStream archive(String path) {
    return client.copyArchiveFromContainerCmd(container, inside + "/" + path).exec();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
