/** The files of TLS, read again while it serves, and whose client certificates still count. */
@NullMarked
package dev.deployclaw.container.http.tls;

import org.jspecify.annotations.NullMarked;
