/** The configuration: one tree of records, one record for each section of deployclaw.yaml. */
@NullMarked
package dev.deployclaw.container.config;

import org.jspecify.annotations.NullMarked;
