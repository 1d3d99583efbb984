package dev.deployclaw.executors.docker;

import com.github.dockerjava.api.exception.NotFoundException;
import dev.deployclaw.executors.member.FenceMark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A folder that only the daemon reaches: files go there through its archive calls. Those can write
 * and replace, but neither compare nor remove.
 *
 * <ul>
 *   <li>So the link and the fence are written <em>through</em> a container that is only created,
 *       never started, and whose name can exist once: its owner is alone. A leader of a later term
 *       removes it, and with it the way by which the earlier one could still have written.
 *   <li>A deleted epoch leaves a link of its name that leads nowhere.
 *   <li>The daemon replaces a link by removing and making it: if it dies just there, {@code live}
 *       is missing until the next publish; the running NGINX has read its file before.
 * </ul>
 */
record ArchiveGatewayFolder(ResolvedContainer.Present gateway) implements GatewayFolder {
  private static final String OVERTAKEN = "another leader took over during the write";

  @Override
  public void write(long epoch, String name, byte[] text) {
    put(gateway.id(), new TarArchive().file("epochs/" + epoch + "/" + name, text));
  }

  @Override
  public Optional<String> switchTo(FenceMark mark) throws IOException {
    var purpose = TemporaryContainer.Purpose.switching(mark.term());
    var words = List.of(gateway.gateway().binary(), "-v");
    return switch (TemporaryContainer.create(gateway, purpose, words, List.of())) {
      case TemporaryContainer.Made.Refused(String reason) -> Optional.of(reason);
      case TemporaryContainer.Made.Created(TemporaryContainer way) -> {
        try (way) {
          yield through(way, mark);
        }
      }
    };
  }

  @Override
  public void delete(long epoch) throws IOException {
    if (gateway.view().file(epoch).isPresent()) {
      put(gateway.id(), new TarArchive().link("epochs/" + epoch, "discarded"));
    }
  }

  private Optional<String> through(TemporaryContainer way, FenceMark mark) throws IOException {
    try {
      var standing =
          new ContainerFolderReader(gateway.client(), way.id(), gateway.gateway().inside()).fence();
      var refused = standing.flatMap(mark::refusedBy);
      if (refused.isEmpty()) {
        put(
            way.id(),
            new TarArchive()
                .file(FENCE, mark.text().getBytes(StandardCharsets.UTF_8))
                .link("live", "epochs/" + mark.epoch()));
      }
      return refused;
    } catch (NotFoundException e) {
      if (DockerFaultMapper.isGone(e)) {
        return Optional.of(OVERTAKEN);
      }
      throw e;
    }
  }

  private void put(String container, TarArchive tar) {
    gateway
        .client()
        .copyArchiveToContainerCmd(container)
        .withRemotePath(gateway.gateway().inside())
        .withTarInputStream(tar.stream())
        .exec();
  }
}
