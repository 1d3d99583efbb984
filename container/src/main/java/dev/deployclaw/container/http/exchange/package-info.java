/** A call and its answer: route, request, body, response, and problem details (RFC 9457). */
@NullMarked
package dev.deployclaw.container.http.exchange;

import org.jspecify.annotations.NullMarked;
