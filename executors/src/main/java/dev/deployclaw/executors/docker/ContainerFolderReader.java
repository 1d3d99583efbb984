package dev.deployclaw.executors.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.nginx.LinkedFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads a gateway's folder as its container sees it, through the daemon; that works for a stopped
 * container too. What was written elsewhere and isn't mounted there, isn't seen.
 */
record ContainerFolderReader(DockerClient client, String container, String inside)
    implements LinkedFolder {
  @Override
  public Optional<String> target() throws IOException {
    return entry("live")
        .flatMap(e ->
            e instanceof TarArchive.Entry.Link(String to) ? Optional.of(to) : Optional.empty());
  }

  @Override
  public Optional<byte[]> liveFile() throws IOException {
    return file("live/" + GatewayFolder.FILE);
  }

  Optional<byte[]> file(long epoch) throws IOException {
    return file("epochs/" + epoch + "/" + GatewayFolder.FILE);
  }

  /** Without discarded ones, which left a link at most. */
  @Override
  public Map<String, Object> kept() throws IOException {
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
