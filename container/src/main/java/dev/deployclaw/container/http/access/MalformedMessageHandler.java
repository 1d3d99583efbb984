package dev.deployclaw.container.http.access;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Marks what Vert.x would answer without a body, or not at all, so that it is answered as every
 * call that can't be read: an unknown version of HTTP, and a body whose chunks are none. Such a
 * body ends there, and its connection is marked.
 */
public final class MalformedMessageHandler extends ChannelInboundHandlerAdapter {

  /** By identity, as Vert.x knows them: a name in lower case equals one of them, and is none. */
  private static final Set<HttpVersion> KNOWN = Collections.newSetFromMap(new IdentityHashMap<>());

  private static final AttributeKey<Boolean> BROKEN = AttributeKey.valueOf("broken body");

  static {
    KNOWN.add(HttpVersion.HTTP_1_0);
    KNOWN.add(HttpVersion.HTTP_1_1);
  }

  /** Whether a body on this connection could not be read to its end. */
  static boolean on(Channel channel) {
    return channel.hasAttr(BROKEN);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof HttpRequest)
        && message instanceof HttpContent content
        && content.decoderResult().isFailure()) {
      ReferenceCountUtil.release(content);
      context.channel().attr(BROKEN).set(true);
      context.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
      return;
    }
    if (message instanceof HttpRequest request && isUnknown(request)) {
      var cause = new DecoderException(request.protocolVersion() + " is unknown");
      request.setDecoderResult(DecoderResult.failure(cause));
      request.setProtocolVersion(HttpVersion.HTTP_1_1);
    }
    context.fireChannelRead(message);
  }

  private static boolean isUnknown(HttpRequest request) {
    return request.decoderResult().isSuccess() && !KNOWN.contains(request.protocolVersion());
  }
}
