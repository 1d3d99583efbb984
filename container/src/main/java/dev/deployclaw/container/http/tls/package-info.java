/** The server's TLS files, reloaded while it serves, and the check of client certificates. */
@NullMarked
package dev.deployclaw.container.http.tls;

import org.jspecify.annotations.NullMarked;
