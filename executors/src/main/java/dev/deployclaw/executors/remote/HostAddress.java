package dev.deployclaw.executors.remote;

import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Where an executor host is.
 *
 * @param socket its Unix socket
 * @param key of its present start: asked at each handshake; a thrown {@code RuntimeException} is a
 *     host that can't be reached
 * @param build of this side, for the host's log
 * @param revisions of the protocol that this side speaks
 */
public record HostAddress(
    Path socket, Supplier<GrantKey> key, String build, ProtocolRevisions revisions) {}
