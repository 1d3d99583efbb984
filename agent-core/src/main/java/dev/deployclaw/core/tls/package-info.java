/** TLS to back ends by PEM files: read, checked, and read again when they are renewed. */
@NullMarked
package dev.deployclaw.core.tls;

import org.jspecify.annotations.NullMarked;
