/** How much one caller, one address and strangers may take: calls, places and connections. */
@NullMarked
package dev.deployclaw.container.http.limit;

import org.jspecify.annotations.NullMarked;
