/**
 * What a call and its answer consist of: route, request, body, response, and problem details (RFC
 * 9457).
 */
@NullMarked
package dev.deployclaw.container.http.exchange;

import org.jspecify.annotations.NullMarked;
