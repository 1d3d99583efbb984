/** People's tokens from an OpenID Connect provider: its keys, and what makes a token valid. */
@NullMarked
package dev.deployclaw.container.http.oidc;

import org.jspecify.annotations.NullMarked;
