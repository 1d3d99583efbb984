/** TLS for clients of back ends: PEM files that are read again at each handshake. */
@NullMarked
package dev.deployclaw.core.tls;

import org.jspecify.annotations.NullMarked;
