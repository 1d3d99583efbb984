/**
 * Commands that an agent that already serves runs for a thin client, over a Unix domain socket in
 * the state folder. The client starts no library, opens no back end, and reads no YAML.
 */
@NullMarked
package dev.deployclaw.container.remote;

import org.jspecify.annotations.NullMarked;
