package dev.deployclaw.executors.etcd;

import dev.deployclaw.testkit.network.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Passes the bytes of connections on; closed, it cuts them and refuses others. */
final class TcpRelay implements AutoCloseable {
  private static final int BACKLOG = 16;

  private final ServerSocket listener;
  private final HostPort target;
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

  private TcpRelay(ServerSocket listener, HostPort target) {
    this.listener = listener;
    this.target = target;
  }

  static TcpRelay open(int port, HostPort target) throws IOException {
    var listener = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
    var relay = new TcpRelay(listener, target);
    var _ = Thread.ofVirtual().start(relay::accept);
    return relay;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() {
    try {
      while (!listener.isClosed()) {
        Socket client = listener.accept();
        sockets.add(client);
        Socket server = new Socket(target.host(), target.port());
        sockets.add(server);
        var _ = Thread.ofVirtual().start(() -> copy(client, server));
        var _ = Thread.ofVirtual().start(() -> copy(server, client));
      }
    } catch (IOException e) {
      // closed by the test
    }
  }

  private static void copy(Socket from, Socket to) {
    try (from;
        to) {
      long _ = from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // cut by either side
    }
  }
}
