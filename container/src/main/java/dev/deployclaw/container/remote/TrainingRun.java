package dev.deployclaw.container.remote;

import dev.deployclaw.container.Main;
import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a build runs once, so that the JDK keeps what it learns (an AOT cache): a command that an
 * agent carries out, one that shows a log, and the help. Later starts mostly do one of them. Its
 * argument is the configuration that leads to the log.
 */
final class TrainingRun {
  private TrainingRun() {}

  public static void main(String[] args) throws IOException {
    var folder = Files.createTempDirectory("deployclaw");
    var configuration = folder.resolve("deployclaw.yaml");
    var socket = folder.resolve(AgentSocketLocator.SOCKET);
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      Files.writeString(configuration, "stateDir: .\n");
      var _ = ClientPass.create(folder);
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread.ofPlatform().daemon().start(() -> answer(server));
      var _ = RemoteCommandClient.run(folder, "status", "--config", configuration.toString());
    } finally {
      for (Path file :
          new Path[] {socket, folder.resolve(ClientPass.FILE), configuration, folder}) {
        Files.deleteIfExists(file);
      }
    }
    CommandLineRunner.run(CommandEnvironment.real(), "log", "last", "--config", args[0]);
    Main.main(new String[] {"--help"});
  }

  /** As an agent whose command prints an empty line. */
  private static void answer(ServerSocketChannel server) {
    try (var channel = server.accept();
        var out = new DataOutputStream(Channels.newOutputStream(channel))) {
      out.writeByte(RemoteCommand.ACCEPTED);
      out.writeByte(RemoteCommand.OUT);
      out.writeInt(1);
      out.writeByte('\n');
      out.writeByte(RemoteCommand.EXIT);
      out.writeInt(0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
