package dev.deployclaw.lab.judge.protocol;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A connection to one Redis node, which answers for itself even where it is a replica (RESP 2). */
public final class RespConnection implements AutoCloseable {
  private static final int MILLIS = Math.toIntExact(Duration.ofSeconds(10).toMillis());

  private final Socket socket;
  private final InputStream in;

  private RespConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  public static RespConnection connect(String node) throws IOException {
    int colon = node.lastIndexOf(':');
    var socket = new Socket();
    try {
      socket.setSoTimeout(MILLIS);
      socket.setTcpNoDelay(true);
      socket.connect(
          new InetSocketAddress(
              node.substring(0, colon), Integer.parseInt(node.substring(colon + 1))),
          MILLIS);
      var resp = new RespConnection(socket);
      List<String> _ = resp.call("READONLY");
      return resp;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** The answer's parts, one for what isn't an array; a refusal is an exception. */
  public List<String> call(String... words) throws IOException {
    var request = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      request.append("$" + ByteDigests.of(word).length + "\r\n" + word + "\r\n");
    }
    socket.getOutputStream().write(ByteDigests.of(request.toString()));
    var out = new ArrayList<String>();
    reply(out);
    return out;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private void reply(List<String> out) throws IOException {
    String line = LineReader.read(in);
    String rest = line.substring(1);
    switch (line.charAt(0)) {
      case '+', ':' -> out.add(rest);
      case '-' -> throw new IOException("it says " + rest);
      case '$' -> out.add(bulk(Integer.parseInt(rest)));
      case '*' -> {
        for (int i = 0; i < Integer.parseInt(rest); i++) {
          reply(out);
        }
      }
      default -> throw new IOException("not RESP: " + line);
    }
  }

  private String bulk(int length) throws IOException {
    if (length < 0) {
      return "";
    }
    String text = ByteDigests.text(in.readNBytes(length));
    String _ = LineReader.read(in);
    return text;
  }
}
